"""A sample's questions and answers and its context in; whether they agree with it and each other out.

``Is there a dog?`` – ``Yes`` needs a dog, ``No`` needs that there is none. ``What is the dog doing?`` takes a dog for
granted: when there is none, the answer has to say so (a false premise; LRV-Instruction, Liu et al. 2024, trains on
them).
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from ..records import Context, Sample, Span, Verdict
from .annotation import AnnotationCheck
from .mentions import Mention, Reading, Token
from .objects import Finding, asserted, span_of
from .polarity import DETERMINERS, NEGATORS, PICTURE, SHOWS, ends_there
from .truth import Truth
from .word_lists import word_lists

_PASSED = Verdict(check="answer_agreement", outcome="pass")

_YES, _NO = frozenset(("yes", "yeah", "yep", "indeed", "certainly")), frozenset(("no", "nope"))
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
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge; the question's mention and the answer's first word are the evidence."""
        reading, truth = self.seen(sample, context)
        if not truth.known:
            return _PASSED
        doubtful: Verdict | None = None
        for reason, finding, spans in self._faults(sample, reading, truth):
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
        self, sample: Sample, reading: Reading, truth: Truth
    ) -> Iterator[tuple[Reason, Finding, tuple[Span, ...]]]:
        """Give each mention of a question whose answer disagrees with the annotation."""
        turns, tokens = sample.turns, reading.tokens
        for mention in reading.mentions:
            answer = mention.turn + 1
            asks = turns[mention.turn].role == "human" and answer < len(turns) and turns[answer].role == "gpt"
            if not asks or not tokens[answer] or "?" not in turns[mention.turn].text:
                continue  # "Describe the people in the picture" is asked of pictures without any
            found = self._fault(mention, tokens[mention.turn], tokens[answer], reading, truth)
            if found:
                reason, finding = found
                against = span_of(mention, truth, "denied_object" if reason == "no_despite_object" else "")
                first = tokens[answer][0]
                yield reason, finding, (against, Span(turn=answer, start=first.start, end=first.end))

    def _fault(
        self, mention: Mention, asked: Sequence[Token], answer: Sequence[Token], reading: Reading, truth: Truth
    ) -> tuple[Reason, Finding] | None:
        opening = answer[0].low
        if mention.polarity == "asserted" and mention.definite:
            finding = asserted(mention, truth, self._vocabulary)
            wrong = finding.standing == "contradicted" or (finding.standing == "doubtful" and mention.certain)
            return ("false_premise", finding) if wrong and not _corrected(mention, answer, reading) else None
        if mention.polarity != "asked" or opening not in _YES | _NO:
            return None
        first, last = _sentence(asked, mention)
        low = [token.low for token in asked]
        if {"or", "other", "another", "else"} & set(low[first:last]):
            return None
        exists = _asks_for_existence(low, mention, first, last)
        if opening in _YES:
            finding = asserted(mention, truth, self._vocabulary)
            if finding.standing not in ("contradicted", "doubtful"):
                return None
            return "yes_without_object", finding if exists else finding._replace(standing="doubtful")
        if exists and mention.certain and truth.supports(mention.name) and ends_there(low, mention.last, last):
            return "no_despite_object", Finding(mention, "contradicted", "denied_object")
        return None


def _sentence(tokens: Sequence[Token], mention: Mention) -> tuple[int, int]:
    """Give the bounds of the sentence around a mention."""
    sentence = tokens[mention.first].sentence
    first, last = mention.first, mention.last
    while first and tokens[first - 1].sentence == sentence:
        first -= 1
    while last < len(tokens) and tokens[last].sentence == sentence:
        last += 1
    return first, last


def _asks_for_existence(low: Sequence[str], mention: Mention, first: int, last: int) -> bool:
    """Tell whether a question asks if a thing is in the picture, and nothing else about it."""
    before = low[first : mention.first]
    if before[:1] and before[0] in _BE:
        if "there" in before[1:2]:
            return _only_determiners(before[2:])
        return _only_determiners(before[1:]) and mention.last < last and ends_there(low, mention.last, last)
    if "you" in before and not _SEE.isdisjoint(before):
        return _only_determiners(before[max(k for k, word in enumerate(before) if word in _SEE) + 1 :])
    if before[:1] and before[0] in ("does", "do") and not PICTURE.isdisjoint(before):
        return before[-1] in SHOWS or _only_determiners(before[-1:])
    return False


def _only_determiners(words: Sequence[str]) -> bool:
    return all(word in DETERMINERS or word in ("out", "visible", "single") for word in words)


def _corrected(mention: Mention, answer: Sequence[Token], reading: Reading) -> bool:
    """Tell whether the answer says that the thing is not there, or at least turns against the question."""
    denied = any(
        m.turn == mention.turn + 1 and m.polarity == "negated" and m.name == mention.name for m in reading.mentions
    )
    return denied or any(token.low in _CORRECTS for token in answer if token.sentence == 0)
