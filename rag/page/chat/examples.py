"""Questions to try, offered only where the corpus has the article that answers them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.types import DocumentReference


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question, and the name of the article (the last part of its `doc_id`) that answers it."""

    question: str
    article: str


SEED_EXAMPLES = (
    Example(question="苹果为什么选择阿里？", article="004_2a3666ae1f3d6eaf"),
    Example(question="Why did Apple choose Alibaba?", article="004_2a3666ae1f3d6eaf"),
    Example(question="When will iOS 18.4 be released?", article="002_7cd06fb3fa13e76f"),
    Example(question="2月13日阿里巴巴港股收盘价是多少？", article="002_7cd06fb3fa13e76f"),
)


def examples_for(corpus: Iterable[DocumentReference]) -> tuple[str, ...]:
    """The questions whose article is in `corpus`."""
    articles = {reference.doc_id.rpartition("/")[2] for reference in corpus}
    return tuple(example.question for example in SEED_EXAMPLES if example.article in articles)
