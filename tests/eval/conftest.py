from collections.abc import Callable, Sequence

import pytest

from rag.types import Answer, Citation, Hit, Passage, Statement, Status, Timings

Place = tuple[str, int, int]
MakeAnswer = Callable[..., Answer]


def _citation(marker: int, place: Place) -> Citation:
    doc_id, start, end = place
    return Citation(
        marker=marker,
        doc_id=doc_id,
        start=start,
        end=end,
        quote="x" * (end - start),
        title="t",
        outlet=None,
        published=None,
        url=None,
        content_hash="h",
    )


@pytest.fixture
def make_answer() -> MakeAnswer:
    """An answer of the given sentences, places cited and places found; left out: `left_out`."""

    def make(
        *,
        status: Status = "answered",
        says: Sequence[str] = (),
        cites: Sequence[Place] = (),
        hits: Sequence[Place] = (),
        left_out: Sequence[str] = (),
    ) -> Answer:
        citations = tuple(_citation(n, place) for n, place in enumerate(cites, start=1))
        statements = [
            Statement(text=text, kind="claim", citations=(), verdict="supported") for text in says
        ]
        if citations:
            statements.append(
                Statement(text="…", kind="claim", citations=citations, verdict="supported")
            )
        return Answer(
            question="q",
            language="zh",
            rewritten_question=None,
            status=status,
            statements=tuple(statements),
            left_out=tuple(
                Statement(text=text, kind="claim", citations=(), verdict="unsupported")
                for text in left_out
            ),
            conflicts=(),
            missing=(),
            nearest=(),
            time_frame=None,
            hits=tuple(
                Hit(
                    passage=Passage(
                        passage_id=n, doc_id=doc, start=start, end=end, text="x" * (end - start)
                    ),
                    score=1 / n,
                )
                for n, (doc, start, end) in enumerate(hits, start=1)
            ),
            notices=(),
            model=None,
            timings=Timings(retrieve=0, compose=0, verify=0, total=0),
        )

    return make
