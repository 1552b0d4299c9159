"""Reading through OpenVINO, over a model that `training.export` made.

It takes neither torch nor transformers. The model's folder holds the layers and what is read off
them, 22 MB; the table of token vectors is the embedding model's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.config import cache_folder
from rag.models.openvino_runtime import (
    MODEL_FILE,
    WEIGHTS_FILE,
    ExportUnusable,
    TokenGraph,
    TokenVectors,
    batches,
    compile_model,
    import_openvino,
)
from rag.models.reader import ReadingStopped, Stop, TextReading

if TYPE_CHECKING:
    import openvino
    from tokenizers import Encoding

READER_FORMAT = 1
"""Counts up whenever a folder means something else to this program."""
SPAN, ANSWERABLE, VERDICT = "span", "answerable", "verdict"
"""Outputs of the graph: logits, shapes (n, tokens, 3), (n,) and (n, 3)."""

_SETTINGS_FILE = "settings.json"
# Of probabilities to those of the reference. Eight bits move single ones by as much on any
# processor; one that computes otherwise moves all of them.
_MOST_STRAYING = 0.2
_CHECKED = 4


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Two texts and what the unquantised model reads off them.

    `expected` is (answerable,) for a question and (supported, refuted, neither) for a claim, as
    probabilities.
    """

    is_claim: bool
    asked: str
    text: str
    expected: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ReaderSettings:
    """What the graph itself doesn't hold.

    `embedder` is the fingerprint of the embedding model whose token vectors it reads. `start`,
    `end` and `padding` are token ids; an input is `start`, the question or claim with its prompt,
    `end` twice, the text, `end`. `max_question`, `max_claim` and `max_text` count tokens, those of
    the prompts included, special ones not. `sha256` (hex) is of each file of the graph.
    """

    format: int
    runtime: str
    embedder: str
    question_prompt: str
    claim_prompt: str
    max_question: int
    max_claim: int
    max_text: int
    start: int
    end: int
    padding: int
    sha256: dict[str, str]
    probe: tuple[Probe, ...]

    def write(self, folder: Path) -> None:
        """Write them into the folder of the model."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / _SETTINGS_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> ReaderSettings:
        """Read what `write` wrote. Raises `ExportUnusable` where a folder holds something else."""
        try:
            fields = json.loads((folder / _SETTINGS_FILE).read_text(encoding="utf-8"))
            if fields["format"] != READER_FORMAT:
                raise ExportUnusable(f"format {fields['format']}, not {READER_FORMAT}")
            probe = tuple(
                Probe(**{**one, "expected": tuple(one["expected"])}) for one in fields["probe"]
            )
            return cls(**{**fields, "probe": probe})
        except OSError as error:
            raise ExportUnusable(f"{_SETTINGS_FILE}: {error.strerror}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise ExportUnusable(f"{_SETTINGS_FILE} is damaged") from error

    @property
    def longest(self) -> int:
        """Tokens of the longest input."""
        return 4 + max(self.max_question, self.max_claim) + self.max_text


class OpenVinoReader:
    """The `Reader` protocol over the model in a folder.

    `tokens` are those of the embedding model that the folder's settings name. Raises
    `ExportUnusable` where the model can't be loaded, isn't the one that its settings describe, or
    reads otherwise on this machine than it should.
    """

    def __init__(self, folder: Path, tokens: TokenVectors) -> None:
        self._settings = ReaderSettings.read(folder)
        self._tokens = tokens
        self.fingerprint = _checked_hash(folder, self._settings)
        self.name = folder.name
        self.runtime = self._settings.runtime
        self.max_tokens = self._settings.max_text
        try:
            core = import_openvino().Core()
            model = compile_model(core, folder, _compiled_folder(self.fingerprint))
            self._graph = TokenGraph(model, tokens.table, padding=self._settings.padding)
            readings = self._settings.probe[:_CHECKED]
            straying = [
                np.abs(np.subtract(found, probe.expected)).max()
                for found, probe in zip(self.probed(readings), readings, strict=True)
            ]
        except Exception as error:  # of two libraries, for any broken file
            raise ExportUnusable(str(error)) from error
        if not max(straying, default=0.0) <= _MOST_STRAYING:
            raise ExportUnusable(f"probabilities are {max(straying):.2f} off the reference")

    def read(
        self, question: str, texts: Sequence[str], stop: Stop | None = None
    ) -> list[TextReading]:
        """How each text answers the question, in order; raises `ReadingStopped`."""
        settings = self._settings
        asked = self._ids(settings.question_prompt + question)[: settings.max_question]
        encodings = self._encodings(texts)
        base, most = len(asked) + 3, settings.max_text
        readings: dict[int, TextReading] = {}

        def collect(rows: list[int], request: openvino.InferRequest) -> None:
            spans = request.get_tensor(SPAN).data
            answerable = _sigmoid(request.get_tensor(ANSWERABLE).data)
            for place, row in enumerate(rows):
                offsets = encodings[row].offsets
                # A copy: the request's memory is written to again.
                span = np.array(spans[place, base : base + len(offsets[:most])], np.float32)
                readings[row] = TextReading(
                    text=texts[row],
                    answerable=float(answerable[place]),
                    no_answer=float(spans[place, 0, 1] + spans[place, 0, 2]),
                    inside=span[:, 0],
                    starts=span[:, 1],
                    ends=span[:, 2],
                    offsets=np.array(offsets[:most], np.int32).reshape(-1, 2),
                    cut=len(offsets) > most,
                )

        self._run([self._joined(asked, text.ids) for text in encodings], collect, stop)
        return [readings[row] for row in range(len(texts))]

    def judge(
        self, pairs: Sequence[tuple[str, str]], stop: Stop | None = None
    ) -> NDArray[np.float32]:
        """Probabilities of supported, refuted, neither: shape (n, 3); raises `ReadingStopped`."""
        verdicts = np.empty((len(pairs), 3), np.float32)

        def collect(rows: list[int], request: openvino.InferRequest) -> None:
            verdicts[rows] = _softmax(request.get_tensor(VERDICT).data)

        most = self._settings.max_claim
        prompt = self._settings.claim_prompt
        claims = self._encodings([prompt + claim for claim, _ in pairs])
        sources = self._encodings([source for _, source in pairs])
        joined = [
            self._joined(claim.ids[:most], source.ids)
            for claim, source in zip(claims, sources, strict=True)
        ]
        self._run(joined, collect, stop)
        return verdicts

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, however many they are."""
        return [len(encoding.ids) for encoding in self._encodings(texts)]

    def probed(self, probes: Sequence[Probe]) -> list[tuple[float, ...]]:
        """What is read off each probe here, to compare with what it expects."""
        return [
            tuple(map(float, self.judge([(probe.asked, probe.text)])[0]))
            if probe.is_claim
            else (self.read(probe.asked, [probe.text])[0].answerable,)
            for probe in probes
        ]

    def _run(
        self,
        ids: Sequence[Sequence[int]],
        collect: Callable[[list[int], openvino.InferRequest], None],
        stop: Stop | None,
    ) -> None:
        inputs = (
            (rows, self._graph.inputs([ids[row] for row in rows], length))
            for rows, length in batches(list(map(len, ids)), self._settings.longest, few=True)
        )
        if not self._graph.run(inputs, collect, stop):
            raise ReadingStopped

    def _joined(self, asked: Sequence[int], text: Sequence[int]) -> list[int]:
        start, end = self._settings.start, self._settings.end
        return [start, *asked, end, end, *text[: self._settings.max_text], end]

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._encodings([text])[0].ids
        return ids

    def _encodings(self, texts: Sequence[str]) -> list[Encoding]:
        return self._tokens.tokenizer.encode_batch(list(texts), add_special_tokens=False)


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) of each file of the graph. Raises `OSError`."""
    hashes = {}
    for name in (MODEL_FILE, WEIGHTS_FILE):
        with (folder / name).open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def _checked_hash(folder: Path, settings: ReaderSettings) -> str:
    """One SHA-256 (hex) for the whole graph, whose files are those that the settings name."""
    try:
        found = file_hashes(folder)
    except OSError as error:
        raise ExportUnusable(f"{error.filename}: {error.strerror}") from error
    for name, sha256 in found.items():
        if settings.sha256.get(name) != sha256:
            raise ExportUnusable(f"{name} is not the file that was packed: SHA-256 {sha256}")
    return hashlib.sha256("".join(found.values()).encode()).hexdigest()


def _compiled_folder(fingerprint: str) -> Path | None:
    """Where the compiled model is kept: the package's own folder may not be written to."""
    folder = cache_folder() / f"reader-{fingerprint[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    # By tanh, which overflows for no logit.
    return np.asarray(0.5 + 0.5 * np.tanh(logits / 2), np.float32)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)
