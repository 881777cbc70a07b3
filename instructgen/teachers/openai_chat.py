"""A request in; a completion of any server that speaks OpenAI's chat completions out."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Raw
from pydantic import Field, JsonValue, PrivateAttr, field_validator

from ..component import PLACEMENT, Site, site_of
from ..money.budget import waiting
from ..money.prices import Price, price_list
from ..pictures.fit import Limits
from ..records import Completion, Context, Image, Request, Slot, Usage
from .exchange import Exchange, Gauge, Writer
from .manner import Manner
from .metrics import Watch
from .pictures import Pictures, images_of
from .server import OPENAI_HOST, Access, OpenAIServer, Pace
from .wire import Bodies, Outcome

_REASONING = re.compile(r"(^|/)(o[1-9]\d*|gpt-[5-9]\d*)(?![\w])(?!.*chat)", re.IGNORECASE)
"""Names of OpenAI's reasoning models, dated or not, behind a gateway's prefix or not."""

_SECRETS = re.compile(r"api[-_]?key|authori[sz]ation|password|secret|(access|auth|bearer)[-_]?token", re.IGNORECASE)
_RESERVED = ("messages", "stream", "n", "model", "response_format", "max_tokens", "max_completion_tokens")


class ChatModel(Pace):
    """A model behind chat completions, wherever it is served."""

    own_servers: ClassVar[bool] = False

    model: str = Field(min_length=1)
    """The served model's name."""
    temperature: float | None = Field(default=None, ge=0)
    """Sampling temperature; the server's default if left out. Not sent to reasoning models."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Nucleus sampling; the server's default if left out. Not sent to reasoning models."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Longest reply in tokens, where the task does not say; thoughts count. The server's default if left out."""
    seed: int | None = None
    """Sampling seed, for servers that know one."""
    stop: tuple[str, ...] = ()
    """Texts that end a reply."""
    reasoning_effort: str | None = None
    """How long a reasoning model may think: ``low``, ``medium``, ``high`` …"""
    extra_body: dict[str, JsonValue] = Field(default={}, repr=False)
    """More fields of the request's body, such as vLLM's ``chat_template_kwargs``."""
    max_image_bytes: int = Field(default=5_000_000, ge=10_000)
    """Largest picture file that is sent as it is; a larger one is re-encoded."""
    max_image_side: int = Field(default=2048, ge=28)
    """Longest side in pixels of a picture that is sent as it is; a larger one is shrunk to it."""
    max_image_pixels: int | None = Field(default=None, ge=784)
    """Most pixels, width times height, where the model states that; a picture with more is shrunk to them."""
    verify_pixels: bool = False
    """Whether a picture that is sent as it is is decoded first, not only looked at by its header and end mark."""
    local_media: Annotated[Path | None, PLACEMENT] = None
    """A folder whose files the server may read itself (vLLM: ``--allowed-local-media-path``). Pictures in it that are
    sent as they are go by their file's address; the others are sent with the request, as all are if left out."""
    reasoning: Annotated[Literal["auto"] | bool, PLACEMENT] = "auto"
    """Whether the model wants ``max_completion_tokens`` and no temperature; ``auto`` goes by name and by its answer."""
    reply_format: Annotated[Literal["auto", "json_schema", "plain"], PLACEMENT] = "auto"
    """Whether replies are held to a JSON schema; ``auto`` tries it with the first request."""
    prices: Annotated[Path | None, PLACEMENT] = None
    """A price table of your own (YAML); the one that comes along if left out."""

    _exchange: Exchange | None = PrivateAttr(default=None)
    _watch: Watch | None = PrivateAttr(default=None)
    _watching: asyncio.Task[None] | None = PrivateAttr(default=None)
    _pictures: Pictures = PrivateAttr()
    _bodies: Bodies = PrivateAttr()
    _identities: dict[int | None, dict[str, object]] = PrivateAttr(default_factory=dict)
    _settled: dict[str, str] = PrivateAttr(default_factory=dict)
    _priced: dict[tuple[str, str], Price | None] = PrivateAttr(default_factory=dict)

    @field_validator("extra_body")
    @classmethod
    def _leaves_alone_what_is_ours(cls, given: dict[str, JsonValue]) -> dict[str, JsonValue]:
        taken = [key for key in given if key in _RESERVED]
        if taken:
            raise ValueError(f"{', '.join(taken)} cannot be set here: there is a field for it, or it is fixed")
        secret = [key for key in _keys(given) if _SECRETS.search(key)]
        if secret:
            raise ValueError(f"{secret[0]}: a recipe holds no secrets; send it as a header, by env:NAME")
        return given

    def model_post_init(self, context: object, /) -> None:
        """Make what needs no event loop."""
        site = site_of(context)
        limits = Limits(self.max_image_bytes, self.max_image_side, self.max_image_pixels, self.verify_pixels)
        self._pictures = Pictures(site.image_root, limits, self._readable(site))
        self._bodies = Bodies({"model": self.model, **self._parameters()})
        self._settled = dict(site.settled)

    async def read_ahead(self, request: Request) -> None:
        """Read the pictures of a request. Raises RequestRefused for one that cannot be read."""
        if images := images_of(request):
            await self._pictures.read_ahead(images)

    def identity(self, request: Request, context: Context) -> Mapping[str, object]:  # noqa: ARG002
        """Give model, parameters and image digests. Without images it is the same object each time."""
        longest = self.longest(request)
        known = self._identities.get(longest)
        if known is None:
            limit = {} if longest is None else {"max_tokens": longest}
            own = {"model": self.model, **self._parameters(), **limit}
            known = self._identities[longest] = own | self._also_shaping()
        images = images_of(request)
        return known if not images else {**known, "images": self._pictures.digests(images)}

    async def complete(
        self,
        slot: Slot,
        digest: str,
        request: Request,
        context: Context,  # noqa: ARG002
    ) -> Completion:
        """Ask the server. Raises TeacherStop, and RequestRefused for a picture or request that cannot be sent."""
        waiting()
        exchange = self._exchange
        if exchange is None or exchange.loop is not asyncio.get_running_loop():
            exchange = self._exchange = Exchange(self, self.accesses(), self.model, self._manner())
            self._begun(exchange)
        write = await self._writer(request)
        outcome = await exchange.converse(write)
        return self._completion(slot, digest, outcome, self.longest(request), self.model)

    async def _writer(self, request: Request) -> Writer:
        """Give what writes a request's body. Raises RequestRefused for a picture that cannot be sent."""
        images = images_of(request)
        pictures: Mapping[Image, Raw] = await self._pictures.urls(images) if images else {}
        longest = self.longest(request)
        return lambda structured, reasoning: self._bodies.body(request, structured, reasoning, longest, pictures)

    def longest(self, request: Request) -> int | None:
        """Give the longest reply in tokens that a request asks for; None where the server decides."""
        return request.max_tokens or self.max_tokens

    def _completion(
        self, slot: Slot, digest: str, outcome: Outcome, longest: int | None, asked: str, *, batch: bool = False
    ) -> Completion:
        """Put an answer into a completion; ``asked`` is the model's name as it was asked for."""
        model, usage = outcome.model or asked, outcome.usage
        return Completion(
            slot=slot,
            digest=digest,
            text=outcome.text,
            thoughts=outcome.thoughts,
            finish=outcome.finish_within(longest),
            model=model,
            server_id=outcome.server_id,
            usage=usage,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            **self._charged(model, asked, usage, batch),
        )

    def _readable(self, site: Site) -> Path | None:
        """Give the folder whose pictures the servers can read themselves."""
        del site
        return self.local_media

    def accesses(self) -> list[Access]:
        """Give the way to each server. Raises SetupError and TeacherStop."""
        raise NotImplementedError

    def _servers(self) -> int:
        """Give the number of servers."""
        return 1

    def _also_shaping(self) -> dict[str, object]:
        """Give what shapes the answers beside the model's name and what is sent."""
        return {}

    def _begun(self, exchange: Exchange) -> None:
        """Start what goes on beside the requests."""
        if all(access.route.server != OPENAI_HOST for access in (e.access for e in exchange.endpoints.all)):
            self._watch = Watch(exchange.endpoints)
            self._watching = exchange.loop.create_task(self._watch.go_on())

    def state(self) -> str:
        """Say how fast the servers write and how full they are, where they are vLLM's."""
        return self._watch.state() if self._watch else ""

    def figures(self) -> Mapping[str, float]:
        """Give tokens, prefix-cache hits and more since the start, where the servers are vLLM's."""
        return self._watch.figures if self._watch else {}

    def _charged(self, model: str, asked: str, usage: Usage | None, batch: bool) -> dict[str, float]:
        """Give what a completion cost and saved, as its fields, by the price of the model that answered or was asked.

        Each is looked up once.
        """
        if usage is None:
            return {}
        if (model, asked) not in self._priced:
            self._priced[model, asked] = price_list(self.prices).price(model, asked)
        price = self._priced[model, asked]
        return {} if price is None else price.charged(usage, batch)

    def width(self) -> int:
        """Give a few more than may be in flight, so that a permit never waits for a request."""
        return self._servers() * (self.max_in_flight + self.max_in_flight // 8)

    def settled(self) -> Mapping[str, str]:
        """Give ``reply_format`` and ``reasoning`` as far as the server's answers have settled them."""
        if self._exchange is not None:
            self._settled.update(self._learned(self._exchange.manner))
        return dict(self._settled)

    def gauge(self) -> Gauge:
        """Give requests in flight, their limit now, and retries so far."""
        return self._exchange.gauge() if self._exchange else Gauge(0, 0, 0)

    def halt(self, error: Exception) -> None:
        """Send nothing more: whoever waits for a permit or a retry gets ``error``; what is in flight is finished."""
        if self._exchange is not None:
            self._exchange.halt(error)

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        if self._watching is not None and self._watch is not None:
            watching, self._watching = self._watching, None
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            if self._watch.known:
                await self._watch.look()
        if self._exchange is not None:
            self.settled()
            exchange, self._exchange = self._exchange, None
            await exchange.close()

    def _parameters(self) -> dict[str, object]:
        given: dict[str, object] = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
            "stop": list(self.stop) or None,
            "reasoning_effort": self.reasoning_effort,
        }
        return {**{k: v for k, v in given.items() if v is not None}, **self.extra_body}

    def _manner(self) -> Manner:
        known = self._settled
        named = bool(_REASONING.search(self.model)) or known.get("reasoning") == "true"
        reasoning = named if self.reasoning == "auto" else self.reasoning
        auto = self.reply_format == "auto"
        structured = known.get("reply_format") != "plain" if auto else self.reply_format == "json_schema"
        settled = not auto or "reply_format" in known
        return Manner(structured, settled, reasoning, (auto, self.reasoning == "auto"))

    def _learned(self, manner: Manner) -> dict[str, str]:
        learned = {}
        if manner.settled and self.reply_format == "auto":
            learned["reply_format"] = "json_schema" if manner.structured else "plain"
        if manner.reasoning and self.reasoning == "auto":
            learned["reasoning"] = "true"
        return learned


class OpenAIChat(OpenAIServer, ChatModel):
    """An OpenAI-compatible server: OpenAI, Azure, vLLM, llama.cpp, Ollama, gateways."""

    name: ClassVar[str] = "openai_chat"
    version: ClassVar[int] = 1


def _keys(value: JsonValue) -> Iterator[str]:
    """Give every key in a JSON value, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)
