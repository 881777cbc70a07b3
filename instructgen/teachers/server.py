"""The fields that say which server, by which key and how fast; URL, header bytes and secrets out.

None of them shapes an answer: all are placement. The environment variables are those of the ``openai`` package.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from pydantic import Field, model_validator

from .. import __version__
from ..component import PLACEMENT, Component
from ..errors import SetupError, TeacherStop
from .routes import Route, find_route, path_and_query

OPENAI_HOST = "api.openai.com"
OPENAI_URL = f"https://{OPENAI_HOST}/v1"

_SECRET_NAMES = re.compile(r"authori[sz]ation|cookie|(^|[-_])(key|token|secret|password|sig|signature)$", re.IGNORECASE)
_TOKEN = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
_VARIABLE = re.compile(r"(?![A-Za-z]{2,4}_[A-Za-z0-9]{20})[A-Za-z_][A-Za-z0-9_]{0,63}")
"""What names an environment variable, and is not itself a key such as ``hf_`` and thirty letters."""
_LOOKS_LIKE_KEY = re.compile(r"\b(sk|pk|rk|hf|gsk|xai)[-_][\w*.-]{6,}|\bBearer\s+\S+", re.IGNORECASE)

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class Access:
    """All that is needed to send a request: made once, when the first one is sent."""

    route: Route
    post: bytes = field(repr=False)
    """Everything of a request up to the number of its ``Content-Length``."""
    secrets: tuple[str, ...] = field(repr=False)
    _lines: bytes = field(repr=False)
    _url: str = field(repr=False)
    _query: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(
        cls, route: Route, url: str, headers: Mapping[str, str], query: Mapping[str, str], secrets: tuple[str, ...]
    ) -> Self:
        """Put together what requests to the base URL ``url`` need."""
        lines = route.lines + b"".join(_line(k, v) for k, v in headers.items())
        target = route.target + path_and_query(url, "/chat/completions", query)
        post = f"POST {target} HTTP/1.1\r\n".encode() + lines + b"Content-Type: application/json\r\nContent-Length: "
        return cls(route, post, secrets, lines, url, query)

    @property
    def models(self) -> bytes:
        """A whole request for the list of models."""
        return self._get(self._url, "/models")

    def beside(self, ending: str) -> bytes:
        """Give a whole request for what the server has beside its API, such as ``/metrics``."""
        url, _, query = self._url.partition("?")
        return self._get(url.rstrip("/").removesuffix("/v1") + (query and f"?{query}"), ending)

    def _get(self, url: str, ending: str) -> bytes:
        target = self.route.target + path_and_query(url, ending, self._query)
        return f"GET {target} HTTP/1.1\r\n".encode() + self._lines + b"\r\n"

    @property
    def server(self) -> str:
        """Host and port, for messages."""
        return self.route.server

    def scrub(self, text: str, most: int = 300) -> str:
        """Give foreign text on one line, shortened, with every secret struck out."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        text = " ".join(_LOOKS_LIKE_KEY.sub("***", text).split())
        return text if len(text) <= most else text[: most - 1] + "…"


class Pace(Component):
    """How fast a server is asked, and with how much patience."""

    timeout: Annotated[Positive, PLACEMENT] = 300.0
    """Seconds a try may take."""
    retry_seconds: Annotated[Positive, PLACEMENT] = 600.0
    """Seconds for which a request is tried again; a server that answers nobody for so long stops the run."""
    retries: Annotated[int, PLACEMENT] = Field(default=10, ge=0)
    """Times that a request is sent again while others are answered; being turned away as too many does not count."""
    max_wait: Annotated[Positive, PLACEMENT] = 60.0
    """Longest wait in seconds before a retry, whatever ``Retry-After`` asks."""
    max_in_flight: Annotated[int, PLACEMENT] = Field(default=256, ge=1, le=65536)
    """Most requests at a time, to each server."""
    adaptive: Annotated[bool, PLACEMENT] = True
    """Find the number in flight by the server's latency and its 429s; ``false`` keeps ``max_in_flight``."""
    requests_per_minute: Annotated[Positive | None, PLACEMENT] = None
    """Limit of requests a minute."""
    tokens_per_minute: Annotated[Positive | None, PLACEMENT] = None
    """Limit of tokens a minute, prompt and reply together; estimated before, corrected by the server's count."""


class OpenAIServer(Pace):
    """A server that speaks the OpenAI API, or several that serve the same model."""

    base_url: Annotated[str | tuple[str, ...] | None, PLACEMENT] = Field(default=None, min_length=1, repr=False)
    """The server's address up to and with ``/v1``, or a list of several servers' addresses; the variable
    OPENAI_BASE_URL if left out, else OpenAI's own."""
    api_key_env: Annotated[str, PLACEMENT] = "OPENAI_API_KEY"
    """Environment variable that holds the key. Keys themselves never stand in a recipe."""
    headers: Annotated[dict[str, str], PLACEMENT] = Field(default={}, repr=False)
    """Extra headers, such as ``api-key`` for Azure; a value ``env:NAME`` is taken from the environment."""
    query: Annotated[dict[str, str], PLACEMENT] = Field(default={}, repr=False)
    """Extra query parameters, such as ``api-version`` for Azure; ``env:NAME`` as for headers."""
    proxy: Annotated[str | None, PLACEMENT] = Field(default=None, repr=False)
    """Proxy URL, or ``env:NAME``; the usual variables if left out, none if empty."""
    ca_bundle: Annotated[Path | None, PLACEMENT] = None
    """File or folder of PEM certificates to trust beside the system's."""

    @model_validator(mode="after")
    def _no_secrets_written_down(self) -> Self:
        # SetupError passes through pydantic unwrapped: its own message would show the secret.
        for kind, given in (("headers", self.headers), ("query", self.query)):
            for key, value in given.items():
                if _SECRET_NAMES.search(key) and not value.startswith("env:"):
                    raise SetupError(f"{kind}.{key}: a recipe holds no secrets; write env:NAME and set that variable")
        for what, url in (*(("base_url", url) for url in self._urls()), ("proxy", self.proxy)):
            named = [key for key, _ in parse_qsl(urlsplit(url or "").query) if _SECRET_NAMES.search(key)]
            if named:
                raise SetupError(
                    f"{what}: a recipe holds no secrets; take {named[0]} out of the URL, into query.{named[0]}"
                )
            if url and "@" in url:
                raise SetupError(
                    f"{what}: a recipe holds no secrets; write the URL without user and password, or env:NAME"
                )
        if not _VARIABLE.fullmatch(self.api_key_env):
            raise SetupError("api_key_env: expected the name of an environment variable, not the key itself")
        for key in self.headers:
            if not _TOKEN.match(key) or key.lower() in ("content-length", "host", "transfer-encoding"):
                raise SetupError(f"headers.{key[:40]!r}: cannot be set")
        return self

    def accesses(self) -> list[Access]:
        """Read the environment and find the way to each server. Raises SetupError and TeacherStop."""
        return [self._access(self._base_url(url)) for url in self._urls()]

    def connection(self) -> tuple[str, dict[str, str], dict[str, str], str | None]:
        """Give the first server's address, headers, query parameters and proxy, for a client other than our own.

        The proxy is None where the environment decides. Raises SetupError and TeacherStop.
        """
        url = self._base_url(self._urls()[0])
        headers = {k: v for k, v in self._headers(url).items() if not k.startswith("Accept")}
        query = {k: self._from_env(v, f"query.{k}") or "" for k, v in self.query.items()}
        return url, headers, query, self._from_env(self.proxy, "proxy")

    def _base_url(self, given: str | None) -> str:
        return self._from_env(given, "base_url") or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL

    def _servers(self) -> int:
        return len(self._urls())

    def _urls(self) -> tuple[str | None, ...]:
        return self.base_url if isinstance(self.base_url, tuple) else (self.base_url,)

    def _access(self, base_url: str) -> Access:
        proxy = self._from_env(self.proxy, "proxy")
        route = find_route(base_url, proxy, self.ca_bundle)
        sent = self._headers(base_url)
        query = {k: self._from_env(v, f"query.{k}") or "" for k, v in self.query.items()}
        return Access.of(route, base_url, sent, query, self._secrets(sent, query, route, base_url))

    def _headers(self, base_url: str) -> dict[str, str]:
        sent = {"User-Agent": f"instructgen/{__version__}", "Accept": "application/json", "Accept-Encoding": "identity"}
        own = {k: self._from_env(v, f"headers.{k}") or "" for k, v in self.headers.items()}
        key = os.environ.get(self.api_key_env, "").strip()
        if not {"authorization", "api-key"} & {k.lower() for k in own}:
            if key:
                sent["Authorization"] = f"Bearer {key}"
            elif base_url.rstrip("/") == OPENAI_URL:
                raise TeacherStop(f"no key: set {self.api_key_env}, or base_url for a server of your own")
        for name, variable in (("OpenAI-Organization", "OPENAI_ORG_ID"), ("OpenAI-Project", "OPENAI_PROJECT_ID")):
            if value := os.environ.get(variable):
                sent[name] = value
        return sent | own

    def _secrets(self, sent: Mapping[str, str], query: Mapping[str, str], route: Route, url: str) -> tuple[str, ...]:
        hidden = [sent.get("Authorization", "").removeprefix("Bearer ")]
        for given, resolved in ((self.headers, sent), (self.query, query)):
            hidden += [resolved[k] for k, v in given.items() if v.startswith("env:")]
        if "@" in url:
            hidden += url.split("://", 1)[-1].rsplit("@", 1)[0].split(":", 1)
        hidden += [quoted(s) for s in hidden for quoted in (quote, quote_plus)]
        # Longest first, so that no secret's head is struck out of a longer one.
        return tuple(sorted({s for s in (*hidden, *route.secrets) if len(s) >= 4}, key=len, reverse=True))

    def _from_env(self, value: str | None, what: str) -> str | None:
        if value is None or not value.startswith("env:"):
            return value
        name = value.removeprefix("env:").strip()
        found = os.environ.get(name, "").strip()
        if not found:
            raise SetupError(f"{what}: the environment variable {name} is not set")
        return found


def _line(name: str, value: str) -> bytes:
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise SetupError(f"header {name}: the value holds control characters; set it anew, on one line")
    try:
        return f"{name}: {value}\r\n".encode("latin-1")
    except UnicodeEncodeError:
        raise SetupError(f"header {name}: the value holds characters that a header cannot carry") from None
