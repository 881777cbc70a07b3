"""Labelled items, real annotations and planted errors in; false alarms and catches of each check out, against goals.

Run it with ``python benchmarks/check_quality.py [--data FOLDER] [--list FILE]``. FOLDER has the layout that
``human_text.py`` describes; without it only our own items are measured. FILE gets every false alarm and every miss, for
reading, but of the sealed part only the items' ids. A fail counts as caught, whatever a recipe does with it; doubtful
verdicts are printed apart. Exit status 1 means that a goal is missed: the measured share is past it. "Not shown" means
too few cases to tell.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Literal

import planting_texts as texts
from figures import Figure
from grounded_text import demo_pairs
from human_text import genome_pairs, held_out, paragraphs, plain_pairs, real_contexts, refcoco_pairs
from judging import CLAIMS, WANTED, Bench, rule_checks
from labelled import Label, Pair, kappa, read_items, read_labels, settled
from planting import SAMPLERS, Frequencies, Planted, add_object, deny, presence, raise_count, swap_object, totals_of
from planting_places import Place, change_side, statements
from wordings import KNOWN_LEAKS, UNSEEN_LEAKS

SEED = 4
PRESENCE = ("answer_agreement", "objects")
"""Either may find that what is boxed is denied, or that what is absent is affirmed."""
NO_REPLY = ("refusal", "repetition", "echo", "shape", "length")
"""Any of these may find a refusal, an echo or an empty reply."""
REJECTING = (*WANTED, "shape", "length")
"""The checks whose failing is meant to reject; others tag, or measure how rich a text is."""

ALARM_GOALS = {"objects": 0.01, "counts": 0.01, "positions": 0.02, "answer_agreement": 0.005, "leaks": 0.002}
ALARM_GOALS |= {"refusal": 0.001, "repetition": 0.001, "truncation": 0.005}
CAPTION_OBJECTS = 0.015
TOGETHER = 0.03
KINDS: dict[str, tuple[Sequence[str], float | None]] = {
    "object_swapped": (("objects",), 0.85),
    "object_added": (("objects",), 0.85),
    "count_raised": (("counts",), 0.85),
    "total_lowered": (("counts",), 0.80),
    "side_changed": (("positions",), 0.90),
    "negation_flipped": (PRESENCE, 0.90),
    "leak": (("leaks",), 0.85),
    "refusal": (NO_REPLY, 0.98),
    "echo": (NO_REPLY, 0.98),
    "empty": (NO_REPLY, 0.98),
    "cut_word": (("truncation",), 0.98),
    "cut_sentence": (("truncation",), 0.95),
    "cut_clause": (("truncation",), 0.60),
    "natural_object": (("objects",), None),
    "natural_count": (("counts",), None),
    "natural_negation": (PRESENCE, None),
    "natural_other": (WANTED, None),
}
"""Kinds of labelled errors, who should find them, and the goal; errors written by hand count as co-occurring ones."""
SWAP_GOALS: dict[str, tuple[float, float | None]] = {
    "random": (0.95, None),
    "frequent": (0.92, None),
    "co-occurring": (0.85, 0.95),
}


def good_alarms(bench: Bench, pairs: Sequence[Pair], where: str, objects: float) -> Iterator[Figure]:
    """Measure false alarms of each check, and of all together, on good samples."""
    for name in WANTED:
        goal = objects if name == "objects" else ALARM_GOALS[name]
        unit = " (claims)" if name in CLAIMS else ""
        yield bench.alarms(f"{name}, {where}{unit}", pairs, (name,), goal, name in CLAIMS)
    yield bench.alarms(f"all together, {where}", pairs, REJECTING, TOGETHER)


def labelled_part(bench: Bench, part: Literal["dev", "sealed"], labels: dict[str, Label]) -> Iterator[Figure]:
    """Measure one part of the labelled items."""
    items = read_items(part)
    yield from good_alarms(bench, [p for i, p in items.items() if labels[i].label == "good"], "good", 0.01)
    bad = {i: label for i, label in labels.items() if i in items and label.label == "bad"}
    for kind, (checks, goal) in KINDS.items():
        those = [(items[i], label.words or "") for i, label in bad.items() if label.kind == kind]
        yield bench.catches(kind, those, checks, goal)
    yield bench.catches("any bad item, by any check", [(items[i], bad[i].words or "") for i in bad], REJECTING)


def planted_objects(bench: Bench, pairs: Sequence[Pair], known: Frequencies) -> Iterator[Figure]:
    """Measure swapped and added objects by sampler, the five weakly annotated classes apart."""
    pairs = bench.passing(pairs, ("objects",))
    for sampler in SAMPLERS:
        goal, with_doubtful = SWAP_GOALS[sampler]
        for change, put in (("swapped", swap_object), ("added", add_object)):
            draw = Random(f"{SEED}:{sampler}:{change}")
            put_in = (put(pair, sampler, known, draw) for pair in pairs)
            yield bench.catches(f"object {change}, {sampler}", _worded(put_in), ("objects",), goal, with_doubtful)
    draw = Random(SEED)
    weak = (add_object(pair, "co-occurring", known, draw, weak=True) for pair in pairs)
    yield bench.catches("object added, the five weak classes", _worded(weak), ("objects",))


def planted_counts(bench: Bench, pairs: Sequence[Pair]) -> Iterator[Figure]:
    """Measure raised counts and lowered totals, the classes that are boxed only in part apart."""
    pairs, draw = bench.passing(pairs, ("counts",)), Random(SEED)
    raised = [planted for pair in pairs if (planted := raise_count(pair, draw))]
    contexts = list({pair.context.id: pair.context for pair in pairs}.values())
    lowered = [planted for context in contexts for planted in totals_of(context, -1, draw)]
    right = [planted.pair for context in contexts for planted in totals_of(context, 0, draw)]
    for name, found, goal in (("count raised by 1 or 2", raised, 0.85), ("total lowered by 1", lowered, 0.80)):
        for weak in (False, True):
            those = [(p.pair, p.words) for p in found if p.weak == weak]
            title = f"{name}, weak classes" if weak else name
            yield bench.catches(title, those, ("counts",), None if weak else goal)
    yield bench.alarms("right totals", right, ("counts",), ALARM_GOALS["counts"])


def planted_sides(bench: Bench, pairs: Sequence[Pair], phrases: Iterable[Pair]) -> Iterator[Figure]:
    """Measure wrong sides in statements made from boxes and in people's phrases, and right statements."""
    draw = Random(SEED)
    contexts = list({pair.context.id: pair.context for pair in pairs}.values())
    wrong = [place for context in contexts for place in statements(context, False, draw)]
    right = [place.pair for context in contexts for place in statements(context, True, draw)]
    yield from _sides(bench, "side changed in statements", wrong)
    yield bench.alarms("right statements of side", right, ("positions",), ALARM_GOALS["positions"])
    flipped = [place for pair in phrases for turn in (1,) if (place := change_side(pair, turn))]
    yield from _sides(bench, "side changed in phrases", flipped)


def _sides(bench: Bench, name: str, places: Sequence[Place]) -> Iterator[Figure]:
    plain = [(place.pair, place.words) for place in places if place.decidable]
    yield Figure(f"{name}: decidable", "at least", len(plain), len(places), goal=0.60)
    yield bench.catches(f"{name}, decidable", plain, ("positions",), 0.90)


def planted_answers(bench: Bench, pairs: Sequence[Pair]) -> Iterator[Figure]:
    """Measure wrong and right answers to "is there", and denials of what is boxed."""
    pairs, draw = bench.passing(pairs, PRESENCE), Random(SEED)
    for name, there in (("yes to what is absent", False), ("no to what is there", True)):
        wrong = (presence(pair, False, there, draw) for pair in pairs)
        yield bench.catches(f"negation flipped: {name}", _worded(wrong), PRESENCE, 0.90)
    yield bench.catches("negation flipped: denied", _worded(deny(p, draw) for p in pairs), PRESENCE, 0.90)
    right = (presence(pair, True, number % 2 == 0, draw) for number, pair in enumerate(pairs))
    found = [answer.pair for answer in right if answer]
    yield bench.alarms("right answers to is-there questions", found, PRESENCE, ALARM_GOALS["answer_agreement"])


def planted_texts(bench: Bench, pairs: Sequence[Pair]) -> Iterator[Figure]:
    """Measure leaks in known and unseen wordings, replies that are none, and cuts."""
    for name, wordings, share in (("known", KNOWN_LEAKS, 1.0), ("unseen", UNSEEN_LEAKS, 0.85)):
        put = (texts.leak(pair, wordings[i % len(wordings)]) for i, pair in enumerate(pairs))
        yield bench.catches(f"leak, {name} wordings", _worded(put), ("leaks",), share, of_wordings=True)
    functions: dict[str, Callable[[Pair, int], Planted | None]]
    functions = {"refusal": texts.refuse, "echo": texts.echo, "empty reply": texts.empty}
    for name, function in functions.items():
        put = (function(pair, number) for number, pair in enumerate(pairs))
        yield bench.catches(f"{name}, wordings", _worded(put), NO_REPLY, 0.98, of_wordings=True)
    draw = Random(SEED)
    cut = [pair for both in pairs for pair in texts.cuts(both, draw)]
    for kind in ("cut_word", "cut_sentence", "cut_clause"):
        checks, goal = KINDS[kind]
        yield bench.catches(kind, _worded(planted for k, planted in cut if k == kind), checks, goal)


def _worded(planted: Iterable[Planted | None]) -> Iterator[tuple[Pair, str]]:
    return ((p.pair, p.words) for p in planted if p)


def planted_part(
    bench: Bench, pairs: Sequence[Pair], known: Frequencies, phrases: Iterable[Pair], answers: Sequence[Pair]
) -> Iterator[Figure]:
    """Measure all planted errors on good samples; ``answers`` are those long enough to be cut."""
    yield from planted_objects(bench, pairs, known)
    yield from planted_counts(bench, pairs)
    yield from planted_sides(bench, pairs, phrases)
    yield from planted_answers(bench, pairs)
    yield from planted_texts(bench, answers)


def real_texts(bench: Bench, folder: Path) -> Iterator[Figure]:
    """Measure false alarms on people's places and on bulk text without annotations."""
    for name, pairs in (("RefCOCO", refcoco_pairs(folder)), ("Visual Genome", genome_pairs(folder))):
        yield bench.alarms(f"positions, {name} (claims)", pairs, ("positions",), ALARM_GOALS["positions"], True)
    bulk: dict[str, list[Pair]] = {}
    for collection, pair in plain_pairs(folder):
        bulk.setdefault(collection, []).append(pair)
    for name in ("leaks", "refusal", "repetition", "truncation"):
        parts = [bench.alarms(f"{name}, {collection}", those, (name,), None) for collection, those in bulk.items()]
        hits, cases, doubtful = (sum(getattr(f, of) for f in parts) for of in ("hits", "cases", "doubtful"))
        absent = bench.absent((name,))
        yield Figure(f"{name}, all of these", "at most", hits, cases, doubtful, ALARM_GOALS[name], absent=absent)
        yield from parts


def self_test(bench: Bench) -> Iterator[Figure]:
    """Count what each check says of text that was written by rule from the same annotations."""
    pairs = demo_pairs()
    for name in bench.checks:
        yield bench.alarms(f"{name}, grounded", pairs, (name,), None)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of real annotations, as human_text.py describes it")
    parser.add_argument("--list", type=Path, dest="listed", help="file for every false alarm and every miss")
    given = parser.parse_args()
    bench = Bench(rule_checks())
    print(f"checks: {', '.join(bench.checks)}; not there: {', '.join(bench.lacking(WANTED)) or 'none'}")
    first, second = read_labels("first"), read_labels("second")
    agreement, both = kappa(first, second)
    print(
        f"kappa of the two readers on the sealed part: {f'{agreement:.2f}, n={both}' if both else 'no second reader'}"
    )
    dev, sealed = read_items("dev"), read_items("sealed")
    labels = {"dev": settled(first, second, "dev"), "sealed": settled(first, second, "sealed")}
    good = [p for i, p in (dev | sealed).items() if (first[i].label == "good")]
    real = real_contexts(given.data) if given.data else []
    known = Frequencies([*real, *{pair.context.id: pair.context for pair in good}.values()])
    sections: list[tuple[str, Iterable[Figure]]] = [
        ("our own items, dev", labelled_part(bench, "dev", labels["dev"])),
        ("our own items, sealed", labelled_part(bench, "sealed", labels["sealed"])),
        ("planted into our own good items", planted_part(bench, good, known, (), good)),
        ("self-test, no figure of quality: what the teacher grounded writes", self_test(bench)),
    ]
    if given.data:
        captions = list(held_out(real))
        phrases = refcoco_pairs(given.data, alone=True)
        sections += [
            (
                "people's captions, by boxes and the other captions",
                good_alarms(bench, captions, "captions", CAPTION_OBJECTS),
            ),
            ("people's text in bulk", real_texts(bench, given.data)),
            ("planted into people's captions", planted_part(bench, captions, known, phrases, list(paragraphs(real)))),
        ]
    missed = 0
    for title, figures in sections:
        bench.part = title
        print(f"\n{title}")
        for figure in figures:
            print(figure.line(), flush=True)
            missed += figure.standing == "missed"
    if given.listed:
        bench.write(given.listed)
    print(f"\n{missed} goals missed" if missed else "\nno goal missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
