"""Reviews in; what is kept of them, and what an export makes of them, out."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from cases import contents, finished, refused, sound
from hypothesis import given
from hypothesis import strategies as st
from loopback import Teacher
from pydantic import ValidationError
from runs import KEY, asking

from instructgen.digests import text_digest
from instructgen.records import Sample, Turn
from instructgen.reviews import Review, Reviews, append, review_of
from instructgen.run import Run
from instructgen.run_folder import RunFolder

TASKS = {"conversation": {"use": "prompted", "form": "dialogue"}, "detail": {"use": "prompted", "form": "description"}}
CHECKS = {"shape": {"action": "retry"}, "length": {"action": "reject", "max_words": 60}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A run of 12 pictures and two tasks; some descriptions are too long for its bound."""
    finished("run", sound(tmp_path, tasks=TASKS, checks=CHECKS), "--out", tmp_path / "run")
    return tmp_path / "run"


def samples(path: Path) -> list[Sample]:
    return list(Run.open(path).samples())


def exported(path: Path, *options: object) -> tuple[dict[str, list[str]], str]:
    """Give the turns that an export holds, by id, and what the command says."""
    out = path.parent / "out.json"
    said = finished("export", path, "--format", "llava", "--out", out, *options).err
    rows: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return {row["id"]: [turn["value"] for turn in row["conversations"]] for row in rows}, said


def say(path: Path, *reviews: Review) -> None:
    append(RunFolder(path), reviews)


def sample_of(lost: dict[str, Any]) -> Sample:
    """Give a rejected sample as far as the rejected part holds it."""
    conversation = lost["attempts"][-1]["samples"][-1]["conversations"]
    turns = [{"role": turn["from"], "text": turn["value"]} for turn in conversation]
    origin = dict.fromkeys(("teacher", "model", "prompt", "seeds"), "") | {"slots": (), "requests": (), "attempt": 1}
    return Sample.model_validate(
        {"id": lost["id"], "task": lost["task"], "images": (), "turns": turns}
        | {"origin": {"context": lost["context"], "task": lost["task"], **origin}}
    )


def edit(sample: Sample, answer: str) -> tuple[Turn, ...]:
    return (*sample.turns[:-1], Turn(role="gpt", text=answer))


def test_what_people_reject_is_left_out_and_what_they_edit_is_changed(path: Path) -> None:
    first, second, third, *others = samples(path)
    before = contents(path)
    say(path, review_of(first, "reject", "ann", note="no such dog"), review_of(third, "accept", "ann"))
    say(path, review_of(second, "edit", "ben", edit(second, "A dog beside a tree.")))
    found, said = exported(path)
    assert list(found) == [sample.id for sample in (second, third, *others)]
    assert found[second.id][-1] == "A dog beside a tree." and found[third.id] == [t.text for t in third.turns]
    assert said.endswith("; reviews: 3 applied\n")
    assert {name for name in contents(path) if name not in before} == {"reviews/ann.jsonl", "reviews/ben.jsonl"}
    assert {name: data for name, data in contents(path).items() if name in before} == before


def test_without_reviews_they_are_left_aside(path: Path) -> None:
    before, said = exported(path)
    assert "; reviews" not in said
    say(path, review_of(samples(path)[0], "reject", "ann"))
    assert exported(path, "--without-reviews") == (before, said)
    assert len(exported(path)[0]) == len(before) - 1


def test_the_latest_decision_counts_whoever_made_it(path: Path) -> None:
    sample = samples(path)[0]
    say(path, review_of(sample, "reject", "zoe", at="2026-01-02T00:00:00+00:00"))
    say(path, review_of(sample, "accept", "ann", at="2026-01-02T00:30:00+01:00"))
    assert sample.id not in exported(path)[0]  # the zone counts: half past midnight there is half past eleven here
    say(path, review_of(sample, "accept", "ann", at="2026-01-02T00:00:01Z"))
    assert sample.id in exported(path)[0]
    say(path, review_of(sample, "reject", "ann"))
    assert sample.id not in exported(path)[0]


def test_a_review_of_other_words_is_stale_and_not_applied(path: Path) -> None:
    sample, other, *_ = samples(path)
    reworded = other.model_copy(update={"turns": edit(other, "Other words.")})
    gone = sample.model_copy(update={"id": "nowhere/detail/0"})
    say(path, review_of(reworded, "reject", "ann"), review_of(gone, "reject", "ann"), review_of(sample, "accept", "a"))
    found, said = exported(path)
    assert list(found) == [sample.id for sample in samples(path)]
    assert said.endswith("; reviews: 1 applied, 2 stale\n")
    reviews = Run.open(path).reviews()
    stale = reviews.stale(other)
    assert reviews.of(other) is None and stale is not None and stale.decision == "reject"
    assert reviews.stale(sample) is None


def test_an_edit_counts_only_when_the_checks_let_it_pass(path: Path) -> None:
    long, misshapen, fine, *_ = samples(path)
    say(path, review_of(long, "edit", "ann", edit(long, "word " * 200)))
    say(path, review_of(misshapen, "edit", "ann", misshapen.turns[:-1]))
    say(path, review_of(fine, "edit", "ann", edit(fine, "Just so.")))
    found, said = exported(path)
    assert found[long.id] == [turn.text for turn in long.turns]
    assert found[misshapen.id] == [turn.text for turn in misshapen.turns]
    assert found[fine.id][-1] == "Just so."
    assert said.endswith("; reviews: 1 applied, 2 edited but failing the checks\n")


def test_shape_is_held_to_even_where_the_recipe_has_no_such_check(tmp_path: Path) -> None:
    finished("run", sound(tmp_path, checks={"length": {"action": "tag"}}), "--out", tmp_path / "run")
    sample = samples(tmp_path / "run")[0]
    say(tmp_path / "run", review_of(sample, "edit", "ann", sample.turns[1:]))
    assert "1 edited but failing the checks" in exported(tmp_path / "run")[1]


def test_a_rejected_sample_that_people_want_comes_back_in_its_place(path: Path) -> None:
    checks = {"shape": {"action": "retry"}, "length": {"action": "reject", "max_words": 18}}
    everything, _ = exported(path)
    finished("run", sound(path.parent, tasks=TASKS, checks=checks), "--out", path, "--update")
    few = {sample.id for sample in samples(path)}
    lost: list[dict[str, Any]] = [row for row in Run.open(path).rejected() if row["kind"] == "rejected"]
    assert len(lost) > 3 and few < set(everything)
    wanted, shortened, hopeless = map(sample_of, lost[:3])
    assert [turn.text for turn in wanted.turns] == everything[wanted.id]
    say(path, review_of(wanted, "accept", "ann", note="long, but right"))
    say(path, review_of(shortened, "edit", "ann", (shortened.turns[0], Turn(role="gpt", text="A dog by a tree."))))
    say(path, review_of(hopeless, "edit", "ann", edit(hopeless, "word " * 99)))
    found, line = exported(path)
    assert set(found) == few | {wanted.id, shortened.id}
    assert [name for name in everything if name in found] == list(found)
    assert found[wanted.id] == everything[wanted.id] and found[shortened.id][1] == "A dog by a tree."
    assert line.endswith("; reviews: 2 applied, 1 edited but failing the checks\n")
    assert exported(path, "--without-reviews")[0].keys() == few


def test_an_open_shard_is_reviewed_as_a_finished_one(
    tmp_path: Path, loopback: Teacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    checks = {"length": {"action": "reject", "max_words": 28}}
    run = tmp_path / "run"
    finished("run", sound(tmp_path, teacher=asking(loopback.base_url), checks=checks), "--out", run)
    lost: list[dict[str, Any]] = [row for row in Run.open(run).rejected() if row["kind"] == "rejected"]
    assert lost and samples(run)
    back = sample_of(lost[0])
    say(run, review_of(samples(run)[0], "reject", "ann"), review_of(back, "accept", "ann"))
    whole = exported(run)
    assert back.id in whole[0]
    (run / "samples" / "part-00000.parquet").unlink()
    assert exported(run) == whole


def test_one_task_alone_counts_its_own_reviews(path: Path) -> None:
    detail = next(sample for sample in samples(path) if sample.task == "detail")
    talk = next(sample for sample in samples(path) if sample.task == "conversation")
    say(path, review_of(detail, "reject", "ann"), review_of(talk, "reject", "ann"))
    assert exported(path, "--task", "detail")[1].endswith("; reviews: 1 applied\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "Invalid JSON"),
        ('{"sample": "a"}', "text: Field required"),
        ('{"sample": "a", "text": "b", "decision": "maybe", "by": "ann", "at": "2026-01-01T00:00:00Z"}', "decision: "),
        ('{"sample": "a", "text": "b", "decision": "edit", "by": "ann", "at": "2026-01-01T00:00:00Z"}', "new turns"),
        ('{"sample": "a", "text": "b", "decision": "accept", "by": "ann", "at": "2026-01-01T00:00:00"}', "zone"),
    ],
)
def test_a_line_that_is_no_review_is_named(path: Path, line: str, says: str) -> None:
    say(path, review_of(samples(path)[0], "reject", "ann"))
    with (path / "reviews" / "ann.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n" + line + "\n")
    out = path.parent / "out.json"
    error = refused("export", path, "--format", "llava", "--out", out)
    assert f"{path}/reviews/ann.jsonl, line 3: not a review" in error and says in error
    assert not out.exists()


def test_a_line_that_a_crash_cut_off_was_never_saved_and_makes_room(path: Path) -> None:
    first, second, *_ = samples(path)
    say(path, review_of(first, "reject", "ann"))
    with (path / "reviews" / "ann.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"sample": "0000')
    assert len(Reviews(RunFolder(path))) == 1
    say(path, review_of(second, "reject", "ann"))
    assert len(Reviews(RunFolder(path))) == 2


def test_a_last_line_without_its_end_counts_and_the_next_comes_below_it(path: Path) -> None:
    first, second, *_ = samples(path)
    (path / "reviews").mkdir()
    (path / "reviews" / "ann.jsonl").write_text(review_of(first, "reject", "ann").model_dump_json())
    reviews = Reviews(RunFolder(path))
    assert len(reviews) == 1 and not reviews.refresh()
    say(path, review_of(second, "reject", "ann"))
    assert reviews.refresh() and len(reviews) == 2 == len(Reviews(RunFolder(path)))


def _say_many(path: Path, sample: Sample, number: int) -> None:
    for n in range(number):
        say(path, review_of(sample.model_copy(update={"id": f"{number}/detail/{n}"}), "reject", "ann"))


def test_several_processes_may_review_at_once(path: Path) -> None:
    sample = samples(path)[0]
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_say_many, args=(path, sample, number)) for number in (60, 61, 62)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(Reviews(RunFolder(path))) == 60 + 61 + 62


@pytest.mark.parametrize("name", ["", "../ann", ".ann", "a/b", "a\x00b", "x" * 65, "ann\n"])
def test_a_name_that_would_lead_elsewhere_is_refused(path: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        review_of(samples(path)[0], "accept", name)


@given(st.lists(st.text(max_size=20), min_size=2, max_size=5), st.text(max_size=30), st.text(min_size=1, max_size=9))
def test_any_words_come_back_as_they_were(texts: list[str], note: str, name: str) -> None:
    turns = [{"role": "gpt" if n % 2 else "human", "text": text} for n, text in enumerate(texts)]
    try:
        review = Review.model_validate(
            {"sample": name, "text": "d", "decision": "edit", "turns": turns, "note": note, "by": "ann"}
            | {"at": "2026-01-01T00:00:00Z"}
        )
        line = review.model_dump_json()
    except (ValidationError, ValueError):
        assert any(not s.isascii() for s in (*texts, name))  # halves of surrogate pairs are no text
        return
    assert "\n" not in line and Review.model_validate_json(line) == review


def test_the_digest_knows_roles_and_texts_and_nothing_else(path: Path) -> None:
    sample = samples(path)[0]
    assert text_digest(sample) == text_digest(sample.model_copy(update={"id": "another"}))
    assert text_digest(sample) != text_digest(sample.model_copy(update={"turns": sample.turns[:-1]}))
