"""Runs in every state in; the rows that the page knows of them out."""

import json
import re
import shutil
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from loopback import Teacher
from runs import KEY, asking, recipe, record, succeeds, write_recipe, write_rows
from viewing import demo_run, page

from instructgen.page import index as indexing
from instructgen.page.index import Index
from instructgen.page.viewed import Viewed
from instructgen.reviews import append, review_of
from instructgen.run import Run

__all__ = ["demo_run"]


def ids(index: Index) -> list[str]:
    return [str(name) for name in index.table.frame["id"]]


def refreshed(path: Path) -> Index:
    index = Index(Run.open(path))
    index.refresh()
    return index


def expected(path: Path) -> set[str]:
    run = Run.open(path)
    return {sample.id for sample in run.samples()} | {str(row["id"]) for row in run.rejected()}


@pytest.fixture
def path(tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of 60 records in three shards, some of whose replies are refused."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(indexing, "PLAY_SECONDS", 0.0)
    loopback.set(faults={"content_filter": 0.1, "length": 0.1})
    source = write_rows(tmp_path / "rows.jsonl", range(60))
    tree = recipe(source, asking(loopback.base_url), shard_size=20)
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    return tmp_path / "run"


def test_every_sample_has_a_row_and_is_known_at_the_next_start(path: Path) -> None:
    index = refreshed(path)
    assert set(ids(index)) == expected(path) and len(ids(index)) == len(set(ids(index)))
    assert not any(index.table.frame["open"]) and (index.read, index.total) == (3, 3)
    known = Index(Run.open(path))
    assert ids(known) == ids(index) and known.read == 3
    before = known.table.version
    known.refresh()
    assert known.table.version == before


@pytest.mark.parametrize("damage", [b"", b"no parquet", None])
def test_an_index_that_is_damaged_or_gone_is_made_anew(path: Path, damage: bytes | None) -> None:
    whole = ids(refreshed(path))
    kept = path / "page-index" / "rows.parquet"
    if damage is None:
        shutil.rmtree(kept.parent)
    else:
        kept.write_bytes(damage)
    assert ids(refreshed(path)) == whole and kept.stat().st_size > 100


def test_an_open_shards_samples_are_there_provisionally_and_then_for_good(path: Path) -> None:
    part, rejected = path / "samples" / "part-00001.parquet", path / "rejected" / "part-00001.parquet"
    aside = path.parent / "aside.parquet"
    wanted = expected(path)
    shutil.move(part, aside)
    journal = path / "journal" / "part-00001.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:7]))
    index = refreshed(path)
    provisional = index.table.frame.filter(index.table.frame["open"])
    assert 0 < len(provisional) <= 7 and set(provisional["shard"]) == {1} and set(ids(index)) < wanted
    journal.write_bytes(b"".join(lines))
    index.refresh()
    assert set(ids(index)) == wanted
    shutil.move(aside, part)
    assert rejected.exists()
    index.refresh()
    assert set(ids(index)) == wanted and not any(index.table.frame["open"])


def test_a_new_shard_appears_while_the_page_is_open(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instructgen.page.viewed.LOOK_SECONDS", 0.0)
    with page(path) as client:
        first = len(expected(path))
        assert f"<h1>{first} samples</h1>" in client.get().text
        write_rows(tmp_path / "rows.jsonl", range(90))
        succeeds("run", tmp_path / "recipe.yaml", "--out", path, "--update")
        now = len(expected(path))
        assert now > first + 20
        for _ in range(50):
            text = client.get().text
            if f"<h1>{now} samples</h1>" in text:
                break
        assert f"<h1>{now} samples</h1>" in text


def test_a_run_made_anew_by_another_recipe_is_read_anew(path: Path, tmp_path: Path) -> None:
    viewed = Viewed(path)
    viewed.index.refresh()
    before = viewed.index
    tree: dict[str, Any] = json.loads(json.dumps(recipe(tmp_path / "rows.jsonl", {"use": "grounded"}, shard_size=20)))
    tree["checks"]["length"]["max_words"] = 8
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", path, "--update")
    viewed._looked = 0.0
    viewed.fresh()
    assert viewed.index is not before
    viewed.index.refresh()
    assert set(ids(viewed.index)) == expected(path)


def test_a_part_that_cannot_be_read_is_named_and_its_shard_played_from_the_journal(path: Path) -> None:
    wanted = expected(path)
    (path / "samples" / "part-00002.parquet").write_bytes(b"broken")
    with page(path) as client:
        text = client.get().text
        assert "part-00002.parquet: not a readable Parquet part" in text
        assert f"<h1>{len(wanted)} samples</h1>" in text


def test_a_folder_that_cannot_be_written_is_shown_all_the_same(path: Path) -> None:
    (path / "page-index").write_text("in the way")
    assert set(ids(refreshed(path))) == expected(path)


def test_ids_that_come_again_are_told_apart_as_exports_have_them(tmp_path: Path) -> None:
    rows = [record(n) | {"id": f"{n % 20:06d}"} for n in range(40)] + [record(3) | {"id": "000003"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    tree = recipe(tmp_path / "rows.jsonl", {"use": "grounded"}, shard_size=20)
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    exported = {sample.id for sample in Run.open(tmp_path / "run").samples()}
    index = refreshed(tmp_path / "run")
    assert any("~2/" in name for name in exported) and exported <= set(ids(index))
    again = Index(Run.open(tmp_path / "run"))
    assert ids(again) == ids(index)
    twice = next(sample for sample in Run.open(tmp_path / "run").samples() if "~2/" in sample.id)
    with page(tmp_path / "run") as client:
        assert client.post(id=twice.id, decision="reject").status == 303
        assert "rejected by" in client.get("/sample", id=twice.id).text
    opened = Run.open(tmp_path / "run")
    left = {sample.id for sample in opened.samples(reviews=opened.reviews())}
    assert left == exported - {twice.id}


def test_what_run_wide_checks_leave_out_is_said_filtered_by_and_brought_back_by_people(tmp_path: Path) -> None:
    answers = ("A brown dog runs along a sunny beach beside the blue water.", "Two cats sleep on an old green chair.")
    replies = [f"Question:\nWhat is to be seen here?\n===\nAnswer:\n{answer}" for answer in answers]
    rows = write_rows(tmp_path / "rows.jsonl", range(24))
    tree = recipe(rows, {"use": "scripted", "replies": replies}, shard_size=10)
    tree["checks"] = {"near_duplicates": {"action": "reject"}}
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    run = Run.open(tmp_path / "run")
    kept = {sample.id for sample in run.samples()}
    with page(tmp_path / "run") as client:
        text = client.get("/", status="left_out", check="near_duplicates").text
        lost = re.findall(r"/sample\?id=([^&\"]*)", text)
        assert lost and not {unquote(name) for name in lost} & kept
        name = unquote(lost[0])
        told = client.get("/sample", id=name).text
        assert 'class="state left_out"' in told and ">near_duplicates</b>" in told
        client.post(id=name, decision="accept", note="they differ enough")
    assert {sample.id for sample in run.samples(reviews=run.reviews())} == kept | {name}


def test_shards_that_another_recipe_made_are_shown_as_they_lie_with_a_word_about_it(path: Path) -> None:
    before = ids(refreshed(path))
    text = (path / "recipe.yaml").read_text(encoding="utf-8")
    (path / "recipe.yaml").write_text(text.replace("action: tag", "action: reject"), encoding="utf-8")
    assert ids(refreshed(path)) == before
    with page(path) as client:
        assert "3 shards of this run\n    were made by another recipe or version" in client.get().text


def test_reviews_are_read_by_many_threads_at_once_without_losing_any(path: Path) -> None:
    samples = list(Run.open(path).samples())[:30]
    viewed = Viewed(path)

    def look() -> None:
        for _ in range(200):
            viewed.note_reviews()

    reading = [threading.Thread(target=look) for _ in range(4)]
    for thread in reading:
        thread.start()
    for sample in samples:
        append(viewed.run.folder, [review_of(sample, "accept", "ann")])
        viewed.note_reviews()
        assert viewed.reviews.of(sample) is not None
    for thread in reading:
        thread.join()
    assert len(viewed.reviews) == 30
