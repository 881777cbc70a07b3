"""Runs whose samples are judged by a real server: who is asked what, when, how often, and what becomes of it."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from changed_run import COUNT, Made
from judged import judged, status, verdicts
from loopback import Teacher
from loopback_replies import scores_of
from runs import KEY, asked, asking, journaled, parts, rows, succeeds, write_recipe

from instructgen.library import shipped
from instructgen.run import Run

ASPECTS = ("accuracy", "completeness", "usefulness", "fluency")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def test_each_sample_is_judged_once_and_bears_the_scores_that_the_server_gave(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, _ = judged(tmp_path, loopback, judge)
    assert asked(succeeds("run", path, "--out", tmp_path / "run")) == 120
    assert (loopback.stats().requests, judge.stats().requests) == (60, 60)
    given = {}
    for line in journaled(tmp_path / "run"):
        slot = line["slot"]
        if slot["asker"] == "conversation#0!judge":
            digest = bytes.fromhex(line["server_id"].removeprefix("chatcmpl-"))
            given[f"{slot['context']}/conversation/0"] = scores_of(digest)
            assert (slot["attempt"], slot["round"], slot["position"], line["model"]) == (1, 0, 0, "loopback-large")
    found = verdicts(tmp_path / "run")
    assert found.keys() == given.keys() and len(found) == 60
    for name, scores in given.items():
        told = ", ".join(f"{aspect} {scores[aspect]}" for aspect in ASPECTS)
        assert f": {told}" in found[name]["hint"]
        assert found[name]["outcome"] == ("fail" if scores["accuracy"] < 3 else "pass")
    assert 0 < sum(v["outcome"] == "fail" for v in found.values()) < 30
    assert all(v["evidence"] for v in found.values() if v["outcome"] == "fail")


def test_status_splits_what_was_spent_and_shows_how_the_scores_lie(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    table = {"source": "ours", "models": {"loopback-large": {"input": 2, "output": 8, "known": "2026-01-31"}}}
    prices = tmp_path / "prices.yaml"
    prices.write_text(yaml.safe_dump(table), encoding="utf-8")
    tree["roles"]["judge"]["prices"] = str(prices)
    write_recipe(path, tree)
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    told, shown = status(run), succeeds("status", run)
    spent, asked_ = told["spent"], told["tasks"]["conversation"]["asked"]["judge"]
    judging = [line for line in journaled(run) if line["model"] == "loopback-large"]
    assert spent["completions"] == 120 and spent["checks"]["judge"]["completions"] == 60
    assert spent["checks"]["judge"]["prompt"] == sum(line["usage"]["prompt"] for line in judging)
    assert (
        spent["usd"] == spent["checks"]["judge"]["usd"] == pytest.approx(sum(line["usd"] for line in judging), abs=1e-6)
    )
    assert (spent["unpriced"], spent["checks"]["judge"]["unpriced"]) == (60, 0)
    assert sum(asked_["verdicts"].values()) == 60
    assert asked_["verdicts"]["fail:accuracy_2"] == asked_["scores"]["accuracy"]["2"]
    assert {aspect: sum(points.values()) for aspect, points in asked_["scores"].items()} == dict.fromkeys(ASPECTS, 60)
    assert "judge: judged 60 (pass " in shown and "; mean accuracy " in shown
    assert f"of it by the check judge: 60 completions, {spent['checks']['judge']['prompt']} prompt tokens" in shown
    assert Run.open(run).summary().to_json() == told


def test_an_open_shard_is_judged_from_its_journal_alone(tmp_path: Path, loopback: Teacher, judge: Teacher) -> None:
    path, _ = judged(tmp_path, loopback, judge)
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    before = status(run)
    for part in (run / "samples").iterdir():
        part.unlink()
    after = status(run)
    assert after["tasks"] == before["tasks"] and after["spent"] == before["spent"]
    assert after["shards"]["finished"] == 0 and judge.stats().requests == 60


def test_what_a_rule_rejects_costs_no_rating(tmp_path: Path, loopback: Teacher, judge: Teacher) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    tree["checks"]["length"] = {"action": "reject", "max_words": 30}
    tree["checks"]["repetition"] = {"action": "tag"}
    write_recipe(path, tree)
    succeeds("run", path, "--out", tmp_path / "run")
    kept = len(rows(tmp_path / "run", "samples"))
    assert 0 < kept < 60
    assert judge.stats().requests == kept == len(verdicts(tmp_path / "run"))


def test_several_samples_of_an_attempt_are_judged_at_the_same_time(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge, records=1)
    tree["tasks"]["conversation"]["samples"] = 5
    tree["roles"]["judge"]["reply_format"] = "json_schema"  # to be found out, the first request would go alone
    write_recipe(path, tree)
    judge.set(latency=0.3)
    succeeds("run", path, "--out", tmp_path / "run")
    assert judge.stats().peak == 5
    askers = {line["slot"]["asker"] for line in journaled(tmp_path / "run") if "!" in line["slot"]["asker"]}
    assert askers == {f"conversation#{number}!judge" for number in range(5)}
    assert len({v["hint"] for v in verdicts(tmp_path / "run").values()}) > 1


def test_a_failing_retry_opens_another_attempt_that_hears_why(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge, action="retry")
    write_recipe(path, tree | {"attempts": ["teacher", "teacher"]})
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    lines = journaled(run)
    first = [n for n in lines if n["slot"]["asker"].endswith("!judge") and n["slot"]["attempt"] == 1]
    failed = {n["slot"]["context"] for n in first if json.loads(n["text"])["accuracy"]["score"] < 3}
    again = {n["slot"]["context"] for n in lines if n["slot"]["attempt"] == 2 and "!" not in n["slot"]["asker"]}
    assert failed == again and 0 < len(failed) < 30
    assert {n["slot"]["context"] for n in lines if n["slot"]["attempt"] == 2 and "!" in n["slot"]["asker"]} == failed
    assert b"Note: A judge scored the last try, from 1 to 5: accuracy " in loopback.server.last_body
    for row in rows(run, "rejected"):
        assert re.fullmatch(r"judge:accuracy_[12]", row["reason"]) and len(row["attempts"]) == 2


@pytest.mark.parametrize(
    ("faults", "reasons"),
    [
        ({"400": 0.5}, {"refused_request"}),
        ({"refusal": 1.0}, {"refusal"}),
        ({"content_filter": 0.6}, {"content_filter"}),
        ({"length": 1.0}, {"length"}),
        ({"empty": 1.0}, {"empty_reply"}),
    ],
)
def test_a_judge_that_fails_loses_no_sample(
    tmp_path: Path, loopback: Teacher, judge: Teacher, faults: dict[str, float], reasons: set[str]
) -> None:
    judge.set(faults=faults)
    path, _ = judged(tmp_path, loopback, judge, action="reject")
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    found = verdicts(run).values()
    doubtful = [v for v in found if v["outcome"] == "doubtful"]
    assert {v["reason"] for v in doubtful} == reasons
    assert len(doubtful) >= 20
    told = status(run)["tasks"]["conversation"]
    assert told["accepted"] == len(found) and told["accepted"] + sum(told["rejected"].values()) == 60
    assert all(reason.startswith("judge:accuracy_") for reason in told["rejected"])
    assert told["asked"]["judge"]["verdicts"][f"doubtful:{next(iter(reasons))}"] == len(doubtful)
    requests = judge.stats().requests
    assert asked(succeeds("run", path, "--out", run)) == 0 and judge.stats().requests == requests


def test_a_judge_that_talks_nonsense_leaves_every_sample_doubtful(tmp_path: Path, loopback: Teacher) -> None:
    path, tree = judged(tmp_path, loopback, loopback, action="reject")
    replies = ["What a lovely picture!", '{"accuracy": "very", "completeness": 1}', "5 5 5 5", "[]"]
    tree["roles"]["judge"] = {"use": "scripted", "replies": replies}
    write_recipe(path, tree)
    succeeds("run", path, "--out", tmp_path / "run")
    found = verdicts(tmp_path / "run")
    assert len(found) == 60 and {v["outcome"] for v in found.values()} == {"doubtful"}
    assert {v["reason"] for v in found.values()} == {"missing_score", "unknown_keys"}


def test_a_rating_that_was_not_to_be_had_is_asked_for_by_the_next_start(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    tree["roles"]["judge"] |= {"retries": 0, "retry_seconds": 5.0}
    write_recipe(path, tree)
    judge.set(faults={"500": 0.2})
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    lost = status(run)["tasks"]["conversation"]["asked"]["judge"]["verdicts"].get("doubtful:no_answer", 0)
    assert 0 < lost < 40
    assert status(run)["accepted"] == 60
    judge.set(faults={})
    assert asked(succeeds("run", path, "--out", run)) == lost
    assert "doubtful" not in {v["outcome"] for v in verdicts(run).values()}
    fresh = tmp_path / "fresh"
    succeeds("run", path, "--out", fresh)
    assert verdicts(run) == verdicts(fresh)


def test_a_judge_without_json_schemas_rates_in_the_plain_layout(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    judge.set(faults={"no-schema": 1.0})
    path, _ = judged(tmp_path, loopback, judge)
    run = tmp_path / "run"
    succeeds("run", path, "--out", run)
    lines = [line["text"] for line in journaled(run) if line["model"] == "loopback-large"]
    assert len(lines) == 60 and all(text.startswith("Accuracy:\n") for text in lines)
    assert {v["outcome"] for v in verdicts(run).values()} == {"pass", "fail"}
    assert json.loads((run / "run.json").read_text())["settled"]["judge"] == {"reply_format": "plain"}


def test_a_judge_that_sees_is_sent_the_pictures_and_doubts_what_it_cannot_see(tmp_path: Path, judge: Teacher) -> None:
    shutil.copytree(shipped() / "pipelines/demo", tmp_path / "demo")
    picture = tmp_path / "demo/images/coffee.jpg"
    fields = {"action": "reject", "vision": True}
    tree = {
        "source": yaml.safe_load((shipped() / "pipelines/demo.yaml").read_text(encoding="utf-8"))["source"],
        "teacher": {"use": "grounded"},
        "roles": {"judge": asking(judge.base_url)},
        "tasks": {"complex_reasoning": {"form": "single_question"}},
        "checks": {"shape": {"action": "retry"}, "judge": fields},
    }
    path, run = write_recipe(tmp_path / "demo.yaml", tree), tmp_path / "run"
    picture.write_bytes(b"no picture any more")
    succeeds("run", path, "--out", run)
    assert b'"image_url"' in judge.server.last_body
    assert judge.stats().requests == 7
    doubted = [v for v in verdicts(run).values() if v["outcome"] == "doubtful"]
    assert [v["reason"] for v in doubted] == ["bad_image_not_a_picture"] and "coffee.jpg" in doubted[0]["hint"]


def test_ratings_are_not_asked_for_offline_and_the_sample_waits(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    run, checks = tmp_path / "run", tree["checks"]
    write_recipe(path, tree | {"checks": {n: c for n, c in checks.items() if n != "judge"}})
    succeeds("run", path, "--out", run)
    write_recipe(path, tree)
    succeeds("run", path, "--out", run, "--offline", "--update")
    assert judge.stats().requests == 0 and status(run)["tasks"]["conversation"]["not_asked"] == 60
    assert asked(succeeds("run", path, "--out", run)) == 60
    before = parts(run)
    succeeds("run", path, "--out", run, "--offline")
    assert parts(run) == before and status(run)["accepted"] == 60


# ── a judge that comes later, or changes ─────────────────────────────────────────────────────────────────────


def test_a_judge_added_to_a_finished_run_asks_for_ratings_alone(made: Made) -> None:
    roles = {"judge": asking(made.teacher.base_url, model="loopback-large")}
    made.write(roles=roles, checks=made.tree["checks"] | {"judge": {"action": "tag"}})
    told = made.announced("checks.judge: null → ", unasked=COUNT, shards=4)
    assert "of judge (loopback-large, " in told and "of teacher" not in told
    made.updated(COUNT)
    made.teacher.set(reset=True)
    made.write(checks=made.tree["checks"] | {"judge": {"action": "reject", "least": 4}})
    made.announced("checks.judge.least: 3 → 4", unasked=0, shards=4)
    assert asked(succeeds("run", made.path, "--out", made.run, "--update")) == 0
    assert 20 < len(rows(made.run, "rejected")) < COUNT


def test_another_writer_is_announced_with_the_ratings_of_what_it_will_write(made: Made) -> None:
    roles = {"judge": asking(made.teacher.base_url, model="loopback-large")}
    made.write(roles=roles, checks=made.tree["checks"] | {"judge": {"action": "tag"}})
    succeeds("run", made.path, "--out", made.run, "--update")
    made.teacher.set(reset=True)
    made.write(teacher=made.tree["teacher"] | {"temperature": 0.5})
    told = made.announced("teacher.temperature")
    assert f"asks for {COUNT} requests of teacher (loopback-small" in told
    assert f"; {COUNT} requests of judge (loopback-large" in told
    told = succeeds("run", made.path, "--out", made.run, "--update")
    reused = int(told.rpartition("found in the journal ")[2])
    assert asked(told) == 2 * COUNT - reused and reused < COUNT / 10, "only what came out the same is not rated again"


def test_a_run_without_a_judge_is_shaped_as_it_was_before_there_were_judges(made: Made) -> None:
    shaping = json.loads((made.run / "run.json").read_text())["shaping"]
    assert set(shaping["forms"]) == {"dialogue", "single_question", "description"}
    told = status(made.run)
    assert "checks" not in told["spent"] and "asked" not in told["tasks"]["conversation"]
