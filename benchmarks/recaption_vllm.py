"""A vLLM in; recaptioning's requests/s beside those of vLLM's own load generator, on one server, out.

    python benchmarks/recaption_vllm.py --python PYTHON-WITH-VLLM          # weights made up, LLaVA-1.5 7B's shapes
    python benchmarks/recaption_vllm.py --python PYTHON-WITH-VLLM --model llava-hf/llava-1.5-7b-hf

Starts one server as ``teacher: {use: vllm_server}`` does. In turn, and each in both ways that a picture can go, by its
file's address and as base64 in the request, the askers of ``vllm_load`` have it caption the same pictures; before each
turn the server forgets what it has cached. The load generator's figure is its own; that of recaptioning is taken from
opening the run to its last file, all checks and saving included. Exit status 1 where the median is below 0.95 of the
load generator's. With the build for CPUs and a tiny model it runs too:

    PYTHON-WITH-VLLM tests/vllm/tiny_llava.py tiny
    python benchmarks/recaption_vllm.py --python PYTHON-WITH-VLLM --model tiny \
        --pictures 8 --tokens 16 --in-flight 4 --flag=--load-format=dummy --flag=--enforce-eager
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

from vllm_load import Found, Server, bench, by_bare, by_bench, by_recaption, until_ready

from instructgen.component import Site
from instructgen.forms import laid_out
from instructgen.library import Library, shipped
from instructgen.records import Context, Image
from instructgen.tasks.recaption import RecaptionTask
from instructgen.teachers.vllm_server import VllmServer

HERE = Path(__file__).resolve().parent
MATERIALS = Library((shipped(),))
MADE_UP = "made-up"
WAYS = ("path", "inline")
ASKERS = ("bench", "bare", "recaption")
LIMIT = 0.95
COUNTED = {
    "prompt tokens": "vllm:prompt_tokens_total",
    "of them cached": "vllm:prefix_cache_hits_total",
    "tokens written": "vllm:generation_tokens_total",
}


def picture(number: int, folder: Path) -> None:
    """Write one JPEG of about 150 kB, 640 × 480, unlike any other: patches of light with a grain."""
    import numpy as np
    from PIL import Image as Picture

    drawn = np.random.default_rng(number)
    patches = Picture.fromarray(drawn.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(patches.resize((640, 480), Picture.Resampling.BICUBIC))
    seen = np.clip(smooth + drawn.normal(0, 16, (480, 640, 1)), 0, 255).astype(np.uint8)
    Picture.fromarray(seen).save(folder / f"{number:06}.jpg", quality=88)


def write_requests(given: argparse.Namespace) -> None:
    """Write the others' requests: the words and the order of ours, and the pictures in both ways."""
    task = RecaptionTask.build({}, Site(name="recaption", materials=MATERIALS), "tasks.recaption")
    shown = Image(path="picture")
    (request,) = next(task.rounds(Context(id="c", row=0, images=(shown,)), 0, (), Random(0)))
    parts = [part for message in laid_out(request, structured=False) for part in message.parts]
    files = sorted((given.work / "pictures").iterdir())
    for way in WAYS:
        with (given.work / f"{way}.jsonl").open("w") as out:
            for file in files:
                content = [
                    {"type": "image_url", "image_url": {"url": _url(file, way)}}
                    if isinstance(part, Image)
                    else {"type": "text", "text": f"{part}\n"}
                    for part in parts
                ]
                out.write(json.dumps({"content": content}) + "\n")


def _url(file: Path, way: str) -> str:
    if way == "path":
        return file.resolve().as_uri()
    return f"data:image/jpeg;base64,{b64encode(file.read_bytes()).decode()}"


def make(given: argparse.Namespace) -> None:
    """Make the working folder: pictures, requests and, where none is given, the model."""
    folder = given.work / "pictures"
    folder.mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(picture, folder=folder), range(given.pictures), chunksize=16))
    size = statistics.mean(file.stat().st_size for file in folder.iterdir())
    print(f"{given.pictures} pictures of {size / 1000:.0f} kB", flush=True)
    if given.model == MADE_UP:
        making = [given.python, str(HERE / "full_size_llava.py"), str(given.folder), "--shape", given.shape]
        subprocess.run(making, check=True, stderr=subprocess.DEVNULL)
    write_requests(given)


def carry_out(given: argparse.Namespace, server: Server, process: subprocess.Popen[str]) -> dict[str, list[float]]:
    """Carry out all turns; give the requests/s of each asker and way."""
    rates: dict[str, list[float]] = {}

    def turn(asker: str, way: str, number: int) -> None:
        server.forget()
        before = server.figures()
        found: Found
        if asker == "bench":
            found = by_bench(given, server, process, way)
        elif asker == "bare":
            found = by_bare(given, server, way)
        else:
            found = by_recaption(given, server, way, f"{asker}-{way}-{number}", asker == "adaptive")
        now = server.figures()
        counted = {key: int(now[name] - before.get(name, 0)) for key, name in COUNTED.items()}
        rate = found["requests"] / found["seconds"]
        rates.setdefault(f"{asker} {way}", []).append(rate)
        after = f", {found['after']:.1f} s of them after the last reply" if "after" in found else ""
        print(
            f"{asker:9} {way:6} {rate:6.2f} requests/s {found['tokens'] / found['seconds']:7.0f} tokens/s"
            f" in {found['seconds']:.1f} s{after}; the server: {counted}",
            flush=True,
        )

    for number in range(given.rounds):
        for way in WAYS:
            # The order is turned round from round to round, so that nobody is always the first.
            for asker in ASKERS[:: 1 if number % 2 == 0 else -1]:
                turn(asker, way, number)
    turn("adaptive", "path", 0)
    return rates


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="interpreter of the environment that has vLLM")
    parser.add_argument("--model", default=MADE_UP, help="a model of LLaVA's kind; made up if left out")
    parser.add_argument("--shape", default="llava-1.5-7b", help="whose shapes the made-up model has")
    parser.add_argument("--pictures", type=int, default=512)
    parser.add_argument("--tokens", type=int, default=256, help="length of every caption")
    parser.add_argument("--in-flight", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path("vllm-gpu"), help="new folder for all that is made")
    parser.add_argument("--set", action="append", default=[], help="a setting of the recipe, as recaption takes it")
    parser.add_argument("--flag", action="append", default=[], help="one more of vLLM's, such as --flag=--dtype=half")
    parser.add_argument("--start-seconds", type=float, default=1800)
    given = parser.parse_args()
    given.work = given.work.resolve()
    given.folder = given.work / "model" if given.model == MADE_UP else given.model
    return given


def main() -> None:
    """Measure."""
    given = arguments()
    make(given)
    block = {
        "model": given.model,
        "python": given.python,
        "local_media": str(given.work),
        "extra_args": given.flag,
        **({"weights": str(given.folder), "load_format": "dummy"} if given.model == MADE_UP else {}),
    }
    teacher = VllmServer.build(block, Site(name="teacher", materials=MATERIALS), "teacher")
    began = time.monotonic()
    server = Server(teacher, given.work / "server.log")
    try:
        with bench(given.python, given.work / "bench.log") as process:
            server.wait(given.start_seconds)
            print(f"the server was ready after {time.monotonic() - began:.0f} s", flush=True)
            with (given.work / "bench.out").open("w") as log:
                until_ready(process, log)
            few = argparse.Namespace(**{**vars(given), "pictures": min(given.in_flight, given.pictures)})
            by_bench(few, server, process, "path")  # the server's kernels are compiled
            by_recaption(few, server, "path", "first", False)  # and our modules imported
            rates = carry_out(given, server, process)
    finally:
        server.stop()
    median = {key: statistics.median(values) for key, values in rates.items()}
    held = True
    for way in WAYS:
        ours = median[f"recaption {way}"]
        for asker, called in (("bench", "vllm bench serve"), ("bare", "the bare loop")):
            theirs = median[f"{asker} {way}"]
            print(f"{way:6} recaption {ours:.2f} requests/s, {called} {theirs:.2f}: {ours / theirs:.1%}")
        held = held and ours >= LIMIT * median[f"bench {way}"]
    print(f"limit {LIMIT:.0%} of vllm bench serve: {'ok' if held else 'PAST'}")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
