"""How soon the page over a run of a million samples is ready, how long its filters take, and how much memory it needs.

    python benchmarks/page_large.py [--samples 1000000] [--keep FOLDER]

A script writes finished shards of 20,000 samples as the engine writes them, and then copies of these under other ids.
``instructgen view`` is started twice, its modules compiled as an installed package's are: once without an index, as the
first time, until it has kept all texts; once with both. Limits: the page answers within 1 second of the start, the
second time with every sample; a filter within 2 seconds, a search through all texts to its end; at most 400 MB of
memory. Exit status 1 past any. Beside each time stands the server's CPU time, user and system, which other work on the
machine stretches less. ``--keep`` leaves the run, or measures one that is there.
"""

import argparse
import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import polars as pl
import pyarrow.parquet as pq
from pipeline import write_setup

import instructgen
from instructgen.assemble import build
from instructgen.columns import SampleRow
from instructgen.digests import digest
from instructgen.money.spent import Spent
from instructgen.opening import open_run
from instructgen.page.texts import BLOCK
from instructgen.parts import FOOTER, ROW_GROUP, Kind, PartWriter, footer, schema
from instructgen.recipe import load
from instructgen.records import Context, Image, Origin, Sample, Span, Turn, Verdict
from instructgen.run_folder import RunFolder
from instructgen.shard import Attempt, Outcome, rejected_rows
from instructgen.supply import ContextsDigest
from instructgen.tally import Tally, TaskCount

READY_SECONDS, FILTER_SECONDS, MEGABYTES = 1.0, 2.0, 400
RARE = "quagga"
"""A word that one answer in 20,000 holds."""
_SYLLABLES = ["ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su", "ta", "ve", "wi", "xo", "yu", "za"]
WORDS = ["afternoon", *(a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES)]
BASE = 20_000
"""Samples that are written one by one; the rest are copies of their shards."""

QUERIES = {
    "all": "",
    "task": "task=bench",
    "reason": "reason=length:answer_too_long",
    "check": "check=leaks",
    "status": "status=doubtful",
    "rare word": f"q={RARE}",
    "common word": "q=afternoon",
    "words of common letters, nowhere": "q=bade gogo xyz",
    "no ASCII": "q=é",
    "word and status": f"q={RARE}&status=doubtful",
    "last page": "page=last",
}


def write_run(recipe: Path, out: Path) -> None:
    """Write a run over all of the recipe's records: 98 in 100 accepted, 4 of them doubtful, 1 tagged."""
    loaded, library = load(recipe)
    folder, built = RunFolder(out), build(loaded, library)
    actions = {name: block.action for name, block in loaded.checks.items()} | {"repetition": "tag"}
    with folder.locked():
        opened = open_run(loaded, library, folder)
        names = list(built.checks)
        shard, left = 0, True
        while left:
            contexts, seen = PartWriter("contexts"), ContextsDigest()
            done, rejected = PartWriter("samples"), PartWriter("rejected")
            for row in opened.supply.rows(shard):
                contexts.add(row)
                seen.add(row)
                if isinstance(row.item, Context):
                    sample, verdicts = made(row.item, names)
                    if row.item.row % 50:
                        done.add(SampleRow(sample, verdicts, actions))
                    else:
                        lost = Attempt(1, "length:answer_too_long", "", [(sample, verdicts)])
                        outcome = Outcome(row.item.id, "bench", [], [(sample, lost.reason)], [lost])
                        for columns in rejected_rows(outcome, actions):
                            rejected.add(columns)
            left = contexts.count == loaded.shard_size
            if contexts.count:
                count = TaskCount(contexts.count, done.count)
                about = {"rows": contexts.count, "contexts": seen.hexdigest()}
                noted = {**about, "fingerprint": opened.supply.fingerprint(seen.hexdigest())}
                noted |= {"counts": Tally(contexts.count, contexts.count, tasks={"bench": count}).to_json()}
                noted |= {"spent": Spent().to_json()}
                contexts.write(folder.part("contexts", shard), about)
                rejected.write(folder.part("rejected", shard), noted)
                done.write(folder.part("samples", shard), noted)
            shard += 1
        folder.write_facts(opened.facts)


def write_large(folder: Path, samples: int) -> Path:
    """Write a run of so many samples, a multiple of ``BASE``, below a folder; give it."""
    run = RunFolder(folder / "run")
    write_run(write_setup(folder, min(samples, BASE)), run.path)
    kinds: tuple[Kind, ...] = ("contexts", "rejected", "samples")
    for kind in kinds:
        shards = run.shards(kind)
        for shard in shards:
            for copy in range(1, samples // BASE):
                write_copy(kind, run.part(kind, shard), run.part(kind, shard + copy * len(shards)), copy)
    return run.path


def write_copy(kind: Kind, part: Path, out: Path, copy: int) -> None:
    """Write a part anew under ids that begin with the copy's number."""

    def renamed(name: pl.Expr) -> pl.Expr:
        return name.str.replace("^0000", f"{copy:04d}")

    frame = pl.read_parquet(part).with_columns(renamed(pl.col("id")))
    if kind == "samples":
        frame = frame.with_columns(pl.col("origin").struct.with_fields(renamed(pl.field("context"))))
    if kind == "rejected":
        again = renamed(pl.element().struct.field("id"))
        samples = pl.element().struct.field("samples").list.eval(pl.element().struct.with_fields(again))
        attempts = pl.col("attempts").list.eval(pl.element().struct.with_fields(samples.alias("samples")))
        frame = frame.with_columns(renamed(pl.col("context")), attempts)
    marked = schema(kind).with_metadata({FOOTER: json.dumps(footer(part), sort_keys=True).encode()})
    pq.write_table(frame.to_arrow().cast(marked), out, compression="zstd", row_group_size=ROW_GROUP)


def made(context: Context, checks: list[str]) -> tuple[Sample, list[Verdict]]:
    """Make a sample of plausible size, about 1 kB, and its verdicts."""
    draw = Random(context.row)
    texts = [" ".join(draw.choices(WORDS, k=30)) for _ in range(6)]
    if context.row % 20_000 == 7:
        texts[3] += f" {RARE.title()}."
    turns = tuple(Turn(role="gpt" if n % 2 else "human", text=text) for n, text in enumerate(texts))
    origin = Origin(
        **{"context": context.id, "task": "bench", "attempt": 1, "teacher": "openai_chat", "model": "loopback-small"},
        **{
            "prompt": digest("prompt"),
            "seeds": digest("seeds"),
            "slots": ("1/0/0",),
            "requests": (digest(context.id),),
        },
    )
    verdicts = [Verdict(check=name, outcome="pass") for name in checks]
    span = (Span(turn=1, start=0, end=8),)
    if context.row % 50 == 0:
        verdicts[3] = Verdict(check="length", outcome="fail", reason="answer_too_long", evidence=span)
    elif context.row % 25 == 1:
        verdicts[1] = Verdict(check="leaks", outcome="doubtful", reason="source_words", evidence=span)
    elif context.row % 100 == 2:
        verdicts[4] = Verdict(check="repetition", outcome="fail", reason="loop", evidence=span)
    images = (Image(path=f"{context.id}.jpg", width=640, height=480),)
    sample = Sample(id=f"{context.id}/bench/0", task="bench", images=images, turns=turns, origin=origin)
    return sample, verdicts


class Viewed(NamedTuple):
    """A page that is being served."""

    url: str
    started: float
    """On the monotonic clock."""
    pid: int

    def get(self, query: str = "") -> tuple[str, float]:
        """Ask for the grid; give the page, and how many seconds it took."""
        begun = time.monotonic()
        with urlopen(f"{self.url}?{quote(query, safe='=&:')}", timeout=60) as answer:
            return answer.read().decode(), time.monotonic() - begun

    def cpu(self) -> float:
        """Give the seconds that the process has been computing, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self, name: str = "VmRSS") -> float:
        """Give the process's memory; ``VmHWM`` for the most that it was."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.findall(rf"{name}:\s+(\d+)", status)[0]) / 1024


@contextmanager
def viewed(run: Path) -> Iterator[Viewed]:
    """Serve a run's page."""
    started = time.monotonic()
    command = [sys.executable, "-m", "instructgen", "view", str(run), "--port", "0"]
    # an installed package finds its modules compiled
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout is not None
        url = re.findall(r"http://\S+", server.stdout.readline())[0]
        yield Viewed(url, started, server.pid)
    finally:
        server.terminate()
        server.wait()


def ready(page: Viewed) -> float:
    """Give the seconds from the start of the process to the first page."""
    while True:
        try:
            page.get()
            return time.monotonic() - page.started
        except URLError:
            time.sleep(0.01)


def indexed(page: Viewed, samples: int) -> float:
    """Give the seconds from the start of the process until every sample is there."""
    while f"{samples:,} samples" not in page.get()[0]:
        time.sleep(0.1)
    return time.monotonic() - page.started


def kept(page: Viewed, run: Path) -> float:
    """Give the seconds from the start of the process until the texts of all whole blocks are kept."""
    blocks = len(RunFolder(run).shards("samples")) // BLOCK
    while len(list((run / "page-index" / "texts").glob("*.arrow"))) < blocks:
        page.get()
        time.sleep(0.5)
    return time.monotonic() - page.started


def filtered(page: Viewed, query: str) -> float:
    """Give the seconds until a filter shows all that it finds."""
    begun = time.monotonic()
    while "Searching:" in page.get(query)[0]:
        pass
    return time.monotonic() - begun


def measure(run: Path, samples: int) -> bool:
    """Measure and print; tell whether every limit holds."""
    held = []

    def say(what: str, found: float, limit: float, unit: str, cpu: float | None = None) -> None:
        held.append(found <= limit)
        spent = "" if cpu is None else f", CPU {cpu:.2f} s"
        print(f"{what}: {found:.2f} {unit}{spent} (limit {limit:g}): {'ok' if held[-1] else 'PAST'}", flush=True)

    shutil.rmtree(run / "page-index", ignore_errors=True)
    with viewed(run) as page:
        say("without an index: first page after", ready(page), READY_SECONDS, "s", page.cpu())
        print(
            f"without an index: every sample after {indexed(page, samples):.2f} s, CPU {page.cpu():.2f} s", flush=True
        )
        print(f"without an index: all texts kept after {kept(page, run):.2f} s, CPU {page.cpu():.2f} s")
        say("without an index: most memory", page.megabytes("VmHWM"), MEGABYTES, "MB")
    size = sum(path.stat().st_size for path in (run / "page-index").rglob("*.*") if path.is_file()) / 1e6
    print(f"the index and the texts: {size:,.0f} MB", flush=True)
    with viewed(run) as page:
        say("with an index: first page after", ready(page), READY_SECONDS, "s", page.cpu())
        say("with an index: every sample after", indexed(page, samples), READY_SECONDS, "s", page.cpu())
        for name, query in QUERIES.items():
            before = page.cpu()
            say(f"filter, {name}", filtered(page, query), FILTER_SECONDS, "s", page.cpu() - before)
        say("with an index: most memory", page.megabytes("VmHWM"), MEGABYTES, "MB")
    return all(held)


def main() -> None:
    """Write the run, measure, and tell by the exit status whether the limits hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="Where the run is written, or lies already.")
    given = parser.parse_args()
    compileall.compile_dir(str(Path(instructgen.__file__).parent), quiet=2)
    os.environ |= {"NO_PROXY": "127.0.0.1", "OPENAI_API_KEY": "none"}
    with tempfile.TemporaryDirectory() as name:
        place = given.keep or Path(name)
        place.mkdir(exist_ok=True)
        run = place / "run"
        if not (run / "samples").exists():
            write_large(place, given.samples)
        sys.exit(0 if measure(run, given.samples) else 1)


if __name__ == "__main__":
    main()
