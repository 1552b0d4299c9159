"""Write the tokenizer of the bundled model for SentencePiece, from its pieces and scores.

SentencePiece only finds the most probable segmentation. Its own normaliser is not used, because it
reads replacements otherwise than the tokenizer that the model was published with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from rag.models.bundled.tokenizer import BOS, EOS, MASK, PAD, UNK, normalizer_for
from rag.models.subwords import NORMALIZER_FILE, PIECES_FILE

_ANY = "any"


def write_pieces(
    folder: Path, pieces: Sequence[str], scores: Sequence[float], replacements: Mapping[str, str]
) -> None:
    """Write the files that `rag.models.subwords.PieceTokenizer` reads.

    The token ids are the positions in `pieces`; `scores` are log probabilities, and `replacements`
    maps single code points. Raises `OSError`.
    """
    model: Any = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]
    kinds = model.SentencePiece
    special = dict.fromkeys((BOS, PAD, EOS, MASK), kinds.CONTROL) | {UNK: kinds.UNKNOWN}
    for piece, score in zip(pieces, scores, strict=True):
        model.pieces.add(piece=piece, score=score, type=special.get(piece, kinds.NORMAL))
    trained, normalised = model.trainer_spec, model.normalizer_spec
    trained.model_type = trained.UNIGRAM
    trained.vocab_size = len(pieces)
    for token, name in ((UNK, "unk"), (BOS, "bos"), (EOS, "eos"), (PAD, "pad")):
        setattr(trained, f"{name}_id", pieces.index(token))
        setattr(trained, f"{name}_piece", token)
    normalised.name = "identity"
    normalised.add_dummy_prefix = False
    normalised.remove_extra_whitespaces = False
    normalised.escape_whitespaces = False
    (folder / PIECES_FILE).write_bytes(model.SerializeToString(deterministic=True))
    characters = Tokenizer(WordLevel({_ANY: 0}, unk_token=_ANY))
    characters.normalizer = normalizer_for(replacements)
    characters.pre_tokenizer = Split(Regex(r"[\s\S]"), "isolated")
    (folder / NORMALIZER_FILE).write_text(characters.to_str(), encoding="utf-8")
