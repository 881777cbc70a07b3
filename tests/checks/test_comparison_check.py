"""Choices of a judge between two runs' samples in; verdicts out, and how the other run's samples are found."""

import json
from pathlib import Path

import pytest
from dialogues import dialogue
from judge_recipes import CONTEXT, answered, asked, built, said
from runs import recipe, succeeds, write_recipe, write_rows

from instructgen.checks.other_run import OtherRun
from instructgen.errors import Declined, ReplyFault, SetupError
from instructgen.records import Sample
from instructgen.run import Run


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 25 records in shards of 5."""
    folder = tmp_path_factory.mktemp("other")
    tree = recipe(write_rows(folder / "rows.jsonl", range(25)), {"use": "grounded"}, shard_size=5)
    succeeds("run", write_recipe(folder / "recipe.yaml", tree), "--out", folder / "run")
    return folder / "run"


def another(number: int) -> Sample:
    name = f"{number:06d}"
    sample = dialogue(("What is in front?", f"Something else, number {number}."))
    return sample.model_copy(update={"id": f"{name}/conversation/0"})


def choice(better: str) -> str:
    return json.dumps({"reason": "It names the couch.", "better": better})


@pytest.mark.parametrize(
    ("as_first", "as_second", "outcome", "reason"),
    [
        ("second", "first", "fail", "other_better"),
        ("first", "second", "pass", "this_better"),
        ("tie", "tie", "pass", "tie"),
        ("first", "first", "pass", "flipped_to_first"),
        ("second", "second", "pass", "flipped_to_second"),
        ("tie", "first", "pass", "flipped_to_tie"),
        ("second", "tie", "pass", "flipped_to_tie"),
    ],
)
def test_the_other_is_better_only_where_both_orders_say_so(
    other: Path, as_first: str, as_second: str, outcome: str, reason: str
) -> None:
    check = built("comparison", {"against": str(other)})
    found = answered(check, another(0), choice(as_first), choice(as_second))
    assert (found.outcome, found.reason) == (outcome, reason)
    assert (found.hint is not None and "It names the couch." in found.hint) is (outcome == "fail")


def test_both_orders_are_asked_at_once(other: Path) -> None:
    one, two = asked(built("comparison", {"against": str(other)}), another(3))
    assert one.messages[0] is two.messages[0]
    mine, theirs = "Something else, number 3.", Run.open(other)
    (sample,) = [s for s in theirs.samples() if s.id == "000003/conversation/0"]
    for request, place in ((one, 0), (two, 1)):
        parts = said(request.messages[1]).partition("Second sample:")[::2]
        assert mine in parts[place] and mine not in parts[1 - place]
        assert sample.turns[1].text in parts[1 - place]


def test_the_same_text_is_not_asked_about(other: Path) -> None:
    sample = next(iter(Run.open(other).samples()))
    found = answered(built("comparison", {"against": str(other)}), sample)
    assert (found.outcome, found.reason) == ("pass", "identical")


def test_a_sample_that_the_other_run_lacks_is_not_asked_about(other: Path) -> None:
    with pytest.raises(Declined) as caught:
        asked(built("comparison", {"against": str(other)}), another(99))
    assert caught.value.reason == "no_counterpart"


def test_one_unreadable_choice_is_a_fault_of_the_judge(other: Path) -> None:
    with pytest.raises(ReplyFault):
        answered(built("comparison", {"against": str(other)}), another(0), choice("first"), "Neither, really")


def test_every_sample_is_found_whether_its_row_says_where_or_not(other: Path) -> None:
    for shift in (0, 7):
        run, found = OtherRun(other), 0
        for number, sample in enumerate(Run.open(other).samples()):
            assert run.turns(sample.id, number + shift) == sample.turns
            found += 1
            assert len(run._near) <= 4
        assert found == 25
        assert run.turns("000000/detail/0", 0) is None


@pytest.mark.parametrize("inside", [None, "empty"])
def test_what_is_no_run_with_samples_is_said_before_anything_is_asked(tmp_path: Path, inside: str | None) -> None:
    folder = tmp_path / "nothing"
    if inside:
        folder.mkdir()
    check = built("comparison", {"against": str(folder)})
    with pytest.raises(SetupError, match="holds no run with finished shards to compare with"):
        asked(check, another(0), CONTEXT)
