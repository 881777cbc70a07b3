"""Requests in, as they come from this page, from another site and from one that means harm; what is let through out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import refused
from viewing import Client, demo_run, page

from instructgen.run import Run

__all__ = ["demo_run"]
SAMPLE = "000000000001/conversation/0"


@pytest.fixture(scope="module")
def client(demo_run: Path) -> Iterator[Client]:
    with page(demo_run) as served:
        yield served


def unchanged(run: Path) -> bool:
    return not (run / "reviews").exists()


@pytest.mark.parametrize("path", ["/", f"/sample?id={SAMPLE}", "/static/page.js", "/nowhere", "/review"])
def test_every_answer_forbids_foreign_scripts_frames_and_guesses(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';") and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy and "form-action 'self'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == headers["referrer-policy"] == "same-origin"
    assert "server" not in headers and not [name for name in headers if name.startswith("access-control")]


def test_no_page_holds_an_inline_script_or_style(client: Client) -> None:
    for path in ("/", f"/sample?id={SAMPLE}"):
        body = client.get(path).body.decode()
        assert body.count("<script") == body.count('<script type="module" src="/static/page.js"></script>') == 1
        assert "<style" not in body and " style=" not in body and " onclick" not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", ""]
)
def test_a_request_under_another_name_or_port_is_refused(client: Client, host: str) -> None:
    asked = host.format(port=client.host.rpartition(":")[2])
    answer = client.ask("GET", "/", {}, host=asked)
    assert answer.status in (400, 421) and b"samples" not in answer.body


def test_localhost_is_this_machine_too(client: Client) -> None:
    assert client.ask("GET", "/", {}, host=client.host.replace("127.0.0.1", "LocalHost")).status == 200


def test_two_names_in_one_request_are_refused(client: Client) -> None:
    assert client.ask("GET", "/", {"Host": "evil.example"}).status in (400, 421)


@pytest.mark.parametrize("token", ["", "wrong", "x" * 43, "ünïcode"])
def test_a_change_without_the_token_is_refused(client: Client, demo_run: Path, token: str) -> None:
    assert client.post(token=token, id=SAMPLE, decision="reject").status == 403
    assert unchanged(demo_run)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://{host}", "http://localhost:1"])
def test_a_change_from_elsewhere_is_refused(client: Client, demo_run: Path, origin: str) -> None:
    assert client.post(origin=origin.format(host=client.host), id=SAMPLE, decision="reject").status == 403
    assert unchanged(demo_run)


def test_a_change_without_an_origin_is_refused(client: Client, demo_run: Path) -> None:
    body = f"token={client.token}&id={SAMPLE}&decision=reject".encode()
    assert client.ask("POST", "/review", {}, body).status == 403
    assert unchanged(demo_run)


def test_a_change_is_made_by_post_only(client: Client, demo_run: Path) -> None:
    assert client.get("/review", token=client.token, id=SAMPLE, decision="reject").status == 405
    assert client.ask("PUT", "/review", {}).status == 405
    assert unchanged(demo_run)


def test_what_is_no_form_or_too_large_is_refused(client: Client, demo_run: Path) -> None:
    origin = {"Origin": client.origin}
    assert client.ask("POST", "/review", origin, b"\xff\xfe=1").status == 403
    assert client.ask("POST", "/review", origin, b"a=1&" * 2000).status == 403
    assert client.ask("POST", "/review", origin, b"a" * 1_100_000).status == 413
    assert unchanged(demo_run)


def test_another_sites_page_may_link_here_but_not_use_what_is_here(client: Client) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.ask("GET", "/", cross | {"Sec-Fetch-Mode": "navigate"}).status == 200
    assert client.ask("GET", "/", cross | {"Sec-Fetch-Mode": "no-cors"}).status == 403


def test_each_start_has_a_token_of_its_own(client: Client, demo_run: Path) -> None:
    with page(demo_run) as other:
        assert other.token != client.token
        assert other.post(token=client.token, id=SAMPLE, decision="reject").status == 403
    assert len(list(Run.open(demo_run).samples())) and unchanged(demo_run)


def test_a_port_in_use_is_said_in_one_line(client: Client, demo_run: Path) -> None:
    port = client.host.rpartition(":")[2]
    said = refused("view", demo_run, "--port", port)
    assert said == f"instructgen: --port {port}: is in use; give another, or --port 0 for any that is free"


def test_a_folder_without_a_run_is_said_in_one_line(tmp_path: Path, demo_run: Path) -> None:
    assert "holds no run" in refused("view", tmp_path, "--port", 0)
    assert "one run or two" in refused("view", demo_run, demo_run, demo_run, "--port", 0)
