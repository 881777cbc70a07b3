"""A run whose recipe changed: announced with its price before anything is paid; only what lacks is asked for."""

import json
import re
from pathlib import Path

import pytest
from changed_run import COUNT, Made
from loopback import Teacher
from runs import (
    KEY,
    asked,
    asking,
    command,
    ended,
    journaled,
    parts,
    recipe,
    rows,
    start,
    succeeds,
    write_recipe,
    write_rows,
)

from instructgen.library import shipped


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def test_a_stricter_check_that_rejects_asks_for_nothing(made: Made) -> None:
    made.write(checks=made.tree["checks"] | {"length": {"action": "reject", "max_words": 30}})
    made.announced("checks.length.max_words: 400 → 30", unasked=0, shards=4)
    made.updated(0)
    assert any(row["reason"].startswith("length:") for row in rows(made.run, "rejected"))


def test_another_order_of_checks_gives_other_reasons_and_asks_for_nothing(made: Made) -> None:
    names = list(made.tree["checks"])
    made.write(checks=dict(reversed(made.tree["checks"].items())))
    made.announced(f"order of checks: {', '.join(names)} → {', '.join(names[::-1])}", unasked=0, shards=4)
    made.updated(0)


def test_a_stricter_check_that_retries_asks_for_the_second_attempts(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(reply_tokens=120)
    made = Made(tmp_path, loopback)
    words = sorted(max(len(t["value"].split()) for t in row["conversations"]) for row in rows(made.run, "samples"))
    longest = words[len(words) * 4 // 5]
    failing = sum(w > longest for w in words)
    assert 0 < failing < COUNT
    made.write(
        checks=made.tree["checks"] | {"length": {"action": "retry", "max_words": longest}},
        attempts=["teacher", "teacher"],
    )
    made.announced("attempts", unasked=failing)
    made.updated(failing)


def test_an_edited_prompt_asks_for_everything_of_its_task_alone(made: Made) -> None:
    tasks = {name: {"use": "prompted", "form": "dialogue", "prompt": "conversation"} for name in ("a", "b")}
    made.write(tasks={name: task | {"prompt": f"{name}x", "seeds": "conversation"} for name, task in tasks.items()})
    prompts = made.path.parent / "prompts"
    prompts.mkdir()
    text = (shipped() / "prompts/conversation.jinja").read_text(encoding="utf-8")
    for name in tasks:
        (prompts / f"{name}x.jinja").write_text(text, encoding="utf-8")
    succeeds("run", made.path, "--out", made.run, "--update")
    made.teacher.set(reset=True)
    edited = text.replace("{% block system %}", "{% block system %}\nBe brief.", 1)
    assert edited != text
    (prompts / "bx.jinja").write_text(edited, encoding="utf-8")
    made.announced("prompts/bx.jinja: changed", unasked=COUNT, shards=4)
    made.updated(COUNT)
    made.teacher.set(reset=True)
    (prompts / "bx.jinja").write_text(text, encoding="utf-8")
    made.announced(unasked=0)
    assert asked(succeeds("run", made.path, "--out", made.run, "--update")) == 0


def test_a_strong_teacher_is_asked_for_what_failed_alone(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(faults={"refusal": 0.1})
    made = Made(tmp_path, loopback)
    failed = {row["context"] for row in rows(made.run, "rejected")}
    assert 5 < len(failed) < 50
    made.write(roles={"strong": asking(loopback.base_url, model="loopback-large")}, attempts=["teacher", "strong"])
    told = made.announced("strong", unasked=len(failed))
    assert "of strong (loopback-large" in told
    made.updated(len(failed))
    models = {row["origin"]["context"]: row["origin"]["model"] for row in rows(made.run, "samples")}
    assert {c for c, model in models.items() if model == "loopback-large"} <= failed
    assert all(models.get(c, "loopback-large") == "loopback-large" for c in failed)


def test_another_model_asks_for_everything_and_says_the_price(made: Made, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    table = {"source": "made up", "models": {"loopback-large": {"input": 2, "output": 8, "known": "2026-01-01"}}}
    prices.write_text(json.dumps(table), encoding="utf-8")
    made.write(teacher=made.tree["teacher"] | {"model": "loopback-large", "prices": str(prices)})
    told = made.announced("loopback-small", "loopback-large", unasked=COUNT, shards=4)
    assert re.search(r"about \$\d+\.\d+ at", told)
    made.updated(COUNT)


def test_what_says_only_where_and_how_fast_is_not_a_change(made: Made) -> None:
    before = parts(made.run)
    made.write(teacher=asking(made.teacher.base_url + "/", max_in_flight=3, adaptive=False, timeout=5.0))
    assert asked(succeeds("run", made.path, "--out", made.run)) == 0
    assert parts(made.run) == before


def test_overlap_taken_away_leaves_every_context_to_one_task(tmp_path: Path, loopback: Teacher) -> None:
    tasks = {
        "conversation": {"use": "prompted", "form": "dialogue", "take": "all"},
        "detail": {"use": "prompted", "form": "description", "take": "all"},
    }
    path, run = tmp_path / "recipe.yaml", tmp_path / "run"
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(40)), asking(loopback.base_url), tasks=tasks)
    write_recipe(path, tree)
    assert asked(succeeds("run", path, "--out", run)) == 80
    tasks["conversation"]["take"] = 15  # type: ignore[assignment]
    write_recipe(path, tree)
    assert asked(succeeds("run", path, "--out", run, "--update")) == 0
    write_recipe(path, tree | {"overlap": False})
    assert command("run", path, "--out", run).code == 2
    assert asked(succeeds("run", path, "--out", run, "--update")) == 0
    served = [row["id"].rsplit("/", 2)[0] for row in rows(run, "samples")]
    assert sorted(served) == sorted(set(served))
    assert len(served) == 40


def test_only_overlap_changed_draws_anew(tmp_path: Path, loopback: Teacher) -> None:
    tasks = {
        name: {"use": "prompted", "form": form, "take": 12}
        for name, form in (("conversation", "dialogue"), ("detail", "description"))
    }
    path, run = tmp_path / "recipe.yaml", tmp_path / "run"
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(40)), asking(loopback.base_url), tasks=tasks)
    write_recipe(path, tree)
    succeeds("run", path, "--out", run)
    write_recipe(path, tree | {"overlap": False})
    succeeds("run", path, "--out", run, "--update")
    served = [row["id"].rsplit("/", 2)[0] for row in rows(run, "samples")]
    assert len(served) == len(set(served)) == 24


# ── runs that were not finished ──────────────────────────────────────────────────────────────────────────────


def stopped(made: Made, tmp_path: Path, lines: int) -> int:
    """Begin a run anew and kill it in its first shard; give how many replies it journaled."""
    run = tmp_path / "begun"
    made.run = run
    made.teacher.set(latency=0.03)
    process = start("run", made.path, "--out", run)
    while process.poll() is None and len(journaled(run)) < lines:
        pass
    process.kill()
    ended(process)
    made.teacher.set(latency=0.0, reset=True)
    return len(journaled(run))


def test_a_changed_prompt_is_announced_for_a_begun_shard_as_well(tmp_path: Path, loopback: Teacher) -> None:
    made = Made(tmp_path, loopback, "--limit", 1)
    made.write(shard_size=1000)
    lines = stopped(made, tmp_path, 40)
    assert 40 <= lines < COUNT
    made.write(tasks={"conversation": {"use": "prompted", "form": "dialogue", "boxes": False}})
    end = command("run", made.path, "--out", made.run)
    assert end.code == 2, "replies that were paid for would be asked for again in other words"
    assert "goes on with 1 begun shard" in end.err
    assert f"{COUNT} requests" in end.err
    made.write(tasks={"conversation": {"use": "prompted", "form": "dialogue"}})
    assert asked(succeeds("run", made.path, "--out", made.run)) == COUNT - lines


@pytest.mark.slow
def test_a_begun_shard_whose_source_was_only_touched_goes_on(tmp_path: Path, loopback: Teacher) -> None:
    made = Made(tmp_path, loopback, "--limit", 1)
    made.write(shard_size=1000)
    lines = stopped(made, tmp_path, 20)
    made.source.write_bytes(made.source.read_bytes())
    assert asked(succeeds("run", made.path, "--out", made.run)) == COUNT - lines
