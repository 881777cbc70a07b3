"""Pairs of runs; how they differ is told by recipe, sample, check and cost, however their shards lie."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import judged
from loopback import Teacher
from runs import KEY, Tree, asking, command, recipe, succeeds, write_recipe, write_rows
from test_run_checks import FOURTH

from instructgen.comparing.matching import change
from instructgen.run import Run


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def made(place: Path, numbers: Iterable[int], **keys: Any) -> Path:
    """Make a run of the rule-based teacher over records."""
    place.mkdir()
    tree: Tree = recipe(write_rows(place / "rows.jsonl", numbers), {"use": "grounded"}, shard_size=10, **keys)
    succeeds("run", write_recipe(place / "recipe.yaml", tree), "--out", place / "run")
    return place / "run"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 25 records."""
    return made(tmp_path_factory.mktemp("first") / "a", range(25))


def told(first: Path, second: Path, *options: object) -> Tree:
    found: Tree = json.loads(succeeds("diff", first, second, "--json", *options))
    return found


def task(found: Tree, name: str = "conversation") -> tuple[int, ...]:
    return tuple(found["samples"][name].values())


def test_a_run_and_its_copy_are_the_same(tmp_path: Path, first: Path) -> None:
    second = made(tmp_path / "b", range(25))
    found = told(first, second)
    same, *others = task(found)
    assert same > 20 and others == [0, 0, 0]
    assert found["recipe"] == []
    assert found["contexts"] == {"both": 25, "first": 0, "second": 0}
    assert found["changes"] == [] and "recipe: the same" in succeeds("diff", first, second)


def test_another_seed_changes_turns_and_the_first_are_shown(tmp_path: Path, first: Path) -> None:
    second = made(tmp_path / "b", range(25), seed=7)
    found = told(first, second, "--limit", 4)
    assert found["recipe"] == ["seed: 42 → 7"]
    assert found["samples"]["conversation"]["changed"] >= 4
    assert [change["id"].count("/") for change in found["changes"]] == [2] * 4
    assert " → " in found["changes"][0]["text"]
    said = succeeds("diff", first, second, "--limit", 4)
    assert "changed, the first 4:" in said and found["changes"][3]["id"] in said


@pytest.mark.parametrize("size", [10, pytest.param(7, marks=pytest.mark.slow)])
def test_sources_that_overlap_are_matched_in_whatever_shards_their_records_lie(
    tmp_path: Path, first: Path, size: int
) -> None:
    second = tmp_path / "b"
    second.mkdir()
    tree = recipe(write_rows(second / "rows.jsonl", range(5, 32)), {"use": "grounded"}, shard_size=size)
    second = second / "run"
    succeeds("run", write_recipe(tmp_path / "b/recipe.yaml", tree), "--out", second)
    found = told(first, second)
    assert found["contexts"] == {"both": 20, "first": 5, "second": 7}
    ids = [
        {json.loads(line)["id"] for line in lines.read_text().splitlines()}
        for lines in (exported(first, tmp_path / "a.jsonl"), exported(second, tmp_path / "b.jsonl"))
    ]
    same = len(ids[0] & ids[1])
    assert task(found) == (same, 0, len(ids[0]) - same, len(ids[1]) - same)
    assert set(found["only_first"]) == set(found["only_second"]) == {"not made"}


def exported(run: Path, out: Path) -> Path:
    succeeds("export", run, "--format", "jsonl", "--out", out)
    return out


@pytest.mark.slow
def test_changes_in_other_shards_are_shown_as_well(tmp_path: Path, first: Path) -> None:
    second = made(tmp_path / "b", range(3, 25), seed=7)
    found = told(first, second, "--limit", 100)
    assert len(found["changes"]) == found["samples"]["conversation"]["changed"] > 5
    assert len({change["id"] for change in found["changes"]}) == len(found["changes"])


def test_a_stricter_check_says_why_samples_are_gone(tmp_path: Path, first: Path) -> None:
    checks = {"length": {"action": "reject", "max_words": 6}, "shape": {}}
    second = made(tmp_path / "b", range(25), checks=checks)
    found = told(first, second)
    lost = found["only_first"]["length:answer_too_long"]
    assert lost == found["samples"]["conversation"]["first"] > 0
    assert found["reasons"]["length:answer_too_long"] == [0, lost]
    assert found["tasks"]["conversation"][0]["accepted"] - found["tasks"]["conversation"][1]["accepted"] == lost
    assert f"only in 1, because in 2: length:answer_too_long {lost}" in succeeds("diff", first, second)


@pytest.mark.slow
def test_what_run_wide_checks_leave_out_is_not_there(tmp_path: Path, first: Path) -> None:
    second = made(tmp_path / "b", range(25), checks={"shape": {}, "fourth": FOURTH})
    found = told(first, second)
    assert found["only_first"] == {"fourth:fourth": found["samples"]["conversation"]["first"]}
    assert any(line.startswith("run_wide.fourth") for line in found["recipe"])


def test_two_teachers_by_what_the_judge_says_and_by_cost(tmp_path: Path, loopback: Teacher, judge: Teacher) -> None:
    price = {"input": 2, "output": 8, "known": "2026-01-01"}
    (tmp_path / "prices.yaml").write_text(
        json.dumps({"source": "made up", "models": {"loopback-small": price, "loopback-large": price}})
    )
    runs = []
    for name, temperature in (("a", 0.2), ("b", 0.9)):
        (tmp_path / name).mkdir()
        path, tree = judged(tmp_path / name, loopback, judge, records=20)
        own = {"temperature": temperature, "prices": str(tmp_path / "prices.yaml")}
        tree["teacher"] = asking(loopback.base_url, **own)
        tree["roles"]["judge"]["prices"] = own["prices"]
        runs.append(tmp_path / name / "run")
        succeeds("run", write_recipe(path, tree), "--out", runs[-1])
    found = told(*runs)
    assert found["recipe"] == ["teachers.teacher.temperature: 0.2 → 0.9"]
    assert all(usd > 0 for usd in found["usd_per_accepted"])
    said = succeeds("diff", *runs)
    assert "  judge, conversation: accuracy " in said and "dollars an accepted sample" in said


@pytest.mark.slow
def test_a_removed_picture_is_not_there(tmp_path: Path, first: Path) -> None:
    second = made(tmp_path / "b", range(25))
    Run.open(second).removals.add(["000003"], "its owner asked")
    found = told(first, second)
    assert found["contexts"] == {"both": 24, "first": 1, "second": 0}
    assert found["only_first"] == {"removed": found["samples"]["conversation"]["first"]}
    assert "agrees" in succeeds("verify", second)


@pytest.mark.slow
def test_an_open_run_is_provisional(tmp_path: Path, first: Path) -> None:
    second = made(tmp_path / "b", range(25))
    (second / "samples/part-00001.parquet").unlink()
    said = succeeds("diff", first, second)
    assert "  1 shards of 2 are open: provisional" in said
    assert task(told(first, second))[1:] == (0, 0, 0)


def test_what_is_no_run_is_a_mistake(tmp_path: Path) -> None:
    end = command("diff", tmp_path / "none", tmp_path / "neither")
    assert end.code == 2 and "holds no run" in end.err


@settings(max_examples=50)
@given(st.lists(st.sampled_from("abcd"), max_size=9), st.lists(st.sampled_from("abcd"), max_size=9))
def test_a_change_in_words_shows_both_sides_whole_when_they_are_short(before: list[str], after: list[str]) -> None:
    if before == after:
        return
    text = change("x", (("human", " ".join(before)),), (("human", " ".join(after)),)).text
    ahead, _, rest = text.partition("[")
    changed, _, behind = rest.partition("]")
    one, _, other = changed.partition(" → ")
    for words, middle in ((before, one), (after, other)):
        shown = " ".join([ahead, "" if middle == "nothing" else middle, behind]).replace("…", "").split()
        assert " ".join(shown) in " ".join(words)
