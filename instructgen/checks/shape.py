"""A sample in; whether every trainer of the family reads it as it is meant out.

Roles, `<image>` placeholders, emptiness, reserved tokens. A broken shape is never a matter of taste: trainers cut such
rows silently, read them with the wrong picture, or stop. `docs/exports.md` lists each trap beside its rule.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Span, Turn, Verdict

IMAGE = "<image>"
_PASSED = Verdict(check="shape", outcome="pass")

_RESERVED = re.compile(
    r"</?s>|<unk>|<pad>|<video>|<audio>|<\|\w+\|>|<im_(?:start|end|patch)>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|<image_\d+>|<Image>|<0x[0-9A-F]{2}>"
)
_ROLE = re.compile(
    r"\b(?:USER|ASSISTANT|Assistant|Human|SYSTEM) ?:|^[ \t]*(?:User|System|GPT|gpt) ?:|###", re.MULTILINE
)
_ROLES = ("USER", "ASSISTANT", "Assistant", "Human", "SYSTEM", "User", "System", "GPT", "gpt")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffd-\uffff\ud800-\udfff]")

_HINTS = {
    "no_turns": "Write at least one question with its answer.",
    "wrong_role": "Begin with a question and let questions and answers take turns.",
    "ends_with_question": "Give every question an answer.",
    "empty_turn": "Leave no question and no answer empty.",
    "question_without_text": "Put a question beside the picture.",
    "image_in_answer": "Do not write image tags; answer in words.",
    "image_in_later_turn": "Do not write image tags in questions; refer to the picture in words.",
    "image_count": "Do not write image tags of your own.",
    "image_misplaced": "Do not write image tags inside a sentence.",
    "reserved_token": "Do not write control tokens such as </s> or [INST].",
    "role_marker": "Do not write speaker names or ### in questions and answers.",
    "control_character": "Write plain text without control characters.",
}


class ShapeCheck(Component):
    """Holds a sample to the shape that LLaVA's trainers and their kin read."""

    name: ClassVar[str] = "shape"
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; the first fault found is the reason."""
        for reason, span in _faults(sample):
            evidence = (span,) if span else ()
            hint = _HINTS.get(reason)
            return Verdict(check=self.name, outcome="fail", reason=reason, evidence=evidence, hint=hint)
        return _PASSED


def _faults(sample: Sample) -> Iterator[tuple[str, Span | None]]:
    turns = sample.turns
    if not turns:
        yield "no_turns", None
        return
    # Most samples hold none of the signs that any of the patterns begins with: one pass over the whole tells.
    whole = "".join([turn.text for turn in turns])
    bare = whole.replace(IMAGE, "").replace("\n", " ")
    tokens = "<" in bare or "[" in bare
    roles = (":" in bare and any(map(bare.__contains__, _ROLES))) or "###" in bare
    controls = not bare.isprintable() or "\ufffd" in bare  # the sign for undecodable bytes counts as printable
    for number, turn in enumerate(turns):
        if turn.role != ("gpt" if number % 2 else "human"):
            yield "wrong_role", _whole(number, turn)
        if not turn.text or turn.text.isspace():
            yield "empty_turn", _whole(number, turn)
        if tokens and (found := _RESERVED.search(turn.text)):
            yield "reserved_token", Span(turn=number, start=found.start(), end=found.end())
        if roles and (found := _ROLE.search(turn.text)):
            yield "role_marker", Span(turn=number, start=found.start(), end=found.end())
        if controls and (found := _CONTROL.search(turn.text)):
            yield "control_character", Span(turn=number, start=found.start(), end=found.end())
    if whole.count(IMAGE) != turns[0].text.count(IMAGE):
        yield from _later_placeholders(turns)
    if len(turns) % 2:
        yield "ends_with_question", _whole(len(turns) - 1, turns[-1])
    yield from _placeholders(len(sample.images), turns[0])
    if any(image.path is None and image.url is None for image in sample.images):
        yield "image_nowhere", None


def _later_placeholders(turns: Sequence[Turn]) -> Iterator[tuple[str, Span]]:
    for number, turn in enumerate(turns[1:], 1):
        if IMAGE in turn.text:
            at = turn.text.index(IMAGE)
            place = "image_in_answer" if number % 2 else "image_in_later_turn"
            yield place, Span(turn=number, start=at, end=at + len(IMAGE))


def _placeholders(pictures: int, turn: Turn) -> Iterator[tuple[str, Span | None]]:
    lines = turn.text.split("\n")
    tags = turn.text.count(IMAGE)
    if tags != pictures:
        yield "image_count", _whole(0, turn)
    if not tags:
        return
    own = [line == IMAGE for line in lines]
    words = [line for line in lines if line != IMAGE]
    if not "".join(words).strip():
        yield "question_without_text", _whole(0, turn)
    block = own[:tags] if own[0] else own[-tags:]
    if not all(block) or sum(own) != tags:
        at = turn.text.index(IMAGE)
        yield "image_misplaced", Span(turn=0, start=at, end=at + len(IMAGE))


def _whole(number: int, turn: Turn) -> Span:
    return Span(turn=number, start=0, end=len(turn.text))
