"""Find questions to try that the articles answer.

The seed articles have fixed questions. For other articles, questions are made from the newest
titles. Each one is tried on the index before it is offered, without a chat model.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rag.messages import Language
from rag.page.chat.turns import Assistant
from rag.store.articles import Catalogue
from rag.text.characters import has_han
from rag.types import DocumentReference

MOST = 3
"""The number of examples offered in each language."""

_TRIED = 10
"""The largest number of titles tried. Each costs one search of the index."""

_LENGTHS = {"zh": (8, 40), "en": (20, 100)}
"""The length of a title in a question, in characters: shortest and longest. A shorter title may say
too little."""

_OUTLET_BEHIND = re.compile(r"\s+[|–—-]\s+[^|–—-]{1,30}$|\s*[_|｜][^_|｜]{1,20}$")
_NOT_OF_A_TITLE = re.compile(r"https?:|[\\{}<>]|\.(?:md|txt|html?|pdf)$|…$|\.\.\.$")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question, and the name of the article that answers it (the last part of its `doc_id`)."""

    question: str
    article: str


SEED_EXAMPLES = (
    Example(question="苹果为什么选择阿里？", article="004_2a3666ae1f3d6eaf"),
    Example(question="2月13日阿里巴巴港股收盘价是多少？", article="002_7cd06fb3fa13e76f"),
    Example(question="苹果为什么没有选择DeepSeek？", article="004_2a3666ae1f3d6eaf"),
    Example(question="Why did Apple choose Alibaba?", article="004_2a3666ae1f3d6eaf"),
    Example(question="When will iOS 18.4 be released?", article="002_7cd06fb3fa13e76f"),
    Example(question="Why was DeepSeek not chosen?", article="004_2a3666ae1f3d6eaf"),
)


def find_examples(assistant: Assistant) -> Callable[[], tuple[str, ...]]:
    """Return a function that finds the examples at its first call and remembers them."""
    lock = threading.Lock()
    found: list[tuple[str, ...]] = []

    def examples() -> tuple[str, ...]:
        with lock:
            if not found:
                found.append(examples_for(assistant))
            return found[0]

    return examples


def examples_for(assistant: Assistant) -> tuple[str, ...]:
    """Return at most `MOST` questions in each language that the corpus answers.

    They are the seeds' own questions, or else are made from titles.
    """
    corpus = assistant.documents()
    articles = {reference.doc_id.rpartition("/")[2] for reference in corpus}
    seeds = tuple(example.question for example in SEED_EXAMPLES if example.article in articles)
    if seeds:
        return seeds
    answered: list[str] = []
    for tried, question in enumerate(questions_of(corpus)):
        if tried == _TRIED:
            break
        alike = [other for other in answered if has_han(other) == has_han(question)]
        if len(alike) < MOST and assistant.holds_answer(question):
            answered.append(question)
    return tuple(answered)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What the index holds, in numbers: articles, outlets, files that could not be read.

    `first` and `last` are the days of the oldest and the newest article, empty without any date.
    """

    articles: int
    outlets: int
    first: str
    last: str
    languages: tuple[Language, ...]
    unread: int


def loaded(catalogue: Catalogue) -> Loaded:
    """Return what a list of articles holds."""
    days = sorted(str(a.published)[:10] for a in catalogue.articles if a.published)
    return Loaded(
        articles=len(catalogue.articles),
        outlets=len({article.outlet for article in catalogue.articles if article.outlet}),
        first=days[0] if days else "",
        last=days[-1] if days else "",
        languages=tuple(sorted({article.language for article in catalogue.articles})),
        unread=len(catalogue.failures),
    )


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a new conversation begins with: questions to try, and what else can be done.

    `articles` is true if there are any, and `owner` if the reader may add some.
    """

    questions: tuple[str, ...] = ()
    articles: bool = False
    owner: bool = False


def questions_of(corpus: Iterable[DocumentReference]) -> Iterator[str]:
    """Yield a question for each usable title, newest articles first.

    Chinese and English questions alternate as long as there are both.
    """
    newest = sorted(
        corpus, key=lambda r: r.published.moment.timestamp() if r.published else 0.0, reverse=True
    )
    asked = dict.fromkeys(question for r in newest if (question := question_of(r.title)))
    chinese = [question for question in asked if has_han(question)]
    english = [question for question in asked if not has_han(question)]
    while chinese or english:
        for questions in (chinese, english):
            if questions:
                yield questions.pop(0)


def question_of(title: str) -> str | None:
    """Return a question about the article with this title, in the title's language, or None.

    A title that is a question is used as it is. Any other title is quoted in a question.
    """
    title = _OUTLET_BEHIND.sub("", " ".join(title.split())).rstrip("。.")
    language: Language = "zh" if has_han(title) else "en"
    shortest, longest = _LENGTHS[language]
    if not shortest <= len(title) <= longest or _NOT_OF_A_TITLE.search(title):
        return None
    if language == "en" and " " not in title:  # A file name, or another script.
        return None
    if title.endswith(("？", "?")):
        return title
    quoted = title.replace("“", "‘").replace("”", "’").replace('"', "’")
    if language == "zh":
        return f"关于“{quoted}”，报道说了什么？"
    return f"What do the articles say about “{quoted}”?"
