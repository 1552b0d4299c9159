"""Untrusted text and addresses to safe HTML, and the page's head."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from rag.messages import Language
from rag.page.texts import HTML_LANGUAGE, texts
from rag.text.characters import has_han

# Untrusted text and addresses to safe HTML: the only two doors into the page's markup.
#
# Questions, articles, their titles and links, and what a model wrote are all untrusted.

_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\u2028\u2029]")


def escaped(text: str) -> str:
    """`text` for use between tags or inside a quoted attribute.

    A lone surrogate can't be sent as UTF-8 and would break the whole page: it becomes U+FFFD.
    """
    return html.escape(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def safe_url(url: str | None) -> str | None:
    """`url` if a reader may follow it, else None: http and https, with a host, and no more."""
    if not url or _UNSAFE_IN_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def inline(
    text: str, *, tag: str = "span", css_class: str = "", html_id: str = "", focus: bool = False
) -> str:
    """`text` in an element that names its language and keeps its direction to itself.

    With `focus` the keyboard can go to it: so that what is too high for its place can be scrolled.
    """
    attribute = f' class="{css_class}"' if css_class else ""
    attribute += f' id="{html_id}"' if html_id else ""
    attribute += ' tabindex="0"' if focus else ""
    return f"<{tag}{attribute} {language_of(text)}>{escaped(text)}</{tag}>"


def language_of(text: str) -> str:
    """The attributes that name the language of `text` and keep its direction to itself."""
    return f'lang="{"zh-CN" if has_han(text) else "en"}" dir="auto"'


def external_link(url: str | None, label: str) -> str:
    """A link that opens in a tab of its own and tells the other site nothing; or no link."""
    address = safe_url(url)
    if address is None:
        return ""
    return (
        f'<a class="rag-original" href="{escaped(address)}" target="_blank" '
        f'rel="noopener noreferrer">{escaped(label)}</a>'
    )


# The head of the page as HTML.


def render_intro(chat_model: str | None, language: Language) -> str:
    """The head of the page: what it is, and which model, if any, will see a question."""
    words = texts(language)
    privacy = words.no_model
    if chat_model is not None:
        privacy = words.model_will_see.format(chat_model)
    return (
        f'<header class="rag-intro" lang="{HTML_LANGUAGE[language]}">'
        f"<h1>{escaped(words.title)}</h1><p>{escaped(words.tagline)}</p>"
        f'<p class="rag-privacy">{escaped(privacy)}</p></header>'
    )
