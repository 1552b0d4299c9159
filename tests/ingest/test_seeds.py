"""The articles that come with the project: facts that a person read in them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.ingest.boilerplate import readable_text
from rag.ingest.chunker import PASSAGE_TOKENS, chunk
from rag.ingest.front_matter import read_front_matter
from rag.ingest.loader import iter_documents
from rag.text.sentences import split_sentences
from rag.types import Document

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    found = list(iter_documents(SEEDS))
    assert all(isinstance(document, Document) for document in found)
    return {d.doc_id[:3]: d for d in found if isinstance(d, Document)}


# doc_id, outlet, published, url, sentences, headings, pieces dropped
FACTS = [
    ("000_7a28b1ceedc61cfc", "科创板日报", "2025-02-13 18:26",
     "https://new.qq.com/rain/a/20250213A07BWT00", 42, 2, 3),
    ("001_65a87198a1962179", "iyiou.com", "2025-02-13 10:35",
     "https://www.iyiou.com/news/202502131090127", 39, 3, 5),
    ("002_7cd06fb3fa13e76f", "每日经济新闻", "2025-02-13 16:49",
     "https://new.qq.com/rain/a/20250213A061ZL00", 31, 0, 12),
    ("003_dff16045e05a3683", "经济观察网", "2025-02-13 20:30",
     "https://new.qq.com/rain/a/20250213A08EJV00", 23, 0, 3),
    ("004_2a3666ae1f3d6eaf", "界面新闻", "2025-02-14 17:21",
     "https://new.qq.com/rain/a/20250214A06TQ000", 41, 2, 3),
]  # fmt: skip


@pytest.mark.parametrize(
    ("doc_id", "outlet", "published", "url", "sentences", "headings", "dropped"), FACTS
)
def test_facts(
    documents: dict[str, Document], doc_id: str, outlet: str, published: str, url: str,
    sentences: int, headings: int, dropped: int,
) -> None:  # fmt: skip
    document = documents[doc_id[:3]]
    assert document.doc_id == doc_id
    assert document.path == f"{doc_id}.txt"
    assert document.outlet == outlet
    assert document.url == url
    assert document.language == "zh"
    assert document.published is not None
    assert str(document.published) == published
    assert document.published.zone_assumed
    assert str(document.published.moment.tzinfo) == "UTC+08:00"
    kinds = [s.kind for s in split_sentences(document.text)]
    assert (kinds.count("sentence"), kinds.count("heading")) == (sentences, headings)
    source = (SEEDS / document.path).read_text(encoding="utf-8")
    assert len(readable_text(read_front_matter(source).body).dropped) == dropped


def test_titles(documents: dict[str, Document]) -> None:
    for document in documents.values():
        source = (SEEDS / document.path).read_text(encoding="utf-8")
        assert f'title: "{document.title}"\n' in source


@pytest.mark.parametrize(
    "trace",
    ["![", "**", "](", "http", "声明：", "风险自担", "图片来源", "编辑", "校对", "黄心怡", "钱玉娟",
     "肖芳", "文姝琪", "陈柯名", "证券时报、", "▍", "widgets", "<", "\u200b", "  "],
)  # fmt: skip
def test_no_trace_of_what_is_no_evidence(documents: dict[str, Document], trace: str) -> None:
    for document in documents.values():
        assert trace not in document.text, document.doc_id


def test_every_other_character_of_the_articles_is_kept_in_order(
    documents: dict[str, Document],
) -> None:
    for document in documents.values():
        source = (SEEDS / document.path).read_text(encoding="utf-8")
        body = read_front_matter(source).body
        # An independent reading: what looks like Markdown goes, and each dropped piece once.
        for piece in sorted(readable_text(body).dropped, key=len, reverse=True):
            bare = re.sub(r"[*>#\s]", "", piece)
            body = re.sub(r"[*>#\s]", "", body)
            assert bare in body
            body = body.replace(bare, "", 1) if piece[0] in "![" else _last_removed(body, bare)
        kept = re.sub(r"[*>#▍\s]", "", body)
        assert kept == re.sub(r"[#\s]", "", document.text)


def _last_removed(body: str, piece: str) -> str:
    """`body` without `piece` where it stands at an edge of it, since credits do."""
    first, last = body.find(piece), body.rfind(piece)
    place = first if first < len(body) - last else last
    return body[:place] + body[place + len(piece) :]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("000", "最终，他们选择与我们做生意。"),
        ("000", "截止今日收盘，阿里股价上涨2.55%达116.7港元。"),
        ("001", "光线传媒被收纳进阿里巴巴概念的原因是杭州阿里创业投资有限公司是光线传媒的"
         "第二大股东，持股2.58亿股。"),
        ("002", "（注：Qwen-Max是阿里云通义团队对MoE模型的最新探索成果）"),
        ("002", "市场对于苹果手机在中国大陆上线AI功能已有预期。"),
        ("003", "“非常荣幸能够与苹果这样伟大的公司做生意。”蔡崇信称，苹果在中国需要一个本地化的"
         "合作伙伴，为iPhone手机提供AI服务，阿里很幸运地成为了它的合作伙伴。"),
        ("004", "截至今日收盘，阿里股价上涨6.34%，达到124.1港元。"),
    ],
)  # fmt: skip
def test_sentences_that_can_be_cited(
    documents: dict[str, Document], number: str, sentence: str
) -> None:
    text = documents[number].text
    assert sentence in [text[s.start : s.end] for s in split_sentences(text)]


def test_headings(documents: dict[str, Document]) -> None:
    lines = {number: document.text.split("\n\n") for number, document in documents.items()}
    assert "## 苹果试图补齐生成式AI版图" in lines["000"]
    assert "## AI to C成为阿里“下一个曲线”？" in lines["000"]
    assert "## “滑铁卢”之下寻求新出路" in lines["001"]
    assert "### 或为阿里AI带来更多用户" in lines["004"]


def test_passages(documents: dict[str, Document]) -> None:
    def count_tokens(texts: Sequence[str]) -> list[int]:
        return [math.ceil(len(text) / 1.5) for text in texts]

    for document in documents.values():
        spans = chunk(document.text, count_tokens)
        passages = [document.text[span.start : span.end] for span in spans]
        sizes = count_tokens(passages)
        assert max(sizes) <= PASSAGE_TOKENS
        assert min(sizes) >= PASSAGE_TOKENS // 8
        assert not any(passage.split("\n")[-1].startswith("#") for passage in passages)
        assert "\n\n".join(passages) == document.text
