"""A run by batches over its life: let go and collected, stopped, changed, mixed with direct answers, priced."""

import json
import re
import signal
import time
from pathlib import Path

import pytest
import yaml
from loopback import Teacher
from loopback_batch_state import Service
from loopback_batches import serving
from runs import asking, command, ended, journaled, parts, recipe, start, succeeds, write_recipe, write_rows
from test_batch_runs import by_batch, direct

from instructgen.batches import Batches

KEYS = {"shard_size": 10, "attempts": ["teacher", "teacher"]}
RECORDS = 30
ENDLESS = 10**9

pytestmark = pytest.mark.usefixtures("key")


def made(tmp_path: Path, service: Service, **fields: object) -> Path:
    write_rows(tmp_path / "rows.jsonl", range(RECORDS))
    return write_recipe(tmp_path / "recipe.yaml", recipe(tmp_path / "rows.jsonl", by_batch(service, **fields), **KEYS))


# ── let go and collected ─────────────────────────────────────────────────────────────────────────────────────


def test_a_run_that_is_let_go_sends_all_ends_and_is_collected_by_the_next_start(
    tmp_path: Path, loopback: Teacher, service: Service
) -> None:
    whole = direct(tmp_path, loopback, RECORDS, **KEYS)
    run, service.faults.looks = made(tmp_path, service, max_requests=20), ENDLESS
    printed = succeeds("run", run, "--out", tmp_path / "run", "--detach")
    assert "batches go on at their service; the same command collects them" in printed
    assert len(service.batches) == 2
    said = succeeds("status", tmp_path / "run")
    assert re.search("batch batch-0002 of teacher: [a-z_]+, 0 of 20 requests done, sent 2", said)
    assert "not asked yet 30" in said
    told = json.loads(succeeds("status", tmp_path / "run", "--json"))["batches"]
    assert [(b["batch"], b["requests"]) for b in told] == [("batch-0002", 20), ("batch-0004", 10)]
    asked = len(service.calls)
    succeeds("run", run, "--out", tmp_path / "run", "--offline")
    assert len(service.calls) == asked
    succeeds("run", run, "--out", tmp_path / "run", "--detach")
    assert len(service.batches) == 2
    service.faults.looks = 1
    succeeds("run", run, "--out", tmp_path / "run", "--detach")
    assert parts(tmp_path / "run") == parts(whole)
    assert "batch" not in succeeds("status", tmp_path / "run")
    assert set(service.paid.values()) == {1}


@pytest.mark.slow
def test_interrupted_while_it_waits_a_run_leaves_its_batches_and_says_how_to_go_on(
    tmp_path: Path, service: Service
) -> None:
    run, service.faults.looks = made(tmp_path, service, poll_seconds=30), ENDLESS
    process = start("run", run, "--out", tmp_path / "run")
    deadline = time.monotonic() + 30
    while [batch.state for batch in Batches.of(tmp_path / "run").all()] != ["open"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    end = ended(process)
    assert end.code == 130
    assert "batches go on at their service; the same command collects them" in end.err
    service.faults.looks = 1
    succeeds("run", run, "--out", tmp_path / "run")
    assert len(service.paid) == RECORDS
    assert set(service.paid.values()) == {1}


# ── the same answers, by another way ─────────────────────────────────────────────────────────────────────────


def test_a_run_may_change_between_direct_answers_and_batches_at_any_time(
    tmp_path: Path, loopback: Teacher, service: Service
) -> None:
    whole = direct(tmp_path, loopback, RECORDS, **KEYS)
    before = parts(whole)
    printed = succeeds("run", made(tmp_path, service), "--out", whole)
    assert "asked 0, found in the journal 0" in printed
    for part in (whole / "samples").iterdir():
        part.unlink()
    printed = succeeds("run", made(tmp_path, service), "--out", whole)
    assert f"asked 0, found in the journal {RECORDS}" in printed
    assert parts(whole) == before
    assert not service.calls


def test_a_role_that_is_asked_by_batches_no_more_must_be_collected_first(
    tmp_path: Path, loopback: Teacher, service: Service
) -> None:
    run, service.faults.looks = made(tmp_path, service), ENDLESS
    succeeds("run", run, "--out", tmp_path / "run", "--detach")
    other = write_recipe(tmp_path / "other.yaml", recipe(tmp_path / "rows.jsonl", asking(loopback.base_url), **KEYS))
    refused = command("run", other, "--out", tmp_path / "run")
    assert refused.code == 2
    assert "1 batch of the role 'teacher' still to be collected" in refused.err
    for others in (("run", other, "--engine", "ray"), ("plan", other, "--pilot", 3)):
        assert command(*others, "--out", tmp_path / "run").code == 2
    assert loopback.stats().requests == 0


def test_replies_of_a_recipe_that_has_changed_since_are_journaled_all_the_same(
    tmp_path: Path, service: Service
) -> None:
    run, service.faults.looks = made(tmp_path, service), ENDLESS
    succeeds("run", run, "--out", tmp_path / "run", "--detach")
    service.faults.looks = 1
    changed = ("run", run, "--out", tmp_path / "run", "--set", "tasks.conversation.boxes=false")
    assert command(*changed).code == 2
    succeeds(*changed, "--update")
    assert len(journaled(tmp_path / "run")) == 2 * RECORDS
    printed = succeeds("run", run, "--out", tmp_path / "run", "--update")
    assert f"asked 0, found in the journal {RECORDS}" in printed


def test_a_source_that_changed_under_open_batches_has_their_replies_found_in_other_shards(
    tmp_path: Path, service: Service
) -> None:
    run, service.faults.looks = made(tmp_path, service), ENDLESS
    succeeds("run", run, "--out", tmp_path / "run", "--detach")
    service.faults.looks = 1
    write_rows(tmp_path / "rows.jsonl", range(5, RECORDS))
    succeeds("run", run, "--out", tmp_path / "run", "--update")
    assert len(service.paid) == RECORDS
    assert set(service.paid.values()) == {1}


# ── beside others ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("judged_by_batch", [pytest.param(False, marks=pytest.mark.slow), True])
def test_batches_and_direct_answers_go_together(
    tmp_path: Path, loopback: Teacher, service: Service, judged_by_batch: bool
) -> None:
    lasting = {"length": 0.3}
    loopback.set(faults=lasting)
    service.faults.lasting = lasting

    def keys(judge: dict[str, object]) -> dict[str, object]:
        strong = asking(loopback.base_url, model="loopback-large")
        checks = {"shape": {}, "judge": {"action": "retry"}}
        return {
            **KEYS,
            "roles": {"judge": judge, "strong": strong},
            "checks": checks,
            "attempts": ["teacher", "strong"],
        }

    online = asking(loopback.base_url, model="loopback-large", temperature=0.5)
    whole = direct(tmp_path, loopback, RECORDS, **keys(online))
    loopback.set(reset=True)
    judge = by_batch(service, model="loopback-large", temperature=0.5) if judged_by_batch else online
    tree = recipe(tmp_path / "rows.jsonl", by_batch(service, max_requests=20), **keys(judge))
    succeeds("run", write_recipe(tmp_path / "mixed.yaml", tree), "--out", tmp_path / "run")
    assert parts(tmp_path / "run") == parts(whole)
    together = dict(service.paid) | loopback.stats().answered
    assert len(together) == len(service.paid) + len(loopback.stats().answered) == len(journaled(tmp_path / "run"))
    assert set(together.values()) == {1}


@pytest.mark.slow
def test_two_roles_may_have_services_of_their_own(tmp_path: Path, service: Service) -> None:
    with serving() as other:
        service.faults.lasting = {"length": 0.5}
        tree = recipe(
            write_rows(tmp_path / "rows.jsonl", range(RECORDS)),
            by_batch(service),
            **{**KEYS, "attempts": ["teacher", "strong"], "roles": {"strong": by_batch(other, model="loopback-large")}},
        )
        succeeds("run", write_recipe(tmp_path / "two.yaml", tree), "--out", tmp_path / "run")
        assert len(service.paid) == RECORDS
        assert 0 < len(other.paid) < RECORDS


# ── money, and what does not go together ─────────────────────────────────────────────────────────────────────


def test_a_batch_costs_what_the_price_table_says_that_it_does(tmp_path: Path, service: Service) -> None:
    price = {"input": 2.0, "cached_input": 1.0, "output": 8.0, "batch": 0.5, "known": "2026-01-01"}
    table = {"source": "here", "models": {"loopback-small": price}}
    (tmp_path / "prices.yaml").write_text(yaml.safe_dump(table))
    succeeds("run", made(tmp_path, service, prices=str(tmp_path / "prices.yaml")), "--out", tmp_path / "run")
    for line in journaled(tmp_path / "run"):
        used = line["usage"]
        direct_usd = (
            used["prompt"] * 2.0 + used["reply"] * 8.0
        ) / 1e6  # a batch is not cheaper where prompts are cached
        assert line["usd"] == line["batch_usd"] == pytest.approx(direct_usd / 2)


def test_what_does_not_go_together_is_said_in_one_line(tmp_path: Path, loopback: Teacher, service: Service) -> None:
    run = made(tmp_path, service)
    by_ray = command("run", run, "--out", tmp_path / "run", "--engine", "ray")
    assert (by_ray.code, "teacher is asked by batches, which one machine" in by_ray.err) == (2, True)
    other = write_recipe(tmp_path / "other.yaml", recipe(tmp_path / "rows.jsonl", asking(loopback.base_url), **KEYS))
    alone = command("run", other, "--out", tmp_path / "other", "--detach")
    assert (alone.code, "--detach: nobody in the recipe is asked by batches" in alone.err) == (2, True)
    several = made(tmp_path, service, base_url=["http://a/v1", "http://b/v1"])
    assert "expected one service's address" in command("run", several, "--out", tmp_path / "run").err
    assert not service.calls
