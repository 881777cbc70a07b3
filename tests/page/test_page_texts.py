"""Runs in every state in; what a search finds in them out, with texts that were kept and without."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from loopback import Teacher
from runs import KEY, asking, recipe, succeeds, write_recipe, write_rows
from viewing import page

from instructgen.page import index as indexing
from instructgen.page import texts
from instructgen.page.search import Search
from instructgen.page.viewed import Viewed
from instructgen.run import Run

WORDS = ["the", "THE", "a", "?", "content_filter", "no such words", ".", "é"]


@pytest.fixture
def path(tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of 50 records in five shards, some of whose replies are refused; two shards are a block."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(indexing, "PLAY_SECONDS", 0.0)
    monkeypatch.setattr(texts, "BLOCK", 2)
    monkeypatch.setattr(texts, "SPARE_BYTES", 0)
    loopback.set(faults={"content_filter": 0.1, "length": 0.1})
    source = write_rows(tmp_path / "rows.jsonl", range(50))
    tree = recipe(source, asking(loopback.base_url), shard_size=10)
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    return tmp_path / "run"


def viewed(path: Path) -> Viewed:
    """Open a run, with its texts kept."""
    run = Viewed(path)
    run.fresh()
    run._looking.join()
    run._keeping.join()
    return run


def files(path: Path) -> list[Path]:
    return sorted((path / "page-index" / "texts").glob("*"))


def found(run: Viewed, words: str) -> list[str]:
    search = Search(run.index.table, words)
    search.wait(30)
    assert search.over and not search.fault and search.done == search.total
    return [str(name) for name, hit in zip(run.index.table.frame["id"], search.found, strict=True) if hit]


def expected(path: Path, words: str) -> set[str]:
    """Go through the run's records in plain Python."""
    run = Run.open(path)
    said = {sample.id: [turn.text for turn in sample.turns] for sample in run.samples()}
    rejected: Iterator[Any] = run.rejected()
    for row in rejected:
        turns = [turn for attempt in row["attempts"] for one in attempt["samples"] for turn in one["conversations"]]
        said[row["id"]] = [*(turn["value"] for turn in turns), row["detail"] or ""]
    return {name for name, turns in said.items() if any(words.lower() in text.lower() for text in [name, *turns])}


def test_a_search_finds_the_same_in_kept_texts_as_in_the_parts(path: Path) -> None:
    run = viewed(path)
    assert len(files(path)) == 2  # the fifth shard is no whole block
    with_texts = [found(run, words) for words in WORDS]
    shutil.rmtree(path / "page-index" / "texts")
    assert with_texts == [found(run, words) for words in WORDS]
    assert [set(names) for names in with_texts] == [expected(path, words) for words in WORDS]
    assert with_texts[0] and not with_texts[-3]


def test_kept_texts_are_what_is_searched(path: Path) -> None:
    run = viewed(path)
    kept = files(path)[1]
    planted = pl.concat([pl.DataFrame({"said": ["A Quagga"]}), pl.read_ipc(kept)[1:]])
    planted.write_ipc(kept)
    frame = run.index.table.frame
    assert found(run, "quagga") == [frame.filter(pl.col("shard") == 2)["id"][0]]


def test_texts_of_parts_that_changed_no_longer_count_and_are_taken_away(path: Path) -> None:
    viewed(path)
    before = files(path)
    os.utime(path / "samples" / "part-00002.parquet", ns=(1, 1))
    run = viewed(path)
    now = files(path)
    assert len(now) == 3 and set(before) < set(now)  # one that is new may be another page's
    assert set(found(run, "the")) == expected(path, "the")
    os.utime(before[1], (1, 1))
    viewed(path)
    assert set(files(path)) == set(now) - {before[1]}


@pytest.mark.parametrize("damage", [b"", b"no arrow", b"cut"])
def test_texts_that_are_damaged_are_made_anew(path: Path, damage: bytes) -> None:
    viewed(path)
    kept = files(path)[0]
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2] if damage == b"cut" else damage)
    run = viewed(path)
    assert set(found(run, "the")) == expected(path, "the")
    assert kept.read_bytes() == whole


def test_a_block_is_kept_when_its_last_shard_is_finished(path: Path) -> None:
    part, aside = path / "samples" / "part-00003.parquet", path.parent / "aside.parquet"
    wanted = expected(path, "the")
    shutil.move(part, aside)
    run = viewed(path)
    assert len(files(path)) == 1 and set(found(run, "the")) == wanted
    shutil.move(aside, part)
    run._looked = 0.0
    run.fresh()
    run._looking.join()
    run._keeping.join()
    assert len(files(path)) == 2 and set(found(run, "the")) == wanted


@pytest.mark.parametrize("way", ["full", "file"])
def test_where_texts_cannot_be_kept_the_parts_are_searched(
    path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "full":
        monkeypatch.setattr(texts, "SPARE_BYTES", 1 << 62)
    else:
        (path / "page-index").mkdir()
        (path / "page-index" / "texts").write_text("in the way")
    run = viewed(path)
    assert set(found(run, "the")) == expected(path, "the")
    assert not list((path / "page-index").glob("texts/*"))


def test_the_page_says_how_many_it_found(path: Path) -> None:
    viewed(path)
    with page(path) as client:
        assert f"<h1>{len(expected(path, 'the'))} samples</h1>" in client.get("/", q="the").text
