"""The retrieval harness: reading sets, measures against hand arithmetic, comparing, resuming."""

import gzip
import json
import math
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from eval import retrieval
from eval.__main__ import main
from eval.cached_embedder import CachedEmbedder
from eval.collection import Collection, read_collection
from eval.in_memory import snapshot_of
from eval.retrieval import compare, measure, rank, to_markdown
from eval.retrieval_runs import RUNS
from rag.config import Config
from rag.errors import ConfigError
from rag.models.embedder import Vectors
from rag.types import Hit, Passage
from tests.conftest import HashEmbedder

CORPUS = [
    {"id": "a", "lang": "zh", "title": "", "text": "苹果选择阿里巴巴作为合作伙伴。"},
    {"id": "b", "lang": "en", "title": "", "text": "The harbour was closed by a storm."},
    {"id": "c", "lang": "en", "title": "", "text": "Wheat prices rose for a fourth week."},
    {"id": "d", "lang": "en", "title": "", "text": "Storms closed the harbour again in May."},
]
QUESTIONS = [
    {"id": "q1", "lang": "zh", "question": "苹果选择了谁？", "relevant": ["a"]},
    {"id": "q2", "lang": "en", "question": "harbour closed", "relevant": ["b", "d"]},
    {"id": "q3", "lang": "en", "question": "no answer", "relevant": []},
]


def write_set(folder: Path, corpus: object = CORPUS, questions: object = QUESTIONS) -> Path:
    folder.mkdir(exist_ok=True)
    for name, records in (("corpus", corpus), ("questions", questions)):
        assert isinstance(records, list)
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
    return folder


def hits(doc_ids: Sequence[str]) -> tuple[Hit, ...]:
    """One hit in each of these documents, all of one score."""
    passages = [
        Passage(passage_id=i, doc_id=doc_id, start=0, end=1, text="x")
        for i, doc_id in enumerate(doc_ids)
    ]
    return tuple(Hit(passage=passage, score=0.5) for passage in passages)


def nothing(_: str, __: int) -> Callable[[int], None]:
    return lambda _: None


def test_questions_without_relevant_documents_are_passed_over(tmp_path: Path) -> None:
    collection = read_collection(write_set(tmp_path / "set"))
    assert [q.question_id for q in collection.questions] == ["q1", "q2"]
    assert [d.language for d in collection.documents] == ["zh", "en", "en", "en"]


def test_a_limit_draws_the_same_questions_each_time(tmp_path: Path) -> None:
    many = [{"id": str(n), "question": f"{n}?", "relevant": ["a"]} for n in range(50)]
    folder = write_set(tmp_path / "set", questions=many)
    drawn = [q.question_id for q in read_collection(folder, 7).questions]
    assert len(drawn) == 7
    assert drawn == [q.question_id for q in read_collection(folder, 7).questions]
    assert drawn != [str(n) for n in range(7)]


@pytest.mark.parametrize(
    ("corpus", "questions", "said"),
    [
        ([{"id": "a"}], QUESTIONS[:1], "`text` is missing"),
        (CORPUS, [{"id": "q", "question": "?", "relevant": ["z"]}], "'z' is not in the corpus"),
        (CORPUS, [{"id": "q", "question": "?", "relevant": "a"}], "not a list"),
        ([[1]], QUESTIONS, "line 1"),
    ],
)
def test_a_set_that_cant_be_used_is_named(
    tmp_path: Path, corpus: object, questions: object, said: str
) -> None:
    folder = write_set(tmp_path / "set", corpus, questions)
    with pytest.raises(ConfigError) as caught:
        read_collection(folder)
    assert said in caught.value.message.en
    assert str(folder) in caught.value.message.en
    assert main(["retrieval", str(folder)]) == 2


def test_measures_agree_with_hand_arithmetic(tmp_path: Path) -> None:
    collection = read_collection(write_set(tmp_path / "set"))
    # q1 finds its document second; q2 finds one of its two, third; passages of one document once.
    found = {"苹果选择了谁？": ["b", "b", "a"], "harbour closed": ["a", "c", "d"]}
    ranking = rank(collection, lambda question, _: hits(found[question.text]), nothing)
    scores = measure(collection, ranking)
    assert scores["hit@1"] == [0, 0]
    assert scores["recall@5"] == [1, 0.5]
    assert scores["MRR@10"] == pytest.approx([1 / 2, 1 / 3])
    # DCG of rank r is 1 / log2(r + 1); the best order of two is 1 + 1 / log2(3).
    best = 1 + 1 / math.log2(3)
    assert scores["nDCG@10"] == pytest.approx([1 / math.log2(3), (1 / math.log2(4)) / best])


def test_a_question_that_finds_nothing_counts(tmp_path: Path) -> None:
    collection = read_collection(write_set(tmp_path / "set"))
    scores = measure(collection, {"q2": ["b", "d"]})
    assert scores["nDCG@10"] == [0, 1]


def test_equal_scores_keep_their_order(tmp_path: Path) -> None:
    collection = read_collection(write_set(tmp_path / "set"))
    ranking = rank(collection, lambda *_: hits("cab"), nothing)
    assert ranking == {"q1": ["c", "a", "b"], "q2": ["c", "a", "b"]}
    assert measure(collection, ranking)["MRR@10"] == [1 / 2, 1 / 3]


def test_the_day_of_asking_and_of_publication_are_read(tmp_path: Path) -> None:
    corpus = [{"id": "a", "text": "Ships came.", "date": "2025-02"}, *CORPUS[1:]]
    asked = {"id": "q", "question": "Who came?", "relevant": ["a"], "question_date": "2025-02-13"}
    collection = read_collection(write_set(tmp_path / "set", corpus, [asked]))
    assert collection.questions[0].today == date(2025, 2, 13)
    assert str(collection.documents[0].published) == "2025-02"
    assert collection.documents[1].published is None


def test_runs_are_compared_question_by_question() -> None:
    def scores(values: list[float]) -> retrieval.Scores:
        return dict.fromkeys(retrieval.MEASURES, values)

    rng = np.random.default_rng(7)
    base = rng.uniform(0, 0.8, 60).tolist()
    better = [value + 0.1 for value in base]
    (same,) = compare({"a": scores(base), "b": scores(base)})
    assert (same.difference.mean, same.difference.low, same.difference.high) == (0, 0, 0)
    assert same.p == 1
    (gain,) = compare({"a": scores(base), "b": scores(better)})
    assert gain.difference.mean == pytest.approx(0.1)
    assert gain.p < 0.001
    noise = (np.array(base) + rng.normal(0, 0.2, 60)).tolist()
    (chance,) = compare({"a": scores(base), "b": scores(noise)})
    assert chance.difference.low is not None
    assert chance.difference.high is not None
    assert chance.difference.low < 0 < chance.difference.high
    assert chance.p > 0.05


def test_a_dense_run_finds_what_shares_words(tmp_path: Path, hash_embedder: HashEmbedder) -> None:
    collection = read_collection(write_set(tmp_path / "set"))
    snapshot = snapshot_of(collection.documents, hash_embedder, nothing)
    assert [p.text for p in snapshot.passages] == [d.text for d in collection.documents]
    _, make_find = RUNS["dense"]
    find = make_find(snapshot, hash_embedder, Config())
    scores = measure(collection, rank(collection, find, nothing))
    assert scores["recall@5"] == [1, 1]


def test_the_whole_command_reports_in_markdown_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = (lambda _: HashEmbedder(), RUNS["dense"][1])
    monkeypatch.setattr(retrieval, "RUNS", {"dense": run, "other": run})
    folder, out = write_set(tmp_path / "set"), tmp_path / "out.json"
    arguments = ["retrieval", str(folder), "--json", str(out), "--cache", str(tmp_path / "cache")]
    assert main([*arguments, "--run", "dense", "--run", "other"]) == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["runs"]["dense"]["recall@5"]["mean"] == 1
    assert report["runs"]["dense"]["recall@5"]["n"] == 2
    assert report["comparisons"][0]["p"] == 1
    printed = capsys.readouterr().out
    assert printed == to_markdown(report)
    assert "| dense (hash) | 1.000" in printed


def test_what_another_program_found_is_measured_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(retrieval, "RUNS", {"hybrid": (lambda _: HashEmbedder(), RUNS["dense"][1])})
    folder, peer = write_set(tmp_path / "set"), tmp_path / "peer.json"
    arguments = ["retrieval", str(folder), "--ranking", str(peer), "--cache", str(tmp_path / "c")]
    peer.write_text('{"ranking": {"q1": ["a"], "q2": ["c", "d"]}}', encoding="utf-8")
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "| peer (as given) | 0.500" in printed
    assert "nDCG@10, peer against hybrid" in printed
    peer.write_text('{"ranking": 1}', encoding="utf-8")
    assert main(arguments) == 2
    assert "is not a ranking" in capsys.readouterr().err


# --- the cache --------------------------------------------------------------------------------


def test_a_text_is_embedded_once_by_model_and_kind(tmp_path: Path) -> None:
    path, first = tmp_path / "cache", HashEmbedder()
    texts = ["新闻一", "新闻二", "新闻一"]
    told: list[int] = []
    vectors = CachedEmbedder(first, path).embed_passages(texts, told.append)
    np.testing.assert_array_equal(vectors, HashEmbedder().embed_passages(texts))
    assert first.embedded == ["新闻一", "新闻二"]

    again = HashEmbedder()
    np.testing.assert_array_equal(CachedEmbedder(again, path).embed_passages(texts), vectors)
    assert again.embedded == []
    other = HashEmbedder(fingerprint="hash-2")
    CachedEmbedder(other, path).embed_passages(texts[:1])
    assert other.embedded == ["新闻一"]


def test_a_run_that_was_stopped_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopping(HashEmbedder):
        def embed_passages(
            self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
        ) -> Vectors:
            if len(self.embedded) >= 4:
                raise KeyboardInterrupt
            return super().embed_passages(texts, on_progress)

    monkeypatch.setattr("eval.cached_embedder._COMMIT_TEXTS", 2)
    texts = [f"text {n}" for n in range(10)]
    with pytest.raises(KeyboardInterrupt):
        CachedEmbedder(Stopping(), tmp_path / "cache").embed_passages(texts)
    after = HashEmbedder()
    CachedEmbedder(after, tmp_path / "cache").embed_passages(texts)
    assert after.embedded == texts[4:]


def test_the_collection_is_what_the_files_say(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    for name, records in (("corpus", CORPUS), ("questions", QUESTIONS)):
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    packed = read_collection(write_set(tmp_path / "packed"))
    plain = read_collection(folder)
    assert plain == Collection(name="plain", documents=packed.documents, questions=packed.questions)
