"""Recipes in; requests, tokens and money as planned, held against what a real run asks and pays, out."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from cases import contents, finished, refused, sound
from loopback import Teacher
from runs import KEY, asked, asking

from instructgen.money.tokens import ESTIMATE_ERROR
from instructgen.pilot import extrapolated
from instructgen.run import Run

TASKS = {
    "conversation": {"use": "prompted", "form": "dialogue", "samples": 2},
    "detail": {"use": "prompted", "form": "description", "take": 7},
    "complex_reasoning": {"use": "prompted", "form": "single_question", "take": "50%"},
}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def planned(*arguments: object) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(finished("plan", *arguments, "--json").out)
    return told


def prices(folder: Path, **models: dict[str, object]) -> Path:
    path = folder / "prices.yaml"
    path.write_text(yaml.safe_dump({"source": "a list of our own", "models": models}), encoding="utf-8")
    return path


def test_a_plan_asks_nobody_and_writes_nothing(tmp_path: Path, loopback: Teacher) -> None:
    path = sound(tmp_path, teacher=asking(loopback.base_url))
    before = contents(tmp_path)
    finished("plan", path)
    assert loopback.stats().requests == 0 and contents(tmp_path) == before


@pytest.mark.parametrize("limit", [None, 9])
def test_planned_requests_are_those_that_a_run_asks(tmp_path: Path, loopback: Teacher, limit: int | None) -> None:
    path = sound(tmp_path, 20, teacher=asking(loopback.base_url), tasks=TASKS)
    limits = () if limit is None else ("--limit", limit)
    plan = planned(path, *limits)
    told = finished("run", path, "--out", tmp_path / "run", *limits).err
    assert plan["requests"] == asked(told) == loopback.stats().requests
    status = json.loads(finished("status", tmp_path / "run", "--json").out)
    assert {n: t["contexts"] for n, t in plan["tasks"].items()} == {
        n: t["contexts"] for n, t in status["tasks"].items()
    }
    assert plan["records"] == status["rows"] == (limit or 20)


def test_an_estimate_of_tokens_is_as_near_as_it_says(tmp_path: Path, loopback: Teacher) -> None:
    path = sound(tmp_path, 20, teacher=asking(loopback.base_url), tasks=TASKS)
    plan = planned(path)
    finished("run", path, "--out", tmp_path / "run")
    paid = json.loads(finished("status", tmp_path / "run", "--json").out)["spent"]["prompt"]
    assert not plan["tokens_exact"]
    assert abs(plan["prompt_tokens"] - paid) <= ESTIMATE_ERROR * paid
    assert 0 < plan["cacheable_prompt_tokens"] < plan["prompt_tokens"]
    assert f"up to {ESTIMATE_ERROR:.0%} off" in finished("plan", path).out


def test_openai_models_are_counted_and_priced_with_caching_and_batch(tmp_path: Path) -> None:
    path = sound(tmp_path, teacher={"use": "openai_chat", "model": "gpt-4o-mini"})
    plan = planned(path)
    usd = plan["usd"]
    assert plan["tokens_exact"]
    plain = (plan["prompt_tokens"] * 0.15 + plan["reply_tokens"] * 0.6) / 1e6
    assert usd["plain"] == pytest.approx(plain, abs=1e-4)
    assert usd["batch"] == pytest.approx(usd["plain"] / 2, abs=1e-4)
    assert usd["cached_prefix"] < usd["plain"] and "batch_cached_prefix" not in usd
    assert "counted" in finished("plan", path).out
    told = planned(sound(tmp_path, teacher={"use": "openai_chat", "model": "gpt-5-mini"}))["usd"]
    assert told["batch_cached_prefix"] < told["batch"] < told["plain"]


def test_a_model_without_a_price_is_asked_for_not_guessed(tmp_path: Path) -> None:
    path = sound(tmp_path, teacher={"use": "openai_chat", "model": "our-model"})
    assert planned(path)["usd"] == {}
    told = finished("plan", path).out
    assert "cost: unknown, the price table lacks our-model; give a table of your own by --prices FILE" in told
    own = prices(tmp_path, **{"our-model": {"input": 2, "output": 8, "known": "2026-01-31"}})
    plan = planned(path, "--prices", own)
    assert set(plan["usd"]) == {"plain"}
    assert plan["usd"]["plain"] == pytest.approx((plan["prompt_tokens"] * 2 + plan["reply_tokens"] * 8) / 1e6, abs=1e-4)
    assert "(price known 2026-01-31): $" in finished("plan", path, "--prices", own).out


def test_a_price_table_with_a_mistake_names_entry_and_key(tmp_path: Path) -> None:
    path = sound(tmp_path, teacher={"use": "openai_chat", "model": "our-model"})
    own = prices(tmp_path, **{"our-model": {"inputt": 2, "output": 8, "known": "2026-01-31"}})
    said = refused("plan", path, "--prices", own)
    assert "prices.yaml: 'models.our-model.input' is required" in said
    assert "unknown key 'models.our-model.inputt'; did you mean 'input'?" in said


def test_the_built_in_teacher_costs_nothing(tmp_path: Path) -> None:
    told = finished("plan", sound(tmp_path)).out
    assert "cost: none, grounded asks no model" in told
    assert planned(tmp_path / "recipe.yaml")["usd"] == {"plain": 0.0}


def test_poor_contexts_are_planned_as_declined(tmp_path: Path) -> None:
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", "min_facts": 3}}
    plan = planned(sound(tmp_path, tasks=tasks))
    assert (plan["requests"], plan["tasks"]["conversation"]["declined"]) == (0, 12)
    assert "12 contexts, 12 declined, 0 requests" in finished("plan", tmp_path / "recipe.yaml").out


# ── the pilot ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pilots_replies_are_kept_and_never_asked_again(tmp_path: Path, loopback: Teacher) -> None:
    path, run = sound(tmp_path, 20, teacher=asking(loopback.base_url), tasks=TASKS), tmp_path / "run"
    own = prices(tmp_path, **{"loopback-small": {"input": 2, "output": 8, "known": "2026-01-31"}})
    pilot = planned(path, "--pilot", 12, "--out", run, "--prices", own)["pilot"]
    flown = loopback.stats().requests
    assert pilot["asked"] == 12 and pilot["requests"] == flown >= 12
    assert f"spent: {flown} completions" in finished("status", run).out
    again = planned(path, "--pilot", 12, "--out", run, "--prices", own)["pilot"]
    assert again == pilot and loopback.stats().requests == flown
    told = finished("run", path, "--out", run).err
    assert f"found in the journal {flown}" in told
    stats = loopback.stats()
    assert stats.requests == flown + asked(told) and stats.answered_twice == 0
    assert not [c for s in Run.open(run).samples() for c in Run.open(run).completions(s) if c.usage is None]


def test_a_pilots_range_holds_what_the_run_costs(tmp_path: Path, loopback: Teacher) -> None:
    own = prices(tmp_path, **{"loopback-small": {"input": 2, "output": 8, "known": "2026-01-31"}})
    teacher = asking(loopback.base_url) | {"prices": str(own)}
    path, run = sound(tmp_path, 60, teacher=teacher, tasks=TASKS), tmp_path / "run"
    pilot = planned(path, "--pilot", 30, "--out", run)["pilot"]
    finished("run", path, "--out", run)
    spent = json.loads(finished("status", run, "--json").out)["spent"]
    for name, paid in (("prompt_tokens", spent["prompt"]), ("reply_tokens", spent["reply"]), ("usd", spent["usd"])):
        assert abs(pilot[name] - paid) <= pilot[f"{name}_95"] + 1e-3, name
        assert pilot[f"{name}_95"] < 0.2 * paid
    told = finished("plan", path, "--pilot", 30, "--out", run).out
    assert "pilot: 30 contexts asked for real" in told and " ± $" in told


def test_nineteen_of_twenty_pilots_come_as_near_as_they_say() -> None:
    draw = random.Random(5)
    jobs = {"conversation": 400, "detail": 200}
    everything = [("conversation", draw.gauss(900, 120)) for _ in range(400)]
    everything += [("detail", draw.gauss(300, 60)) for _ in range(200)]
    true = sum(value for _, value in everything)
    for size in (8, 30, 200):
        held = 0
        for _ in range(400):
            total, half = extrapolated(draw.sample(everything, size), jobs)
            held += abs(total - true) <= half
        assert 0.91 <= held / 400 <= 0.99, size


def test_a_pilot_of_everything_leaves_nothing_to_chance() -> None:
    assert extrapolated([("a", 3.0), ("a", 5.0), ("b", 7.0)], {"a": 2, "b": 1, "c": 0}) == (15.0, 0.0)


def test_a_pilot_needs_a_run_to_keep_its_replies_in(tmp_path: Path, loopback: Teacher) -> None:
    path = sound(tmp_path, teacher=asking(loopback.base_url))
    assert "name the run that keeps them with --out" in refused("plan", path, "--pilot", 2)
    loopback.set(key="another")
    said = refused("plan", path, "--pilot", 5, "--out", tmp_path / "run")
    assert "the key was not accepted" in said
    loopback.set(key=None)
    finished("plan", path, "--pilot", 5, "--out", tmp_path / "run")


def test_a_pilot_keeps_to_the_limit(tmp_path: Path, loopback: Teacher) -> None:
    path = sound(tmp_path, 20, teacher=asking(loopback.base_url))
    pilot = planned(path, "--pilot", 50, "--out", tmp_path / "run", "--limit", 6)["pilot"]
    assert pilot["asked"] == 6 and pilot["prompt_tokens_95"] == 0
