"""Check a draft against the articles, sentence by sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rag.answering.checking import check_claim, is_near
from rag.answering.citing import Citer
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.path import QuestionPath
from rag.answering.verification.contradiction import contradiction
from rag.errors import QuestionError
from rag.messages import Language, Message
from rag.models.cross_encoders import Judge
from rag.models.reader import Reader
from rag.text.facts import clauses, read_facts
from rag.text.languages import text_language
from rag.text.sentences import split_sentences
from rag.text.terms import concepts
from rag.types import Citation, Statement, TimeFrame

DraftVerdict = Literal["supported", "partial", "contradicted", "not_found", "no_fact"]
"""What the articles say of a sentence.

- `supported`: a source says it in the same words.
- `partial`: nothing in it was found wrong; the quote has to be read.
- `contradicted`: a source that tells of the same thing differs in a number, a date, a name, a
  denial or a role.
- `not_found`: no source tells of it.
- `no_fact`: the sentence states nothing that could be checked.
"""

MOST_CHARACTERS = 50_000
_SEARCHED_CHARACTERS = 1_000
_UNRELATED = 0.7
"""The reader's probability of "neither" from which a quote is about something else than a sentence.
Of sentences that were taken out of their articles 80 % have more with the nearest one that is left,
of true free wordings 3 % (`python -m eval drafts`)."""
_FEWEST_NOUNS: dict[Language, int] = {"zh": 3, "en": 4}
_QUOTED = re.compile("“([^”]+)”")
_QUESTION = re.compile(r"[?？]\W*$")


@dataclass(frozen=True, kw_only=True)
class DraftSentence:
    """One sentence of a draft, `text == draft[start:end]`, and what the articles say of it.

    `differing` are the spans of the draft that differ from the source, such as a number. For a
    sentence that is contradicted or has to be read, `citations` hold the quotes that decide.
    """

    start: int
    end: int
    text: str
    verdict: DraftVerdict
    reasons: tuple[Message, ...]
    citations: tuple[Citation, ...]
    differing: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class DraftReport:
    """A draft with all its sentences, in order."""

    draft: str
    sentences: tuple[DraftSentence, ...]

    def count(self, verdict: DraftVerdict) -> int:
        """Return how many sentences have this verdict."""
        return sum(sentence.verdict == verdict for sentence in self.sentences)

    def to_json(self) -> str:
        """Return the report as one JSON object."""
        # Imported here because pydantic takes a fifth of a second, and most commands need no JSON.
        from pydantic import TypeAdapter

        fields = TypeAdapter(DraftReport).dump_python(self, mode="json")
        return json.dumps(fields, ensure_ascii=False)

    def to_markdown(self, language: Language) -> str:
        """Return the report as Markdown, to keep or to send."""
        words = _WORDS[language]
        counts = " · ".join(
            f"{words[verdict]}{words['colon']}{self.count(verdict)}"
            for verdict in VERDICTS
            if self.count(verdict)
        )
        lines = [f"# {words['title']}", "", counts]
        for sentence in self.sentences:
            lines += ["", f"**{words[sentence.verdict]}** {_plain(sentence.text)}"]
            lines += [f"- {_plain(reason.text(language))}" for reason in sentence.reasons]
            for citation in sentence.citations:
                details = (citation.title, citation.outlet, citation.published, citation.url)
                source = " · ".join(str(part) for part in details if part)
                lines += ["", f"> {_plain(citation.quote)}", f"> — {_plain(source)}"]
        return "\n".join(lines) + "\n"


VERDICTS: tuple[DraftVerdict, ...] = (
    *("contradicted", "not_found", "partial", "supported", "no_fact"),
)
"""The verdicts in the order in which a report counts them."""
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Check of a draft",
        "colon": ": ",
        "supported": "✓ Supported",
        "partial": "≈ Read the quote",
        "contradicted": "✕ Differs from the source",
        "not_found": "? Not found",
        "no_fact": "– States no fact",
    },
    "zh": {
        "title": "稿件核对",
        "colon": "：",
        "supported": "✓ 有出处",
        "partial": "≈ 请读引文",
        "contradicted": "✕ 与出处不符",
        "not_found": "? 未找到",
        "no_fact": "– 无事实陈述",
    },
}


def verdict_words(verdict: DraftVerdict, language: Language) -> str:
    """Return a verdict with its sign, as people read it."""
    return _WORDS[language][verdict]


def stream_draft(
    path: QuestionPath,
    draft: str,
    *,
    articles: frozenset[str] | None,
    time_frame: TimeFrame | None,
    today: date,
) -> Iterator[DraftSentence]:
    """Check the sentences of a draft one after another, as `Assistant.stream_draft` does."""
    judge = None if path.judge == "model" else path.judge
    for start, end in _sentences(draft):
        sentence = draft[start:end]
        if _QUESTION.search(sentence):
            yield _told("no_fact", sentence, start)
            continue
        # A sentence that is too long for a question is searched by its beginning.
        asked = sentence[:_SEARCHED_CHARACTERS]
        found, _ = path.found(asked, (), time_frame, today, None, articles=articles)
        yield checked_sentence(
            sentence, found.evidence, path.vectors, judge, path.reader, start=start
        )


def checked_sentence(
    text: str,
    evidence: Sequence[Evidence],
    vectors: SentenceVectors,
    judge: Judge | None,
    reader: Reader | None,
    *,
    start: int = 0,
) -> DraftSentence:
    """Check one sentence, which begins at `start` of a draft, against sentences of the articles."""
    checked = check_claim(text, evidence, vectors, judge, reader)
    if checked.verdict == "supported":
        return _told("supported", text, start, checked.reasons, checked.citations)
    (vector,) = vectors.of([text])
    if checked.verdict == "unsupported":
        against = contradiction(text, vector, evidence, reader)
        if against:
            source, verification = against
            return _told("contradicted", text, start, verification.reasons, Citer().cite([source]))
    may_say_so = checked.verdict == "partial" or _differs_in_words(checked)
    if may_say_so and _has_near_quote(checked, vectors) and _is_to_the_point(checked, reader):
        return _told("partial", text, start, checked.reasons, checked.citations)
    return _told("not_found" if _states_a_fact(text) else "no_fact", text, start)


def _states_a_fact(text: str) -> bool:
    """Return True if a sentence has a number, a day or a name, or enough nouns to tell something.

    "It remains to be seen" has too few.
    """
    facts = read_facts(text)
    if facts.quantities or facts.dates or facts.names:
        return True
    words, language = concepts(text, across=False), text_language(text)
    named = language == "zh" and any(word.name for word in words)
    return named or sum(word.essential for word in words) >= _FEWEST_NOUNS[language]


def usable_draft(draft: str) -> str:
    """Return the draft as valid text. Raises `QuestionError` if it is too long or has no words."""
    given: object = draft
    if not isinstance(given, str) or not re.search(r"\w", draft):
        raise QuestionError(
            en="The draft has no words: give a text with sentences.",
            zh="稿件中没有文字：请给出有句子的文本。",
        )
    if len(draft) > MOST_CHARACTERS:
        raise QuestionError(
            en=f"The draft has {len(draft):,} characters: give at most {MOST_CHARACTERS:,}.",
            zh=f"稿件有 {len(draft):,} 个字符：一次最多核对 {MOST_CHARACTERS:,} 个。",
        )
    return draft.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _sentences(draft: str) -> list[tuple[int, int]]:
    """Return the spans of a draft's sentences, without blanks around them."""
    spans = []
    for sentence in split_sentences(draft):
        text = draft[sentence.start : sentence.end]
        start = sentence.start + len(text) - len(text.lstrip())
        end = sentence.end - (len(text) - len(text.rstrip()))
        if re.search(r"\w", draft[start:end]):
            spans.append((start, end))
    return spans


def _is_to_the_point(checked: Statement, reader: Reader | None) -> bool:
    """Return True unless the reader finds that each quote is about something else."""
    if reader is None:
        return True
    read = reader.judge([(checked.text, citation.quote) for citation in checked.citations])
    return float(read[:, 2].min()) < _UNRELATED


def _differs_in_words(checked: Statement) -> bool:
    """Return True if only a word differs, and no figure is beside it, whose measure it may be."""
    if {reason.code for reason in checked.reasons} != {"wording"}:
        return False
    words = _differing(checked.reasons)
    return not any(
        read_facts(clause).quantities
        for clause in clauses(checked.text)
        if any(word in clause for word in words)
    )


def _has_near_quote(checked: Statement, vectors: SentenceVectors) -> bool:
    """Return True if a quote speaks of the same thing as the sentence."""
    vector, *quoted = vectors.of([checked.text, *(c.quote for c in checked.citations)])
    return any(
        is_near(checked.text, citation.quote, float(vector @ quote))
        for citation, quote in zip(checked.citations, quoted, strict=True)
    )


def _told(
    verdict: DraftVerdict,
    text: str,
    start: int,
    reasons: tuple[Message, ...] = (),
    citations: tuple[Citation, ...] = (),
) -> DraftSentence:
    """Return the result for a sentence that begins at `start` of a draft."""
    return DraftSentence(
        start=start,
        end=start + len(text),
        text=text,
        verdict=verdict,
        reasons=reasons,
        citations=citations,
        differing=tuple(
            (start + at, start + at + len(part))
            for part in _differing(reasons)
            if (at := text.find(part)) >= 0
        )
        if verdict in ("contradicted", "partial")
        else (),
    )


def _differing(reasons: Sequence[Message]) -> list[str]:
    """Return the parts of the sentence that the reasons quote."""
    return [part for reason in reasons for part in _QUOTED.findall(reason.en)]


def _plain(text: str) -> str:
    """Return text on one line, in which Markdown has no meaning."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))
