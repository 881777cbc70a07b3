"""A budget in; a run that stops before it is passed out, whatever is in flight, lost, late or killed."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from cases import refused
from loopback import Teacher
from priced import PRICES, by_hand, price_file, priced
from runs import KEY, asking, command, ended, journaled, parts, rows, start, succeeds


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def status(run: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(command("status", run, "--json").out)
    return told


def held(run: Path) -> list[float]:
    """Give all amounts in a run's ledgers."""
    paths = sorted(run.glob("reserved/*.jsonl"))
    return [json.loads(line)["usd"] for path in paths for line in path.read_text().splitlines()]


def test_a_run_stops_before_its_budget_is_passed_and_goes_on_with_a_larger_one(
    tmp_path: Path, loopback: Teacher
) -> None:
    loopback.set(latency=0.01)
    made, run = priced(tmp_path, loopback.base_url), tmp_path / "run"
    end = command("run", made, "--out", run, "--budget", "0.1")
    assert end.code == 2 and "Traceback" not in end.err
    spent = by_hand(journaled(run))
    told = f"the budget of $0.1 holds no further request: ${spent:.4f} spent"
    assert end.err.splitlines()[-1] == f"{told}; the same command with a larger --budget goes on where it stopped"
    assert 0.1 - max(held(run)) < spent <= 0.1
    assert status(run)["spent"]["usd"] == pytest.approx(spent, abs=1e-6)
    assert len(journaled(run)) == loopback.stats().requests
    succeeds("run", made, "--out", run, "--budget", "5")
    succeeds("run", made, "--out", tmp_path / "free")
    assert parts(run) == parts(tmp_path / "free")
    assert loopback.stats().answered_twice == len(rows(run, "samples"))  # by the other run, and by nothing else


def test_a_budget_holds_for_later_starts_until_another_is_given(tmp_path: Path, loopback: Teacher) -> None:
    made, run = priced(tmp_path, loopback.base_url), tmp_path / "run"
    assert command("run", made, "--out", run, "--budget", "0.05").code == 2
    before = loopback.stats().requests
    end = command("run", made, "--out", run)
    assert end.code == 2 and "the budget of $0.05 holds no further request" in end.err
    assert loopback.stats().requests == before
    assert json.loads((run / "run.json").read_text())["budget"] == 0.05
    end = command("plan", made, "--pilot", 30, "--out", run)
    assert end.code == 2 and "the budget of $0.05 holds no further request" in end.err
    assert loopback.stats().requests == before
    assert command("run", made, "--out", run, "--budget", "0.09").code == 2
    assert 0.05 < by_hand(journaled(run)) <= 0.09


def test_what_is_in_flight_is_waited_for_before_a_run_gives_up(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(latency=0.02)
    made, run = priced(tmp_path, loopback.base_url, fields={"max_in_flight": 32}), tmp_path / "run"
    worst = 0.0125
    assert command("run", made, "--out", run, "--budget", f"{30 * worst}").code == 0
    assert loopback.stats().peak > 8
    assert by_hand(journaled(run)) < 30 * 0.006  # half of it at most had been held back for each


@pytest.mark.parametrize("fault", ["no-schema", "no-temperature"])
def test_nobody_waits_for_one_who_waits_for_room(tmp_path: Path, loopback: Teacher, fault: str) -> None:
    """While the server's ability is unknown one request goes ahead, which may have to be sent once more."""
    loopback.set(faults={fault: 1.0}, latency=0.01)
    made, run = priced(tmp_path, loopback.base_url, fields={"temperature": 0.5}), tmp_path / "run"
    assert command("run", made, "--out", run, "--budget", "0.03").code == 2
    assert 0.03 - 0.0125 < by_hand(journaled(run)) <= 0.03
    assert status(run)["budget"]["unknown"] == 0.0


def test_judges_are_paid_from_the_same_budget(tmp_path: Path, loopback: Teacher) -> None:
    judge = asking(loopback.base_url, model="loopback-large", prices=str(tmp_path / "prices.yaml"))
    checks = {"shape": {}, "judge": {"action": "tag"}}
    made = priced(tmp_path, loopback.base_url, roles={"judge": judge}, checks=checks)
    run = tmp_path / "run"
    assert command("run", made, "--out", run, "--budget", "0.2").code == 2
    lines = journaled(run)
    assert {line["model"] for line in lines} == {"loopback-small", "loopback-large"}
    assert 0.2 - max(held(run)) < by_hand(lines) <= 0.2


# ── what is not known ────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_kill_left_unknown_counts_as_spent(tmp_path: Path, loopback: Teacher) -> None:
    """Every reply that the server gave was paid for, also those that no journal holds."""
    loopback.set(latency=0.15)
    made, run, limit = priced(tmp_path, loopback.base_url, 60), tmp_path / "run", 0.3
    process, end = start("run", made, "--out", run, "--budget", str(limit)), time.monotonic() + 20
    while loopback.stats().requests < 10 and time.monotonic() < end:
        time.sleep(0.005)
    process.kill()
    ended(process)
    loopback.set(latency=0.0)
    lost = loopback.stats().requests - len(journaled(run))
    assert lost > 0
    assert command("run", made, "--out", run).code == 2
    told, answered = status(run), dict(loopback.stats().answered)
    left = told["budget"]["unknown"]
    assert lost * 0.009 < left <= 8 * 0.0125
    assert told["spent"]["usd"] + left <= limit
    assert f"${left:.4f} of it for requests under way" in command("status", run).out
    succeeds("run", made, "--out", run, "--budget", "9")
    by_body = {line["server_id"].removeprefix("chatcmpl-"): by_hand([line]) for line in journaled(run)}
    assert sum(by_body[body] * times for body, times in answered.items()) <= limit
    assert status(run)["budget"]["unknown"] == pytest.approx(left)


def test_what_only_the_driver_had_counted_stays_spent(tmp_path: Path, loopback: Teacher) -> None:
    """A machine that shares no folder was lost with replies that no file holds."""
    made, run = priced(tmp_path, loopback.base_url), tmp_path / "run"
    assert command("run", made, "--out", run, "--budget", "0.05").code == 2
    paid, facts = by_hand(journaled(run)), json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(facts | {"committed": paid + 0.02}))
    for limit in ("0.1", "0.12"):
        assert command("run", made, "--out", run, "--budget", limit).code == 2
        told = status(run)
        assert told["budget"]["unknown"] == pytest.approx(0.02, abs=1e-5)
        assert told["spent"]["usd"] + 0.02 <= float(limit) < told["spent"]["usd"] + 0.02 + 0.0125


def test_a_try_that_may_have_been_paid_for_counts_and_one_that_was_turned_away_does_not(
    tmp_path: Path, loopback: Teacher
) -> None:
    loopback.set(faults={"429": 0.2, "503": 0.1, "500": 0.1})
    made, run = priced(tmp_path, loopback.base_url), tmp_path / "run"
    succeeds("run", made, "--out", run, "--budget", "5")
    told = status(run)
    assert loopback.stats().requests > 40
    assert told["budget"]["unknown"] == 0.0 and held(run) == []
    loopback.set(faults={"hang": 0.1, "half": 0.1, "reset": 0.1}, reset=True)
    impatient = ("--set", "teacher.timeout=0.2")
    succeeds("run", made, "--out", tmp_path / "late", "--budget", "5", *impatient)
    faults = sum(n for name, n in loopback.stats().faults.items() if name in ("hang", "half", "reset"))
    assert faults >= 5
    unknown = status(tmp_path / "late")["budget"]["unknown"]
    assert faults * 0.009 < unknown <= faults * 0.0125


def test_a_reply_without_usage_keeps_its_worst_case(tmp_path: Path, loopback: Teacher) -> None:
    made, run = priced(tmp_path, loopback.base_url, 3), tmp_path / "run"
    loopback.set(faults={"400": 0.999})
    succeeds("run", made, "--out", run, "--budget", "1")
    assert status(run)["budget"] == {"limit": 1.0, "unknown": 0.0, "left": 1.0}
    body = json.dumps({"choices": [{"message": {"content": "No."}, "finish_reason": "stop"}]}).encode()
    loopback.set(faults={"verbatim": 1.0})
    loopback.server.verbatim = [body] * 3
    succeeds("run", made, "--out", tmp_path / "mute", "--budget", "1")
    told = status(tmp_path / "mute")
    assert told["spent"]["usd"] == 0.0 and 0.027 < told["budget"]["unknown"] < 0.0375


def test_replies_without_a_price_are_priced_before_a_budget_is_kept(tmp_path: Path, loopback: Teacher) -> None:
    made, run = priced(tmp_path, loopback.base_url, 20), tmp_path / "run"
    other = price_file(tmp_path, {"another": PRICES["loopback-small"]})
    succeeds("run", made, "--out", run, "--limit", 10)
    assert status(run)["spent"]["unpriced"] == 10
    price_file(other.parent)
    paid = by_hand(journaled(run))
    assert command("run", made, "--out", run, "--budget", str(paid + 0.013)).code == 2
    assert paid < by_hand(journaled(run)) <= paid + 0.013
    assert status(run)["budget"]["unknown"] == pytest.approx(paid, abs=1e-6)


# ── what is asked for, never guessed ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("without", "fields", "told"),
    [
        ("loopback-small", {}, "teacher: a budget needs the price of loopback-small, which the price table lacks"),
        ("max_output", {}, "teacher: a budget needs a bound for the length of replies; set teacher.max_tokens"),
        ("pictures", {"picture": True}, "teacher: a budget needs to know how many tokens a picture is to loopback"),
    ],
)
def test_what_a_budget_needs_and_lacks_is_one_line_before_anything_is_sent(
    tmp_path: Path, loopback: Teacher, without: str, fields: dict[str, object], told: str
) -> None:
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", **fields}}
    made = priced(tmp_path, loopback.base_url, tasks=tasks)
    models = {name: {k: v for k, v in price.items() if k != without} for name, price in PRICES.items()}
    models.pop(without, None)
    price_file(tmp_path, models)
    assert told in refused("run", made, "--out", tmp_path / "run", "--budget", "1")
    assert loopback.stats().requests == 0 and not (tmp_path / "run" / "run.json").exists()


def test_a_length_that_the_recipe_bounds_needs_none_in_the_table(tmp_path: Path, loopback: Teacher) -> None:
    made = priced(tmp_path, loopback.base_url, 1, fields={"max_tokens": 350})
    price_file(tmp_path, {"loopback-small": {"input": 0, "output": 8, "known": "2026-01-31"}})
    assert command("run", made, "--out", tmp_path / "run", "--budget", "0.0027").code == 2
    assert held(tmp_path / "run") == [] and loopback.stats().requests == 0
    succeeds("run", made, "--out", tmp_path / "run", "--budget", "0.0028")


def test_a_free_teacher_takes_nothing_from_a_budget(tmp_path: Path) -> None:
    made = priced(tmp_path, "http://127.0.0.1:9/v1")
    succeeds("run", made, "--out", tmp_path / "run", "--set", "teacher.use=grounded", "--budget", "0")
    assert status(tmp_path / "run")["budget"] == {"limit": 0.0, "unknown": 0.0, "left": 0.0}
