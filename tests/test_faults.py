"""A teacher with faults, refusals and a lock on its door: nothing is lost, nothing is paid for without need."""

from collections import Counter
from pathlib import Path

import pytest
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

from instructgen.run import Run

PASSING = ("429", "429-after", "429-date", "500", "503", "reset", "half", "not-json", "drip", "wrong-type")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def made(tmp_path: Path, server: Teacher, records: int, **keys: object) -> Path:
    source = write_rows(tmp_path / "rows.jsonl", range(records))
    return write_recipe(tmp_path / "recipe.yaml", recipe(source, asking(server.base_url), **keys))


def test_under_a_fifth_of_faults_of_every_kind_nothing_is_lost(tmp_path: Path, loopback: Teacher) -> None:
    path, whole, run = made(tmp_path, loopback, 200), tmp_path / "whole", tmp_path / "run"
    succeeds("run", path, "--out", whole)
    loopback.set(faults=dict.fromkeys(PASSING, 0.02), retry_after=0.05, drip_seconds=0.1, reset=True)
    assert asked(succeeds("run", path, "--out", run)) == 200
    assert set(loopback.stats().faults) == set(PASSING), "not every fault was met"
    assert parts(run) == parts(whole)


def test_every_context_ends_accepted_or_rejected_with_a_reason(tmp_path: Path, loopback: Teacher) -> None:
    lasting = {
        "400": 0.03,
        "content_filter": 0.03,
        "azure-filter": 0.03,
        "refusal": 0.03,
        "length": 0.04,
        "empty": 0.04,
    }
    loopback.set(faults=lasting | {"500": 0.1, "reset": 0.1})
    run = tmp_path / "run"
    succeeds("run", made(tmp_path, loopback, 200, attempts=["teacher", "teacher"]), "--out", run)
    ends = Counter([row["origin"]["context"] for row in rows(run, "samples")])
    ends += Counter(row["context"] for row in rows(run, "rejected"))
    assert ends == Counter(f"{n:06d}" for n in range(200))
    reasons = {row["reason"] for row in rows(run, "rejected")}
    assert {"reply:content_filter", "reply:refused_request"} <= reasons
    for row in rows(run, "rejected"):
        assert row["attempts"]
        assert all(attempt["reason"] for attempt in row["attempts"])
    settled = {"reply:content_filter", "reply:refused_request"}
    for row in rows(run, "rejected"):
        tries = [attempt["attempt"] for attempt in row["attempts"]]
        assert tries == ([1] if row["attempts"][0]["reason"] in settled else [1, 2])


def test_what_the_server_never_answered_is_tried_again_by_the_next_start(tmp_path: Path, loopback: Teacher) -> None:
    # Those that always fail must not be the last: a server that answers nobody else stops the run instead.
    loopback.set(faults={"echo-500": 0.1}, latency=0.03)
    block = asking(loopback.base_url, retries=1, max_in_flight=8, adaptive=False)
    path = write_recipe(tmp_path / "recipe.yaml", recipe(write_rows(tmp_path / "rows.jsonl", range(86)), block))
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    lacking = rows(run, "rejected")
    assert {row["reason"] for row in lacking} == {"reply:no_answer"}
    assert len(lacking) + len(rows(run, "samples")) == 86
    loopback.set(faults={}, latency=0.0)
    assert asked(succeeds("run", path, "--out", run)) == len(lacking)
    assert len(rows(run, "samples")) == 86
    assert max(loopback.stats().answered.values()) == 1


def test_a_later_attempt_is_never_made_for_want_of_an_answer(tmp_path: Path, loopback: Teacher) -> None:
    roles = {"strong": asking(loopback.base_url, model="loopback-large", retries=50)}
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(60)), asking(loopback.base_url, retries=0))
    path = write_recipe(tmp_path / "recipe.yaml", tree | {"roles": roles, "attempts": ["teacher", "strong"]})
    loopback.set(faults={"500": 0.3})
    run = tmp_path / "run"
    assert "rejected" in succeeds("run", path, "--out", run)
    assert all(line["slot"]["attempt"] == 1 for line in journaled(run))
    loopback.set(faults={}, reset=True)
    assert "rejected" not in succeeds("run", path, "--out", run)
    before = parts(run, "samples")
    for part in (run / "samples").iterdir():
        part.unlink()
    succeeds("run", path, "--out", run, "--offline")
    assert parts(run, "samples") == before


def test_a_bad_key_stops_within_a_few_requests_and_stands_nowhere(tmp_path: Path, loopback: Teacher) -> None:
    bad = "sk-wrong-and-secret-98765"
    loopback.set(key="sk-the-right-one")
    path, run = made(tmp_path, loopback, 300), tmp_path / "run"
    end = ended(start("run", path, "--out", run, OPENAI_API_KEY=bad))
    assert end.code == 2, end
    assert len(end.err.strip().splitlines()) == 1
    assert loopback.stats().requests <= 3
    assert journaled(run) == []
    assert bad not in end.out + end.err
    for file in run.rglob("*"):
        assert file.is_dir() or bad.encode() not in file.read_bytes(), file
    good = ended(start("run", path, "--out", run, OPENAI_API_KEY="sk-the-right-one"))
    assert good.code == 0, good
    assert len(rows(run, "samples")) == 300
    for file in run.rglob("*"):
        assert file.is_dir() or b"sk-the-right-one" not in file.read_bytes(), file


def test_a_key_that_is_withdrawn_on_the_way_stops_the_run_and_keeps_what_was_answered(
    tmp_path: Path, loopback: Teacher
) -> None:
    loopback.set(latency=0.05)
    path, run = made(tmp_path, loopback, 300), tmp_path / "run"
    process = start("run", path, "--out", run)
    while process.poll() is None and len(journaled(run)) < 60:
        pass
    loopback.set(key="sk-another")
    end = ended(process)
    assert end.code == 2, end
    lines = len(journaled(run))
    assert lines == sum(loopback.stats().answered.values()) < 300
    assert loopback.stats().faults["401"] < 150
    loopback.set(key=None, latency=0.0)
    assert asked(succeeds("run", path, "--out", run)) == 300 - lines
    assert max(loopback.stats().answered.values()) == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"model": "no-such-model"}, "no-such-model"), ({"base_url": "http://127.0.0.1:9/v1"}, "127.0.0.1:9")],
)
def test_an_unknown_model_and_a_server_that_is_not_there_are_one_line(
    tmp_path: Path, loopback: Teacher, fields: dict[str, str], told: str
) -> None:
    source = write_rows(tmp_path / "rows.jsonl", range(50))
    block = asking(loopback.base_url) | fields
    end = command("run", write_recipe(tmp_path / "recipe.yaml", recipe(source, block)), "--out", tmp_path / "run")
    assert end.code == 2
    assert told in end.err
    assert len(end.err.strip().splitlines()) == 1
    assert loopback.stats().requests <= 3


# ── attempts ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_strong_teacher_is_asked_for_what_the_cheap_one_failed(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(faults={"refusal": 0.15, "content_filter": 0.1})
    roles = {"strong": asking(loopback.base_url, model="loopback-large")}
    path, run = made(tmp_path, loopback, 150, roles=roles, attempts=["teacher", "strong"]), tmp_path / "run"
    succeeds("run", path, "--out", run)
    lines = journaled(run)
    failed = {line["slot"]["context"] for line in lines if line["slot"]["attempt"] == 1 and line["finish"] != "stop"}
    failed |= {row["context"] for row in rows(run, "rejected")}
    second = {line["slot"]["context"] for line in lines if line["slot"]["attempt"] == 2}
    assert 10 < len(second) < 80
    assert second >= failed
    assert all(line["model"] == "loopback-large" for line in lines if line["slot"]["attempt"] == 2)
    kept = {row["origin"]["context"]: row["origin"]["attempt"] for row in rows(run, "samples")}
    assert {context for context, attempt in kept.items() if attempt == 2} <= second
    assert {context for context, attempt in kept.items() if attempt == 1}.isdisjoint(second)


def checked(action: str) -> dict[str, object]:
    return {"length": {"action": action, "max_words": 1}}


def test_retry_asks_again_reject_does_not_and_tag_keeps(tmp_path: Path, loopback: Teacher) -> None:
    requests, accepted = {}, {}
    for action in ("retry", "reject", "tag"):
        run = tmp_path / action
        path = made(tmp_path, loopback, 20, attempts=["teacher"] * 3, checks=checked(action))
        requests[action] = asked(succeeds("run", path, "--out", run))
        accepted[action] = len(rows(run, "samples"))
        assert len(rows(run, "rejected")) == 20 - accepted[action]
    assert requests == {"retry": 60, "reject": 20, "tag": 20}
    assert accepted == {"retry": 0, "reject": 0, "tag": 20}
    tried = rows(tmp_path / "retry", "rejected")[0]["attempts"]
    assert [attempt["attempt"] for attempt in tried] == [1, 2, 3]
    verdict = rows(tmp_path / "tag", "samples")[0]["checks"][0]
    assert (verdict["check"], verdict["outcome"], verdict["action"]) == ("length", "fail", "tag")


def test_the_last_attempt_keeps_the_samples_that_pass(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(faults={"refusal": 0.2})
    tasks = {"conversation": {"use": "prompted", "form": "dialogue", "samples": 3}}
    path, run = made(tmp_path, loopback, 60, tasks=tasks, attempts=["teacher", "teacher"]), tmp_path / "run"
    succeeds("run", path, "--out", run)
    kept = Counter(row["origin"]["context"] for row in rows(run, "samples"))
    lost = {row["context"] for row in rows(run, "rejected")}
    partly = {context for context in lost if kept[context]}
    assert partly, "no context lost one sample of three"
    assert all(0 < kept[context] < 3 for context in partly)
    assert all(kept[context] == 3 for context in kept if context not in lost)
    assert set(kept) | lost == {f"{n:06d}" for n in range(60)}
    numbers = [row["id"] for row in rows(run, "samples")]
    assert len(numbers) == len(set(numbers))
    asked_for = Counter((line["slot"]["context"], line["slot"]["attempt"]) for line in journaled(run))
    assert set(asked_for.values()) == {3}


def test_a_sample_that_fails_first_and_is_cut_off_then_is_rejected_once(tmp_path: Path, loopback: Teacher) -> None:
    loopback.set(faults={"length": 0.5})
    checks = {"length": {"action": "retry", "max_words": 1}}
    path = made(tmp_path, loopback, 40, checks=checks, attempts=["teacher", "teacher"])
    succeeds("run", path, "--out", tmp_path / "run")
    rejected = rows(tmp_path / "run", "rejected")
    assert len(rejected) == len({row["context"] for row in rejected}) == 40
    assert {row["reason"] for row in rejected} == {"length:answer_too_long", "reply:length"}
    assert all(row["reason"] == row["attempts"][-1]["reason"] and len(row["attempts"]) == 2 for row in rejected)
    counts = Run.open(tmp_path / "run").summary().tally.tasks["conversation"]
    assert sum(counts.rejected.values()) == counts.contexts == 40


def test_a_context_too_poor_is_declined_and_nothing_is_asked_for_it(tmp_path: Path, loopback: Teacher) -> None:
    path, run = made(tmp_path, loopback, 30), tmp_path / "run"
    with (tmp_path / "rows.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "poor", "image": "p.jpg", "captions": ["A dog."]}\n')
    task = {"use": "prompted", "form": "dialogue", "min_facts": 3}
    path = write_recipe(path, recipe(tmp_path / "rows.jsonl", asking(loopback.base_url), tasks={"conversation": task}))
    assert asked(succeeds("run", path, "--out", run)) == 30
    (row,) = rows(run, "rejected")
    assert (row["context"], row["kind"], row["reason"], row["attempts"]) == ("poor", "declined", "poor_context", [])


def test_a_context_declined_after_failed_attempts_keeps_their_history(tmp_path: Path, loopback: Teacher) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": "poor", "image": "p.jpg", "captions": ["A dog."]}\n', encoding="utf-8")
    more = {"roles": {"rule": {"use": "grounded"}}, "attempts": ["teacher", "rule"]}
    path = write_recipe(tmp_path / "recipe.yaml", recipe(tmp_path / "rows.jsonl", asking(loopback.base_url), **more))
    loopback.set(faults={"length": 1.0})
    assert asked(succeeds("run", path, "--out", tmp_path / "run")) == 2
    (row,) = rows(tmp_path / "run", "rejected")
    assert (row["context"], row["kind"], row["reason"]) == ("poor", "declined", "too_little_context")
    assert [(a["attempt"], a["reason"]) for a in row["attempts"]] == [(1, "reply:length")]
