"""A reader that runs on OpenVINO, with a model that `training.export` wrote.

It needs neither torch nor transformers. The model's folder holds its layers and outputs, 22 MB. The
table of token vectors belongs to the embedding model.
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

from rag.cancellation import Cancelled, is_cancelled
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
from rag.models.reader import TextReading

if TYPE_CHECKING:
    import openvino

READER_FORMAT = 1
"""Must be raised when the content of a reader's folder changes its meaning."""
SPAN, ANSWERABLE, VERDICT = "span", "answerable", "verdict"
"""The outputs of the graph: logits of shape (n, tokens, 3), (n,) and (n, 3)."""

_SETTINGS_FILE = "settings.json"
# The largest difference of a probability from the reference. With eight bits, single probabilities
# differ as much on any processor. On an unsuitable processor, all of them differ.
_MOST_STRAYING = 0.2
_CHECKED = 4


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A pair of test texts, with the result of the unquantised model.

    `expected` is the probability (answerable,) for a question, and the probabilities (supported,
    refuted, neither) for a claim.
    """

    is_claim: bool
    asked: str
    text: str
    expected: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ReaderSettings:
    """The settings of a reader that are not part of its graph.

    `embedder` is the fingerprint of the embedding model whose token vectors are used. `start`,
    `end` and `padding` are token ids. An input is: `start`, the question or claim with its prompt,
    `end` twice, the text, `end`. `max_question`, `max_claim` and `max_text` are numbers of tokens,
    with prompts but without special tokens. `sha256` has the hash (hex) of each file of the graph.
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
        """Write the settings into the folder of the model."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / _SETTINGS_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> ReaderSettings:
        """Read the settings that `write` wrote. Raises `ExportUnusable` if they are not valid."""
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
        """The number of tokens of the longest input."""
        return 4 + max(self.max_question, self.max_claim) + self.max_text


class OpenVinoReader:
    """A `Reader` that uses the model in a folder.

    `tokens` must belong to the embedding model that the settings in the folder name. Raises
    `ExportUnusable` if the model can't be loaded, does not match its settings, or gives wrong
    results on this machine.
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
        except Exception as error:  # two libraries raise many kinds of errors for a broken file
            raise ExportUnusable(str(error)) from error
        if not max(straying, default=0.0) <= _MOST_STRAYING:
            raise ExportUnusable(f"probabilities are {max(straying):.2f} off the reference")

    def read(self, question: str, texts: Sequence[str]) -> list[TextReading]:
        """Return how each text answers the question, in order. Raises `Cancelled`."""
        settings = self._settings
        asked = self._ids(settings.question_prompt + question)[: settings.max_question]
        read = self._tokens.tokenizer.subwords(texts)
        base, most = len(asked) + 3, settings.max_text
        readings: dict[int, TextReading] = {}

        def collect(rows: list[int], request: openvino.InferRequest) -> None:
            spans = request.get_tensor(SPAN).data
            answerable = _sigmoid(request.get_tensor(ANSWERABLE).data)
            for place, row in enumerate(rows):
                offsets = read[row].offsets
                # A copy, because the request's memory is used again.
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

        self._run([self._joined(asked, text.ids) for text in read], collect)
        return [readings[row] for row in range(len(texts))]

    def judge(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Return the probabilities of supported, refuted and neither, shape (n, 3).

        Raises `Cancelled`.
        """
        verdicts = np.empty((len(pairs), 3), np.float32)

        def collect(rows: list[int], request: openvino.InferRequest) -> None:
            verdicts[rows] = _softmax(request.get_tensor(VERDICT).data)

        most = self._settings.max_claim
        prompt = self._settings.claim_prompt
        claims = self._tokens.tokenizer.ids([prompt + claim for claim, _ in pairs])
        sources = self._tokens.tokenizer.ids([source for _, source in pairs])
        joined = [
            self._joined(claim[:most], source)
            for claim, source in zip(claims, sources, strict=True)
        ]
        self._run(joined, collect)
        return verdicts

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without limit."""
        return list(map(len, self._tokens.tokenizer.ids(texts)))

    def probed(self, probes: Sequence[Probe]) -> list[tuple[float, ...]]:
        """Return the results for the probes on this machine, to compare with the expected ones."""
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
    ) -> None:
        inputs = (
            (rows, self._graph.inputs([ids[row] for row in rows], length))
            for rows, length in batches(list(map(len, ids)), self._settings.longest, few=True)
        )
        if not self._graph.run(inputs, collect, is_cancelled):
            raise Cancelled

    def _joined(self, asked: Sequence[int], text: Sequence[int]) -> list[int]:
        start, end = self._settings.start, self._settings.end
        return [start, *asked, end, end, *text[: self._settings.max_text], end]

    def _ids(self, text: str) -> list[int]:
        return self._tokens.tokenizer.ids([text])[0]


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 (hex) of each file of the graph. Raises `OSError`."""
    hashes = {}
    for name in (MODEL_FILE, WEIGHTS_FILE):
        with (folder / name).open("rb") as file:
            hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def _checked_hash(folder: Path, settings: ReaderSettings) -> str:
    """Return one SHA-256 (hex) for the whole graph.

    Raises `ExportUnusable` if a file does not match its hash in the settings.
    """
    try:
        found = file_hashes(folder)
    except OSError as error:
        raise ExportUnusable(f"{error.filename}: {error.strerror}") from error
    for name, sha256 in found.items():
        if settings.sha256.get(name) != sha256:
            raise ExportUnusable(f"{name} is not the file that was packed: SHA-256 {sha256}")
    return hashlib.sha256("".join(found.values()).encode()).hexdigest()


def _compiled_folder(fingerprint: str) -> Path | None:
    """Return the folder for the compiled model, or None if it can't be made.

    It lies in the user's cache, since the package's own folder may be read-only.
    """
    folder = cache_folder() / f"reader-{fingerprint[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    # tanh does not overflow for any logit.
    return np.asarray(0.5 + 0.5 * np.tanh(logits / 2), np.float32)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)
