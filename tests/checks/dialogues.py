"""Questions and answers in; samples and verdicts on them out, for the tests of the checks."""

from collections.abc import Mapping, Sequence

from instructgen.checks import TABLE
from instructgen.component import Component, Site, resolve
from instructgen.library import Library
from instructgen.protocols import Check
from instructgen.records import Context, Image, Origin, Sample, Turn, Verdict

QUESTION = "What is in the picture?"
ORIGIN = Origin(
    context="7", task="conversation", attempt=0, teacher="t", model="m", prompt="p", seeds="s", slots=(), requests=()
)


def built(name: str, fields: Mapping[str, object] | None = None, own_words: Sequence[str] = ()) -> Check:
    """Build a check as a recipe does."""
    site = Site(name, Library(()), own_words={"conversation": own_words} if own_words else {})
    found = resolve(name, TABLE, "check", "test")
    assert issubclass(found, Component)
    check: object = found.build(fields or {}, site, f"checks.{name}")
    assert hasattr(check, "verdict")
    return check  # type: ignore[return-value]


def of_turns(*turns: tuple[str, str], pictures: int = 0) -> Sample:
    """Make a sample of roles and texts, as they are."""
    images = tuple(Image(path=f"{number}.jpg") for number in range(pictures))
    spoken = tuple(Turn(role="human" if role == "human" else "gpt", text=text) for role, text in turns)
    return Sample(id="7/conversation/0", task="conversation", images=images, turns=spoken, origin=ORIGIN)


def dialogue(*pairs: tuple[str, str]) -> Sample:
    """Make a sample with one picture of questions and answers."""
    turns = [turn for question, answer in pairs for turn in (("human", question), ("gpt", answer))]
    turns[0] = ("human", f"<image>\n{turns[0][1]}")
    return of_turns(*turns, pictures=1)


def answer(text: str, question: str = QUESTION) -> Sample:
    """Make a sample of one question with this answer."""
    return dialogue((question, text))


def judged(check: Check, sample: Sample) -> Verdict:
    """Judge a sample; its evidence must lie within its turns."""
    verdict = check.verdict(sample, Context(id="7", row=0))
    for span in verdict.evidence:
        assert 0 <= span.start <= span.end <= len(sample.turns[span.turn].text)
    if verdict.outcome != "pass":
        assert verdict.reason
        assert verdict.hint or verdict.reason == "image_nowhere"
    return verdict


def shown(sample: Sample, verdict: Verdict) -> str:
    """Give the text of the first span of evidence."""
    span = verdict.evidence[0]
    return sample.turns[span.turn].text[span.start : span.end]
