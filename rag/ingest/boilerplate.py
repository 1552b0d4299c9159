"""Remove the parts of an article that are not news text, such as notices, credits and links.

The removed parts are returned as well. Every rule must match a whole short block or line, and most
rules apply only near the ends of the article. So a news sentence that mentions a disclaimer stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.ingest.bylines import EDGE, byline_outlet, is_credit, is_outlet_name, without_reporters
from rag.ingest.front_matter import web_address
from rag.ingest.markdown import Block, parse_blocks

MAX_NOTICE_CHARACTERS = 400

_BRACKETS = "（）()【】[]*_ "
_NOTICE_HEAD = re.compile(
    r"(?:特别|郑重|重要|免责|法律|版权|平台|本站|风险)?(?:声明|提示|提醒|说明)\s*[:：]"
)
_NOTICE_WORDS = re.compile(
    r"不构成|仅供参考|风险自担|自担风险|自行承担|投资建议|据此操作|不代表|版权|转载|侵权|侵删|有风险"
)
_NOTICE = re.compile(
    r"免责声明\s*(?:[:：】]|$)|版权所有|(?:市场|投资|股市|入市)有风险，(?:入市|投资|决策)[需须应]|"
    r"未经.{0,20}(?:授权|许可|允许|同意).{0,12}(?:不得|禁止|严禁|谢绝|请勿).{0,6}"
    r"(?:转载|复制|摘编|刊载|镜像)|"
    r"(?:本文|文章|文中|以上)(?:内容|观点|信息|数据|所述|仅|不|为|系|所有|均)[^。]{0,60}"
    r"(?:不构成|仅供参考|不代表|原创|转载)"
)
_ENGLISH_NOTICE = re.compile(
    r"Disclaimer\s*(?:[:：—-]|$)|All rights reserved|©|Copyright\s*(?:©|\(c\)|\d{4})|"
    r"Past performance (?:is|does) (?:no|not)\b|Nothing (?:in|on) this\b.{0,80}\badvice|"
    r"(?:This (?:article|content|material|report|information|commentary|newsletter|post|website)|"
    r"The (?:information|content|views?|opinions?)(?: and (?:views|opinions))? (?:contained|"
    r"expressed|provided|presented|in this|above|herein))\b[^.]{0,120}"
    r"\b(?:is|are|does|do|should) not\b[^.]{0,80}"
    r"\b(?:advice|solicitation|endorsement|(?:reflect|represent) the (?:views|opinions))",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"(?:相关阅读|延伸阅读|推荐阅读|往期回顾|原文链接|阅读原文|查看原文|返回搜狐|END|完|"
    r"Read more|Read also|Also read|See also|Related(?: articles| stories)?|More on this(?: story)?"
    r"|Advertisement|Continue reading|Share this(?: article| story)?)\s*(?:[:：>»…，].{0,70})?",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    r"(?:请?(?:点击|长按|扫码|扫描|识别|戳|关注|下载)|欢迎(?:关注|订阅|下载)|更多(?:精彩|内容)|海量资讯)"
    r"(?=.*?(?:公众号|微信|二维码|视频号|微博号|APP|客户端|全文|原文|蓝字|下方|上方|链接|在看|星标))"
    r"|(?:(?:Click|Tap) (?:here|below|the link)|Subscribe (?:to|now|here|for|today)|Follow us\b|"
    r"Sign up (?:for|to|here|now)|Download (?:the|our) [\w ]{0,20}app\b|Join our\b|"
    r"Register (?:now|here|for free)|Read the (?:full|original) (?:story|article))\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:图片|图|配图|题图|封面|封面图|图表|截图)(?:来源|来自|源)\s*[:：|｜/／]|图/|图：|摄影[:：]|"
    r"(?:Photo|Image|Picture|Illustration|Graphic)s?(?: (?:by|credit|courtesy)\b|\s*[:：/])",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?:文章|稿件|本文|资料|数据)?(?:来源|Source)\s*[:：|｜]\s*[^。！？]{2,40}$")
_BARE_LINK = re.compile(
    r"(?:(?:原文|来源|原文链接|文章来源|链接|Source|Original|Link|URL|Via)\s*[:：]?\s*)?(https?://\S+)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[。！？!?.…][”’」』）)\"']*$")


@dataclass(frozen=True, kw_only=True)
class ReadableText:
    """An article's text, and the parts that were removed from it, in their order.

    The paragraphs of `text` are separated by one blank line. `outlet` comes from the byline and
    `link` from the closing link of the text; each may be None.
    """

    text: str
    dropped: tuple[str, ...]
    outlet: str | None
    link: str | None


def readable_text(source: str) -> ReadableText:
    """Read the Markdown of an article, which must not include its front matter."""
    blocks = parse_blocks(source)
    blocks, closing, link = _without_closing_link(blocks)
    kept: list[Block] = []
    dropped: list[str] = []
    for number, block in enumerate(blocks):
        at_edge = number < EDGE or number >= len(blocks) - EDGE
        dropped += block.images
        if block.kind == "image":
            continue
        rest, lines = _evidence(block, at_edge)
        dropped += lines
        if rest is not None:
            if at_edge:
                rest, names = without_reporters(rest)
                dropped += names
            kept.append(rest)
    # The closing link comes last in the article.
    dropped += closing
    return ReadableText(
        text=_joined(kept), dropped=tuple(dropped), outlet=byline_outlet(blocks), link=link
    )


def _joined(blocks: Sequence[Block]) -> str:
    parts = [block.text for block in blocks[:1]]
    for before, block in pairwise(blocks):
        parts += ["\n" if block.kind == before.kind == "item" else "\n\n", block.text]
    return "".join(parts).strip("\n")


def _without_closing_link(
    blocks: tuple[Block, ...],
) -> tuple[tuple[Block, ...], tuple[str, ...], str | None]:
    """Return the article without a last paragraph that is only a link, that paragraph, its address.

    If there is no such paragraph, the article is unchanged.
    """
    if not blocks or blocks[-1].kind not in ("paragraph", "item"):
        return blocks, (), None
    last = blocks[-1]
    bare = _BARE_LINK.fullmatch(last.plain)
    address = web_address(last.link or (bare[1] if bare else None))
    if address is None or (last.link and _SENTENCE_END.search(last.plain) and not bare):
        return blocks, (), None
    shown = last.plain if bare else f"[{last.plain}]({address})"
    return blocks[:-1], (shown,), address


def _evidence(block: Block, at_edge: bool) -> tuple[Block | None, tuple[str, ...]]:
    """Return the part of a block that is news text, or None, and the lines that are not."""
    if block.kind in ("table", "code"):
        return block, ()
    if _is_boilerplate(block.plain, block, at_edge):
        return None, (block.plain,)
    if len(block.lines) < 2:
        return block, ()
    goes = tuple(line for line in block.lines if _is_boilerplate(line, block, at_edge))
    stays = tuple(line for line in block.lines if line not in goes)
    return (replace(block, lines=stays) if stays else None), goes


def _is_boilerplate(text: str, block: Block, at_edge: bool) -> bool:
    inner = text.strip(_BRACKETS)
    if not any(character.isalnum() for character in inner):
        return True
    if block.kind == "heading":
        return False
    if _is_notice(inner) or _is_caption(inner, block):
        return True
    if not at_edge and block.link is None:
        return False
    if len(inner) <= 80 and (_POINTER.fullmatch(inner) or _INVITATION.match(inner)):
        return True
    if block.kind != "paragraph" or not at_edge:
        return False
    return is_credit(text) or is_outlet_name(text) or bool(_SOURCE.match(inner))


def _is_notice(text: str) -> bool:
    if len(text) > MAX_NOTICE_CHARACTERS:
        return False
    if _NOTICE_HEAD.match(text) and _NOTICE_WORDS.search(text):
        return True
    return bool(_NOTICE.match(text) or _ENGLISH_NOTICE.match(text))


def _is_caption(text: str, block: Block) -> bool:
    if len(text) > 60 or _SENTENCE_END.search(text):
        return False
    # Text right after an image that is not a sentence is a caption. Bold text may be a heading.
    return bool(_CAPTION.match(text)) or (block.captioned and not block.lead)
