"""A finished run in; what becomes of it when its recipe or source changes out: what the tests of changes share."""

import re
from pathlib import Path
from typing import Any

import pytest
from loopback import Teacher
from runs import KEY, Tree, asked, asking, command, parts, recipe, rows, succeeds, write_recipe, write_rows

COUNT = 180


class Made:
    """A finished run of 180 records in shards of 50, and its recipe to change."""

    def __init__(self, folder: Path, teacher: Teacher, *finish: object) -> None:
        self.teacher = teacher
        self.source = write_rows(folder / "rows.jsonl", range(COUNT))
        self.tree: Tree = recipe(self.source, asking(teacher.base_url))
        self.path = folder / "recipe.yaml"
        self.run = folder / "run"
        self.write()
        succeeds("run", self.path, "--out", self.run, *finish)
        teacher.set(reset=True)

    def write(self, **changes: Any) -> None:
        """Write the recipe, changed."""
        self.tree |= changes
        write_recipe(self.path, self.tree)

    def announced(self, *told: str, unasked: int | None = None, shards: int | None = None) -> str:
        """Run: the change must be announced and nothing asked or written. Give the announcement."""
        before = parts(self.run)
        end = command("run", self.path, "--out", self.run)
        assert end.code == 2, end
        assert len(end.err.strip().splitlines()) == 1
        assert "--update" in end.err
        for text in told:
            assert text in end.err
        if shards is not None:
            assert f"rebuilds {shards} finished shard" in end.err
        if unasked is not None:
            found = re.search(r"(\d+) requests? of", end.err)
            assert (int(found[1]) if found else 0) == unasked, end.err
        assert self.teacher.stats().requests == 0
        assert parts(self.run) == before
        return end.err

    def updated(self, expected: int) -> None:
        """Update: exactly so many are asked; again: none; and the run is that of a fresh start."""
        assert asked(succeeds("run", self.path, "--out", self.run, "--update")) == expected
        assert sum(self.teacher.stats().answered.values()) == expected
        before = parts(self.run)
        assert asked(succeeds("run", self.path, "--out", self.run)) == 0
        assert parts(self.run) == before
        fresh = self.run.with_name("fresh")
        succeeds("run", self.path, "--out", fresh)
        assert _texts(self.run) == _texts(fresh)


def _texts(run: Path) -> list[Tree]:
    """Give the rows of samples and rejected parts."""
    return [row for kind in ("samples", "rejected") for row in rows(run, kind)]


@pytest.fixture
def made(tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A finished run."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return Made(tmp_path, loopback)
