"""The forward pass of a BERT reader for training: products in bfloat16 where the processor has them, float32 sums of
the residual stream.

Same function as `BertForQuestionAnswering` (a test compares them without dropout); it only spends the time better:
query, key and value in one product with the scale folded in, weights cast once a call, and the gradient of the word
embeddings added where words occur instead of into a new table per call. Used by `qa.reader.train` and
`qa.reader.train_gpu`.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import dropout, gelu, linear, scaled_dot_product_attention

from qa.reader.heads import HEADS


def fastest() -> torch.dtype:
    """What products are computed in: bfloat16 without instructions for it takes dozens of times as long as float32."""
    native = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # older versions of torch do not tell
    return torch.bfloat16 if native is None or native() else torch.float32


def logits(
    model: Any, ids: Tensor, types: Tensor, mask: Tensor, precision: torch.dtype | None = None, drop: float = 0.0
) -> Tensor:
    """(b, n, w) of the heads of a BERT reader, start and end logits first; ids, types, mask: (b, n) int64. precision:
    bfloat16 on an accelerator and `fastest()` on a CPU where it is None; drop: share of what each part adds that is
    left out."""
    precision = precision or (fastest() if ids.device.type == "cpu" else torch.bfloat16)
    places, kinds = model.bert.embeddings.position_embeddings.weight, model.bert.embeddings.token_type_embeddings.weight
    words = Lookup.apply(model.bert.embeddings.word_embeddings.weight, ids)
    kind = types.unsqueeze(-1).to(kinds.dtype)
    x = model.bert.embeddings.LayerNorm(words + places[: ids.shape[1]] + kinds[0] * (1 - kind) + kinds[1] * kind)
    x = dropout(x, drop, drop > 0)
    unseen = ((1 - mask) * -1e4).to(precision)[:, None, None, :]
    for layer in model.bert.encoder.layer:
        x = _block(layer, x, unseen, model.config.num_attention_heads, precision, drop)
    heads = [getattr(model, name) for name in HEADS if hasattr(model, name)]
    return linear(x, torch.cat([head.weight for head in heads]), torch.cat([head.bias for head in heads]))


def _block(layer: Any, x: Tensor, unseen: Tensor, heads: int, precision: torch.dtype, drop: float) -> Tensor:
    (b, n, d), attend = x.shape, layer.attention.self
    scale = 1 / math.sqrt(d // heads)
    weight = torch.cat([attend.query.weight * scale, attend.key.weight, attend.value.weight]).to(precision)
    bias = torch.cat([attend.query.bias * scale, attend.key.bias, attend.value.bias]).to(precision)
    query, key, value = linear(x.to(precision), weight, bias).view(b, n, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
    if x.is_cuda:
        seen = scaled_dot_product_attention(query, key, value, unseen.expand(b, heads, n, n), scale=1.0)
    else:
        seen = torch.softmax(query @ key.transpose(-1, -2) + unseen, -1) @ value
    more = _dense(layer.attention.output.dense, seen.transpose(1, 2).reshape(b, n, d))
    x = layer.attention.output.LayerNorm(x + dropout(more, drop, drop > 0))
    wide = gelu(_dense(layer.intermediate.dense, x.to(precision)))
    return layer.output.LayerNorm(x + dropout(_dense(layer.output.dense, wide), drop, drop > 0))  # type: ignore[no-any-return]


def _dense(module: Any, x: Tensor) -> Tensor:
    return linear(x, module.weight.to(x.dtype), module.bias.to(x.dtype))


class Lookup(torch.autograd.Function):  # type: ignore[misc]
    """Rows of a table; the backward pass adds into `table.grad` itself, touching only the rows that were read."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, ids: Tensor) -> Tensor:
        ctx.save_for_backward(ids)
        ctx.table = table
        return table.index_select(0, ids.reshape(-1)).view(*ids.shape, -1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None]:  # type: ignore[override]
        (ids,), table = ctx.saved_tensors, ctx.table
        if table.grad is None:
            table.grad = torch.zeros_like(table)
        table.grad.index_add_(0, ids.reshape(-1), gradient.reshape(-1, gradient.shape[-1]))
        return None, None
