"""What judging costs, told before a run, and what a judge said, told after it, out; also of two runs compared."""

import json
from pathlib import Path

import pytest
import yaml
from judged import judged, status
from loopback import Teacher
from runs import KEY, asked, asking, command, rows, succeeds, write_recipe

from instructgen.run import Run


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def test_a_plan_counts_one_rating_a_sample_and_adds_its_price(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    tree["tasks"]["detail"] = {"use": "prompted", "form": "description", "samples": 2}
    write_recipe(path, tree)
    models = {
        "loopback-small": {"input": 1, "output": 4, "known": "2026-01-31"},
        "loopback-large": {"input": 10, "output": 40, "known": "2026-01-30"},
    }
    prices = tmp_path / "prices.yaml"
    prices.write_text(yaml.safe_dump({"source": "ours", "models": models}), encoding="utf-8")
    plan = json.loads(succeeds("plan", path, "--json", "--prices", prices))
    shown = succeeds("plan", path, "--prices", prices)
    assert asked(succeeds("run", path, "--out", tmp_path / "run")) == plan["requests"] == 360
    rating, paid = plan["checks"]["judge"], status(tmp_path / "run")["spent"]["checks"]["judge"]
    assert (rating["role"], rating["model"], rating["requests"], paid["completions"]) == (
        *("judge", "loopback-large", 180, 180),
    )
    assert abs(rating["prompt_tokens"] - paid["prompt"]) <= 0.35 * paid["prompt"]
    assert not plan["tokens_exact"]
    written = sum(task["prompt_tokens"] for task in plan["tasks"].values())
    assert plan["prompt_tokens"] == pytest.approx(written + rating["prompt_tokens"], abs=3)
    dear = (rating["prompt_tokens"] * 10 + rating["reply_tokens"] * 40) / 1e6
    cheap = (written + 4 * sum(task["reply_tokens"] for task in plan["tasks"].values())) / 1e6
    assert rating["usd"] == {"plain": pytest.approx(dear, abs=1e-3)}
    assert plan["usd"] == {"plain": pytest.approx(dear + cheap, abs=2e-3)}
    assert "check judge, by judge (loopback-large): 180 requests if every reply becomes a sample" in shown
    assert "with loopback-small and loopback-large (price known 2026-01-30): $" in shown


def test_a_plan_names_the_model_whose_price_is_missing(tmp_path: Path, loopback: Teacher) -> None:
    path, tree = judged(tmp_path, loopback, loopback)
    write_recipe(path, tree | {"teacher": {"use": "grounded"}})
    assert "cost: unknown, the price table lacks loopback-large" in succeeds("plan", path)


def test_a_pilot_pays_for_ratings_that_the_run_does_not_ask_again(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, _ = judged(tmp_path, loopback, judge)
    run = tmp_path / "run"
    pilot = json.loads(succeeds("plan", path, "--pilot", 10, "--out", run, "--json"))["pilot"]
    assert (pilot["asked"], pilot["requests"], judge.stats().requests) == (10, 20, 10)
    assert asked(succeeds("run", path, "--out", run)) == 100
    assert judge.stats().requests == 60 and judge.stats().answered_twice == 0


def test_the_rating_that_would_be_asked_for_is_shown_beforehand(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, _ = judged(tmp_path, loopback, judge)
    shown = succeeds("preview", path, "--limit", 1)
    assert "━━ request 1 ━━ check judge, a few-shot reply as the sample ━━ form rating" in shown
    assert "── reply held to ── accuracy, completeness, usefulness, fluency, overall (schemas/rating.json)" in shown
    assert judge.stats().requests == loopback.stats().requests == 0


def test_a_sample_tells_what_its_judge_said_and_cost(tmp_path: Path, loopback: Teacher, judge: Teacher) -> None:
    path, _ = judged(tmp_path, loopback, judge, action="reject")
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    sample = next(iter(Run.open(run).samples()))
    text = succeeds("explain", f"{sample.id}@{run}")
    assert 'judge asked: {"accuracy":' in text and "answered by loopback-large" in text
    lost = rows(run, "rejected")[0]
    text = succeeds("explain", f"{lost['id']}@{run}")
    assert f"rejected: {lost['reason']}" in text and '  judge asked: {"accuracy":' in text
    opened = Run.open(run)
    contexts = {context.id: context for context in opened.contexts()}
    found = opened.judging(sample, contexts[sample.origin.context])
    assert [c.slot.asker for c in found["judge"]] == ["conversation#0!judge"]


def test_a_recipe_without_the_judges_role_is_refused_before_anything_is_paid(tmp_path: Path, loopback: Teacher) -> None:
    path, tree = judged(tmp_path, loopback, loopback)
    del tree["roles"]
    write_recipe(path, tree)
    for arguments in (("plan", path), ("run", path, "--out", tmp_path / "run")):
        end = command(*arguments)
        assert end.code == 2 and len(end.err.splitlines()) == 1
        assert (
            "checks.judge.role: there is no role 'judge'; known: teacher; say who judges, such as roles: {" in end.err
        )
    assert loopback.stats().requests == 0 and not (tmp_path / "run" / "run.json").exists()


OWN = """
from instructgen.component import Component
from instructgen.records import Message, Request, Verdict

class Curious(Component):
    name = "curious"
    version = 1

    def rounds(self, sample, context):
        system = Message(role="system", parts=("Say anything.",))
        asked = Request(role="nobody", messages=(system, Message(role="user", parts=("Well?",))), form="rating")
        yield [asked]
        return Verdict(check="curious", outcome="pass")
"""


def test_a_check_of_ones_own_that_asks_a_missing_role_stops_the_run(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "curious_check.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    path, tree = judged(tmp_path, loopback, loopback)
    tree["checks"]["judge"] = {"use": "curious_check:Curious"}
    write_recipe(path, tree)
    for arguments in (("plan", path), ("run", path, "--out", tmp_path / "run")):
        end = command(*arguments)
        assert end.code == 2 and "asks the role 'nobody', which the recipe does not have" in end.err


# ── another run ──────────────────────────────────────────────────────────────────────────────────────────────


def test_two_runs_are_compared_in_both_orders_and_flips_are_counted(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    del tree["checks"]["judge"]
    write_recipe(path, tree)
    succeeds("run", path, "--out", tmp_path / "first")
    tree["teacher"] = asking(loopback.base_url, model="loopback-large")
    tree["checks"]["comparison"] = {"action": "reject", "against": str(tmp_path / "first")}
    write_recipe(path, tree)
    run = tmp_path / "second"
    succeeds("run", path, "--out", run)
    told = status(run)["tasks"]["conversation"]
    counts = told["asked"]["comparison"]["verdicts"]
    assert sum(counts.values()) == 60
    assert told["rejected"] == {"comparison:other_better": counts["fail:other_better"]}
    assert judge.stats().requests == 2 * (60 - counts.get("pass:identical", 0))
    assert counts["pass:flipped_to_first"] > 0 and "flipped_to_second" not in str(counts)
    share = counts["pass:flipped_to_first"] / 60
    assert f"; the order changed {share:.0%} of the choices" in succeeds("status", run)
    moved = tmp_path / "first"
    moved.rename(tmp_path / "elsewhere")
    assert status(run)["accepted"] == told["accepted"], "a finished run needs no other to be read"
    sample = rows(run, "samples")[0]["id"]
    assert f"━━ {sample} ━━ accepted" in succeeds("explain", f"{sample}@{run}")
    end = command("run", path, "--out", tmp_path / "third")
    assert end.code == 2 and "first: holds no run with finished shards to compare with" in end.err
