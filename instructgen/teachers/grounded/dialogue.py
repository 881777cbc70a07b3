"""Candidates in; question and answer pairs out, dealt so that no wording comes twice for one context and asker."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from .candidates import Candidate, question_for, worded
from .wordings import Wording

_LATE = {
    "summary": 0, "exist": 1, "exist_plain": 1, "box_exist": 1,
    "setting": 1, "in_or_out": 1, "room_no": 1, "box_largest": 2, "doing": 2, "object": 2, "agent": 2,
    "anyone": 2, "animal_agent": 2, "prep_what": 2, "reverse": 2, "reverse_who": 2, "room_has": 2, "wear": 3,
}  # fmt: skip
"""What would be given away by others comes first; the rest is 3 or 4."""


def deal(
    candidates: Sequence[Candidate], wordings: Mapping[str, Wording], sizes: tuple[int, int], hands: int, draw: Random
) -> list[tuple[str, str]]:
    """Deal ``hands`` dialogues of ``sizes`` (smallest, largest) pairs and give the last; fewer than the smallest: [].

    Each wording of a question is used once in all hands, so that no two are alike in form.
    """
    share = {family: number**0.8 for family, number in Counter(c.family for c in candidates).items()}
    order = sorted(candidates, key=lambda c: -(draw.random() ** (share[c.family] / c.weight)))
    used: dict[str, set[int]] = {}
    told: set[tuple[str, str]] = set()
    pairs: list[tuple[str, str]] = []
    for _ in range(hands):
        wanted = sizes[0] + int(draw.random() * (sizes[1] - sizes[0] + 1))
        pairs = _hand(order, wordings, wanted, used, told, draw)
        if len(pairs) < sizes[0]:
            return []
    return pairs


def _hand(
    order: Sequence[Candidate],
    wordings: Mapping[str, Wording],
    wanted: int,
    used: dict[str, set[int]],
    told: set[tuple[str, str]],
    draw: Random,
) -> list[tuple[str, str]]:
    topics: set[str] = set()
    families: set[str] = set()
    chosen: list[tuple[float, Candidate, int, dict[str, str]]] = []
    for candidate in order:
        if len(chosen) == wanted:
            break
        if candidate.family in families or topics.intersection(candidate.topics):
            continue
        if (candidate.family, candidate.topics[0]) in told:
            continue
        slots = candidate.filled()
        asked = used.setdefault(candidate.family, set())
        number = question_for(slots, wordings[candidate.family], draw, asked)
        if number is None:
            continue
        chosen.append((_LATE.get(candidate.family, 3 + draw.random()), candidate, number, slots))
        topics.update(candidate.topics)
        families.add(candidate.family)
    return _put(chosen, wordings, used, told, draw)


def _put(
    chosen: list[tuple[float, Candidate, int, dict[str, str]]],
    wordings: Mapping[str, Wording],
    used: dict[str, set[int]],
    told: set[tuple[str, str]],
    draw: Random,
) -> list[tuple[str, str]]:
    pairs = []
    for _, candidate, number, slots in sorted(chosen, key=lambda c: c[0]):
        used[candidate.family].add(number)
        told.add((candidate.family, candidate.topics[0]))
        pairs.append(worded(slots, wordings[candidate.family], number, draw))
    return pairs
