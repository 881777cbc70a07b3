"""No input; microseconds a sample out, for each rule check and for all of them: limit 1,500 samples a second and core.

The sample has three questions and answers, 200 words, as a language model writes them; its context has five captions
and eight boxes, and three samples share one. Run it with ``python benchmarks/checks_speed.py``; the ratio is against
`str.split` over the same text, which says how busy the machine is. Exit status 1 past the limit.
"""

import sys
import time

from instructgen.checks import TABLE
from instructgen.component import Component, Site, resolve
from instructgen.library import Library
from instructgen.protocols import Check
from instructgen.records import Box, Context, Image, Origin, Sample, Turn

LIMIT = 1500
SHARED = 3
"""Samples of one context."""

OWN_WORDS = [
    "You are looking at a photograph and talk about it with someone who asks questions. " * 12,
    "The woman stands at the counter and hands a paper bag across it to a man in a grey coat. " * 12,
]
TURNS = [
    "<image>\nHow many people are in the kitchen, and what are they doing?",
    "There are three people in the kitchen. Two of them stand at the counter on the left and chop vegetables on a "
    "wooden board, while the third one, a man in a striped apron, stirs a large pot on the stove in the background.",
    "Is there a window in the room?",
    "Yes, there is a wide window above the sink. Daylight falls through it onto the counter, and a few potted herbs "
    "are lined up on the sill. Beyond the glass you can make out the branches of a tree.",
    "What suggests that they are cooking for a larger group?",
    "The pot on the stove is unusually large, and there is far more food on the counter than three people could eat: "
    "a whole crate of tomatoes, several loaves of bread and a stack of at least ten plates. The plates in particular "
    "show that more guests are expected, since the table for the cooks would need only three of them. The way the "
    "work is divided, with each person busy at one task, also fits the preparation of a meal for many. The apron is "
    "blue.",
]


CAPTIONS = (
    "Three people are cooking together in a kitchen.",
    "Two women chop vegetables while a man in a striped apron stirs a pot.",
    "A kitchen with a wide window above the sink, and food on the counter.",
    "People prepare a large meal with tomatoes, bread and a stack of plates.",
    "a man stirring something in a big pot next to two women",
)
BOXES = (
    *[("person", 0.05, 0.2, 0.25, 0.9), ("person", 0.2, 0.22, 0.4, 0.9), ("person", 0.62, 0.15, 0.85, 0.95)],
    *[("sink", 0.4, 0.5, 0.58, 0.6), ("oven", 0.66, 0.55, 0.95, 0.98), ("dining table", 0.02, 0.55, 0.5, 0.98)],
    *[("potted plant", 0.42, 0.3, 0.46, 0.4), ("bowl", 0.3, 0.52, 0.38, 0.58)],
)


def checks() -> dict[str, Check]:
    """Build the rule checks with their default fields."""
    site = Site("bench", Library(()), own_words={"conversation": OWN_WORDS})
    built: dict[str, Check] = {}
    for name in TABLE:
        found = resolve(name, TABLE, "check", "benchmark")
        assert issubclass(found, Component)
        if hasattr(found, "verdict"):
            check = found.build({}, site, f"checks.{name}")
            assert isinstance(check, Check)
            built[name] = check
    return built


def context(number: int) -> Context:
    """Give a context of its own: what a check keeps of the one before must not help it."""
    boxes = tuple(Box(label=label, x1=x1, y1=y1, x2=x2, y2=y2) for label, x1, y1, x2, y2 in BOXES)
    return Context(id=str(number), row=number, images=(Image(path="1.jpg"),), captions=CAPTIONS, boxes=boxes)


def sample() -> Sample:
    """Give the sample that is judged."""
    turns = tuple(Turn(role="gpt" if number % 2 else "human", text=text) for number, text in enumerate(TURNS))
    task = "conversation"
    origin = Origin(
        context="1", task=task, attempt=0, teacher="t", model="m", prompt="p", seeds="s", slots=(), requests=()
    )
    return Sample(id=f"1/{task}/0", task=task, images=(Image(path="1.jpg"),), turns=turns, origin=origin)


def main() -> None:
    """Measure and print."""
    text = "\n".join(turn.text for turn in sample().turns)
    contexts = [context(number) for number in range(400)]

    def best(*several: Check) -> float:
        verdicts = [check.verdict(sample(), contexts[0]) for check in several]
        assert all(verdict.outcome != "fail" for verdict in verdicts), verdicts
        times = []
        for _ in range(5):
            pairs = [(sample(), one) for one in contexts for _ in range(SHARED)]
            begun = time.process_time()
            for judged, one in pairs:
                for check in several:
                    check.verdict(judged, one)
            times.append((time.process_time() - begun) / len(pairs))
        return min(times) * 1e6

    built = checks()
    times = {name: best(check) for name, check in built.items()}
    together = best(*built.values())
    rounds = 2000
    begun = time.process_time()
    for _ in range(rounds):
        text.split()
    split = (time.process_time() - begun) / rounds * 1e6
    print(f"{len(text.split())} words, {len(text)} characters; each alone, then all, which read a sample once:")
    for name, taken in times.items():
        print(f"{name:16} {taken:7.1f} µs")
    held = 1e6 / together >= LIMIT
    print(
        f"{'all':16} {together:7.1f} µs ({together / split:.1f} × str.split of the text): "
        f"{1e6 / together:.0f} samples/s, limit {LIMIT}: {'ok' if held else 'PAST'}"
    )
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
