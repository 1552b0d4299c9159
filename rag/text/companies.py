"""Words behind a company's name that say which kind of company it is."""

from __future__ import annotations

COMPANY_WORDS = frozenset(
    ("inc", "corp", "corporation", "company", "co", "ltd", "limited", "holdings", "group")
)
"""English ones in small letters; articles leave them out."""
