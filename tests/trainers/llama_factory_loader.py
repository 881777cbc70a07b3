"""Exports for LLaMA-Factory in; whether its own loader and collators make of them what they hold, out.

.env-llama-factory/bin/python tests/trainers/llama_factory_loader.py EXPORT…
"""

import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llamafactory.data import (  # type: ignore[import-not-found]
    PairwiseDataCollatorWithPadding,
    SFTDataCollatorWith4DAttentionMask,
    get_dataset,
    get_template_and_fix_tokenizer,
)
from llamafactory.hparams import get_train_args  # type: ignore[import-not-found]
from llamafactory.model import load_tokenizer  # type: ignore[import-not-found]
from same import Comparison, Row, in_file_order, report, save_model


def compare(place: Path) -> Comparison:
    """Collate each row by itself."""
    pairs = ".pairs" in place.name
    with tempfile.TemporaryDirectory() as out:
        model = save_model(Path(out) / "model")
        told: Row = {
            "model_name_or_path": str(model),
            "template": "llava",
            "dataset": place.name,
            "dataset_dir": str(place),
        }
        told |= {"stage": "rm" if pairs else "sft", "do_train": True, "finetuning_type": "full", "use_cpu": True}
        told |= {"output_dir": f"{out}/out", "cutoff_len": 8192, "report_to": "none", "cache_dir": f"{out}/cache"}
        of_model, of_data, training, _, _ = get_train_args(told)
        loaded = load_tokenizer(of_model)
        template = get_template_and_fix_tokenizer(loaded["tokenizer"], of_data)
        data = get_dataset(template, of_model, of_data, training, told["stage"], **loaded)["train_dataset"]
        kind = PairwiseDataCollatorWithPadding if pairs else SFTDataCollatorWith4DAttentionMask
        collate: Any = kind(template=template, label_pad_token_id=-100, **loaded)
        done = Comparison(loaded["processor"], template.default_system)
        files = [place / "data" / name for name in os.listdir(place / "data")]  # noqa: PTH208  # in its order
        for row, item in zip(in_file_order(place, files), data, strict=True):
            batch = collate([dict(item)])
            # a batch without any picture gets a blank one, whose tokens the mask leaves out
            done.hold(row, done.batch(row, batch, batch["pixel_values"] if row["pictures"] else None))
    return done


if __name__ == "__main__":
    sys.exit(report(f"llamafactory {version('llamafactory')}", compare, sys.argv[1:]))
