"""Pictures on disk in; pictures/s that the teacher's own path prepares, beside bare loops on the same cores, out.

    python benchmarks/images.py                         # 10,000 pictures as they are, 200 encoded anew, 5 rounds
    python benchmarks/images.py --pictures 2000 --rounds 3

The pictures are JPEGs of about 150 kB, drawn without noise: 200 different ones, each copied to files of its own, read
once before the clock starts, so that they come from the page cache. *As it is*: ``Pictures`` reads each, digests it for
the request's identity, looks at header and end mark and writes its data URL as JSON, 64 requests at a time on uvloop.
The bare loop reads, hashes (SHA-256) and base64-encodes. *Encoded anew*: the same pictures shrunk to 512 pixels; the
bare loop opens, drafts, resizes, saves and base64-encodes with Pillow. Bare loops run in one thread and in one thread a
core; the quicker one counts. Rounds alternate; the median of their ratios is held to the limit. Exit status 1 where one
is missed.
"""

import argparse
import asyncio
import base64
import hashlib
import io
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import uvloop
from PIL import Image as Pillow

from instructgen.pictures.fit import Limits
from instructgen.records import Image
from instructgen.teachers.pictures import Pictures

LIMIT = 0.80
DISTINCT, IN_FLIGHT, SIDE = 200, 64, 512
CORES = len(os.sched_getaffinity(0))
Loop = Callable[[Path, Sequence[str]], None]


def photograph(seed: int, width: int = 1120, height: int = 840) -> bytes:
    """Draw something with the detail of a photograph: waves of many lengths, patches with edges."""
    draw = np.random.default_rng(seed)
    speeds, starts = draw.uniform(-0.08, 0.08, (2, 24)), draw.uniform(0, 6, 24)
    speeds[:, 18:] *= 10
    down, across = np.outer(np.arange(height), speeds[0]), np.outer(speeds[1], np.arange(width)) + starts[:, None]
    tall, wide = np.concatenate((np.sin(down), np.cos(down)), axis=1), np.concatenate((np.cos(across), np.sin(across)))
    strength = [np.tile(draw.uniform(2, 8, 24), 2) for _ in range(3)]
    canvas = np.stack([120 + (tall * of_channel) @ wide for of_channel in strength], axis=2)
    for _ in range(60):
        left, top, width_of, height_of = (int(n) for n in draw.integers(8, (width, height, 260, 260)))
        canvas[top : top + height_of, left : left + width_of] += draw.uniform(-50, 50, 3)
    out = io.BytesIO()
    Pillow.fromarray(np.clip(canvas, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()


def lay_out(folder: Path, pictures: int) -> list[str]:
    """Write the pictures; give their names."""
    names = [f"{n % 100:02}/{n:06}.jpg" for n in range(pictures)]
    for below in range(min(100, pictures)):
        (folder / f"{below:02}").mkdir()
    for n, name in enumerate(names):
        if n < DISTINCT:
            (folder / name).write_bytes(photograph(n))
        else:
            shutil.copyfile(folder / names[n % DISTINCT], folder / name)
    return names


# ── both ways ────────────────────────────────────────────────────────────────────────────────────────────────


def bare_as_it_is(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        with open(folder / name, "rb") as file:  # noqa: PTH123
            data = file.read()
        hashlib.sha256(data).hexdigest()
        base64.b64encode(data)


def bare_encoded(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        with Pillow.open(folder / name) as opened:
            scale = SIDE / max(opened.size)
            size = int(opened.width * scale), int(opened.height * scale)
            opened.draft("RGB", size)
            picture = opened.resize(size, Pillow.Resampling.LANCZOS)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=90)
        base64.b64encode(out.getvalue())


def threaded(loop: Loop, folder: Path, names: Sequence[str]) -> None:
    """Run a bare loop in one thread a core."""
    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(partial(loop, folder), [names[n::CORES] for n in range(CORES)]))


def ours(limits: Limits, folder: Path, names: Sequence[str]) -> None:
    """Prepare pictures as ``openai_chat`` does: read ahead, identity, URL."""

    async def prepare(pictures: Pictures, left: list[str]) -> None:
        while left:
            images = (Image(path=left.pop()),)
            await pictures.read_ahead(images)
            pictures.digests(images)
            await pictures.urls(images)

    async def all_of_them() -> None:
        pictures, left = Pictures(folder, limits), list(reversed(names))
        await asyncio.gather(*[prepare(pictures, left) for _ in range(IN_FLIGHT)])

    uvloop.run(all_of_them())


def seconds(run: Callable[[], None]) -> tuple[float, float]:
    """Give wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def compare(what: str, bare: Loop, limits: Limits, folder: Path, names: Sequence[str], rounds: int) -> bool:
    """Print the figures of one way; tell whether the limit is kept."""
    runs = {
        "bare, 1 thread": partial(bare, folder, names),
        f"bare, {CORES} threads": partial(threaded, bare, folder, names),
        "Pictures": partial(ours, limits, folder, names),
    }
    for run in runs.values():  # warm
        run()
    taken = [{name: seconds(run) for name, run in runs.items()} for _ in range(rounds)]
    *bares, mine = runs
    for name in runs:
        wall, cpu = (statistics.median(each[name][part] for each in taken) for part in (0, 1))
        print(f"  {name:18} {len(names) / wall:8,.0f} a second {1000 * cpu / len(names):8.3f} ms CPU a picture")
    ratios = sorted(min(each[name][0] for name in bares) / each[mine][0] for each in taken)
    ratio = statistics.median(ratios)
    kept = ratio >= LIMIT
    print(f"  {what}: {ratio:.0%} of the quicker bare loop, rounds {ratios[0]:.0%} to {ratios[-1]:.0%}; ", end="")
    print(f"limit {LIMIT:.0%}: {'kept' if kept else 'missed'}", flush=True)
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures prepared beside bare loops.")
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--encoded", type=int, default=200, help="pictures that are encoded anew")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        names = lay_out(folder, given.pictures)
        size = sum((folder / name).stat().st_size for name in names) / len(names)
        print(f"{len(names):,} JPEGs, {size / 1000:.0f} kB on average, from the page cache; {CORES} cores", flush=True)
        plain, shrunk = Limits(5_000_000, 2048), Limits(5_000_000, SIDE)
        kept = compare("as it is", bare_as_it_is, plain, folder, names, given.rounds)
        kept &= compare("encoded anew", bare_encoded, shrunk, folder, names[: given.encoded], given.rounds)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
