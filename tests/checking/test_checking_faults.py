"""Files that are no dataset, and datasets with faults, in; one line that says so out, or a count."""

import gzip
import json
from pathlib import Path

import pytest
from cases import caption, coco, image, refused
from checking_rows import SORRY, found, recipe, row, write
from runs import command, succeeds

from instructgen.checking.annotations import Annotations
from instructgen.errors import SetupError


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert f"there is no file or folder {tmp_path / 'data.json'}" in refused("check", tmp_path / "data.json")


@pytest.mark.parametrize("text", ["", "  \n", "[]"])
def test_a_file_without_records_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.json").write_text(text)
    assert "data.json: holds no records" in refused("check", tmp_path / "data.json")


def test_a_folder_that_is_no_dataset_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    assert f"{tmp_path}: is no dataset" in refused("check", tmp_path)


def test_a_dataset_with_other_keys_is_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [{"question": "What is it?", "answer": "A dog. " * 100}])
    said = refused("check", path)
    assert "expected the keys 'conversations'" in said and "'messages'" in said and "'image'" in said
    assert "entry 0 has the keys question, answer" in said
    assert "{'question': 'What is it?', 'answer': 'A dog. A dog." in said
    assert len(said) < 800


def test_a_broken_array_stops_at_the_record_that_is_broken_and_leaves_nothing(tmp_path: Path) -> None:
    path, out = tmp_path / "data.json", tmp_path / "verdicts.jsonl"
    rows = [json.dumps(row(f"{n}", SORRY)) for n in range(300)]
    path.write_text(f"[{', '.join(rows)}, {{'id': 7}}]")
    assert "data.json: entry 300 of the JSON array is not JSON" in refused("check", path, "--verdicts", out)
    path.write_text(f"[{', '.join(rows)}")
    assert "expected a comma after entry 299" in refused("check", path, "--verdicts", out)
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_broken_line_is_one_unreadable_record(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    broken = ['{"id": ', json.dumps({"id": 1, "conversations": "none"}), json.dumps({**row(), "image": 5})]
    lines = [json.dumps(row()), *broken, json.dumps({"id": "\ud800", "conversations": row()["conversations"]})]
    path.write_text("\n".join(lines))
    said = succeeds("check", path)
    assert (
        "2 samples judged, 3 records unreadable (" in said and "first: line 2: expected one JSON object a line" in said
    )
    assert found(path)["unreadable"] == {"bad_json": 1, "bad_turns": 1, "bad_id": 1}
    assert command("check", path, "--fail-under", "unreadable=0.5").code == 1


def test_a_packed_file_that_was_cut_off_is_said(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl.gz"
    whole = gzip.compress("\n".join(json.dumps(row(f"{n}", f"Dog {n * n}.")) for n in range(5000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    assert "data.jsonl.gz: cannot be read on after" in refused("check", path)
    path.write_bytes(b"no gzip at all")
    assert "cannot be read on after 0 records" in refused("check", path)


def test_a_damaged_parquet_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "data.parquet").write_bytes(b"PAR1 and then nothing")
    assert "cannot be read as Parquet" in refused("check", tmp_path / "data.parquet")


# ── annotations ──────────────────────────────────────────────────────────────────────────────────────────────


def annotations(folder: Path, *numbers: int) -> Path:
    images = [image(n, file_name=f"{n:012d}.jpg") for n in numbers]
    return coco(folder / "captions.json", images, [caption(n) for n in numbers])


def test_annotations_of_other_pictures_stop_the_check(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row(image=f"{n:012d}.jpg", name=str(n)) for n in range(10)])
    captions, out = annotations(tmp_path, 1, 2, 3), tmp_path / "verdicts.jsonl"
    said = refused("check", path, "--captions", captions, "--verdicts", out)
    assert "3 of 10 samples with pictures are annotated" in said and "--min-matched 0.5" in said
    assert "expected pictures such as '000000000001.jpg', found '000000000000.jpg'" in said
    assert not out.exists()
    assert found(path, "--captions", captions, "--min-matched", "0.3")["annotated"] == 3


def test_samples_without_pictures_do_not_count_as_unmatched(tmp_path: Path) -> None:
    rows = [row("x", image="000000000001.jpg"), *(row(f"text {n}", image=None) for n in range(9))]
    said = found(write(tmp_path / "data.json", rows), "--captions", annotations(tmp_path, 1))
    assert (said["pictured"], said["annotated"]) == (1, 1)


def test_no_match_at_all_stops_the_check_whatever_the_bound(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row(image="cat.jpg")])
    said = refused("check", path, "--captions", annotations(tmp_path, 1), "--min-matched", "0")
    assert "0 of 1 samples with pictures are annotated" in said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_temporary_folder_without_room_is_said(tmp_path: Path) -> None:
    captions = annotations(tmp_path, 1)
    with Path("/dev/full").open("r+b", buffering=0) as full, pytest.raises(SetupError, match="set TMPDIR to a folder"):
        Annotations(captions, None, full)


def test_an_annotation_file_that_is_none_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "data.json", [row()])
    assert "captions: there is no file" in refused("check", path, "--captions", tmp_path / "none.json")
    assert "has no 'annotations'" in refused("check", path, "--captions", write(tmp_path / "other.json", [1]))


# ── options ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fail-under", "rejekt=0.1"], "there is no share 'rejekt'; did you mean 'reject'?"),
        (["--fail-under", "reject"], "expected NAME=VALUE"),
        (["--fail-under", "reject=5"], "a share from 0 to 1"),
        (["--fail-under", "chair_i=0.05"], "is measured on annotations; give --captions or --instances"),
        (["--set", "source.use=coco"], "expected a field of a check"),
        (["--set", "checks.lenght.max_words=3"], "there is no check 'lenght'; did you mean 'length'?"),
        (["--set", "checks.length.max_word=3"], "did you mean 'max_words'?"),
        (["--recipe", "llava_instrukt"], "did you mean 'llava_instruct'?"),
        (["--verdicts", "data.json"], "is one of the files that are read"),
    ],
)
def test_a_wrong_option_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "data.json", [row()])
    assert says in refused("check", "data.json", *arguments)
    assert json.loads((tmp_path / "data.json").read_text()) == [row()]


def test_a_recipes_asked_checks_are_left_out_and_named(tmp_path: Path) -> None:
    asking = recipe(tmp_path, shape={}, opinion={"use": "checking_rows:Asks"})
    said = succeeds("check", write(tmp_path / "data.json", [row()]), "--recipe", asking)
    assert "left out, since they ask a model: opinion" in said
