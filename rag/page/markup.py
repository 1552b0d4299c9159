"""Make safe HTML of untrusted text and addresses, and of the page's header."""

from __future__ import annotations

import html

from rag.exports.addresses import safe_url
from rag.messages import Language
from rag.page.texts import HTML_LANGUAGE, texts
from rag.text.characters import has_han

# --- escaping ---------------------------------------------------------------------------------
#
# Questions, articles, their titles and links, and a model's text are all untrusted. They reach the
# page only through `escaped` and `rag.exports.addresses.safe_url`.


def escaped(text: str) -> str:
    """Return `text` for use between tags or inside a quoted attribute.

    A lone surrogate becomes U+FFFD, because it cannot be sent as UTF-8 and would break the whole
    page.
    """
    return html.escape(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def inline(
    text: str, *, tag: str = "span", css_class: str = "", html_id: str = "", focus: bool = False
) -> str:
    """Return `text` in an element that names its language and isolates its direction.

    With `focus`, the keyboard can reach the element, so that long text can be scrolled.
    """
    attribute = f' class="{css_class}"' if css_class else ""
    attribute += f' id="{html_id}"' if html_id else ""
    attribute += ' tabindex="0"' if focus else ""
    return f"<{tag}{attribute} {language_of(text)}>{escaped(text)}</{tag}>"


def language_of(text: str) -> str:
    """Return attributes that name the language of `text` and isolate its direction."""
    return f'lang="{"zh-CN" if has_han(text) else "en"}" dir="auto"'


def external_link(url: str | None, label: str) -> str:
    """Return a link that opens in a new tab and sends the other site no referrer.

    Returns an empty text if the address is not safe.
    """
    address = safe_url(url)
    if address is None:
        return ""
    return (
        f'<a class="rag-original" href="{escaped(address)}" target="_blank" '
        f'rel="noopener noreferrer">{escaped(label)}</a>'
    )


# --- the header -------------------------------------------------------------------------------


def render_intro(
    chat_model: str | None,
    language: Language,
    *,
    down: bool = False,
    searched_at: str | None = None,
) -> str:
    """Return the header: what the page is, and which model, if any, will see a question.

    `down` is true if that model did not answer when it was asked last. `searched_at` is the host
    that questions are sent to for searching, None for this machine. The words for the library's
    own messages are in it too (`assets/toasts.js`).
    """
    words = texts(language)
    privacy = words.searched_at.format(searched_at) if searched_at else words.no_model
    if chat_model is not None:
        privacy = (words.model_down if down else words.model_will_see).format(chat_model)
    toasts = {
        "offline-title": words.offline_title,
        "offline": words.offline,
        "failed-title": words.failed_title,
        "failed": words.failed,
        "busy": words.busy,
        "close": words.close,
    }
    data = "".join(f' data-{name}="{escaped(line)}"' for name, line in toasts.items())
    state = ' data-state="down"' if down and chat_model is not None else ""
    return (
        f'<header class="rag-intro" lang="{HTML_LANGUAGE[language]}"{data}>'
        f"<h1>{escaped(words.title)}</h1><p>{escaped(words.tagline)}</p>"
        f'<p class="rag-privacy"{state}>{escaped(privacy)}</p></header>'
    )


def render_error(line: str, language: Language) -> str:
    """Return an error in one line."""
    return f'<p class="rag-error" role="alert" lang="{HTML_LANGUAGE[language]}">{escaped(line)}</p>'
