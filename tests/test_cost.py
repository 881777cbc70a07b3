"""A scripted price list in; what a plan, a journal, status and report say of money held against a hand calculation."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import Teacher
from priced import PRICES, by_hand, price_file, priced
from runs import KEY, asking, command, journaled, succeeds

from instructgen.money.prices import PictureTokens, Price
from instructgen.records import Usage


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def planned(*arguments: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(command("plan", *arguments, "--json").out)
    return told


def judged(folder: Path, base_url: str, **keys: object) -> Path:
    """Write a recipe of two tasks and a judge of another price."""
    judge = asking(base_url, model="loopback-large", prices=str(folder / "prices.yaml"))
    tasks = {
        name: {"use": "prompted", "form": form}
        for name, form in (("conversation", "dialogue"), ("detail", "description"))
    }
    checks = {"shape": {"action": "retry"}, "judge": {"action": "retry"}}
    return priced(folder, base_url, 12, roles={"judge": judge}, tasks=tasks, checks=checks, **keys)


def test_a_plan_prices_each_way_of_paying(tmp_path: Path, loopback: Teacher) -> None:
    path = judged(tmp_path, loopback.base_url)
    plan = planned(path)
    check = plan["checks"]["judge"]
    prompt = plan["prompt_tokens"] - check["prompt_tokens"]
    reply = plan["reply_tokens"] - check["reply_tokens"]
    judging = (check["prompt_tokens"] * 5 + check["reply_tokens"] * 20) / 1e6
    writing = (prompt * 2 + reply * 8) / 1e6
    assert plan["usd"]["plain"] == pytest.approx(writing + judging, abs=2e-4)
    assert plan["usd"]["batch"] == pytest.approx(writing + judging / 2, abs=2e-4)  # the writer has no batch service
    shared = (plan["usd"]["plain"] - plan["usd"]["cached_prefix"]) / 1.5e-6  # and the judge no caching
    assert 0 < shared <= plan["cacheable_prompt_tokens"]
    assert set(plan["usd"]) == {"plain", "cached_prefix", "batch"}
    assert {p["source"] for p in plan["prices"].values()} == {"a list of our own"}
    told = command("plan", path).out
    assert "no batch service by these prices: loopback-small and is counted as asked online" in told
    assert "(price known 2026-01-30): $" in told and "prices from: a list of our own" in told


def test_a_prefix_that_is_too_short_is_not_cached(tmp_path: Path, loopback: Teacher) -> None:
    path = priced(tmp_path, loopback.base_url, 5)
    small = {"loopback-small": {**PRICES["loopback-small"], "cached_from": 10**6}}
    assert planned(path)["cacheable_prompt_tokens"] > 0
    price_file(tmp_path, small)
    plan = planned(path)
    assert plan["cacheable_prompt_tokens"] == 0 and plan["usd"]["cached_prefix"] == plan["usd"]["plain"]


def test_a_plan_counts_pictures_by_their_sizes(tmp_path: Path, loopback: Teacher) -> None:
    tasks = {"detail": {"use": "prompted", "form": "description", "picture": True}}
    path = priced(tmp_path, loopback.base_url, 5, tasks=tasks)
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps({**r, "width": 640, "height": 480}) + "\n" for r in rows))
    without = planned(path)
    assert without["pictures_uncounted"] == ["loopback-small"]
    assert "pictures are not counted" in command("plan", path).out
    rules = {"most": {"most": 900}, "tiles": {"base": 85, "tile": 170}, "patches": {"patches": 1536, "factor": 1.5}}
    for rule, tokens in (("most", 900), ("tiles", 85 + 170 * 2), ("patches", 450)):
        price_file(tmp_path, {"loopback-small": {**PRICES["loopback-small"], "pictures": rules[rule]}})
        plan = planned(path)
        assert plan["prompt_tokens"] - without["prompt_tokens"] == 5 * tokens, rule
        assert plan["pictures_uncounted"] == []


@pytest.mark.parametrize(
    ("rule", "size", "tokens"),
    [
        (PictureTokens(base=85, tile=170), (1024, 1024), 765),  # the provider's own examples
        (PictureTokens(base=85, tile=170), (2048, 4096), 1105),
        (PictureTokens(patches=1536), (1024, 1024), 1024),
        (PictureTokens(patches=1536, factor=1.62), (4000, 4000), 2489),
        (PictureTokens(base=85, tile=170), (100, 100), 255),
        (PictureTokens(most=729), (100, 100), 729),
    ],
)
def test_tokens_of_pictures(rule: PictureTokens, size: tuple[int, int], tokens: int) -> None:
    assert rule.tokens(*size) == tokens <= rule.bound()
    assert rule.tokens(None, None) == rule.bound()


def test_a_bound_holds_for_every_shape() -> None:
    for rule in (PictureTokens(base=70, tile=140), PictureTokens(patches=10000, factor=1.2)):
        sizes = [(w, h) for w in range(1, 2049, 89) for h in range(1, 2049, 97)] + [(2048, 2048), (2048, 1)]
        assert max(rule.tokens(w, h, 2048) for w, h in sizes) <= rule.bound(2048)
        assert rule.tokens(9000, 7000, 2048) <= rule.bound(2048)


def test_what_was_saved_is_what_would_have_been_paid() -> None:
    price = Price(input=4, cached_input=1, output=10, batch=0.5, batch_caches=True, known=date(2026, 1, 31))
    usage = Usage(prompt=1_000_000, cached=600_000, reply=100_000)
    assert price.charged(usage) == {"usd": 0.4 * 4 + 0.6 * 1 + 0.1 * 10, "caching_usd": 1.8}
    halved = {"usd": (0.4 * 4 + 0.6 * 1 + 1.0) / 2, "caching_usd": 0.9, "batch_usd": (4.0 + 1.0) / 2}
    assert price.charged(usage, batch=True) == halved
    assert sum(halved.values()) == 4.0 + 1.0
    dear = price.model_copy(update={"batch_caches": False})
    assert dear.charged(usage, batch=True) == {"usd": 2.5, "batch_usd": 2.5}
    assert price.charged(Usage(prompt=0)) == {"usd": 0.0}


def test_status_and_report_are_a_hand_calculation(tmp_path: Path, loopback: Teacher) -> None:
    path, run = judged(tmp_path, loopback.base_url), tmp_path / "run"
    command("run", path, "--out", run, "--budget", "0.1")
    first = journaled(run)
    succeeds("run", path, "--out", run, "--budget", "9")
    lines = journaled(run)
    by_task = {
        task: [ln for ln in lines if ln["slot"]["asker"].partition("#")[0] == task]
        for task in ("conversation", "detail")
    }
    status = json.loads(command("status", run, "--json").out)
    assert status == json.loads((run / "report.json").read_text())
    assert status["spent"]["usd"] == pytest.approx(by_hand(lines), abs=1e-6)
    assert status["saved"]["caching"] == pytest.approx(by_hand(lines, cached=False) - by_hand(lines), abs=1e-6)
    assert status["saved"]["batch"] == 0.0
    assert status["saved"]["replies_reused"] == len(first)
    assert status["saved"]["reuse"] == pytest.approx(by_hand(first), abs=1e-6)
    for task, theirs in by_task.items():
        cost, accepted = status["cost_by_task"][task], status["tasks"][task]["accepted"]
        assert cost["usd"] == pytest.approx(by_hand(theirs), abs=1e-6)
        assert cost["usd_per_accepted"] == pytest.approx(by_hand(theirs) / accepted, abs=1e-6)
    told = command("status", run).out
    assert f"saved: ${status['saved']['caching']:.4f} as prompts were cached" in told
    assert f"${status['saved']['reuse']:.4f} by {len(first)} replies that a start found in the journal" in told
    assert f"budget: ${by_hand(lines):.4f} of $9 spent" in told
    succeeds("report", run)
    page = re.sub(r"<[^>]+>", " ", (run / "report.html").read_text())
    for usd in (by_hand(lines), status["saved"]["caching"], status["saved"]["reuse"], 9 - by_hand(lines)):
        assert f"${usd:.4f}" in page


def test_a_pilot_says_what_goes_into_later_attempts(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(faults={"refusal": 0.3})
    path, run = priced(tmp_path, loopback.base_url, 20, attempts=["teacher", "teacher"]), tmp_path / "run"
    pilot = planned(path, "--pilot", 20, "--out", run)["pilot"]
    lines = journaled(run)
    later = [line for line in lines if line["slot"]["attempt"] == 2]
    assert later and pilot["requests_of_later_attempts"] == len(later)
    assert pilot["retries_share_of_usd"] == pytest.approx(by_hand(later) / by_hand(lines), abs=1e-4)
    assert pilot["usd"] == pytest.approx(by_hand(lines), abs=1e-4)
    assert pilot["usd_uncached"] == pytest.approx(by_hand(lines, cached=False), abs=1e-4)
    assert pilot["usd_batch"] == pilot["usd_uncached"]  # no batch service
    assert f"({len(later)} of {len(lines)} requests)" in command("plan", path, "--pilot", 20, "--out", run).out
