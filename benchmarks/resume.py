"""How soon a run with a million finished samples asks its first new request after a restart.

    python benchmarks/resume.py [--samples 1000000]

A script writes contexts, journals and finished shards as the engine writes them; then the run is carried on with a few
more records, against the loopback server, and the time from the start of the process to the first request that reaches
the server is taken. Limit: 5 seconds. Exit status 1 past it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from urllib.request import urlopen

from pipeline import ROOT, write_setup

from instructgen.assemble import build
from instructgen.columns import SampleRow
from instructgen.journal import Journal
from instructgen.money.spent import Spent
from instructgen.opening import open_run
from instructgen.parts import PartWriter
from instructgen.recipe import load
from instructgen.records import Completion, Context, Image, Origin, Sample, Slot, Turn, Usage, Verdict
from instructgen.run_folder import RunFolder
from instructgen.supply import ContextsDigest
from instructgen.tally import Tally, TaskCount

LIMIT_SECONDS = 5.0
MORE = 500


def write_finished(recipe: Path, out: Path, samples: int) -> None:
    """Write a run whose first ``samples`` records are finished, each with one sample."""
    loaded, library = load(recipe)
    folder = RunFolder(out)
    built = build(loaded, library)
    with folder.locked():
        opened = open_run(loaded, library, folder, limit=samples)
        verdicts = [Verdict(check=name, outcome="pass") for name in built.checks]
        for shard in range(samples // loaded.shard_size):
            contexts, digest = PartWriter("contexts"), ContextsDigest()
            done, rejected = PartWriter("samples"), PartWriter("rejected")
            journal = Journal(folder.part("journal", shard))
            for row in opened.supply.rows(shard):
                contexts.add(row)
                digest.add(row)
                if isinstance(row.item, Context):
                    sample, completion = made(row.item)
                    done.add(SampleRow(sample, verdicts, {}))
                    journal.append(completion)
            tally = Tally(contexts.count, contexts.count, tasks={"bench": TaskCount(contexts.count, contexts.count)})
            about = {"rows": contexts.count, "contexts": digest.hexdigest()}
            contexts.write(folder.part("contexts", shard), about)
            noted = {**about, "fingerprint": opened.supply.fingerprint(digest.hexdigest())}
            noted |= {"counts": tally.to_json(), "spent": Spent().to_json()}
            rejected.write(folder.part("rejected", shard), noted)
            done.write(folder.part("samples", shard), noted)
            journal.close()
        folder.write_facts(opened.facts)


def made(context: Context) -> tuple[Sample, Completion]:
    """Make a sample of plausible size and the completion it came from."""
    draw = Random(context.id)
    texts = [" ".join(draw.choices(context.captions[0].split(), k=40)) for _ in range(6)]
    turns = tuple(Turn(role="gpt" if n % 2 else "human", text=text) for n, text in enumerate(texts))
    origin = Origin(
        context=context.id,
        task="bench",
        attempt=1,
        teacher="openai_chat",
        model="loopback-small",
        prompt="0" * 32,
        seeds="0" * 32,
        slots=("1/0/0",),
        requests=("0" * 32,),
    )
    slot = Slot(context=context.id, asker="bench", attempt=1, round=0, position=0)
    usage = Usage(prompt=500, reply=250)
    text = json.dumps({"turns": texts})
    completion = Completion(
        slot=slot,
        digest="0" * 32,
        text=text,
        finish="stop",
        model="loopback-small",
        usage=usage,
        at="2026-01-01T00:00:00",
    )
    images = (Image(path=f"{context.id}.jpg"),)
    return Sample(id=f"{context.id}/bench/0", task="bench", images=images, turns=turns, origin=origin), completion


def asked(base_url: str) -> int:
    """Give how many chat requests reached the server."""
    with urlopen(base_url.removesuffix("/v1") + "/control/stats", timeout=10) as answer:
        return int(json.load(answer)["requests"])


def main() -> None:
    """Write the run, carry it on, print the time, and tell by the exit status whether the limit holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--samples", type=int, default=1_000_000)
    given = parser.parse_args()
    os.environ |= {"NO_PROXY": "127.0.0.1", "OPENAI_API_KEY": "none"}
    command = [sys.executable, str(ROOT / "tests/loopback.py"), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    os.environ["OPENAI_BASE_URL"] = base_url = server.stdout.readline().strip()
    try:
        with tempfile.TemporaryDirectory() as name:
            recipe, out = write_setup(Path(name), given.samples + MORE), Path(name) / "run"
            write_finished(recipe, out, given.samples)
            started = time.monotonic()
            run = [sys.executable, "-m", "instructgen", "run", str(recipe), "--out", str(out)]
            child = subprocess.Popen(run, stderr=subprocess.PIPE, text=True)
            while asked(base_url) == 0 and child.poll() is None:
                time.sleep(0.02)
            seconds = time.monotonic() - started
            said = child.communicate()[1]
            total = asked(base_url)
    finally:
        server.terminate()
        server.wait()
    held = child.returncode == 0 and seconds <= LIMIT_SECONDS and total == MORE
    print(
        f"{given.samples} finished samples: first request after {seconds:.1f} s (limit {LIMIT_SECONDS:g} s), "
        f"{total} requests for {MORE} new records: {'ok' if held else 'PAST'}"
    )
    if child.returncode:
        print(said)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
