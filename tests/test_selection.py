"""Which contexts each task takes: exact counts, no context moved by another, none twice without overlap."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import command, recipe, rows, succeeds, write_recipe, write_rows

from instructgen.errors import SetupError
from instructgen.recipe import Recipe, Take
from instructgen.selection import chosen, ranges_of, wanted

IDS = st.sets(st.text("abc0123456789", min_size=1, max_size=8), max_size=120)
TAKES = st.one_of(st.just("all"), st.integers(0, 150), st.integers(0, 100).map(lambda n: f"{n}%"))


def recipe_of(takes: list[Take], overlap: bool, seed: int = 42) -> Recipe:
    tasks = {f"task{n}": {"take": take} for n, take in enumerate(takes)}
    block = {"use": "any"}
    return Recipe.model_validate({"source": block, "teacher": block, "tasks": tasks, "overlap": overlap, "seed": seed})


def taken(made: Recipe, ids: set[str], of: set[str] | None = None) -> dict[str, set[str]]:
    """Draw over ``ids``; give what each task takes of them, or of others."""
    ranges = ranges_of(made, sorted(ids))
    return {t: {i for i in of or ids if chosen(ranges, made.seed, made.overlap, i, t)} for t in made.tasks}


@given(IDS, st.lists(TAKES, min_size=1, max_size=4), st.integers(0, 9))
def test_with_overlap_every_task_takes_exactly_what_it_asks_for(ids: set[str], takes: list[Take], seed: int) -> None:
    found = taken(recipe_of(takes, True, seed), ids)
    assert [len(f) for f in found.values()] == [wanted(take, len(ids)) for take in takes]


@given(IDS, st.lists(TAKES.filter(lambda t: t != "all"), max_size=3), TAKES, st.integers(0, 9))
def test_without_overlap_tasks_take_exact_numbers_and_share_nothing(
    ids: set[str], takes: list[Take], last: Take, seed: int
) -> None:
    found, left = taken(recipe_of([*takes, last], False, seed), ids), len(ids)
    assert max(Counter(i for f in found.values() for i in f).values(), default=0) <= 1
    for take, ours in zip([*takes, last], found.values(), strict=True):
        assert len(ours) == min(left, wanted(take, len(ids)))
        left -= len(ours)


@given(IDS, IDS, st.integers(1, 60), st.booleans())
def test_a_record_that_comes_later_moves_no_other(ids: set[str], later: set[str], take: int, overlap: bool) -> None:
    made = recipe_of([take, take], overlap)
    before, after = taken(made, ids), taken(made, ids, ids | later)
    assert {task: found & ids for task, found in after.items()} == before


@given(st.sets(st.integers(0, 10**6), min_size=20, max_size=100), st.data())
def test_a_record_that_is_dropped_lets_one_more_in_at_most(numbers: set[int], data: st.DataObject) -> None:
    made, ids = recipe_of([10], True), {f"{n:06d}" for n in numbers}
    gone = data.draw(st.sampled_from(sorted(ids)))
    before, after = taken(made, ids)["task0"], taken(made, ids - {gone})["task0"]
    assert before - after <= {gone}
    assert len(after - before) == (gone in before)


@given(IDS, st.integers(0, 100), st.integers(0, 50))
def test_a_larger_number_takes_all_that_a_smaller_one_took(ids: set[str], take: int, more: int) -> None:
    few, many = (taken(recipe_of([n], True), ids)["task0"] for n in (take, take + more))
    assert few <= many


def test_another_seed_and_another_task_draw_others() -> None:
    ids = {f"{n:06d}" for n in range(400)}
    first, second = taken(recipe_of([100, 100], True), ids).values()
    other = taken(recipe_of([100], True, seed=7), ids)["task0"]
    assert 10 < len(first & second) < 45
    assert 10 < len(first & other) < 45


def test_what_is_taken_lies_evenly_over_the_source() -> None:
    ids = [f"{n:06d}" for n in range(4000)]
    found = taken(recipe_of([1000], True), set(ids))["task0"]
    quarters = [sum(i in found for i in ids[n : n + 1000]) for n in range(0, 4000, 1000)]
    assert all(200 < q < 300 for q in quarters)


def test_without_overlap_only_the_last_task_may_take_all() -> None:
    with pytest.raises(SetupError, match=r"tasks\.task0\.take: .*only the last"):
        ranges_of(recipe_of(["all", 3], False), ["a"])


@pytest.mark.parametrize("overlap", [True, False])
def test_a_run_takes_exact_numbers_over_the_whole_source(tmp_path: Path, overlap: bool) -> None:
    tasks = {
        "conversation": {"use": "prompted", "form": "dialogue", "take": 40},
        "detail": {"use": "prompted", "form": "description", "take": "25%"},
        "complex_reasoning": {"use": "prompted", "form": "single_question", "take": 30},
    }
    source = write_rows(tmp_path / "rows.jsonl", range(160))
    made = recipe(source, {"use": "grounded"}, tasks=tasks, overlap=overlap, checks={})
    path, run = write_recipe(tmp_path / "recipe.yaml", made), tmp_path / "run"
    succeeds("run", path, "--out", run, "--limit", 60)
    succeeds("run", path, "--out", run)
    served = {(row["id"].split("/")[0], row["task"]) for row in rows(run, "samples")}
    served |= {(row["context"], row["task"]) for row in rows(run, "rejected")}
    assert Counter(task for _, task in served) == {"conversation": 40, "detail": 40, "complex_reasoning": 30}
    times = Counter(context for context, _ in served)
    assert (max(times.values()) == 1) is not overlap
    succeeds("run", path, "--out", tmp_path / "whole")
    again = {(row["id"].split("/")[0], row["task"]) for row in rows(tmp_path / "whole", "samples")}
    assert again == {(row["id"].split("/")[0], row["task"]) for row in rows(run, "samples")}


@pytest.mark.parametrize("take", ["-3", "1.5", "some", "'%'", "-5%"])
def test_a_take_that_is_none_is_one_line(tmp_path: Path, take: str) -> None:
    path = write_recipe(
        tmp_path / "recipe.yaml", recipe(write_rows(tmp_path / "r.jsonl", range(3)), {"use": "grounded"})
    )
    end = command("run", path, "--out", tmp_path / "run", "--set", f"tasks.conversation.take={take}")
    assert end.code == 2
    assert "take" in end.err
    assert len(end.err.strip().splitlines()) == 1
