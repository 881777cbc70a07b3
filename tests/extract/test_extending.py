"""Runs whose contexts are extended by an extractor: what comes in, what is looked at, how often, and what it costs."""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from extract_colour import looked, paint
from loopback import Teacher
from runs import KEY, asked, asking, command, ended, parts, rows, start, succeeds, write_recipe

from instructgen.found_cache import cache_folder
from instructgen.run import Run

EXTRACTOR = "extract_colour:ColourExtractor"


@pytest.fixture(autouse=True)
def _own_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extractor of these tests is found by its dotted path, also by a command in a process of its own."""
    tests = Path(__file__).resolve().parent.parent
    monkeypatch.setenv("PYTHONPATH", f"{tests}:{tests.parent}")


class Painted:
    """A folder of painted pictures and a recipe over it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder = folder
        self.images = folder / "images"
        self.colours = paint(self.images, number)
        self.ledger = folder / "ledger"
        self.recipe = folder / "recipe.yaml"
        self.write()

    def write(self, extract: dict[str, Any] | None = None, **keys: object) -> None:
        block = {"use": EXTRACTOR, "ledger": str(self.ledger)}
        tree: dict[str, object] = {
            "source": {"use": "folder", "images": str(self.images)},
            "extract": {"colour": block | (extract or {})},
            "teacher": {"use": "grounded"},
            "shard_size": 10,
            "tasks": {"conversation": {"use": "prompted", "form": "dialogue", "boxes": True}},
        }
        write_recipe(self.recipe, tree | keys)

    def looked(self) -> int:
        """Give how many pictures were looked at since this was last asked."""
        number = looked(self.ledger)
        self.ledger.unlink(missing_ok=True)
        return number

    def said(self, run: Path) -> list[str]:
        return [p["text"] for row in rows(run, "contexts") for p in row["passages"] if p["kind"] == "colour"]


@pytest.fixture
def painted(tmp_path: Path) -> Painted:
    return Painted(tmp_path, 24)


def test_contexts_hold_what_was_found_in_source_order(painted: Painted, tmp_path: Path) -> None:
    painted.write({"boxes": True})
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    assert painted.said(tmp_path / "run") == painted.colours
    (box,) = next(iter(Run.open(tmp_path / "run").contexts())).boxes
    assert (box.label, box.image, box.score) == ("red", 0, 0.75)
    assert painted.looked() == 24


def test_another_run_looks_at_no_picture_again_and_is_the_same(painted: Painted, tmp_path: Path) -> None:
    told = succeeds("run", painted.recipe, "--out", tmp_path / "first")
    assert painted.looked() == 24 and "  pictures: colour 24 looked at, 0 known" in told
    told = succeeds("run", painted.recipe, "--out", tmp_path / "second")
    assert painted.looked() == 0 and "  pictures: colour 0 looked at, 24 known" in told
    assert parts(tmp_path / "first") == parts(tmp_path / "second")


def test_a_run_that_goes_on_needs_neither_pictures_nor_cache(painted: Painted, tmp_path: Path) -> None:
    succeeds("run", painted.recipe, "--out", tmp_path / "run", "--limit", 10)
    assert painted.looked() == 10
    for file in cache_folder().rglob("*.sqlite"):
        file.unlink()
    succeeds("run", painted.recipe, "--out", tmp_path / "run", "--limit", 20)
    assert painted.looked() == 10
    painted.write(checks={"length": {"action": "reject", "max_words": 300}})
    succeeds("run", painted.recipe, "--out", tmp_path / "run", "--limit", 20, "--update")
    assert painted.looked() == 0


def test_pictures_that_cannot_be_used_are_faults_and_spoil_no_other(painted: Painted, tmp_path: Path) -> None:
    (painted.images / "001.jpg").write_bytes(b"")
    (painted.images / "002.jpg").write_bytes(b"no picture")
    (painted.images / "004.jpg").write_bytes((painted.images / "004.jpg").read_bytes()[:300])
    told = succeeds("run", painted.recipe, "--out", tmp_path / "run")
    faults = {r["id"]: (r["reason"], r["detail"]) for r in rows(tmp_path / "run", "contexts") if r["kind"] == "fault"}
    assert set(faults) == {"001.jpg", "002.jpg", "004.jpg"}
    assert all(reason.startswith("bad_image") for reason, _ in faults.values())
    assert all(detail.startswith(f"extract.colour: {name}: ") for name, (_, detail) in faults.items())
    assert len(painted.said(tmp_path / "run")) == 21
    assert "unusable records: bad_image" in told


def test_a_changed_extractor_is_announced_before_it_is_put_to_work(painted: Painted, tmp_path: Path) -> None:
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    before = parts(tmp_path / "run")
    painted.looked()
    painted.write({"boxes": True})
    refused = command("run", painted.recipe, "--out", tmp_path / "run")
    assert refused.code == 2
    assert "extract.colour.boxes: false → true" in refused.err
    assert "looks at the pictures of 3 shards" in refused.err
    assert (painted.looked(), parts(tmp_path / "run")) == (0, before)
    succeeds("run", painted.recipe, "--out", tmp_path / "run", "--update")
    assert painted.looked() == 24
    assert all(row["boxes"] for row in rows(tmp_path / "run", "contexts"))
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    assert painted.looked() == 0


def test_placement_changes_nothing(painted: Painted, tmp_path: Path) -> None:
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    before = parts(tmp_path / "run")
    painted.looked()
    painted.write({"threads": 1, "batch": 5})
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    assert (painted.looked(), parts(tmp_path / "run")) == (0, before)
    for file in cache_folder().rglob("*.sqlite"):
        file.unlink()
    succeeds("run", painted.recipe, "--out", tmp_path / "again")
    assert (painted.looked(), parts(tmp_path / "again")) == (24, before)


def test_a_changed_picture_alone_is_looked_at_again(painted: Painted, tmp_path: Path) -> None:
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    painted.looked()
    (painted.images / "000.jpg").write_bytes((painted.images / "002.jpg").read_bytes()[:-2] + b"\xff\xd9 ")
    assert command("run", painted.recipe, "--out", tmp_path / "run").code == 2
    assert painted.looked() == 0
    succeeds("run", painted.recipe, "--out", tmp_path / "run", "--update")
    assert painted.looked() == 1
    assert painted.said(tmp_path / "run") == ["blue", *painted.colours[1:]]


def test_a_changed_model_file_has_the_pictures_looked_at_again(painted: Painted, tmp_path: Path) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(b"1")
    painted.write({"model": str(model)})
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    model.write_bytes(b"2")
    assert "files have changed" in command("run", painted.recipe, "--out", tmp_path / "run").err


def test_what_the_source_has_said_is_not_looked_for(painted: Painted, tmp_path: Path) -> None:
    lines = [{"id": f"r{n}", "image": f"{n:03d}.jpg", "captions": ["A dog."]} for n in range(4)]
    lines[1]["colour"] = "mauve"
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    source = {"use": "image_text", "files": [str(tmp_path / "rows.jsonl")], "images": str(painted.images)}
    painted.write(source=source | {"passages": ["colour"]})
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    assert (painted.said(tmp_path / "run"), painted.looked()) == (["red", "mauve", "blue", "white"], 3)


def test_planning_and_choosing_look_at_few_pictures(tmp_path: Path) -> None:
    painted = Painted(tmp_path, 60)
    painted.write(tasks={"conversation": {"use": "prompted", "form": "dialogue", "take": "50%"}})
    planned = json.loads(succeeds("plan", painted.recipe, "--json"))
    assert planned["contexts"] == 60
    assert 20 <= painted.looked() <= 32
    shown = succeeds("preview", painted.recipe, "--limit", 2)
    assert painted.looked() <= 2
    assert "colour: red" in shown and "colour: green" in shown
    succeeds("run", painted.recipe, "--out", tmp_path / "run", "--limit", 1)
    assert painted.looked() <= 1


def test_a_pilots_replies_serve_the_run(
    painted: Painted, tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    painted.write(teacher=asking(loopback.base_url))
    succeeds("plan", painted.recipe, "--pilot", 6, "--out", tmp_path / "run")
    assert asked(succeeds("run", painted.recipe, "--out", tmp_path / "run")) == 18
    assert max(loopback.stats().answered.values()) == 1
    assert painted.looked() == 24


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_stopped_while_it_looks_goes_on_where_it_stopped(
    painted: Painted, tmp_path: Path, how: signal.Signals
) -> None:
    succeeds("run", painted.recipe, "--out", tmp_path / "whole")
    for file in cache_folder().rglob("*.sqlite*"):
        file.unlink()
    painted.looked()
    painted.write({"seconds": 0.1, "batch": 1})
    process = start("run", painted.recipe, "--out", tmp_path / "run")
    while looked(painted.ledger) < 7:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    ended(process)
    before = looked(painted.ledger)
    assert before < 20
    painted.write()
    succeeds("run", painted.recipe, "--out", tmp_path / "run")
    assert 24 <= looked(painted.ledger) <= 24 + 2  # what the two threads had in hand when it was killed
    assert parts(tmp_path / "run") == parts(tmp_path / "whole")
