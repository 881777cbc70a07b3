"""Replies of a judge in; verdicts of the checks that ask out: what the tests of these checks share."""

from collections.abc import Mapping, Sequence

from instructgen.checks import TABLE
from instructgen.component import Component, Site, resolve
from instructgen.library import Library, shipped
from instructgen.protocols import AskedCheck
from instructgen.records import Box, Completion, Context, Image, Message, Request, Sample, Slot, Verdict

ROLES = {"teacher": "grounded", "judge": "openai_chat"}
CONTEXT = Context(
    id="7",
    row=0,
    images=(Image(path="7.jpg"),),
    captions=("A brown dog lies on a red couch.",),
    boxes=(Box(label="dog", x1=0.1, y1=0.2, x2=0.6, y2=0.9),),
)


def built(name: str, fields: Mapping[str, object] | None = None, roles: Mapping[str, str] = ROLES) -> AskedCheck:
    """Build a check as a recipe does."""
    site = Site(name, Library((shipped(),)), roles=roles)
    found = resolve(name, TABLE, "check", "test")
    assert issubclass(found, Component)
    check: object = found.build(fields or {}, site, f"checks.{name}")
    assert isinstance(check, AskedCheck)
    return check


def completion(text: str, finish: str = "stop") -> Completion:
    """Make a completion of a text."""
    slot = Slot(context="7", asker="conversation#0!judge", attempt=1, round=0, position=0)
    return Completion(slot=slot, digest="d", text=text, finish=finish, model="m", at="now")


def asked(check: AskedCheck, sample: Sample, context: Context = CONTEXT) -> Sequence[Request]:
    """Give what a check asks of a sample."""
    return next(check.rounds(sample, context))


def answered(check: AskedCheck, sample: Sample, *replies: str, context: Context = CONTEXT) -> Verdict:
    """Give the verdict when the check's requests are answered so, or when it asks nothing."""
    rounds = check.rounds(sample, context)
    try:
        requests = next(rounds)
        assert len(requests) == len(replies)
        rounds.send([completion(reply) for reply in replies])
    except StopIteration as done:
        verdict: Verdict = done.value
        return verdict
    raise AssertionError("it asks on")


def said(message: Message) -> str:
    """Give the text of a message."""
    return "".join(part for part in message.parts if isinstance(part, str))
