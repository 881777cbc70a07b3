"""Numbers of things are read from texts; years, times, sizes, ages, money and names are not."""

import pytest

from instructgen.checks.mentions import read
from instructgen.checks.quantities import counted, quantities_of


def numbers(text: str) -> list[tuple[int, int | None, str]]:
    """Give the numbers of things that a text states, with the words that name the things."""
    reading = read([text])
    mentions = {mention.first: mention for mention in reading.mentions}
    found = (counted(text, reading.tokens[0], q, mentions) for q in quantities_of(text, reading.tokens[0]))
    return [(c.quantity.low, c.quantity.high, c.mention.word) for c in found if c]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Two dogs run.", 2, 2),
        ("There are 12 dogs.", 12, 12),
        ("A pair of dogs runs.", 2, 2),
        ("A couple of dogs run.", 2, None),
        ("Both dogs run.", 2, 2),
        ("A dozen dogs run.", 12, 12),
        ("Half a dozen dogs run.", 6, 6),
        ("Two dozen dogs run.", 24, 24),
        ("A single dog runs.", 1, 1),
        ("Two or three dogs run.", 2, 3),
        ("Some 2-3 dogs run.", 2, 3),
        ("Two to four dogs run.", 2, 4),
        ("At least three dogs run.", 3, None),
        ("More than three dogs run.", 4, None),
        ("Three or more dogs run.", 3, None),
        ("Up to five dogs run.", 0, 5),
        ("No more than five dogs run.", 0, 5),
        ("Fewer than five dogs run.", 0, 4),
        ("About ten dogs run.", 8, 12),
        ("Several dogs run.", 2, None),
        ("Dozens of dogs run.", 2, None),
        ("A group of dogs runs.", 2, None),
        ("Two of the dogs run.", 2, 2),
        ("Two small, brown dogs run.", 2, 2),
        ("His two dogs run.", 2, 2),
        ("The three other dogs run.", 3, 3),
        ("A trio of dogs runs.", 3, 3),
        ("A handful of dogs run.", 2, None),
        ("The third dog runs.", 3, None),
        ("Four brown and white dogs run.", 4, 4),
    ],
)
def test_a_number_of_dogs_is_read(text: str, low: int, high: int | None) -> None:
    assert [(a, b) for a, b, _ in numbers(text)] == [(low, high)]


@pytest.mark.parametrize(
    "text",
    [
        "One of the dogs runs.",
        "A two-story bus passes.",
        "The bus number 42 passes dogs.",
        "A photo of 1999 with dogs.",
        "At 5:30 dogs run.",
        "At 5 pm dogs run.",
        "The 3-year-old dogs run.",
        "Two year old dogs run.",
        "A four-legged dog runs.",
        "The second floor has dogs.",
        "No, dogs run.",
        "It cost $5, dogs included.",
        "3.5 dogs would be too few.",
        "50% dogs.",
        "Two men walk beside dogs.",
        "Two lamps, dogs and cats.",
        "Of the two, the dogs are brown.",
        "A 1/2 scale of dogs.",
        "Two types of dogs run.",
        "Two plates with donuts.",
        'A sign reads "two dogs".',
        "Two dogs' bowls stand there.",
        "No one walks dogs.",
        "Both dogs and cats run.",
    ],
)
def test_other_numbers_count_no_dogs(text: str) -> None:
    assert not [word for _, _, word in numbers(text) if "do" in word]
