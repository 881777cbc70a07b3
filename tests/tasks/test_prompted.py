"""The prompted task: what it asks, and what it makes of replies."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from instructgen.component import Site, resolve
from instructgen.digests import digest_bytes
from instructgen.errors import Declined, ReplyFault, SetupError
from instructgen.forms import pairs_reply, reply_text
from instructgen.library import Library, shipped
from instructgen.records import Box, Completion, Context, Image, Request, Sample, Slot, Turn, Verdict
from instructgen.tasks import TABLE
from instructgen.tasks.prompted import PromptedTask

FORMS = {"conversation": "dialogue", "detail": "description", "complex_reasoning": "single_question"}
LIBRARY = Library((shipped(),))
PICTURE = Image(path="a.jpg", width=640, height=480)
BOX = Box(label="dog", x1=0.1, y1=0.2, x2=0.5, y2=0.9)
DOG = Context(id="000000000009", row=0, images=(PICTURE,), captions=("A dog sleeps.",), boxes=(BOX,))
TWO = pairs_reply([("What is it?", "A dog."), ("Where is it?", "On a rug.")])


def task(key: str = "conversation", /, **fields: object) -> PromptedTask:
    block = {"form": FORMS[key], **fields}
    return PromptedTask.build(block, Site(name=key, materials=LIBRARY), f"tasks.{key}")


def answer(text: str, position: int = 0, finish: str = "stop") -> Completion:
    slot = Slot(context=DOG.id, asker="conversation", attempt=1, round=0, position=position)
    return Completion(
        slot=slot, digest=f"d{position}", text=text, finish=finish, model="m-1", at="2026-01-01T00:00:00Z"
    )


def play(
    one: PromptedTask,
    answers: Sequence[Completion],
    context: Context = DOG,
    hints: Sequence[Verdict] = (),
    draw: str = "1",
    attempt: int = 1,
) -> tuple[Sequence[Request], list[Sample]]:
    rounds = one.rounds(context, attempt, hints, Random(draw))
    asked = next(rounds)
    with pytest.raises(StopIteration) as ended:
        rounds.send(answers)
    samples: list[Sample] = ended.value.value
    return asked, samples


def asks(
    one: PromptedTask, context: Context = DOG, hints: Sequence[Verdict] = (), draw: str = "1"
) -> Sequence[Request]:
    return next(one.rounds(context, 0, hints, Random(draw)))


def last(request: Request) -> str:
    part = request.messages[-1].parts[-1]
    assert isinstance(part, str)
    return part


GOOD = reply_text("dialogue", TWO, structured=True)


def test_the_table_leads_to_the_task() -> None:
    assert resolve("prompted", TABLE, "task", "here") is PromptedTask


@pytest.mark.parametrize("structured", [True, False])
def test_a_dialogue_becomes_a_sample_with_its_origin(structured: bool) -> None:
    one = task()
    asked, (sample,) = play(one, [answer(reply_text("dialogue", TWO, structured))])
    assert [request.role for request in asked] == ["teacher"]
    assert sample.id == "000000000009/conversation/0"
    assert sample.images == (PICTURE,)
    assert sample.turns[0].text in ("<image>\nWhat is it?", "What is it?\n<image>")
    assert sample.turns[1:] == TWO.turns[1:]
    origin = sample.origin
    assert (origin.context, origin.task, origin.attempt, origin.model) == (DOG.id, "conversation", 1, "m-1")
    assert (origin.slots, origin.requests) == (("1/0/0",), ("d0",))
    assert origin.prompt == digest_bytes((shipped() / "prompts/conversation.jinja").read_bytes()) == one.prompt_digest
    assert origin.seeds == digest_bytes((shipped() / "seeds/conversation.yaml").read_bytes()) == one.seeds_digest


def test_a_single_question_becomes_a_sample() -> None:
    reply = reply_text("single_question", pairs_reply([("Why?", "Because.")]), structured=True)
    _, (sample,) = play(task("complex_reasoning"), [answer(reply)])
    assert [turn.role for turn in sample.turns] == ["human", "gpt"]


def test_a_description_gets_its_question_from_the_pool_by_the_draw() -> None:
    detail = task("detail")
    asked_for = set()
    for draw in range(300):
        _, (sample,) = play(detail, [answer("A dog sleeps.")], draw=str(draw))
        assert sample.turns[1] == Turn(role="gpt", text="A dog sleeps.")
        asked_for.add(sample.turns[0].text.replace("<image>", "").strip())
    assert len(asked_for) >= 16
    _, (short,) = play(task("detail", questions="brief"), [answer("A dog.")])
    assert short.turns[0].text.replace("<image>", "").strip() not in asked_for


def test_the_image_comes_first_about_as_often_as_last() -> None:
    one = task()
    firsts = sum(play(one, [answer(GOOD)], draw=str(n))[1][0].turns[0].text.startswith("<image>\n") for n in range(400))
    assert 160 < firsts < 240


def test_there_is_a_token_for_each_picture_and_none_without() -> None:
    several = DOG.model_copy(update={"images": (PICTURE, PICTURE)})
    _, (sample,) = play(task(), [answer(GOOD)], several)
    assert sample.turns[0].text in ("<image>\n<image>\nWhat is it?", "What is it?\n<image>\n<image>")
    _, (bare,) = play(task(), [answer(GOOD)], DOG.model_copy(update={"images": ()}))
    assert bare.turns == TWO.turns


def test_played_again_it_asks_and_makes_the_same() -> None:
    one = task("detail", samples=3)
    answers = [answer("A dog.", n) for n in range(3)]
    assert play(one, answers, draw="x") == play(task("detail", samples=3), answers, draw="x")


def test_more_samples_leave_the_draws_of_the_first_alone() -> None:
    _, (only,) = play(task("detail"), [answer("A dog.")])
    _, (first, *_) = play(task("detail", samples=3), [answer("A dog.", n) for n in range(3)])
    assert first.turns == only.turns


def test_several_samples_are_asked_for_with_different_words() -> None:
    asked, samples = play(task(samples=3), [answer(GOOD, n) for n in range(3)])
    assert "Note:" not in last(asked[0])
    said = [last(request).rpartition("Note: ")[2] for request in asked[1:]]
    assert [s[:19] for s in said] == ["This is number 2 of", "This is number 3 of"]
    assert len({s.partition(";")[2] for s in said}) == 2
    assert [sample.id[-2:] for sample in samples] == ["/0", "/1", "/2"]
    assert all(a is b for a, b in zip(asked[0].messages[:-1], asked[2].messages[:-1], strict=True))


@pytest.mark.parametrize("key", FORMS)
def test_more_samples_leave_the_requests_for_the_first_ones_as_they_were(key: str) -> None:
    one, two, three = (asks(task(key, samples=number)) for number in (1, 2, 3))
    assert (one, two) == (three[:1], three[:2])


def test_one_sample_is_asked_for_without_a_note() -> None:
    (asked,) = asks(task())
    assert "Note:" not in last(asked)


def test_hints_follow_the_query_each_once() -> None:
    hints = [
        Verdict(check="leaks", outcome="fail", hint="Do not mention captions."),
        Verdict(check="length", outcome="fail", hint="Write\nless."),
        Verdict(check="leaks", outcome="fail", hint="Do not mention captions."),
        Verdict(check="shape", outcome="fail"),
    ]
    (asked,) = asks(task(), hints=hints)
    assert last(asked).endswith("\n\nNote: Do not mention captions.\nNote: Write less.")


def test_an_unreadable_reply_is_a_fault() -> None:
    rounds = task().rounds(DOG, 0, (), Random("1"))
    next(rounds)
    with pytest.raises(ReplyFault, match="no_question"):
        rounds.send([answer("I see a dog.")])


def test_a_reply_that_was_cut_off_is_a_fault_however_good_it_looks() -> None:
    rounds = task().rounds(DOG, 0, (), Random("1"))
    next(rounds)
    with pytest.raises(ReplyFault, match="length"):
        rounds.send([answer(GOOD, finish="length")])


def test_of_several_replies_the_readable_ones_are_kept_under_their_own_numbers() -> None:
    with pytest.raises(ReplyFault, match="no_question") as fault:
        play(task(samples=3), [answer("what?", 0), answer(GOOD, 1), answer(GOOD, 2, finish="length")])
    assert [sample.id[-2:] for sample in fault.value.kept] == ["/1"]
    rounds = task(samples=2).rounds(DOG, 0, (), Random("1"))
    next(rounds)
    with pytest.raises(ReplyFault, match="no_question"):
        rounds.send([answer("what?", 0), answer(GOOD, 1, finish="length")])


def test_a_sample_that_the_teacher_declines_is_left_out_and_none_at_all_declines_the_context() -> None:
    poor = answer("too_little_context: two sentences are wanted", 1, finish="declined")
    _, samples = play(task(samples=2), [answer(GOOD, 0), poor])
    assert [sample.id[-2:] for sample in samples] == ["/0"]
    with pytest.raises(Declined, match="two sentences") as declined:
        play(task(), [poor])
    assert declined.value.reason == "too_little_context"


def test_without_boxes_the_teacher_sees_none() -> None:
    (asked,) = asks(task(boxes=False))
    assert last(asked) == "A dog sleeps."
    assert not any("[0." in str(message.parts) for message in asked.messages)
    assert "dog: [0.1, 0.2, 0.5, 0.9]" in last(asks(task())[0])


def test_the_picture_goes_along_where_it_is_asked_for() -> None:
    (asked,) = asks(task(picture=True))
    assert asked.messages[-1].parts[0] == PICTURE
    assert "attached" in str(asked.messages[0].parts)


@pytest.mark.parametrize(
    ("fields", "change", "reason"),
    [
        ({}, {"captions": (), "boxes": ()}, "empty_context"),
        ({}, {"captions": (" ",), "boxes": ()}, "empty_context"),
        ({"boxes": False}, {"captions": ()}, "empty_context"),
        ({"min_facts": 3}, {}, "poor_context"),
        ({"picture": True}, {"images": ()}, "no_picture"),
    ],
)
def test_a_poor_context_is_declined(fields: dict[str, object], change: dict[str, object], reason: str) -> None:
    with pytest.raises(Declined) as caught:
        asks(task(**fields), DOG.model_copy(update=change))
    assert caught.value.reason == reason


def test_a_teacher_that_sees_needs_no_words() -> None:
    assert asks(task(picture=True), DOG.model_copy(update={"captions": (), "boxes": ()}))


def test_own_words_are_the_system_message_and_the_seeds_replies() -> None:
    words = task().own_words()
    assert words[0].startswith("Two people have the same picture")
    assert any("She is arranging oranges" in text for text in words)


def test_prompt_and_seeds_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    text = "{% block system %}Mine.{% endblock %}{% block query %}{{ context | captions }}{% endblock %}"
    (tmp_path / "prompts" / "mine.jinja").write_text(text)
    site = Site(name="anything", materials=Library((tmp_path, shipped())))
    named = PromptedTask.build({"form": "dialogue", "prompt": "mine", "seeds": "conversation"}, site, "tasks.anything")
    (asked,) = asks(named)
    assert asked.messages[0].parts == ("Mine.",)
    assert named.shaping()["prompt"] == "mine"


@pytest.mark.parametrize(
    ("key", "fields", "says"),
    [
        ("conversation", {"form": "dialog"}, "tasks.conversation: 'form'"),
        ("conversation", {"prompt": "conversatoin"}, "did you mean 'conversation'"),
        ("conversation", {"box": True}, "did you mean 'boxes'"),
        ("conversation", {"questions": "brief"}, "'questions' is for descriptions"),
        ("detail", {"questions": "detaild"}, "no pool 'detaild'; did you mean 'detailed'"),
        ("detail", {"form": "dialogue"}, "seeds/detail.yaml: seed 1: reply"),
        ("detail", {"samples": 0}, "'samples'"),
    ],
)
def test_a_wrong_field_stops_with_one_line(key: str, fields: dict[str, object], says: str) -> None:
    with pytest.raises(SetupError) as caught:
        task(key, **fields)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
