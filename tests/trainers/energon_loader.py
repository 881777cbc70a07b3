"""Exports for Megatron-Energon in; whether its own index, loader and decoder read in them what they hold, out.

    .env-energon/bin/python tests/trainers/energon_loader.py EXPORT…

``energon prepare`` is run as ``docs/exports.md`` says, and the samples are made by a cooker.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from megatron.energon import (  # type: ignore[import-not-found]
    Cooker,
    DefaultTaskEncoder,
    Sample,
    SampleDecoder,
    WorkerConfig,
    basic_sample_keys,
    get_loader,
    get_train_dataset,
    stateless,
)
from PIL import Image
from same import Comparison, Row, report, rows_of, told_faults


@dataclass
class Conversation(Sample):  # type: ignore[misc]
    """What the cooker makes of a crude sample."""

    told: Row
    pictures: list[Any]


@stateless  # type: ignore[untyped-decorator]
def cook(crude: Row) -> Conversation:
    """Take a sample's pictures in the order in which its JSON names them."""
    pictures = [crude[field] for field in crude["json"]["images"]]
    return Conversation(**basic_sample_keys(crude), told=crude["json"], pictures=pictures)


class Encoder(DefaultTaskEncoder):  # type: ignore[misc]
    """Hands samples on one by one, with pixels from 0 to 255."""

    cookers = (Cooker(cook),)
    decoder = SampleDecoder(image_decode="rgb8")

    def batch(self, samples: list[Conversation]) -> Conversation:
        """Give the one sample of a batch."""
        return samples[0]


def compare(place: Path) -> Comparison:
    """Prepare and load an export; shards come in an order of the loader's own."""
    plain = {"shuffle_buffer_size": None, "max_samples_per_sequence": None, "repeat": False, "batch_size": 1}
    workers = WorkerConfig(rank=0, world_size=1, num_workers=0)
    with TemporaryDirectory() as folder:
        prepared = shutil.copytree(place, Path(folder) / "prepared")
        prepare = [f"{sys.prefix}/bin/energon", "prepare", str(prepared), "--non-interactive", "--skip-dataset-yaml"]
        subprocess.run([*prepare, "--split-ratio", "1,0,0"], check=True, capture_output=True)
        data = get_train_dataset(str(prepared), worker_config=workers, task_encoder=Encoder(), **plain)
        read = {item.told["id"]: item for item in get_loader(data)}
    done = Comparison()
    for row in rows_of(place):
        item = read.pop(row["id"])
        originals = [np.asarray(Image.open(file).convert("RGB")) for file in row["pictures"]]
        same = len(originals) == len(item.pictures) and all(map(np.array_equal, originals, item.pictures))
        done.hold(row, told_faults(row, item.told) + ([] if same else ["pixels"]))
    if read:
        done.faults["all"] = [f"{len(read)} rows too many"]
    return done


if __name__ == "__main__":
    sys.exit(report(f"megatron-energon {version('megatron-energon')}", compare, sys.argv[1:]))
