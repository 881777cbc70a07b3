"""The opening check: what speaks of the picture is counted, and fails where that is wanted."""

import pytest
from captions import captioned, figures, held
from dialogues import built

COUNTING, FAILING = built("opening"), built("opening", {"fails": True})
CONTEXT = captioned()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The image shows a dog.", "The image shows"),
        ("The image prominently features two cats.", "The image prominently features"),
        ("In this picture, a dog runs.", "In this picture,"),
        ("This is a photo of a dog.", "This is a photo of"),
        ("this black and white photo captures a dog.", "this black and white photo captures"),
        ("A picture of a dog.", "A picture of"),
        ("We can see a dog.", "We can see"),
        ("In the center of the image is a dog.", "In the center of the image is"),
        ("Depicted in the photo is a dog.", "Depicted in the photo"),
    ],
)
def test_openings_about_the_picture_are_counted_and_fail_where_wanted(text: str, shown: str) -> None:
    assert held(FAILING, text, CONTEXT) == ("fail", "speaks_of_picture", [shown])
    assert held(COUNTING, text, CONTEXT) == ("pass", "", [])
    assert figures(COUNTING, text, CONTEXT) == {"texts": 1, "opened": 1}


@pytest.mark.parametrize(
    "text",
    [
        "A dog runs. The image shows a beach.",
        "The picture on the wall hangs crooked.",
        "A picture hangs above a couch.",
        "This photographer kneels in the grass.",
        "A black and white photo of a dog.",
        "A pencil drawing of a dog.",
        "A dog looks at an image of a cat.",
        "The scenery is hilly.",
        "In the center of the table stands a vase.",
    ],
)
def test_other_openings_pass(text: str) -> None:
    assert held(FAILING, text, CONTEXT) == ("pass", "", [])
    assert figures(COUNTING, text, CONTEXT) == {"texts": 1, "opened": 0}
