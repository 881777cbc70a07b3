"""A run read from Python: every sample answers where it comes from, and an open run gives what there is so far."""

import json
from pathlib import Path

import pytest
from loopback import Teacher
from runs import KEY, asked, asking, journaled, recipe, record, succeeds, write_recipe, write_rows

from instructgen.errors import SetupError
from instructgen.records import Context, Fault
from instructgen.run import Run


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def path(tmp_path: Path, loopback: Teacher) -> Path:
    """A run of 60 good records and one bad, some of whose replies are refused."""
    loopback.set(faults={"content_filter": 0.08, "length": 0.08})
    prices = tmp_path / "prices.yaml"
    table = {"source": "made up", "models": {"loopback-small": {"input": 2, "output": 8, "known": "2026-01-01"}}}
    prices.write_text(json.dumps(table), encoding="utf-8")
    source = write_rows(tmp_path / "rows.jsonl", range(60))
    with source.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record(60) | {"boxes": [{"label": "dog"}]}) + "\n")
    tree = recipe(source, asking(loopback.base_url, prices=str(prices)), shard_size=20, attempts=["teacher", "teacher"])
    tree["source"]["keep"] = ["image"]
    run = tmp_path / "run"
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", run)
    return run


def reopen(path: Path, shard: int, keep: int) -> None:
    """Make a run look as if it had been killed in a shard, with so many replies journaled."""
    (path / f"samples/part-{shard:05d}.parquet").unlink()
    (path / f"rejected/part-{shard:05d}.parquet").unlink()
    journal = path / f"journal/part-{shard:05d}.jsonl"
    if keep == 0:
        journal.unlink(missing_ok=True)
        return
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:keep]))


def test_every_sample_knows_its_context_completion_prompt_and_cost(path: Path) -> None:
    run = Run.open(path)
    contexts = {context.id: context for context in run.contexts()}
    lines = {(line["slot"]["context"], line["digest"]): line for line in journaled(path)}
    samples = list(run.samples())
    assert len(samples) > 40
    for sample in samples:
        (completion,) = run.completions(sample)
        line = lines[sample.origin.context, completion.digest]
        assert (completion.server_id, completion.text) == (line["server_id"], line["text"])
        assert completion.digest == sample.origin.requests[0]
        assert completion.usage is not None
        usd = (completion.usage.prompt * 2 + completion.usage.reply * 8) / 1e6
        assert run.usd(sample) == pytest.approx(usd)
        assert contexts[sample.origin.context].captions[0].startswith("A ")
        assert set(run.texts(sample)) == {"prompts/conversation.jinja", "seeds/conversation.yaml"}
        assert sample.origin.teacher == "openai_chat"


def test_rows_tell_contexts_and_faults_and_kept_columns(path: Path) -> None:
    rows = list(Run.open(path).rows())
    assert len(rows) == 61
    assert sum(isinstance(row.item, Context) for row in rows) == 60
    (fault,) = [row.item for row in rows if isinstance(row.item, Fault)]
    assert (fault.row, fault.id) == (60, "000060")
    assert all(row.kept == {"image": f"{n:06d}.jpg"} for n, row in enumerate(rows[:60]))
    kept = [columns for _, columns in Run.open(path).samples_with_kept()]
    assert all(columns["image"] for columns in kept)


def test_samples_and_rejects_are_all_contexts_and_the_summary_counts_them(path: Path) -> None:
    run = Run.open(path)
    samples, rejected = list(run.samples()), list(run.rejected())
    assert {s.origin.context for s in samples} | {row["context"] for row in rejected} == {f"{n:06d}" for n in range(60)}
    summary = run.summary()
    assert summary.tally.accepted == len(samples)
    assert sum(summary.tally.tasks["conversation"].rejected.values()) == len(rejected)
    assert summary.spent.completions == len(journaled(path))
    assert summary.spent.usd == pytest.approx(sum(line["usd"] for line in journaled(path)))
    assert list(run.samples("conversation")) == samples
    assert list(run.samples("none such")) == []


def test_frames_hold_the_finished_parts(path: Path) -> None:
    run = Run.open(path)
    assert run.frame("samples").collect().height == len(list(run.samples()))
    assert run.frame("rejected").collect().height == len(list(run.rejected()))
    assert run.frame("contexts").collect().height == 61


def test_an_open_run_gives_what_there_is_so_far(path: Path) -> None:
    whole = {sample.id: sample for sample in Run.open(path).samples()}
    reopen(path, 1, 8)
    run = Run.open(path)
    so_far = {sample.id: sample for sample in run.samples()}
    assert 0 < len(so_far) < len(whole)
    assert all(whole[name] == sample for name, sample in so_far.items()), "provisional samples are those to come"
    assert run.frame("samples").collect().height < len(so_far)
    summary = run.summary()
    assert (summary.finished, summary.open) == ([0, 2, 3], [1])
    assert summary.tally.accepted == len(so_far)
    assert summary.tally.tasks["conversation"].not_asked > 0
    assert all(len(run.completions(sample)) == 1 for sample in run.samples())
    not_asked = [row for row in run.rejected() if row["kind"] == "not_asked"]
    assert len(not_asked) == summary.tally.tasks["conversation"].not_asked


def test_a_run_of_which_nothing_is_finished_gives_empty_frames(path: Path) -> None:
    for shard in range(4):
        reopen(path, shard, 0)
    run = Run.open(path)
    for kind in ("samples", "rejected", "contexts"):
        assert run.frame(kind).collect().height == 0
    assert list(run.samples()) == []
    assert len(list(run.contexts())) == 60


def test_the_source_and_the_recipe_are_not_needed_to_read_a_run_nor_is_the_place(path: Path, tmp_path: Path) -> None:
    before = list(Run.open(path).samples())
    for name in ("rows.jsonl", "recipe.yaml"):
        (tmp_path / name).unlink()
    moved = tmp_path / "elsewhere" / "run"
    moved.parent.mkdir()
    path.rename(moved)
    assert list(Run.open(moved).samples()) == before
    succeeds("status", moved)
    succeeds("export", moved, "--format", "llava", "--out", tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))) == len(before)


def test_a_record_that_stands_in_two_shards_is_given_once(tmp_path: Path) -> None:
    poor = [{"id": f"x{n}", "image": f"x{n}.jpg", "captions": ["A dog."]} for n in range(990)]
    lines = [*map(record, range(10)), *poor, record(3)]  # sources tell repeats of the same thousand apart
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    task = {"use": "prompted", "form": "dialogue", "min_facts": 2}
    tree = recipe(tmp_path / "rows.jsonl", {"use": "grounded"}, shard_size=500, tasks={"conversation": task})
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    names = [sample.id for sample in Run.open(tmp_path / "run").samples()]
    assert len(names) == len(set(names)) == 10
    assert Run.open(tmp_path / "run").summary().tally.accepted == 11


def test_an_id_that_comes_again_with_other_content_is_told_apart(tmp_path: Path) -> None:
    poor = [{"id": f"x{n}", "image": f"x{n}.jpg", "captions": ["A dog."]} for n in range(998)]
    lines = [record(1), record(2), *poor, record(1), record(3) | {"id": "000002"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    task = {"use": "prompted", "form": "dialogue", "min_facts": 2}
    tree = recipe(tmp_path / "rows.jsonl", {"use": "grounded"}, shard_size=1000, tasks={"conversation": task})
    run, out = tmp_path / "run", tmp_path / "out.json"
    succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", run)
    said = succeeds("export", run, "--format", "llava", "--out", out)
    assert "1 exact repeats left out; 1 repeated ids renamed" in said
    made = {row["id"]: row["image"] for row in json.loads(out.read_text(encoding="utf-8"))}
    names = ("000001", "000002", "000002~2")
    pictures = ("000001.jpg", "000002.jpg", "000003.jpg")
    assert made == {f"{name}/conversation/0": picture for name, picture in zip(names, pictures, strict=True)}


def test_completions_are_found_in_another_shards_journal(path: Path, tmp_path: Path) -> None:
    lines = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_text("".join(lines[5:]), encoding="utf-8")
    assert asked(succeeds("run", tmp_path / "recipe.yaml", "--out", path, "--update")) == 0
    run = Run.open(path)
    samples = list(run.samples())
    assert all(len(run.completions(sample)) == 1 for sample in samples)
    assert all(len(run.completions(sample)) == 1 for sample in reversed(samples))


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="holds no run"):
        Run.open(tmp_path)
