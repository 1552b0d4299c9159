"""The reader model in training: the bundled embedding model's layers with three heads."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel

WIDTH = 384


class ReaderModel(torch.nn.Module):
    """12 layers that read two texts together, with three outputs.

    `span` gives each token three logits: inside the answering sentence, start and end of the
    answer. `answerable` and `verdict` (supported, refuted, unknown) are computed from the first
    token.
    """

    def __init__(self, folder: Path, frozen: int = 4) -> None:
        super().__init__()
        # Without dropout, attention uses the fused path, and a step takes 0.6 of the time.
        self.encoder = AutoModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=0.0,
        )
        self.span = torch.nn.Linear(WIDTH, 3)
        self.answerable = torch.nn.Linear(WIDTH, 1)
        self.verdict = torch.nn.Linear(WIDTH, 3)
        for still in (self.encoder.embeddings, *self.encoder.encoder.layer[:frozen]):
            still.requires_grad_(False)

    def forward(
        self, tokens: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return logits of shapes (n, tokens, 3), (n,) and (n, 3)."""
        hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        first = hidden[:, 0]
        return self.span(hidden), self.answerable(first)[:, 0], self.verdict(first)

    def shipped(self) -> dict[str, torch.Tensor]:
        """Return the weights, without the embedding model's own tables."""
        return {
            name: value
            for name, value in self.state_dict().items()
            if not name.startswith("encoder.embeddings.")
        }


def save_weights(model: ReaderModel, path: Path) -> None:
    """Write the weights in half precision, without the tables of the embedding model."""
    half = {name: value.half().contiguous() for name, value in model.shipped().items()}
    save_file(half, path)


def load_weights(model: ReaderModel, path: Path) -> None:
    """Read what `save_weights` wrote."""
    weights = {name: value.float() for name, value in load_file(path).items()}
    model.load_state_dict(weights, strict=False)
