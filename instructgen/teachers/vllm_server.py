"""A model in; completions of a vLLM server that is started for the run, and stopped with it, out."""

import asyncio
import os
import secrets
import socket
import sys
import tempfile
from pathlib import Path
from random import SystemRandom
from typing import Annotated, ClassVar

import msgspec
from pydantic import Field, PrivateAttr

from .. import __version__
from ..component import PLACEMENT, Site, site_of
from ..digests import digest_bytes
from ..errors import SetupError
from .exchange import Exchange
from .openai_chat import ChatModel
from .routes import find_route
from .server import Access, Positive
from .vllm_process import VllmProcess

_PORTS = range(20000, 32000)
"""Ports to choose from: below those that the system hands out by itself, so that none is taken before vLLM has it."""


class VllmServer(ChatModel):
    """A vLLM server of the run's own: started with the first request, stopped with the run."""

    name: ClassVar[str] = "vllm_server"
    version: ClassVar[int] = 1
    own_servers: ClassVar[bool] = True

    revision: str | None = None
    """Branch, tag or commit of the model on the Hub."""
    dtype: str | None = None
    """Type of the weights, such as ``bfloat16``; the model's own if left out."""
    quantization: str | None = None
    """How the weights are quantized, such as ``fp8``; the model's own way if left out."""
    load_format: str | None = None
    """How the weights are read; ``dummy`` makes them up, for tests and timing."""
    extra_args: tuple[str, ...] = ()
    """More of vLLM's flags, such as ``--hf-overrides={…}``. They count among what shapes the answers."""
    chat_template: Annotated[Path | None, PLACEMENT] = None
    """File of the chat template to use to use instead of the model's own. Its content shapes the answers."""
    weights: Annotated[Path | None, PLACEMENT] = None
    """Folder of the model's files, where they are not to be found by the name ``model``."""
    tensor_parallel: Annotated[int, PLACEMENT] = Field(default=1, ge=1)
    """GPUs that the model is spread over."""
    data_parallel: Annotated[int, PLACEMENT] = Field(default=1, ge=1)
    """Copies of the model, each on GPUs of its own."""
    max_model_len: Annotated[int | None, PLACEMENT] = Field(default=None, ge=1)
    """Longest prompt and reply together, in tokens; the model's own limit if left out."""
    gpu_memory_utilization: Annotated[float | None, PLACEMENT] = Field(default=None, gt=0, le=1)
    """Share of each GPU's memory to use; vLLM's default if left out."""
    max_num_seqs: Annotated[int | None, PLACEMENT] = Field(default=None, ge=1)
    """Most requests that are worked on at a time; vLLM's default if left out. More may wait: ``max_in_flight``."""
    images: Annotated[int, PLACEMENT] = Field(default=1, ge=0)
    """Most pictures in a request: vLLM sets memory aside for them."""
    enforce_eager: Annotated[bool, PLACEMENT] = False
    """Start sooner and run slower: nothing is compiled."""
    python: Annotated[Path | None, PLACEMENT] = None
    """The interpreter of an environment that has vLLM; the one that runs instructgen if left out."""
    start_seconds: Annotated[Positive, PLACEMENT] = 3600.0
    """Seconds the server may take to be ready, a download of the model included."""

    _site: Site = PrivateAttr()
    _process: VllmProcess | None = PrivateAttr(default=None)
    _keeping: asyncio.Task[None] | None = PrivateAttr(default=None)

    def model_post_init(self, context: object, /) -> None:
        """Note where it works."""
        super().model_post_init(context)
        self._site = site_of(context)

    def shaping(self) -> dict[str, object]:
        """Give the fields that shape the answers, and the chat template's digest."""
        return {**super().shaping(), **self._template()}

    def _also_shaping(self) -> dict[str, object]:
        given: dict[str, object] = {
            "revision": self.revision,
            "dtype": self.dtype,
            "quantization": self.quantization,
            "load_format": self.load_format,
            "extra_args": list(self.extra_args) or None,
        }
        return {**{k: v for k, v in given.items() if v is not None}, **self._template()}

    def _template(self) -> dict[str, object]:
        if self.chat_template is None:
            return {}
        try:
            return {"chat_template": digest_bytes(self.chat_template.read_bytes())}
        except OSError as error:
            raise SetupError(f"chat_template: {self.chat_template}: cannot be read ({error.strerror})") from None

    def _readable(self, site: Site) -> Path | None:
        return self.local_media or site.image_root

    # ── the server ───────────────────────────────────────────────────────────────────────────────────────────

    def accesses(self) -> list[Access]:
        """Choose a port and a key. Raises SetupError for weights that are not there, and when no port is free."""
        if self.weights is not None and not self.weights.is_dir():
            raise SetupError(f"weights: {self.weights}: there is no such folder")
        port, key = free_port(), secrets.token_urlsafe(32)
        url = f"http://127.0.0.1:{port}/v1"
        headers = {"User-Agent": f"instructgen/{__version__}", "Accept": "application/json"}
        headers["Authorization"] = f"Bearer {key}"
        self._process = VllmProcess(
            self.command(port),
            # The key is in no argument, which others on this machine could read.
            {**os.environ, "VLLM_API_KEY": key, "VLLM_NO_USAGE_STATS": "1", "PYTHONUNBUFFERED": "1"},
            self._log(),
            self.start_seconds,
            warm_up=msgspec.json.encode(
                {"model": self.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1}
            ),
        )
        return [Access.of(find_route(url, proxy=""), url, headers, {}, (key,))]

    def command(self, port: int) -> list[str]:
        """Give the command that starts the server."""
        readable = self._readable(self._site)
        # vLLM's own command looks for the metadata of a package of just that name, which builds for CPUs lack.
        command = [str(self.python or sys.executable), "-m", "vllm.entrypoints.openai.api_server"]
        given: dict[str, object] = {
            "--model": self.weights or self.model,
            "--served-model-name": self.model,
            "--host": "127.0.0.1",
            "--port": port,
            "--uvicorn-log-level": "warning",
            "--limit-mm-per-prompt": msgspec.json.encode({"image": self.images}).decode(),
            "--allowed-local-media-path": readable and readable.resolve(),
            "--tensor-parallel-size": self.tensor_parallel if self.tensor_parallel > 1 else None,
            "--data-parallel-size": self.data_parallel if self.data_parallel > 1 else None,
            "--max-model-len": self.max_model_len,
            "--gpu-memory-utilization": self.gpu_memory_utilization,
            "--max-num-seqs": self.max_num_seqs,
            "--revision": self.revision,
            "--dtype": self.dtype,
            "--quantization": self.quantization,
            "--load-format": self.load_format,
            "--chat-template": self.chat_template,
        }
        for flag, value in given.items():
            command += [] if value is None else [flag, str(value)]
        command += ["--enable-prefix-caching", "--enable-prompt-tokens-details"]
        return [*command, *(["--enforce-eager"] * self.enforce_eager), *self.extra_args]

    def _log(self) -> Path:
        folder = self._site.logs or Path(tempfile.gettempdir()) / f"instructgen-{os.getpid()}"
        return folder / f"{self._site.name}.log"

    def _begun(self, exchange: Exchange) -> None:
        super()._begun(exchange)
        assert self._process is not None
        assert self._watch is not None
        self._keeping = exchange.loop.create_task(self._process.keep(exchange, self._watch.begun))

    def state(self) -> str:
        """Say in a few words what the server is doing."""
        return (self._process and self._process.state()) or super().state()

    async def close(self) -> None:
        """Stop the server; a later request starts another."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        try:
            await super().close()
        finally:
            process, self._process, self._keeping = self._process, None, None
            if process is not None:
                await process.stop()


def free_port() -> int:
    """Give a port that nobody listens at. Raises SetupError when none of a hundred is free."""
    for port in SystemRandom().sample(_PORTS, 100):
        with socket.socket() as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trying.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SetupError("vllm_server: found no free port on 127.0.0.1")
