"""The reader that is packed with the program: what it reads, and what happens where it can't."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.cancellation import Cancellation, Cancelled, cancellable
from rag.config import BUNDLED_EMBEDDER, Config, cache_folder
from rag.errors import ReaderError
from rag.models.embedder import Embedder
from rag.models.loading import load_reader, packed_folder
from rag.models.model_folder import find_model
from rag.models.openvino_reader import ReaderSettings
from rag.models.reader import Reader, TextReading
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.text.sentences import split_sentences
from tests.conftest import HashEmbedder

ZH_QUESTION = "海桐资本向蓝港科技投资了多少钱？"
ZH_TEXT = (
    "蓝港科技成立于2016年，总部设在杭州。海桐资本上周向蓝港科技投资了3.2亿元。"
    "公司现有员工约四百人，主要生产港口用的起重设备。"
)
ZH_ANSWER = "3.2亿元"
EN_QUESTION = "How many people were injured when the ferry hit the pier?"
EN_TEXT = (
    "The ferry service was founded in 1931 and carries two million people a year. "
    "On Tuesday the ferry hit the pier in thick fog, and 27 people were injured. "
    "The company said that it would publish a report by the end of March."
)
EN_ANSWER = "27"
OTHER_TEXT = "这家餐厅的菜单每个月更换一次，周末需要提前预订。"


def test_the_packed_reader_runs_in_8_bits_and_is_small(reader: Reader) -> None:
    assert reader.runtime == "openvino int8"
    assert sum(path.stat().st_size for path in packed_folder().iterdir()) < 24_000_000


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [(ZH_QUESTION, ZH_TEXT, ZH_ANSWER), (EN_QUESTION, EN_TEXT, EN_ANSWER)],
)
def test_a_clear_question_picks_its_sentence(
    reader: Reader, question: str, text: str, answer: str
) -> None:
    (reading,) = reader.read(question, [text])
    sentences = split_sentences(text)
    best = max(sentences, key=lambda one: reading.sentence_score(one.start, one.end))
    assert answer in text[best.start : best.end]
    within = reading.answer_within(best.start, best.end)
    assert within is not None
    start, end = within
    assert answer in text[start:end]
    assert best.start <= start < end <= best.end


def test_a_text_that_answers_is_told_from_one_that_does_not(reader: Reader) -> None:
    answers, other = reader.read(ZH_QUESTION, [ZH_TEXT, OTHER_TEXT])
    assert answers.answerable > 0.5 > other.answerable


def test_shapes_and_offsets(reader: Reader) -> None:
    texts = [ZH_TEXT, "", "  𠮷野家 is open. ", "新闻" * 400]
    readings = reader.read(ZH_QUESTION, texts)
    assert [reading.text for reading in readings] == texts
    for text, reading in zip(texts, readings, strict=True):
        tokens = min(reader.count_tokens([text])[0], reader.max_tokens)
        assert reading.offsets.shape == (tokens, 2)
        for logits in (reading.inside, reading.starts, reading.ends):
            assert logits.shape == (tokens,)
            assert logits.dtype == np.float32
            assert np.isfinite(logits).all()
        assert 0 <= reading.answerable <= 1
        # The first word's mark may share its character.
        assert (np.diff(reading.offsets, axis=0) >= 0).all()
        assert ((reading.offsets >= 0) & (reading.offsets <= len(text))).all()
    assert [reading.cut for reading in readings] == [False, False, False, True]
    # Every letter is in a token, in code points: 𠮷 is one of them.
    whole = readings[2]
    assert len(whole.text) - whole.offsets[-1, 1] in (0, 1)
    assert readings[1].sentence_score(0, 1) == -np.inf
    assert readings[1].answer_within(0, 1) is None
    assert readings[3].answer_within(790, 800) is None


def test_scores_are_means_and_answers_the_best_sums() -> None:
    reading = TextReading(
        text="ab cd ef",
        answerable=1.0,
        no_answer=2.0,
        inside=np.array([1, 2, 6], np.float32),
        starts=np.array([5, 3, 4], np.float32),
        ends=np.array([0, 1, 1.5], np.float32),
        offsets=np.array([(0, 2), (2, 5), (5, 8)], np.int32),
        cut=False,
    )
    assert reading.sentence_score(0, 8) == 3.0  # (1 + 2 + 6) / 3
    assert reading.sentence_score(3, 8) == 4.0  # (2 + 6) / 2
    assert reading.answer_within(0, 8) == (0, 8)  # 5 + 1.5
    assert reading.answer_score(0, 8) == 4.5  # 5 + 1.5 - 2
    assert reading.answer_score(9, 9) == -np.inf
    # From the second token on: 4 + 1.5 is more than 3 + 1 and 3 + 1.5; without the blank.
    assert reading.answer_within(3, 8) == (6, 8)


def test_results_do_not_depend_on_what_else_is_read(reader: Reader) -> None:
    texts = [ZH_TEXT, OTHER_TEXT, EN_TEXT, ZH_TEXT * 3, "短。", OTHER_TEXT + EN_TEXT, ZH_TEXT]
    together = reader.read(ZH_QUESTION, texts)
    for text, reading in zip(texts, together, strict=True):
        (alone,) = reader.read(ZH_QUESTION, [text])
        assert alone.answerable == pytest.approx(reading.answerable, abs=0.02)
        assert np.abs(alone.inside - reading.inside).max() < 0.25
    pairs = [("海桐资本投资了3.2亿元。", text) for text in texts]
    verdicts = reader.judge(pairs)
    assert verdicts.shape == (len(pairs), 3)
    assert np.allclose(verdicts.sum(axis=1), 1, atol=1e-5)
    for pair, verdict in zip(pairs, verdicts, strict=True):
        assert np.abs(reader.judge([pair])[0] - verdict).max() < 0.02


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read(ZH_QUESTION, []) == []
    assert reader.judge([]).shape == (0, 3)
    assert reader.count_tokens([]) == []


def test_eight_bits_agree_with_the_reference(reader: Reader) -> None:
    probes = ReaderSettings.read(packed_folder()).probe
    assert {probe.is_claim for probe in probes} == {True, False}
    straying = []
    for probe in probes:
        if probe.is_claim:
            found = reader.judge([(probe.asked, probe.text)])[0].tolist()
        else:
            found = [reader.read(probe.asked, [probe.text])[0].answerable]
        straying += np.abs(np.subtract(found, probe.expected)).tolist()
    assert np.mean(straying) < 0.03
    assert np.max(straying) < 0.15


def test_reading_ends_where_nobody_waits(reader: Reader) -> None:
    cancellation = Cancellation()
    with cancellable(cancellation):
        assert reader.read(ZH_QUESTION, [ZH_TEXT])[0].answerable > 0.5
        cancellation.cancel()
        with pytest.raises(Cancelled):
            reader.read(ZH_QUESTION, [ZH_TEXT] * 40)
        with pytest.raises(Cancelled):
            reader.judge([(ZH_QUESTION, ZH_TEXT)])
    # What was stopped leaves nothing behind.
    assert reader.read(ZH_QUESTION, [ZH_TEXT])[0].answerable > 0.5


def test_loading_takes_no_torch_and_reports_to_nobody(tmp_path: Path) -> None:
    script = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('a connection was tried')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from rag.models.loading import load_embedder\n"
        "from rag.models.loading import load_reader\n"
        f"reader, notice = load_reader(None, load_embedder({BUNDLED_EMBEDDER!r}))\n"
        "reader.read('x', ['y'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry'}\n"
        "print([name for name in heavy if sys.modules.get(name)], notice)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache_folder().parent)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[] None\n", "")
    assert list(tmp_path.iterdir()) == []


# --- settings, and what can go wrong ----------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packed_folder(), tmp_path / "reader"))


def test_it_is_named_or_turned_off_in_the_environment(embedder: Embedder) -> None:
    assert Config.from_environment({}).reader is None
    assert Config.from_environment({"RAG_READER": " /x/reader "}).reader == "/x/reader"
    assert load_reader("off", embedder) == (None, None)


def test_another_folder_may_be_named(embedder: Embedder, copied: Path, reader: Reader) -> None:
    other, notice = load_reader(str(copied), embedder)
    assert notice is None
    assert other is not None
    assert other.fingerprint == reader.fingerprint


def test_it_goes_with_no_other_embedding_model(hash_embedder: HashEmbedder, copied: Path) -> None:
    assert load_reader(None, hash_embedder) == (None, None)
    with pytest.raises(ReaderError, match="hash"):
        load_reader(str(copied), hash_embedder)


def test_beside_torch_it_reads_the_same_tokens(reader: Reader) -> None:
    beside, notice = load_reader(None, SentenceTransformerEmbedder(find_model(BUNDLED_EMBEDDER)))
    assert notice is None
    assert beside is not None
    (ours,), (theirs,) = (one.read(ZH_QUESTION, [ZH_TEXT]) for one in (reader, beside))
    assert ours.answerable == pytest.approx(theirs.answerable, abs=0.02)


def truncate(folder: Path) -> None:
    with (folder / "model.bin").open("r+b") as file:
        file.truncate(1000)


def forget(folder: Path) -> None:
    (folder / "model.xml").unlink()


def garble(folder: Path) -> None:
    (folder / "settings.json").write_text("{", encoding="utf-8")


def age(folder: Path) -> None:
    change(folder, format=0)


def mislead(folder: Path) -> None:
    probes = json.loads((folder / "settings.json").read_text(encoding="utf-8"))["probe"]
    for probe in probes:
        probe["expected"] = [1 - value for value in probe["expected"]]
    change(folder, probe=probes)


def change(folder: Path, **values: object) -> None:
    path = folder / "settings.json"
    fields = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**fields, **values}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (truncate, "SHA-256"),
        (forget, "No such file"),
        (garble, "damaged"),
        (age, "format 0"),
        (mislead, "off the reference"),
    ],
)
def test_one_that_cant_be_used_says_why(
    spoil: Callable[[Path], None],
    reason: str,
    embedder: Embedder,
    copied: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The packed one in a notice, for there is another way; one that was asked for in an error."""
    spoil(copied)
    with pytest.raises(ReaderError) as caught:
        load_reader(str(copied), embedder)
    assert reason in caught.value.message.en
    assert "RAG_READER" in caught.value.message.zh
    assert "\n" not in str(caught.value)
    monkeypatch.setattr("rag.models.loading.packed_folder", lambda: copied)
    reader, notice = load_reader(None, embedder)
    assert reader is None
    assert notice is not None
    assert reason in notice.en
    assert reason in notice.zh


def test_a_cache_that_cant_be_written_is_done_without(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    monkeypatch.setattr("rag.models.openvino_reader.cache_folder", lambda: tmp_path / "cache")
    reader, notice = load_reader(None, embedder)
    assert (reader is not None, notice) == (True, None)
