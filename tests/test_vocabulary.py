"""The closed tables of class names, plurals and synonyms."""

import pytest

from instructgen.vocabulary import (
    CLASSES,
    COCO,
    WEAKLY_ANNOTATED,
    article_for,
    class_of,
    near_classes,
    plural_of,
    vocabulary_of,
)


def test_there_are_eighty_classes_and_each_names_itself() -> None:
    assert len(CLASSES) == 80
    for name, named in CLASSES.items():
        assert class_of(name) == name
        assert class_of(named.plural) == name
        assert not named.synonyms & named.near, name
    assert CLASSES.keys() >= WEAKLY_ANNOTATED


@pytest.mark.parametrize(
    ("word", "name"),
    [("men", "person"), ("puppy", "dog"), ("sofa", "couch"), ("fridge", "refrigerator"), ("teddy bears", "teddy bear"),
     ("buses", "bus"), ("oxen", "cow"), ("tennis", None), ("lens", None), ("desk", None), ("goat", None)],
)  # fmt: skip
def test_synonyms_name_their_class_and_near_words_none(word: str, name: str | None) -> None:
    assert class_of(word) == name


def test_near_words_know_the_class_that_they_are_near_to() -> None:
    assert near_classes("goat") == {"sheep"}
    assert near_classes("desk") == {"dining table"}
    assert near_classes("lamp") == frozenset()


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("bus", "buses"), ("sheep", "sheep"), ("knife", "knives"), ("coffee cup", "coffee cups"), ("fireman", "firemen"),
     ("puppy", "puppies"), ("human", "humans"), ("mouse", "computer mice"), ("box", "boxes"), ("rocket", "rockets")],
)  # fmt: skip
def test_plurals_come_from_the_table_or_by_rule(singular: str, plural: str) -> None:
    assert plural_of(singular) == plural


@pytest.mark.parametrize(
    ("phrase", "article"),
    [
        ("umbrella", "an"),
        ("uniform", "a"),
        ("hour", "an"),
        ("European train", "a"),
        ("SUV", "an"),
        ("orange cat", "an"),
    ],
)
def test_the_article_goes_by_the_sound(phrase: str, article: str) -> None:
    assert article_for(phrase) == article


def test_a_vocabulary_of_other_classes_is_a_list_of_names() -> None:
    found = vocabulary_of(["# LVIS", "", "alarm_clock", "bow_(weapon)", "bow_(ribbon)", "Human face", "mouse"])
    assert list(found.classes) == ["alarm_clock", "bow_(weapon)", "bow_(ribbon)", "Human face", "mouse"]
    assert found.by_word["alarm clocks"] == "alarm_clock" and found.by_word["human faces"] == "Human face"
    assert found.by_word["bow"] == "bow_(weapon)" and found.by_word["mice"] == "mouse"
    assert found.label("Human face") == "Human face" and found.label("bow (ribbon)") == "bow_(weapon)"
    assert found.label("sofa") is None and not found.weak


def test_a_vocabulary_may_give_plurals_synonyms_and_near_words() -> None:
    found = vocabulary_of(["wharf | wharves | outdoor | pier quay/quais fishing_pier | dock"])
    wharf = found.classes["wharf"]
    assert wharf.synonyms == {"wharf", "wharves", "wharfs", "pier", "piers", "quay", "quais", "fishing pier",
        "fishing piers"}  # fmt: skip
    assert wharf.near == {"dock", "docks"} and "quais" in wharf.plurals and wharf.supercategory == "outdoor"
    assert found.near["docks"] == ("wharf",)


def test_coco_s_classes_know_which_others_are_taken_for_them() -> None:
    assert "truck" in COCO.confused["car"] and not COCO.confused["person"]
    assert not {n for named in COCO.classes.values() for n in named.near & named.synonyms}
