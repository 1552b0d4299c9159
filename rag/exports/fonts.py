"""Find fonts on this machine: one that has Chinese, and one for Latin letters alone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rag.config import pdf_font
from rag.errors import ConfigError

_CHINESE = (
    *("NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf"),
    *("SourceHanSansSC-Regular.otf", "SourceHanSansCN-Regular.otf", "NotoSansCJK-Regular.ttc"),
    *("SourceHanSans.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc", "msyh.ttc", "simhei.ttf"),
    *("Hiragino Sans GB.ttc", "STHeiti Light.ttc", "simsun.ttc", "DroidSansFallbackFull.ttf"),
    *("NotoSerifCJK-Regular.ttc", "Arial Unicode.ttf", "ARIALUNI.TTF"),
)
"""File names of fonts with simplified Chinese, best first."""
_LATIN = (
    *("NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf"),
    *("arial.ttf", "Arial.ttf"),
)


def chinese_font() -> Path:
    """Return the file of a font with Chinese: that of `RAG_PDF_FONT`, or the best one found.

    Raises `ConfigError`, which names the command that installs one, if there is none.
    """
    if chosen := pdf_font():
        return chosen
    if found := _best(_CHINESE):
        return found
    raise ConfigError(
        en="No font with Chinese was found for the PDF: run `apt-get install fonts-noto-cjk`, or"
        " set RAG_PDF_FONT to a .ttf, .otf or .ttc file.",
        zh="没有找到可用于 PDF 的中文字体：请运行 `apt-get install fonts-noto-cjk`，"
        "或将 RAG_PDF_FONT 设为 .ttf、.otf 或 .ttc 字体文件。",
    )


def latin_font() -> Path | None:
    """Return the file of a font for text without Chinese, or None if no known one is there."""
    return _best(_LATIN)


def _folders() -> Iterable[Path]:
    home = Path.home()
    yield from (home / ".fonts", home / ".local/share/fonts", home / "Library/Fonts")
    yield from map(Path, ("/usr/local/share/fonts", "/usr/share/fonts"))
    yield from map(Path, ("/Library/Fonts", "/System/Library/Fonts"))


@cache
def _installed() -> dict[str, Path]:
    wanted = {*_CHINESE, *_LATIN}
    found: dict[str, Path] = {}
    for folder in _folders():
        for where, _, names in os.walk(folder):
            for name in wanted.intersection(names):
                found.setdefault(name, Path(where, name))
    return found


def _best(names: Iterable[str]) -> Path | None:
    installed = _installed()
    return next((installed[name] for name in names if name in installed), None)
