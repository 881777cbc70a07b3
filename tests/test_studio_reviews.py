"""What people said in Label Studio in; reviews of the run, and what an export makes of them, out."""

import json
from pathlib import Path
from typing import Any

import pytest
from cases import contents, finished, refused, sound
from loopback import Teacher
from runs import KEY, asking, recipe, record, write_recipe

from instructgen.digests import text_digest
from instructgen.records import Sample
from instructgen.reviews import append, review_of
from instructgen.run import Run
from instructgen.run_folder import RunFolder

TASKS = {"conversation": {"use": "prompted", "form": "dialogue"}, "detail": {"use": "prompted", "form": "description"}}
CHECKS = {"shape": {"action": "retry"}, "length": {"action": "reject", "max_words": 18}}
AT = "2026-01-31T12:00:00.123456Z"
Task = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A run of 12 pictures and two tasks; some answers are too long for its bound."""
    finished("run", sound(tmp_path, tasks=TASKS, checks=CHECKS), "--out", tmp_path / "run")
    return tmp_path / "run"


def tasks_of(path: Path, *options: object) -> list[Task]:
    """Give a run's tasks as they go out."""
    out = path.parent / "tasks.json"
    finished("export", path, "--format", "label_studio", "--out", out, *options)
    tasks: list[Task] = json.loads(out.read_text("ascii"))
    return tasks


def said(task: Task, decision: str | None, note: str = "", by: object = 1, at: str | None = AT, **answers: str) -> Task:
    """Give a task with one person's annotation, as Label Studio exports it; the other answers are as they were."""
    regions = [region for region in task["predictions"][0]["result"] if region["type"] != "textarea"]
    for region in task["predictions"][0]["result"]:
        if region["type"] == "textarea":
            text = answers.get(region["from_name"], region["value"]["text"][0])
            regions += [{**region, "value": {"text": [text]}, "origin": "manual"}] if text else []
    if decision:
        chosen = {"from_name": "decision", "to_name": "conversation", "type": "choices"}
        regions.append({**chosen, "value": {"choices": [decision]}})
    if note:
        regions.append({"from_name": "note", "to_name": "conversation", "type": "textarea", "value": {"text": [note]}})
    annotation = {"id": 7, "completed_by": by, "result": regions, "was_cancelled": False, "lead_time": 3.5}
    times = {"created_at": at, "updated_at": at} if at else {}
    return {"id": 1, "data": task["data"], "annotations": [{**annotation, **times}], "predictions": [], "meta": {}}


def taken_in(path: Path, *tasks: Task) -> str:
    """Have the run take in an export; give what the command says, without the file's name."""
    file = path.parent / "export.json"
    file.write_text(json.dumps(tasks), encoding="utf-8")
    return finished("review", path, file).err.removeprefix(f"{file}: ")


def reviews(path: Path, name: str = "annotator-1") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "reviews" / f"{name}.jsonl").read_bytes().splitlines()]


def answers_of(path: Path) -> dict[str, list[str]]:
    """Give the answers that an export of the reviewed run holds, by sample."""
    out = path.parent / "llava.json"
    finished("export", path, "--format", "llava", "--out", out)
    rows = json.loads(out.read_text("ascii"))
    return {row["id"]: [turn["value"] for turn in row["conversations"][1::2]] for row in rows}


def test_decisions_come_back_and_count(path: Path) -> None:
    before, untouched = answers_of(path), contents(path)
    accepted, rejected, mended, *_ = tasks_of(path)
    told = taken_in(
        path,
        said(accepted, "accept"),
        said(rejected, "reject", note="There is\nno dog 🙂."),
        said(mended, "accept", answer_1="A dog.\n\nBy a tree 🙂."),
    )
    assert told == "3 reviews added by 1 person (1 accept, 1 edit, 1 reject)\n"
    names = [task["data"]["sample"] for task in (accepted, rejected, mended)]
    after = answers_of(path)
    assert after == {n: a for n, a in before.items() if n != names[1]} | {
        names[2]: ["A dog.\n\nBy a tree 🙂.", *before[names[2]][1:]]
    }
    assert [(r["sample"], r["decision"], r.get("note", "")) for r in reviews(path)] == [
        (names[0], "accept", ""),
        (names[1], "reject", "There is\nno dog 🙂."),
        (names[2], "edit", ""),
    ]
    assert {r["at"] for r in reviews(path)} == {"2026-01-31T12:00:00.123456+00:00"}
    assert {name for name in contents(path) if name not in untouched} == {"reviews/annotator-1.jsonl"}
    assert {name: data for name, data in contents(path).items() if name in untouched} == untouched


def test_the_same_export_taken_in_twice_adds_nothing(path: Path) -> None:
    dated, undated, *_ = tasks_of(path)
    said_once = (said(dated, "reject", note="x"), said(undated, "accept", at=None))
    assert taken_in(path, *said_once).startswith("2 reviews added")
    kept = contents(path / "reviews")
    assert taken_in(path, *said_once) == "0 reviews added\n  left aside: 2 there already\n"
    assert contents(path / "reviews") == kept
    later = said(dated, "reject", note="x", at="2026-02-01T00:00:00Z")
    assert taken_in(path, later).startswith("1 review added")


def test_a_rejected_sample_comes_back_where_people_want_it(path: Path) -> None:
    before = answers_of(path)
    lost = [task for task in tasks_of(path, "--set", "rejected=true") if task["data"]["state"] == "rejected"]
    assert len(lost) > 2 and not {task["data"]["sample"] for task in lost} & before.keys()
    told = taken_in(path, said(lost[0], "accept"), said(lost[1], "reject"), said(lost[2], "accept", answer_1="A dog."))
    assert "3 reviews added" in told and "fail" not in told
    brought = answers_of(path).keys() - before.keys()
    assert brought == {lost[0]["data"]["sample"], lost[2]["data"]["sample"]}
    said_by_export = finished("export", path, "--format", "llava", "--out", path.parent / "out.json").err
    assert said_by_export.endswith("; reviews: 3 applied\n")


def test_a_run_wide_reject_goes_out_as_one_and_comes_back(tmp_path: Path) -> None:
    checks = {"near_duplicates": {"action": "reject", "threshold": 0.3}}
    finished("run", sound(tmp_path, tasks=TASKS, checks=checks), "--out", tmp_path / "run")
    path = tmp_path / "run"
    few, every = tasks_of(path), tasks_of(path, "--set", "rejected=true")
    assert {task["data"]["sample"] for task in few} == answers_of(path).keys()
    left_out = [task for task in every if task["data"]["reason"].startswith("near_duplicates:")]
    assert len(left_out) == len(every) - len(few) > 0
    taken_in(path, said(left_out[0], "accept"))
    assert answers_of(path).keys() - {task["data"]["sample"] for task in few} == {left_out[0]["data"]["sample"]}


def test_what_people_have_decided_about_does_not_go_out_again(path: Path) -> None:
    first, second, *others = tasks_of(path)
    taken_in(path, said(first, "reject"), said(second, "accept"))
    out = path.parent / "tasks.json"
    told = finished("export", path, "--format", "label_studio", "--out", out).err
    assert told == f"{out}: {len(others)} samples as label_studio; without 2 that people have decided about\n"
    assert json.loads(out.read_text("ascii")) == others
    assert tasks_of(path, "--without-reviews") == [first, second, *others]


def test_an_edit_that_the_checks_do_not_let_pass_is_said_and_does_not_count(path: Path) -> None:
    before, (task, *_) = answers_of(path), tasks_of(path)
    told = taken_in(path, said(task, "accept", answer_1="word " * 99))
    assert "1 edits fail the checks, and the samples stay as they were" in told
    assert f"{task['data']['sample']} (length:" in told
    assert answers_of(path) == before


def test_an_emptied_answer_and_changed_margins_are_no_edit(path: Path) -> None:
    first, second, *_ = tasks_of(path, "--task", "detail")
    answer = first["data"]["conversation"][1]["text"]
    taken_in(path, said(first, "accept", answer_1=f"  {answer}\r\n"), said(second, "accept", answer_1=""))
    assert [review["decision"] for review in reviews(path)] == ["accept", "accept"]


def test_several_people_are_several_reviewers_and_the_latest_counts(path: Path) -> None:
    (task, other, *_) = tasks_of(path)
    one, two = said(task, "accept", at="2026-01-02T00:00:00Z"), said(task, "reject", by=2, at="2026-01-01T00:00:00Z")
    one["annotations"] += two["annotations"]
    named = said(other, "reject", by={"id": 3, "email": "ann+x@example.org", "first_name": "Ann"})
    told = taken_in(path, one, named)
    assert told.startswith("3 reviews added by 3 people (1 accept, 2 reject)\n")
    assert f"1 samples were decided differently, and the latest counts: {task['data']['sample']}" in told
    assert {p.stem for p in (path / "reviews").iterdir()} == {"annotator-1", "annotator-2", "ann_x@example.org"}
    assert task["data"]["sample"] in answers_of(path) and other["data"]["sample"] not in answers_of(path)


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (None, "annotator"),
        (12, "annotator-12"),
        ({"id": 3}, "annotator-3"),
        ({"id": 3, "email": "../../ann b²@例え.org"}, "_.._.._ann_b_@例え.org"),
        ("x" * 99, "x" * 64),
    ],
)
def test_any_annotator_has_a_name_that_stays_in_the_folder(path: Path, by: object, name: str) -> None:
    taken_in(path, said(tasks_of(path)[0], "accept", by=by))
    assert [p.name for p in (path / "reviews").iterdir()] == [f"{name}.jsonl"]


def test_what_cannot_be_applied_is_counted_and_said(path: Path) -> None:
    skipped, undecided, stale, gone, foreign, fine, *_ = tasks_of(path)
    cancelled = said(skipped, "reject")
    cancelled["annotations"][0]["was_cancelled"] = True
    gone["data"]["sample"], stale["data"]["text"] = "nowhere/detail/0", "0" * 32
    foreign["data"] = {"image": "a.jpg"}
    told = taken_in(
        path,
        *(cancelled, said(undecided, None, note="?"), said(stale, "reject")),
        *(said(gone, "reject"), said(foreign, "reject"), said(fine, "reject")),
    )
    assert told == (
        "1 review added by 1 person (1 reject)\n"
        "  left aside: 1 about samples that this run does not have, 1 about words that have changed since,"
        " 1 skipped by the annotator, 1 tasks that were not made here, 1 without a decision\n"
    )


def test_json_min_comes_back_too(path: Path) -> None:
    rejected, mended, skipped, *_ = tasks_of(path)
    base = {"annotation_id": 1, "created_at": AT, "updated_at": AT, "lead_time": 1.0}
    rows = [
        {**rejected["data"], "id": 1, "decision": "reject", "note": "No dog.", "annotator": 1, **base},
        {**mended["data"], "id": 2, "decision": "accept", "answer_1": "A dog.", "annotator": "ann@example.org", **base},
        {**skipped["data"], "id": 3, "note": ["a", "b"], "annotator": 1, **base},
    ]
    assert taken_in(path, *rows) == (
        "2 reviews added by 2 people (1 edit, 1 reject)\n  left aside: 1 without a decision\n"
    )
    after = answers_of(path)
    assert rejected["data"]["sample"] not in after and after[mended["data"]["sample"]][0] == "A dog."
    assert reviews(path)[0]["note"] == "No dog." and len(reviews(path, "ann@example.org")) == 1


def test_a_review_made_on_the_page_is_not_touched(path: Path) -> None:
    sample: Sample = next(iter(Run.open(path).samples()))
    append(RunFolder(path), [review_of(sample, "accept", "annotator-1", note="mine", at="2026-01-01T00:00:00Z")])
    before = (path / "reviews" / "annotator-1.jsonl").read_bytes()
    task = next(t for t in tasks_of(path, "--without-reviews") if t["data"]["sample"] == sample.id)
    assert task["data"]["text"] == text_digest(sample)
    taken_in(path, said(task, "reject"))
    assert (path / "reviews" / "annotator-1.jsonl").read_bytes().startswith(before) and len(reviews(path)) == 2


def test_samples_whose_ids_come_again_keep_apart_there_and_back(tmp_path: Path) -> None:
    rows = [record(n) | {"id": f"{n % 20:06d}"} for n in range(40)] + [record(3) | {"id": "000003"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    tree = recipe(tmp_path / "rows.jsonl", {"use": "grounded"}, shard_size=20)
    path = tmp_path / "run"
    finished("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", path)
    tasks, before = tasks_of(path), answers_of(path)
    assert [task["data"]["sample"] for task in tasks] == list(before)
    twice = next(task for task in tasks if "~2/" in task["data"]["sample"])
    assert taken_in(path, said(twice, "reject")).startswith("1 review added")
    assert before.keys() - answers_of(path).keys() == {twice["data"]["sample"]}


def test_a_run_that_is_still_open_is_decided_about_as_a_finished_one(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    checks = {"length": {"action": "reject", "max_words": 28}}
    path = tmp_path / "run"
    finished("run", sound(tmp_path, teacher=asking(loopback.base_url), checks=checks), "--out", path)
    whole = tasks_of(path, "--set", "rejected=true")
    (path / "samples" / "part-00000.parquet").unlink()
    assert tasks_of(path, "--set", "rejected=true") == whole
    lost = next(task for task in whole if task["data"]["state"] == "rejected")
    kept = next(task for task in whole if task["data"]["state"] == "accepted")
    before = answers_of(path).keys()
    taken_in(path, said(lost, "accept"), said(kept, "reject"))
    assert answers_of(path).keys() == before - {kept["data"]["sample"]} | {lost["data"]["sample"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "expected one JSON object"),
        ('[{"data": {}, "annotations": 3}]', "entry 0: no task of Label Studio (annotations: "),
        ('[{"data": {"image": "a.jpg"}, "annotations": []}]', "holds no task that 'export --format label_studio' made"),
        ("[]", "holds no task that 'export --format label_studio' made"),
        ('[{"data": {"sample": "a", "text": "b"}, "annotations": [{"result": [3]}]}]', "annotations.0.result.0"),
        ("[3]", "expected a JSON object, found a int"),
    ],
)
def test_a_file_that_is_no_such_export_is_refused_in_one_line(path: Path, text: str, says: str) -> None:
    file = path.parent / "export.json"
    file.write_text(text, encoding="utf-8")
    assert says in refused("review", path, file)
    assert not (path / "reviews").exists()


def test_a_file_that_is_not_there_is_said(path: Path) -> None:
    assert "there is no such file" in refused("review", path, path.parent / "none.json")


def test_halves_of_characters_in_an_answer_become_question_marks(path: Path) -> None:
    (task, *_) = tasks_of(path, "--task", "detail")
    taken_in(path, said(task, "accept", note="n\ud83d", answer_1="A dog \ud83d."))
    (review,) = reviews(path)
    assert review["turns"][1]["text"] == "A dog ?." and review["note"] == "n?"
