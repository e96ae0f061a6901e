"""Any extractive question-answering model of transformers, by hub name or folder: AutoModelForQuestionAnswering."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from index.bert import pad
from index.errors import ModelError
from qa.reader.extractive import Extractive
from qa.reader.logits import in_batches
from qa.reader.windows import MAX_LENGTH, Window


def hub_reader(name: str) -> Extractive:
    """Weights as safetensors only, no foreign code. Raises ModelError, with the first line of the reason."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        wrapper = AutoTokenizer.from_pretrained(name, use_fast=True, trust_remote_code=False)
        model = AutoModelForQuestionAnswering.from_pretrained(
            name, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        ).eval()
        tokenizer = wrapper.backend_tokenizer
        tokenizer.no_padding()
        tokenizer.no_truncation()
    except Exception as error:  # whatever a hub, a disk or a config throws
        reason = str(error).strip().split("\n")[0]
        raise ModelError(
            f"reader {name!r} cannot be loaded: {reason}; known: attest, overlap, a hub name, or a folder"
        ) from error

    def forward(windows: list[Window]) -> np.ndarray:
        ids = pad(w.ids for w in windows)
        mask = pad(np.ones(len(w), np.int64) for w in windows)
        ids[mask == 0] = wrapper.pad_token_id or 0
        inputs: dict[str, Any] = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        if "token_type_ids" in wrapper.model_input_names:
            inputs["token_type_ids"] = torch.from_numpy(pad(w.type_ids for w in windows))
        with torch.inference_mode():
            out = model(**inputs)
        return torch.stack([out.start_logits, out.end_logits], dim=-1).float().numpy()  # type: ignore[no-any-return]

    longest = min(MAX_LENGTH, int(getattr(model.config, "max_position_embeddings", MAX_LENGTH)) - 2)
    return Extractive(name, tokenizer, in_batches(forward), max_length=longest)
