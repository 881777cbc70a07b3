"""How well copies of pictures and questions of benchmarks are found, by planting them; and in how much memory.

    python benchmarks/cleaning.py [--data FOLDER] [--rows 1000000]

FOLDER holds real annotations and pictures (benchmarks/human_text.py says how it is laid out); without it the demo's
photos and the labelled items serve. Each photo is planted shrunk, encoded again, cropped, and all of it; its quarters
count as further pictures. Each question is planted with 10, 20 and 30 % of its words changed. Paraphrases need
``instructgen[embedding]``. With --rows, peak memory over so many rows. Exit status 1 past a goal or a limit.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from cleaning_pictures import planted_pictures
from cleaning_rows import measure_rows
from figures import Figure
from human_text import plain_texts

from instructgen import checks
from instructgen.checks.words import split
from instructgen.component import Component, Site, resolve
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.protocols import RunCheck
from instructgen.records import Image, Origin, Sample, Turn, Verdict

ROOT = Path(__file__).resolve().parent.parent
PRECISION, RECALL = 0.95, 0.90
CHANGES = (0.1, 0.2, 0.3)
LEAST_WORDS = 8
ORIGIN = Origin(context="", task="t", attempt=1, teacher="t", model="m", prompt="", seeds="", slots=(), requests=())


def built(name: str, fields: dict[str, Any], root: Path | None = None) -> RunCheck:
    """Build a check as a recipe does."""
    kind = resolve(name, checks.TABLE, "check", "benchmark")
    assert issubclass(kind, Component)
    check: object = kind.build(fields, Site(name, Library(()), root), f"checks.{name}")
    assert isinstance(check, RunCheck)
    return check


def sample(name: str, text: str, picture: str | None = None) -> Sample:
    """Make a sample of one question, or about one picture."""
    turns = (Turn(role="human", text=text), Turn(role="gpt", text="Yes."))
    images = (Image(path=picture),) if picture else ()
    origin = ORIGIN.model_copy(update={"context": name})
    return Sample(id=f"{name}/t/0", task="t", images=images, turns=turns, origin=origin)


def told(verdict: Verdict) -> str:
    """Give what a verdict says that a sample repeats."""
    return str(verdict.evidence[0].contradicts)


def shown(figures: Sequence[Figure]) -> bool:
    """Print figures; tell whether none misses its goal."""
    for figure in figures:
        print(figure.line(), flush=True)
    return all(figure.standing != "missed" for figure in figures)


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────


def pictures(folder: Path, work: Path) -> bool:
    """Plant copies of pictures, look for them among all, and in half of them as a benchmark's."""
    planted = planted_pictures(folder, work)
    print(f"\npictures: {len(planted.whole)} of {planted.photos} photos; each planted {len(planted.copies)} times")
    names = [*planted.whole, *(name for names in planted.copies.values() for name in names)]
    found = {
        name.split("/")[0]: told(verdict).removeprefix("the picture of ").split("/")[0]
        for name, verdict in built("duplicate_images", {}, work).verdicts(sample(n, "<image>", n) for n in names)
    }
    # A copy may repeat another copy; one of a picture that was itself taken for another's names that one.
    right = {copy for copy, first in found.items() if planted.of.get(copy) == planted.of.get(first, first)}
    follow = {c for c, first in found.items() if c in planted.of and found.get(planted.of[c]) == first}
    figures = [
        Figure(f"copies found, {kind}", "at least", len(right & set(copies)), len(copies), goal=RECALL)
        for kind, copies in planted.copies.items()
    ]
    figures.append(Figure("found that are copies", "at least", len(right), len(found) - len(follow), goal=PRECISION))
    held = shown(figures)
    wrong = sorted({(copy[:5], found[copy][:5]) for copy in set(found) - right - follow})
    print(f"    photos taken for one: {', '.join(f'{one} and {other}' for one, other in wrong) or 'none'}")
    bench = work / "benchmark"
    bench.mkdir()
    for name in planted.whole[::2]:
        (bench / name).hardlink_to(work / name)
    theirs = {"benchmark/" + name for name in planted.whole[::2]}
    mine = [name for name in names if name not in planted.whole]
    check = built("contamination", {"images": bench}, work)
    hits = {
        name.split("/")[0]: told(verdict).removeprefix("the picture of ")
        for name, verdict in check.verdicts(sample(n, "<image>", n) for n in mine)
    }
    due = {copy for copy in mine if "benchmark/" + planted.of[copy] in theirs}
    right = {copy for copy, place in hits.items() if place == "benchmark/" + planted.of[copy]}
    return held & shown(
        [
            Figure("benchmark's pictures found", "at least", len(right), len(due), goal=RECALL),
            Figure("found that are a benchmark's", "at least", len(right), len(hits), goal=PRECISION),
        ]
    )


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────


def questions(folder: Path | None) -> list[str]:
    """Give people's questions, or sentences of the labelled items, each once."""
    if folder is not None:
        found = [text for kind, text in plain_texts(folder) if kind == "questions"]
    else:
        lines = (ROOT / "tests/data/labelled/dev.jsonl").read_text(encoding="utf-8").splitlines()
        found = [turn["text"] for line in lines for turn in json.loads(line)["turns"]]
        found = [part for text in found for part in text.replace("? ", "?\n").replace(". ", ".\n").splitlines()]
    once = dict.fromkeys(" ".join(split(text.lower().replace("<image>", " "))) for text in found)
    return [text for text in once if len(text.split()) >= LEAST_WORDS]


def changed(text: str, share: float, others: Sequence[str], draw: Random) -> str:
    """Give a text with a share of its words, rounded down, replaced by other texts' words."""
    words = text.split()
    for at in draw.sample(range(len(words)), int(share * len(words))):
        words[at] = next(w for w in iter(lambda: draw.choice(others), None) if w != words[at])
    return " ".join(words)


def edits(some: Sequence[str], others: Sequence[str]) -> int:
    """Give the fewest words that are to be changed, added or taken out to make one text of the other."""
    row = list(range(len(others) + 1))
    for number, word in enumerate(some, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(others, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]


def texts(folder: Path | None, work: Path) -> bool:
    """Plant questions of a benchmark with words changed, among as many others."""
    draw = Random(7)
    every = questions(folder)
    draw.shuffle(every)
    asked, others = every[: len(every) // 2], every[len(every) // 2 :]
    vocabulary = [word for text in every for word in text.split()]
    file = work / "questions.jsonl"
    file.write_text("".join(json.dumps({"question": text}) + "\n" for text in asked), encoding="utf-8")
    planted = {
        f"{share}-{number}": changed(text, share, vocabulary, draw)
        for share in CHANGES
        for number, text in enumerate(asked)
    }
    given = planted | {f"other-{number}": text for number, text in enumerate(others)}
    check = built("contamination", {"files": [file]})
    found = {
        name.split("/")[0]: int(told(verdict).rpartition(" ")[2]) - 1
        for name, verdict in check.verdicts(sample(n, text) for n, text in given.items())
    }
    print(f"\nquestions: {len(asked)} of a benchmark, each planted {len(CHANGES)} times; {len(others)} others")
    figures = [
        Figure(
            f"found with {share:.0%} of the words changed",
            "at least",
            sum(f"{share}-{number}" in found for number in range(len(asked))),
            len(asked),
            goal=RECALL,
        )
        for share in CHANGES
    ]
    near = [_near(given[name], asked[number]) for name, number in found.items()]
    figures.append(Figure("found that have at most 30 % changed", "at least", sum(near), len(near), goal=PRECISION))
    figures.append(Figure("found that were planted", "at least", sum(n in planted for n in found), len(found)))
    held = shown(figures)
    for name in [name for name in found if name not in planted][:5]:
        print(f"    not planted: {given[name]} | {asked[found[name]]}")
    return held


def _near(one: str, other: str) -> bool:
    some, others = one.split(), other.split()
    return edits(some, others) <= 0.3 * max(len(some), len(others)) + 1e-9


def paraphrases(folder: Path | None, work: Path) -> None:
    """Plant paraphrases of a benchmark's questions among others, at several bounds."""
    lines = (ROOT / "benchmarks/paraphrases.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" | ") for line in lines]
    file = work / "paraphrased.jsonl"
    file.write_text("".join(json.dumps({"question": one}) + "\n" for one, _ in pairs), encoding="utf-8")
    others = questions(folder)[:1000]
    given = [*(other for _, other in pairs), *others]
    print(f"\nparaphrases: {len(pairs)} pairs, {len(others)} other questions")
    for least in (0.6, 0.65, 0.7, 0.75, 0.8, 0.85):
        check = built("contamination", {"files": [file], "paraphrases": least, "changed": 0.0, "min_words": 5})
        found = {
            int(name.split("/")[0]): int(told(verdict).rpartition(" ")[2]) - 1
            for name, verdict in check.verdicts(sample(str(n), text) for n, text in enumerate(given))
        }
        right = sum(number == place for number, place in found.items())
        shown(
            [
                Figure(f"found at a cosine of {least}", "at least", right, len(pairs)),
                Figure("    found that are paraphrases", "at least", right, len(found)),
            ]
        )


def parts(folder: Path | None, rows: int | None) -> Iterator[bool]:
    """Measure part by part."""
    with tempfile.TemporaryDirectory() as name:
        yield pictures(folder or ROOT / "pipelines/demo/images", Path(name))
        yield texts(folder, Path(name))
        try:
            paraphrases(folder, Path(name))
        except SetupError as error:
            print(f"  {error}")
    if rows:
        yield measure_rows(rows)


def main() -> None:
    """Measure, print, and tell by the exit status whether goals and limits hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rows", type=int)
    given = parser.parse_args()
    held = list(parts(given.data, given.rows))
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
