"""Texts in; what they mention, in which sense and in what manner, out: one test for each measured trap."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.checks.mentions import Mention, read, reading_of
from instructgen.checks.sentences import Tokens
from instructgen.records import Turn
from instructgen.vocabulary import vocabulary_of


def mentions(text: str) -> list[Mention]:
    return read([text]).mentions


def sure(text: str) -> list[str]:
    """Give the classes that a text says for sure are there."""
    return [m.name for m in mentions(text) if m.certain and not m.near and m.polarity == "asserted"]


def manner(text: str, word: str) -> str:
    return next(m.polarity for m in mentions(text) if m.word == word)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A hot dog lies beside a teddy bear.", ["hot dog", "teddy bear"]),
        ("Two wine glasses stand by the park bench.", ["wine glass", "bench"]),
        ("He swings a baseball bat at a tennis ball.", ["baseball bat", "sports ball"]),
        ("A fire truck waits at the stop sign.", ["truck", "stop sign"]),
        ("A computer mouse and the TV remote lie there.", ["mouse", "remote"]),
        ("The buses pass some sheep and three oxen.", ["bus", "sheep", "cow"]),
        ("A hot-dog and a fire-hydrant.", ["hot dog", "fire hydrant"]),
        ("An orange and a small orange lie by the sink.", ["orange", "orange", "sink"]),
        ("The pizza isn't warm, the dog's bowl is.", ["pizza", "dog", "bowl"]),
    ],
)
def test_the_longest_phrase_names_its_class(text: str, names: list[str]) -> None:
    assert sure(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "An orange cushion lies in the remote area.",
        "The wall is orange and white.",
        "The ceiling is orange.",
        "It is painted a bright orange.",
        "Rusty train tracks lead past the bus stop.",
        "A bird house hangs over the boat house.",
        "The car seat is next to the phone booth.",
        "A chair lift and a toilet seat.",
        "A horse-drawn plough and a zebra crossing.",
        "They train hard, he books a flight and we sink.",
        "You need to duck; the stones sink.",
        "It burns like a jet of gas at a fork in the road.",
        "The runner reaches home plate.",
        "The smoke of a power plant rises over a field.",
        "The plate holds turkey and chicken.",
        "They play football and basketball.",
        "A couple of lamps and a notebook.",
        "He swims like a stone in the tie-dye shirt.",
    ],
)
def test_adjectives_compounds_verbs_and_other_senses_are_not_sure_mentions(text: str) -> None:
    assert set(sure(text)) <= {"person"}


@pytest.mark.parametrize(
    ("text", "word"),
    [("A goat stands there.", "goat"), ("A desk by the wall.", "desk"), ("He eats a burger.", "burger"),
     ("A panda sleeps.", "panda"), ("A street light is on.", "street light"), ("She sits on a stool.", "stool"),
     ("A bagel on a plate.", "bagel"), ("The bison graze.", "bison")],
)  # fmt: skip
def test_near_words_are_near_only(text: str, word: str) -> None:
    found = [m for m in mentions(text) if m.word == word]
    assert found and all(m.near and not m.certain for m in found)


@pytest.mark.parametrize(
    ("text", "word", "polarity"),
    [
        ("There is no dog in the picture.", "dog", "negated"),
        ("A man without a helmet or a bike walks by.", "bike", "negated"),
        ("He eats with a spoon instead of a fork.", "fork", "negated"),
        ("It is a cat rather than a dog.", "dog", "negated"),
        ("There isn't a bench here.", "bench", "negated"),
        ("A bench is not visible in this photo.", "bench", "negated"),
        ("No cars, buses or trucks drive by.", "trucks", "negated"),
        ("There is neither a cat nor a dog.", "cat", "negated"),
        ("A kite: no.", "kite", "negated"),
        ("So it is a dog that is missing.", "dog", "negated"),
        ("A man with no shirt rides a bike.", "bike", "asserted"),
        ("There is not only a cat but also a dog.", "cat", "asserted"),
        ("The man isn't looking at the dog.", "dog", "asserted"),
        ("Not far from a bench sits a cat.", "bench", "asserted"),
        ("It could be a dog.", "dog", "hypothetical"),
        ("If a train came, it might stop.", "train", "hypothetical"),
        ("The roof protects people from rain.", "people", "hypothetical"),
        ("They are waiting for a bus with a dog.", "bus", "hypothetical"),
        ("They are waiting for a bus with a dog.", "dog", "asserted"),
        ("You can see a dog in the yard.", "dog", "asserted"),
        ("A soda can on the table beside a laptop.", "laptop", "asserted"),
        ("It looks like a boat.", "boat", "hypothetical"),
        ("Dogs usually need a walk.", "dogs", "generic"),
        ("People who cycle wear helmets.", "people", "generic"),
        ("It is a spot for a person to sit and read a book.", "book", "hypothetical"),
        ("This invites people to sit down with a cup of tea.", "cup", "hypothetical"),
        ("You need two people to lift it.", "people", "hypothetical"),
        ("A person in a hurry might trip.", "person", "hypothetical"),
        ("The wall is taller than a truck.", "truck", "hypothetical"),
        ("It is as long as a bus.", "bus", "hypothetical"),
        ("Animals like cows, sheep and dogs are kept.", "dogs", "hypothetical"),
        ("A fence is there so that dogs stay out.", "dogs", "hypothetical"),
        ("Birds are known to nest here.", "birds", "generic"),
        ("Giraffes use their necks for leaves that zebras do not reach.", "zebras", "generic"),
        ("Such paths are where people walk their dogs.", "dogs", "generic"),
        ("The absence of people, bikes and boats is striking.", "boats", "negated"),
        ("There is no sign of a bus.", "bus", "negated"),
        ("A statue of a horse stands there.", "horse", "depicted"),
        ("A toy car lies on the floor.", "car", "depicted"),
        ("A wooden horse is in the shop.", "horse", "depicted"),
        ("A wooden bench is in the shop.", "bench", "asserted"),
        ("A shirt printed with a giraffe.", "giraffe", "depicted"),
        ("The sign says dog on it.", "dog", "depicted"),
        ("On the wall hangs a painting of a boat.", "boat", "depicted"),
        ("A reflection of a truck fills the pane.", "truck", "depicted"),
        ("A screen showing a zebra.", "zebra", "depicted"),
        ("A cake shaped like a bear.", "bear", "depicted"),
        ("This is a picture of a dog.", "dog", "asserted"),
        ("The image shows a cat on a bed.", "cat", "asserted"),
        ("A man takes a photo of a bus.", "bus", "asserted"),
    ],
)
def test_the_manner_of_speaking_is_read(text: str, word: str, polarity: str) -> None:
    assert manner(text, word) == polarity


def test_a_question_asks_for_what_it_does_not_presuppose() -> None:
    assert manner("Is there a dog on the couch?", "dog") == "asked"
    assert manner("Is there a dog on the couch?", "couch") == "asserted"
    assert manner("What is the dog doing?", "dog") == "asserted"
    assert manner("Would a dog fit in here?", "dog") == "hypothetical"


@pytest.mark.parametrize(
    ("text", "whole"),
    [("There is no dog.", True), ("No dogs can be seen in the image.", True), ("A dog is not visible.", True),
     ("There are no cats, dogs or cows.", True), ("I don't see any dogs here.", True), ("A man without a dog.", False),
     ("There are no other dogs.", False), ("There is no dog on the left.", False), ("No brown dogs.", False),
     ("Without a dog, he would be alone.", False), ("He is not holding a dog.", False)],
)  # fmt: skip
def test_what_is_denied_altogether_is_told_from_what_is_denied_in_part(text: str, whole: bool) -> None:
    assert [m.whole for m in mentions(text) if m.name == "dog"] == [whole]


def test_a_kind_is_narrower_than_its_class_and_plurals_and_definites_are_known() -> None:
    man, dogs, bikes = mentions("A man walks the dogs past two bikes.")
    assert (man.narrower, man.plural, man.definite) == (True, False, False)
    assert (dogs.narrower, dogs.plural, dogs.definite) == (False, True, True)
    assert (bikes.narrower, bikes.plural, bikes.definite) == (False, True, False)


def test_places_are_code_points_of_the_turn() -> None:
    turn = Turn(role="human", text="<image>\nİ “naïve” dogs’ bowl? A bear-cub.")
    reading = reading_of((turn,))
    assert [turn.text[m.start : m.end] for m in reading.mentions] == ["dogs", "bowl", "bear-cub"]
    assert reading.tokens[0].low[0] != "image"
    assert Tokens("Mr. Bean sits. He eats!").sentences == [0, 0, 0, 1, 1]


def test_one_reading_serves_all_checks_of_a_sample() -> None:
    turns = (Turn(role="gpt", text="A dog."),)
    assert reading_of(turns) is reading_of(turns)
    assert reading_of(turns, vocabulary_of(["tree"])).mentions == []


def test_names_of_other_sets_are_read_with_regular_plurals() -> None:
    vocabulary = vocabulary_of(["alarm_clock", "bow_(weapon)", "Human face", "tree|trees||oak fir|bush"])
    found = read(["Two alarm clocks, a bow, human faces, oaks and a bush."], vocabulary).mentions
    assert [m.name for m in found] == ["alarm_clock", "bow_(weapon)", "Human face", "tree", "tree"]
    assert [m.near for m in found] == [False, False, False, False, True]


def test_a_run_on_reply_is_read_in_linear_time() -> None:
    begin = time.process_time()
    found = mentions("no dog could see a cat or like people that " * 5_000)
    assert len(found) == 15_000
    assert time.process_time() - begin < 10


@given(st.text(max_size=80))
def test_any_text_can_be_read_and_words_stand_where_they_say(text: str) -> None:
    tokens = read([text]).tokens[0]
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert 0 <= start < end <= len(text)


CUES = ["a", "the", "no", "not", "without", "like", "might", "statue", "of", "on", "is", ".", ",", ":"]
WORDS = st.sampled_from(["dog", "dogs", "cat", *CUES])


@given(st.lists(WORDS))
def test_mentions_of_any_words_lie_in_order_in_the_text(words: list[str]) -> None:
    text = " ".join(words)
    found = mentions(text)
    assert [m.start for m in found] == sorted(m.start for m in found)
    assert all(text[m.start : m.end] == m.word for m in found)


def test_words_in_quotation_marks_are_what_a_sign_says() -> None:
    assert manner('"Cat Tours" is written on the bus, and a dog waits.', "cat") == "depicted"
    assert manner('"Cat Tours" is written on the bus, and a dog waits.', "dog") == "asserted"
    assert manner('A sign says "No dogs", a cat sits there.', "cat") == "asserted"
    assert manner('"A dog sleeps."', "dog") == "asserted"


def test_a_word_of_a_name_is_uncertain() -> None:
    assert sure("A bakery called The Golden Donut.") == []
    assert sure("The TV shows nothing, A Dog sleeps.") == ["tv"]


def test_a_singular_noun_before_a_bare_verb_is_part_of_a_compound() -> None:
    assert sure("A hot dog stand.") == [] and sure("Sheep stand there.") == ["sheep"]
    assert sure("A dog stands there, a small dog snoozes.") == ["dog", "dog"]
