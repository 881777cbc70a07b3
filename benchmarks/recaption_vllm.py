"""A real vLLM and photos in; requests/s of recaptioning them through instructgen, and of asking for the same bare, out.

    INSTRUCTGEN_VLLM_PYTHON=PYTHON-WITH-VLLM python benchmarks/recaption_vllm.py      # `make test-vllm` makes one
    python benchmarks/recaption_vllm.py --base-url URL --model NAME --photos FOLDER   # a server that is running

Ways, in turn, against one server: instructgen from reading the folder to the written dataset; a bare asyncio loop
that posts the very same bodies; and vLLM's own load generator (``vllm bench serve``) with the same pictures and words,
where it can be run: it streams the replies, which costs the server more. As many requests are in flight in each. The
median of the rounds' ratios counts, as the machine may change its pace. Exit status 1 when instructgen falls below
0.95 of the bare loop or of the load generator.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import aiohttp
import msgspec
import uvloop
from PIL import Image
from rich.console import Console

from instructgen.assemble import build
from instructgen.carry import carry_out
from instructgen.component import Site
from instructgen.opening import open_run
from instructgen.recaptioning import Recaptioning, recaptioning
from instructgen.records import Context
from instructgen.replay import first_requests
from instructgen.run_folder import RunFolder
from instructgen.selection import all_ranges
from instructgen.teachers.openai_chat import OpenAIChat
from instructgen.teachers.pictures import images_of
from instructgen.teachers.vllm_server import VllmServer, free_port

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "pipelines" / "demo" / "images"
WANTED = 0.95
SENTENCE = (
    r"(A|One) (small|bright|quiet|old) (boat|dog|table|tower) (stands|rests) (near|behind) a (tall|wide) (wall|tree)\."
)
"""What the replies of a model with made-up weights are held to, so that they come to an end."""


LOAD_GENERATOR = (
    "import argparse; from vllm.benchmarks import serve; parser = argparse.ArgumentParser(); "
    "serve.add_cli_args(parser); serve.main(parser.parse_args())"
)
"""``vllm bench serve`` less its command line, which looks for the metadata of a package that builds for CPUs lack."""


class Server:
    """The server that all ways ask."""

    def __init__(self, url: str, model: str, extra: dict[str, object]) -> None:
        self.url, self.model, self.extra = url, model, extra


@contextlib.contextmanager
def serving(python: str, folder: Path, photos: Path, log: Path) -> Iterator[Server]:
    """Serve a tiny model with made-up weights."""
    subprocess.run(
        [python, str(ROOT / "tests" / "vllm" / "tiny_llava.py"), str(folder)], check=True, stderr=subprocess.DEVNULL
    )
    block: dict[str, object] = {"model": "tiny-llava", "weights": str(folder), "python": python, "load_format": "dummy"}
    block |= {"enforce_eager": True, "max_num_seqs": 8, "max_model_len": 4096}
    port = free_port()
    teacher = VllmServer.build(block, Site("teacher", _Nothing(), image_root=photos), "teacher")
    environment = {**os.environ, "VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    began = time.monotonic()
    with (
        log.open("wb") as said,
        subprocess.Popen(teacher.command(port), stdout=said, stderr=said, env=environment) as it,
    ):
        try:
            while not _well(f"http://127.0.0.1:{port}/health"):
                if it.poll() is not None:
                    raise SystemExit(f"vLLM ended:\n{log.read_text()[-2000:]}")
                time.sleep(0.5)
            print(f"vLLM was ready in {time.monotonic() - began:.0f} s", flush=True)
            yield Server(f"http://127.0.0.1:{port}/v1", "tiny-llava", {"structured_outputs": {"regex": SENTENCE}})
        finally:
            it.terminate()


def _well(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(build_opener(ProxyHandler({})).open(Request(url), timeout=5).status == 200)
    return False


class _Nothing:
    def text(self, kind: str, name: str) -> str:
        raise LookupError(f"{kind}/{name}")


class Work:
    """The same pictures and words for all ways."""

    def __init__(self, server: Server, photos: Path, in_flight: int) -> None:
        self.server, self.photos, self.in_flight = server, photos, in_flight

    def recipe(self) -> Recaptioning:
        """Give the recipe of recaptioning the photos."""
        settings = [
            f"teacher.max_in_flight={self.in_flight}",
            "teacher.adaptive=false",
            "teacher.reply_format=plain",
            f"teacher.local_media={json.dumps(str(self.photos))}",
            f"teacher.extra_body={json.dumps(self.server.extra)}",
            "attempts=[teacher]",
        ]
        url, model = self.server.url, self.server.model
        return recaptioning(str(self.photos), model=model, base_url=url, settings=settings)

    def bodies(self) -> list[bytes]:
        """Give the bodies that instructgen sends."""
        made = self.recipe()
        built = build(made.recipe, made.library)
        teacher = built.teachers["teacher"]
        assert isinstance(teacher, OpenAIChat)
        bodies = []
        for row in built.source.read(0):
            assert isinstance(row.item, Context)
            for _, requests in first_requests(built, all_ranges(made.recipe), row.item):
                assert isinstance(requests, list | tuple)
                for request in requests:
                    urls = asyncio.run(teacher._pictures.urls(images_of(request)))
                    bodies.append(teacher._bodies.body(request, False, False, request.max_tokens, urls))
        return bodies

    def by_instructgen(self) -> float:
        """Recaption everything; give requests/s, from opening the run to its last file."""
        made = self.recipe()
        with tempfile.TemporaryDirectory() as place:
            folder, began = RunFolder(Path(place) / "run"), time.perf_counter()
            with folder.locked(), contextlib.redirect_stderr(sys.stdout):
                engine, summary = carry_out(open_run(made.recipe, made.library, folder), console=Console(quiet=True))
            seconds = time.perf_counter() - began
        if not summary.tally.accepted:
            print(f"  nothing was accepted: {json.dumps(summary.tally.to_json())[:300]}")
        return engine.counted.asked / seconds

    def by_loop(self) -> float:
        """Post the same bodies; give requests/s."""
        return uvloop.run(self._looped(self.bodies()))

    async def _looped(self, bodies: list[bytes]) -> float:
        waiting = iter(bodies)
        headers = {"Content-Type": "application/json"}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def worker() -> None:
                for body in waiting:
                    async with session.post(
                        f"{self.server.url}/chat/completions", data=body, headers=headers
                    ) as answer:
                        json.loads(await answer.read())["choices"][0]["message"]["content"]

            began = time.perf_counter()
            await asyncio.gather(*(worker() for _ in range(self.in_flight)))
            return len(bodies) / (time.perf_counter() - began)

    def by_load_generator(self, python: str, tokenizer: str) -> float | None:
        """Have vLLM's load generator ask for the same; give requests/s, or None where it cannot be run."""
        bodies = [msgspec.json.decode(body) for body in self.bodies()]
        with tempfile.TemporaryDirectory() as place:
            lines = [json.dumps({"content": body["messages"][-1]["content"]}) for body in bodies]
            (Path(place) / "asked.jsonl").write_text("\n".join(lines) + "\n")
            sent = {k: v for k, v in bodies[0].items() if k not in ("model", "messages", "max_tokens")}
            command = [python, "-c", LOAD_GENERATOR, "--backend", "openai-chat"]
            command += ["--base-url", self.server.url.removesuffix("/v1"), "--endpoint", "/v1/chat/completions"]
            command += ["--model", self.server.model, "--tokenizer", tokenizer, "--dataset-name", "custom_image"]
            command += ["--dataset-path", f"{place}/asked.jsonl", "--num-prompts", str(len(bodies))]
            command += ["--custom-output-len", str(bodies[0]["max_tokens"]), "--extra-body", json.dumps(sent)]
            command += ["--max-concurrency", str(self.in_flight), "--disable-tqdm", "--disable-shuffle"]
            command += [
                "--num-warmups",
                "0",
                "--save-result",
                "--result-dir",
                place,
                "--result-filename",
                "result.json",
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            result = Path(place) / "result.json"
            if done.returncode or not result.exists():
                print(f"  vllm bench serve: exit status {done.returncode}: {(done.stderr or done.stdout)[-600:]}")
                return None
            found = json.loads(result.read_text())
            if found["completed"] != len(bodies):
                print(f"  vllm bench serve: {found['completed']} of {len(bodies)} answered")
                return None
            return float(found["request_throughput"])


def make_photos(folder: Path, number: int) -> None:
    """Write so many photos: the bundled ones in several sizes."""
    bundled = sorted(DEMO.glob("*.jpg"))
    for n in range(number):
        photo, shrunk = bundled[n % len(bundled)], 1 - 0.004 * (n // len(bundled))
        with Image.open(photo) as picture:
            size = round(picture.width * shrunk), round(picture.height * shrunk)
            picture.convert("RGB").resize(size).save(folder / f"{photo.stem}-{n:04d}.jpg", quality=88)


def compare(work: Work, rounds: int, python: str, tokenizer: str) -> int:
    """Let the ways take turns; print and judge."""
    ways: dict[str, Callable[[], float | None]] = {
        "bare loop": work.by_loop,
        "instructgen": work.by_instructgen,
        "vllm bench serve": lambda: work.by_load_generator(python, tokenizer),
    }
    # What the server keeps of pictures and prompts is there for all ways alike, and all modules are loaded.
    work.by_loop()
    work.by_instructgen()
    rates: dict[str, list[float]] = {way: [] for way in ways}
    for n in range(rounds):
        for way in list(ways) if n % 2 else [*reversed(ways)]:
            rate = ways[way]()
            if rate is None:
                del ways[way], rates[way]
                continue
            rates[way].append(rate)
            print(f"  round {n + 1}: {way}: {rate:.2f} requests/s", flush=True)
    medians = {way: statistics.median(each) for way, each in rates.items()}
    past = 0
    for way, median in medians.items():
        pairs = zip(rates["instructgen"], rates[way], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        past |= ratio < WANTED
        print(f"{way:18} {median:7.2f} requests/s; instructgen, round by round: {ratio:.3f} of it")
    if "vllm bench serve" not in medians:
        print("vllm bench serve: not run")
    return past


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Recaptioning against asking bare.")
    parser.add_argument("--number", type=int, default=128, help="photos")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument("--base-url", help="a server that is running, and may read the photos' files")
    parser.add_argument("--model", default="tiny-llava")
    parser.add_argument("--tokenizer", help="for the load generator; a folder or a name")
    parser.add_argument("--photos", type=Path)
    given = parser.parse_args()
    python = os.environ.get("INSTRUCTGEN_VLLM_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        photos = (given.photos or Path(place) / "photos").resolve()
        if given.photos is None:
            photos.mkdir()
            make_photos(photos, given.number)
        weights = Path(place) / "tiny-llava"
        if given.base_url:
            server = Server(given.base_url, given.model, {})
        else:
            server = stack.enter_context(serving(python, weights, photos, Path(place) / "vllm.log"))
        print(f"photos in {photos}; {given.in_flight} requests in flight; {given.rounds} rounds", flush=True)
        return compare(Work(server, photos, given.in_flight), given.rounds, python, given.tokenizer or str(weights))


if __name__ == "__main__":
    sys.exit(main())
