"""A dataset's name in; all its rows, loaded and streamed, as JSON on standard output out. Reads the Hub that
``HF_ENDPOINT`` names, which the library takes in when it is imported: so in a process of its own.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

from datasets import Image, get_dataset_config_names, get_dataset_split_names, load_dataset


def plain(rows: Iterable[Any]) -> list[str]:
    """Give rows as JSON, pictures' bytes in hex."""
    return [json.dumps(row, default=bytes.hex) for row in rows]


def main(name: str) -> None:
    """Load and stream every config and split, in order."""
    told: dict[str, Any] = {"loaded": [], "streamed": []}
    for config in get_dataset_config_names(name):
        for split in get_dataset_split_names(name, config):
            for way, streaming in (("loaded", False), ("streamed", True)):
                dataset = load_dataset(name, config, split=split, streaming=streaming)
                if way == "loaded":
                    first = dataset[0]["image"]
                    told["decoded"] = f"{first.format} {first.size}"
                told[way] += plain(dataset.cast_column("image", Image(decode=False)))
    print(json.dumps(told))


main(sys.argv[1])
