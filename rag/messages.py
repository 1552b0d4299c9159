"""Messages for people, in both languages of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One line for a person, in both languages: a notice, a reason or an error.

    `code` names the kind of message, for programs. It never changes and never contains a value.
    """

    code: str
    en: str
    zh: str

    def text(self, language: Language) -> str:
        """Return the line in `language`."""
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return self.en
