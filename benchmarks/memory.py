"""Peak memory of a run over many contexts beside that of a run over few.

    python benchmarks/memory.py [--many 1000000] [--few 20000]

Contexts are read from JSONL, one task, the ``grounded`` teacher, default settings; each run is a process of its own.
Limits: 1.3 times the peak of the small run, and 400 MB. Exit status 1 past either.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline import write_contexts

RATIO_LIMIT, MEGABYTES_LIMIT = 1.3, 400

RECIPE = """about: Memory
source: {use: image_text, files: [contexts.jsonl]}
teacher: {use: grounded}
tasks:
  conversation: {use: prompted, form: dialogue}
checks:
  shape: {action: retry}
  leaks: {action: retry}
  refusal: {action: retry}
  length: {action: reject}
  repetition: {action: reject}
"""


def peak(number: int, folder: Path) -> tuple[float, float, int]:
    """Run over ``number`` contexts; give peak megabytes, seconds and accepted samples."""
    folder.mkdir()
    write_contexts(folder / "contexts.jsonl", number)
    (folder / "memory.yaml").write_text(RECIPE)
    command = [sys.executable, "-m", "instructgen", "run", str(folder / "memory.yaml"), "--out", str(folder / "run")]
    started = os.times()
    child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"the run over {number} contexts failed"
    accepted = json.loads((folder / "run" / "report.json").read_text())["accepted"]
    return usage.ru_maxrss / 1024, os.times().elapsed - started.elapsed, accepted


def main() -> None:
    """Measure both, print, and tell by the exit status whether the limits hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        peaks = []
        for number in (given.few, given.many):
            megabytes, seconds, accepted = peak(number, Path(name) / str(number))
            peaks.append(megabytes)
            print(f"{number} contexts: peak {megabytes:.0f} MB, {seconds:.0f} s, {accepted} accepted", flush=True)
    ratio = peaks[1] / peaks[0]
    held = ratio <= RATIO_LIMIT and peaks[1] <= MEGABYTES_LIMIT
    print(
        f"ratio {ratio:.2f} (limit {RATIO_LIMIT}), {peaks[1]:.0f} MB (limit {MEGABYTES_LIMIT}): "
        f"{'ok' if held else 'PAST'}"
    )
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
