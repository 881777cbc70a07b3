"""Turns and wording rules in; the spans of the turns that break a rule out.

A rule is a regular expression; a sieve (`sieve.py`) tells for all rules at once which of them a sample may break, which
is what makes hundreds of alternatives affordable. A match does not count where it stands in quotation marks (text that
is visible in the picture), where its sentence says that it is about visible text, or where the question asked for the
very thing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from ..records import Sample, Span, Turn, Verdict
from .sieve import Sieve
from .words import BORDER, words_of

Who = Literal["human", "gpt", "both"]


class Wording:
    """Alternatives, written in lower case, as one pattern. It is compiled when a text is first searched for it."""

    def __init__(self, alternatives: Sequence[str]) -> None:
        self.pattern = "|".join(alternatives)

    def search(self, text: str) -> re.Match[str] | None:
        """Find the first match, in any case."""
        return self._any_case.search(text)

    def follows(self, text: str, at: int) -> bool:
        """Tell whether the text goes on with it at a place, in any case."""
        return self._any_case.match(text, at) is not None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Find every match, in any case. Lower-casing first takes half the time where it keeps every place."""
        return self._lower_case.finditer(text.lower()) if text.isascii() else self._any_case.finditer(text)

    @cached_property
    def _any_case(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def _lower_case(self) -> re.Pattern[str]:
        return re.compile(self.pattern)


class WordingRule(NamedTuple):
    """One way of going wrong in words."""

    reason: str
    outcome: Literal["fail", "doubtful"]
    pattern: Wording
    who: Who = "both"
    unless_after: Wording | None = None
    """A match right after which this follows does not count."""
    unless_before: Wording | None = None
    """A match before which this stands in its turn does not count."""
    unless_clause: Wording | None = None
    """A match does not count if this is in its sentence, up to the next comma after it."""
    unless_sentence: Wording | None = None
    """A match in a sentence that this finds does not count."""
    unless_asked: Wording | None = None
    """A match in an answer to a question that this finds does not count, nor one in such a question."""
    unless_quoted: bool = True
    by_lines: bool = False
    """The pattern cares about line breaks; elsewhere they are blanks."""


def wording(*alternatives: str) -> Wording:
    """Make one pattern of any case from alternatives that are written in lower case."""
    return Wording(alternatives)


class RuleBook:
    """Rules in the order in which they count."""

    def __init__(self, rules: Sequence[WordingRule]) -> None:
        self._rules = tuple(rules)
        self._sieve = Sieve([rule.pattern.pattern for rule in rules], BORDER)
        self._by_lines = [number for number, rule in enumerate(rules) if rule.by_lines]
        self._line_sieve = Sieve([rules[number].pattern.pattern for number in self._by_lines], BORDER)

    def suspects(self, whole: str) -> list[WordingRule]:
        """Give the rules that turns, in lower case with borders between them, may break, in order."""
        low = straight(whole)
        flat = on_one_line(low)
        numbers = set(self._sieve.may_match(flat))
        if self._by_lines and flat is not low:
            numbers.update(self._by_lines[number] for number in self._line_sieve.may_match(low))
        return [self._rules[number] for number in sorted(numbers)]


def on_one_line(text: str) -> str:
    """Give the text with line breaks as blanks."""
    return text.replace("\n", " ") if "\n" in text else text


def judge(check: str, book: RuleBook, hints: Mapping[str, str], sample: Sample, passed: Verdict) -> Verdict:
    """Give the verdict of a list of rules; ``hints`` holds a sentence for each reason."""
    found = first_broken(book, sample.turns)
    if not found:
        return passed
    rule, spans = found
    return Verdict(check=check, outcome=rule.outcome, reason=rule.reason, evidence=spans, hint=hints[rule.reason])


def first_broken(book: RuleBook, turns: Sequence[Turn]) -> tuple[WordingRule, tuple[Span, ...]] | None:
    """Give the first rule that the turns break, with all its spans. Rules that fail stand before doubtful ones."""
    for rule in book.suspects(words_of(turns).whole):
        if spans := tuple(_spans(rule, turns)):
            return rule, spans
    return None


def straight(text: str) -> str:
    """Give the text with typographic apostrophes made straight; its length stays."""
    return text if text.isascii() else text.replace("’", "'")


def quoted(text: str, start: int) -> bool:
    """Tell whether position ``start`` stands between double quotation marks."""
    before = text[:start]
    return before.count('"') % 2 == 1 or before.rfind("“") > before.rfind("”")


def sentence_of(text: str, start: int, end: int) -> str:
    """Give the sentence around a stretch of the text."""
    first = max(text.rfind(mark, 0, start) for mark in ".!?\n") + 1
    ends = [at for mark in ".!?\n" if (at := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]


def _clause_of(text: str, start: int, end: int) -> str:
    """Give the sentence around a stretch of the text, up to the next comma after it."""
    sentence = sentence_of(text, start, end)
    begin = max(text.rfind(mark, 0, start) for mark in ".!?\n") + 1
    rest = sentence[end - begin :]
    ends = [at for mark in ",;" if (at := rest.find(mark)) >= 0]
    return sentence[: end - begin + min(ends)] if ends else sentence


def _spans(rule: WordingRule, turns: Sequence[Turn]) -> Iterator[Span]:
    for number, turn in enumerate(turns):
        if rule.who not in ("both", turn.role):
            continue
        text = straight(turn.text)
        searched = text if rule.by_lines else on_one_line(text)
        for match in rule.pattern.finditer(searched):
            if not _exempt(rule, turns, number, text, match):
                yield Span(turn=number, start=match.start(), end=match.end())


def _exempt(rule: WordingRule, turns: Sequence[Turn], number: int, text: str, match: re.Match[str]) -> bool:
    if rule.unless_quoted and quoted(text, match.start()):
        return True
    if rule.unless_sentence and _holds(rule.unless_sentence, sentence_of(text, match.start(), match.end())):
        return True
    if rule.unless_after and rule.unless_after.follows(text, match.end()):
        return True
    if rule.unless_clause and _holds(rule.unless_clause, _clause_of(text, match.start(), match.end())):
        return True
    if rule.unless_before and _first_end(rule.unless_before, text) <= match.start():
        return True
    answers = turns[number].role == "gpt" and number > 0
    asked = straight(turns[number - 1].text if answers else text)
    return rule.unless_asked is not None and _holds(rule.unless_asked, asked)


@lru_cache(maxsize=64)
def _holds(pattern: Wording, text: str) -> bool:
    """Tell whether a pattern is in a text; matches often share a sentence, which may be a whole run-on reply."""
    return pattern.search(text) is not None


@lru_cache(maxsize=64)
def _first_end(pattern: Wording, text: str) -> int:
    """Give where the first match of a pattern ends; past the end of the text where there is none."""
    found = pattern.search(text)
    return found.end() if found else len(text) + 1
