"""A recipe whose samples are judged in; its run's figures and verdicts out: what the tests of judging share."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import Teacher, running
from runs import Tree, asking, recipe, rows, succeeds, write_recipe, write_rows


@pytest.fixture
def judge() -> Iterator[Teacher]:
    """A server of the judge's own."""
    with running() as server:
        yield server


def judged(folder: Path, writer: Teacher, judge: Teacher, records: int = 60, **block: object) -> tuple[Path, Tree]:
    """Write a recipe whose samples are judged; ``block`` holds the check's keys."""
    tree = recipe(write_rows(folder / "rows.jsonl", range(records)), asking(writer.base_url))
    tree["roles"] = {"judge": asking(judge.base_url, model="loopback-large")}
    tree["checks"]["judge"] = {"action": "tag", **block}
    return write_recipe(folder / "recipe.yaml", tree), tree


def status(run: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(succeeds("status", run, "--json"))
    return told


def verdicts(run: Path) -> dict[str, Tree]:
    """Give the judge's verdict on each accepted sample."""
    found = {}
    for row in rows(run, "samples"):
        for verdict in row["checks"]:
            if verdict["check"] == "judge":
                found[row["id"]] = verdict
    return found
