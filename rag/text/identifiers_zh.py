"""Read identifiers in Chinese characters: 5号线, 第二中学, 二期, 神舟十八号, “十四五”, 小米15."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.text.characters import HAN
from rag.text.identifiers_en import Found, Member, member
from rag.text.quantities import CHINESE_DIGITS, chinese_number

# Series that English also has get their English word.
_SERIES = {
    "号线": "line", "线": "line", "期": "phase", "阶段": "phase", "条": "article", "中学": "school",
    "中": "school", "小学": "school", "学校": "school", "医院": "hospital", "院": "hospital",
    "门": "gate", "楼": "building", "栋": "building", "航站楼": "terminal", "候机楼": "terminal",
    "机组": "unit", "反应堆": "reactor", "航班": "flight", "公路": "highway", "国道": "highway",
    "高速": "highway", "台风": "typhoon", "五年": "plan", "次世界": "war", "代": "generation",
    "章": "chapter", "轮": "round", "届": "session", "型": "type", "跑道": "runway",
    "站台": "platform", "修正案": "amendment", "集": "episode", "舰队": "fleet", "法院": "court",
    "神舟": "shenzhou", "嫦娥": "chang'e", "天问": "tianwen",
    "高炉": "furnace", "泊位": "berth",
    "仓库": "warehouse", "车间": "workshop",
    "车厢": "carriage",
}  # fmt: skip
_SINGLE = frozenset("馆桥炉厂井坝站店厅台区段标闸矿船舰艇名位批组版卷队师军团营级环路街村款案令")
"""Single characters that name a series. Other series are named by two characters."""
_INSTITUTION = re.compile(
    rf"[{HAN}]{{0,6}}?(?P<kind>中学|小学|医院|学校|大学|法院|监狱|航站楼|反应堆|机组)"
)
_NO_TAIL = frozenset("天日周年月季旬时方手把起至到前后上下早晚凌将公宣发的当夜开在大是和与、")
"""Characters after 5号 if it is a day, and after 第二 if it does not name a member."""
_NO_PREFIX = frozenset("月个是在于从到至自每和与及的了前后周年第有为将约近共超达逾起并由以被这那")
"""Characters before a number that counts something or names a day."""
_MEASURED = (
    "年月日号时分秒点元角个名人台辆家岁件座层米公里吨克斤升万亿千百十倍次届期条项种只支架艘套张幅篇页"
    "度枚户亩所天小块股周位款路比多余几成票场席起港美英平毫厘级例连头处床局根匹棵粒箱袋桶车宗项强步"
)
_HAN = f"[{HAN}]"
_NUMERAL = "[〇零一二三四五六七八九十百两]"
_NUMBER = rf"(?:\d{{1,5}}|{_NUMERAL}{{1,6}})"
_LONGEST_LIST = 8
_YEAR = re.compile(r"(?:19|20)\d\d")
_ORDINAL = re.compile(
    rf"第(?:{_NUMBER}[、和及与至到]){{0,8}}(?P<member>{_NUMBER})(?P<unit>[个号]?)(?P<tail>{_HAN}{{0,8}})"
)
_NUMBERED = re.compile(rf"(?<!\d)(?<!{_NUMERAL})(?P<member>{_NUMBER})号(?P<tail>{_HAN}{{0,8}})")
_PHASE = re.compile(
    rf"(?<![星第\d分每])(?<!{_NUMERAL})(?P<member>\d{{1,2}}|[一二三四五六七八九]|十[一二三]?)期"
    r"(?![间待望货限末权])"
)
_BUS = re.compile(
    rf"(?<![\d.])(?<!{_NUMERAL})(?P<member>\d{{1,3}}|{_NUMERAL}{{1,4}})路(?=公交|车|汽车|线)"
)
_PLAN = re.compile(
    rf"(?<!{_NUMERAL})(?P<member>十[一二三四五六])五(?!{_NUMERAL}|[年月日天个岁号万亿楼])"
)
# Matches 二中 and 市一院, but not 其一中, 一中心 and 二院士.
_SHORT = re.compile(
    rf"(?<={_HAN})(?<![之统第其万唯专归单某任每十百千初高划])"
    r"(?P<member>[一二三四五六七八九]|二?十[一二三四五六七八九]?)"
    r"(?P<kind>中(?![心国央间年旬期午东部全华外介])|院(?![士线校子]))"
)
_SESSION = re.compile(rf"(?<![第\d])(?<!{_NUMERAL})(?P<member>{_NUMBER})(?P<kind>届|中全会)")
# The part of a list before its last member: 3、4号线, 第十二、十三条.
_BEFORE_IT = re.compile(rf"(?<![\d.])(?<!{_NUMERAL})(?P<member>{_NUMBER})号?[、和及与至到]第?$")
_MODEL = re.compile(
    rf"(?P<prefix>{_HAN}{{2}})(?P<member>\d{{1,4}})(?![\d.,:%％~～—/A-Za-z-]|[{_MEASURED}])"
)


def read_chinese(text: str) -> Iterator[Found]:
    """Yield the identifiers in Chinese characters.

    The characters that name a series must be Simplified.
    """
    for match in _ORDINAL.finditer(text):
        series, length = _series_of(match["tail"])
        if series:
            end = match.start("tail") + length
            yield match.start(), end, frozenset({series}), _member(match["member"])
            yield from _listed(text, match.start("member"), frozenset({series}))
    for match in _NUMBERED.finditer(text):
        yield from _numbered(text, match)
    for pattern, key in ((_PHASE, "phase"), (_PLAN, "plan"), (_BUS, "bus")):
        for match in pattern.finditer(text):
            yield *match.span(), frozenset({key}), _member(match["member"])
            yield from _listed(text, match.start(), frozenset({key}))
    for pattern in (_SHORT, _SESSION):
        for match in pattern.finditer(text):
            series = _SERIES.get(match["kind"], match["kind"])
            yield *match.span(), frozenset({series}), _member(match["member"])
    for match in _MODEL.finditer(text):
        if not _NO_PREFIX & set(match["prefix"]) and not _YEAR.fullmatch(match["member"]):
            yield *match.span(), frozenset({match["prefix"]}), member(match["member"])


def _numbered(text: str, match: re.Match[str]) -> Iterator[Found]:
    """Yield the identifier of a number with 号: 5号线, 3号楼, 神舟十八号.

    The series is named after the number, before it, or both.
    """
    start, end = match.start("member"), match.end("member") + 1
    ahead = re.search(rf"{_HAN}{{0,2}}$", text[max(0, start - 2) : start])
    prefix = ahead[0] if ahead else ""
    if prefix[-1:] in ("月", "第"):
        return
    series, length = _series_of(match["tail"])
    known = series in _SERIES.values() or series in _SINGLE
    found = {series} - {""}
    if len(prefix) == 2 and not _NO_PREFIX & set(prefix):
        found.add(_SERIES.get(prefix, prefix))
        start -= 0 if known else 2
    if found:
        yield start, end + (length if known else 0), frozenset(found), _member(match["member"])
        yield from _listed(text, match.start("member"), frozenset(found))


def _listed(text: str, at: int, series: frozenset[str]) -> Iterator[Found]:
    """Yield the members that a list names before its last member, which begins at `at`."""
    for _ in range(_LONGEST_LIST):
        match = _BEFORE_IT.search(text[max(0, at - 8) : at])
        if match is None:
            return
        start = max(0, at - 8) + match.start("member")
        yield start, start + len(match["member"]), series, _member(match["member"])
        at = start


def _series_of(tail: str) -> tuple[str, int]:
    """Return the series that the words after a number name, and how many characters name it.

    The series is "" for a day, a rank or a quarter.
    """
    if not tail or tail[0] in _NO_TAIL:
        return "", 0
    if match := _INSTITUTION.match(tail):
        return _SERIES.get(match["kind"], match["kind"]), match.end()
    for length in (3, 2, 1):
        if named := _SERIES.get(tail[:length]):
            return named, min(length, len(tail))
    if tail[0] in _SINGLE:
        return tail[0], 1
    return (tail[:2], 2) if len(tail) > 1 else ("", 0)


def _member(written: str) -> Member:
    """Return the member that a number in Arabic or Chinese digits names, in Arabic digits."""
    return member(written) if written.isascii() else (str(_value(written)), "")


def _value(numeral: str) -> int:
    """Return the value of a Chinese numeral below 1000; 二〇三 is read digit by digit."""
    if not set(numeral) & set("十百"):
        return int("".join(str(CHINESE_DIGITS[character]) for character in numeral))
    return chinese_number(numeral)[0]
