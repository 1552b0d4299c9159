"""Tells which characters are Han characters, by the one range that the whole program uses."""

from __future__ import annotations

import re

HAN = r"々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, as the inside of a regular expression's class.

The unified characters with their extensions, the compatibility ones, the repetition mark, and the
round zero of dates (二〇二五年).
"""
HAN_CHARACTER = re.compile(f"[{HAN}]")


def has_han(text: str) -> bool:
    """Tells whether a text holds any Han character."""
    return bool(HAN_CHARACTER.search(text))
