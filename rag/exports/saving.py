"""Save answers as a file whose ending names the format."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rag.errors import ConfigError
from rag.exports.bibliography import bibtex, csl_json
from rag.exports.layout import Layout, lay_out
from rag.exports.markdown import joined
from rag.exports.pdf import pdf_bytes
from rag.exports.plain import plain_layout
from rag.exports.word import docx_bytes
from rag.messages import Language
from rag.types import Answer
from rag.whole_files import write_whole

Writer = Callable[[Sequence[Layout]], bytes]

_DOCUMENTS: Mapping[str, Writer] = {
    ".docx": docx_bytes,
    ".pdf": pdf_bytes,
    ".md": lambda layouts: joined(layouts).encode(),
    ".txt": lambda layouts: f"\n{'-' * 20}\n\n".join(map(plain_layout, layouts)).encode(),
}
_SOURCES: Mapping[str, Callable[[Sequence[Answer]], str]] = {".bib": bibtex, ".json": csl_json}
ENDINGS = (*_DOCUMENTS, *_SOURCES)


def export(
    answers: Answer | Sequence[Answer],
    path: str | os.PathLike[str],
    *,
    language: Language | None = None,
) -> Path:
    """Write an answer, or the answers of a conversation, to a file, and return its path.

    The ending chooses the format: `.docx`, `.pdf`, `.md`, `.txt`, or the cited articles alone as
    `.bib` (BibTeX) or `.json` (CSL-JSON). `language` is that of the labels, by default each
    answer's. A file that is there is replaced, and never left half written.

    Raises `ConfigError` for another ending, for no answers, if the format's extra or a Chinese font
    is missing, and if the file can't be written.
    """
    path = usable_path(path)
    answers = [answers] if isinstance(answers, Answer) else list(answers)
    if not answers:
        raise ConfigError(
            en=f"There is no answer to write to {path}: give at least one.",
            zh=f"没有可写入 {path} 的答案：请至少给出一个。",
        )
    save(path, answers_bytes(answers, path, language))
    return path


def answers_bytes(answers: Sequence[Answer], path: Path, language: Language | None = None) -> bytes:
    """Return the file of answers in the format that the ending of `path` names.

    Raises `ConfigError` if the format's extra or a Chinese font is missing.
    """
    ending = path.suffix.lower()
    if ending in _SOURCES:
        return _SOURCES[ending](answers).encode()
    return document_bytes([lay_out(answer, language) for answer in answers], ending)


def usable_path(path: str | os.PathLike[str]) -> Path:
    """Return the path if its ending names a format. Raises `ConfigError` otherwise."""
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise ConfigError(
            en=f"Answers can't be written as {path.name!r}: name a file that ends in"
            f" {', '.join(ENDINGS)}.",
            zh=f"无法将答案写成 {path.name!r}：文件名须以 {'、'.join(ENDINGS)} 结尾。",
        )
    return path


def document_bytes(layouts: Sequence[Layout], ending: str) -> bytes:
    """Return the file of a document format, such as `.docx`.

    Raises `ConfigError` if its extra or a font is missing.
    """
    try:
        return _DOCUMENTS[ending](layouts)
    except ImportError as error:
        raise missing_extra(ending) from error


def missing_extra(ending: str) -> ConfigError:
    """Return the error that says how to install what a format needs."""
    return ConfigError(
        en=f'{ending} files need an extra: run `pip install "cited-rag[office]"`.',
        zh=f'{ending} 文件需要扩展：请运行 `pip install "cited-rag[office]"`。',
    )


def not_writable(path: Path, error: OSError) -> ConfigError:
    """Return the error that says why a file can't be written."""
    return ConfigError(
        en=f"{path} can't be written ({error.strerror}): name a file in a folder that you can"
        " write to.",
        zh=f"{path} 无法写入（{error.strerror}）：请给出可写文件夹中的文件名。",
    )


def save(path: Path, data: bytes) -> None:
    """Write a file that a user named, whole or not at all.

    Raises `ConfigError` if it can't be written.
    """
    try:
        write_whole(path, data)
    except OSError as error:
        raise not_writable(path, error) from error
