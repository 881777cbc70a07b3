"""A good sample in; the same with one known error out: objects, counts and negations.

What is planted is wrong by boxes and captions together: an object that neither has, a count that the boxes do not
reach and no caption gives, a denial of what is boxed. Objects are drawn by the three samplers of POPE (Li et al. 2023):
at random, by how many pictures they are in, and by how often they go with what is in this one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from random import Random
from typing import NamedTuple

from grammar import PAIRED, SHEEPISH, Noun, cased, held, indefinite, nouns, number_of, numbered, swapped
from labelled import Pair, one_turn, sample_of
from wordings import ADDITIONS, DENIALS, NO, NO_MANY, QUESTIONS, TOTALS, TOTALS_ONE, YES, YES_MANY

from instructgen.records import Context, Turn
from instructgen.vocabulary import CLASSES, DOUBTFUL_COUNTS, NUMBER_WORDS, WEAKLY_ANNOTATED

WEAKLY_COUNTED = DOUBTFUL_COUNTS | WEAKLY_ANNOTATED
SAMPLERS = ("random", "frequent", "co-occurring")


class Planted(NamedTuple):
    """A sample with one error in it."""

    pair: Pair
    words: str
    """What is wrong, as written or in short."""
    weak: bool = False
    """The error hangs on a class whose boxes prove little."""


class Frequencies:
    """How many pictures each class is in, and how often two are in one."""

    def __init__(self, contexts: Iterable[Context]) -> None:
        """Count over all given annotations."""
        self.alone: Counter[str] = Counter()
        self.together: Counter[tuple[str, str]] = Counter()
        for context in contexts:
            present = sorted({box.label for box in context.boxes} & CLASSES.keys())
            self.alone.update(present)
            self.together.update(combinations(present, 2))

    def draw(self, sampler: str, context: Context, draw: Random, weak: bool = False) -> str | None:
        """Give a class that the context does not hold; None where the sampler has none to give.

        ``weak`` draws among the five classes whose absence from boxes proves little; they are left out otherwise.
        """
        absent = [n for n in sorted(CLASSES.keys() - held(context)) if (n in WEAKLY_ANNOTATED) == weak]
        present = {box.label for box in context.boxes}
        if sampler == "random":
            weights = [1.0] * len(absent)
        elif sampler == "frequent":
            weights = [float(self.alone[name]) for name in absent]
        else:
            weights = [float(sum(self.together[min(n, p), max(n, p)] for p in present)) for n in absent]
        return draw.choices(absent, weights)[0] if sum(weights) else None


def replaced(pair: Pair, turn: int, text: str) -> Pair:
    """Give the sample with another text in one turn."""
    turns = list(pair.sample.turns)
    turns[turn] = turns[turn].model_copy(update={"text": text})
    return Pair(pair.sample.model_copy(update={"turns": tuple(turns)}), pair.context)


def replies(pair: Pair) -> list[int]:
    """Give the numbers of the sample's answering turns that have words in them."""
    return [i for i, turn in enumerate(pair.sample.turns) if turn.role == "gpt" and turn.text.strip()]


def _spots(pair: Pair) -> list[tuple[int, Noun]]:
    """Give the plain nouns of the answers; reasoning speaks of things in general, so that it has none."""
    if pair.sample.task == "complex_reasoning":
        return []
    return [(turn, noun) for turn in replies(pair) for noun in nouns(pair.sample.turns[turn].text)]


def swap_object(pair: Pair, sampler: str, statistics: Frequencies, draw: Random, weak: bool = False) -> Planted | None:
    """Put an absent class in the place of one that is there; people are never replaced."""
    spots = [(t, n) for t, n in _spots(pair) if n.name != "person"]
    name = statistics.draw(sampler, pair.context, draw, weak)
    draw.shuffle(spots)
    for turn, noun in spots:
        text = swapped(pair.sample.turns[turn].text, noun, name) if name else None
        if name and text:
            return Planted(replaced(pair, turn, text), name, weak)
    return None


def add_object(pair: Pair, sampler: str, statistics: Frequencies, draw: Random, weak: bool = False) -> Planted | None:
    """Add a sentence about an absent class to the last answer."""
    name = statistics.draw(sampler, pair.context, draw, weak)
    if name is None or not replies(pair):
        return None
    turn = replies(pair)[-1]
    text = pair.sample.turns[turn].text.rstrip()
    wording = draw.choice(ADDITIONS)
    if name in PAIRED:
        wording = "{One} can be seen in the background." if name == "broccoli" else ADDITIONS[3]
    sentence = wording.format(one=indefinite(name), One=cased(indefinite(name), "A"))
    return Planted(replaced(pair, turn, f"{text}{'' if text[-1] in '.!?' else '.'} {sentence}"), name, weak)


def countable(context: Context, most: int = 4) -> dict[str, int]:
    """Give how many boxes each class has where that is a plain total: no crowd, nothing tiny, at most ``most``."""
    crowds = {box.label for box in context.boxes if box.crowd}
    tiny = {box.label for box in context.boxes if (box.x2 - box.x1) * (box.y2 - box.y1) < 0.001}
    totals = Counter(box.label for box in context.boxes)
    able = totals.keys() & CLASSES.keys() - crowds - tiny - SHEEPISH
    return {name: totals[name] for name in sorted(able) if totals[name] <= most}


_MANY = re.compile(
    r"\b(?:several|many|some|few|group|bunch|lots?|row|rows|herd|flock|pair|couple|dozens?|stack|pile|various)\b"
)


def raise_count(pair: Pair, draw: Random) -> Planted | None:
    """Say of a counted thing that there are one or two more than boxes, none of which a caption allows."""
    totals = countable(pair.context)
    captions = " ".join(pair.context.captions).lower()
    if _MANY.search(captions):
        return None
    spots = [(t, n) for t, n in _spots(pair) if n.name in totals]
    draw.shuffle(spots)
    for turn, noun in spots:
        number = totals[noun.name] + draw.choice((1, 2))
        # A number in a caption may be of this class in other words.
        said = max((number_of(word) or 0 for word in re.findall(r"\w+", captions)), default=0)
        text = numbered(pair.sample.turns[turn].text, noun, number)
        if text and said < number and _stated(noun) < number:
            return Planted(replaced(pair, turn, text), f"{number} {noun.name}", noun.name in WEAKLY_COUNTED)
    return None


def _stated(noun: Noun) -> int:
    return number_of(noun.lead[0]) or 1 if noun.lead else 1


def totals_of(context: Context, change: int, draw: Random) -> Iterator[Planted]:
    """Ask how many there are of each class with 2 to 4 boxes and answer ``change`` off the truth; 0 answers right.

    Boxes are a lower bound of what is there, so that one fewer is wrong whatever the captions say, but for the very
    number; the right answer is known only where no caption speaks of another number, or of many.
    """
    captions = " ".join(context.captions).lower()
    spoken = {number_of(word) for word in re.findall(r"\w+", captions)} - {None}
    for name, count in countable(context).items():
        number = count + change
        unsure = spoken - {count} or _MANY.search(captions) if not change else number in spoken
        if count < 2 or unsure:
            continue
        word, many = NUMBER_WORDS[number], CLASSES[name].plural
        wording = draw.choice(TOTALS if number > 1 else TOTALS_ONE)
        said = wording.format(number=word, Number=word.capitalize(), many=many, name=name)
        question = draw.choice(("How many {many} are there in the image?", "How many {many} can you see in total?"))
        pair = one_turn(f"{context.id}/total/{name}", said, context, question.format(many=many))
        yield Planted(pair, f"{number} {name}", name in WEAKLY_COUNTED)


def presence(pair: Pair, truth: bool, there: bool, draw: Random) -> Planted | None:
    """Ask whether a class is there and answer rightly or wrongly, as a further turn of the sample.

    ``there`` asks for one that is boxed, not tiny; else for one that neither boxes nor captions hold.
    """
    context = pair.context
    if there:
        big = {b.label for b in context.boxes if (b.x2 - b.x1) * (b.y2 - b.y1) >= 0.01 and not b.crowd}
        able = sorted(big & CLASSES.keys() - PAIRED.keys())
    else:
        able = sorted(CLASSES.keys() - held(context) - WEAKLY_ANNOTATED - PAIRED.keys())
    if not able:
        return None
    name = draw.choice(able)
    question, plural = draw.choice(QUESTIONS)
    yes = truth == there
    answers: Sequence[str] = (YES_MANY if plural else YES) if yes else (NO_MANY if plural else NO)
    words = {"one": indefinite(name), "many": CLASSES[name].plural, "name": name}
    said = draw.choice(answers).format(**words)
    turns = (*pair.sample.turns, _turn("human", question.format(**words)), _turn("gpt", said))
    sample = sample_of(pair.sample.id, "conversation", turns, context)
    return Planted(Pair(sample, context), f"{said} ({name})")


def deny(pair: Pair, draw: Random) -> Planted | None:
    """Add a sentence that denies what is boxed."""
    big = {b.label for b in pair.context.boxes if (b.x2 - b.x1) * (b.y2 - b.y1) >= 0.01}
    able = sorted(big & CLASSES.keys() - PAIRED.keys())
    if not able or not replies(pair):
        return None
    name, turn = draw.choice(able), replies(pair)[-1]
    text = pair.sample.turns[turn].text.rstrip()
    said = draw.choice(DENIALS).format(name=name, many=CLASSES[name].plural)
    return Planted(replaced(pair, turn, f"{text}{'' if text[-1] in '.!?' else '.'} {said}"), said)


def _turn(role: str, text: str) -> Turn:
    return Turn.model_validate({"role": role, "text": text})
