"""Vectors that are remembered are the ones that were made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag.answering.evidence import SentenceVectors
from tests.conftest import HashEmbedder


def test_threads_get_the_vectors_of_their_own_texts(hash_embedder: HashEmbedder) -> None:
    vectors = SentenceVectors(hash_embedder)
    wanted = [[f"sentence {n * k % 31}" for n in range(40)] for k in range(1, 33)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(vectors.of, wanted))
    for texts, rows in zip(wanted, made, strict=True):
        assert np.array_equal(rows, hash_embedder.embed_passages(texts))


def test_a_known_sentence_is_not_embedded_again(hash_embedder: HashEmbedder) -> None:
    vectors = SentenceVectors(hash_embedder)
    vectors.of(["a", "b", "a"])
    vectors.of(["b", "c"])
    assert hash_embedder.embedded == ["a", "b", "c"]
    assert vectors.of([]).shape == (0, hash_embedder.dimensions)


def test_no_more_are_remembered_than_there_is_room_for(hash_embedder: HashEmbedder) -> None:
    vectors = SentenceVectors(hash_embedder, most=3)
    vectors.of(["a", "b", "c"])
    vectors.of(["a", "d"])
    hash_embedder.embedded.clear()
    # What was asked for last is known still; "b", the longest ago, is not.
    vectors.of(["c", "a", "d"])
    assert hash_embedder.embedded == []
    rows = vectors.of(["b", "e", "f", "g"])
    assert hash_embedder.embedded == ["b", "e", "f", "g"]
    assert np.array_equal(rows, hash_embedder.embed_passages(["b", "e", "f", "g"]))
    hash_embedder.embedded.clear()
    vectors.of(["a"])
    assert hash_embedder.embedded == ["a"]
