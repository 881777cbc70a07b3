"""A new caption and the original ones in; what of these it keeps, leaves out and contradicts out.

The originals are people's or a web page's words. They are true as far as they go, mostly, so a new caption that counts
or colours the same thing otherwise is as likely wrong as they are: what contradicts is for noting, not for rejecting.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple, get_args

from pydantic import Field

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from ..vocabulary import COCO
from .caption_entities import Coloured, Number, Particulars, names_in, particulars
from .mentions import Mention, reading_of
from .similarity import need_model, similarity
from .tallies import singular
from .truth import truth_of

_PASSED = Verdict(check="caption_agreement", outcome="pass")
Fate = Literal["kept", "missing", "doubtful", "contradicted"]

Outcome = Literal["fail", "doubtful"]
_LEVELS: tuple[tuple[Fate, Outcome], ...] = (("contradicted", "fail"), ("doubtful", "doubtful"))
_HINTS = {
    "other_colour": "Look again at the colour of what you name.",
    "other_number": "Count again what you give a number of.",
    "denied": "Do not say that something is absent which can be seen.",
    "other_thing": "Look again at what kind of animal or vehicle it is.",
    "little_kept": "Name what the picture's own caption names, as far as it can be seen.",
    "unlike": "Describe this picture; its own caption tells of something else.",
}
_ALIKE = (
    frozenset(("red", "maroon", "pink", "orange", "brown")),
    frozenset(("orange", "yellow", "gold", "tan", "brown", "beige")),
    frozenset(("white", "silver", "gray", "beige", "tan", "yellow")),
    frozenset(("black", "gray", "brown", "silver")),
    frozenset(("blue", "turquoise", "teal", "purple")),
    frozenset(("green", "turquoise", "teal")),
    frozenset(("pink", "purple", "maroon")),
    frozenset(("blue", "gray")),
)
"""Colours that two people may give the same thing."""
_EXACT, _LOOSE = 4, 9
"""Up to 4 things people count exactly, up to 9 to one more or less, then to a fifth."""
_ENOUGH = 3
_SUBJECTS = ("animal", "vehicle")
"""Kinds of things that a caption rarely leaves out for another of the kind."""
_SAID = "the original caption has "


class Entity(NamedTuple):
    """One particular of the originals, and what became of it."""

    fate: Fate
    reason: str = ""
    """Of what is contradicted or doubtful."""
    span: tuple[int, int] = (0, 0)
    """Where the new caption contradicts it, in code points."""
    against: str = ""
    """What it contradicts, in words."""


class CaptionAgreementCheck(Component):
    """Holds a new caption to the original ones: what it keeps of their things, numbers, colours, names and quotations.

    Fails one that colours, counts or denies a thing otherwise than all the originals that say anything of it. Samples
    of several answers, and contexts without captions, pass.
    """

    name: ClassVar[str] = "caption_agreement"
    version: ClassVar[int] = 1

    least_kept: float = Field(default=0.25, ge=0, le=1)
    """Smallest share of the originals' particulars that the new caption must keep, of three or more; a smaller one is
    doubtful. A new caption that is short keeps little."""

    least_similar: float | None = Field(default=None, gt=0, lt=1)
    """Smallest cosine of the new caption's sentence embedding with the nearest original's; a smaller one is doubtful.
    Left out, no model is loaded; set, it needs ``instructgen[embedding]``, and some 20 ms a caption."""

    def ready(self) -> None:
        """See that the model is there where it is wanted; raises SetupError."""
        if self.least_similar is not None:
            need_model(self.name)

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge; a contradiction goes before what is doubtful, and this before little that is kept."""
        turn, entities = _compared(sample, context)
        for fate, outcome in _LEVELS:
            if wrong := next((entity for entity in entities if entity.fate == fate), None):
                alike = (e for e in entities if e.reason == wrong.reason)
                spans = tuple(Span(turn=turn, start=e.span[0], end=e.span[1], contradicts=e.against) for e in alike)
                return self._verdict(outcome, wrong.reason, spans)
        kept = sum(entity.fate == "kept" for entity in entities)
        if len(entities) >= _ENOUGH and kept < self.least_kept * len(entities):
            missing = ", ".join(entity.against for entity in entities if entity.fate == "missing")
            return self._whole(sample, turn, "little_kept", missing)
        if self.least_similar is not None and turn:
            need_model(self.name)
            found = similarity(sample.turns[turn].text, context.captions)
            if found < self.least_similar:
                return self._whole(sample, turn, "unlike", f"similarity {found:.2f}")
        return _PASSED

    def _whole(self, sample: Sample, turn: int, reason: str, against: str) -> Verdict:
        span = Span(turn=turn, start=0, end=len(sample.turns[turn].text), contradicts=against)
        return self._verdict("doubtful", reason, (span,))

    def _verdict(self, outcome: Outcome, reason: str, spans: tuple[Span, ...]) -> Verdict:
        return Verdict(check=self.name, outcome=outcome, reason=reason, evidence=spans, hint=_HINTS[reason])

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Count the originals' particulars, and what became of them."""
        fates = [entity.fate for entity in _compared(sample, context)[1]]
        return {"entities": len(fates), **{fate: fates.count(fate) for fate in get_args(Fate)}} if fates else {}


def _compared(sample: Sample, context: Context) -> tuple[int, list[Entity]]:
    """Give the turn of the new caption, and what becomes of each particular of the originals in it."""
    answers = [number for number, turn in enumerate(sample.turns) if turn.role == "gpt"]
    if len(answers) != 1 or not context.captions:
        return 0, []
    (turn,) = answers
    text = sample.turns[turn].text
    (new,) = particulars(reading_of(sample.turns), {turn: text})
    return turn, list(_fates(*_originals(context), new, text))


_latest: tuple[Context | None, list[Particulars], list[str]] = (None, [], [])


def _originals(context: Context) -> tuple[list[Particulars], list[str]]:
    """Give the particulars of each original caption, and the names in them; kept for the context judged last."""
    global _latest
    if _latest[0] is not context:
        found = particulars(truth_of(context).captions, dict(enumerate(context.captions)))
        names = dict.fromkeys(name for text in context.captions for name in names_in(text))
        _latest = (context, found, list(names))
    return _latest[1:]


def _fates(originals: Sequence[Particulars], names: Sequence[str], new: Particulars, text: str) -> Iterator[Entity]:
    for name in dict.fromkeys(name for said in originals for name in said.things):
        if (denial := new.denied.get(name)) and name not in new.things:
            yield Entity("contradicted", "denied", (denial.start, denial.end), f"{_SAID}{name}")
            continue
        yield _thing(name, originals, new)
        if numbers := [number for said in originals for number in said.numbers.get(name, ())]:
            yield _number(name, numbers, new)
        if told := [coloured for said in originals for coloured in said.colours(name)]:
            yield _colour(name, told, originals, new)
    for name in names:
        yield Entity("kept" if name.lower() in text.lower() else "missing", against=name)


def _thing(name: str, originals: Sequence[Particulars], new: Particulars) -> Entity:
    """Hold a class to what the new caption names; of animals and vehicles, another one in its place is doubtful."""
    if name in new.named:
        return Entity("kept")
    kind = COCO.classes[name].supercategory
    if kind in _SUBJECTS and all(name in said.things for said in originals):
        for other, mentions in new.things.items():
            like = COCO.classes[other].supercategory == kind and other not in COCO.confused.get(name, ())
            if like and name not in COCO.confused.get(other, ()) and all(other not in o.named for o in originals):
                span = (mentions[0].start, mentions[0].end)
                return Entity("doubtful", "other_thing", span, f"{_SAID}{name}")
    return Entity("missing", against=name)


def _number(name: str, originals: Sequence[Number], new: Particulars) -> Entity:
    """Hold the numbers of a class's things to those that the originals give."""
    wanted = {said.number for said in originals}
    numbers = new.numbers.get(name, ())
    against = f"{originals[0].number} of: {originals[0].mention.word}"
    every = [said.number for said in numbers]
    if any(_as_many(number, n) for number in (*every, sum(every)) for n in wanted):
        return Entity("kept")
    words = {singular(said.mention.word) for said in originals}
    for said in numbers:
        # Fewer may be a part of them: "two dogs lie there, another stands".
        wrong = said.number > max(wanted) or (said.number < min(wanted) and _alone(new.things[name], said.mention))
        if wrong and singular(said.mention.word) in words:
            return Entity("contradicted", "other_number", (said.start, said.mention.end), f"{_SAID}{against}")
    return Entity("missing", against=against)


def _as_many(number: int, wanted: int) -> bool:
    """Tell whether two people may count the same things so."""
    loose = 0 if wanted <= _EXACT else 1 if wanted <= _LOOSE else wanted // 5
    return abs(number - wanted) <= loose


def _alone(mentions: Sequence[Mention], mention: Mention) -> bool:
    """Tell whether a text brings in no more of a class beside a mention; "the dogs" may be those again."""
    return all(other is mention or other.definite for other in mentions)


def _colour(name: str, told: Sequence[Coloured], originals: Sequence[Particulars], new: Particulars) -> Entity:
    """Hold the colour of a class's thing to what the originals tell of it."""
    wanted = frozenset[str]().union(*(coloured.colours for coloured in told))
    against = f"{' and '.join(sorted(wanted))} for: {told[0].mention.word}"
    said = new.colours(name)
    if any(_alike(one, other) for coloured in said for one in coloured.colours for other in wanted):
        return Entity("kept")
    # There may be a red bus and a blue one, of which each text colours one.
    same = len({coloured.mention.plural for coloured in (*told, *said)}) == 1
    single = all(sum(not m.definite for m in text.things.get(name, ())) < 2 for text in (*originals, new))
    if not (said and same and single) or name == "person":
        return Entity("missing", against=against)
    return Entity("contradicted", "other_colour", (said[0].start, said[0].end), f"{_SAID}{against}")


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _ALIKE)
