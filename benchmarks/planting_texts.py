"""A good sample in; the same with a leak, a refusal, an echo, an empty reply or a cut out."""

import re
from collections.abc import Iterator
from random import Random

from labelled import Pair
from planting import Planted, replaced, replies
from wordings import EMPTY, REFUSALS

_CLAUSE = re.compile(r"(?:, (?:and|but|which|so|as|where|who)| (?:while|because|since|when|but)) ")
_ASKS_HOW_MANY = re.compile(r"\b(?:how many|which|any)\b", re.IGNORECASE)
_PROPER = re.compile(r"I\b|[A-Z][a-z]+ [A-Z]|[A-Z]{2}")


def leak(pair: Pair, wording: str) -> Planted | None:
    """Put a leak into the first sentence of the last answer; None for an answer of fewer than four words."""
    able = [t for t in replies(pair) if len(pair.sample.turns[t].text.split()) >= 4]
    if not able:
        return None
    text = pair.sample.turns[able[-1]].text.strip()
    first, _, rest = re.sub(r"(?<=[.!?]) ", "\x00", text, count=1).partition("\x00")
    sentence = first if first[-1] in ".!?" else f"{first}."
    clause = sentence if _PROPER.match(sentence) else sentence[:1].lower() + sentence[1:]
    said = wording.format(clause=clause, sentence=sentence)
    return Planted(replaced(pair, able[-1], f"{said} {rest}".strip()), wording)


def refuse(pair: Pair, number: int) -> Planted:
    """Put a refusal in the place of the last answer."""
    wording = REFUSALS[number % len(REFUSALS)]
    return Planted(replaced(pair, len(pair.sample.turns) - 1, wording), wording)


def echo(pair: Pair, number: int) -> Planted:
    """Answer the last question with the question."""
    question = pair.sample.turns[-2].text.replace("<image>", "").strip()
    forms = (question, question.rstrip("?."), f'You asked: "{question}"', f"{question} {question}", question.upper())
    said = forms[number % len(forms)]
    return Planted(replaced(pair, len(pair.sample.turns) - 1, said), said)


def empty(pair: Pair, number: int) -> Planted | None:
    """Put next to nothing in the place of the last answer; not "None" where it answers, as it does "how many?"."""
    said = EMPTY[number % len(EMPTY)]
    if said.strip(" .").lower() == "none" and _ASKS_HOW_MANY.search(pair.sample.turns[-2].text):
        return None
    return Planted(replaced(pair, len(pair.sample.turns) - 1, said), repr(said))


def cuts(pair: Pair, draw: Random) -> Iterator[tuple[str, Planted]]:
    """Break off the last answer inside a word, inside a sentence and after a clause.

    Only an answer of twelve words and more that ends as a sentence does is cut, past its middle.
    """
    text = pair.sample.turns[-1].text.rstrip()
    if len(text.split()) < 12 or text[-1] not in ".!?":
        return
    half = len(text) // 2
    words = [m for m in re.finditer(r"[A-Za-z]{6,}", text) if m.start() >= half]
    gaps = [m.start() for m in re.finditer(r"(?<=[a-z]) (?=[a-z])", text) if m.start() >= half]
    clauses = [m.start() for m in _CLAUSE.finditer(text) if m.start() >= half]
    inside = [g for g in gaps if g not in clauses and not re.match(r" [a-z]+[.!?,]", text[g:])]
    if words:
        word = draw.choice(words)
        yield "cut_word", _cut(pair, text, word.start() + draw.randint(2, len(word[0]) - 2))
    if inside:
        yield "cut_sentence", _cut(pair, text, draw.choice(inside))
    if clauses:
        yield "cut_clause", _cut(pair, text, draw.choice(clauses))


def _cut(pair: Pair, text: str, at: int) -> Planted:
    return Planted(replaced(pair, len(pair.sample.turns) - 1, text[:at]), text[max(0, at - 30) : at])
