"""A fact in; a candidate question out, and a chosen candidate put into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from .nouns import PEOPLE
from .phrases import Phrase
from .wordings import Wording

Fill = str | Phrase | Callable[[], str]
"""What fills a slot: text, or what gives it when it is needed. A phrase fills all slots of a subject."""
Slots = dict[str, Fill]

_HE_OR_SHE = {"man": "he", "boy": "he", "guy": "he", "gentleman": "he", "woman": "she", "girl": "she", "lady": "she"}


@dataclass(slots=True)
class Candidate:
    """One question that could be asked."""

    family: str
    topics: tuple[str, ...]
    """What it tells or gives away: two candidates that share a topic do not meet in one dialogue."""
    slots: Mapping[str, Fill]
    weight: float = 1.0

    def filled(self) -> dict[str, str]:
        """Give the text of every slot."""
        found: dict[str, str] = {}
        for slot, fill in self.slots.items():
            if isinstance(fill, Phrase):
                found |= subject_slots(fill)
            else:
                found[slot] = fill if isinstance(fill, str) else fill()
        return found


def subject_slots(subject: Phrase) -> dict[str, str]:
    """Give the slots that a subject fills."""
    pro, be = pronoun(subject), subject.be
    return {
        "s": subject.the(),
        "a_s": subject.a(),
        "be": be,
        "abe": "is" if subject.group else be,
        "exists": "is" if subject.group or not subject.plural else "are",
        "pro": pro,
        "pbe": be,
        "do": "do" if subject.many else "does",
        "has": "have" if subject.many else "has",
        "it": pro,
        "itbe": be,
    }


def pronoun(phrase: Phrase) -> str:
    """Give the pronoun for a phrase as subject; "the person" where it could be he or she."""
    if phrase.many:
        return "they"
    if phrase.core in PEOPLE:
        return _HE_OR_SHE.get(phrase.core, phrase.the())
    return "it"


def worded(slots: dict[str, str], wording: Wording, number: int, draw: Random) -> tuple[str, str]:
    """Put filled slots into the words of a family's question ``number`` and of a drawn answer that they fill."""
    question = wording.questions[number].format_map(slots)
    answer = _drawn(wording.answer_needs, slots, draw, set()) or 0
    return sentence(question), sentence(wording.answers[answer].format_map(slots))


def question_for(slots: dict[str, str], wording: Wording, draw: Random, asked: set[int]) -> int | None:
    """Draw the number of a question that was not asked and that the slots fill; None where none or no answer is."""
    if not any(all(map(slots.get, needs)) for needs in wording.answer_needs):
        return None
    return _drawn(wording.question_needs, slots, draw, asked)


def _drawn(needs: tuple[tuple[str, ...], ...], slots: dict[str, str], draw: Random, taken: set[int]) -> int | None:
    start = int(draw.random() * len(needs))
    order: tuple[int, ...] = (*range(start, len(needs)), *range(start))
    for number in order:
        if number not in taken and all(map(slots.get, needs[number])):
            return number
    return None


def sentence(text: str) -> str:
    """Make the first letters of sentences capitals, and single spaces of double ones."""
    parts = " ".join(text.replace(" .", ".").replace(" ,", ",").split())
    out = parts[:1].upper() + parts[1:]
    for mark in (". ", "? ", "! "):
        at = out.find(mark)
        while at >= 0 and at + 2 < len(out):
            out = out[: at + 2] + out[at + 2].upper() + out[at + 3 :]
            at = out.find(mark, at + 2)
    return out
