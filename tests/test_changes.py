"""A run whose recipe or source changed: announced with its price before it is paid; only what lacks is asked for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from loopback import Teacher
from runs import (
    KEY,
    Tree,
    asked,
    asking,
    command,
    ended,
    journaled,
    parts,
    recipe,
    record,
    rows,
    start,
    succeeds,
    write_recipe,
    write_rows,
)

from instructgen.library import shipped

COUNT = 180


class Made:
    """A finished run of 180 records in shards of 50, and its recipe to change."""

    def __init__(self, folder: Path, teacher: Teacher, *finish: object) -> None:
        self.teacher = teacher
        self.source = write_rows(folder / "rows.jsonl", range(COUNT))
        self.tree: Tree = recipe(self.source, asking(teacher.base_url))
        self.path = folder / "recipe.yaml"
        self.run = folder / "run"
        self.write()
        succeeds("run", self.path, "--out", self.run, *finish)
        teacher.set(reset=True)

    def write(self, **changes: Any) -> None:
        """Write the recipe, changed."""
        self.tree |= changes
        write_recipe(self.path, self.tree)

    def announced(self, *told: str, unasked: int | None = None, shards: int | None = None) -> str:
        """Run: the change must be announced and nothing asked or written. Give the announcement."""
        before = parts(self.run)
        end = command("run", self.path, "--out", self.run)
        assert end.code == 2, end
        assert len(end.err.strip().splitlines()) == 1
        assert "--update" in end.err
        for text in told:
            assert text in end.err
        if shards is not None:
            assert f"rebuilds {shards} finished shard" in end.err
        if unasked is not None:
            found = re.search(r"(\d+) requests? of", end.err)
            assert (int(found[1]) if found else 0) == unasked, end.err
        assert self.teacher.stats().requests == 0
        assert parts(self.run) == before
        return end.err

    def updated(self, expected: int) -> None:
        """Update: exactly so many are asked; again: none; and the run is that of a fresh start."""
        assert asked(succeeds("run", self.path, "--out", self.run, "--update")) == expected
        assert sum(self.teacher.stats().answered.values()) == expected
        before = parts(self.run)
        assert asked(succeeds("run", self.path, "--out", self.run)) == 0
        assert parts(self.run) == before
        fresh = self.run.with_name("fresh")
        succeeds("run", self.path, "--out", fresh)
        assert _texts(self.run) == _texts(fresh)


def _texts(run: Path) -> list[Tree]:
    """Give the rows of samples and rejected parts."""
    return [row for kind in ("samples", "rejected") for row in rows(run, kind)]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def made(tmp_path: Path, loopback: Teacher) -> Made:
    return Made(tmp_path, loopback)


# ── the source ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_dropped_record_costs_nothing(made: Made) -> None:
    write_rows(made.source, [n for n in range(COUNT) if n != 60])
    told = made.announced("the source's files have changed", "asks for nothing", unasked=0, shards=3)
    assert "price" not in told
    made.updated(0)
    assert len(rows(made.run, "samples")) == COUNT - 1


def test_a_dropped_shard_leaves_no_samples_of_its_own(made: Made) -> None:
    write_rows(made.source, range(100))
    made.announced("asks for nothing", shards=2)
    made.updated(0)
    assert [row["id"] for row in rows(made.run, "samples")] == [f"{n:06d}/conversation/0" for n in range(100)]
    assert sorted(p.name for p in (made.run / "contexts").iterdir()) == ["part-00000.parquet", "part-00001.parquet"]
    write_rows(made.source, range(COUNT))
    made.teacher.set(reset=True)
    assert asked(succeeds("run", made.path, "--out", made.run, "--update")) == 0, "replies of dropped records are kept"
    assert len(rows(made.run, "samples")) == COUNT


def test_a_record_put_first_asks_for_itself_alone(made: Made) -> None:
    write_rows(made.source, [999, *range(COUNT)])
    made.announced(unasked=1, shards=4)
    made.updated(1)


def test_an_edited_record_asks_for_itself_alone_and_leaves_other_shards(made: Made) -> None:
    lines = made.source.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[70] = json.dumps(record(70) | {"captions": ["Two sheep lie on the grass, seen from a hill."]}) + "\n"
    made.source.write_text("".join(lines), encoding="utf-8")
    times = {p.name: p.stat().st_mtime_ns for p in (made.run / "samples").iterdir()}
    made.announced(unasked=1, shards=1)
    made.updated(1)
    now = {p.name: p.stat().st_mtime_ns for p in (made.run / "samples").iterdir()}
    assert [name for name in sorted(now) if now[name] != times[name]] == ["part-00001.parquet"]


def test_a_source_written_again_with_the_same_content_is_not_a_change(made: Made) -> None:
    before = parts(made.run)
    made.source.write_bytes(made.source.read_bytes())
    assert asked(succeeds("run", made.path, "--out", made.run)) == 0
    assert parts(made.run) == before


def test_a_source_that_moved_is_not_a_change(made: Made) -> None:
    before, other = parts(made.run), made.source.with_name("elsewhere.jsonl")
    made.source.rename(other)
    made.write(source={"use": "image_text", "files": [str(other)]})
    assert asked(succeeds("run", made.path, "--out", made.run)) == 0
    assert parts(made.run) == before


def test_a_source_that_grew_asks_for_what_is_new(made: Made) -> None:
    write_rows(made.source, range(COUNT + 40))
    made.announced(shards=1)
    made.updated(40)


def test_kept_columns_are_added_for_nothing(made: Made) -> None:
    made.write(source={"use": "image_text", "files": [str(made.source)], "keep": ["image"]})
    made.announced("source.keep", unasked=0, shards=4)
    made.updated(0)


def test_a_filter_of_small_boxes_asks_for_nothing_or_for_what_reads_otherwise(
    tmp_path: Path, loopback: Teacher
) -> None:
    images = [{"id": n, "file_name": f"{n:012d}.jpg", "width": 100, "height": 100} for n in range(1, 61)]
    captions = [{"id": n, "image_id": n, "caption": f"A dog and a ball, picture {n}."} for n in range(1, 61)]
    boxes = [
        {"id": 2 * n + k, "image_id": n, "category_id": 1, "bbox": box, "area": box[2] * box[3], "iscrowd": 0}
        for n in range(1, 61)
        for k, box in enumerate([[10, 10, 50, 60], *([[70, 70, 4, 4]] if n <= 7 else [])])
    ]
    categories = [{"id": 1, "name": "dog"}]
    (tmp_path / "c.json").write_text(json.dumps({"images": images, "annotations": captions}))
    (tmp_path / "i.json").write_text(json.dumps({"images": images, "annotations": boxes, "categories": categories}))
    coco = {"use": "coco", "captions": str(tmp_path / "c.json"), "instances": str(tmp_path / "i.json")}
    path, run = tmp_path / "recipe.yaml", tmp_path / "run"
    tree = recipe(tmp_path, asking(loopback.base_url), shard_size=20) | {"source": coco}
    write_recipe(path, tree)
    assert asked(succeeds("run", path, "--out", run)) == 60
    write_recipe(path, tree | {"source": coco | {"min_area": 0.01}})
    end = command("run", path, "--out", run)
    assert end.code == 2
    assert "source.min_area" in end.err
    assert "7 requests" in end.err
    assert "rebuilds 3 finished shards" in end.err
    assert asked(succeeds("run", path, "--out", run, "--update")) == 7
    write_recipe(path, tree)
    assert asked(succeeds("run", path, "--out", run, "--update")) == 0, "the way back is paid for"
    assert max(loopback.stats().answered.values()) == 1


# ── the recipe ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stricter_check_that_rejects_asks_for_nothing(made: Made) -> None:
    made.write(checks=made.tree["checks"] | {"length": {"action": "reject", "max_words": 30}})
    made.announced("checks.length.max_words: 400 → 30", unasked=0, shards=4)
    made.updated(0)
    assert any(row["reason"].startswith("length:") for row in rows(made.run, "rejected"))


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


def test_a_begun_shard_whose_source_was_only_touched_goes_on(tmp_path: Path, loopback: Teacher) -> None:
    made = Made(tmp_path, loopback, "--limit", 1)
    made.write(shard_size=1000)
    lines = stopped(made, tmp_path, 20)
    made.source.write_bytes(made.source.read_bytes())
    assert asked(succeeds("run", made.path, "--out", made.run)) == COUNT - lines
