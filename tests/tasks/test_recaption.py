"""The recaption task: what it asks, and what it makes of a caption."""

from random import Random

import pytest

from instructgen.component import Site
from instructgen.errors import Declined, SetupError
from instructgen.forms import laid_out
from instructgen.library import Library, shipped
from instructgen.records import Completion, Context, Image, Passage, Request, Sample, Slot
from instructgen.seeds import read_seeds
from instructgen.tasks.recaption import RecaptionTask, bare_caption

LIBRARY = Library((shipped(),))
STYLES = ("detailed", "short", "dense", "fused")
PICTURE = Image(path="data/train.parquet/image/3")
CAT = Context(
    id="c",
    row=0,
    images=(PICTURE,),
    captions=("Buy {{ now }}! Siamese cat, 5 $",),
    passages=(Passage(kind="ocr", text="OPEN 24 H"),),
)
POOLS = read_seeds(LIBRARY.text("seeds", "recaption"), "seeds", "description").pools


def task(**fields: object) -> RecaptionTask:
    return RecaptionTask.build(fields, Site(name="recaption", materials=LIBRARY), "tasks.recaption")


def play(one: RecaptionTask, text: str, draw: str = "1", context: Context = CAT) -> tuple[Request, Sample]:
    rounds = one.rounds(context, 0, (), Random(draw))
    (request,) = next(rounds)
    slot = Slot(context="c", asker="recaption", attempt=0, round=0, position=0)
    done = Completion(slot=slot, digest="d", text=text, finish="stop", model="m", at="2026-01-01T00:00:00Z")
    with pytest.raises(StopIteration) as ended:
        rounds.send([done])
    (sample,) = ended.value.value
    return request, sample


def words(request: Request) -> str:
    return str(request.messages[-1].parts[-1])


@pytest.mark.parametrize("style", STYLES)
def test_a_request_is_system_message_and_the_picture_with_a_question(style: str) -> None:
    request, sample = play(task(style=style, max_tokens=90), "A cat sits on a sill.")
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[-1].parts[0] == PICTURE
    assert (request.form, request.max_tokens) == ("description", 90)
    assert "prose" in str(laid_out(request, structured=False)[0].parts)
    assert sample.turns[1].text == "A cat sits on a sill."
    assert sample.turns[0].text.replace("<image>", "").strip() in POOLS[style]
    assert sample.id == "c/recaption/0"
    assert "\n\n\n" not in task(style=style).own_words()[0]


def test_only_the_fused_style_shows_the_old_caption_and_only_the_dense_one_text_that_was_read() -> None:
    shown = {style: words(play(task(style=style), "A cat.")[0]) for style in STYLES}
    assert [style for style in STYLES if "Buy {{ now }}!" in shown[style]] == ["fused"]
    assert [style for style in STYLES if "OPEN 24 H" in shown[style]] == ["dense"]
    bare = Context(id="c", row=0, images=(PICTURE,))
    assert words(play(task(style="fused"), "A cat.", context=bare)[0]) == "Describe this picture in detail."


def test_the_instruction_and_the_place_of_the_picture_are_drawn() -> None:
    asked = {play(task(), "A cat.", draw=str(n))[1].turns[0].text for n in range(60)}
    assert len(asked) > 15
    assert {text.startswith("<image>\n") for text in asked} == {True, False}


def test_a_fixed_instruction_stands_after_the_picture_in_every_sample() -> None:
    fixed = task(instruction="Please generate detailed descriptions of the given image.")
    asked = {play(fixed, "A cat.", draw=str(n))[1].turns[0].text for n in range(9)}
    assert asked == {"<image>\nPlease generate detailed descriptions of the given image."}


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("Caption: A cat.", "A cat."),
        ("**Detailed caption:** A cat.", "A cat."),
        ("**Image Description**: A cat.", "A cat."),
        ("Alt text:\nA cat.", "A cat."),
        ('"A cat on a sill."', "A cat on a sill."),
        ("“A cat.”", "A cat."),
        ('Caption: "A cat."', "A cat."),
        ('"Stop" and "Go"', '"Stop" and "Go"'),
        ('"OPEN" hangs in a window.', '"OPEN" hangs in a window.'),
        ("A sign reads: text", "A sign reads: text"),
        ("Caption this: a cat", "Caption this: a cat"),
        ("Text: OPEN", "OPEN"),
        ("Caption:", "Caption:"),
        ('""', '""'),
        ("A cat.", "A cat."),
    ],
)
def test_wrappers_are_taken_off_a_caption_where_nothing_is_lost(text: str, caption: str) -> None:
    assert bare_caption(text) == caption


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(Declined, match="the picture"):
        next(task().rounds(Context(id="c", row=0, captions=("A cat.",)), 0, (), Random("1")))
    with pytest.raises(SetupError, match=r"recaption_poetic.jinja.*did you mean"):
        task(style="poetic")
    with pytest.raises(SetupError, match="no pool 'shrt'; did you mean 'short'"):
        task(questions="shrt")
