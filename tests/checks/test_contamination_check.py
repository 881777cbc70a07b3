"""The contamination check: samples that benchmarks' questions or pictures have got into fail, with file and record."""

import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from picture_copies import about, cropped, save, scene
from pyarrow import parquet
from run_wide import built_run_check, found, numbered
from runs import command, recipe, succeeds, write_recipe, write_rows

from instructgen.checks.benchmark_files import benchmark, picture_key
from instructgen.errors import SetupError
from instructgen.run import Run

QUESTION = "Which of the three boats in the harbour is nearest to the lighthouse at the end of the pier?"
CHANGED = "Which of the three boats in this harbour lies closest to the lighthouse at the tip of the pier?"
OTHER = "Why does the woman in the yellow coat stand beside the open door of the bakery this early?"


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_question_with_few_words_changed_names_file_and_record(tmp_path: Path) -> None:
    file = lines(tmp_path / "bench.jsonl", {"question": OTHER}, {"question_id": 3, "text": QUESTION})
    check = built_run_check("contamination", {"files": [file]})
    samples = [
        numbered(1, ("What is it?", "A boat.")),
        numbered(2, (f"Look closely. {CHANGED}\nAnswer with one word.", "Left.")),
        numbered(3, ("What is it?", "It may be asked: " + QUESTION)),
    ]
    verdicts = found(check, samples)
    assert {name: v.reason for name, v in verdicts.items()} == {"2": "text", "3": "text"}
    (span,) = verdicts["2"].evidence
    assert samples[1].turns[0].text[span.start : span.end] == CHANGED
    assert span.contradicts == "bench.jsonl, record 2"


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_planted_questions_are_found_and_others_are_not(tmp_path: Path, share: float) -> None:
    draw = Random(2)
    words = [f"w{n}" for n in range(400)]
    asked = [draw.choices(words, k=draw.randrange(8, 20)) for _ in range(200)]
    file = lines(tmp_path / "bench.jsonl", *({"question": " ".join(text)} for text in asked))
    planted = [list(text) for text in asked]
    for text in planted:
        for at in draw.sample(range(len(text)), int(share * len(text))):
            text[at] = draw.choice(words)
    others = [draw.choices(words, k=12) for _ in range(200)]
    samples = [numbered(n, (" ".join(text), "Yes.")) for n, text in enumerate(planted + others)]
    hits = found(built_run_check("contamination", {"files": [file]}), samples)
    assert sum(int(name) < 200 for name in hits) >= 195
    assert all(int(name) < 200 for name in hits)


def test_what_many_records_share_is_an_instruction_and_short_sentences_say_nothing(tmp_path: Path) -> None:
    told = "Answer the question with the letter of the right option only."
    file = lines(tmp_path / "b.jsonl", *({"question": f"Is thing {n} here?\n{told}"} for n in range(5)))
    check = built_run_check("contamination", {"files": [file]})
    assert not found(check, [numbered(1, (told, "B")), numbered(2, ("Is thing 2 here?", "Yes."))])


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        (9, "000000000009.jpg"),
        ("COCO_val2014_000000000009.jpg", "train2017/000000000009.png"),
        ("000000000009", "000000000009.jpg"),
        ("gqa/images/n161313.jpg", "n161313.webp"),
        (2412345, "vg/2412345.jpg"),
    ],
)
def test_pictures_are_known_by_name_whatever_folder_and_format(tmp_path: Path, named: object, shown: str) -> None:
    file = lines(tmp_path / "pope.json", {"question": "Is there a dog?", "image": named})
    verdicts = found(built_run_check("contamination", {"files": [file]}), [about("1", shown), about("2", "10.jpg")])
    assert {name: v.reason for name, v in verdicts.items()} == {"1": "image"}
    assert verdicts["1"].evidence[0].contradicts == "the picture of pope.json, record 1"


def test_names_that_are_all_over_are_none() -> None:
    assert picture_key("001.jpg") is None
    assert picture_key("image.png") is None


@pytest.mark.parametrize("held", ["folder", "parquet"])
def test_pictures_are_known_by_their_pixels(tmp_path: Path, held: str) -> None:
    images, theirs = tmp_path / "images", tmp_path / "theirs"
    names = [save(images, f"{n}.jpg", cropped(scene(n), 0.02, 0, 0.03, 0.05).resize((200, 150)), 50) for n in range(6)]
    kept = [save(theirs, f"q{n}.png", scene(n)) for n in (2, 4)]
    if held == "folder":
        fields: dict[str, object] = {"images": theirs}
        places = {"2": "theirs/q2.png", "4": "theirs/q4.png"}
    else:
        cells = [{"bytes": (theirs / name).read_bytes(), "path": None} for name in kept]
        parquet.write_table(pa.table({"question": ["What?", "Why?"], "image": cells}), tmp_path / "mme.parquet")
        fields, places = (
            {"files": [tmp_path / "mme.parquet"]},
            {"2": "mme.parquet, record 1", "4": "mme.parquet, record 2"},
        )
    verdicts = found(built_run_check("contamination", fields, images), [about(name[0], name) for name in names])
    assert {name: v.evidence[0].contradicts for name, v in verdicts.items()} == {
        name: f"the picture of {place}" for name, place in places.items()
    }


def test_a_picture_that_cannot_be_read_is_doubtful_where_pixels_are_compared(tmp_path: Path) -> None:
    save(tmp_path / "theirs", "q.png", scene(1))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    check = built_run_check("contamination", {"images": tmp_path / "theirs"}, tmp_path)
    ((name, verdict),) = check.verdicts([about("1", "broken.jpg"), about("2")])
    assert (name, verdict.outcome, verdict.reason) == ("1/t/0", "doubtful", "picture_unread")


def test_benchmarks_of_every_kind_are_read(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": f"<image>\n{QUESTION}"}, {"from": "gpt", "value": "The red one."}]
    kinds = {
        "vqa.json": json.dumps({"info": {}, "questions": [{"image_id": 9, "question": QUESTION}]}),
        "llava.json": json.dumps([{"id": "1", "image": "000000000009.jpg", "conversations": turns}]),
        "gqa.json": json.dumps({"07": {"imageId": 9, "question": QUESTION}}),
        "pope.json": json.dumps({"question_id": 1, "image": "COCO_val2014_000000000009.jpg", "text": QUESTION})
        + "\n\n",
        "one.csv": f'image_id,question\n9,"{QUESTION}"\n',
        "one.tsv": f"image_id\tquestion\n9\t{QUESTION}\n",
    }
    for name, text in kinds.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    from datasets import Dataset

    Dataset.from_list([{"image_id": 9, "question": QUESTION}]).save_to_disk(tmp_path / "saved")
    for name in (*kinds, "saved"):
        (asked,) = benchmark(tmp_path / name, ())
        assert " ".join(asked.texts).split() == QUESTION.split(), name
        assert asked.pictures == ("COCO 9",), name
        assert asked.place == f"{name}, record 1"


def test_fields_of_other_names_can_be_named(tmp_path: Path) -> None:
    file = lines(tmp_path / "b.jsonl", {"ask": QUESTION, "photo": "a/n161313.jpg", "rest": OTHER})
    (asked,) = benchmark(file, ("ask", "photo"))
    assert (asked.texts, asked.pictures) == ((QUESTION,), ("n161313",))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("b.jsonl", '{"q": 1}\n', "record 1 has q (name the ones that hold questions and pictures: fields)"),
        ("b.json", "[1]", "expected objects as records; record 1 is '1'"),
        ("b.json", "nothing", "expected JSON or JSON lines"),
        ("b.jsonl", '{"question": "a"}\n{"question"\n', "expected JSON in line 2"),
        ("b.jsonl", "", "expected the records of a benchmark; there is none"),
        ("b.txt", "", "expected a benchmark as .json, .jsonl, .csv, .tsv, .parquet"),
        ("b.parquet", "PAR", "cannot be read as Parquet"),
        ("b.parquet", None, "is not there; expected a benchmark"),
    ],
)
def test_a_bad_file_is_one_line_before_anything_is_asked(
    tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(2)), {"use": "grounded"})
    tree["checks"] = {"contamination": {"files": [name]}}
    ended = command("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    assert ended.code == 2
    assert f"checks.contamination: files: {tmp_path / name}" in ended.err
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert not list((tmp_path / "run").glob("samples/*"))


def test_something_has_to_be_named() -> None:
    with pytest.raises(SetupError, match="expected files, benchmarks to compare with"):
        list(built_run_check("contamination").verdicts([]))


def test_in_a_run_what_is_left_out_is_counted_and_the_run_can_be_read_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(20)), {"use": "grounded"})
    tree["checks"] = {"contamination": {"files": ["bench.jsonl"]}}
    lines(tmp_path / "bench.jsonl", {"question": "Is it?", "image": "000003.jpg"}, {"image": "000007.jpg"})
    printed = succeeds("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    assert "leave out 2 of the accepted: contamination:image 2" in printed
    monkeypatch.chdir("/")
    (tmp_path / "bench.jsonl").rename(tmp_path / "away.jsonl")
    run = Run.open(tmp_path / "run")
    assert {sample.origin.context for sample, _ in run.left_out()} == {"000003", "000007"}
    told = succeeds("explain", f"000003/conversation/0@{tmp_path / 'run'}")
    assert "contamination: fail, image; the picture of bench.jsonl, record 1" in told
