"""A few articles in both languages, to build questions on."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.messages import Language
from rag.types import Document, Published


def article(doc_id: str, text: str, language: Language = "en", title: str = "A title") -> Document:
    return Document(
        doc_id=doc_id,
        path=f"{doc_id}.txt",
        title=title,
        outlet=None,
        published=Published(
            moment=datetime(2025, 3, 4, tzinfo=UTC), precision="day", zone_assumed=False
        ),
        language=language,
        url=None,
        text=text,
        content_hash=doc_id,
    )


HARBOUR = article(
    "harbour",
    "The Tamar ferry carried 412,000 passengers between Plymouth and Torpoint in 2024.\n\n"
    "In the spring of 2023 the shipyard of Harland Quay delivered the first of three vessels.\n\n"
    "He told reporters that nothing else had been planned for the Torpoint crossing.\n\n"
    "Engineers tested the hybrid engine MX-12 at the shipyard of Falmouth Docks before Easter.",
    title="A ferry grows",
)
WHEAT = article(
    "wheat",
    "Exporters shipped 4.2 million tonnes of wheat through Odesa in the autumn of 2024.\n\n"
    "The price of a tonne rose to $236 in Chicago, said the grain traders of Kessler Brothers.\n\n"
    "Wheat prices fell for the third week in a row.",
    title="Wheat goes by sea",
)
RAIL = article(
    "rail",
    "杭州地铁在2024年运送乘客14.6亿人次，日均客流达到401万人次。\n\n"
    "首列采用Vivalink信号系统的列车将于2026年6月投入运营。\n\n"
    "新线路由西门子提供牵引系统，合同金额为3.8亿元。\n\n"
    "他表示，公司对此没有更多评论，也不会公布其他任何数字。",
    "zh",
    "杭州地铁客流创新高",
)
FILM = article(
    "film",
    "纪录片《长河无声》在2023年9月的平遥电影展上首次放映，全长142分钟。\n\n"
    "制片方青麦影业为《长河无声》投入约2600万元，其中三成来自公开募集。\n\n"
    "截至2024年底，该片在流媒体平台Merrow上的播放量为930万次。",
    "zh",
    "一部关于河流的纪录片",
)
ARTICLES = (HARBOUR, WHEAT, RAIL, FILM)
