"""A sample and its context in; whether its answers name objects that the annotation does not bear out.

CHAIR (Rohrbach et al., "Object Hallucination in Image Captioning", EMNLP 2018) counts every class word that neither
boxes nor captions support. Taken literally it flags ``people`` in "it protects people from the sun" and the colour of
"an orange cat". Here only a mention that is asserted and certain in its sense can fail, and only of a class whose
absence from the boxes means something; CHAIR's own counts are figures beside ours.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple

from ..records import Context, Sample, Span, Verdict
from ..vocabulary import Vocabulary, article_for
from .anchors import asks_for_reasons, placing
from .annotation import AnnotationCheck
from .bounds import is_there_after_all
from .captioned import nobody_denied
from .denials import ends_there
from .mentions import Mention, Reading
from .polarity import AUXILIARIES, DETERMINERS, PHRASE_ENDS, PREPOSITIONS
from .truth import Truth
from .word_lists import word_lists

Standing = Literal["supported", "contradicted", "doubtful", "undecidable"]
Reason = Literal["", "hallucinated_object", "denied_object"]

_ENOUGH_CAPTIONS = 3
"""Of a class that annotators often leave out (``Vocabulary.weak``), the missing box proves little; that as many
captions do not hint at it either makes up for it."""
WHOLE_KINDS = word_lists()["whole_kinds"]
"""Near words for whatever is of a kind, so that to deny them denies each class near to them."""
_NO_VERBS = PHRASE_ENDS | AUXILIARIES | PREPOSITIONS | word_lists()["resting"]
"""Words that say nothing of what a kind does."""
_PERSONS = word_lists()["persons"]
_PASSED = Verdict(check="objects", outcome="pass")


class Finding(NamedTuple):
    """A mention and how it stands against the annotation."""

    mention: Mention
    standing: Standing
    reason: Reason = ""
    """Of what is contradicted or doubtful."""


def standing_of(mention: Mention, truth: Truth, vocabulary: Vocabulary) -> Finding:
    """Hold one mention against what boxes and captions support."""
    if mention.polarity == "asserted":
        return asserted(mention, truth, vocabulary)
    denied = mention.polarity == "negated" and mention.certain and not mention.definite
    if denied and truth.supports(mention.name) and not is_narrower(mention, truth):
        return Finding(mention, "contradicted" if mention.whole else "doubtful", "denied_object")
    known = mention.polarity == "negated" and mention.certain and mention.definite and mention.whole
    # "The ball cannot be seen"; of people, others than those that are boxed may be meant.
    if known and mention.name != "person" and mention.name in truth.boxes and not is_narrower(mention, truth):
        return Finding(mention, "contradicted", "denied_object")
    if mention.polarity == "negated" and mention.word in WHOLE_KINDS:
        there = next((name for name in mention.classes if name in truth.boxes), None)
        if there:  # "no vehicle" where there is a car
            kind = mention._replace(name=there, near=False, certain=True)
            return Finding(kind, "contradicted" if mention.whole else "doubtful", "denied_object")
    return Finding(mention, "undecidable")


def asserted(mention: Mention, truth: Truth, vocabulary: Vocabulary) -> Finding:
    """Hold a mention against the annotation as though it said that the thing is there."""
    if truth.supports(mention.name) or any(map(truth.supports, mention.classes)):
        return Finding(mention, "supported")
    if mention.definite and any(name.endswith(f" {mention.word}") and truth.supports(name) for name in truth.boxes):
        return Finding(mention, "supported")  # "the bear" of a teddy bear
    if mention.near or not truth.known or mention.word in ("someone", "somebody"):
        return Finding(mention, "undecidable")
    sure = mention.certain and truth.complete and mention.name not in truth.hinted
    if mention.name in truth.confused:  # a fire truck is taken for no car, a pickup may be
        near = vocabulary.near.get(mention.word, ())
        sure = sure and mention.narrower and not any(map(truth.supports, near))
    if sure and mention.name in vocabulary.weak:
        sure = _is_new(mention) and len(truth.captions.tokens) >= _ENOUGH_CAPTIONS
    return Finding(mention, "contradicted" if sure else "doubtful", "hallucinated_object")


def is_narrower(mention: Mention, truth: Truth) -> bool:
    """Tell whether a word is of a kind that no caption has: "no surfers" denies no other persons."""
    word = mention.word.removesuffix("s")
    captioned = (m.word.removesuffix("s") for m in truth.captions.mentions if m.polarity == "asserted")
    return mention.narrower and word not in captioned


def _is_new(mention: Mention) -> bool:
    """Tell whether a mention brings a particular thing in. Of persons, only "a man" and "two girls" do, not "people",
    "the driver" nor "a buyer": whoever explains a scene speaks of people who are not in it.
    """
    return mention.name != "person" or (mention.introduced and mention.word in _PERSONS)


class ObjectsCheck(AnnotationCheck):
    """Holds the objects that answers name or deny against boxes and captions (CHAIR, Rohrbach et al. 2018).

    Fails an answer that names a class of which there is neither box nor caption, or that denies one of which there is.
    """

    name: ClassVar[str] = "objects"
    version: ClassVar[int] = 2

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge; the mentions that share the gravest standing are the evidence."""
        if not context.boxes and not context.captions:
            return _PASSED
        reading, truth = self.seen(sample, context)
        found = [f for f in self._findings(sample, context, reading, truth) if f.reason]
        if not found:
            return _PASSED
        worst = [f for f in found if f.standing == "contradicted"] or found
        reason = worst[0].reason
        shown = [f.mention for f in worst if f.reason == reason]
        return Verdict(
            check=self.name,
            outcome="fail" if worst[0].standing == "contradicted" else "doubtful",
            reason=reason,
            evidence=tuple(span_of(mention, truth, reason) for mention in shown),
            hint=_hint(reason, shown[0]),
        )

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give CHAIR's counts as published (``chair_…``) and ours, of answers, and of questions (``question_…``).

        CHAIR_i is ``chair_hallucinated / chair_mentions``, CHAIR_s ``chair_texts / texts``; a text is all the answers
        of a sample. A text is ``words`` long: longer ones have a higher CHAIR.
        """
        if not context.boxes and not context.captions:
            return {}
        reading, truth = self.seen(sample, context)
        counts = self._counts(sample, reading, truth, "gpt")
        asked = self._counts(sample, reading, truth, "human")
        spoken = zip(sample.turns, reading.tokens, strict=True)
        counts["words"] = sum(len(said.low) for turn, said in spoken if turn.role == "gpt")
        return counts | {f"question_{name}": count for name, count in asked.items() if name != "texts"}

    def _findings(self, sample: Sample, context: Context, reading: Reading, truth: Truth) -> list[Finding]:
        """Give how each mention of the answers stands."""
        turns, vocabulary = sample.turns, self._vocabulary
        found = [standing_of(m, truth, vocabulary) for m in reading.mentions if turns[m.turn].role == "gpt"]
        found += [Finding(m, "contradicted", "denied_object") for m in nobody_denied(turns, reading, truth)]
        found = [_as_placed(f, sample, reading, vocabulary) if f.reason else f for f in found]
        return [_as_bounded(f, reading, truth, context) if f.reason == "denied_object" else f for f in found]

    def _counts(self, sample: Sample, reading: Reading, truth: Truth, role: str) -> dict[str, int]:
        mentions = [m for m in reading.mentions if sample.turns[m.turn].role == role]
        named = [m.name for m in mentions if not m.near]
        named += [name for turn, name in reading.other_senses if sample.turns[turn].role == role]
        loose = [name for name in named if name not in truth.boxes and name not in truth.named]
        standings = [standing_of(m, truth, self._vocabulary).standing for m in mentions]
        contradicted = standings.count("contradicted")
        return {
            "texts": 1,
            "chair_mentions": len(named),
            "chair_hallucinated": len(loose),
            "chair_texts": int(bool(loose)),
            "mentions": len(mentions),
            "supported": standings.count("supported"),
            "contradicted": contradicted,
            "contradicted_texts": int(bool(contradicted)),
            "doubtful": standings.count("doubtful"),
        }


def _as_placed(finding: Finding, sample: Sample, reading: Reading, vocabulary: Vocabulary) -> Finding:
    """Give a fault as doubtful or as none where its sentence does not speak of what is in the picture."""
    mention = finding.mention
    asked = max((n for n in range(mention.turn) if sample.turns[n].role == "human"), default=None)
    reasoned = "reasoning" in sample.task or (asked is not None and asks_for_reasons(reading.words(asked)))
    first, last = reading.sentence(mention)
    said = placing(reading.words(mention.turn), mention.first, mention.last, first, last, reasoned)
    if said == "at large" and not mention.whole:
        return Finding(mention, "undecidable")
    if finding.reason == "denied_object":
        return finding
    weak = reasoned and mention.name in vocabulary.weak
    if said == "unsaid" and reasoned and (weak or not (mention.definite or mention.introduced)):
        return Finding(mention, "undecidable")  # "dogs guard the house"
    sure = (
        said == "here"
        and not (first and _is_of_kinds(reading.words(mention.turn)[first:last]))
        and not _taken_up(mention, reading)
        and not (weak and mention.definite)
    )
    return finding if sure else finding._replace(standing="doubtful")


def _as_bounded(finding: Finding, reading: Reading, truth: Truth, context: Context) -> Finding:
    """Give a denial of a part of the picture as contradicted where the thing is there."""
    mention = finding.mention
    if finding.standing == "doubtful" and _is_qualified(reading.words(mention.turn), mention.first):
        others = reading.words(mention.turn)[mention.first - 1] == "other" and _has_others(mention, reading, truth)
        return finding._replace(standing="contradicted") if others else Finding(mention, "undecidable")
    if finding.standing == "doubtful" and is_there_after_all(mention, reading, truth, context):
        return finding._replace(standing="contradicted")
    return finding


def _has_others(mention: Mention, reading: Reading, truth: Truth) -> bool:
    """Tell whether there are more of a class than the single one that a sample speaks of before "no other dogs"."""
    last = reading.sentence(mention)[1]
    rest = reading.words(mention.turn)[mention.last : last]
    named = [m for m in reading.mentions if mention.name in m.classes and m is not mention]
    named = [m for m in named if m.first != mention.first or m.turn != mention.turn]
    if mention.name == "person" or any(m.plural for m in named) or not (rest == [] or ends_there(rest, 0, len(rest))):
        return False
    return len(truth.boxes.get(mention.name, ())) > max(1, len(named)) + 1


def _is_qualified(low: Sequence[str], first: int) -> bool:
    """Tell whether only some of a class are denied: ``no moving car``, ``no second dog``, ``no other riders``."""
    before = low[max(0, first - 2) : first]
    return (
        len(before) == 2
        and before[0] in ("no", "any")
        and before[1] not in ("single", "such", "visible", "actual", "real")
    )


def _is_of_kinds(low: Sequence[str]) -> bool:
    """Tell whether a further sentence of an answer is about a kind: "Cafes hum with …", "Around noon people grab …"."""
    at = low.index("people") if "people" in low[:4] else 0
    subject, verb = low[at], low[at + 1 : at + 2]
    bare = not (at and low[at - 1] in DETERMINERS)
    plural = subject == "people" or (subject.endswith("s") and not subject.endswith(("ss", "us", "is", "'s", "as")))
    acts = bool(verb) and not verb[0].endswith(("s", "ing", "ed", "ly")) and verb[0] not in _NO_VERBS
    return bare and plural and acts and subject not in _NO_VERBS


def _taken_up(mention: Mention, reading: Reading) -> bool:
    """Tell whether a definite phrase takes up what was only supposed before: "if a dog came by, the dog would"."""
    return mention.definite and any(
        m.name == mention.name and m.polarity in ("hypothetical", "generic", "depicted")
        for m in reading.mentions
        if (m.turn, m.first) < (mention.turn, mention.first)
    )


def span_of(mention: Mention, truth: Truth, reason: Reason) -> Span:
    """Give a mention as evidence, with what it is against in words."""
    boxes = truth.boxes.get(mention.name, ())
    if reason == "denied_object":
        against = f"{'the boxes show' if boxes else 'a caption names'} {_a(mention.name)}"
    else:
        against = f"no {_sources(truth)} shows {_a(mention.name)}"
    return Span(turn=mention.turn, start=mention.start, end=mention.end, boxes=boxes, contradicts=against)


def _sources(truth: Truth) -> str:
    names: Sequence[str] = (*(("box",) if truth.areas else ()), *(("caption",) if truth.captions.tokens else ()))
    return " and no ".join(names)


def _a(name: str) -> str:
    return name if name in ("skis", "scissors") else f"{article_for(name)} {name}"


def _hint(reason: Reason, mention: Mention) -> str:
    if reason == "denied_object":
        return f"The picture does show {_a(mention.name)}: do not deny it."
    return f"Nothing that was given shows {_a(mention.name)}: leave out '{mention.word}'."
