"""A request in; the same request out, or a refusal: only this machine's own page may read, and only it may change.

Another site's page that a browser shows can send requests here too, under a name of its own that leads to this
machine. So the Host header must name the loopback address and this port, and a change must come from this page: with
its Origin and with the token that only its forms hold. Every answer forbids scripts and frames but our own.
"""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # not no-referrer: under that, browsers send the Origin of a form as "null"
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
MOST_BODY_BYTES = 1_000_000
_MOST_FIELDS = 1000


class Guard:
    """Middleware in front of the page."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        """``port`` is the one that is listened on, ``token`` this start's."""
        self._app = app
        self._token = token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        if port == 80:  # browsers leave it out
            self._hosts |= {"127.0.0.1", "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal is None and scope["method"] == "POST":
            body = await _body(receive)
            if body is None:
                refusal = PlainTextResponse("The form is too large.\n", 413)
            else:
                scope["form"] = form = _fields(body)
                if not secrets.compare_digest(form.get("token", "").encode(), self._token.encode()):
                    refusal = PlainTextResponse("This form is of an earlier start: load the page again.\n", 403)
        await (self._app if refusal is None else refusal)(scope, receive, guarded)

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return PlainTextResponse("This page is read on this machine only, at the address that was printed.\n", 421)
        if method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Not allowed.\n", 405, {"allow": "GET, HEAD, POST"})
        if method == "POST" and headers.getlist("origin") != [f"http://{hosts[0]}"]:
            return PlainTextResponse("Changes are made from this page only.\n", 403)
        if headers.get("sec-fetch-site", "none") == "cross-site" and headers.get("sec-fetch-mode") != "navigate":
            return PlainTextResponse("This page is read on its own only.\n", 403)
        return None


async def _body(receive: Receive) -> bytes | None:
    """Read a request's body; None when it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _fields(body: bytes) -> Mapping[str, str]:
    """Read a form as browsers send it; one that is no such form has no fields."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        return {}
