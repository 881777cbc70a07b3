"""Samples in; WebDataset shards with what Megatron-Energon wants to know of them beside them out.

``energon prepare`` then adds its index, which only its own version of itself can read.
"""

import json
from typing import ClassVar

from .folder_exports import Asked
from .folders import DatasetFolder
from .webdataset import WebDatasetExport

_SAMPLES = {"__module__": "megatron.energon", "__class__": "CrudeWebdataset"}


class EnergonExport(WebDatasetExport):
    """Writes the shards of ``webdataset``, and ``.nv-meta/dataset.yaml``, which says that a cooker makes samples of
    them."""

    name: ClassVar[str] = "energon"
    version: ClassVar[int] = 1

    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        number = super()._fill(asked, folder)
        lines = [f"{key}: {json.dumps(value)}\n" for key, value in _SAMPLES.items()]
        folder.put(".nv-meta/dataset.yaml", "".join(lines).encode())
        return number
