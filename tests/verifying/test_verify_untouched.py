"""Runs as they come out of everything that runs go through; each agrees, with its source and its servers gone."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from changed_run import Made
from judged import judged
from loopback import Teacher
from PIL import Image
from runs import KEY, Tree, asking, command, recipe, rows, succeeds, write_recipe, write_rows

from instructgen.reviews import append, review_of
from instructgen.run import Run
from instructgen.verifying.run import verify


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def agrees(run: Path, *gone: Path, open_: int = 0) -> dict[str, int]:
    """Verify a run whose source is gone; give what was counted."""
    for path in gone:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    end = command("verify", run, "--json")
    told = json.loads(end.out)
    assert told["agrees"] and end.code == 0, told["first"]
    assert told["shards"]["open"] == open_
    assert told["shards"]["finished"] == len(list((run / "samples").iterdir()))
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before
    counts: dict[str, int] = told["counts"]
    return counts


def carried_out(place: Path, tree: Tree, *options: object) -> Path:
    succeeds("run", write_recipe(place / "recipe.yaml", tree), "--out", place / "run", *options)
    return place / "run"


@pytest.mark.slow
def test_the_demo(tmp_path: Path) -> None:
    succeeds("run", "demo", "--out", tmp_path / "run")
    counts = agrees(tmp_path / "run")
    assert not any(counts.values())


def test_a_run_with_a_judge_several_attempts_rejects_and_prices(
    tmp_path: Path, loopback: Teacher, judge: Teacher
) -> None:
    loopback.set(faults={"content_filter": 0.1, "refusal": 0.1, "length": 0.1})
    judge.set(faults={"length": 0.1})
    path, tree = judged(tmp_path, loopback, judge, action="retry")
    price = {"input": 2, "output": 8, "known": "2026-01-01"}
    table = {"source": "made up", "models": {"loopback-small": price, "loopback-large": price}}
    (tmp_path / "prices.yaml").write_text(json.dumps(table))
    for block in (tree["teacher"], tree["roles"]["judge"]):
        block["prices"] = str(tmp_path / "prices.yaml")
    run = carried_out(path.parent, tree | {"attempts": ["teacher", "teacher"], "shard_size": 25})
    assert Run.open(run).summary().spent.usd > 0 and rows(run, "rejected")
    agrees(run, tmp_path / "rows.jsonl")


def test_a_run_whose_servers_did_not_answer_everything(tmp_path: Path, loopback: Teacher, judge: Teacher) -> None:
    path, tree = judged(tmp_path, loopback, judge)
    for block, server in ((tree["teacher"], loopback), (tree["roles"]["judge"], judge)):
        block |= {"retries": 0, "retry_seconds": 5.0}
        server.set(faults={"500": 0.2})
    run = carried_out(path.parent, tree)
    verdicts = [v["reason"] for row in rows(run, "samples") for v in row["checks"]]
    assert "no_answer" in verdicts and "reply:no_answer" in {row["reason"] for row in rows(run, "rejected")}
    agrees(run, tmp_path / "rows.jsonl")


@pytest.mark.slow
def test_a_run_made_offline_knows_what_it_lacks(tmp_path: Path, loopback: Teacher) -> None:
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(60)), asking(loopback.base_url))
    run = carried_out(tmp_path, tree, "--limit", 40)
    carried_out(tmp_path, tree, "--offline")
    assert agrees(run, tmp_path / "rows.jsonl")["not_asked"] == 20


def test_a_run_that_stopped_on_the_way_is_compared_as_far_as_it_is_finished(tmp_path: Path, loopback: Teacher) -> None:
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(60)), asking(loopback.base_url), shard_size=20)
    run = carried_out(tmp_path, tree, "--limit", 20)
    loopback.set(faults={"quota": 0.3})
    assert command("run", tmp_path / "recipe.yaml", "--out", run).code == 2
    agrees(run, tmp_path / "rows.jsonl", open_=2)
    assert "2 not finished and not compared" in succeeds("verify", run)


def test_a_changed_recipe_leaves_replies_that_nothing_is_made_of(made: Made) -> None:
    made.write(checks={"length": {"action": "reject", "max_words": 20}})
    made.tree["tasks"]["conversation"]["boxes"] = False
    made.write()
    succeeds("run", made.path, "--out", made.run, "--update")
    assert agrees(made.run)["unused"] == 180


@pytest.mark.slow
def test_an_update_that_was_stopped_leaves_shards_that_are_not_compared(made: Made) -> None:
    made.teacher.set(faults={"quota": 0.05})
    made.tree["tasks"]["conversation"]["boxes"] = False
    made.write()
    assert command("run", made.path, "--out", made.run, "--update").code == 2
    told = verify(made.run)
    assert told.agrees, told.differences[0]
    assert told.open


@pytest.mark.slow
def test_a_source_that_changed_has_its_replies_in_other_journals(made: Made) -> None:
    write_rows(made.source, [n for n in range(180) if n not in (3, 60)])
    succeeds("run", made.path, "--out", made.run, "--update")
    assert agrees(made.run, made.source)["unused"] > 0
    journal = made.run / "journal/part-00002.jsonl"
    journal.write_bytes(journal.read_bytes() + b"{}\n")
    told = verify(made.run)
    assert told.differences[0].file == "journal/part-00002.jsonl" and told.finished == 0
    assert "nothing was made again" in told.notes[0]


def pictures(place: Path, number: int) -> Path:
    place.mkdir()
    for n in range(number):
        Image.new("RGB", (40, 30), (n * 9 % 256, 80, 120)).save(place / f"{n:06d}.jpg")
    return place


@pytest.mark.slow
def test_pictures_inside_the_parts_are_held_against_their_files_where_these_are_there(tmp_path: Path) -> None:
    seen = pictures(tmp_path / "pictures", 6)
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(6)), {"use": "grounded"}, output={"images": "bytes"})
    tree["source"]["images"] = str(seen)
    (seen / "000002.jpg").write_bytes(b"")
    run = carried_out(tmp_path, tree)
    assert {row["reason"] for row in rows(run, "rejected")} >= {"output:missing_image"}
    assert not any(agrees(run).values())
    Image.new("RGB", (41, 30)).save(seen / "000004.jpg")
    (difference,) = verify(run).differences
    assert difference.column == "images.0.bytes"
    assert agrees(run, seen)["unseen"] == 5


def test_requests_with_pictures_are_found_by_slot_once_these_are_gone(tmp_path: Path, loopback: Teacher) -> None:
    seen = pictures(tmp_path / "pictures", 6)
    tree: dict[str, Any] = recipe(write_rows(tmp_path / "rows.jsonl", range(6)), asking(loopback.base_url))
    tree["source"]["images"] = str(seen)
    tree["tasks"]["conversation"]["picture"] = True
    (seen / "000002.jpg").write_bytes(b"")
    (seen / "000003.jpg").write_bytes((seen / "000003.jpg").read_bytes()[:-60])
    run = carried_out(tmp_path, tree)
    lost = {row["context"]: row["reason"] for row in rows(run, "rejected")}
    assert lost == {"000002": "reply:bad_image_empty", "000003": "reply:bad_image_cut_off"}
    assert not any(agrees(run).values())
    for n in (0, 1, 4, 5):
        (seen / f"{n:06d}.jpg").unlink()
    assert agrees(run)["by_slot"] == 4


@pytest.mark.slow
def test_reviews_change_nothing(tmp_path: Path) -> None:
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(20)), {"use": "grounded"})
    run = carried_out(tmp_path, tree)
    opened = Run.open(run)
    append(opened.folder, [review_of(sample, "reject", "ann") for sample in opened.samples()])
    assert "reviews: 1 file, as expected" in succeeds("verify", run)
    agrees(run, tmp_path / "rows.jsonl")
