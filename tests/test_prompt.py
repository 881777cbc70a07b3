"""Templates, and the lines that a context becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.errors import Declined, SetupError
from instructgen.prompt import Prompt, box_lines, caption_lines, fact_lines, passage_lines
from instructgen.records import Box, Context, Image, Passage
from instructgen.seeds import Seeds, read_seeds

SEEDS = """
about: one seed
seeds:
  - context:
      captions: [A dog sleeps.]
      boxes: [[dog, 0.1, 0.25, 0.5, 1.0]]
    reply: {question: "What sleeps?", answer: A dog.}
"""

TEMPLATE = """{% block system %}
Look at the picture.
{%- if boxes %}
Boxes are shown.
{%- endif %}
{% endblock %}
{% block query %}
{{ context | facts }}
{% endblock %}
"""


def seeds() -> Seeds:
    return read_seeds(SEEDS, "seeds/one.yaml", "single_question")


def prompt(text: str = TEMPLATE, boxes: bool = True, picture: bool = False) -> Prompt:
    return Prompt(text, "prompts/one.jinja", seeds(), boxes, picture)


def fault(text: str) -> str:
    with pytest.raises(SetupError) as caught:
        prompt(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def context(
    *captions: str, boxes: tuple[Box, ...] = (), images: int = 1, passages: tuple[Passage, ...] = ()
) -> Context:
    pictures = tuple(Image(path=f"{n}.jpg") for n in range(images))
    return Context(id="c", row=0, images=pictures, captions=captions, boxes=boxes, passages=passages)


BOX = Box(label="dog", x1=0.1, y1=0.25, x2=0.5, y2=1.0)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_captions_stand_one_a_line_as_they_are() -> None:
    said = context(" A dog  sleeps ", "{{ a }} {% if %} {# #}", "", "  ", "two\nlines\r\nand\u2028more", "trailing\n")
    assert caption_lines(said) == " A dog  sleeps \n{{ a }} {% if %} {# #}\ntwo lines and more\ntrailing"


def test_boxes_stand_one_a_line_with_at_most_three_decimals() -> None:
    boxes = (
        Box(label="dog", x1=0.0, y1=0.66, x2=0.123, y2=1.0),
        Box(label="dog", x1=0.12345, y1=1 / 3, x2=0.6666, y2=0.99999),
        Box(label="person", x1=-0.0, y1=0.5, x2=0.7, y2=0.9, crowd=True),
        Box(label="a\nb", x1=0.0, y1=0.0, x2=0.0004, y2=1.0),
    )
    assert box_lines(context(boxes=boxes)).split("\n") == [
        "dog: [0.0, 0.66, 0.123, 1.0]",
        "dog: [0.123, 0.333, 0.667, 1.0]",
        "person (a group): [0.0, 0.5, 0.7, 0.9]",
        "a b: [0.0, 0.0, 0.0, 1.0]",
    ]


@given(st.integers(0, 1000))
def test_a_rounded_coordinate_is_written_as_python_writes_it(thousandths: int) -> None:
    value = round(thousandths / 1000, 3)
    box = Box(label="x", x1=value, y1=value, x2=value, y2=value)
    assert box_lines(context(boxes=(box,))) == f"x: [{value}, {value}, {value}, {value}]"


def test_with_several_pictures_a_box_says_which_it_is_in() -> None:
    second = BOX.model_copy(update={"image": 1, "crowd": True})
    lines = box_lines(context(boxes=(BOX, second), images=2)).split("\n")
    assert lines == ["dog (picture 1): [0.1, 0.25, 0.5, 1.0]", "dog (a group) (picture 2): [0.1, 0.25, 0.5, 1.0]"]


def test_passages_stand_one_a_line_with_their_kind() -> None:
    passages = (
        Passage(kind="ocr", text="MAIN\nSTREET", box=(0.1, 0.2, 0.3, 0.4)),
        Passage(kind="speech", text="hello", seconds=1.26),
        Passage(kind="ocr", text=" "),
    )
    assert passage_lines(context(passages=passages)) == "ocr: MAIN STREET [0.1, 0.2, 0.3, 0.4]\nspeech at 1.3 s: hello"


def test_facts_are_groups_with_an_empty_line_between() -> None:
    full = context("A dog.", boxes=(BOX,), passages=(Passage(kind="ocr", text="EXIT"),))
    assert fact_lines(full) == "A dog.\n\ndog: [0.1, 0.25, 0.5, 1.0]\n\nocr: EXIT"
    assert fact_lines(full, boxes=False) == "A dog.\n\nocr: EXIT"
    assert fact_lines(context(boxes=(BOX,))) == "dog: [0.1, 0.25, 0.5, 1.0]"


@given(st.text(max_size=80))
def test_a_caption_is_never_read_as_a_template_and_never_breaks_its_line(caption: str) -> None:
    assert len(caption_lines(context(caption)).splitlines()) <= 1
    (part,) = prompt().messages(context(caption, "end"))[-1].parts
    assert part == (fact_lines(context(caption, "end"))).strip("\n ")


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_messages_are_system_then_each_seed_then_the_query() -> None:
    messages = prompt().messages(context("A cat.", boxes=(BOX,)))
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[0].parts == ("Look at the picture.\nBoxes are shown.",)
    assert messages[1].parts == ("A dog sleeps.\n\ndog: [0.1, 0.25, 0.5, 1.0]",)
    assert messages[2].parts == (seeds().seeds[0].reply,)
    assert messages[3].parts == ("A cat.\n\ndog: [0.1, 0.25, 0.5, 1.0]",)


def test_without_boxes_neither_seeds_nor_query_show_them() -> None:
    messages = prompt(boxes=False).messages(context("A cat.", boxes=(BOX,)))
    assert [messages[n].parts for n in (0, 1, 3)] == [("Look at the picture.",), ("A dog sleeps.",), ("A cat.",)]


def test_all_but_the_query_are_the_same_objects_in_every_request() -> None:
    one = prompt()
    first, second = one.messages(context("A cat.")), one.messages(context("A cow."))
    assert all(a is b for a, b in zip(first[:-1], second[:-1], strict=True))
    assert first[-1] is not second[-1]


def test_notes_stand_after_the_query_one_a_line() -> None:
    messages = prompt().messages(context("A cat."), ["Write\nless.", "Write more."])
    assert messages[-1].parts == ("A cat.\n\nNote: Write less.\nNote: Write more.",)


def test_the_picture_goes_in_front_of_the_query_where_it_is_asked_for() -> None:
    seen = context("A cat.", images=2)
    assert prompt(picture=True).messages(seen)[-1].parts == (*seen.images, "A cat.")


def test_the_digest_follows_the_text() -> None:
    assert prompt().digest == prompt(boxes=False).digest != prompt(TEMPLATE + "\n").digest


# ── faults of a template ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "no block 'system'"),
        ("{% block system %}a{% endblock %}", 1, "no block 'query'"),
        ("{% block system %}a{% endblock %}\n{% block qeury %}{% endblock %}", 2, "'qeury'"),
        (f"\n\n{{% import 'x' as y %}}{TEMPLATE}", 3, "outside of the blocks"),
        (f"{{% set a = 1 %}}{TEMPLATE}", 1, "outside of the blocks"),
        (f"\nhello\n{TEMPLATE}", 2, "outside of the blocks"),
        (f"{TEMPLATE}\nhello", 11, "outside of the blocks"),
        ("{% extends 'x' %}", 1, "outside of the blocks"),
        (TEMPLATE.replace("context |", "contxt |"), 8, "does not know 'contxt'"),
        (TEMPLATE.replace("if boxes", "if box"), 3, "does not know 'box'"),
        (TEMPLATE.replace("Look", "{{ context }}"), 2, "does not know 'context'"),
        (TEMPLATE.replace("| facts", "| fact"), 8, "fact"),
        (TEMPLATE.replace("| facts", ".caption"), 8, "caption"),
        (TEMPLATE.replace("| facts", ".__class__.__mro__"), 8, "unsafe"),
        (TEMPLATE.replace("{%- endif %}", ""), 6, "endblock"),
        (TEMPLATE.replace("}}", "}"), 8, "unexpected"),
        (TEMPLATE.replace("{{ context | facts }}", "{{ range(3) }}"), 8, "does not know 'range'"),
        (TEMPLATE.replace("Look", "{% include 'x' %}"), 2, "loader"),
        ("{% block system %} {% endblock %}{% block query %}{% endblock %}", 1, "'system' is empty"),
    ],
)
def test_a_fault_of_the_template_names_file_and_line(text: str, line: int, says: str) -> None:
    message = fault(text)
    assert message.startswith(f"prompts/one.jinja:{line}: ")
    assert says in message


def test_a_template_that_fails_on_one_context_only_declines_that_context() -> None:
    picky = prompt(TEMPLATE.replace("context | facts", "context.captions[0]"))
    assert picky.messages(context("A cat."))[-1].parts == ("A cat.",)
    with pytest.raises(Declined, match=r"prompt_fault: prompts/one\.jinja:8: "):
        picky.messages(context(boxes=(BOX,)))
