"""No input; microseconds a sample out, for each rule check and for all of them.

The sample has three questions and answers, about 250 tokens, as a language model writes them. Run it with
``python benchmarks/checks_speed.py``; the ratio is against `str.split` over the same text, which says how busy the
machine is.
"""

from timeit import repeat

from instructgen.checks import TABLE
from instructgen.component import Component, Site, resolve
from instructgen.library import Library
from instructgen.protocols import Check
from instructgen.records import Context, Image, Origin, Sample, Turn

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


def checks() -> dict[str, Check]:
    """Build the rule checks with their default fields."""
    site = Site("bench", Library(()), own_words={"conversation": OWN_WORDS})
    built: dict[str, Check] = {}
    for name in TABLE:
        found = resolve(name, TABLE, "check", "benchmark")
        assert issubclass(found, Component)
        check = found.build({}, site, f"checks.{name}")
        if isinstance(check, Check):
            built[name] = check
    return built


def sample() -> Sample:
    """Give the sample that is judged."""
    turns = tuple(Turn(role="gpt" if number % 2 else "human", text=text) for number, text in enumerate(TURNS))
    task = "conversation"
    origin = Origin(
        context="1", task=task, attempt=0, teacher="t", model="m", prompt="p", seeds="s", slots=(), requests=()
    )
    return Sample(id=f"1/{task}/0", task=task, images=(Image(path="1.jpg"),), turns=turns, origin=origin)


def main() -> None:
    judged, context = sample(), Context(id="1", row=0)
    text = "\n".join(turn.text for turn in judged.turns)
    rounds = 2000

    def best(*several: Check) -> float:
        # A sample of its own each time: what a check keeps of the sample before must not help it.
        fresh = [sample() for _ in range(rounds)]
        assert all(check.verdict(judged, context).outcome == "pass" for check in several)
        work = lambda: [check.verdict(one, context) for one in fresh for check in several]  # noqa: E731
        return min(repeat(work, number=1, repeat=5)) / rounds * 1e6

    built = checks()
    times = {name: best(check) for name, check in built.items()}
    together = best(*built.values())
    split = min(repeat(lambda: text.split(), number=rounds, repeat=5)) / rounds * 1e6
    print(f"{len(text.split())} words, {len(text)} characters")
    for name, time in times.items():
        print(f"{name:12} {time:7.1f} µs")
    print(f"{'all':12} {together:7.1f} µs  ({together / split:.1f} × str.split of the text)")


if __name__ == "__main__":
    main()
