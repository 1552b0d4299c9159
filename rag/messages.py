"""Text for a person, in both languages of the project, and the choice between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line for a person, in both languages: a notice, a reason or an error.

    `code` is stable and names the kind of message, for programs; it never holds a value.
    """

    code: str
    en: str
    zh: str

    def text(self, language: Language) -> str:
        """The line in `language`."""
        return self.zh if language == "zh" else self.en
