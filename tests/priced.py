"""A scripted price list in; recipes of teachers that cost by it, and what journals cost by hand, out."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from runs import Tree, asking, recipe, write_recipe, write_rows

from instructgen.money.prices import price_list

PRICES: dict[str, dict[str, object]] = {
    "loopback-small": {"input": 2.0, "cached_input": 0.5, "output": 8.0, "max_output": 400, "known": "2026-01-31"},
    "loopback-large": {"input": 5.0, "output": 20.0, "batch": 0.5, "max_output": 300, "known": "2026-01-30"},
}
"""US dollars per million tokens."""


def price_file(folder: Path, models: Mapping[str, Mapping[str, object]] = PRICES) -> Path:
    """Write a price table."""
    path = folder / "prices.yaml"
    path.write_text(yaml.safe_dump({"source": "a list of our own", "models": dict(models)}), encoding="utf-8")
    price_list.cache_clear()
    return path


def priced(folder: Path, base_url: str, records: int = 30, **keys: object) -> Path:
    """Write rows, prices and a recipe; ``keys`` are the recipe's, and ``fields`` those of its teacher."""
    fields = keys.pop("fields", {})
    assert isinstance(fields, dict)
    teacher = asking(base_url, **{"prices": str(price_file(folder)), "max_in_flight": 8, **fields})
    source = write_rows(folder / "rows.jsonl", range(records))
    return write_recipe(folder / "recipe.yaml", recipe(source, teacher, **{"shard_size": 10, **keys}))


def by_hand(lines: Iterable[Tree], *, cached: bool = True) -> float:
    """Price journal lines by hand: prompt, cached part of it and reply, each by its own price."""
    total = 0.0
    for line in lines:
        usage: dict[str, Any] = line.get("usage") or {"prompt": 0, "cached": 0, "reply": 0}
        price: Mapping[str, Any] = PRICES[line["model"]]
        from_cache = usage["cached"] if cached and "cached_input" in price else 0
        total += (usage["prompt"] - from_cache) * price["input"] / 1e6
        total += from_cache * price.get("cached_input", 0.0) / 1e6
        total += usage["reply"] * price["output"] / 1e6
    return total
