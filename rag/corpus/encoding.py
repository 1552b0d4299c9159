"""Bytes -> text, in the encodings that Chinese and English articles come in."""

from __future__ import annotations

from rag.corpus.characters import cleaned
from rag.errors import DocumentError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ENCODINGS = ["gb18030", "big5", "big5hkscs", "utf_16_le", "utf_16_be", "cp1252"]
_SAMPLE_BYTES = 64 * 1024
_BROKEN_SHARE = 0.2


def decode(data: bytes, name: str) -> str:
    """The text of a file, cleaned (`rag.corpus.characters`); `name` is the file's, for messages.

    Reads UTF-8, UTF-16, GB18030 and Big5 (also GBK, GB2312, Big5-HKSCS), and Windows-1252. UTF-8
    is tried first; which of the others it is, is judged by how the text reads. Raises
    `DocumentError` where it is none of them, or UTF-8 with a few broken bytes, which another
    encoding would read as nonsense.
    """
    text = _decoded(data, name)
    if "\0" in text:
        raise DocumentError(
            en=f"{name} holds a NUL character at {text.index(chr(0))}, so it is no text: save it "
            "as UTF-8 text or remove it.",
            zh=f"{name} 在第 {text.index(chr(0))} 个字符处含有 NUL，不是文本："
            "请另存为 UTF-8 文本或移走。",
        )
    return cleaned(text)


def _decoded(data: bytes, name: str) -> str:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        found = None if encoding != "utf-8" or _almost_utf8(data) else _detected(data)
        if found is not None:
            return found
        raise DocumentError(
            en=f"{name} is not text in a known encoding (byte {data[error.start]:#04x} at"
            f" {error.start} is not UTF-8): save it as UTF-8.",
            zh=f"{name} 的文字编码无法识别（第 {error.start} 字节 {data[error.start]:#04x} 不是"
            " UTF-8）：请另存为 UTF-8。",
        ) from None


def _almost_utf8(data: bytes) -> bool:
    """Whether most of what isn't ASCII reads as UTF-8: then the file is damaged, not of another."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return broken < _BROKEN_SHARE * sum(character > "\x7f" for character in text)


def _detected(data: bytes) -> str | None:
    # Imported late, since few files need it.
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=_ENCODINGS).best()
    if best is None:
        return None
    try:
        return data.decode(best.encoding)
    except UnicodeDecodeError:
        return None
