"""The embedder, with the real bundled model; nothing here reaches a network."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.config import BUNDLED_EMBEDDER
from rag.errors import EmbedderError, RagError
from rag.models.bundled import wheel
from rag.models.cross_encoders import CrossEncoderJudge, CrossEncoderReranker
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.models.model_folder import find_model, folder_fingerprint
from rag.models.sentence_transformer import SentenceTransformerEmbedder

# The same four subjects in each, in the same order.
QUESTIONS_ZH = ["谁赢得了世界杯？", "央行加息了吗？", "新能源汽车销量怎么样？", "哪里发生了地震？"]
QUESTIONS_EN = [
    "Who won the World Cup?",
    "Did the central bank raise interest rates?",
    "How are sales of electric cars?",
    "Where was the earthquake?",
]
PASSAGES_ZH = [
    "阿根廷队在点球大战中击败法国队，捧起大力神杯。",
    "美联储将联邦基金利率目标区间上调25个基点。",
    "今年电动车交付量同比增长三成，创下新高。",
    "四川省雅安市发生6.8级强震，多地有震感。",
]
PASSAGES_EN = [
    "Argentina beat France on penalties in the final and lifted the trophy.",
    "The Federal Reserve lifted its policy rate by a quarter of a point.",
    "Deliveries of battery vehicles rose by a third to a record this year.",
    "A 6.8-magnitude quake struck the city of Ya'an in Sichuan province.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(BUNDLED_EMBEDDER)


def test_the_bundled_model_says_what_it_is(embedder: Embedder) -> None:
    assert embedder.name == BUNDLED_EMBEDDER
    assert (embedder.dimensions, embedder.max_tokens) == (384, 512)
    assert embedder.fingerprint == wheel.fingerprint()
    assert len(embedder.fingerprint) == 64


@pytest.mark.parametrize("questions", [QUESTIONS_ZH, QUESTIONS_EN], ids=["zh", "en"])
@pytest.mark.parametrize("passages", [PASSAGES_ZH, PASSAGES_EN], ids=["zh", "en"])
def test_each_question_finds_its_passage_within_and_across_languages(
    embedder: Embedder, questions: list[str], passages: list[str]
) -> None:
    cosines = embedder.embed_queries(questions) @ embedder.embed_passages(passages).T
    assert list(cosines.argmax(axis=1)) == [0, 1, 2, 3]


def test_vectors_are_unit_float32_in_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = [f"第{n}条新闻。" + "增长" * n for n in range(40)]  # more than one batch
    told: list[int] = []
    vectors = embedder.embed_passages(texts, told.append)
    assert vectors.shape == (40, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert sum(told) == 40
    alone = np.concatenate([embedder.embed_passages([texts[n]]) for n in (0, 17, 39)])
    assert (vectors[[0, 17, 39]] * alone).sum(axis=1).min() > 0.99999


def test_the_same_texts_get_the_same_bits(embedder: Embedder) -> None:
    texts = PASSAGES_ZH + PASSAGES_EN
    assert embedder.embed_passages(texts).tobytes() == embedder.embed_passages(texts).tobytes()


def test_questions_and_passages_are_embedded_differently(embedder: Embedder) -> None:
    text = ["上证指数收于三千点。"]
    assert (embedder.embed_queries(text) * embedder.embed_passages(text)).sum() < 0.99


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_queries([]).shape == (0, 384)
    assert embedder.embed_passages([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_tokens_are_counted_without_prefix_special_tokens_or_limit(embedder: Embedder) -> None:
    # 你好，世界！ is ▁ 你好 ， 世界 ！ by the published tokenizer; an empty text has none.
    assert embedder.count_tokens(["你好，世界！", "", "Hello, world!"]) == [5, 0, 4]
    (long,) = embedder.count_tokens(["新闻 " * 3000])
    assert long > 3000
    embedder.embed_passages(["新闻 " * 3000])  # sets the tokenizer's truncation
    assert embedder.count_tokens(["新闻 " * 3000]) == [long]


def test_a_longer_text_is_cut_at_its_end(embedder: Embedder) -> None:
    first, second = embedder.embed_passages(["新闻" * 600, "新闻" * 900])
    assert first @ second > 0.99999


def test_threads_get_the_vectors_of_their_own_texts(embedder: Embedder) -> None:
    texts = [f"{n}: " + "market 市场 " * (n % 4) for n in range(12)]
    expected = [embedder.embed_passages([text])[0] for text in texts]
    counts = embedder.count_tokens(texts)

    def ask(n: int) -> tuple[float, int]:
        vector = embedder.embed_passages([texts[n]])[0]
        return float(vector @ expected[n]), embedder.count_tokens([texts[n]])[0]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(12)))
    assert min(cosine for cosine, _ in found) > 0.99999
    assert [count for _, count in found] == counts


def test_torch_prints_nothing_and_comes_only_with_a_model(tmp_path: Path) -> None:
    script = (
        "import sys; from rag.models.model_folder import find_model;"
        "from rag.models.sentence_transformer import SentenceTransformerEmbedder as Embedder;"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules);"
        f"Embedder(find_model({BUNDLED_EMBEDDER!r})).embed_passages(['x'] * 20)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HOME": str(tmp_path)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --- other models -----------------------------------------------------------------------------


def test_a_folder_is_loaded_and_its_files_are_its_fingerprint(
    embedder: Embedder, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    _link_files(wheel.bundled_folder(), model)
    found = SentenceTransformerEmbedder(find_model(str(model)))
    text = ["沪深两市成交额突破一万亿元。"]
    assert (found.embed_queries(text) * embedder.embed_queries(text)).sum() > 0.998
    assert found.name == str(model)
    assert found.fingerprint == folder_fingerprint(model)

    (model / "README.md").write_text("prose")
    assert found.fingerprint == folder_fingerprint(model)
    prompts = model / "config_sentence_transformers.json"
    changed = prompts.read_text().replace("query: ", "question: ")
    prompts.unlink()
    prompts.write_text(changed)
    assert found.fingerprint != folder_fingerprint(model)


def test_a_name_of_the_hub_is_loaded_from_its_local_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--someone--some-model"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    _link_files(wheel.bundled_folder(), repository / "snapshots" / commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    model = find_model("someone/some-model")
    assert model.path == repository / "snapshots" / commit
    assert model.fingerprint not in ("", wheel.fingerprint())


def test_a_model_that_is_nowhere_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    # A port where nobody listens: what a machine without a network sees.
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    # Asking for it again and again would take more than a minute.
    for name in ("someone/no-such-model", "no-such-model", str(tmp_path / "nowhere"), "不 存在"):
        started = time.monotonic()
        with pytest.raises(EmbedderError) as caught:
            load_embedder(name)
        assert time.monotonic() - started < 30
        for text in (caught.value.message.en, caught.value.message.zh):
            assert repr(name) in text
            assert "RAG_EMBEDDER" in text
            assert "\n" not in text
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError) as caught:
        load_embedder(str(tmp_path))
    assert str(tmp_path) in caught.value.message.en
    assert "RAG_EMBEDDER" in caught.value.message.zh


def _link_files(source: Path, target: Path) -> None:
    """A folder of the same files, without half a gigabyte of copies."""
    for path in source.rglob("*"):
        if path.is_file():
            link = target / path.relative_to(source)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)


def test_a_slim_install_says_what_another_model_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.models.model_folder.lacks_torch", lambda: True)
    monkeypatch.setattr("rag.models.sentence_transformer.lacks_torch", lambda: True)
    for load in (load_embedder, CrossEncoderReranker, CrossEncoderJudge):
        with pytest.raises(RagError) as caught:
            load("someone/some-model")
        for text in (caught.value.message.en, caught.value.message.zh):
            assert 'pip install "sentence-transformers' in text
            assert "\n" not in text
