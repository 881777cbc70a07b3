"""The closed tables of class names, plurals and synonyms."""

import pytest

from instructgen.vocabulary import CLASSES, WEAKLY_ANNOTATED, article_for, class_of, near_classes, plural_of


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
     ("buses", "bus"), ("calves", "cow"), ("tennis", None), ("lens", None), ("desk", None), ("goat", None)],
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
