"""Exports in TRL's format in; whether SFTTrainer's and DPOTrainer's own collators make of them what they hold, out.

.env-trl/bin/python tests/trainers/trl_loader.py EXPORT…
"""

import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datasets import load_dataset
from same import Comparison, report, rows_of, save_model
from transformers import AutoProcessor, LlavaConfig, LlavaForConditionalGeneration
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer  # type: ignore[import-not-found]

Batch = dict[str, Any]


def trainer(place: Path, model: Path, out: str) -> Any:
    """Give the trainer that reads an export, as its manual says."""
    data = load_dataset(str(place), split="train", cache_dir=f"{out}/cache")
    common: Batch = {"use_cpu": True, "bf16": False, "report_to": [], "max_steps": 1, "max_length": None}
    common |= {"output_dir": out, "per_device_train_batch_size": 1, "save_strategy": "no", "disable_tqdm": True}
    made = {"train_dataset": data, "processing_class": AutoProcessor.from_pretrained(model)}
    network, reference = (LlavaForConditionalGeneration(LlavaConfig.from_pretrained(model)) for _ in range(2))
    if ".pairs" in place.name:
        return DPOTrainer(network, reference, args=DPOConfig(**common), **made)
    return SFTTrainer(network, args=SFTConfig(**common), **made)


def compare(place: Path) -> Comparison:
    """Collate each row by itself, and take one step of training where nothing is planted."""
    with tempfile.TemporaryDirectory() as out:
        model = save_model(Path(out) / "model")
        reader = trainer(place, model, out)
        done = Comparison(reader.processing_class)
        for row, item in zip(rows_of(place), reader.train_dataset, strict=True):
            found = [] if item["id"] == row["id"] else ["id"]
            batch = reader.data_collator([item])
            done.hold(row, found + done.batch(row, batch, batch.get("pixel_values")))
        if not place.name.endswith(".broken"):
            reader.train()
    return done


if __name__ == "__main__":
    sys.exit(report(f"trl {version('trl')}", compare, sys.argv[1:]))
