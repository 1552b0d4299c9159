"""What the files of a large index are made of: postings, vectors, names, texts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval import lexical
from rag.retrieval.lexical import Clause, LexicalIndex
from rag.store import postings, vectors
from rag.store.large.bulk import BulkUnusable, Names, open_bulk
from rag.store.postings import Postings, write_postings
from rag.store.vectors import FlatVectors, StoredVectors, write_vectors

counted = st.lists(
    st.dictionaries(st.integers(0, 9), st.integers(1, 255), max_size=6), min_size=1, max_size=30
)


def blobs(counts: Sequence[dict[int, int]]) -> list[bytes]:
    return [
        np.sort(np.array([t << 8 | n for t, n in some.items()], "<u8")).tobytes() for some in counts
    ]


@given(counted, st.integers(1, 7))
def test_postings_written_in_chunks_are_those_made_at_once(
    counts: list[dict[int, int]], chunk: int
) -> None:
    import tempfile

    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(postings, "_CHUNK", chunk)
        write_postings(Path(folder), "en", blobs(counts))
        read, whole = Postings.open(Path(folder), "en"), Postings.of(blobs(counts))
        for name in ("terms", "starts", "rows", "counts", "lengths"):
            assert np.array_equal(getattr(read, name), getattr(whole, name)), name


forms = st.lists(st.integers(0, 11), min_size=1, max_size=3, unique=True).map(tuple)
clauses = st.lists(
    st.builds(
        lambda some, weight: Clause(forms=tuple(some), weight=weight),
        st.lists(forms, min_size=1, max_size=3, unique=True),
        st.sampled_from([0.35, 1.0]),
    ),
    min_size=1,
    max_size=6,
)


@given(
    counted,
    clauses,
    st.integers(1, 12),
    st.integers(0, 80),
    st.integers(0, 30),
    st.randoms(use_true_random=False),
)
def test_the_best_by_words_have_their_scores_however_few_postings_are_read(
    counts: list[dict[int, int]],
    wanted: list[Clause],
    k: int,
    most: int,
    few: int,
    rng: random.Random,
) -> None:
    part = Postings.of(blobs(counts))
    search = LexicalIndex([part]).search(wanted)
    allowed = np.array([rng.random() < 0.7 for _ in counts])
    every = search.scores(part)
    for some in (None, allowed):
        rows = [r for r in range(len(counts)) if every[r] > 0 and (some is None or some[r])]
        best = sorted(rows, key=lambda row: -every[row])[:k]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lexical, "_MOST_POSTINGS", most)
            patch.setattr(lexical, "_FEW", few)
            chosen, scores = search.best(part, k, some)
            with_others, all_scores = search.best(part, k, some, also=np.array([0, len(part) - 1]))
        assert scores.tolist() == pytest.approx(every[chosen].tolist(), rel=1e-5)
        assert set(chosen.tolist()) <= set(rows)
        exact = most >= sum(search._size(clause, part) for clause in wanted)
        if exact or (some is not None and allowed.sum() <= few):
            assert every[chosen].tolist() == pytest.approx(every[best].tolist(), rel=1e-5)
        assert with_others[: len(chosen)].tolist() == chosen.tolist()
        assert {0, len(part) - 1} <= set(with_others.tolist())
        assert all_scores.tolist() == pytest.approx(every[with_others].tolist(), rel=1e-5)


@pytest.mark.parametrize("in_cells", [False, True])
def test_codes_find_nearly_what_is_nearest(
    in_cells: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    middles = rng.standard_normal((40, 32))
    rows = (middles[rng.integers(40, size=4_000)] + rng.standard_normal((4_000, 32))).astype("f4")
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    monkeypatch.setattr(vectors, "_FLAT", 1_000)
    monkeypatch.setattr(vectors, "_FEW", 10)
    monkeypatch.setattr(vectors, "_WHOLE", 1_000 if in_cells else 10_000)
    write_vectors(tmp_path, "zh", (row.tobytes() for row in rows), 32)
    stored, flat = StoredVectors(tmp_path, "zh", 32), FlatVectors(rows)
    allowed = rng.random(len(rows)) < 0.1
    shares = []
    for query in rows[:50]:
        for some in (None, allowed):
            near, cosines = stored.search(query, 10, some)
            exact, _ = flat.search(query, 10, some)
            shares.append(len(set(near.tolist()) & set(exact.tolist())) / 10)
            # What is found has its exact cosine.
            assert np.allclose(cosines, rows[near] @ query, atol=1e-6)
            assert some is None or bool(some[near].all())
    assert np.mean(shares) > 0.95
    few = np.zeros(len(rows), np.bool_)
    few[[7, 9]] = True
    assert set(stored.search(rows[0], 10, few)[0].tolist()) == {7, 9}


def test_what_is_allowed_is_found_in_cells_that_are_far_from_the_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((3_000, 32)).astype("f4")
    rows[1_000:1_400] = rows[1_000] + 0.3 * rng.standard_normal((400, 32))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for name, value in (("_FLAT", 200), ("_FEW", 20), ("_WHOLE", 300)):
        monkeypatch.setattr(vectors, name, value)
    write_vectors(tmp_path, "en", (row.tobytes() for row in rows), 32)
    stored = StoredVectors(tmp_path, "en", 32)
    allowed = np.zeros(len(rows), np.bool_)
    allowed[1_000:1_400] = True
    found, _ = stored.search(-rows[1_000], 100, allowed)
    assert len(found) == 100
    assert bool(allowed[found].all())


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=20))
def test_names_are_found_by_halving(names: set[str]) -> None:
    ordered = sorted(name.encode() for name in names)
    table = Names(
        np.frombuffer(b"".join(ordered), np.uint8), np.cumsum([len(n) for n in ordered], dtype="i8")
    )
    assert [table[row].encode() for row in range(len(table))] == ordered
    assert table.rows(sorted(names)) == [ordered.index(name.encode()) for name in sorted(names)]
    assert table.row("no such name") is None


def test_a_folder_that_is_no_bulk_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(BulkUnusable):
        open_bulk(tmp_path, "bulk-none", 8)
