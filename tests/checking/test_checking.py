"""Datasets in; verdict lines, tables, limits and reports of ``instructgen check`` out."""

import json
import threading
from io import StringIO
from pathlib import Path

import pytest
from cases import box, caption, coco, image, refused
from checking_rows import CONTEXTS, SECONDS, SORRY, found, recipe, row, verdicts, write
from rich.console import Console
from runs import command, succeeds

from instructgen.checking import forked
from instructgen.checking.watching import Watch
from instructgen.checks import TABLE

KEYS = ["id", "row", "check", "level", "turn", "start", "end", "reason", "contradicts"]


def named(number: int, form: str = "{:012d}.jpg") -> str:
    return form.format(number)


@pytest.fixture
def annotated(tmp_path: Path) -> list[object]:
    """Annotations of pictures 1 to 3, as options; picture 3 has a box outside of it."""
    images = [image(n, file_name=named(n)) for n in (1, 2, 3)]
    captions = coco(tmp_path / "captions.json", images, [caption(n, f"A dog in picture {n}.") for n in (1, 2, 3)])
    boxes = [box(1, 1), box(2, 2), box(3, 3, bbox=[500, 10, 40, 50])]
    return ["--captions", captions, "--instances", coco(tmp_path / "instances.json", images, boxes)]


# ── verdict lines ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_line_points_at_the_words_that_are_meant(tmp_path: Path) -> None:
    rows = [row("a"), row("b", f"Well… {SORRY}"), row("c", "According to the captions, a dog.")]
    lines = verdicts(write(tmp_path / "data.json", rows))
    assert [list(line) for line in lines] == [KEYS] * 2
    refusal, leak = lines
    assert (refusal["id"], refusal["row"], refusal["check"], refusal["level"]) == ("b", 1, "refusal", "reject")
    text = rows[1]["conversations"][refusal["turn"]]["value"]
    assert text[refusal["start"] : refusal["end"]].startswith("I'm sorry")
    assert (leak["id"], leak["check"], leak["reason"]) == ("c", "leaks", "caption_mentioned")


def test_a_verdict_without_a_stretch_of_text_has_nulls(tmp_path: Path) -> None:
    lines = verdicts(write(tmp_path / "data.json", [row("a", "word " * 300)]), "--set", "checks.length.max_words=1000",
                     "--set", "checks.length.max_total_words=100", "--set", "checks.repetition.action=tag")  # fmt: skip
    line = next(line for line in lines if line["reason"] == "dialogue_too_long")
    assert [line[key] for key in ("turn", "start", "end", "contradicts")] == [None] * 4


def test_turns_are_counted_as_the_dataset_has_them_system_prompts_too(tmp_path: Path) -> None:
    said = row("a", SORRY)
    said["conversations"].insert(0, {"from": "system", "value": "Be kind."})
    (line,) = verdicts(write(tmp_path / "data.json", [said]))
    assert line["turn"] == 2
    assert said["conversations"][2]["value"][line["start"] : line["end"]].startswith("I'm sorry")


def test_levels_follow_the_actions_of_the_checks(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), row("b", "It cannot be determined from here.")])
    assert [line["level"] for line in verdicts(path)] == ["reject", "doubtful"]
    assert [line["level"] for line in verdicts(path, "--set", "checks.refusal.action=tag")] == ["tag", "doubtful"]
    mild = recipe(tmp_path, polite={"use": "refusal", "action": "tag"})
    assert [(line["check"], line["level"]) for line in verdicts(path, "--recipe", mild)] == [
        ("polite", "tag"),
        ("polite", "doubtful"),
    ]


def test_several_processes_write_what_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(f"{n:012d}", SORRY if n % 7 == 0 else f"Dog number {n}.") for n in range(1500)]
    path = write(tmp_path / "data.json", [*rows, {"id": 3}])
    monkeypatch.setattr(forked, "_safe", lambda: False)
    alone, counted = verdicts(path), found(path)
    monkeypatch.setattr(forked, "_safe", lambda: True)
    monkeypatch.setattr(forked, "processes", lambda: 2)
    assert verdicts(path) == alone
    assert found(path) == counted
    assert {line["row"] for line in alone} == {*range(0, 1500, 7)}
    assert counted["unreadable"] == {"bad_turns": 1}


# ── checks over the whole dataset ────────────────────────────────────────────────────────────────────────────


def test_samples_with_one_id_are_told_apart_where_they_are_held_against_each_other(tmp_path: Path) -> None:
    rows = [row("same", "A dog."), row("same", "A cat."), row("same", "A dog.")]
    rows[2]["conversations"].insert(0, {"from": "system", "value": "Be kind."})
    (line,) = verdicts(write(tmp_path / "data.json", rows), "--recipe", recipe(tmp_path, again=SECONDS))
    assert (line["id"], line["row"], line["check"], line["level"]) == ("same", 2, "again", "reject")
    assert (line["turn"], line["contradicts"]) == (2, "as same (row 0)")


def test_a_sample_is_counted_once_however_many_checks_reject_it(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), row("b", SORRY), row("c"), row("d")])
    shares = found(path, "--recipe", recipe(tmp_path, refusal={}, again=SECONDS))["shares"]
    assert (shares["refusal.reject"], shares["again.reject"], shares["reject"]) == (0.5, 0.5, 0.75)


# ── annotations ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("x", "000000000002.jpg"),
        ("x", "COCO_train2014_000000000002.jpg"),
        ("x", "coco/train2017/000000000002.jpg"),
        ("x", "images\\000000000002.png"),
        ("000000000002", "renamed/photo.jpg"),
        ("000000000002/detail/0", None),
        (2, None),
    ],
)
def test_annotations_are_found_by_any_name_of_the_picture(
    tmp_path: Path, annotated: list[object], name: object, picture: object
) -> None:
    path = write(tmp_path / "data.json", [row(name, image=picture)])
    (line,) = verdicts(path, *annotated, "--recipe", recipe(tmp_path, contexts=CONTEXTS))
    assert line["contradicts"] == "000000000002: dog 0; A dog in picture 2."


@pytest.mark.parametrize(("name", "picture"), [("2", "vg/VG_100K/2.jpg"), ("x", "000000000004.jpg"), ("2", "2.jpg")])
def test_another_sets_picture_is_not_taken_for_the_one_with_its_number(
    tmp_path: Path, annotated: list[object], name: object, picture: object
) -> None:
    path = write(tmp_path / "data.json", [row(name, image=picture), row("1", image=named(1))])
    first, second = verdicts(path, *annotated, "--recipe", recipe(tmp_path, contexts=CONTEXTS))
    assert first["contradicts"].endswith(": ; ")
    assert second["contradicts"] == "000000000001: dog 0; A dog in picture 1."


def test_a_pictures_name_goes_before_another_ones_id(tmp_path: Path) -> None:
    images = [image(1, file_name=named(2)), image(2, file_name=named(1)), image(7, file_name="cat.jpg")]
    captions = coco(tmp_path / "captions.json", images, [caption(n, f"Id {n}.") for n in (1, 2, 7)])
    rows = [row("a", image=named(1)), row("b", image=named(2)), row("c", image="x/cat.jpg"), row(7, image=None)]
    path = write(tmp_path / "data.json", rows)
    seen = verdicts(path, "--captions", captions, "--recipe", recipe(tmp_path, contexts=CONTEXTS))
    assert [line["contradicts"].partition("; ")[2] for line in seen] == ["Id 2.", "Id 1.", "Id 7.", "Id 7."]


def test_boxes_of_several_pictures_say_which_they_are_in(tmp_path: Path, annotated: list[object]) -> None:
    path = write(
        tmp_path / "data.json", [row("x", image=[named(2), named(1)]), row("y", image=[named(1), "other.jpg"])]
    )
    both, half = verdicts(path, *annotated, "--recipe", recipe(tmp_path, contexts=CONTEXTS))
    assert both["contradicts"] == "000000000002: dog 0, dog 1; A dog in picture 2.; A dog in picture 1."
    assert half["contradicts"] == "y: ; ", "of a picture without annotations nothing is known, so of both nothing"


def test_a_picture_whose_annotations_are_faulty_is_judged_without_them(tmp_path: Path, annotated: list[object]) -> None:
    path = write(tmp_path / "data.json", [row(named(n), image=named(n)) for n in (1, 2, 3)])
    said = found(path, *annotated)
    assert (said["pictured"], said["annotated"], said["grounded"]) == (3, 2, 2)
    assert said["unusable_annotations"] == {"bad_box": 1}
    assert "2 of 3 samples with pictures are annotated" in succeeds("check", path, *annotated)


def test_captions_alone_or_boxes_alone_will_do(tmp_path: Path, annotated: list[object]) -> None:
    path, shown = write(tmp_path / "data.json", [row(image=named(1))]), recipe(tmp_path, contexts=CONTEXTS)
    (captions,) = verdicts(path, *annotated[:2], "--recipe", shown)
    (boxes,) = verdicts(path, *annotated[2:], "--recipe", shown)
    assert captions["contradicts"] == "000000000001: ; A dog in picture 1."
    assert boxes["contradicts"] == "000000000001: dog 0; "


# ── figures, limits, the table, the report ───────────────────────────────────────────────────────────────────


def test_figures_of_checks_are_added_up(tmp_path: Path, annotated: list[object]) -> None:
    path = write(tmp_path / "data.json", [row(image=named(n)) for n in (1, 2, 1)])
    shown = recipe(tmp_path, contexts=CONTEXTS)
    assert found(path, *annotated, "--recipe", shown)["counts"] == {"contexts": {"turns": 6, "boxes": 3}}
    assert "contexts: turns 6, boxes 3" in succeeds("check", path, *annotated, "--recipe", shown)


def test_all_rule_checks_of_the_table_judge_unless_a_recipe_says_which(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row()])
    assert set(found(path)["checks"]) <= set(TABLE)
    assert {"shape", "leaks", "refusal", "length", "repetition", "near_duplicates"} <= set(found(path)["checks"])
    assert list(found(path, "--recipe", recipe(tmp_path, length={}, shape={}))["checks"]) == ["length", "shape"]


def test_chair_is_measured_on_annotations_and_held_to_a_limit(tmp_path: Path, annotated: list[object]) -> None:
    path = write(tmp_path / "data.json", [row("a", "A dog and a giraffe.", named(1)), row("b", "A dog.", named(2))])
    shares = found(path, *annotated)["shares"]
    assert (shares["chair_i"], shares["chair_s"]) == (1 / 3, 0.5)
    assert command("check", path, *annotated, "--fail-under", "chair_i=0.34").code == 0
    ended = command("check", path, *annotated, "--fail-under", "chair_i=0.33")
    assert (ended.code, ended.err) == (1, "chair_i is 0.3333, above the limit of 0.33\n")
    (line,) = [line for line in verdicts(path, *annotated) if line["check"] == "objects"]
    assert (line["id"], line["start"], line["end"]) == ("a", 12, 19)
    assert line["contradicts"] == "no box and no caption shows a giraffe"


def test_a_limit_on_coverage_holds_it_up(tmp_path: Path, annotated: list[object]) -> None:
    path = write(tmp_path / "data.json", [row("a", "A tree.", named(1)), row("b", "A dog.", named(2))])
    options = [*annotated, "--set", "checks.coverage.tasks=[]"]
    assert command("check", path, *options, "--fail-under", "coverage=0.5").code == 0
    ended = command("check", path, *options, "--fail-under", "coverage=0.6")
    assert (ended.code, ended.err) == (1, "coverage is 0.5000, below the limit of 0.6\n")


def test_a_limit_with_nothing_to_measure_it_on_is_said(tmp_path: Path, annotated: list[object]) -> None:
    path = write(tmp_path / "data.json", [row("a", "It is nice here.", named(1))])
    assert "chair_i=0.1: nothing was found to measure it on" in refused(
        "check", path, *annotated, "--fail-under", "chair_i=0.1"
    )


@pytest.mark.parametrize(
    ("limit", "code"), [("reject=0.5", 0), ("reject=0.49", 1), ("refusal.reject=0", 1), ("unreadable=0", 0)]
)
def test_exit_status_1_says_that_a_share_is_above_its_limit(tmp_path: Path, limit: str, code: int) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), row("b")])
    ended = command("check", path, "--fail-under", limit, "--fail-under", "leaks.reject=0")
    assert ended.code == code
    assert ended.err == (f"{limit.partition('=')[0]} is 0.5000, above the limit of {limit.partition('=')[2]}\n") * code
    assert "any check" in ended.out


def test_the_table_shows_every_check_with_shares_and_reasons(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), row("b"), row("c"), row("d")])
    lines = succeeds("check", path).splitlines()
    assert lines[0] == f"{path}: 4 samples judged"
    assert lines[1].split() == ["check", "rejected", "doubtful", "tagged", "reasons"]
    refusal = next(line for line in lines if line.startswith("  refusal"))
    assert refusal.split() == ["refusal", "1", "(25.00%)", "0", "0", "refusal", "1"]
    last = next(line for line in lines if line.startswith("  any check"))
    assert last.split()[:4] == ["any", "check", "1", "(25.00%)"]


def test_json_says_what_the_table_says_and_which_limit_is_broken(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), row("b")])
    ended = command("check", path, "--json", "--fail-under", "reject=0.1")
    said = json.loads(ended.out)
    assert ended.code == 1
    assert said["broken"] == ["reject is 0.5000, above the limit of 0.1"]
    assert said["checks"]["refusal"] == {"reject": 1, "doubtful": 0, "tag": 0, "reasons": {"refusal": 1}}
    assert (said["records"], said["samples"], said["shares"]["reject"]) == (2, 2, 0.5)


def test_limit_judges_the_first_records_only(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), *(row(f"{n}") for n in range(9))])
    assert found(path, "--limit", 2)["shares"]["reject"] == 0.5


def test_the_report_is_written_with_the_figures_and_an_example(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row("a", SORRY), row("b")])
    succeeds("check", path, "--report", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "refusal" in page and "I&#39;m sorry" in page and "2 samples judged" in page


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_terminal_shows_how_far_it_is_without_a_thread() -> None:
    shown = Console(file=StringIO(), force_terminal=True, width=100)
    before = threading.active_count()
    with Watch(shown) as watch:
        for _ in range(2):
            for chunk in watch.over([[1, 2], [3]], "judging"):
                assert chunk
                assert threading.active_count() == before
    assert isinstance(shown.file, StringIO)
    assert "judging" in shown.file.getvalue() and "3/3" in shown.file.getvalue()


def test_nothing_is_shown_where_there_is_no_terminal(tmp_path: Path) -> None:
    assert command("check", write(tmp_path / "data.json", [row()])).err == ""
