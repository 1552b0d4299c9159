"""Build the bundled embedding model for OpenVINO in 8 bits, straight from its weights file.

This takes some seconds. The ranges of the activations were measured before (`encoder.Ranges`), so
neither torch nor any text is needed. The token vectors stay in the weights file.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from rag.config import BUNDLED_EMBEDDER
from rag.models.bundled.e5_file import E5File
from rag.models.bundled.encoder import (
    InEightBits,
    InFloat,
    Ranges,
    encoder_graph,
    read_encoder,
    with_scaled_values,
)
from rag.models.bundled.packed_table import bundled_table
from rag.models.bundled.pieces import write_pieces
from rag.models.bundled.tokenizer import BOS, EOS, PAD
from rag.models.bundled.weights import cannot_write, read_weights
from rag.models.bundled.wheel import MAX_TOKENS, PASSAGE_PROMPT, QUERY_PROMPT
from rag.models.calibration import probe_texts
from rag.models.embedder import OnProgress
from rag.models.made_whole import made_whole
from rag.models.model_folder import ModelFolder
from rag.models.openvino_embedder import PROBE_FILE, ExportSettings, OpenVinoEmbedder
from rag.models.openvino_runtime import (
    COMPILED_FOLDER,
    MODEL_FILE,
    ExportUnusable,
    import_openvino,
)

IN_EIGHT_BITS, IN_FLOAT = "openvino int8", "openvino"

_STEPS = 5


def build(weights: Path, target: Path, on_progress: OnProgress | None = None) -> None:
    """Write the model in the file `weights` into the folder `target`, completely or not at all.

    The 8-bit model is compared with vectors of the 32-bit one. If it is too different here, the
    model is written in 32 bits. Raises `ExportUnusable` if that differs too, and `EmbedderError` if
    `weights` is another file, or `target` can't be written.
    """

    def step(number: int) -> None:
        if on_progress is not None:
            on_progress(number, _STEPS)

    step(0)
    data, file = read_weights(weights)
    step(1)
    ranges = Ranges.packed()
    try:
        with made_whole(target) as folder:
            np.save(folder / PROBE_FILE, ranges.probe)
            # Each step frees its memory before the next, which needs as much.
            write_pieces(folder, file.pieces, file.scores, file.replacements)
            step(2)
            for runtime in (IN_EIGHT_BITS, IN_FLOAT):
                _write_graph(runtime, data, file, ranges, folder)
                step(3)
                difference = _difference(folder, weights)
                if difference is None:
                    break
            else:
                raise ExportUnusable(difference)
            step(4)
            # The compiled model is bound to its path, which changes now.
            shutil.rmtree(folder / COMPILED_FOLDER)
    except OSError as error:
        raise cannot_write(target.parent, error) from error
    step(_STEPS)


def _write_graph(
    runtime: str, data: memoryview, file: E5File, ranges: Ranges, folder: Path
) -> None:
    in_eight_bits = runtime == IN_EIGHT_BITS
    values = with_scaled_values(read_encoder(data, file), ranges)
    products = InEightBits(ranges) if in_eight_bits else InFloat()
    graph = encoder_graph(file.shape, values, products)
    import_openvino().save_model(graph, folder / MODEL_FILE, compress_to_fp16=False)
    _settings(file, runtime).write(folder)


def _settings(file: E5File, runtime: str) -> ExportSettings:
    return ExportSettings(
        runtime=runtime,
        dimensions=file.shape.hidden,
        max_tokens=MAX_TOKENS,
        query_prompt=QUERY_PROMPT,
        passage_prompt=PASSAGE_PROMPT,
        prefix=(file.pieces.index(BOS),),
        suffix=(file.pieces.index(EOS),),
        padding=file.pieces.index(PAD),
        probe=probe_texts(),
    )


def _difference(folder: Path, weights: Path) -> str | None:
    """Return how the model in `folder` differs from the reference, or None if it is close."""
    source = ModelFolder(name=BUNDLED_EMBEDDER, path=folder, fingerprint="")
    try:
        return OpenVinoEmbedder(source, folder, bundled_table(weights)).difference()
    except ExportUnusable as error:
        return str(error)
