"""Turns and wording rules in; the spans of the turns that break a rule out.

A rule is a regular expression with the rare words (or signs) of which every match must hold one: a text without any of
them is never searched, which is what makes hundreds of alternatives affordable. A match does not count where it stands
in quotation marks (text that is visible in the picture), where its sentence says that it is about visible text, or
where the question asked for the very thing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from ..records import Sample, Span, Turn, Verdict
from .words import Words, look_out_for, words_of

Who = Literal["human", "gpt", "both"]


class WordingRule(NamedTuple):
    """One way of going wrong in words."""

    reason: str
    outcome: Literal["fail", "doubtful"]
    pattern: re.Pattern[str]
    needs: frozenset[str] = frozenset()
    """Lower-case words of which every match has one."""
    also: frozenset[str] = frozenset()
    """Words of which every match has one too; empty where any will do."""
    signs: tuple[str, ...] = ()
    """Substrings that do as well."""
    marks: str = ""
    """Characters of which every match has one; empty where it needs none."""
    who: Who = "both"
    unless_sentence: re.Pattern[str] | None = None
    """A match in a sentence that this finds does not count."""
    unless_asked: re.Pattern[str] | None = None
    """A match in an answer to a question that this finds does not count, nor one in such a question."""
    unless_turn: re.Pattern[str] | None = None
    """A match in a turn in which this finds anything does not count."""
    unless_quoted: bool = True
    by_lines: bool = False
    """The pattern cares about line breaks; elsewhere they are blanks."""


def wording(*alternatives: str) -> re.Pattern[str]:
    """Compile alternatives, written in lower case, into one pattern of any case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


def needs(words: str) -> frozenset[str]:
    """Give the words of a text as the set that a rule needs one of."""
    return frozenset(words.split())


class RuleBook:
    """Rules in the order in which they count. The words that any of them needs are looked out for."""

    def __init__(self, rules: Sequence[WordingRule]) -> None:
        self.rules = tuple(rules)
        for rule in rules:
            look_out_for(rule.needs | rule.also)


def judge(check: str, book: RuleBook, hints: Mapping[str, str], sample: Sample, passed: Verdict) -> Verdict:
    """Give the verdict of a list of rules; ``hints`` holds a sentence for each reason."""
    found = first_broken(book, sample.turns)
    if not found:
        return passed
    rule, spans = found
    return Verdict(check=check, outcome=rule.outcome, reason=rule.reason, evidence=spans, hint=hints[rule.reason])


def first_broken(book: RuleBook, turns: Sequence[Turn]) -> tuple[WordingRule, tuple[Span, ...]] | None:
    """Give the first rule that the turns break, with all its spans. Rules that fail stand before doubtful ones."""
    words = words_of(turns)
    for rule in book.rules:
        if not _worth_searching(rule, words.asked, words.answered, words.whole):
            continue
        if spans := tuple(_spans(rule, turns, words)):
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


def _worth_searching(rule: WordingRule, asked: set[str], answered: set[str], whole: str) -> bool:
    if rule.who != "human" and not answered.isdisjoint(rule.needs):
        return not rule.also or not answered.isdisjoint(rule.also)
    if rule.who != "gpt" and not asked.isdisjoint(rule.needs):
        return not rule.also or not asked.isdisjoint(rule.also)
    return bool(rule.signs) and any(map(whole.__contains__, rule.signs))


def _spans(rule: WordingRule, turns: Sequence[Turn], words: Words) -> Iterator[Span]:
    for number, turn in enumerate(turns):
        if rule.who not in ("both", turn.role):
            continue
        if rule.needs.isdisjoint(words.words[number]) and not any(map(words.low[number].__contains__, rule.signs)):
            continue
        if rule.marks and not any(map(turn.text.__contains__, rule.marks)):
            continue
        text = straight(turn.text)
        searched = text if rule.by_lines else text.replace("\n", " ")
        # Lower case and a pattern that minds case take half the time of a pattern that does not.
        matches = _lowered(rule.pattern).finditer(searched.lower()) if searched.isascii() else None
        for match in matches or rule.pattern.finditer(searched):
            if not _exempt(rule, turns, number, text, match):
                yield Span(turn=number, start=match.start(), end=match.end())


@cache
def _lowered(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Give a pattern for lower-case text; the alternatives are all written in lower case."""
    return re.compile(pattern.pattern)


def _exempt(rule: WordingRule, turns: Sequence[Turn], number: int, text: str, match: re.Match[str]) -> bool:
    if rule.unless_quoted and quoted(text, match.start()):
        return True
    if rule.unless_sentence and _holds(rule.unless_sentence, sentence_of(text, match.start(), match.end())):
        return True
    if rule.unless_turn and _holds(rule.unless_turn, text):
        return True
    if not rule.unless_asked:
        return False
    asked = turns[number - 1].text if turns[number].role == "gpt" and number else text
    return _holds(rule.unless_asked, straight(asked))


@lru_cache(maxsize=64)
def _holds(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a pattern is in a text; matches often share a sentence, which may be a whole run-on reply."""
    return pattern.search(text) is not None
