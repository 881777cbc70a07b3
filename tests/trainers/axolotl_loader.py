"""Exports for Axolotl in; whether its own loader, processing strategy and collator make of them what they hold, out.

.env-axolotl/bin/python tests/trainers/axolotl_loader.py EXPORT…
"""

import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
import yaml
from axolotl.cli.config import load_cfg  # type: ignore[import-not-found]
from axolotl.loaders import load_processor, load_tokenizer  # type: ignore[import-not-found]
from axolotl.processing_strategies import get_processing_strategy  # type: ignore[import-not-found]
from axolotl.utils.chat_templates import get_chat_template_from_config  # type: ignore[import-not-found]
from axolotl.utils.collators.mm_chat import MultiModalChatDataCollator  # type: ignore[import-not-found]
from axolotl.utils.data.sft import prepare_datasets  # type: ignore[import-not-found]
from same import TEMPLATE, Comparison, Row, report, rows_of, save_model


def configuration(place: Path, folder: Path) -> Row:
    """Give the YAML of a training on an export, as its manual says."""
    return {
        **{"base_model": str(save_model(folder / "model")), "processor_type": "AutoProcessor"},
        **{"chat_template": "jinja", "chat_template_jinja": TEMPLATE},
        "datasets": [{"path": str(place / "data"), "split": "train", "type": "chat_template"}],
        **{"skip_prepare_dataset": True, "remove_unused_columns": False, "sample_packing": False},
        **{"sequence_len": 8192, "micro_batch_size": 1, "gradient_accumulation_steps": 1, "max_steps": 1},
        **{"learning_rate": 1e-5, "optimizer": "adamw_torch", "lr_scheduler": "constant", "bf16": False},
        **{"output_dir": str(folder / "out"), "dataset_prepared_path": str(folder / "prepared")},
    }


def compare(place: Path) -> Comparison:
    """Collate each row by itself."""
    with tempfile.TemporaryDirectory() as out:
        os.environ["HF_DATASETS_CACHE"] = f"{out}/cache"
        file = Path(out) / "config.yaml"
        file.write_text(yaml.safe_dump(configuration(place, Path(out))), "utf-8")
        told = load_cfg(str(file))
        tokenizer = load_tokenizer(told)
        processor = load_processor(told, tokenizer)
        data = prepare_datasets(told, tokenizer, processor=processor)[0]
        template = get_chat_template_from_config(told, tokenizer=tokenizer)
        strategy = get_processing_strategy(processor, template, told.chat_template)
        collate = MultiModalChatDataCollator(tokenizer=tokenizer, processing_strategy=strategy)
        done = Comparison(processor)
        found_rows = {item["id"]: item for item in data}
        for row in rows_of(place):
            batch = collate([found_rows.pop(row["id"])])
            done.hold(row, done.batch(row, batch, batch.get("pixel_values")))
        if found_rows:
            done.faults["all"] = [f"{len(found_rows)} rows too many"]
    return done


if __name__ == "__main__":
    torch.cuda.get_device_capability = lambda *_: (0, 0)  # a CPU's stops the configuration
    sys.exit(report(f"axolotl {version('axolotl')}", compare, sys.argv[1:]))
