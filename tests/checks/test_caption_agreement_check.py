"""A new caption against the original ones: colours, numbers, denials, swapped kinds, what is kept."""

import pytest
from captions import caption, captioned, figures, held
from dialogues import built, dialogue

from instructgen.errors import SetupError
from instructgen.protocols import Dependent
from instructgen.records import Context

CHECK = built("caption_agreement")


@pytest.mark.parametrize(
    ("original", "new", "reason", "shown"),
    [
        ("A red bus on a street.", "A blue bus waits beside a park.", "other_colour", "blue bus"),
        ("A red bus on a street.", "The bus is green and waits beside a park.", "other_colour", "bus is green"),
        ("A black and white cat sleeps.", "An orange cat sleeps on a bed.", "other_colour", "orange cat"),
        ("a big red double decker bus", "A white passenger bus drives by.", "other_colour", "white passenger bus"),
        ("Two dogs on a beach.", "Three dogs run on a beach.", "other_number", "Three dogs"),
        ("Three dogs on a beach.", "Two dogs run on a beach. The dogs are wet.", "other_number", "Two dogs"),
        ("Two zebras near each other.", "Four zebras stand near each other.", "other_number", "Four zebras"),
        ("A dog on a couch.", "A couch by a window. There is no dog in the picture.", "denied", "dog"),
    ],
)
def test_what_contradicts_the_original_fails(original: str, new: str, reason: str, shown: str) -> None:
    assert held(CHECK, new, captioned(original)) == ("fail", reason, [shown])


@pytest.mark.parametrize(
    ("original", "new"),
    [
        ("A red bus on a street.", "A red and white bus waits beside a park."),
        ("A red bus on a street.", "A bus waits beside a blue car."),
        ("A red bus on a street.", "A blue bus waits behind a red bus."),
        ("A red bus on a street.", "A blue bus waits behind another bus."),
        ("A gray cat.", "A white cat on a chair."),
        ("A woman with a red umbrella and a woman with an umbrella.", "Two women, one with a blue umbrella."),
        ("A man in red riding a horse.", "A man on a brown horse."),
        ("Two dogs on a beach.", "Two dogs lie on a beach, a third dog runs."),
        ("Three dogs on a beach.", "Two dogs lie on a beach while another runs."),
        ("Three dogs on a beach.", "Two dogs lie on a beach. A dog runs."),
        ("Two men on a court.", "Three people play tennis."),
        ("Two dogs on a beach.", "Three brown dogs run on a beach."),
        ("Seven sheep in a field.", "Eight sheep graze in a field."),
        ("A dog on a couch.", "A dog lies there without a collar, and no cat is near."),
        ("A street.", "Three red buses on a street."),
    ],
)
def test_what_may_be_the_same_passes(original: str, new: str) -> None:
    assert held(CHECK, new, captioned(original)) == ("pass", "", [])


def test_one_of_several_originals_is_enough() -> None:
    both = captioned("A red bus and two dogs.", "A blue bus and three dogs.")
    for new in ("A blue bus and three dogs.", "A red bus and three dogs."):
        assert held(CHECK, new, both)[0] == "pass"
    assert held(CHECK, "A green bus and three dogs.", both)[1] == "other_colour"


def test_another_animal_or_vehicle_in_its_place_is_doubtful() -> None:
    original = captioned("A dog lies on a couch.")
    assert held(CHECK, "A cat lies on a couch.", original) == ("doubtful", "other_thing", ["cat"])
    for new in ("A cat and a dog lie on a couch.", "A puppy lies on a couch.", "A cup on a couch."):
        assert held(CHECK, new, original)[0] == "pass"
    assert held(CHECK, "A truck on a road.", captioned("A car on a road."))[0] == "pass"  # annotators confuse them
    assert held(CHECK, "A cat on a couch.", captioned("A dog.", "An animal on a couch."))[0] == "pass"


def test_little_that_is_kept_is_doubtful_as_the_field_says() -> None:
    original = captioned("Anna Berg with a dog, a bicycle and an umbrella at the Hotel Astoria.")
    new = "A grey street in the rain."
    outcome, reason, shown = held(CHECK, new, original)
    assert (outcome, reason, shown) == ("doubtful", "little_kept", [new])
    assert held(built("caption_agreement", {"least_kept": 0}), new, original)[0] == "pass"
    strict = built("caption_agreement", {"least_kept": 0.9})
    kept = "A dog beside a bicycle and an umbrella."
    assert (held(CHECK, kept, original)[0], held(strict, kept, original)[1]) == ("pass", "little_kept")


def test_particulars_are_counted_by_what_became_of_them() -> None:
    original = captioned('Two dogs and a red bus near a sign "STOP" at the Berlin station.')
    new = "Three dogs run before a red bus in Berlin."
    counts = {"entities": 6, "kept": 4, "missing": 1, "doubtful": 0, "contradicted": 1}
    assert figures(CHECK, new, original) == counts
    assert figures(CHECK, new, captioned()) == {}
    assert figures(CHECK, new, captioned("a dog At The Grand Opening Of Berlin"))["entities"] == 1  # no names


def test_dialogues_and_contexts_without_captions_pass() -> None:
    talk = dialogue(("What is it?", "A blue bus."), ("And there?", "A tree."))
    assert CHECK.verdict(talk, captioned("A red bus.")).outcome == "pass"
    assert CHECK.verdict(caption("A blue bus."), Context(id="7", row=0)).outcome == "pass"


def test_a_model_that_is_wanted_and_not_there_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instructgen.checks.similarity._PACKAGE", "surely_not_installed")
    similar = built("caption_agreement", {"least_similar": 0.4})
    assert isinstance(similar, Dependent) and isinstance(CHECK, Dependent)
    CHECK.ready()
    with pytest.raises(SetupError, match=r"^checks.caption_agreement: .*pip install 'instructgen\[embedding\]'"):
        similar.ready()


@pytest.mark.extras
@pytest.mark.filterwarnings("default")
def test_a_caption_of_something_else_is_doubtful_by_its_embedding() -> None:
    similar = built("caption_agreement", {"least_similar": 0.3})
    original = captioned("Children play in the snow in front of a school.")
    assert held(similar, "Kids throw snowballs near a building.", original)[0] == "pass"
    assert held(similar, "A plate of pasta with tomato sauce.", original)[:2] == ("doubtful", "unlike")
