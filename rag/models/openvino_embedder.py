"""Embedding through OpenVINO: several times as fast as torch on a CPU, and started in a second.

The model is one that `rag.models.openvino_export` made of a sentence-transformers model and
checked against it; it needs neither torch nor sentence-transformers any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.messages import Message
from rag.models.embedder import Vectors
from rag.models.model_folder import ModelFolder
from rag.models.openvino_runtime import (
    COMPILED_FOLDER,
    ExportUnusable,
    Inputs,
    TokenGraph,
    TokenVectors,
    batches,
    compile_model,
    import_openvino,
)

if TYPE_CHECKING:
    import openvino

PROBE_FILE = "probe.npy"
_SETTINGS_FILE = "settings.json"

# A person waits for so few texts.
_FEW_TEXTS = 128
# Texts that are sorted by length together; the next ones are tokenised meanwhile.
_SORTED_TEXTS = 1024
_LEAST_COSINE = 0.99


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
                compiling = pool.submit(compile_model, core, export, export / COMPILED_FOLDER)
                self._settings = ExportSettings.read(export)
                self._tokens = TokenVectors.read(export)
                reference = np.load(export / PROBE_FILE)
                model = compiling.result()
            self._graph = TokenGraph(model, self._tokens.table, padding=self._settings.padding)
        except Exception as error:  # of three libraries, for any broken file
            raise ExportUnusable(str(error)) from error
        self.name = folder.name
        self.fingerprint = folder.fingerprint
        self.runtime = self._settings.runtime
        self.dimensions = self._settings.dimensions
        self.max_tokens = self._settings.max_tokens
        self._check(reference)

    @property
    def tokens(self) -> TokenVectors:
        """Its tokenizer and the vectors of its tokens, for models that read the same tokens."""
        return self._tokens

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (n, dimensions), in order."""
        return self._embed(self._settings.query_prompt, texts, None)

    def begin_query(self, text: str) -> Callable[[], NDArray[np.float32]]:
        """Begin with a question; what comes back waits for its vector, shape (dimensions,)."""
        ((_, inputs),) = self._batches(self._settings.query_prompt, [text])
        request = self._graph.begin(inputs)

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

        def collect(rows: list[int], request: openvino.InferRequest) -> None:
            vectors[rows] = request.get_output_tensor(0).data
            if on_progress is not None:
                on_progress(len(rows))

        self._graph.run(self._batches(prompt, texts), collect)
        return vectors

    def _batches(self, prompt: str, texts: Sequence[str]) -> Iterator[tuple[list[int], Inputs]]:
        """Rows and inputs of each batch, similar lengths together, the longest of a stretch first.

        A stretch of texts is tokenised while the one before it is computed.
        """
        first = 0
        few = len(texts) <= _FEW_TEXTS
        for ids in self._tokenised(prompt, texts):
            for rows, length in batches(list(map(len, ids)), self.max_tokens, few=few):
                inputs = self._graph.inputs([ids[row] for row in rows], length)
                yield [first + row for row in rows], inputs
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
        encodings = self._tokens.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def _check(self, reference: Vectors) -> None:
        """Compare one text with the reference: another processor may compute otherwise."""
        (vector,) = self.embed_passages(self._settings.probe[:1])
        cosine = float(vector @ reference[0])
        if not cosine >= _LEAST_COSINE:
            raise ExportUnusable(f"cosine {cosine:.4f} to the reference")
