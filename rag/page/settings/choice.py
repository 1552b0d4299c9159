"""What a reader chose, as it is kept in the browser. What comes back from there is untrusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from rag.answering.options import MAX_SOURCES
from rag.messages import Language
from rag.models.local_servers import is_model_name

Composer = Literal["model", "quotes"]
AnswerLanguage = Literal["question", "zh", "en"]

CONFIGURED = "configured"
"""In the place of an endpoint: the operator's own model, whose address a reader needn't know."""
_MAX_ENDPOINT_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The settings of one reader; never a secret among them.

    `model` is "" where the endpoint is `CONFIGURED`. `sources` is 0 where the reader leaves it to
    the program.
    """

    composer: Composer = "model"
    endpoint: str = CONFIGURED
    model: str = ""
    language: AnswerLanguage = "question"
    sources: int = 0

    def stored(self) -> dict[str, Any]:
        """For the browser; `read_choice` reads it back."""
        return asdict(self)

    @property
    def answer_language(self) -> Language | None:
        """The answer's language, None for the question's."""
        return None if self.language == "question" else self.language


def read_choice(stored: object, default: Choice) -> tuple[Choice, bool]:
    """The choice that a browser kept, and whether all of it was usable.

    What is missing or no value of its field is the default's. Whether an endpoint may be used at
    all is not known here, but to `rag.page.settings.models`.
    """
    if stored is None or stored == {}:
        return default, True
    if not isinstance(stored, Mapping):
        return default, False
    known = default.stored()
    kept = {name: stored[name] for name in known if name in stored and _USABLE[name](stored[name])}
    # An endpoint without its model, or a model without its endpoint, is another choice.
    if not {"endpoint", "model"} <= set(kept):
        kept.pop("endpoint", None)
        kept.pop("model", None)
    return replace(default, **kept), set(kept) == set(known)


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and value.isprintable()


_USABLE: Mapping[str, Callable[[object], bool]] = {
    "composer": lambda value: value in get_args(Composer),
    "endpoint": lambda value: _is_text(value, _MAX_ENDPOINT_CHARACTERS),
    "model": lambda value: value == "" or (isinstance(value, str) and is_model_name(value)),
    "language": lambda value: value in get_args(AnswerLanguage),
    "sources": lambda value: type(value) is int and 0 <= value <= MAX_SOURCES,
}
"""Whether a value can be one of that field."""
