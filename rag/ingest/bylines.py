"""Find the outlet, the reporters and the date that an article's own text gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.ingest.markdown import Block
from rag.messages import Language
from rag.text.characters import HAN
from rag.text.dates import ANY_MONTH, CHINESE_WEEKDAYS, WEEKDAY_WORDS
from rag.text.written_dates import read_published
from rag.types import Published

# Outlets and reporters.

EDGE = 6
"""Bylines, credits and notices must be within this many blocks of an end of the article."""

_NAME = (
    rf"(?:[{HAN}]{{2,4}}|[{HAN}]{{1,6}}·[{HAN}]{{1,8}}|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){{0,3}})"
)
_NAMES = rf"{_NAME}(?:\s*[、，,/&]\s*{_NAME}|\s+{_NAME}){{0,5}}"
_ROLE = (
    r"(?:责任编辑|执行编辑|实习记者|实习编辑|特约记者|编辑|记者|作者|校对|责编|主编|审核|审校|编审|监制|"
    r"制图|摄影|美编|视觉|排版|通讯员|撰文|采写|统筹|策划|翻译|编译|文|图|Editors?|Reporters?|Authors?|"
    r"Photo(?:graphs?|s)?)"
)
_SEPARATOR = r"[|｜丨:：/／\s]"
_CREDIT_START = re.compile(rf"[{HAN}A-Za-z0-9]{{0,10}}?{_ROLE}{_SEPARATOR}+")
_CREDIT_NAMES = re.compile(_NAMES)
_OUTLET_END = (
    r"(?:新闻|新闻网|日报|晚报|早报|晨报|时报|商报|周报|周刊|月刊|导报|快报|都市报|财报网|证券报|经济报|"
    r"财经|财经网|观察网|观察报|观察者网|观察|在线|网|通讯社|社|电视台|广播电台|卫视|电台|杂志|评论|"
    r"媒体|客户端|氪|之家|嗅|前线|头条|智库|参考|资讯|报)"
)
_CHINESE_OUTLET = rf"(?:[{HAN}A-Za-z0-9·]{{1,12}}?{_OUTLET_END})"
_ENGLISH_OUTLET = (
    r"(?:(?:[A-Z][\w.&'’-]*\s){0,4}(?:News|Times|Post|Journal|Press|Tribune|Herald|Guardian|Telegraph|"
    r"Gazette|Chronicle|Observer|Daily|Weekly|Magazine|Review|Standard|Mirror|Mail|Today|Wire|"
    r"Reuters|Bloomberg|Xinhua|Economist|Independent|Network|Radio|Agency|Insider)"
    r"|BBC|CNN|CNBC|NPR|AP|AFP|ABC|NBC|CBS|PBS|UPI|DPA|dpa|Axios|Politico|Caixin)"
)
_OUTLET_NAME = re.compile(rf"{_CHINESE_OUTLET}|(?:The )?{_ENGLISH_OUTLET}")
# Words in the place of an outlet's name that do not name one.
_NOBODY = re.compile(
    r"(?:本|该|特约|实习|见习|首席|驻|资深|多家|有|据|另|外|上述|相关|某|各|社交|新|全|互联)"
)

_DAY = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日"
_TITLED = re.compile(r"《([^《》]{2,20})》.{0,16}?(?:讯|电|消息|报道)")
_AGENCY = re.compile(
    rf"(?:\(|（|【)?({_CHINESE_OUTLET})[{HAN}]{{0,8}}?(?:{_DAY})?(?:电|讯)(?![{HAN}])"
)
_LEARNED = re.compile(
    rf"(?:{_DAY}(?:[早上中下午晚间凌晨]{{1,2}})?[，,\s]*)?({_CHINESE_OUTLET})(?:记者)?(?:{_NAME})?"
    r"(?:独家)?(?:获悉|了解到|从.{2,30}获悉|讯[，,：:\s])"
)
_OUTLET_ROLE = re.compile(
    rf"（?\(?({_CHINESE_OUTLET})(?:实习|特约|首席)?(?:记者|编辑|作者){_SEPARATOR}"
)
_SOURCE_FIELD = re.compile(
    rf"[（(]?(?:文章|稿件|本文)?(?:来源|Source)\s*[:：|｜]\s*({_OUTLET_NAME.pattern})[）)]?$"
)
_ENGLISH_DATELINE = re.compile(
    r"(?:[A-Z][A-Za-z.,/ ]{1,40}?,? )?(?:[A-Z][a-z]{2,8}\.? \d{1,2},? )?(?:\d{4} )?"
    rf"[(（]({_ENGLISH_OUTLET})[)）]\s*[-–—]"
)
_ENGLISH_BYLINE = re.compile(
    r"(?:By|BY) (?P<name>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,3}"
    r"(?:(?:,| and|, and| &) [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3}){0,3}?)"
    rf"(?:(?:,| \||  ?[-–—/]| for| of| in [A-Z]\w+,) (?P<outlet>(?:[Tt]he )?{_ENGLISH_OUTLET}))?"
)
_ENGLISH_CREDIT = re.compile(
    r"[(\[]?(?:Additional )?(?:Reporting|Writing|Editing|Written|Reported|Edited)(?: and \w+)? by "
    r"[^.。！？]{2,200}\.?[)\]]?"
)
_COMPILED = re.compile(rf"({_CHINESE_OUTLET})(?:综合|整理)(?:自)?[^。！？；]{{2,80}}")
_COMPILED_FROM = re.compile(r"、|等$|报道$|消息|整理$")
_REPORTER_IN_BRACKETS = re.compile(
    rf"[（(][^（）()]{{0,12}}?(?:记者|通讯员|编辑|作者|责编)[\s|｜:：/]*{_NAMES}"
    rf"(?:[\s，,、;；|｜]*(?:记者|通讯员|编辑|作者|责编)[\s|｜:：/]*{_NAMES})?[）)]"
)
_DATELINE_END = re.compile(r"(?:讯|电|消息|报道)\s*$")
_LEADING_REPORTER = re.compile(
    rf"(?:本报|本网|本刊|{_CHINESE_OUTLET})?(?:特约|实习|见习)?(?:记者|作者|文)[\s|｜:：/]+{_NAMES}"
    rf"[\s|｜]+(?={_DAY}|《|\d)"
)
_FIRST_PATTERNS = (_TITLED, _OUTLET_ROLE, _ENGLISH_DATELINE, _AGENCY, _SOURCE_FIELD)
_LAST_PATTERNS = (_SOURCE_FIELD, _OUTLET_ROLE, _COMPILED)
_LONGEST_BYLINE = 200
_SENTENCE_ENDS = tuple("。！？”.!?")


def byline_outlet(blocks: Sequence[Block]) -> str | None:
    """Return the outlet that an article's own text names, or None.

    The first blocks are searched first, for a dateline or byline and then for `X日，某网获悉`. The
    last blocks come next: a line that is an outlet's name, a reporter's credit, or a line of
    sources.
    """
    texts = [block.plain[:_LONGEST_BYLINE] for block in blocks if block.kind == "paragraph"]
    first = [_without_reporter(line) for line in texts[:EDGE]]
    last = texts[: -EDGE - 1 : -1]
    return (
        _first_named(_FIRST_PATTERNS, first)
        or next(
            (m["outlet"] for line in first if (m := _english_byline(line)) and m["outlet"]), None
        )
        or _first_named((_LEARNED,), first)
        or next((line.strip("（）()【】 ") for line in last if is_outlet_name(line)), None)
        or _first_named(_LAST_PATTERNS, last)
    )


def _first_named(patterns: Sequence[re.Pattern[str]], lines: Sequence[str]) -> str | None:
    for line in lines:
        for pattern in patterns:
            match = pattern.match(line)
            if match and not _NOBODY.match(match[1]):
                return match[1].strip()
    return None


def _without_reporter(line: str) -> str:
    match = _LEADING_REPORTER.match(line)
    return line[match.end() :] if match and not _OUTLET_ROLE.match(line) else line


def is_outlet_name(line: str) -> bool:
    """Return True if this line is only the name of a newspaper, agency or site."""
    name = line.strip("（）()【】 ")
    return len(name) <= 30 and bool(_OUTLET_NAME.fullmatch(name)) and not _NOBODY.match(name)


def is_credit(line: str) -> bool:
    """Return True if a line only names reporters, editors or sources: `编辑|张三 校对|李四`."""
    text = line.strip("（）()【】[]*_— ")
    if len(text) > 160:
        return False
    if _ENGLISH_CREDIT.fullmatch(text) or _english_byline(text):
        return True
    if _COMPILED.fullmatch(text) and _COMPILED_FROM.search(text):
        return True
    return _only_roles_and_names(text)


def _english_byline(line: str) -> re.Match[str] | None:
    match = _ENGLISH_BYLINE.fullmatch(line.strip())
    # "By Friday" is not a byline: a byline has two names, or one name and an outlet.
    return match if match and (match["outlet"] or " " in match["name"]) else None


def _only_roles_and_names(text: str) -> bool:
    starts = [match.span() for match in _CREDIT_START.finditer(text)]
    if not starts or starts[0][0] != 0:
        return False
    ends = [start for start, _ in starts[1:]] + [len(text)]
    names = [text[a:b].strip(" |｜丨/、，,;；*") for (_, a), b in zip(starts, ends, strict=True)]
    return any(names) and all(not name or _CREDIT_NAMES.fullmatch(name) for name in names)


def without_reporters(block: Block) -> tuple[Block, tuple[str, ...]]:
    """Return a paragraph without reporters' names before or after its sentences, and the names.

    `《早报》2月1日讯（记者 张三）公司宣布` keeps its dateline but loses the brackets. `记者 张三
    2月1日，` loses its start, and `……。（记者 张三）` its end.
    """
    if block.kind != "paragraph":
        return block, ()
    text = block.plain
    dropped: list[str] = []
    if match := _LEADING_REPORTER.match(text):
        dropped.append(match[0].strip())
        text = text[match.end() :]
    match = _REPORTER_IN_BRACKETS.search(text, 0, 80)
    if match and _DATELINE_END.search(text, 0, match.start()):
        dropped.append(match[0])
        text = f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}"
    tail = text[-80:]
    for match in _REPORTER_IN_BRACKETS.finditer(tail):
        if match.end() == len(tail) and tail[: match.start()].endswith(_SENTENCE_ENDS):
            dropped.append(match[0])
            text = text[: len(text) - len(match[0])].rstrip()
    if not dropped:
        return block, ()
    return replace(block, lines=(text,), lead=""), tuple(dropped)


# The date of an article: in a line under the title, in a dateline, or in a last line.
#
# A date in a sentence may be any day that the article mentions. So a date counts only if its line
# has nothing else but publishing details, or if it begins a report (`鹭港2025年4月6日电`).

_FIRST_LINES = 8
_LAST_LINES = 4
_LONGEST_LINE = 120
_FIRST_YEAR = 1980
_DATE = (
    r"(?:\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?[日号]|[〇零○一二三四五六七八九]{4}年[一二三四五六七八九十]{1,2}月"
    r"[一二三四五六七八九十]{1,3}日|\d{4}(?P<sign>[-/.])\d{1,2}(?P=sign)\d{1,2}(?!\d)"
    rf"|(?:{ANY_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{ANY_MONTH})\.?,?\s+\d{{4}}(?!\d))"
)
_DATE_IN_LINE = re.compile(rf"(?<![\w.-]){_DATE}(?![\w日])", re.IGNORECASE)
_LEADING_IN = (
    re.compile(rf"[^。！？\n]{{0,30}}?(?P<date>{_DATE})\s?(?:电|讯|消息)", re.IGNORECASE),
    re.compile(
        rf"[A-Z][A-Za-z.,'’/ -]{{1,50}}?,?\s\(?(?P<date>(?i:{_DATE}))\)?,?\s?"
        r"(?:[(/][A-Z][\w .]{1,30}[)/])?\s?[-–—:]"
    ),
)
# Text that may be in the same line as the date of publication.
_BESIDE = re.compile(
    r"(?:发布|发表|刊发|发稿|出版)?(?:时间|日期)?[:：]?"
    r"|(?:来源|作者|记者|编辑|责编|责任编辑|文|通讯员)[:：\s].{1,20}"
    r"|(?:Published|Posted|Released|Date|Updated|更新(?:时间|于)?)(?: on| at)?:?"
    r"|(?:By|Source:?|Author:?)\s[A-Z].{1,40}",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"updated|modified|更新|修改", re.IGNORECASE)
_CLOCK = re.compile(
    rf"(?:星期|周)[{CHINESE_WEEKDAYS}]|(?:[上下]午|凌晨|晚上)?\s?\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?"
    r"(?:\s?[ap]\.?m\b\.?)?(?:\s?(?:[A-Z]{2,4}|[+-]\d{4})\b)?"
    rf"|{'|'.join(WEEKDAY_WORDS)}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"\s*[|｜·•,，/()（）【】\[\]—–]\s*|\s{{2,}}|　|(?<=[{HAN}])\s|\s-\s")
_PERSON_OR_PLACE = re.compile(rf"[{HAN}]{{2,6}}|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){{0,3}}")


def read_dateline(body: str, language: Language) -> Published | None:
    """Return the date that an article in Markdown gives as its own, or None."""
    lines = [line for raw in body.split("\n") if (line := raw.strip(" \t\u3000#*_>|"))]
    for line in lines[:_FIRST_LINES]:
        for pattern in _LEADING_IN:
            if match := pattern.match(line):
                return read_published(match["date"], language)
    own = [(line, day) for line in _candidates(lines) if (day := _day_of_line(line, language))]
    # The date of publication comes before the date of an update.
    own.sort(key=lambda found: bool(_UPDATED.search(found[0])))
    return own[0][1] if own else None


def is_dateline(line: str, language: Language) -> bool:
    """Return True if a line only says when, where or by whom an article was published."""
    return _day_of_line(line.strip(" \t\u3000#*_>|"), language) is not None


def _candidates(lines: Sequence[str]) -> list[str]:
    first = list(lines[:_FIRST_LINES])
    # An announcement has its date at the end, in a line of its own.
    last = [line for line in lines[_FIRST_LINES:][-_LAST_LINES:] if _stands_alone(line)]
    return first + last[::-1]


def _stands_alone(line: str) -> bool:
    return bool(_DATE_IN_LINE.fullmatch(line.strip("（）() ")))


def _day_of_line(line: str, language: Language) -> Published | None:
    if len(line) > _LONGEST_LINE:
        return None
    match = _DATE_IN_LINE.search(line)
    if match is None:
        return None
    rest = _CLOCK.sub("|", f"{line[: match.start()]}|{line[match.end() :]}")
    pieces = [piece.strip() for piece in _BETWEEN.split(rest)]
    if not all(_may_stand_beside(piece) for piece in pieces if piece):
        return None
    day = read_published(line[match.start() :], language) or read_published(match[0], language)
    # A line with an older date is part of a chronicle, not the date of the article.
    return day if day and day.moment.year >= _FIRST_YEAR else None


def _may_stand_beside(piece: str) -> bool:
    return bool(
        is_outlet_name(piece) or _BESIDE.fullmatch(piece) or _PERSON_OR_PLACE.fullmatch(piece)
    )
