"""Samples or pairs in; the folder that LLaMA-Factory takes as its ``dataset_dir`` out.

LLaMA-Factory wants as many ``<image>`` in the text as there are ``images``, joins paths to its ``media_dir``, which is
the ``dataset_dir`` unless told, and reads every file of the folder that ``file_name`` names.
"""

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..records import Sample
from .folder_exports import Asked, LinesExport, PairsExport
from .folders import DatasetFolder
from .rows import Json, conversations


class LlamaFactoryExport(LinesExport, PairsExport):
    """Writes ShareGPT rows (``conversations``, ``images``; of pairs ``chosen``, ``rejected``), and
    ``dataset_info.json``, in which the dataset bears the folder's name."""

    name: ClassVar[str] = "llama_factory"
    version: ClassVar[int] = 1

    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        number = super()._fill(asked, folder)
        columns = {"messages": "conversations", "images": "images"}
        if self.pairs:
            columns |= {"chosen": "chosen", "rejected": "rejected"}
        entry = {"file_name": "data", "formatting": "sharegpt", "ranking": self.pairs, "columns": columns}
        folder.put("dataset_info.json", json.dumps({folder.name: entry}, indent=1).encode() + b"\n")
        return number

    def _row(self, sample: Sample, rejected: str | None, paths: Sequence[str]) -> Mapping[str, Json]:
        turns, images = conversations(sample), list[Json](paths)
        if rejected is None:
            return {"conversations": turns, "images": images}
        *asked, chosen = turns
        worse: Json = {"from": "gpt", "value": rejected}
        return {"conversations": asked, "chosen": chosen, "rejected": worse, "images": images}
