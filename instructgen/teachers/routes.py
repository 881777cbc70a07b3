"""A server's URL and the environment in; where to connect, through which proxy and with which certificates out.

The usual variables are honoured: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR and
REQUESTS_CA_BUNDLE.
"""

import base64
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from ..errors import SetupError

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Route:
    """How a server is reached."""

    host: str
    """Host to open the connection to: the server's own, or the proxy's."""
    port: int
    server: str
    """The server's host and port, for messages: no path, no credentials."""
    tls_first: ssl.SSLContext | None
    """TLS to ``host``."""
    tls_inner: ssl.SSLContext | None = None
    """TLS to the server through the proxy's tunnel."""
    tunnel: bytes | None = field(default=None, repr=False)
    """What to send to the proxy to open the tunnel."""
    server_name: str = ""
    """The name that the server's certificate must bear."""
    lines: bytes = field(default=b"", repr=False)
    """Header lines that every request needs: Host, and the proxy's where it forwards."""
    target: str = ""
    """Prefix of every request's target: empty, or scheme and host where a proxy forwards."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Proxy credentials, to be kept out of every message."""


def find_route(base_url: str, proxy: str | None = None, ca_bundle: Path | None = None) -> Route:
    """Find the route to a server.

    ``proxy`` overrides the environment; an empty one means no proxy. Raises SetupError for a URL that cannot be used
    and for certificates that cannot be read.
    """
    url = _checked(base_url, "base_url")
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    shown = f"[{host}]" if ":" in host else host
    authority = shown if url.port in (None, _PORTS[url.scheme]) else f"{shown}:{port}"
    tls = certificates(ca_bundle) if url.scheme == "https" else None
    lines = f"Host: {authority}\r\n".encode()
    via = _proxy_for(url, host) if proxy is None else proxy
    if not via:
        return Route(host, port, authority, tls, lines=lines, server_name=host)
    middle = _checked(via if "://" in via else f"http://{via}", "proxy")
    entrance = middle.hostname or "", middle.port or _PORTS[middle.scheme]
    middle_tls = certificates(ca_bundle) if middle.scheme == "https" else None
    login, secrets = _login(middle)
    if tls is None:
        target = f"http://{authority}"
        return Route(*entrance, authority, middle_tls, lines=lines + login, target=target, secrets=secrets)
    tunnel = f"CONNECT {shown}:{port} HTTP/1.1\r\nHost: {shown}:{port}\r\n".encode() + login + b"\r\n"
    return Route(*entrance, authority, middle_tls, tls, tunnel, host, lines, "", secrets)


def certificates(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """Give a TLS context that trusts the system's certificates, or the file or folder that the environment names."""
    named = ca_bundle or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    context = ssl.create_default_context()
    if named:
        try:
            context.load_verify_locations(
                **({"capath": str(named)} if Path(named).is_dir() else {"cafile": str(named)})
            )
        except (OSError, ssl.SSLError) as error:
            raise SetupError(f"{named}: cannot be read as PEM certificates ({error}); mend the CA bundle") from None
    return context


def path_and_query(base_url: str, ending: str, query: Mapping[str, str]) -> str:
    """Give the target of a request: the base URL's path, an ending, and the query parameters of both."""
    url = urlsplit(base_url)
    own = f"{url.query}&" if url.query and query else url.query
    asked = own + urlencode(query)
    return f"{url.path.rstrip('/')}{ending}" + (f"?{asked}" if asked else "")


def _checked(text: str, what: str) -> SplitResult:
    try:
        url = urlsplit(text.strip())
        port_is_right = url.port is None or url.port > 0
    except ValueError:
        raise SetupError(f"{what}: not a URL; expected the like of http://127.0.0.1:8000/v1") from None
    if url.scheme not in _PORTS or not url.hostname or not port_is_right:
        shown = f"{url.scheme}://{url.hostname or ''}" if url.scheme else "no scheme"
        raise SetupError(f"{what}: expected http:// or https:// and a host, found {shown}")
    if any(c.isspace() or ord(c) < 32 for c in text.strip()):
        raise SetupError(f"{what}: holds blanks or control characters; write them percent-encoded")
    return url


def _proxy_for(url: SplitResult, host: str) -> str | None:
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return None if not found or proxy_bypass(host) else found


def _login(proxy: SplitResult) -> tuple[bytes, tuple[str, ...]]:
    if proxy.username is None:
        return b"", ()
    user, password = unquote(proxy.username), unquote(proxy.password or "")
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    secrets = tuple(s for s in (coded, password, proxy.password, f"{user}:{password}") if s)
    return f"Proxy-Authorization: Basic {coded}\r\n".encode(), secrets
