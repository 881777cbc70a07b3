"""A fact in; a candidate out: a family of wordings, what it is about, and what fills its slots."""

from dataclasses import dataclass
from random import Random

from .wordings import Wording


@dataclass(slots=True, frozen=True)
class Candidate:
    """One question that could be asked."""

    family: str
    topics: tuple[str, ...]
    """What it tells or gives away: two candidates that share a topic do not meet in one dialogue."""
    slots: dict[str, str]
    weight: float = 1.0


def worded(candidate: Candidate, wording: Wording, number: int, draw: Random) -> tuple[str, str]:
    """Put a candidate into the words of its family's question ``number`` and a drawn answer."""
    answers = [a for a in wording.answers if _fits(a, candidate.slots)]
    question = wording.questions[number].format_map(candidate.slots)
    return sentence(question), sentence(answers[int(draw.random() * len(answers))].format_map(candidate.slots))


def _fits(wording: str, slots: dict[str, str]) -> bool:
    """Tell whether a fact fills all slots of a wording: a slot that is empty or missing bars it."""
    return not any(f"{{{slot}}}" in wording and not slots.get(slot) for slot in _OPTIONAL)


_OPTIONAL = ("vp", "pp", "pro", "instead", "it", "all")


def fitting(wording: Wording, slots: dict[str, str]) -> list[int]:
    """Give the numbers of the family's questions that a fact fills."""
    return [n for n, question in enumerate(wording.questions) if _fits(question, slots)]


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
