"""Embed with OpenVINO, which is several times as fast as torch on a CPU, and starts in a second.

The model was exported from a sentence-transformers model and compared with it by
`rag.models.openvino_export`. It needs neither torch nor sentence-transformers.
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
    Table,
    TokenGraph,
    TokenVectors,
    batches,
    compile_model,
    import_openvino,
)

if TYPE_CHECKING:
    import openvino

PROBE_FILE = "probe.npy"
# The least cosines of a new model's vectors to the reference: the mean, and the worst.
MEAN_COSINE = 0.998
LEAST_COSINE = 0.99
_SETTINGS_FILE = "settings.json"

# Up to this many texts, a user is probably waiting.
_FEW_TEXTS = 128
# How many texts are sorted by length together. The next ones are tokenised meanwhile.
_SORTED_TEXTS = 1024


@dataclass(frozen=True, kw_only=True)
class ExportSettings:
    """The settings of an exported model that are not part of its graph.

    `prefix` and `suffix` are the ids that the tokenizer puts around every text. `probe` are test
    passages. The file `probe.npy` has their vectors by the reference model, in the same order.
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
        """Write the settings into the folder of the export."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / _SETTINGS_FILE).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> ExportSettings:
        """Read the settings that `write` wrote. Raises `OSError`, `ValueError` or `TypeError`."""
        fields = json.loads((folder / _SETTINGS_FILE).read_text(encoding="utf-8"))
        lists = {key: tuple(fields[key]) for key in fields if isinstance(fields[key], list)}
        return cls(**{**fields, **lists})


class OpenVinoEmbedder:
    """An `Embedder` that uses an exported model in the folder `export`.

    `table` has the token vectors if they are not in that folder. `threads` is how many compute at
    the same time, by default all. Raises `ExportUnusable` if it
    can't be loaded, or if its vectors here differ from those of the reference model.
    """

    notice: Message | None = None

    def __init__(
        self,
        folder: ModelFolder,
        export: Path,
        table: Table | None = None,
        threads: int | None = None,
    ) -> None:
        try:
            # The compiler runs without the GIL, so both work at the same time.
            core = import_openvino().Core()
            with ThreadPoolExecutor(1) as pool:
                compiling = pool.submit(
                    compile_model, core, export, export / COMPILED_FOLDER, threads
                )
                self._settings = ExportSettings.read(export)
                self._tokens = TokenVectors.read(export, table)
                reference = np.load(export / PROBE_FILE)
                model = compiling.result()
            self._graph = TokenGraph(model, self._tokens.table, padding=self._settings.padding)
        except Exception as error:  # three libraries raise many kinds of errors for a broken file
            raise ExportUnusable(str(error)) from error
        self.name = folder.name
        self.fingerprint = folder.fingerprint
        self.runtime = self._settings.runtime
        self.dimensions = self._settings.dimensions
        self.max_tokens = self._settings.max_tokens
        self._reference = reference
        self._check()

    @property
    def tokens(self) -> TokenVectors:
        """The tokenizer and the token vectors, for models that read the same tokens."""
        return self._tokens

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, shape (n, dimensions), in order."""
        return self._embed(self._settings.query_prompt, texts, None)

    def begin_query(self, text: str) -> Callable[[], NDArray[np.float32]]:
        """Start to embed a question. The returned function waits for the vector.

        Its shape is (dimensions,).
        """
        ((_, inputs),) = self._batches(self._settings.query_prompt, [text])
        request = self._graph.begin(inputs)

        def vector() -> NDArray[np.float32]:
            request.wait()
            return np.array(request.get_output_tensor(0).data[0], np.float32)

        return vector

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of passages, shape (n, dimensions), in order.

        `on_progress` is called in this thread after each batch, with the number of its texts.
        """
        return self._embed(self._settings.passage_prompt, texts, on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix, special tokens and limit."""
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
        """Yield the rows and inputs of each batch, which has texts of similar length.

        The texts are read in stretches, and in each stretch the longest come first. A stretch is
        tokenised while the one before it is computed.
        """
        first = 0
        few = len(texts) <= _FEW_TEXTS
        for ids in self._tokenised(prompt, texts):
            for rows, length in batches(list(map(len, ids)), self.max_tokens, few=few):
                inputs = self._graph.inputs([ids[row] for row in rows], length)
                yield [first + row for row in rows], inputs
            first += len(ids)

    def _tokenised(self, prompt: str, texts: Sequence[str]) -> Iterator[list[list[int]]]:
        """Yield the input ids of each stretch of texts."""
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
        """Return the input ids of each text, cut at the end to the length that the model reads."""
        prefix, suffix = self._settings.prefix, self._settings.suffix
        room = self.max_tokens - len(prefix) - len(suffix)
        return [
            [*prefix, *ids[:room], *suffix]
            for ids in self._token_ids([prompt + text for text in texts])
        ]

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        return self._tokens.tokenizer.ids(texts)

    def closeness(self) -> tuple[float, float]:
        """Return the mean and the least cosine of the probe's vectors to those of the reference."""
        vectors = self.embed_passages(self._settings.probe)
        cosines = (vectors * self._reference).sum(axis=1)
        return float(cosines.mean()), float(cosines.min())

    def difference(self) -> str | None:
        """Return how a new model differs from the reference, or None if it is close enough."""
        mean, least = self.closeness()
        close = mean >= MEAN_COSINE and least >= LEAST_COSINE
        return None if close else f"mean cosine {mean:.4f} to the reference"

    def _check(self) -> None:
        """Compare one vector with the reference, since another processor may give other results.

        Raises `ExportUnusable` if the cosine is below `LEAST_COSINE`.
        """
        (vector,) = self.embed_passages(self._settings.probe[:1])
        cosine = float(vector @ self._reference[0])
        if not cosine >= LEAST_COSINE:
            raise ExportUnusable(f"cosine {cosine:.4f} to the reference")
