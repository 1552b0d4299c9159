r"""Read the text of a file in Rich Text Format. The file is untrusted.

Only what carries text is read: characters in the code page of their font (`\'b8\'db`), Unicode
(`\u28207?`), ends of paragraphs, rows and cells. Pictures, styles, notes of the program and unknown
groups are skipped. Nothing in the file is run or opened, and the time grows with its size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from rag.errors import DocumentError
from rag.text.characters import cleaned

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    r"|([^\\{}\r\n]+)|\\",
    re.DOTALL,
)
_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
_CODE_PAGES = {932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5hkscs", 65001: "utf-8",
               54936: "gb18030", 10000: "mac-roman"}  # fmt: skip
_BREAKS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t",
           "nestcell": "\t", "nestrow": "\n", "tab": "\t", "emdash": "—", "endash": "–",
           "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
           "emspace": " ", "enspace": " "}  # fmt: skip
_SKIPPED = frozenset(
    "fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr"
    " footerf object objdata themedata colorschememapping datastore listtable listoverridetable"
    " latentstyles rsidtbl generator fldinst xmlnstbl filetbl revtbl mmathPr nonshppict"
    " bkmkstart bkmkend private txe xe tc".split()
)


@dataclass(frozen=True)
class _State:
    """What holds within a group. `after_unicode` characters stand in for each Unicode one."""

    skipped: bool = False
    in_fonts: bool = False
    encoding: str = "cp1252"
    after_unicode: int = 1


@dataclass
class _Reader:
    """Collects the text. Bytes wait in `raw`, since a Chinese character has two of them."""

    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    fonts: dict[int, str] = field(default_factory=dict)
    default: str = "cp1252"
    font: int = 0
    to_skip: int = 0
    starred: bool = False

    def end_bytes(self) -> None:
        if self.raw:
            self.out.append(bytes(self.raw).decode(self.state.encoding, errors="replace"))
            self.raw.clear()

    def write(self, text: str) -> None:
        if self.state.skipped:
            return
        self.end_bytes()
        self.out.append(text)

    def byte(self, value: int) -> None:
        if self.to_skip:
            self.to_skip -= 1
        elif not self.state.skipped:
            self.raw.append(value)

    def plain(self, text: str) -> None:
        skipped = min(self.to_skip, len(text))
        self.to_skip -= skipped
        text = text[skipped:]
        if not text or self.state.skipped:
            return
        # The second byte of a character may be written as a letter, and any byte as it is.
        if (self.raw and self._waits()) or any(c > "\x7f" for c in text):
            self.raw += text.encode("latin-1")
        else:
            self.write(text)

    def _waits(self) -> bool:
        """Return True if the last byte begins a character."""
        if self.state.encoding not in ("gb18030", "big5hkscs", "cp932", "cp949"):
            return False
        try:
            bytes(self.raw).decode(self.state.encoding)
        except UnicodeDecodeError as error:
            return error.end == len(self.raw)
        return False

    def begin(self) -> None:
        self.end_bytes()
        self.stack.append(self.state)
        self.starred = False

    def end(self) -> None:
        self.end_bytes()
        if self.stack:
            self.state = self.stack.pop()
        self.to_skip = 0

    def word(self, name: str, number: int | None) -> None:
        starred, self.starred = self.starred, False
        if name == "u" and number is not None:
            self.to_skip = self.state.after_unicode
            self.write(chr(number % 65536))
        elif name == "uc":
            self.end_bytes()
            self.state = replace(self.state, after_unicode=min(max(number or 0, 0), 10))
        elif self.state.in_fonts and name in ("f", "fcharset"):
            self._font(name, number or 0)
        elif name == "fonttbl":
            self.state = replace(self.state, skipped=True, in_fonts=True)
        elif name in _SKIPPED or (starred and name not in ("shpinst", "shptxt")):
            self.end_bytes()
            self.state = replace(self.state, skipped=True)
        elif name in _BREAKS:
            self.to_skip = 0
            self.write(_BREAKS[name])
        elif name == "ansicpg":
            code = number or 0
            self.default = _CODE_PAGES.get(code, f"cp{code}" if 1250 <= code <= 1258 else "cp1252")
            self._encode(self.default)
        elif name in ("f", "plain"):
            self._encode(self.fonts.get(number or 0, self.default) if name == "f" else self.default)

    def _encode(self, encoding: str) -> None:
        if encoding != self.state.encoding:
            self.end_bytes()
            self.state = replace(self.state, encoding=encoding)

    def _font(self, name: str, number: int) -> None:
        if name == "f":
            self.font = number
        elif number in _CHARSETS:
            self.fonts[self.font] = _CHARSETS[number]


def read_rtf(data: bytes, name: str) -> str:
    """Return the text of a Rich Text file: a line for each paragraph, a tab between cells.

    `name` is the file's name, for messages. Raises `DocumentError` if the file is something else.
    """
    if not data.lstrip()[:5] == b"{\\rtf":
        raise DocumentError(
            en=f"{name} is no Rich Text file: save it as .rtf, .docx or text.",
            zh=f"{name} 不是 RTF 文件：请另存为 .rtf、.docx 或文本。",
        )
    reader = _Reader()
    source = data.decode("latin-1")
    place = 0
    while match := _TOKEN.match(source, place):
        place = match.end()
        if match[1] == "bin":
            # Bytes of a picture, whatever they look like.
            place += max(int(match[2] or 0), 0)
        else:
            _take(reader, *match.groups()[:6])
    reader.end_bytes()
    # Characters beyond the first 65,536 are written as two halves.
    whole = "".join(reader.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return cleaned(whole.replace("\0", ""))


def _take(
    reader: _Reader,
    word: str | None,
    number: str | None,
    code: str | None,
    sign: str | None,
    brace: str | None,
    text: str | None,
) -> None:
    """Read one piece of the file."""
    if word:
        reader.word(word, int(number) if number else None)
    elif code:
        reader.byte(int(code, 16))
    elif brace:
        reader.begin() if brace == "{" else reader.end()
    elif sign:
        _sign(reader, sign)
    elif text:
        reader.plain(text)


def _sign(reader: _Reader, sign: str) -> None:
    """Read a control sign: an escaped brace, a fixed blank, or the end of a paragraph."""
    if sign == "*":
        reader.starred = True
    elif sign in "\r\n":
        reader.write("\n")
    elif sign in "{}\\":
        reader.plain(sign)
    elif sign == "~":
        reader.write(" ")
    elif sign == "_":
        reader.write("-")
