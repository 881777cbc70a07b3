"""Pictures removed from a run in; exports, page and published dataset without them, and back again, out."""

import json
import shutil
from pathlib import Path

import pytest
from cases import finished, refused
from loopback_hub import Hub
from loopback_hub_answers import sha256
from published import laid_out, made_run, picture, plain_run, read
from runs import record, succeeds

from instructgen.errors import SetupError
from instructgen.judged import standing
from instructgen.page.index import Index
from instructgen.publishing.publish import _alone
from instructgen.records import LeftOut
from instructgen.removals import Removals
from instructgen.run import Run
from instructgen.run_folder import RunFolder

REPO = "my-name/demo"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checks = {"shape": {"action": "retry"}, "length": {"action": "reject", "max_words": 16}}
    return plain_run(tmp_path_factory.mktemp("taken"), 25, checks=checks)


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


def contexts(run: Path) -> dict[str, set[str]]:
    """Give the contexts that each reader of a run still knows."""
    opened = Run.open(run)
    index = Index(opened)
    index.refresh()
    return {
        "samples": {sample.origin.context for sample in opened.samples()},
        "rejected": {str(row["context"]) for row in opened.rejected()},
        "contexts": {context.id for context in opened.contexts()},
        "standing": {judged.context.id for judged in standing(opened)},
        "page": {name.split("/")[0] for name in index.table.frame["id"]},
    }


def test_what_is_removed_is_in_nothing_that_is_read_and_comes_back(run: Path) -> None:
    before, parts = contexts(run), {p: p.read_bytes() for p in run.rglob("part-*")}
    removals = Run.open(run).removals
    removals.add(["000003", "000012.jpg"], "its subject asked")
    after = contexts(run)
    for reader, known in before.items():
        assert known - after[reader] == known & {"000003", "000012"}, reader
    assert before["samples"] >= {"000003"} or before["rejected"] >= {"000003"}
    assert {p: p.read_bytes() for p in run.rglob("part-*")} == parts
    kept = [json.loads(line) for line in removals.path.read_text().splitlines()]
    assert [(line["picture"], line["reason"]) for line in kept] == [
        ("000003", "its subject asked"),
        ("000012.jpg", "its subject asked"),
    ]
    removals.add(["000003", "000012.jpg"], restored=True)
    assert contexts(run) == before and len(removals.path.read_text().splitlines()) == 4


def test_rows_of_the_source_stay_in_their_places(run: Path) -> None:
    Run.open(run).removals.add(["000003"])
    rows = list(Run.open(run).rows())
    assert [row.item.row for row in rows] == list(range(25))
    assert rows[3].item == LeftOut(row=3, id="000003", filter="removed")


def test_exports_say_how_many_were_removed(run: Path, tmp_path: Path) -> None:
    Run.open(run).removals.add(["000003", "000004"])
    said = finished("export", run, "--format", "llava", "--out", tmp_path / "a.json").err
    assert said.endswith("as llava; without 2 removed pictures\n")
    assert not {row["image"] for row in json.loads((tmp_path / "a.json").read_text())} & {"000003.jpg", "000004.jpg"}


def test_an_open_page_follows(run: Path) -> None:
    index = Index(Run.open(run))
    index.refresh()
    whole = sorted(index.table.frame["id"])
    Run.open(run).removals.add(["000003"])
    index.refresh()
    assert sorted(index.table.frame["id"]) == [name for name in whole if not name.startswith("000003/")]
    Run.open(run).removals.add(["000003"], restored=True)
    index.refresh()
    assert sorted(index.table.frame["id"]) == whole


@pytest.mark.slow
def test_samples_that_come_later_are_without_it_too(tmp_path: Path) -> None:
    for n in range(20):
        picture(tmp_path / "images" / f"{n % 5}.jpg", n % 5)
    rows = [record(n) | {"image": f"{n % 5}.jpg"} for n in range(20)]
    source = made_run(tmp_path, rows[:4])
    Run.open(source).removals.add(["2.jpg"])
    recipe = tmp_path / "recipe.yaml"
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    succeeds("run", recipe, "--out", source, "--update")
    shown = {image.path for sample in Run.open(source).samples() for image in sample.images}
    assert shown == {"0.jpg", "1.jpg", "3.jpg", "4.jpg"}


def test_what_is_no_picture_of_the_run_is_one_line(run: Path) -> None:
    removals = Run.open(run).removals
    with pytest.raises(SetupError, match=r"nothing in .* has the id, picture or address '77'"):
        removals.add(["000003", "77"])
    with pytest.raises(SetupError, match="'000003' was not removed from"):
        removals.add(["000003"], restored=True)
    assert not removals.path.exists()
    removals.path.write_text('{"picture": "000003"}\n')
    with pytest.raises(SetupError, match=r"removals\.jsonl, line 1: not a removal \(at: Field required\)"):
        Removals(RunFolder(run))


def test_the_published_set_is_rewritten_without_it(run: Path, loopback_hub: Hub, tmp_path: Path) -> None:
    options = ("--journal", "--rejected", "--splits", "train=0.5,test=0.5")
    finished("publish", run, REPO, *options)
    repo = loopback_hub.repos[REPO]
    before = laid_out(run, tmp_path / "before", splits="train=0.5,test=0.5", journal=True, rejected=True)
    assert "was published with --splits train=0.5,test=0.5 --rejected --journal; give the same" in refused(
        "publish", run, REPO, "--remove", "000003"
    )
    said = finished("publish", run, REPO, *options).err
    assert "without 1 removed picture" in said
    assert len(repo.commits) == 3
    after = laid_out(run, tmp_path / "after", splits="train=0.5,test=0.5", journal=True, rejected=True)
    for config, splits in before.items():
        for split in splits:
            old, new = read(tmp_path / "before", before, config, split), read(tmp_path / "after", after, config, split)
            assert new == [row for row in old if row["context"] != "000003"], "no other row is lost or moved"
    published = {path: sha256(data) for path, data in repo.files.items() if path.endswith(".parquet")}
    assert published == {f.path: f.sha256 for splits in after.values() for files in splits.values() for f in files}
    finished("publish", run, REPO, *options, "--restore", "000003")
    assert repo.files == repo.commits[1][2]


def test_a_squashed_history_holds_nothing_of_it(run: Path, loopback_hub: Hub) -> None:
    finished("publish", run, REPO)
    repo = loopback_hub.repos[REPO]
    old = {sha256(data) for path, data in repo.files.items() if path.endswith(".parquet")}
    said = finished("publish", run, REPO, "--remove", "000003.jpg", "--reason", "asked", "--squash").err
    present = {sha256(data) for path, data in repo.files.items() if path.endswith(".parquet")}
    assert len(repo.commits) == 1 and repo.large == present and old - present
    assert f"its history is dropped, and {len(old - present)} stored files of the past are deleted" in said


def test_a_dry_run_removes_nothing_from_the_run(run: Path, tmp_path: Path) -> None:
    said = finished("publish", run, REPO, "--dry-run", "--out", tmp_path / "out", "--remove", "000003").err
    assert "without 1 removed picture" in said
    assert not (run / "removals.jsonl").exists() and "000003" in contexts(run)["samples"] | contexts(run)["rejected"]


def test_a_take_down_of_what_was_never_published_stays_in_the_run(run: Path, loopback_hub: Hub) -> None:
    assert "nothing was published there; in the run, it is done" in refused("publish", run, REPO, "--remove", "000003")
    assert not loopback_hub.repos and "000003" in Run.open(run).removals


def test_one_process_publishes_a_run_at_a_time(run: Path) -> None:
    with _alone(Run.open(run)):
        assert "is being published by another process" in refused("publish", run, REPO, "--dry-run")
