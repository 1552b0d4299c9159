"""Exports in the shapes of Factiva, Nexis and WeChat, of articles written for the tests."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import docx


@dataclass(frozen=True, kw_only=True)
class Told:
    """An article of the tests."""

    number: str
    title: str
    outlet: str
    day: str
    written: str
    byline: str
    paragraphs: tuple[str, ...]
    chinese: bool = False


FERRY = Told(
    number="HARBEX0020250303el33000p1",
    title="Ferry line to Skaro doubles its trips",
    outlet="The Lund Courier",
    day="2025-03-03",
    written="3 March 2025",
    byline="By Ada Holm",
    paragraphs=(
        "The ferry line to Skaro will run 24 trips a day from April, the operator Nordfrakt said"
        " on Monday, twice as many as now.",
        "TD Shipping, its rival, sails 10 times a day. *No fares* change [for now].",
        "IN the harbour of Lund, 3 new berths were built for 41 million kronor.",
    ),
)
MILL = Told(
    number="PRTMOR0020250305el35000q2",
    title="Paper mill in Vessla to close in June",
    outlet="Morning Report",
    day="2025-03-05",
    written="5 March 2025",
    byline="By Jon Berg",
    paragraphs=(
        "The paper mill in Vessla closes on June 30 and 380 people lose their jobs, the owner"
        " Silvapapp said.",
        "The town's mayor called the decision a heavy blow.",
    ),
)
PORT = Told(
    number="HGRIBA0020250304el340008x",
    title="鹭港四号码头提前投产",
    outlet="海港日报",
    day="2025-03-04",
    written="2025年3月4日",
    byline="记者 林晓舟",
    paragraphs=(
        "鹭港四号码头周二投产，比计划提前两个月，年吞吐能力为一百二十万标准箱。",
        "港口集团董事长陈立群表示，码头总投资为三十六亿元，全部设备由电力驱动。",
    ),
    chinese=True,
)
ALL = (FERRY, PORT, MILL)


def factiva(articles: Iterable[Told], *, coded: bool = False) -> str:
    return "\n".join(line for told in articles for line in _factiva(told, coded=coded))


def _factiva(told: Told, *, coded: bool) -> list[str]:
    language = "Chinese - Simplified" if told.chinese else "English"
    words = "212 字" if told.chinese else "212 words"
    end = f"{'文档' if told.chinese else 'Document'} {told.number}"
    notice = f"© 2025 {told.outlet}"
    first, *others = told.paragraphs
    spaced = [line for paragraph in others for line in (paragraph, "")]
    if not coded:
        return [
            *("Business", told.title, told.byline, words, told.written, "08:15", told.outlet),
            *("HARBEX", "4", language, notice, "", first, "", *spaced, end, ""),
        ]
    return [
        *("SE   Business", "HD", told.title, f"BY   {told.byline}", f"WC   {words}"),
        *(f"PD   {told.written}", "ET   08:15", f"SN   {told.outlet}", "SC   HARBEX", "PG   4"),
        *(f"LA   {language}", f"CY   {notice}", "", "LP", first, "", "TD", *spaced),
        *(
            "CO   nordfr : Nordfrakt AB",
            "IN   i72 : Shipping",
            "NS   gcat : News",
            "RE   swed : Sweden",
        ),
        *("PUB  Courier Press", "AN", end, ""),
    ]


def factiva_page(articles: Iterable[Told], *, coded: bool = True) -> str:
    """Return a page as Factiva writes it: for each article a table of codes, or lines in `div`s."""
    return (
        "<html><head><title>Factiva</title><style>p {margin: 0}</style></head><body>"
        + "".join(_coded_page(told) if coded else _plain_page(told) for told in articles)
        + "<p>Search Summary</p><table><tr><td>Text</td><td>ferry or mill</td></tr></table>"
        + "<div>© 2025 Factiva, Inc. All rights reserved.</div></body></html>"
    )


def _coded_page(told: Told) -> str:
    first, *others = (html.escape(text) for text in told.paragraphs)
    rows = {
        "HD": f'<div><span class="enHeadline">{told.title}</span></div>',
        "BY": told.byline,
        "WC": "212 words",
        "PD": told.written,
        "ET": "08:15",
        "SN": f"<a href='#'>{told.outlet}</a>",
        "SC": "HARBEX",
        "LA": "Chinese" if told.chinese else "English",
        "LP": f'<p class="articleParagraph">{first}</p>',
        "TD": "".join(f'<p class="articleParagraph">{text}</p>' for text in others),
        "CO": "nordfr : Nordfrakt AB",
        "AN": f"Document {told.number}",
    }
    return (
        '<div class="article"><table>'
        + "".join(
            f'<tr><td class="index"><b>{code}</b>&nbsp;</td><td>{value}</td></tr>'
            for code, value in rows.items()
        )
        + "</table></div><br/>"
    )


def _plain_page(told: Told) -> str:
    lines = _factiva(told, coded=False)
    return "".join(f"<div>{html.escape(line)}</div>" for line in lines if line)


def nexis(articles: Sequence[Told], width: int = 60) -> str:
    """Return the text of an older export: centred heads, and lines that are broken at a width."""
    return "\n".join(_nexis(told, n, len(articles), width) for n, told in enumerate(articles, 1))


def _nexis(told: Told, number: int, count: int, width: int) -> str:
    width = width // 2 if told.chinese else width
    body = "\n\n".join("\n".join(_broken(text, width)) for text in told.paragraphs)
    return (
        f"{number} of {count} DOCUMENTS".center(70) + "\n\n\n"
        + told.outlet.center(70) + "\n\n" + _american(told).center(70) + "\n\n"
        + "Final Edition".center(70) + "\n\n"
        + f"{told.title}\n\nBYLINE: {told.byline}\n\nSECTION: NEWS; Pg. 4\n\nLENGTH: 212 words\n\n"
        + f"{body}\n\nLOAD-DATE: {_american(told)}\n\nLANGUAGE: ENGLISH\n\n"
        + "PUBLICATION-TYPE: Newspaper\n\n"
        + f"Copyright 2025 {told.outlet}".center(70) + "\n"
        + "All Rights Reserved".center(70) + "\n\n"
    )  # fmt: skip


def _american(told: Told) -> str:
    weekday = {"2025-03-03": "Monday", "2025-03-04": "Tuesday", "2025-03-05": "Wednesday"}
    return f"March {int(told.day[-2:])}, 2025 {weekday[told.day]}"


def _broken(text: str, width: int) -> list[str]:
    if " " not in text:
        return [text[n : n + width] for n in range(0, len(text), width)]
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def nexis_uni_lines(articles: Sequence[Told]) -> list[str]:
    """Return the paragraphs of an export of Nexis Uni, with its cover."""
    cover = ["User Name: Reader", "Date and Time: Friday, March 7, 2025 9:00 AM", "Job Number: 1",
             f"Documents ({len(articles)})"]  # fmt: skip
    for number, told in enumerate(articles, 1):
        cover += [f"{number}. {told.title}", "Client/Matter: -None-", "Search Terms: harbour"]
    return cover + [line for told in articles for line in _uni(told)]


def _uni(told: Told) -> list[str]:
    return [
        *(told.title, told.outlet, f"{_american(told)} 8:15 AM GMT", ""),
        *(f"Copyright 2025 {told.outlet} All Rights Reserved", "", "Section: NEWS; Version:1"),
        *("Length: 212 words", f"Byline: {told.byline}", "Body", "", *told.paragraphs, ""),
        *("Classification", "Language: ENGLISH", "Publication-Type: Newspaper"),
        *(f"Load-Date: {_american(told)}", "", "End of Document", ""),
    ]


def nexis_docx(articles: Sequence[Told]) -> bytes:
    document = docx.Document()
    titles = {told.title for told in articles}
    for line in nexis_uni_lines(articles):
        if line in titles or line == "Body":
            document.add_heading(line, 1)
        else:
            document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def rtf(lines: Iterable[str], how: str = "unicode") -> bytes:
    r"""Return lines as Rich Text: Chinese as `\uN?`, or in the code page of a font (`gbk`)."""
    out = [
        rb"{\rtf1\ansi\ansicpg1252\uc1\deff0{\fonttbl{\f0\fswiss Arial;}"
        rb"{\f1\fnil\fcharset134 SimSun;}}{\colortbl;\red0\green0\blue0;}"
        rb"{\*\generator Made for a test;}{\stylesheet{\s0 Normal;}}"
        rb"{\header\pard Page {\field{\*\fldinst PAGE}{\fldrslt 1}}\par}"
        rb"{\pict\wmetafile8 0100ffff{\*\blipuid 00}}" + b"\r\n"
    ]
    out += [rb"\pard\plain\f0\fs20 " + _written(line, how) + rb"\par" + b"\r\n" for line in lines]
    return b"".join(out) + b"}"


def _written(line: str, how: str) -> bytes:
    said = b""
    for character in line:
        if character in "\\{}":
            said += b"\\" + character.encode()
        elif character.isascii():
            said += character.encode()
        elif how == "gbk":
            two = character.encode("gb18030")
            # Some programs write the second byte as the letter that it also is.
            second = two[1:] if 0x40 <= two[1] < 0x7F and two[1:] not in b"\\{}" else None
            said += rb"{\f1\'%02x" % two[0] + (second or rb"\'%02x" % two[1]) + b"}"
        else:
            units = character.encode("utf-16-le")
            for n in range(0, len(units), 2):
                said += rb"\u%d?" % int.from_bytes(units[n : n + 2], "little", signed=True)
    return said


def wechat_page(told: Told, *, with_scripts: bool = True) -> str:
    """Return a saved page of a WeChat account."""
    seconds = {"2025-03-03": 1740958200, "2025-03-04": 1741044600, "2025-03-05": 1741131000}
    body = "".join(f"<section><span>{text}</span></section>" for text in told.paragraphs)
    address = f"https://mp.weixin.qq.com/s/{told.number}"
    script = (
        f'<script>var nickname = htmlDecode("{told.outlet}"); var ct = "{seconds[told.day]}";'
        f' var msg_link = "{address}";</script>'
    )
    return (
        f'<!DOCTYPE html><html><head><meta property="og:title" content="{told.title}"/>'
        f'<meta property="og:url" content="{address}"/>'
        '<meta property="og:site_name" content="微信公众平台"/></head><body>'
        f'<h1 class="rich_media_title" id="activity-name">{told.title}</h1>'
        f'<a id="js_name">{told.outlet}</a><em id="publish_time">{told.day} 07:30</em>'
        f'<div class="rich_media_content" id="js_content">{body}</div>'
        f"<div>阅读 1234 赞 56</div>{script if with_scripts else ''}</body></html>"
    )


def wechat_merged(articles: Iterable[Told]) -> str:
    """Return articles of an account merged into one page."""
    return (
        "<html><body>"
        + "".join(
            f'<div class="article"><h1>{told.title}</h1><p class="meta">'
            f'<span class="rich_media_meta_nickname">{told.outlet}</span>'
            f'<span class="rich_media_meta_text">{told.day} 07:30</span>'
            f'<a href="https://mp.weixin.qq.com/s/{told.number}">原文</a></p>'
            '<div class="rich_media_content">'
            + "".join(f"<p>{text}</p>" for text in told.paragraphs)
            + "</div></div>"
            for told in articles
        )
        + "</body></html>"
    )
