"""Let a judge decide if citations support their sentences, with ALCE's two measures.

The source is Gao et al., 2023 (arXiv:2305.14627), section 4. A claim has *citation recall* 1 if its
citations together support it. A citation has *precision* 1 if its claim has recall 1 and the
citation is not irrelevant: it supports the claim by itself, or the others do not without it.

The judge should not be the one that chose the citations: the program's own check finds its own work
right. It can still be used, as can a chat model or any model for natural language inference. The
report shows who judged. Verdicts are kept in the run's folder:

    RUN/judged-JUDGE.jsonl     a line per question: a verdict per claim, and per citation
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.intervals import Estimate, Observation, estimate
from eval.metrics.facts import claims
from rag.answering.evidence import Evidence, SentenceVectors, cited_sentence
from rag.answering.verification.claims import verify
from rag.errors import ConfigError, JudgeError, first_line
from rag.models.cross_encoders import Judge
from rag.models.embedder import Embedder
from rag.text.languages import text_language
from rag.types import Answer, Citation, Document, Statement

SUPPORTS = 0.5
"""From this support on, the judge's verdict counts as yes."""

_SUPPORT = {"supported": 1.0, "partial": 0.25, "unsupported": 0.0}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judge's verdicts on one question's answer: one per claim, and one per citation of each.

    `unclear` counts claims for which the judge gave no verdict. They are in neither list.
    """

    question_id: str
    recalls: tuple[bool, ...]
    precisions: tuple[bool, ...]
    unclear: int


class VerifierJudge:
    """The program's own check as a `Judge`. It sees only the cited sentences of the articles."""

    name = "verifier"

    def __init__(self, embedder: Embedder) -> None:
        self._vectors = SentenceVectors(embedder)

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        """Return 1 for supported, 0.25 for partial, 0 for unsupported."""
        vectors = self._vectors.of([claim, *(source.quote for source in sources)])
        cited = [
            _evidence(source, vector) for source, vector in zip(sources, vectors[1:], strict=True)
        ]
        return _SUPPORT[verify(claim, vectors[0], cited).verdict]


def judge_answers(
    answers: Iterable[tuple[str, Answer | None]],
    judge: Judge,
    on_progress: Callable[[int], None],
) -> tuple[Judged, ...]:
    """Return the verdicts on every answer with a claim. Each answer comes with its question's id.

    `on_progress` is called for each. Raises `ChatModelError` if a chat model that judges fails.
    """
    judged = []
    for question_id, answer in answers:
        if said := claims(answer):
            judged.append(_judged(question_id, said, judge))
        on_progress(1)
    return tuple(judged)


def _judged(question_id: str, said: Sequence[Statement], judge: Judge) -> Judged:
    recalls, precisions, unclear = [], [], 0
    for claim in said:
        try:
            recall, precise = judge_claim(claim, judge)
        except JudgeError:
            unclear += 1
            continue
        recalls.append(recall)
        precisions += precise
    return Judged(
        question_id=question_id,
        recalls=tuple(recalls),
        precisions=tuple(precisions),
        unclear=unclear,
    )


def judge_claim(claim: Statement, judge: Judge) -> tuple[bool, list[bool]]:
    """Return whether the citations support the claim, and for each if it is needed for that."""

    def supported(citations: Sequence[Citation]) -> bool:
        return bool(citations) and judge.support(claim.text, citations) >= SUPPORTS

    cited = claim.citations
    if not supported(cited):
        return False, [False] * len(cited)
    if len(cited) == 1:
        return True, [True]
    return True, [
        supported([citation]) or not supported([*cited[:i], *cited[i + 1 :]])
        for i, citation in enumerate(cited)
    ]


def write_judged(folder: Path, judge: Judge, judged: Sequence[Judged]) -> Path:
    """Write a judge's verdicts into the run's folder."""
    path = folder / f"judged-{re.sub(r'[^A-Za-z0-9.-]+', '-', judge.name)}.jsonl"
    lines = [json.dumps({"judge": judge.name, **asdict(j)}, ensure_ascii=False) for j in judged]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def read_judged(folder: Path) -> dict[str, tuple[Judged, ...]]:
    """Return each judge's verdicts on the run in `folder`, by the judge's name."""
    found: dict[str, tuple[Judged, ...]] = {}
    for path in sorted(folder.glob("judged-*.jsonl")):
        try:
            for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
                record = json.loads(line)
                name = record.pop("judge")
                lists = {key: tuple(record[key]) for key in ("recalls", "precisions")}
                found[name] = (*found.get(name, ()), Judged(**{**record, **lists}))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                en=f"{path} can't be read ({first_line(error)}): remove it and judge again.",
                zh=f"无法读取 {path}（{first_line(error)}）：请删除它并重新评判。",
            ) from error
    return found


def estimates(
    judged: Sequence[Judged], clusters: Mapping[str, str]
) -> tuple[tuple[str, Estimate], ...]:
    """Return the mean recall of claims and precision of citations.

    Each claim and citation counts once.

    `clusters` gives the cluster of each question by its id.
    """
    return tuple(
        (
            name,
            estimate(
                [
                    Observation(group=clusters[j.question_id], value=float(value))
                    for j in judged
                    for value in values(j)
                ]
            ),
        )
        for name, values in (
            ("citation recall", _recalls),
            ("citation precision", _precisions),
        )
    )


def _recalls(judged: Judged) -> tuple[bool, ...]:
    return judged.recalls


def _precisions(judged: Judged) -> tuple[bool, ...]:
    return judged.precisions


def _evidence(source: Citation, vector: NDArray[np.float32]) -> Evidence:
    document = Document(
        doc_id=source.doc_id,
        path="",
        title=source.title,
        outlet=source.outlet,
        published=source.published,
        language=text_language(source.quote),
        url=source.url,
        text=source.quote,
        content_hash=source.content_hash,
    )
    return cited_sentence(document, 0, len(source.quote), passage=source.quote, vector=vector)
