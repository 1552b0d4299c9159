"""The OpenVINO runtime: faithful to the reference, quiet, and replaced where it can't be had."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from rag.config import BUNDLED_EMBEDDER
from rag.models import loading
from rag.models.bundled.building import IN_EIGHT_BITS, IN_FLOAT, build
from rag.models.bundled.packed_table import bundled_table
from rag.models.bundled.weights import find_weights
from rag.models.embedder import Embedder
from rag.models.loading import export_folder, load_embedder
from rag.models.model_folder import ModelFolder, find_model
from rag.models.openvino_embedder import ExportSettings, OpenVinoEmbedder
from rag.models.openvino_export import export
from rag.models.openvino_runtime import (
    _COMPILED_KEPT,
    ExportUnusable,
    compile_model,
    import_openvino,
)
from rag.models.sentence_transformer import SentenceTransformerEmbedder

# In neither the calibration texts nor the probe.
TEXTS = [
    "上海证券交易所周一公布了新的退市规则，连续两年亏损且营收低于三亿元的公司将被实施退市风险警示。",
    "苹果与阿里巴巴合作，为中国用户开发人工智能功能。",
    "The harbour master of Valparaíso closed the port for nineteen hours because of heavy swell.",
    "Why did Apple choose Alibaba?",
    "短",
    "新闻" * 900,
    "",
    "word " * 400,
]


@pytest.fixture(scope="module")
def folder() -> ModelFolder:
    return find_model(BUNDLED_EMBEDDER)


@pytest.fixture(scope="module")
def reference(folder: ModelFolder) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(folder)


def test_the_bundled_model_runs_in_8_bits(embedder: Embedder) -> None:
    assert embedder.runtime == "openvino int8"
    assert embedder.notice is None


def test_vectors_agree_with_the_reference(
    embedder: Embedder, reference: SentenceTransformerEmbedder
) -> None:
    for ours, theirs in (
        (embedder.embed_passages(TEXTS), reference.embed_passages(TEXTS)),
        (embedder.embed_queries(TEXTS), reference.embed_queries(TEXTS)),
    ):
        cosines = (ours * theirs).sum(axis=1)
        assert cosines[:4].mean() > 0.999
        # A text of one character or of nothing is all prompt, and a repeated one is no language.
        assert cosines.min() > 0.97


def test_tokens_are_those_of_the_reference(
    embedder: Embedder, reference: SentenceTransformerEmbedder
) -> None:
    assert embedder.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    assert embedder.max_tokens == reference.max_tokens


def test_more_texts_than_are_sorted_together_keep_their_order(embedder: Embedder) -> None:
    texts = [f"{n} {'news 新闻 ' * (n % 5)}" for n in range(1030)]
    told: list[int] = []
    vectors = embedder.embed_passages(texts, told.append)
    assert sum(told) == 1030
    for n in (0, 511, 1023, 1024, 1029):
        assert embedder.embed_passages([texts[n]])[0] @ vectors[n] > 0.9999


def test_loading_takes_no_torch_and_reports_to_nobody(tmp_path: Path) -> None:
    """OpenVINO's own statistics would write a client id under the home folder, and send it."""
    script = (
        "import sys, socket\n"
        "def refuse(*_): raise AssertionError('a connection was tried')\n"
        "socket.socket.connect = socket.create_connection = refuse\n"
        "from rag.models.loading import load_embedder\n"
        f"load_embedder({BUNDLED_EMBEDDER!r}).embed_queries(['x'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry'}\n"
        "print([name for name in heavy if sys.modules.get(name)])"
    )
    cache = export_folder(find_model(BUNDLED_EMBEDDER)).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert list(tmp_path.iterdir()) == []


# --- the bundled model is built here, from weights and ranges ---------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_building_takes_seconds_little_memory_and_no_torch(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from rag.models.bundled.building import build\n"
        "from rag.models.bundled.weights import find_weights\n"
        "told = []\n"
        "build(find_weights(), Path(sys.argv[1]), lambda *step: told.append(step))\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'nncf', 'scipy'}\n"
        "assert not heavy & set(sys.modules)\n"
        "assert told == [(n, 5) for n in range(6)]\n"
        "(peak,) = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(int(peak.split()[1]) // 1024)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "model")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert int(done.stdout) < 800
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "model.bin",
        "model.xml",
        "normalizer.json",
        "pieces.model",
        "probe.npy",
        "settings.json",
    ]


def test_a_model_that_strays_in_8_bits_is_built_in_32(
    folder: ModelFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, target = find_weights(), tmp_path / "model"
    monkeypatch.setattr("rag.models.openvino_embedder.MEAN_COSINE", 0.99999)
    build(weights, target)
    assert ExportSettings.read(target).runtime == IN_FLOAT != IN_EIGHT_BITS
    embedder = OpenVinoEmbedder(folder, target, bundled_table(weights))
    reference = np.load(target / "probe.npy")
    probe = ExportSettings.read(target).probe
    assert (embedder.embed_passages(probe) * reference).sum(axis=1).min() > 0.9999
    monkeypatch.setattr("rag.models.openvino_embedder.MEAN_COSINE", 1.1)
    with pytest.raises(ExportUnusable, match="cosine"):
        build(weights, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_token_vectors_are_read_where_they_lie_in_the_weights(folder: ModelFolder) -> None:
    table = bundled_table(find_weights())
    with safe_open(folder.path / "model.safetensors", "np") as weights:
        rows = weights.get_slice("embeddings.word_embeddings.weight")
        for ids in ([[0, 5], [250_036, 77]], [[3]]):
            expected = [[rows[i] for i in line] for line in ids]
            np.testing.assert_array_equal(table[np.array(ids)], expected)


def test_a_form_of_an_earlier_version_goes_when_the_new_one_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: ModelFolder
) -> None:
    monkeypatch.setattr(loading, "cache_folder", lambda: tmp_path)
    stem = export_folder(folder).name.rpartition("-v")[0]
    older = export_folder(folder).with_name(f"{stem}-v{loading.BUILD_FORMAT - 1}")
    older.mkdir()
    assert loading.older_forms() == [older]
    assert load_embedder(BUNDLED_EMBEDDER).runtime == IN_EIGHT_BITS
    assert [path.name for path in tmp_path.iterdir()] == [export_folder(folder).name]
    assert loading.older_forms() == []


# --- what can go wrong ------------------------------------------------------------------------


@pytest.fixture
def copied(folder: ModelFolder, embedder: Embedder, tmp_path: Path) -> Path:
    """A copy of the export, without what was compiled for this machine."""
    assert embedder.notice is None
    copy = tmp_path / "export"
    shutil.copytree(export_folder(folder), copy, ignore=shutil.ignore_patterns("compiled"))
    return copy


def test_a_truncated_export_is_refused(folder: ModelFolder, copied: Path) -> None:
    weights = copied / "model.bin"
    with weights.open("r+b") as file:
        file.truncate(weights.stat().st_size // 2)
    with pytest.raises(ExportUnusable):
        OpenVinoEmbedder(folder, copied, bundled_table(find_weights()))


def test_an_export_that_computes_something_else_is_refused(
    folder: ModelFolder, copied: Path
) -> None:
    reference = np.load(copied / "probe.npy")
    np.save(copied / "probe.npy", np.roll(reference, 1, axis=1))
    with pytest.raises(ExportUnusable, match="cosine"):
        OpenVinoEmbedder(folder, copied, bundled_table(find_weights()))


def test_an_unusable_export_is_made_anew(
    folder: ModelFolder, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copied / "model.xml").write_text("<net>", encoding="utf-8")
    made: list[Path] = []

    def restore(_weights: Path, target: Path, _: object) -> None:
        made.append(target)
        shutil.copytree(whole, target)

    whole = export_folder(folder)
    monkeypatch.setattr("rag.models.bundled.building.build", restore)
    monkeypatch.setattr(loading, "export_folder", lambda _: copied)
    assert load_embedder(BUNDLED_EMBEDDER).runtime == "openvino int8"
    assert made == [copied]
    assert not copied.with_suffix(".unusable").exists()


def test_an_export_that_only_one_run_cant_use_is_kept_for_the_next(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ExportUnusable("not enough memory")

    monkeypatch.setattr(loading, "export_folder", lambda _: copied)
    with monkeypatch.context() as patch:
        patch.setattr(OpenVinoEmbedder, "__init__", fail)
        patch.setattr("rag.models.bundled.building.build", fail)
        for _ in range(2):
            assert load_embedder(BUNDLED_EMBEDDER).runtime.startswith("torch")
    assert load_embedder(BUNDLED_EMBEDDER).runtime == "openvino int8"


def test_a_model_that_cant_be_exported_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    target = tmp_path / "cache" / "export"
    with pytest.raises(ExportUnusable) as caught:
        export(ModelFolder(name="broken", path=source, fingerprint="0"), target)
    assert "broken" in str(caught.value)
    assert not target.exists()


def test_without_an_export_torch_serves_and_the_notice_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: ModelFolder
) -> None:
    target = tmp_path / "export"
    target.with_suffix(".failed").write_text("no such operation", encoding="utf-8")
    monkeypatch.setattr(loading, "export_folder", lambda _: target)
    embedder = load_embedder(BUNDLED_EMBEDDER)
    assert embedder.runtime.startswith("torch")
    assert embedder.fingerprint == folder.fingerprint
    assert embedder.notice is not None
    assert "no such operation" in embedder.notice.en
    assert "no such operation" in embedder.notice.zh


def test_settings_name_what_made_them(folder: ModelFolder) -> None:
    settings = json.loads((export_folder(folder) / "settings.json").read_text(encoding="utf-8"))
    assert settings["query_prompt"] == "query: "
    assert settings["passage_prompt"] == "passage: "
    assert (settings["prefix"], settings["suffix"], settings["padding"]) == ([0], [2], 1)


def test_torch_is_not_imported_to_look_for_a_gpu_that_it_could_not_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    device = tmp_path / "nvidia0"
    monkeypatch.setattr(loading, "_ACCELERATORS", (str(device),))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "2.13.0")
    assert not loading._has_accelerator()
    device.touch()
    with pytest.raises(ImportError):
        loading._has_accelerator()
    monkeypatch.setattr("importlib.metadata.version", lambda _: "2.13.0+cpu")
    assert not loading._has_accelerator()


def test_a_model_of_ones_own_is_exported_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: ModelFolder
) -> None:
    """A small BERT with random weights, its own prompts and CLS pooling."""
    source = tmp_path / "model"
    shutil.copytree(
        folder.path, source, ignore=shutil.ignore_patterns("model.safetensors", "manifest.json")
    )
    from transformers import BertConfig, BertModel, set_seed

    set_seed(7)
    config = BertConfig.from_pretrained(source)
    config.hidden_size, config.num_attention_heads, config.intermediate_size = 32, 2, 64
    config.num_hidden_layers, config.initializer_range = 2, 0.5
    BertModel(config, add_pooling_layer=False).save_pretrained(source)
    change(source / "1_Pooling" / "config.json", embedding_dimension=32, pooling_mode="cls")
    change(source / "config_sentence_transformers.json", prompts={"query": "ask: ", "document": ""})
    monkeypatch.setattr(loading, "cache_folder", lambda: tmp_path / "cache")

    told: list[tuple[int, int]] = []
    ours = load_embedder(str(source), lambda done, total: told.append((done, total)))
    assert ours.notice is None
    assert ours.runtime.startswith("openvino")
    assert ours.dimensions == 32
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1]

    theirs = SentenceTransformerEmbedder(find_model(str(source)))
    vectors = ours.embed_queries(TEXTS[:4])
    assert (vectors * theirs.embed_queries(TEXTS[:4])).sum(axis=1).min() > 0.99
    # Not because all vectors of a random model are alike.
    assert (vectors @ theirs.embed_queries(TEXTS[:4]).T + np.eye(4)).min() < 0.95
    assert ExportSettings.read(export_folder(find_model(str(source)))).query_prompt == "ask: "

    told.clear()
    assert load_embedder(str(source), lambda *step: told.append(step)).runtime == ours.runtime
    assert told == []


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_compiled_models_of_other_paths_do_not_pile_up(copied: Path, tmp_path: Path) -> None:
    core = import_openvino().Core()
    cache = tmp_path / "cache"
    for number in range(_COMPILED_KEPT + 2):
        export = shutil.copytree(copied, tmp_path / str(number))
        compile_model(core, export, cache)
        newest = max(cache.glob("*.blob"), key=lambda blob: blob.stat().st_mtime_ns)
    left = list(cache.glob("*.blob"))
    assert len(left) == _COMPILED_KEPT
    assert newest in left


def test_processes_of_few_threads_are_not_held_on_the_same_processors(
    copied: Path, tmp_path: Path
) -> None:
    core = import_openvino().Core()
    for threads in (None, 1):  # the second is read from what the first one kept
        compiled = compile_model(core, copied, tmp_path / "cache", threads)
    assert compiled.get_property("INFERENCE_NUM_THREADS") == 1
    assert compiled.get_property("ENABLE_CPU_PINNING") is False
