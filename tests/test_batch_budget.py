"""A budget and batches: what a batch may cost is held before it is sent, and nothing is sent that does not fit."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from loopback import Teacher
from loopback_batch_state import Service
from priced import price_file
from runs import asking, command, journaled, parts, recipe, succeeds, write_recipe, write_rows
from test_batch_runs import by_batch
from warm_start import Warm

PRICE = {"input": 2.0, "output": 8.0, "batch": 0.5, "max_output": 400, "known": "2026-01-31"}
RECORDS, ENDLESS = 30, 10**9

pytestmark = pytest.mark.usefixtures("key")


def made(folder: Path, service: Service, strong: Teacher | None = None, **fields: object) -> Path:
    prices = str(price_file(folder, {"loopback-small": PRICE, "loopback-large": PRICE}))
    source = write_rows(folder / "rows.jsonl", range(RECORDS))
    keys: dict[str, Any] = {"shard_size": 10}
    if strong is not None:
        judge = asking(strong.base_url, model="loopback-large", prices=prices)
        keys |= {"roles": {"judge": judge}, "checks": {"shape": {}, "judge": {"action": "tag"}}}
    tree = recipe(source, by_batch(service, prices=prices, max_requests=12, **fields), **keys)
    return write_recipe(folder / "recipe.yaml", tree)


def by_hand(run: Path) -> float:
    """Price a run's batches by hand: half the price, whatever was cached."""
    used: list[dict[str, int]] = [line["usage"] for line in journaled(run)]
    return sum(u["prompt"] * 2.0 + u["reply"] * 8.0 for u in used) / 2 / 1e6


def told(run: Path) -> dict[str, Any]:
    status: dict[str, Any] = json.loads(command("status", run, "--json").out)
    return status


def reserved(run: Path) -> list[float]:
    lines = [line for path in sorted(run.glob("reserved/*.jsonl")) for line in path.read_text().splitlines()]
    return [json.loads(line)["usd"] for line in lines]


@pytest.mark.slow
def test_what_does_not_fit_is_not_sent_until_what_was_has_turned_out_cheaper(tmp_path: Path, service: Service) -> None:
    run, out = made(tmp_path, service), tmp_path / "run"
    succeeds("run", run, "--out", tmp_path / "free")
    whole, service.paid = by_hand(tmp_path / "free"), type(service.paid)()
    worst = 1.05 * (whole / RECORDS + (400 - 173) * 4.0 / 1e6)  # a reply is shorter than it might be
    succeeds("run", run, "--out", out, "--budget", f"{whole + 9 * worst}")
    assert parts(out) == parts(tmp_path / "free")
    assert by_hand(out) == pytest.approx(whole)
    assert len(service.batches) > 3 + 3
    assert set(service.paid.values()) == {1}
    assert told(out)["spent"]["usd"] == pytest.approx(whole, abs=1e-6)
    assert told(out)["budget"]["unknown"] == 0
    assert reserved(out) == []


def test_a_run_ends_when_nothing_more_fits_and_goes_on_with_a_larger_budget(tmp_path: Path, service: Service) -> None:
    run, out = made(tmp_path, service), tmp_path / "run"
    end = command("run", run, "--out", out, "--budget", "0.06")
    assert end.code == 2
    spent = by_hand(out)
    assert 0.03 < spent <= 0.06
    assert f"the budget of $0.06 holds no further request: ${spent:.4f} spent" in end.err.splitlines()[-1]
    assert 0 < len(service.paid) == len(journaled(out)) < RECORDS
    succeeds("run", run, "--out", out, "--budget", "1")
    assert set(service.paid.values()) == {1}
    assert len(service.paid) == RECORDS
    assert told(out)["budget"]["unknown"] == 0


@pytest.mark.slow
def test_what_open_batches_may_cost_is_held_over_later_starts(tmp_path: Path, service: Service) -> None:
    run, out = made(tmp_path, service), tmp_path / "run"
    service.faults.looks = ENDLESS
    succeeds("run", run, "--out", out, "--detach", "--budget", "0.06")
    sent = len(service.batches)
    held = told(out)["budget"]
    assert 0.03 < held["unknown"] <= 0.06
    for _ in range(2):
        succeeds("run", run, "--out", out, "--detach")
        assert len(service.batches) == sent
    service.faults.looks = 1
    assert command("run", run, "--out", out).code == 2
    assert len(service.batches) > sent  # replies were cheaper than their worst case
    assert by_hand(out) <= 0.06
    assert set(service.paid.values()) == {1}
    assert told(out)["budget"]["unknown"] == 0


@pytest.mark.slow
def test_a_batch_that_was_begun_before_a_crash_is_held_and_settled_once(
    tmp_path: Path, service: Service, forking: Warm
) -> None:
    run, out = made(tmp_path, service), tmp_path / "run"
    for call, after in ((1, True), (2, True), (4, False), (6, True)):
        service.kill_at, service.kill_after = len(service.calls) + call, after
        with service.lock:
            process = forking.start("run", run, "--out", out, "--budget", "1")
            service.victim = partial(int, process)
        assert forking.ended() == -9
    service.kill_at = 0
    succeeds("run", run, "--out", out)
    assert set(service.paid.values()) == {1}
    assert len(service.paid) == RECORDS
    assert told(out)["spent"]["usd"] == pytest.approx(by_hand(out), abs=1e-6)
    assert told(out)["budget"]["unknown"] == 0


@pytest.mark.slow
def test_what_the_service_did_not_do_is_let_go_and_what_it_lost_counts_as_spent(
    tmp_path: Path, service: Service
) -> None:
    service.faults.expire, service.faults.refuse = 1, [[{"code": "invalid", "line": None, "message": "Not now"}]]
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "run", "--budget", "1")
    assert told(tmp_path / "run")["budget"]["unknown"] == 0
    assert len(service.paid) == RECORDS
    service.reset()
    service.faults.missing = 0.3
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "lossy", "--budget", "1")
    lost = sum(times - 1 for times in service.asked.values())
    assert lost
    assert told(tmp_path / "lossy")["budget"]["unknown"] == pytest.approx(lost * 0.0055, rel=0.01)


@pytest.mark.slow
def test_direct_answers_and_batches_are_paid_from_one_budget(
    tmp_path: Path, loopback: Teacher, service: Service
) -> None:
    run, out = made(tmp_path, service, strong=loopback), tmp_path / "run"
    assert command("run", run, "--out", out, "--budget", "0.15").code == 2
    assert told(out)["spent"]["usd"] <= 0.15
    before = len(journaled(out))
    printed = succeeds("run", run, "--out", out, "--budget", "2")
    assert f"asked {60 - before}, found in the journal {before}" in printed
    succeeds("run", run, "--out", tmp_path / "free")
    assert parts(out) == parts(tmp_path / "free")
    assert told(out)["budget"]["unknown"] == 0
