"""A number of rows in; peak memory and seconds of each check that goes over a run's pictures or questions out.

Each is measured in a process of its own. Texts are drawn from a made-up vocabulary whose words are as unevenly frequent
as people's; pictures are prints of noise with the spectrum of photographs, since a million photos would have to be
decoded first: a tenth repeats an earlier one with noise.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from instructgen.checks import duplicate_images, picture_prints
from instructgen.component import Site
from instructgen.library import Library
from instructgen.records import Image, Origin, Sample, Turn

MEGABYTES_LIMIT = 700
KINDS = ("duplicate_images", "near_duplicates", "contamination")
_BENCHMARK = 100_000
"""Questions of the benchmark that rows are held against."""
_AT_ONCE = 10_000
_VOCABULARY = 50_000
"""Words; the one of rank r is as frequent as 1 in r + 2.7 (Mandelbrot)."""
_ORIGIN = Origin(context="", task="t", attempt=1, teacher="t", model="m", prompt="", seeds="", slots=(), requests=())


def measure_rows(rows: int) -> bool:
    """Measure all kinds; print, and tell whether the limit holds."""
    print(f"\n{rows} rows (limit {MEGABYTES_LIMIT} MB)")
    held = True
    for kind in KINDS:
        child = subprocess.run(
            [sys.executable, __file__, kind, str(rows)], capture_output=True, text=True, check=True, env=os.environ
        )
        found = json.loads(child.stdout)
        held &= found["megabytes"] <= MEGABYTES_LIMIT
        print(
            f"  {kind:18} {found['megabytes']:.0f} MB, {found['seconds']:.0f} s, "
            f"{found['found']} found of {found['planted']} planted",
            flush=True,
        )
    return held


def questions(rows: int, planted: bool) -> Iterator[str]:
    """Give questions of 12 words; where ``planted``, each tenth is one of a hundred rows before, two words changed."""
    draw = np.random.default_rng(1)
    often = np.cumsum(1 / (np.arange(_VOCABULARY) + 2.7))
    before: list[list[int]] = []
    for start in range(0, rows, _AT_ONCE):
        words = np.searchsorted(often, draw.random((min(_AT_ONCE, rows - start), 12)) * often[-1]).tolist()
        for number, row in enumerate(words):
            if planted and number % 10 == 9 and len(before) > 100:
                row = list(before[-100])
                row[3], row[8] = 900_001, 900_002
            before = [*before[-100:], row] if planted else []
            yield " ".join(f"w{word}" for word in row)


def _sample(number: int, text: str) -> Sample:
    turns = (Turn.model_construct(role="human", text=text), Turn.model_construct(role="gpt", text="Yes."))
    origin = _ORIGIN.model_copy(update={"context": str(number)})
    images = (Image.model_construct(path=f"{number:012d}.jpg"),)
    return Sample.model_construct(id=f"{number:012d}/t/0", task="t", images=images, turns=turns, origin=origin)


def prints(rows: int) -> Iterator[bytes]:
    """Give prints; a tenth of each ten thousand repeats one of the ten thousand before."""
    draw = np.random.default_rng(0)
    side = picture_prints.SIDE
    waves = np.hypot(np.fft.rfftfreq(side)[None, :], np.fft.fftfreq(side)[:, None])
    fall = 1 / np.maximum(waves, 1 / side) ** 1.1
    old: Any = None
    for start in range(0, rows, _AT_ONCE // 10):
        count = min(_AT_ONCE // 10, rows - start)
        noise = draw.standard_normal((count, side, side // 2 + 1)) + 1j * draw.standard_normal((count, side, 17))
        grey = np.fft.irfft2(noise * fall, (side, side))
        grey *= draw.uniform(25, 60, (count, 1, 1)) / grey.std((1, 2), keepdims=True)
        grey += draw.uniform(80, 170, (count, 1, 1))
        colours = 128 + draw.standard_normal((count, 128)) * 4 + draw.standard_normal((count, 1)) * 10
        rows_of = np.concatenate([grey.reshape(count, -1), colours], axis=1)
        if old is not None:
            own = old[5 : min(count, len(old)) : 10]  # none that is a copy itself: noise would add up
            rows_of[: 10 * len(own) : 10] = own + draw.integers(-3, 4, own.shape)
        old = rows_of
        yield from (row.tobytes() for row in np.clip(rows_of, 0, 255).astype(np.uint8))


def duplicates(rows: int) -> tuple[int, int]:
    """Look for copies among prints."""
    with tempfile.TemporaryFile() as file:
        taken = duplicate_images.TakenPrints(file)
        for number, data in enumerate(prints(rows)):
            taken.add(_sample(number, "<image>"), [data])
        return len(taken.repeats()), sum(
            (min(_AT_ONCE // 10, rows - start) + 4) // 10 for start in range(_AT_ONCE // 10, rows, _AT_ONCE // 10)
        )


def near_duplicates(rows: int) -> tuple[int, int]:
    """Look for questions that repeat earlier ones."""
    from instructgen.checks.near_duplicates import NearDuplicatesCheck

    check = NearDuplicatesCheck.build({"by": "words"}, Site("near_duplicates", Library(())), "benchmark")
    given = (_sample(number, text) for number, text in enumerate(questions(rows, planted=True)))
    return sum(1 for _ in check.verdicts(given)), rows // 10


def contamination(rows: int) -> tuple[int, int]:
    """Look for a benchmark's questions: the first ones are its own."""
    from instructgen.checks.contamination import ContaminationCheck

    with tempfile.TemporaryDirectory() as name:
        file, number = Path(name) / "questions.jsonl", min(_BENCHMARK, rows)
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps({"question": text}) + "\n" for text in questions(number, planted=False))
        check = ContaminationCheck.build({"files": [file]}, Site("contamination", Library(())), "benchmark")
        given = (_sample(number, text) for number, text in enumerate(questions(rows, planted=False)))
        return sum(1 for _ in check.verdicts(given)), number


def main() -> None:
    """Measure one kind; print what came of it as JSON."""
    kind, rows = sys.argv[1], int(sys.argv[2])
    started = time.monotonic()
    work = {"duplicate_images": duplicates, "near_duplicates": near_duplicates, "contamination": contamination}[kind]
    found, planted = work(rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"megabytes": peak, "seconds": time.monotonic() - started, "found": found, "planted": planted}))


if __name__ == "__main__":
    main()
