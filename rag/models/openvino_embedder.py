"""Embedding through OpenVINO: several times as fast as torch on a CPU, and started in a second.

The model is one that `rag.models.openvino_export` made of a sentence-transformers model and
checked against it; it needs neither torch nor sentence-transformers any more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.messages import Message
from rag.models.embedder import Vectors
from rag.models.model_folder import ModelFolder

if TYPE_CHECKING:
    import openvino

MODEL_FILE = "model.xml"
TOKENIZER_FILE = "tokenizer.json"
PROBE_FILE = "probe.npy"
TABLE_FILE = "embeddings.npy"
_SETTINGS_FILE = "settings.json"
COMPILED_FOLDER = "compiled"

# A batch of this many tokens keeps the weights busy and still lies in the caches.
_BATCH_TOKENS = 2048
# A person waits for so few texts. In smaller batches less is padded, and no core is left without
# work at the end; in powers of two, few shapes need kernels, which take longer than the batch.
_FEW_TEXTS = 128
_BATCH_TOKENS_OF_FEW = 512
# Lengths are rounded up to a multiple, so that fewer shapes need kernels of their own.
_LENGTH_STEP = 16
# Texts that are sorted by length together; the next ones are tokenised meanwhile.
_SORTED_TEXTS = 1024
_LEAST_COSINE = 0.99


class ExportUnusable(Exception):
    """The exported model can't be loaded here, or gives other vectors than it should."""


@dataclass(frozen=True, kw_only=True)
class ExportSettings:
    """What the exported graph itself doesn't hold.

    `prefix` and `suffix` are the ids that the tokenizer puts around every text. `probe` are
    passages whose vectors by the reference, rows in the same order, stand in the file `probe.npy`.
    """

    runtime: str
    dimensions: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    padding: int
    probe: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write them into the folder of the export."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / _SETTINGS_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> ExportSettings:
        """Read what `write` wrote. Raises `OSError`, `ValueError` or `TypeError`."""
        fields = json.loads((folder / _SETTINGS_FILE).read_text(encoding="utf-8"))
        lists = {key: tuple(fields[key]) for key in fields if isinstance(fields[key], list)}
        return cls(**{**fields, **lists})


def import_openvino() -> Any:
    """The module `openvino`, which is to be imported through here and nowhere else.

    On import it reports to its makers' statistics, over the network and without being asked to.
    It does without where the package that does this can't be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


class OpenVinoEmbedder:
    """The `Embedder` protocol over an exported model in the folder `export`.

    Raises `ExportUnusable` where it can't be loaded, or where this machine computes other vectors
    with it than the reference has.
    """

    notice: Message | None = None

    def __init__(self, folder: ModelFolder, export: Path) -> None:
        try:
            # The compiler leaves Python to others, but loading a tokenizer does not: so what the
            # compiler needs of Python comes first, and both work at once from then on.
            core = import_openvino().Core()
            with ThreadPoolExecutor(1) as pool:
                compiling = pool.submit(_compile, core, export)
                self._settings = ExportSettings.read(export)
                self._tokenizer = Tokenizer.from_file(str(export / TOKENIZER_FILE))
                reference = np.load(export / PROBE_FILE)
                # Of 250,000 rows a text needs a hundred: only those are read.
                self._table = np.load(export / TABLE_FILE, mmap_mode="r")
                self._model = compiling.result()
        except Exception as error:  # of three libraries, for any broken file
            raise ExportUnusable(str(error)) from error
        self.name = folder.name
        self.fingerprint = folder.fingerprint
        self.runtime = self._settings.runtime
        self.dimensions = self._settings.dimensions
        self.max_tokens = self._settings.max_tokens
        self._requests = int(self._model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        self._check(reference)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (n, dimensions), in order."""
        return self._embed(self._settings.query_prompt, texts, None)

    def begin_query(self, text: str) -> Callable[[], NDArray[np.float32]]:
        """Begin with a question; what comes back waits for its vector, shape (dimensions,)."""
        ((_, inputs),) = self._batches(self._settings.query_prompt, [text])
        request = self._model.create_infer_request()
        request.start_async(inputs)

        def vector() -> NDArray[np.float32]:
            request.wait()
            return np.array(request.get_output_tensor(0).data[0], np.float32)

        return vector

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, shape (n, dimensions), in order.

        `on_progress` is called in this thread after each batch, with the number of its texts.
        """
        return self._embed(self._settings.passage_prompt, texts, on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, without prefix and special tokens, however many they are."""
        return [len(ids) for ids in self._token_ids(texts)]

    def _embed(
        self, prompt: str, texts: Sequence[str], on_progress: Callable[[int], None] | None
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        slots: list[tuple[openvino.InferRequest, list[int]]] = []

        def collect() -> None:
            request, rows = slots.pop(0)
            request.wait()
            vectors[rows] = request.get_output_tensor(0).data
            free.append(request)
            if on_progress is not None:
                on_progress(len(rows))

        free = [self._model.create_infer_request() for _ in range(self._requests)]
        for rows, inputs in self._batches(prompt, texts):
            if not free:
                collect()
            request = free.pop()
            request.start_async(inputs)
            slots.append((request, rows))
        while slots:
            collect()
        return vectors

    def _batches(
        self, prompt: str, texts: Sequence[str]
    ) -> Iterator[tuple[list[int], dict[str, NDArray[Any]]]]:
        """Rows and inputs of each batch, similar lengths together, the longest of a stretch first.

        A stretch of texts is tokenised while the one before it is computed.
        """
        first = 0
        for ids in self._tokenised(prompt, texts):
            order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
            few = len(texts) <= _FEW_TEXTS
            while order:
                stepped = -(-len(ids[order[0]]) // _LENGTH_STEP) * _LENGTH_STEP
                # A model may have no positions beyond its longest input.
                length = min(stepped, self.max_tokens)
                count = max(1, (_BATCH_TOKENS_OF_FEW if few else _BATCH_TOKENS) // length)
                if few:
                    count = 1 << (min(count, len(order)).bit_length() - 1)
                batch, order = order[:count], order[count:]
                inputs = self._padded([ids[row] for row in batch], length)
                yield [first + row for row in batch], inputs
            first += len(ids)

    def _tokenised(self, prompt: str, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """Input ids of each stretch of texts."""
        stretches = [texts[i : i + _SORTED_TEXTS] for i in range(0, len(texts), _SORTED_TEXTS)]
        if len(stretches) < 2:
            yield from (self._inputs(prompt, stretch) for stretch in stretches)
            return
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self._inputs, prompt, stretches[0])
            for following in stretches[1:]:
                ids = coming.result()
                coming = pool.submit(self._inputs, prompt, following)
                yield ids
            yield coming.result()

    def _inputs(self, prompt: str, texts: Sequence[str]) -> list[list[int]]:
        """The model's input ids of each text: cut at its end to what the model reads."""
        prefix, suffix = self._settings.prefix, self._settings.suffix
        room = self.max_tokens - len(prefix) - len(suffix)
        return [
            [*prefix, *ids[:room], *suffix]
            for ids in self._token_ids([prompt + text for text in texts])
        ]

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def _padded(self, ids: Sequence[Sequence[int]], length: int) -> dict[str, NDArray[Any]]:
        tokens = np.full((len(ids), length), self._settings.padding, np.int64)
        mask = np.zeros((len(ids), length), np.int64)
        for row, values in enumerate(ids):
            tokens[row, : len(values)] = values
            mask[row, : len(values)] = 1
        return {"inputs_embeds": self._table[tokens].astype(np.float32), "attention_mask": mask}

    def _check(self, reference: Vectors) -> None:
        """Compare one text with the reference: another processor may compute otherwise."""
        (vector,) = self.embed_passages(self._settings.probe[:1])
        cosine = float(vector @ reference[0])
        if not cosine >= _LEAST_COSINE:
            raise ExportUnusable(f"cosine {cosine:.4f} to the reference")


def _compile(core: openvino.Core, export: Path) -> openvino.CompiledModel:
    """The model, compiled for this processor; the first time takes seconds, later ones less."""
    settings = {"PERFORMANCE_HINT": "THROUGHPUT", "CACHE_DIR": str(export / COMPILED_FOLDER)}
    return core.compile_model(str(export / MODEL_FILE), "CPU", settings)
