"""Descriptions in; whether they name what matters in the picture out."""

from annotated import boxed
from dialogues import answer, built

from instructgen.protocols import Measured
from instructgen.records import Context, Sample

CONTEXT = boxed("dog", "bench", captions=("A red kite over a park.", "A kite flies.", "A sunny day."))


def detail(text: str) -> Sample:
    return answer(text).model_copy(update={"task": "detail"})


def test_a_description_that_names_too_little_fails() -> None:
    verdict = built("coverage").verdict(detail("A sunny day with a kite in the sky."), CONTEXT)
    assert (verdict.outcome, verdict.reason, verdict.evidence[0].boxes) == ("fail", "low_coverage", (0, 1))
    assert verdict.evidence[0].contradicts == "it does not name: bench, dog"
    assert verdict.hint == "Also tell of: bench, dog."


def test_any_word_for_it_will_do_and_half_is_enough() -> None:
    assert built("coverage").verdict(detail("A puppy under a kite."), CONTEXT).outcome == "pass"
    assert built("coverage").verdict(detail("A seat under a kite."), CONTEXT).outcome == "pass"
    assert built("coverage", {"least": 1}).verdict(detail("A puppy under a kite."), CONTEXT).outcome == "fail"


def test_denying_a_thing_does_not_name_it() -> None:
    assert built("coverage").verdict(detail("There is no dog and no bench."), CONTEXT).outcome == "fail"


def test_small_boxes_and_single_captions_do_not_matter() -> None:
    context = boxed("dog", "cat", side=0.1, captions=("A kite.", "A park.", "A lawn."))
    assert built("coverage").verdict(detail("A lawn."), context).outcome == "pass"
    assert built("coverage", {"large": 0.005}).verdict(detail("A lawn."), context).outcome == "fail"


def test_only_the_named_tasks_are_judged() -> None:
    assert built("coverage").verdict(answer("A lawn."), CONTEXT).outcome == "pass"
    assert built("coverage", {"tasks": []}).verdict(answer("A lawn."), CONTEXT).outcome == "fail"


def test_coverage_is_counted() -> None:
    check = built("coverage")
    assert isinstance(check, Measured)
    assert check.figures(detail("A dog and a kite."), CONTEXT) == {"salient": 3, "named": 2}
    assert check.figures(answer("A dog."), CONTEXT) == {}
    assert check.figures(detail("A dog."), Context(id="7", row=0)) == {}
