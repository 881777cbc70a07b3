"""A run of many samples published on the loopback Hub, cut off at half, gone on with, and read back by ``datasets``.

    python benchmarks/publish_round_trip.py [--samples 50000] [--pictures 2000] [--run RUN]

The run is made by the ``grounded`` teacher over contexts that share so many pictures; each command is a process of its
own. Prints seconds, bytes and peak memory. Exit status 1 where a row or a picture comes back changed, loaded or
streamed, where an upload that was killed sends a file twice, or where laying out takes more memory than MEGABYTES.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline import ROOT, write_contexts

sys.path.insert(0, str(ROOT / "tests"))
from loopback_hub import Hub, serving
from loopback_hub_answers import TOKEN

MEGABYTES = 900
REPO, SPLITS = "my-name/many", "train=0.9,val=0.05,test=0.05"
RECIPE = """about: Publishing
source: {use: image_text, files: [contexts.jsonl], images: images}
teacher: {use: grounded}
tasks:
  conversation: {use: prompted, form: dialogue}
  detail: {use: prompted, form: description}
  complex_reasoning: {use: prompted, form: single_question}
checks:
  shape: {action: retry}
"""


def write_pictures(folder: Path, number: int) -> None:
    """Write pictures of about 8 kB, each unlike any other."""
    from PIL import Image

    folder.mkdir()
    for n in range(number):
        noise = random.Random(n).randbytes(96 * 72 * 3)
        Image.frombytes("RGB", (96, 72), noise).save(folder / f"{n:06d}.jpg", quality=70)


def make_run(folder: Path, samples: int, pictures: int) -> Path:
    """Make a run of at least so many samples."""
    write_pictures(folder / "images", pictures)
    plain = folder / "plain.jsonl"
    write_contexts(plain, samples // 3 + samples // 100)
    with plain.open() as lines, (folder / "contexts.jsonl").open("w") as out:
        for number, line in enumerate(lines):
            row = json.loads(line)
            row["images"] = [{"path": f"{number % pictures:06d}.jpg"}]
            out.write(json.dumps(row) + "\n")
    (folder / "many.yaml").write_text(RECIPE)
    began = time.monotonic()
    command("run", folder / "many.yaml", "--out", folder / "run")
    print(f"run made: {time.monotonic() - began:.1f} s", flush=True)
    return folder / "run"


def command(*arguments: object) -> str:
    """Run a command; give what it said. Ends the program where the command fails."""
    done = subprocess.run(
        [sys.executable, "-m", "instructgen", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr}")
    return done.stderr


def publish(run: Path, hub: Hub) -> list[str]:
    """Publish the run: killed when half of the files are there, and again; give what went wrong."""
    arguments = [sys.executable, "-m", "instructgen", "publish", str(run), REPO, "--splits", SPLITS, "--journal"]
    began = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    laid: list[float] = []
    hub.on["preupload"] = lambda: laid.append(time.monotonic() - began)

    def half() -> None:
        if len(hub.put) >= 4:
            os.kill(process.pid, signal.SIGKILL)
        else:
            hub.on["verify"] = half

    hub.on["verify"] = half
    _, status, used = os.wait4(process.pid, 0)
    cpu = used.ru_utime + used.ru_stime
    print(
        f"laid out: {laid[0]:.1f} s ({cpu:.1f} s of CPU with half the upload), {used.ru_maxrss / 1024:.0f} MB",
        flush=True,
    )
    wrong = [] if os.waitstatus_to_exitcode(status) == -signal.SIGKILL else ["the upload was not killed"]
    wrong += [f"{used.ru_maxrss / 1024:.0f} MB are more than {MEGABYTES}"] * (used.ru_maxrss / 1024 > MEGABYTES)
    print(f"killed after {len(hub.put)} files; commits: {len(hub.repos[REPO].commits) - 1}")
    began = time.monotonic()
    print(command(*arguments[3:]).strip())
    size = sum(map(len, hub.repos[REPO].files.values()))
    print(
        f"gone on with: {time.monotonic() - began:.1f} s; {len(hub.put)} files, {size / 1e6:.0f} MB in all", flush=True
    )
    if len(hub.put) != len(set(hub.put)):
        wrong.append("a file was sent twice")
    began, puts = time.monotonic(), len(hub.put)
    command(*arguments[3:])
    print(f"published again: {time.monotonic() - began:.1f} s, {len(hub.put) - puts} files sent")
    return wrong


def digest(rows: Iterable[Any]) -> tuple[int, str]:
    """Count rows, and digest ids, turns and pictures' bytes, in order."""
    number, found = 0, hashlib.blake2b()
    for row in rows:
        number += 1
        image = row["image"]
        found.update(json.dumps([row["id"], row["conversations"], image["path"]]).encode() + image["bytes"])
    return number, found.hexdigest()


def of_run(run: Path) -> dict[str, tuple[int, str]]:
    """Give what each task must come back as, from the run itself and the pictures' files."""
    from instructgen.run import Run

    opened = Run.open(run)
    root = opened.built.image_root() or Path()
    pictures = {path.name: path.read_bytes() for path in root.iterdir()}

    def rows(task: str) -> Iterable[Any]:
        for sample in opened.samples(task):
            name = str(sample.images[0].path)
            turns = [{"from": turn.role, "value": turn.text} for turn in sample.turns]
            yield {"id": sample.id, "conversations": turns, "image": {"path": name, "bytes": pictures[name]}}

    return {task: digest(sorted(rows(task), key=lambda row: row["id"])) for task in opened.built.tasks}


def read_back(cache: str) -> None:
    """Load and stream all splits of each task, and print what came back as JSON."""
    from datasets import Image, get_dataset_config_names, get_dataset_split_names, load_dataset

    told: dict[str, dict[str, tuple[int, str]]] = {"loaded": {}, "streamed": {}}
    for config in get_dataset_config_names(REPO):
        if config == "journal":
            continue
        for way in told:
            rows = []
            for split in get_dataset_split_names(REPO, config):
                found = load_dataset(REPO, config, split=split, streaming=way == "streamed", cache_dir=cache)
                rows += list(found.cast_column("image", Image(decode=False)))
            told[way][config] = digest(sorted(rows, key=lambda row: row["id"]))
    print(json.dumps(told))


def measure(run: Path, folder: Path) -> list[str]:
    """Publish and read back; give what went wrong."""
    with serving() as hub:
        os.environ |= {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1"}
        os.environ |= {"HF_HOME": str(folder / "hf"), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        wrong = publish(run, hub)
        began = time.monotonic()
        read = [sys.executable, __file__, "--read", str(folder / "cache")]
        told = json.loads(subprocess.run(read, capture_output=True, text=True, check=True).stdout)
        print(f"loaded and streamed: {time.monotonic() - began:.1f} s")
    wanted = of_run(run)
    for way, found in told.items():
        for task, (number, mark) in wanted.items():
            same = found.get(task) == [number, mark]
            print(f"{way} {task}: {number} rows {'as they were' if same else 'CHANGED'}")
            wrong += [] if same else [f"{task} came back changed when {way}"]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--read")
    given = parser.parse_args()
    if given.read:
        read_back(given.read)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = given.run or make_run(folder, given.samples, given.pictures)
        wrong = measure(run, folder)
    for fault in wrong:
        print(f"FAILED: {fault}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
