"""158,000 samples as LLaVA JSON and train2017's annotations in; peak memory and speed of ``instructgen check`` out.

    python benchmarks/check_large.py [--samples 158000] [--plain] [FOLDER]

The dataset (229 MB, as large as LLaVA-Instruct-158K) is made by rule from a fixed seed, its words from short lists or
made up of syllables; 1 in 200 samples holds a planted refusal, leak or loop. Memory is that of all processes together,
each page that they share counted once (PSS, looked at 20 times a second). Limit: 400 MB. Exit status 1 past it.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from coco_size import default_folder, make

LIMIT_MB = 400
SAMPLES = 158_000
_CHARACTERS = 1245
"""Of a sample's text, so that 158,000 rows make 229 MB."""

_THINGS = ["man", "woman", "dog", "bench", "kitchen", "plate", "train", "child", "horse", "window", "street", "tree"]
_DOINGS = ["stands", "sits", "rests", "waits", "lies", "leans"]
_LOOKS = ["small", "large", "red", "blue", "wooden", "bright", "old", "green", "white", "grey"]
_PLACES = ["beside", "close to", "near", "not far from", "along with", "next to"]
_SYLLABLES = ["ba", "den", "fi", "gol", "ha", "kim", "lo", "mar", "ne", "pol", "ri", "sa", "tun", "va", "wes", "zo"]
_PLANTED = (
    "I'm sorry, but I cannot see the image.",
    "According to the captions, it is a quiet day.",
    "very very very very very very very very very very very very",
)


def dataset(folder: Path, number: int) -> Path:
    """Give the dataset, made where the folder does not hold it."""
    captions, _ = make(folder)
    path = folder / f"llava_{number}.json"
    if not path.is_file():
        with captions.open("rb") as file:
            head = file.read(60 << 20).partition(b'"annotations"')[0]
        images = [int(found) for found in re.findall(rb'"id": (\d+)\}', head)]
        making = path.with_suffix(".tmp")
        with making.open("w", encoding="ascii") as out:
            for at, row in enumerate(rows(images, number)):
                out.write(("," if at else "[") + json.dumps(row))
            out.write("]")
        making.rename(path)
    return path


def rows(images: list[int], number: int) -> Iterator[dict[str, object]]:
    """Give rows as LLaVA writes them: half a single question, a third a dialogue, the rest a description."""
    draw = random.Random(5)
    for at in range(number):
        image = f"{images[at % len(images)]:012d}"
        answers = draw.choices([1, 3, 4], [5, 2, 1])[0]
        turns: list[dict[str, str]] = []
        for turn in range(answers):
            question = f"What can be seen {draw.choice(_PLACES)} the {draw.choice(_THINGS)}?"
            turns.append({"from": "human", "value": question if turn else f"<image>\n{question}"})
            turns.append({"from": "gpt", "value": answer(draw, _CHARACTERS // answers)})
        if at % 200 == 0:
            turns[-1]["value"] += " " + draw.choice(_PLANTED)
        yield {"id": image, "image": f"{image}.jpg", "conversations": turns}


def answer(draw: random.Random, characters: int) -> str:
    """Give sentences of about so many characters."""
    said = ""
    while len(said) < characters - 60:
        thing, other = draw.sample(_THINGS, 2)
        one, two, three = ("".join(draw.choices(_SYLLABLES, k=3)) for _ in range(3))
        said += f"A {draw.choice(_LOOKS)} {thing} {draw.choice(_DOINGS)} {draw.choice(_PLACES)} the {one} {other}, "
        said += f"with {two} and {three}. "
    return said.rstrip()


def family(process: int) -> list[int]:
    """Give a process and all below it."""
    found = [process]
    for parent in found:
        try:
            found += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        except OSError:
            continue
    return found


def memory(processes: list[int]) -> float:
    """Give the megabytes of some processes, pages that they share counted once."""
    kilobytes = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        kilobytes += int(re.search(r"^Pss: +(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    return kilobytes * 1024 / 1e6


def measured(command: list[str]) -> tuple[float, float, float, str]:
    """Run a command; give its peak of megabytes, its seconds, those of its processors, and what it printed."""
    started, before, peak = time.perf_counter(), os.times(), 0.0
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while child.poll() is None:
        peak = max(peak, memory(family(child.pid)))
        time.sleep(0.05)
    assert child.stdout is not None
    said = child.stdout.read()
    assert child.returncode == 0, f"instructgen check ended with {child.returncode}"
    after = os.times()
    spent = sum(after[2:4]) - sum(before[2:4])
    return peak, time.perf_counter() - started, spent, said


def main() -> int:
    """Measure, print and compare with the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--plain", action="store_true", help="without annotations")
    given = parser.parse_args()
    path = dataset(given.folder, given.samples)
    captions, instances = make(given.folder)
    verdicts = given.folder / "verdicts.jsonl"
    command = [sys.executable, "-m", "instructgen", "check", str(path), "--verdicts", str(verdicts), "--json"]
    if not given.plain:
        command += ["--captions", str(captions), "--instances", str(instances)]
    peak, seconds, spent, said = measured(command)
    found = json.loads(said)
    assert found["samples"] == given.samples, found
    print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB; verdicts {verdicts.stat().st_size / 1e6:.0f} MB")
    print(f"{found['samples']} samples, {found['grounded']} with annotations, {found['shares']['reject']:.2%} rejected")
    print(f"{seconds:.1f} s ({spent:.1f} s CPU), {given.samples / seconds:.0f} samples/s")
    print(f"peak {peak:.0f} MB (limit {LIMIT_MB})  {'ok' if peak <= LIMIT_MB else 'PAST'}")
    return 0 if peak <= LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
