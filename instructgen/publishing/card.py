"""A laid out dataset in; the files that describe it out: for now the least that the Hub needs to load it."""

from collections.abc import Mapping

import yaml

from .laid_out import LaidOut


def card(laid_out: LaidOut) -> Mapping[str, bytes]:
    """Give the describing files by their path in the repository."""
    configs = [
        {
            "config_name": config,
            "data_files": [{"split": split, "path": f"{config}/{split}-*.parquet"} for split in splits],
        }
        for config, splits in laid_out.configs.items()
    ]
    head = {"tags": list(laid_out.tags), "configs": configs}
    return {"README.md": f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n# {laid_out.repo}\n".encode()}
