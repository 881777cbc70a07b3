"""Runs in; Parquet files as they are published, their splits and columns, out."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cases import contents
from hypothesis import given, settings
from hypothesis import strategies as st
from published import TASKS, TOLD, laid_out, made_run, picture, plain_run, read
from runs import record

from instructgen.errors import SetupError
from instructgen.publishing.files import write_split
from instructgen.publishing.rows import journal_features
from instructgen.publishing.splits import shares
from instructgen.reviews import append, review_of
from instructgen.run import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty-five records; five more pictures are copies of the first five, under other names and in other contexts."""
    place = tmp_path_factory.mktemp("laid")
    for n in range(5):
        copied = place / "images" / f"{25 + n:06d}.jpg"
        copied.parent.mkdir(exist_ok=True)
        copied.write_bytes(picture(place / "images" / f"{n:06d}.jpg", n, quality=60 + n % 40))
    return plain_run(place, 30, checks={"shape": {"action": "retry"}, "length": {"action": "tag", "max_words": 12}})


@pytest.fixture(autouse=True)
def _same_bytes_under_another_name(run: Path) -> None:
    images = run.parent / "images"
    for n in range(5):
        shutil.copy(images / f"{n:06d}.jpg", images / f"{25 + n:06d}.jpg")


def test_rows_are_the_runs_samples_with_their_pictures_own_bytes(run: Path, tmp_path: Path) -> None:
    configs = laid_out(run, tmp_path / "a")
    assert list(configs) == ["conversation", "detail"]
    samples = {sample.id: sample for sample in Run.open(run).samples()}
    rows = [row for config in configs for row in read(tmp_path / "a", configs, config)]
    assert {row["id"] for row in rows} == set(samples) and len(rows) == len(samples)
    for row in rows:
        sample = samples[row["id"]]
        (image,) = sample.images
        file = run.parent / "images" / str(image.path)
        assert row["image"] == {"bytes": file.read_bytes(), "path": image.path}
        assert row["conversations"] == [{"from": turn.role, "value": turn.text} for turn in sample.turns]
        origin = sample.origin
        assert (row["task"], row["context"], row["teacher"]) == (sample.task, origin.context, origin.teacher)
        assert (row["prompt"], row["seeds"], row["requests"]) == (origin.prompt, origin.seeds, list(origin.requests))
    said = {verdict["check"] for row in rows for verdict in row["verdicts"]}
    assert said == {"length"} and any(not row["verdicts"] for row in rows)


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"splits": "train=0.6,test=0.4", "rejected": True, "journal": True}
    assert laid_out(run, tmp_path / "a", **wanted) == laid_out(run, tmp_path / "b", **wanted)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert not [name for name in contents(tmp_path / "a") if not name.endswith(".parquet")]


def test_no_picture_is_in_two_splits_under_any_name(run: Path, tmp_path: Path) -> None:
    wanted = {"splits": "train=0.5,val=0.25,test=0.25", "journal": True}
    configs = laid_out(run, tmp_path / "a", **wanted)
    rows = [(config, split, row) for config in ("conversation", "detail") for split in configs[config]
            for row in read(tmp_path / "a", configs, config, split)]  # fmt: skip
    pictures: dict[bytes, set[str]] = {}
    contexts: dict[str, set[str]] = {}
    for _, split, row in rows:
        pictures.setdefault(row["image"]["bytes"], set()).add(split)
        contexts.setdefault(row["context"], set()).add(split)
    assert len(pictures) == 25 and len(contexts) == 30
    assert {len(splits) for splits in (*pictures.values(), *contexts.values())} == {1}
    assert set().union(*contexts.values()) == {"train", "val", "test"}
    answers = {
        row["context"]: split for split in configs["journal"] for row in read(tmp_path / "a", configs, "journal", split)
    }
    assert answers == {context: splits.pop() for context, splits in contexts.items()}


def test_contexts_that_share_a_picture_share_a_split(tmp_path: Path) -> None:
    """A chain: each record shows its own picture and the next one's."""
    for n in range(41):
        picture(tmp_path / "images" / f"{n}.jpg", n)
    chain = [record(n) | {"image": None, "images": [f"{n}.jpg", f"{n + 1}.jpg"]} for n in range(20)]
    alone = [record(n) | {"image": None, "images": [f"{n}.jpg"]} for n in range(21, 41)]
    run = made_run(tmp_path, chain + alone, teacher=TOLD, tasks={"conversation": TASKS["conversation"]})
    configs = laid_out(run, tmp_path / "a", splits="train=0.5,test=0.5")
    split_of = {row["context"]: split for split in configs["conversation"]
                for row in read(tmp_path / "a", configs, "conversation", split)}  # fmt: skip
    assert len({split_of[f"{n:06d}"] for n in range(20)}) == 1
    assert len({split_of[f"{n:06d}"] for n in range(21, 41)}) == 2


def test_several_pictures_none_and_columns_of_the_source(tmp_path: Path) -> None:
    files = {name: picture(tmp_path / "images" / name, n) for n, name in enumerate(("a.jpg", "b.png", "c.jpg"))}
    rows = [
        record(0) | {"image": None, "images": ["a.jpg", "b.png"], "licence": 3, "task": "x"},
        record(1) | {"image": None, "images": ["c.jpg"], "licence": 4.5, "task": None},
        {key: value for key, value in record(2).items() if key != "image"} | {"licence": None, "task": "z"},
    ]
    run = made_run(tmp_path, rows, ["licence", "task"], teacher=TOLD, tasks={"conversation": TASKS["conversation"]})
    configs = laid_out(run, tmp_path / "a")
    found = {row["context"]: row for row in read(tmp_path / "a", configs, "conversation")}
    assert [[(p["path"], p["bytes"]) for p in found[f"{n:06d}"]["images"]] for n in range(3)] == [
        [("a.jpg", files["a.jpg"]), ("b.png", files["b.png"])],
        [("c.jpg", files["c.jpg"])],
        [],
    ]
    assert [found[f"{n:06d}"]["licence"] for n in range(3)] == [3.0, 4.5, None]
    assert [found[f"{n:06d}"]["source_task"] for n in range(3)] == ["x", None, "z"]
    assert {row["task"] for row in found.values()} == {"conversation"}


def test_references_are_addresses_where_all_have_one_else_names(run: Path, tmp_path: Path) -> None:
    configs = laid_out(run, tmp_path / "a", pictures="reference")
    assert read(tmp_path / "a", configs, "detail")[0]["image"] == "000000.jpg"
    rows = [record(n) | {"image": None, "url": f"http://127.0.0.1/{n}.jpg"} for n in range(3)]
    linked = made_run(tmp_path / "linked", rows)
    configs = laid_out(linked, tmp_path / "b", pictures="reference")
    assert read(tmp_path / "b", configs, "detail")[1]["image"] == {"bytes": None, "path": "http://127.0.0.1/1.jpg"}
    with pytest.raises(SetupError, match=r"cannot be published \(it has no file\).*--images reference"):
        laid_out(linked, tmp_path / "c")


def test_what_was_rejected_and_answered_is_published_where_wanted(tmp_path: Path) -> None:
    short = {"shape": {"action": "retry"}, "length": {"action": "reject", "max_words": 12}}
    run = plain_run(tmp_path, 12, checks=short)
    configs = laid_out(run, tmp_path / "a", rejected=True, journal=True)
    rejected = read(tmp_path / "a", configs, "rejected")
    assert [row["id"] for row in rejected] == [row["id"] for row in Run.open(run).rejected()]
    assert {row["reason"] for row in rejected} >= {"length:answer_too_long"}
    assert all(row["conversations"] and row["verdicts"][0]["check"] == "length" for row in rejected)
    answers = read(tmp_path / "a", configs, "journal")
    assert {row["digest"] for row in answers} >= {
        digest for sample in Run.open(run).samples() for digest in sample.origin.requests
    }
    assert "server_id" not in answers[0]


def test_reviews_are_applied_and_old_verdicts_on_edited_words_are_not_given(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    opened = Run.open(tmp_path / "run")
    configs = laid_out(tmp_path / "run", tmp_path / "before")
    tagged = next(row["id"] for row in read(tmp_path / "before", configs, "detail") if row["verdicts"])
    samples = {sample.id: sample for sample in opened.samples()}
    edited, gone = samples[tagged], next(s for s in samples.values() if s.task == "detail" and s.id != tagged)
    turns = (edited.turns[0], edited.turns[1].model_copy(update={"text": "A dog waits."}))
    append(opened.folder, [review_of(edited, "edit", "me", turns), review_of(gone, "reject", "me")])
    configs = laid_out(tmp_path / "run", tmp_path / "a")
    rows = {row["id"]: row for row in read(tmp_path / "a", configs, "detail")}
    assert gone.id not in rows
    assert (rows[tagged]["conversations"][1]["value"], rows[tagged]["verdicts"]) == ("A dog waits.", [])


def test_large_splits_are_several_files_of_small_groups(tmp_path: Path) -> None:
    row = dict.fromkeys(journal_features())
    rows = [row | {"context": str(n), "text": f"{n * 7919 % 100003}" * 40} for n in range(3500)]
    files = write_split(rows, tmp_path, "journal", "train", journal_features(), 10_000)
    assert [file.path for file in files] == [
        f"journal/train-{n:05d}-of-{len(files):05d}.parquet" for n in range(len(files))
    ]
    assert len(files) > 1 and sum(file.rows for file in files) == 3500
    read_back = [r for file in files for r in pq.read_table(tmp_path / file.path).to_pylist()]
    assert read_back == rows
    assert pq.ParquetFile(tmp_path / files[0].path).metadata.row_group(0).num_rows == 1000
    assert {p.name for p in (tmp_path / "journal").iterdir()} == {Path(file.path).name for file in files}


@pytest.mark.parametrize(
    "text", ["", "train=0.5", "train=0.5,test=0.6", "a=1,a=0", "a b=1", "a=x,b=1", "a=-1,b=2", "a=0.5,a=0.5"]
)
def test_shares_that_are_none_are_one_line(text: str) -> None:
    with pytest.raises(SetupError, match=r"^--splits "):
        shares(text)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=6))
def test_shares_add_up(parts: list[int]) -> None:
    text = ",".join(f"s{n}={part / sum(parts)}" for n, part in enumerate(parts))
    assert list(shares(text)) == [f"s{n}" for n in range(len(parts))]


def test_a_run_that_cannot_be_published_is_told_in_one_line(run: Path, tmp_path: Path) -> None:
    (run.parent / "images" / "000003.jpg").rename(tmp_path / "aside.jpg")
    try:
        with pytest.raises(SetupError, match=r"000003/conversation/0: there is no picture '000003\.jpg'"):
            laid_out(run, tmp_path / "lacking")
    finally:
        (tmp_path / "aside.jpg").rename(run.parent / "images" / "000003.jpg")
    named = plain_run(
        tmp_path / "named",
        1,
        tasks={"journal": {"use": "prompted", "form": "description", "prompt": "detail", "seeds": "detail"}},
    )
    with pytest.raises(SetupError, match="--journal: the recipe has a task of that name"):
        laid_out(named, tmp_path / "clash", journal=True)
    none = plain_run(tmp_path / "none", 1, checks={"length": {"action": "reject", "max_words": 1}})
    with pytest.raises(SetupError, match="there are no samples to publish"):
        laid_out(none, tmp_path / "empty")
