"""The exports for people: Label Studio's tasks with their configuration, Argilla's records with their settings.

What they hold is pinned by files under ``tests/golden``, which the tools' own SDKs read in ``make test-trainers``.
After a wanted change, write them anew: ``INSTRUCTGEN_GOLDEN=write pytest tests/exports``.
"""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
from export_samples import LINK, PHOTO, review_export, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from test_full_disk import files_of_at_most

from instructgen.digests import text_digest
from instructgen.errors import SetupError
from instructgen.records import Box, Context, Image, JudgedSample, Sample, Span, Verdict

GOLDEN = Path(__file__).parent.parent / "golden"
ANSWER = "🙂🙂 Two dogs & a “cat”.\n\nThey wait."
DOGS = Span(turn=1, start=3, end=11, boxes=(0,), contradicts="the boxes show 1 dog")
COUNTS = Verdict(check="counts", outcome="fail", reason="wrong_count", evidence=(DOGS,))
Task = dict[str, Any]


def judged(made: Sample, *verdicts: Verdict, reason: str = "") -> JudgedSample:
    boxes = (Box(label='a "dog" & <cat>', x1=0.1, y1=0.25, x2=0.4, y2=1.0), Box(label="cup", x1=0, y1=0, x2=1, y2=1))
    return JudgedSample(made, Context(id=made.origin.context, row=0, images=made.images, boxes=boxes), verdicts, reason)


FINE = judged(sample(PHOTO), Verdict(check="shape", outcome="pass"))
LOST = judged(
    sample(PHOTO, answer=ANSWER, number=1),
    Verdict(check="shape", outcome="pass"),
    COUNTS,
    Verdict(check="coverage", outcome="doubtful", reason="few_named"),
    reason="counts:wrong_count",
)
BARE = judged(sample(first="What is a dog?", number=2))


def written(name: str, folder: Path, *samples: JudgedSample, **fields: object) -> list[Task]:
    made = review_export(name, fields)
    assert made.write_judged(samples, folder / "out.json") == len(samples)
    rows: list[Task] = json.loads((folder / "out.json").read_text("ascii"))
    return rows


def configuration(folder: Path) -> ElementTree.Element:
    return ElementTree.parse(folder / "out.xml").getroot()


def names(folder: Path, tag: str) -> list[str | None]:
    return [element.get("name") for element in configuration(folder).iter(tag)]


@pytest.mark.parametrize(("name", "beside"), [("label_studio", ".xml"), ("argilla", ".settings.json")])
def test_what_is_written_is_what_the_sdks_have_read(name: str, beside: str, tmp_path: Path) -> None:
    written(name, tmp_path, FINE, LOST, BARE)
    for ending in (".json", beside):
        text, golden = (tmp_path / f"out{ending}").read_text("utf-8"), GOLDEN / f"{name}{ending}"
        if os.environ.get("INSTRUCTGEN_GOLDEN") == "write":
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text("utf-8")


def test_every_task_has_every_key_that_the_configuration_names(tmp_path: Path) -> None:
    two = judged(sample(PHOTO, Image(path="b.jpg"), number=3))
    tasks = written("label_studio", tmp_path, BARE, two, FINE)
    keys = {value[1:] for e in configuration(tmp_path).iter() if (value := e.get("value", "")).startswith("$")}
    assert keys >= {"picture_1", "picture_2", "conversation", "findings"}
    assert all(keys <= task["data"].keys() for task in tasks)
    assert [task["data"]["picture_2"] for task in tasks] == ["", "b.jpg", ""]


def test_every_region_is_of_a_control_and_a_label_that_the_configuration_has(tmp_path: Path) -> None:
    tasks = written("label_studio", tmp_path, FINE, LOST, BARE)
    controls = {e.get("name"): e for e in configuration(tmp_path).iter() if e.get("toName")}
    regions = [region for task in tasks for region in task["predictions"][0]["result"]]
    assert {region["type"] for region in regions} == {"rectanglelabels", "paragraphlabels", "textarea"}
    for region in regions:
        control = controls[region["from_name"]]
        assert control.tag.lower() == region["type"] and control.get("toName") == region["to_name"]
        assert set(region["value"].get(region["type"], ())) <= {e.get("value") for e in control.iter("Label")}


def test_boxes_are_in_percent_and_stay_within_the_picture(tmp_path: Path) -> None:
    (task,) = written("label_studio", tmp_path, FINE)
    first, second = [r for r in task["predictions"][0]["result"] if r["type"] == "rectanglelabels"]
    place = {key: first["value"][key] for key in ("x", "y", "width", "height")}
    assert place == {"x": 10.0, "y": 25.0, "width": 30.0, "height": 75.0}
    assert (first["original_width"], first["original_height"]) == (PHOTO.width, PHOTO.height)
    assert (second["value"]["width"], second["value"]["height"]) == (100.0, 100.0)


def test_a_label_that_xml_cannot_hold_is_written_without(tmp_path: Path) -> None:
    odd = FINE._replace(
        context=FINE.context.model_copy(update={"boxes": (Box(label="a\x00\n犬", x1=0, y1=0, x2=1, y2=1),)})
    )
    (task,) = written("label_studio", tmp_path, odd)
    assert task["predictions"][0]["result"][0]["value"]["rectanglelabels"] == ["a  犬"]
    assert [e.get("value") for e in configuration(tmp_path).iter("Label")] == ["a  犬"]


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=9), st.text(min_size=1, max_size=9), st.text(max_size=9))
def test_a_stretch_is_counted_as_javascript_counts_it(before: str, about: str, after: str) -> None:
    span = Span(turn=1, start=len(before), end=len(before + about))
    made = judged(sample(answer=before + about + after), COUNTS.model_copy(update={"evidence": (span,)}))
    with TemporaryDirectory() as folder:
        (task,) = written("label_studio", Path(folder), made)
    (region,) = [r for r in task["predictions"][0]["result"] if r["type"] == "paragraphlabels"]
    units, value = task["data"]["conversation"][1]["text"].encode("utf-16-le"), region["value"]
    assert units[2 * value["startOffset"] : 2 * value["endOffset"]].decode("utf-16-le") == value["text"] == about
    assert (value["start"], value["end"]) == ("1", "1")


def test_a_task_says_why_its_sample_was_rejected_and_knows_its_words(tmp_path: Path) -> None:
    fine, lost = written("label_studio", tmp_path, FINE, LOST)
    assert [task["data"]["state"] for task in (fine, lost)] == ["accepted", "rejected"]
    assert lost["data"]["reason"] == "counts:wrong_count"
    assert lost["data"]["findings"].splitlines() == [
        "counts:wrong_count: “Two dogs” (the boxes show 1 dog)",
        "coverage:few_named (doubtful)",
    ]
    assert lost["data"]["text"] == text_digest(LOST.sample) != fine["data"]["text"]


def test_answers_are_given_to_be_rewritten_under_the_names_that_the_paragraphs_have(tmp_path: Path) -> None:
    (task,) = written("label_studio", tmp_path, FINE)
    areas = {r["from_name"]: r["value"]["text"] for r in task["predictions"][0]["result"] if r["type"] == "textarea"}
    assert areas == {"answer_1": ["A dog."], "answer_2": ["No."]}
    assert [p["author"] for p in task["data"]["conversation"]] == ["Question 1", "Answer 1", "Question 2", "Answer 2"]
    assert names(tmp_path, "TextArea") == ["answer_1", "answer_2", "note"]


@pytest.mark.parametrize("name", ["label_studio", "argilla"])
def test_a_prefix_leads_to_the_pictures_and_a_url_stays_what_it_is(name: str, tmp_path: Path) -> None:
    odd = judged(sample(Image(path="a b#%.jpg"), LINK))
    (task,) = written(name, tmp_path, odd, prefix="http://localhost:8000/")
    held = task.get("data") or task["fields"]
    assert (held["picture_1"], held["picture_2"]) == ("http://localhost:8000/a%20b%23%25.jpg", LINK.url)
    (plain,) = written(name, tmp_path, odd)
    assert (plain.get("data") or plain["fields"])["picture_1"] == "a b#%.jpg"


def test_argilla_finds_pictures_in_a_folder_by_their_plain_names(tmp_path: Path) -> None:
    (record,) = written("argilla", tmp_path, judged(sample(Image(path="a b.jpg"))), prefix="../images/")
    assert record["fields"]["picture_1"] == "../images/a b.jpg"


def test_a_record_for_argilla_has_no_field_or_question_that_the_settings_lack(tmp_path: Path) -> None:
    records = written("argilla", tmp_path, FINE, LOST, BARE)
    told = json.loads((tmp_path / "out.settings.json").read_text("utf-8"))
    fields, questions = ({entry["name"]: entry for entry in told[kind]} for kind in ("fields", "questions"))
    for record in records:
        assert record["fields"].keys() <= fields.keys() and record["suggestions"].keys() <= questions.keys()
        assert {name for name, field in fields.items() if field["required"]} <= record["fields"].keys()
        assert all(record["metadata"].values())
    assert [turn["role"] for turn in records[0]["fields"]["conversation"]] == ["user", "assistant"] * 2


@pytest.mark.parametrize("name", ["label_studio", "argilla"])
def test_no_samples_are_no_tasks_and_a_configuration_that_still_asks_for_a_decision(name: str, tmp_path: Path) -> None:
    assert written(name, tmp_path) == []
    (beside,) = [path for path in tmp_path.iterdir() if path.name != "out.json"]
    assert "decision" in beside.read_text("utf-8")


@pytest.mark.parametrize("name", ["label_studio", "argilla"])
def test_a_picture_that_is_not_there_stops_the_export_unless_it_is_to_be_kept(name: str, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    made = review_export(name, root=tmp_path / "images")
    with pytest.raises(SetupError, match=r"there is no picture 'train2017/0+9\.jpg'"):
        made.write_judged([FINE], tmp_path / "tasks" / "out.json")
    assert list((tmp_path / "tasks").iterdir()) == []
    kept = review_export(name, {"missing": "keep"}, root=tmp_path / "images")
    assert kept.write_judged([FINE], tmp_path / "out.json") == 1


@pytest.mark.parametrize("name", ["label_studio", "argilla"])
def test_another_ending_than_json_is_refused(name: str, tmp_path: Path) -> None:
    made = review_export(name)
    with pytest.raises(SetupError, match=r"out\.xml: is to be one JSON array; give a name that ends in \.json"):
        made.write_judged([FINE], tmp_path / "out.xml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["label_studio", "argilla"])
def test_a_full_disk_is_one_line_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    made = review_export(name)
    many = (FINE._replace(sample=sample(PHOTO, number=number)) for number in range(500))
    with (
        files_of_at_most(20_000),
        pytest.raises(SetupError, match=r"out\..+: cannot be written \(.+\); nothing") as told,
    ):
        made.write_judged(many, tmp_path / "out.json")
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []
