"""Export a sentence-transformers model to OpenVINO, and compare the two.

    python -m rag.models.openvino_export NAME SOURCE TARGET

The export runs in a process of its own, which `export` starts, because it needs torch, a gigabyte
of memory and about a minute. It writes `DONE TOTAL` to standard output at each step, and
`error: REASON` if it fails.

The whole model is traced, with pooling and normalisation. NNCF then quantises the graph to 8 bits:
the weights by channel, and the activations by ranges measured on a few news sentences
(`calibration.txt`). Activation outliers are moved into the weights (SmoothQuant, Xiao et al., 2023,
arXiv:2211.10438). If the 8-bit vectors differ too much from the reference, the graph is not
quantised.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import NDArray

from rag.errors import first_line
from rag.models.calibration import calibration_texts, probe_texts
from rag.models.embedder import OnProgress
from rag.models.made_whole import made_whole
from rag.models.model_folder import ModelFolder
from rag.models.openvino_embedder import PROBE_FILE, ExportSettings, OpenVinoEmbedder
from rag.models.openvino_runtime import (
    COMPILED_FOLDER,
    MODEL_FILE,
    TABLE_FILE,
    ExportUnusable,
    import_openvino,
)
from rag.models.subwords import TOKENIZER_FILE

if TYPE_CHECKING:
    import openvino
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# How often quantisation reads the calibration texts: once for outliers, once for ranges.
_PASSES = 2
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")
_ERROR = "error: "
_STEP = re.compile(r"(\d+) (\d+)")


def export(source: ModelFolder, target: Path, on_progress: OnProgress | None = None) -> None:
    """Export the model `source` into the folder `target`, completely or not at all.

    Takes about a minute. Several processes may do it at once. Raises `ExportUnusable` if the model
    can't be traced, differs too much from the reference, or `target` can't be written.
    """
    command = [sys.executable, "-m", __name__, "--", source.name, str(source.path), str(target)]
    package_parent = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
    reason = "the export ended without an error message"
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        encoding="utf-8",
    ) as process:
        try:
            for line in process.stdout or ():
                if line.startswith(_ERROR):
                    reason = line.removeprefix(_ERROR).strip()
                elif on_progress is not None and (step := _STEP.fullmatch(line.strip())):
                    on_progress(int(step[1]), int(step[2]))
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise ExportUnusable(reason)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m rag.models.openvino_export")
    parser.add_argument("name", help="the model's name in messages")
    parser.add_argument("source", type=Path, help="folder of a sentence-transformers model")
    parser.add_argument("target", type=Path, help="folder to make")
    options = parser.parse_args(arguments)
    with _quiet() as out:
        try:
            _export(options.name, options.source, options.target, out)
        except Exception as error:  # five libraries may raise anything; `export` gets the reason
            print(f"{_ERROR}{first_line(error)}", file=out)
            return 1
    return 0


def _export(name: str, source: Path, target: Path, out: TextIO) -> None:
    calibration, probe = calibration_texts(), probe_texts()
    steps = itertools.count(1)

    def step() -> None:
        print(next(steps), _PASSES * len(calibration) + 5, file=out, flush=True)

    openvino = import_openvino()
    from rag.models.sentence_transformer import load_sentence_transformer

    step()
    model = load_sentence_transformer(name, source).to("cpu").eval()
    tokenizer = _plain_tokenizer(model)
    settings = _settings(model, tokenizer, probe)
    reference = model.encode_document(list(probe), normalize_embeddings=True)
    step()
    table = _embedding_table(model)
    graph = _traced(openvino, model, table)
    step()
    with made_whole(target) as folder:
        np.save(folder / PROBE_FILE, reference)
        np.save(folder / TABLE_FILE, table)
        (folder / TOKENIZER_FILE).write_text(tokenizer.to_str(), encoding="utf-8")
        prompts = itertools.cycle([settings.passage_prompt] * 3 + [settings.query_prompt])
        inputs = [
            _inputs(tokenizer, settings, table, prompt + text)
            for prompt, text in zip(prompts, calibration, strict=False)
        ]
        for runtime, candidate in (
            ("openvino int8", _quantised(graph, inputs, step)),
            ("openvino", graph),
        ):
            replace(settings, runtime=runtime).write(folder)
            openvino.save_model(candidate, folder / MODEL_FILE, compress_to_fp16=False)
            made = ModelFolder(name=name, path=folder, fingerprint="")
            difference = OpenVinoEmbedder(made, folder).difference()
            if difference is None:
                break
        else:
            raise ExportUnusable(difference)
        step()
        # The compiled model is bound to its path, which changes now.
        shutil.rmtree(folder / COMPILED_FOLDER)
    step()


def _plain_tokenizer(model: SentenceTransformer) -> Tokenizer:
    """Return the model's tokenizer, without truncation and padding."""
    from tokenizers import Tokenizer

    fast = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(fast, Tokenizer):
        raise ExportUnusable("its tokenizer has no form that works without transformers")
    plain = Tokenizer.from_str(fast.to_str())
    plain.no_truncation()
    plain.no_padding()
    return plain


def _settings(
    model: SentenceTransformer, tokenizer: Tokenizer, probe: tuple[str, ...]
) -> ExportSettings:
    inner = tokenizer.encode("a", add_special_tokens=False).ids
    whole = tokenizer.encode("a").ids
    start = next(i for i in range(len(whole)) if whole[i : i + len(inner)] == inner)
    if model.max_seq_length is None or model.tokenizer.pad_token_id is None:
        raise ExportUnusable("its tokenizer names no longest input, or no padding")
    prompts = {key: value or "" for key, value in (model.prompts or {}).items()}
    return ExportSettings(
        runtime="",
        dimensions=model.get_embedding_dimension() or 0,
        max_tokens=model.max_seq_length,
        query_prompt=prompts.get("query", ""),
        # `encode_document` looks for a prompt under these names, in this order.
        passage_prompt=next((prompts[n] for n in _DOCUMENT_PROMPTS if prompts.get(n)), ""),
        prefix=tuple(whole[:start]),
        suffix=tuple(whole[start + len(inner) :]),
        padding=model.tokenizer.pad_token_id,
        probe=probe,
    )


def _embedding_table(model: SentenceTransformer) -> NDArray[np.float16]:
    """Return the vector of each token, which is most of a multilingual model's weights.

    The table is not part of the graph, since it would be compiled there at every start, in 32
    bits.
    """
    import torch

    transformer: Any = model[0]
    embeddings = transformer.model.get_input_embeddings()
    with torch.no_grad():
        table: NDArray[np.float16] = embeddings(torch.arange(embeddings.num_embeddings)).numpy()
    return table.astype(np.float16)


def _traced(
    openvino: Any, model: SentenceTransformer, table: NDArray[np.float16]
) -> openvino.Model:
    import torch

    class Whole(torch.nn.Module):
        """The model from token vectors to a unit vector."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor
        ) -> torch.Tensor:
            features = {"inputs_embeds": inputs_embeds, "attention_mask": attention_mask}
            vectors = self.model(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=1)

    width = table.shape[1]
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    with torch.no_grad():
        graph = openvino.convert_model(
            Whole(),
            example_input={"inputs_embeds": torch.zeros(2, 4, width), "attention_mask": mask},
        )
    graph.reshape({"inputs_embeds": [-1, -1, width], "attention_mask": [-1, -1]})
    return graph


def _inputs(
    tokenizer: Tokenizer, settings: ExportSettings, table: NDArray[np.float16], text: str
) -> dict[str, Any]:
    room = settings.max_tokens - len(settings.prefix) - len(settings.suffix)
    inner = tokenizer.encode(text, add_special_tokens=False).ids[:room]
    ids = np.array([[*settings.prefix, *inner, *settings.suffix]])
    return {"inputs_embeds": table[ids].astype(np.float32), "attention_mask": np.ones_like(ids)}


def _quantised(
    graph: openvino.Model, inputs: Sequence[dict[str, Any]], step: Callable[[], None]
) -> openvino.Model:
    import nncf

    def counted(item: dict[str, Any]) -> dict[str, Any]:
        step()
        return item

    return nncf.quantize(
        graph,
        nncf.Dataset(inputs, counted),
        model_type=nncf.ModelType.TRANSFORMER,
        # Attention in 8 bits is not faster, and loses a third of the accuracy.
        ignored_scope=nncf.IgnoredScope(types=["ScaledDotProductAttention"], validate=False),
        subset_size=len(inputs),
    )


@contextmanager
def _quiet() -> Iterator[TextIO]:
    """Yield the standard output, and discard what libraries print."""
    out = sys.stdout
    warnings.simplefilter("ignore")
    logging.disable()
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = sys.stderr = nowhere
        try:
            yield out
        finally:
            sys.stdout, sys.stderr = out, sys.__stderr__


if __name__ == "__main__":
    sys.exit(main())
