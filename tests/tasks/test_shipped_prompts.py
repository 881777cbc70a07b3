"""The shipped prompts and seeds: their bytes, their wording, and whether the seeds say what their boxes hold.

After a wanted change, write the golden files anew: ``INSTRUCTGEN_GOLDEN=write pytest tests/tasks``.
"""

import os
import re
from pathlib import Path
from random import Random

import pytest

from instructgen.component import Site
from instructgen.forms import laid_out
from instructgen.library import Library, shipped
from instructgen.prompt import fact_lines
from instructgen.records import Box, Context, Image, Message
from instructgen.seeds import Seed, read_seeds
from instructgen.tasks.prompted import PromptedTask

FORMS = {"conversation": "dialogue", "detail": "description", "complex_reasoning": "single_question"}
GOLDEN = Path(__file__).parent.parent / "golden"
LIBRARY = Library((shipped(),))

MADE_UP = Context(
    id="made-up",
    row=0,
    images=(Image(path="made-up.jpg", width=640, height=480),),
    captions=("A girl flies a kite on a {{ windy }} beach. ", "Two people and a red kite\nby the sea."),
    boxes=(
        Box(label="person", x1=0.1, y1=0.4, x2=0.25, y2=1.0),
        Box(label="kite", x1=0.625, y1=0.0, x2=0.781, y2=0.15),
        Box(label="bird", x1=0.3, y1=0.1, x2=0.5, y2=0.2, crowd=True),
    ),
)


def seeds_of(name: str) -> tuple[Seed, ...]:
    return read_seeds(LIBRARY.text("seeds", name), name, FORMS[name]).seeds


def replies(seed: Seed) -> str:
    return " ".join(" ".join(turn.text.split()) for turn in seed.reply.turns)


def written(messages: tuple[Message, ...]) -> str:
    return (
        "\n".join(f"──── {message.role}\n{''.join(str(part) for part in message.parts)}" for message in messages) + "\n"
    )


@pytest.mark.parametrize("layout", ["json", "plain"])
@pytest.mark.parametrize("name", FORMS)
def test_a_shipped_prompt_is_sent_with_the_same_bytes_as_ever(name: str, layout: str) -> None:
    task = PromptedTask.build({"form": FORMS[name]}, Site(name=name, materials=LIBRARY), name)
    (request,) = next(task.rounds(MADE_UP, 0, (), Random("1")))
    text = written(laid_out(request, structured=layout == "json"))
    path = GOLDEN / f"{name}.{layout}.txt"
    if os.environ.get("INSTRUCTGEN_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("boxes", [True, False])
def test_every_shipped_prompt_and_its_seeds_load(name: str, boxes: bool) -> None:
    assert PromptedTask.build({"form": FORMS[name], "boxes": boxes}, Site(name=name, materials=LIBRARY), name)
    assert len(seeds_of(name)) >= 3


@pytest.mark.parametrize("name", FORMS)
def test_a_system_message_speaks_of_boxes_only_where_they_are_shown(name: str) -> None:
    bare = PromptedTask.build({"form": FORMS[name], "boxes": False}, Site(name=name, materials=LIBRARY), name)
    assert "x1" not in bare.own_words()[0]
    assert "\n\n\n" not in bare.own_words()[0]


@pytest.mark.parametrize("name", FORMS)
def test_a_seeds_reply_gives_no_source_away_and_does_not_hedge(name: str) -> None:
    leak = re.compile(
        r"caption|bounding|\bbox(es)?\b|coordinate|annotat|metadata|describ|\[|\d\.\d|according to|mention|provided"
        r"|perhaps|possibl|\bmight\b|maybe|probabl|likely|appears? to|seems?\b|suggest|unclear|as an ai",
        re.IGNORECASE,
    )
    for seed in seeds_of(name):
        assert not leak.search(replies(seed)), leak.search(replies(seed))


def test_the_pools_hold_enough_wordings_and_none_twice() -> None:
    pools = read_seeds(LIBRARY.text("seeds", "detail"), "detail", "description").pools
    assert len(pools["brief"]) >= 11
    assert len(pools["detailed"]) >= 16
    wordings = [w for pool in pools.values() for w in pool]
    assert len({w.lower() for w in wordings}) == len(wordings)


def test_the_replies_have_the_size_that_the_prompts_ask_for() -> None:
    for seed in seeds_of("conversation"):
        assert 4 <= len(seed.reply.turns) // 2 <= 6
        assert len(seed.reply.turns[-1].text.split()) > 2 * max(len(t.text.split()) for t in seed.reply.turns[:-1])
        assert any(turn.text.startswith("No,") for turn in seed.reply.turns)
        assert any("how many" in turn.text.lower() for turn in seed.reply.turns)
    for seed in seeds_of("detail"):
        assert 120 <= len(replies(seed).split()) <= 200
    for seed in seeds_of("complex_reasoning"):
        assert 80 <= len(seed.reply.turns[1].text.split()) <= 160


# ── do the seeds say what their boxes hold? ──────────────────────────────────────────────────────────────────

COUNTS: list[tuple[str, int, str, str, int]] = [
    ("conversation", 0, "There are three of them", "person", 3),
    ("conversation", 0, "leans against a lamp post", "bicycle", 1),
    ("conversation", 0, "no van", "truck", 0),
    ("conversation", 1, "There are two cats", "cat", 2),
    ("conversation", 1, "no dog is there", "dog", 0),
    ("conversation", 2, "Two cars are waiting", "car", 2),
    ("conversation", 2, "one bus and two cars", "bus", 1),
    ("conversation", 2, "there is no tram", "train", 0),
    ("conversation", 3, "Just one, the green canoe", "boat", 1),
    ("detail", 0, "three fishing boats", "boat", 3),
    ("detail", 0, "Two gulls", "bird", 2),
    ("detail", 0, "a bench", "bench", 1),
    ("detail", 1, "family of three", "person", 3),
    ("detail", 1, "Three cups", "cup", 3),
    ("detail", 1, "One chair is visible at the far left and another at the far right", "chair", 2),
    ("detail", 2, "four teenagers", "person", 5),
    ("detail", 2, "A bottle", "bottle", 1),
    ("detail", 3, "Two zebras", "zebra", 2),
    ("detail", 3, "A giraffe", "giraffe", 1),
    ("complex_reasoning", 0, "The two bottles", "bottle", 2),
    ("complex_reasoning", 1, "three wine glasses", "wine glass", 3),
    ("complex_reasoning", 2, "Two cars", "car", 2),
]

SIDES: list[tuple[str, int, str, tuple[str, int], str, tuple[str, int] | None]] = [
    ("conversation", 0, "The shoppers stand on the right", ("person", 1), "right of", None),
    ("conversation", 0, "The shoppers stand on the right", ("person", 2), "right of", ("bicycle", 0)),
    ("conversation", 0, "lamp post on the left", ("bicycle", 0), "left of", None),
    ("conversation", 1, "the black cat to the left of it", ("cat", 0), "left of", ("laptop", 0)),
    ("conversation", 1, "the orange one to the right", ("cat", 1), "right of", ("laptop", 0)),
    ("conversation", 1, "above the sofa", ("clock", 0), "above", ("couch", 0)),
    ("conversation", 2, "both to the right of the bus", ("car", 0), "right of", ("bus", 0)),
    ("conversation", 2, "both to the right of the bus", ("car", 1), "right of", ("bus", 0)),
    ("conversation", 2, "stands to the left of it", ("person", 0), "left of", ("bus", 0)),
    ("conversation", 3, "The dog is.", ("dog", 0), "right of", ("person", 0)),
    ("detail", 0, "stone quay at the left of the picture", ("person", 0), "left of", None),
    ("detail", 0, "to the left of him, a bench", ("bench", 0), "left of", ("person", 0)),
    ("detail", 0, "on the stones to his right", ("bird", 0), "right of", ("person", 0)),
    ("detail", 0, "furthest to the right is the largest", ("boat", 2), "larger than", ("boat", 0)),
    ("detail", 0, "furthest to the right is the largest", ("boat", 2), "larger than", ("boat", 1)),
    ("detail", 0, "furthest to the right", ("boat", 2), "right of", ("boat", 1)),
    ("detail", 1, "the smallest of the three in the middle", ("person", 0), "larger than", ("person", 1)),
    ("detail", 1, "the smallest of the three in the middle", ("person", 2), "larger than", ("person", 1)),
    ("detail", 1, "the two others to the left and right of it", ("person", 0), "left of", ("person", 1)),
    ("detail", 1, "the two others to the left and right of it", ("person", 2), "right of", ("person", 1)),
    ("detail", 1, "one towards the left", ("cup", 0), "left of", None),
    ("detail", 1, "one towards the right", ("cup", 1), "right of", None),
    ("detail", 1, "the third nearer to the viewer, left of the centre", ("cup", 2), "left of", None),
    ("detail", 1, "slightly to the right of the middle, stands a bowl", ("bowl", 0), "right of", ("cup", 2)),
    ("detail", 2, "his board hangs in the air right below his feet", ("person", 0), "above", ("skateboard", 0)),
    ("detail", 2, "by far its largest figure", ("person", 0), "larger than", ("person", 4)),
    ("detail", 2, "To the right of the jump", ("person", 1), "right of", ("person", 0)),
    ("detail", 2, "left end of their row", ("backpack", 0), "left of", ("person", 1)),
    ("detail", 2, "between the second and the third", ("bottle", 0), "right of", ("person", 2)),
    ("detail", 2, "between the second and the third", ("bottle", 0), "left of", ("person", 3)),
    ("detail", 3, "one in the left half", ("zebra", 0), "left of", None),
    ("detail", 3, "to the right of it. It towers over", ("giraffe", 0), "right of", ("zebra", 1)),
    ("detail", 3, "above the back of the zebra on the right", ("bird", 0), "above", ("zebra", 1)),
    ("complex_reasoning", 0, "The two bottles on the roof", ("bottle", 0), "above", ("car", 0)),
    ("complex_reasoning", 1, "at the left, the side on which the girl runs", ("person", 1), "left of", None),
    ("complex_reasoning", 1, "both sides", ("dining table", 0), "left of", ("person", 0)),
    ("complex_reasoning", 1, "both sides", ("dining table", 1), "right of", ("person", 0)),
    ("complex_reasoning", 2, "directly below her", ("person", 0), "above", ("person", 1)),
    ("complex_reasoning", 2, "passing on the left", ("car", 1), "left of", ("person", 1)),
    (
        "complex_reasoning",
        3,
        "slipped to the right, he would fall onto the door",
        ("oven", 0),
        "right of",
        ("person", 0),
    ),
    ("complex_reasoning", 3, "to the left of the boy", ("book", 0), "left of", ("person", 0)),
]


def test_a_count_in_a_seeds_reply_is_the_count_of_its_boxes() -> None:
    for name, number, phrase, label, count in COUNTS:
        seed = seeds_of(name)[number]
        assert phrase in replies(seed), (name, number, phrase)
        assert sum(box.label == label and not box.crowd for box in seed.context.boxes) == count, (name, number, phrase)


def test_a_position_or_size_in_a_seeds_reply_is_that_of_its_boxes() -> None:
    for name, number, phrase, subject, relation, thing in SIDES:
        seed = seeds_of(name)[number]
        assert phrase in replies(seed), (name, number, phrase)
        assert holds(found(seed, subject), relation, found(seed, thing) if thing else None), (name, number, phrase)


def found(seed: Seed, named: tuple[str, int]) -> Box:
    label, number = named
    return [box for box in seed.context.boxes if box.label == label and not box.crowd][number]


def holds(box: Box, relation: str, other: Box | None) -> bool:
    middle = (box.x1 + box.x2) / 2
    against = (other.x1 + other.x2) / 2 if other else 0.5
    if relation == "left of":
        return middle < against - 0.03
    if relation == "right of":
        return middle > against + 0.03
    assert other
    if relation == "above":
        return box.y2 <= other.y2 and (box.y1 + box.y2) / 2 < other.y1 + 0.01
    assert relation == "larger than"
    return (box.x2 - box.x1) * (box.y2 - box.y1) > 1.2 * (other.x2 - other.x1) * (other.y2 - other.y1)


@pytest.mark.parametrize("name", FORMS)
def test_every_position_word_in_the_seeds_is_held_against_the_boxes(name: str) -> None:
    side = re.compile(r"\b(?:left|right)\b(?! (?:to|below|away|first|beside|step))")
    for number, seed in enumerate(seeds_of(name)):
        said = sum(bool(side.search(sentence)) for turn in seed.reply.turns if turn.role == "gpt"
                   for sentence in re.split(r"(?<=[.;:])\s", turn.text))  # fmt: skip
        checked = {claim[2] for claim in COUNTS if claim[:2] == (name, number)}
        checked |= {claim[2] for claim in SIDES if claim[:2] == (name, number)}
        assert said <= len(checked), (name, number, said, sorted(checked))


@pytest.mark.parametrize("name", FORMS)
def test_no_seed_uses_a_context_of_another(name: str) -> None:
    mine = [fact_lines(seed.context) for seed in seeds_of(name)]
    others = [fact_lines(seed.context) for other in FORMS if other != name for seed in seeds_of(other)]
    assert not set(mine) & set(others)
    assert len(set(mine)) == len(mine)
