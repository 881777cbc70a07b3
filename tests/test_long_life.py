"""The whole life of a run: 1,000 records, then 2,500, then every kind of change, and nothing is paid for twice."""

import json
import os
import time
from pathlib import Path
from random import Random

import pytest
from loopback import Teacher
from runs import (
    KEY,
    asked,
    asking,
    command,
    ended,
    journaled,
    parts,
    recipe,
    rows,
    start,
    strays,
    succeeds,
    write_recipe,
    write_rows,
)
from test_kill import Due, killed

from instructgen.library import shipped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_thousand_then_more_then_changes_and_nothing_is_paid_for_twice(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    loopback.set(faults={"refusal": 0.05})
    source, path, run = tmp_path / "rows.jsonl", tmp_path / "recipe.yaml", tmp_path / "run"
    tree = recipe(write_rows(source, range(2500)), asking(loopback.base_url), shard_size=400)
    write_recipe(path, tree)

    def changes_to(expected: int) -> None:
        before, sent = parts(run), loopback.stats().requests
        end = command("run", path, "--out", run)
        assert end.code == 2
        assert (f"{expected} requests" if expected else "asks for nothing") in end.err
        assert loopback.stats().requests == sent
        assert parts(run) == before
        assert asked(succeeds("run", path, "--out", run, "--update")) == expected
        assert max(loopback.stats().answered.values()) == 1

    assert asked(succeeds("run", path, "--out", run, "--limit", 1000)) == 1000
    assert asked(succeeds("run", path, "--out", run, "--limit", 2500)) == 1500
    write_rows(source, [n for n in range(2500) if n != 700])
    changes_to(0)
    tree["source"]["longest_caption"] = 10_000
    write_recipe(path, tree)
    changes_to(0)
    tree["checks"]["length"] = {"action": "reject", "max_words": 60}
    write_recipe(path, tree)
    changes_to(0)
    refused = sum(row["reason"] == "reply:refusal" for row in rows(run, "rejected"))
    assert 60 < refused < 200
    tree |= {"attempts": ["teacher", "strong"], "roles": {"strong": asking(loopback.base_url, model="loopback-large")}}
    write_recipe(path, tree)
    changes_to(refused)
    (tmp_path / "prompts").mkdir()
    text = (shipped() / "prompts/conversation.jinja").read_text(encoding="utf-8")
    edited = text.replace("{% block system %}", "{% block system %}\nBe brief.", 1)
    (tmp_path / "prompts/conversation.jinja").write_text(edited, encoding="utf-8")
    end = command("run", path, "--out", run)
    assert end.code == 2
    assert "prompts/conversation.jinja: changed" in end.err
    assert "2499 requests of teacher" in end.err
    (tmp_path / "prompts/conversation.jinja").unlink()
    assert asked(succeeds("run", path, "--out", run)) == 0
    lines = [json.dumps([line["slot"], line["digest"]]) for line in journaled(run)]
    assert len(lines) == len(set(lines)) == 2500 + refused


def rewritten(folder: Path, count: int, linger: float) -> Due:
    """Be due a moment after more than so many of a folder's files were written anew or removed."""

    def state() -> set[tuple[str, int]]:
        return {(entry.name, entry.inode()) for entry in os.scandir(folder)}

    before = state()

    def due() -> bool:
        if len(before - state()) <= count:
            return False
        time.sleep(linger)
        return True

    return due


@pytest.mark.parametrize("seed", [41, 42])
def test_a_source_that_shrank_is_read_again_however_often_the_update_is_killed(tmp_path: Path, seed: int) -> None:
    source = write_rows(tmp_path / "rows.jsonl", range(400))
    path = write_recipe(tmp_path / "recipe.yaml", recipe(source, {"use": "grounded"}, shard_size=4))
    for name in ("whole", "killed"):
        succeeds("run", path, "--out", tmp_path / name)
    write_rows(source, [n for n in range(201) if n != 9])
    succeeds("run", path, "--out", tmp_path / "whole", "--update")
    draw, run, begun, kills = Random(seed), tmp_path / "killed", False, 0
    for _ in range(12):
        due = rewritten(run / "samples", draw.randint(0, 9), draw.uniform(0, 0.01))
        end = killed(due, "run", path, "--out", run, *([] if begun else ["--update"]))
        assert end.code in (0, -9), end
        kills += end.code == -9
        begun = begun or json.loads((run / "run.json").read_text())["moved"]
    assert ended(start("run", path, "--out", run)).code == 0
    assert kills >= 5
    assert begun
    assert parts(run) == parts(tmp_path / "whole")
    assert len(list((run / "samples").iterdir())) == 50
    assert strays(run) == []
