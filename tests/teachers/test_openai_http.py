"""The connections: framing, compression, proxies, tunnels and certificates, against real sockets."""

import asyncio
import gzip
import shutil
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from asking import ask, asked_once, chat, run
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Teacher

from instructgen.errors import SetupError, TeacherStop
from instructgen.teachers.http import Answer, Broken
from instructgen.teachers.openai_chat import OpenAIChat
from instructgen.teachers.pool import Pool
from instructgen.teachers.routes import find_route

_REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def saying(*pieces: bytes, end: bool = True) -> AsyncIterator[Pool]:
    """Serve the same pieces of bytes to every request, each in a packet of its own."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if end:
                writer.close()
                return

    serving: set[asyncio.Task[None] | None] = set()

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):
            await serve(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(quietly, "127.0.0.1", 0)
    pool = Pool(find_route(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", proxy=""))
    try:
        yield pool
    finally:
        await pool.close()
        server.close()
        await asyncio.gather(*(task for task in serving if task))


def answer_to(*pieces: bytes, times: int = 1, end: bool = True, timeout: float = 5.0) -> Answer:
    """Ask a server that says these pieces."""

    async def go() -> Answer:
        async with saying(*pieces, end=end) as pool:
            for _ in range(times):
                answer = await pool.ask(_REQUEST, timeout)
            return answer

    return asyncio.run(go())


def test_a_chunked_body_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answer_to(head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n", end=False, times=3).body == b"abcde"


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 130), st.binary(max_size=40))
def test_an_answer_is_the_same_however_it_is_cut_into_packets(size: int, body: bytes) -> None:
    whole = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert answer_to(*pieces, end=False) == Answer(200, {"x-a": "1", "content-length": str(len(body))}, body)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compressed_body_is_unpacked_though_none_was_asked_for(coding: str) -> None:
    body = (gzip.compress if coding == "gzip" else zlib.compress)(b"hello " * 50)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (coding.encode(), len(body))
    assert answer_to(head + body).body == b"hello " * 50


def test_a_body_that_the_end_of_the_connection_ends_is_taken() -> None:
    assert answer_to(b"HTTP/1.1 200 OK\r\n\r\n", b"all of it").body == b"all of it"


def test_an_interim_answer_is_passed_over() -> None:
    assert answer_to(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").body == b"ok"


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"], "reset"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"], "reset"),
        ([b"HTTP/1.1 20"], "reset"),
        ([b""], "reset"),
        ([b"SSH-2.0-OpenSSH\r\n"], "malformed"),
        ([b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"], "malformed"),
    ],
)
def test_half_an_answer_is_never_taken_for_one(pieces: list[bytes], kind: str) -> None:
    with pytest.raises(Broken) as fault:
        answer_to(*pieces)
    assert fault.value.kind == kind


def test_a_server_that_says_nothing_is_given_up_at_the_deadline() -> None:
    with pytest.raises(Broken, match=r"within 0\.05 s"):
        answer_to(end=False, timeout=0.05)


def test_connections_are_kept_and_used_again(loopback: Teacher) -> None:
    async def go(teacher: OpenAIChat) -> int:
        for number in range(5):
            await ask(teacher, number)
        return len(loopback.server.connections)

    teacher = chat(loopback.base_url)
    assert run(go(teacher), teacher) == 1


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8000/v1", "ftp://host/v1", "http://", "http://host:99999/v1", "http://ho st/v1", "http://h:x/"]
)
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(SetupError, match=r"base_url: "):
        find_route(url)


def test_the_usual_proxy_variables_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("https_proxy", "proxy.example:3129")
    monkeypatch.setenv("no_proxy", "inside.example")
    forwarded, tunnelled = find_route("http://a.example/v1"), find_route("https://a.example/v1")
    assert (forwarded.host, forwarded.port, forwarded.target) == ("proxy.example", 3128, "http://a.example")
    assert (tunnelled.host, tunnelled.port) == ("proxy.example", 3129)
    assert (tunnelled.tunnel or b"").startswith(b"CONNECT a.example:443 HTTP/1.1\r\n")
    assert find_route("http://inside.example/v1").host == "inside.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Make a certificate for ``localhost``."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, pem = folder / "key.pem", folder / "cert.pem"
    curve = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(pem),
    ]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    subprocess.run([openssl, "req", "-x509", *curve, *name], check=True, capture_output=True)
    yield pem, key


@asynccontextmanager
async def tls_front(certificate: tuple[Path, Path], to: int) -> AsyncIterator[int]:
    """End TLS in front of a plain port; give the port to connect to."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    async with relay(to, context) as port:
        yield port


@asynccontextmanager
async def relay(to: int, context: ssl.SSLContext | None = None, seen: list[bytes] | None = None) -> AsyncIterator[int]:
    """Pass bytes on to a port; with ``seen``, be a proxy that first takes a CONNECT and notes it."""
    tasks: set[asyncio.Task[None]] = set()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ssl.SSLError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if seen is not None:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        onward, back = await asyncio.open_connection("127.0.0.1", to)
        tasks.update((asyncio.create_task(pipe(reader, back)), asyncio.create_task(pipe(onward, writer))))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", None])
def test_a_server_is_reached_by_tls_with_a_certificate_that_is_named(
    loopback: Teacher, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    if variable:
        monkeypatch.setenv(variable, str(certificate[0]))
    fields = {} if variable else {"ca_bundle": str(certificate[0])}

    async def go() -> str:
        async with tls_front(certificate, int(loopback.root.rsplit(":", 1)[1])) as port:
            teacher = chat(f"https://localhost:{port}/v1", None, **fields)
            try:
                return (await ask(teacher)).finish
            finally:
                await teacher.close()

    assert run(go()) == "stop"


def test_a_certificate_that_nobody_vouches_for_stops_the_run(
    loopback: Teacher, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> None:
        async with tls_front(certificate, int(loopback.root.rsplit(":", 1)[1])) as port:
            await ask(chat(f"https://localhost:{port}/v1"))

    with pytest.raises(TeacherStop, match="its certificate is not trusted; name its authority's file by ca_bundle"):
        run(go())


def test_a_tunnel_through_a_proxy_carries_tls_to_the_server(
    loopback: Teacher, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_PROXY_LOGIN", "unused")
    seen: list[bytes] = []

    async def go() -> str:
        async with (
            tls_front(certificate, int(loopback.root.rsplit(":", 1)[1])) as inner,
            relay(inner, seen=seen) as proxy,
        ):
            where = {"proxy": f"http://127.0.0.1:{proxy}", "ca_bundle": str(certificate[0])}
            teacher = chat("https://localhost:4443/v1", None, **where)
            try:
                return (await ask(teacher)).finish
            finally:
                await teacher.close()

    assert run(go()) == "stop"
    assert seen[0].startswith(b"CONNECT localhost:4443 HTTP/1.1\r\nHost: localhost:4443\r\n")
    assert b"Authorization" not in seen[0]


def test_a_bundle_that_holds_no_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(SetupError, match=r"ca\.pem: cannot be read as PEM certificates"):
        asked_once(chat("https://localhost:1/v1", ca_bundle=str(tmp_path / "ca.pem")))
