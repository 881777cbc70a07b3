"""A sample's questions and answers and its context in; whether they agree with it and each other out.

``Is there a dog?`` – ``Yes`` needs a dog, ``No`` needs that there is none. ``What is the dog doing?`` takes a dog for
granted: when there is none, the answer has to say so (a false premise; LRV-Instruction, Liu et al. 2024, trains on
them).
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from ..records import Context, Sample, Span, Verdict
from .annotation import AnnotationCheck
from .bounds import is_there_after_all, is_worn
from .captioned import is_told
from .denials import ends_there
from .mentions import Mention, Reading
from .objects import WHOLE_KINDS, Finding, asserted, is_narrower, span_of
from .polarity import NEGATORS, PHRASE_ENDS, PICTURE, PREPOSITIONS, SHOWS
from .sentences import Tokens
from .truth import Truth
from .word_lists import word_lists

_PASSED = Verdict(check="answer_agreement", outcome="pass")

_YES, _NO = frozenset(("yes", "yeah", "yep", "indeed", "certainly")), frozenset(("no", "nope"))
_ONE_OR_MORE = word_lists()["definite"] | {"a", "an", "any", "some"}
"""Before these, "no" denies each and every one; "three dogs" may be two."""
_NONE = (
    ("not", "a", "single"), ("not", "one"), ("none",), ("i", "see", "no"), ("i", "see", "none"), ("i", "can't", "see"),
    ("i", "can't", "find"), ("i", "don't", "see"), ("i", "cannot", "see"), ("i", "couldn't", "see"),
    ("i", "couldn't", "find"),
)  # fmt: skip
_THERE_IS_NONE = (("is", "none"), ("are", "none"), ("there's", "none"), ("isn't", "one"), ("aren't", "any"))
_NO_ONE = frozenset(("none", "not", "isn't", "aren't", "no"))
_SOME = frozenset(("one", "some", "two", "several", "three"))
_BE = word_lists()["question_verbs"]
_SEE = word_lists()["asks_to_see"]
_CORRECTS = NEGATORS | {"actually", "nothing", "nobody", "instead", "however", "unclear", "absent", "unable"}

Reason = Literal["yes_without_object", "no_despite_object", "false_premise"]

_HINTS: dict[Reason, str] = {
    "yes_without_object": "Do not answer yes: nothing that was given shows a {0}.",
    "no_despite_object": "Do not answer no: the picture shows a {0}.",
    "false_premise": "The question takes a {0} for granted, but nothing that was given shows one: ask something else, "
    "or say in the answer that there is none.",
}


class AnswerAgreementCheck(AnnotationCheck):
    """Holds yes and no against what is there, and answers against what their questions wrongly take for granted."""

    name: ClassVar[str] = "answer_agreement"
    version: ClassVar[int] = 2

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge; the question's mention and the answer's first word are the evidence."""
        reading, truth = self.seen(sample, context)
        if not truth.known:
            return _PASSED
        doubtful: Verdict | None = None
        for reason, finding, spans in self._faults(sample, context, reading, truth):
            grave = finding.standing == "contradicted"
            if grave or not doubtful:
                verdict = Verdict(
                    check=self.name,
                    outcome="fail" if grave else "doubtful",
                    reason=reason,
                    evidence=spans,
                    hint=_HINTS[reason].format(finding.mention.name),
                )
                if grave:
                    return verdict
                doubtful = verdict
        return doubtful or _PASSED

    def _faults(
        self, sample: Sample, context: Context, reading: Reading, truth: Truth
    ) -> Iterator[tuple[Reason, Finding, tuple[Span, ...]]]:
        """Give each mention of a question whose answer disagrees with the annotation."""
        turns, tokens = sample.turns, reading.tokens
        for mention in reading.mentions:
            answer = mention.turn + 1
            asks = turns[mention.turn].role == "human" and answer < len(turns) and turns[answer].role == "gpt"
            if not asks or not tokens[answer].low or "?" not in turns[mention.turn].text:
                continue  # "Describe the people in the picture" is asked of pictures without any
            found = self._fault(mention, tokens[mention.turn], tokens[answer], reading, truth, context)
            if found:
                reason, finding = found
                against = span_of(mention, truth, "denied_object" if reason == "no_despite_object" else "")
                yield (
                    reason,
                    finding,
                    (
                        against,
                        Span(turn=answer, start=tokens[answer].starts[0], end=tokens[answer].ends[0]),
                    ),
                )

    def _fault(
        self,
        mention: Mention,
        asked: Tokens,
        answer: Tokens,
        reading: Reading,
        truth: Truth,
        context: Context,
    ) -> tuple[Reason, Finding] | None:
        if mention.polarity == "asserted" and mention.definite:
            finding = asserted(mention, truth, self._vocabulary)
            wrong = finding.standing == "contradicted" or (finding.standing == "doubtful" and mention.certain)
            return ("false_premise", finding) if wrong and not _corrected(mention, answer, reading) else None
        if mention.near and mention.word in WHOLE_KINDS:
            boxed = next((name for name in mention.classes if name in truth.boxes), "")
            mention = mention._replace(name=boxed, near=False, certain=True) if boxed else mention
        opening = _opening(answer.low[: answer.bounds[0]]) if mention.polarity == "asked" else ""
        if not opening:
            return None
        first, last = reading.sentence(mention)
        low = asked.low
        if {"or", "other", "another", "else"} & set(low[first:last]):
            return None
        adjectives = _asked_for(low, mention, first, last)
        if opening == "yes":
            finding = asserted(mention, truth, self._vocabulary)
            if finding.standing not in ("contradicted", "doubtful"):
                return None
            return "yes_without_object", finding if adjectives == [] else finding._replace(standing="doubtful")
        denied = mention.certain and truth.supports(mention.name) and not is_narrower(mention, truth)
        if denied and adjectives is None:
            asks = [*low[first : mention.first], *low[mention.last : last]]
            told = _only_thing(mention, reading) and is_told(asks, 0, len(asks), mention.name, truth)
            denied = told or is_worn(asks, mention, truth, context)
        elif denied:
            there = ends_there(low, mention.last, last) or is_there_after_all(mention, reading, truth, context)
            denied = there and (not adjectives or _named_again(mention, low, reading))
        return ("no_despite_object", Finding(mention, "contradicted", "denied_object")) if denied else None


def _only_thing(mention: Mention, reading: Reading) -> bool:
    """Tell whether a question names no other thing, whose part in the act it may be that the answer denies."""
    return all(m is mention or m.turn != mention.turn for m in reading.mentions)


def _opening(words: Sequence[str]) -> Literal["", "yes", "no"]:
    """Tell whether an answer begins with a yes or a no, in whatever words: ``I do``, ``There are none``."""
    if words[0] in _NO or any(tuple(words[: len(none)]) == none for none in _NONE):
        return "no"
    if "there" in words[1:] and any(tuple(words[-len(none) :]) == none for none in _THERE_IS_NONE):
        return "no"  # "I looked for one, but there is none"
    there = words[0] in ("there", "there's")
    if there and not _NO_ONE.isdisjoint(words[1:3]):
        return "no"
    does = words[:2] in (["i", "do"], ["i", "can"])
    return "yes" if words[0] in _YES or does or (there and not _SOME.isdisjoint(words[1:3])) else ""


def _asked_for(low: Sequence[str], mention: Mention, first: int, last: int) -> list[str] | None:
    """Give the adjectives of a thing when a question asks only whether it is in the picture; None for other ones."""
    before = low[first : mention.first]
    if "you" in before and not _SEE.isdisjoint(before):
        rest = before[max(k for k, word in enumerate(before) if word in _SEE) + 1 :]
    elif before[:1] and before[0] in ("does", "do") and not PICTURE.isdisjoint(before):
        rest = before[max((k for k, word in enumerate(before) if word in SHOWS), default=len(before) - 1) + 1 :]
    elif before[:1] and before[0] in _BE and "there" in before[1:2]:
        rest = before[2:]
    elif before[:1] and before[0] in _BE and mention.last < last and ends_there(low, mention.last, last):
        rest = before[1:]
    else:
        return None
    adjectives = [word for word in rest if word not in _ONE_OR_MORE and word not in ("out", "visible")]
    return None if any(word in PREPOSITIONS or word in PHRASE_ENDS for word in adjectives) else adjectives


def _named_again(mention: Mention, low: Sequence[str], reading: Reading) -> bool:
    """Tell whether the answer says in the same words that the thing is there: "No, a red bus is ..."."""
    turn, before = mention.turn + 1, low[mention.first - 1]
    said = reading.tokens[turn].low
    return any(
        m.turn == turn and m.polarity == "asserted" and m.word == mention.word and said[m.first - 1] == before
        for m in reading.mentions
    )


def _corrected(mention: Mention, answer: Tokens, reading: Reading) -> bool:
    """Tell whether the answer says that the thing is not there, or at least turns against the question."""
    denied = any(
        m.turn == mention.turn + 1 and m.polarity == "negated" and m.name == mention.name for m in reading.mentions
    )
    return denied or not _CORRECTS.isdisjoint(answer.low[: answer.bounds[0]])
