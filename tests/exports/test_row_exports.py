"""The jsonl, sharegpt and messages exports."""

import json
from pathlib import Path

import pytest
from export_samples import LINK, PHOTO, QUESTION, export, one, sample

from instructgen.errors import SetupError
from instructgen.records import Image, Sample, Scalar

TWO = sample(PHOTO, Image(path="b.jpg"))


def written(name: str, made: Sample, folder: Path, ending: str = "jsonl", **fields: object) -> dict[str, object]:
    out = folder / f"{name}.{ending}"
    assert export(name, fields).write(one(made), out) == 1
    read = json.loads(out.read_text("utf-8"))
    row: dict[str, object] = read[0] if ending == "json" else read
    return row


def test_jsonl_rows_carry_task_origin_and_kept_columns(tmp_path: Path) -> None:
    kept: dict[str, Scalar] = {"license": 3, "coco_url": "http://example.org", "share": 0.5, "odd": float("nan")}
    export("jsonl").write(one(sample(PHOTO), kept), tmp_path / "a.jsonl")
    row = json.loads((tmp_path / "a.jsonl").read_text("utf-8"))
    assert list(row) == ["id", "image", "conversations", "task", "origin", "license", "coco_url", "share", "odd"]
    assert row["image"] == PHOTO.path
    assert row["origin"] == sample(PHOTO).origin.model_dump(mode="json")
    assert (row["license"], row["share"], row["odd"]) == (3, 0.5, None)


def test_jsonl_keeps_text_readable_and_one_row_a_line(tmp_path: Path) -> None:
    export("jsonl").write(((made, {}) for made in (sample(PHOTO), sample())), tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert QUESTION in lines[0]
    assert "image" not in json.loads(lines[1])


def test_jsonl_has_a_list_for_several_pictures(tmp_path: Path) -> None:
    assert written("jsonl", TWO, tmp_path)["image"] == [PHOTO.path, "b.jpg"]


def test_a_kept_column_with_the_name_of_one_of_ours_gets_another(tmp_path: Path) -> None:
    export("jsonl").write(one(sample(PHOTO), {"image": "x", "url": "u"}), tmp_path / "a.jsonl")
    row = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))
    assert (row["image"], row["source_image"], row["url"]) == (PHOTO.path, "x", "u")
    with pytest.raises(SetupError, match="'source_image' is taken"):
        export("jsonl").write(one(sample(PHOTO), {"source_image": "y", "image": "x"}), tmp_path / "b.jsonl")


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_sharegpt_has_as_many_placeholders_as_images(ending: str, tmp_path: Path) -> None:
    row = written("sharegpt", TWO, tmp_path, ending)
    assert row["images"] == [PHOTO.path, "b.jpg"]
    assert str(row["conversations"]).count("<image>") == 2
    assert written("sharegpt", sample(), tmp_path, ending)["images"] == []


def contents(row: dict[str, object]) -> list[object]:
    messages = row["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]
    return [message["content"] for message in messages]


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def test_messages_put_the_picture_before_or_after_the_question_as_the_sample_does(tmp_path: Path) -> None:
    picture = {"type": "image_url", "image_url": {"url": PHOTO.path}}
    first = contents(written("messages", sample(PHOTO), tmp_path))
    assert first == [[picture, text(QUESTION)], [text("A dog.")], [text("And a cat?")], [text("No.")]]
    last = contents(written("messages", sample(PHOTO, first=f"{QUESTION}\n<image>"), tmp_path))
    assert last[0] == [text(QUESTION), picture]


def test_messages_keep_several_pictures_in_order_and_none_in_the_text(tmp_path: Path) -> None:
    row = written("messages", sample(PHOTO, LINK), tmp_path, "json", parts="image")
    assert contents(row)[0] == [
        {"type": "image", "path": PHOTO.path},
        {"type": "image", "url": LINK.url},
        text(QUESTION),
    ]
    assert "<image>" not in json.dumps(row)


def test_messages_of_text_alone_have_text_alone(tmp_path: Path) -> None:
    assert contents(written("messages", sample(), tmp_path))[0] == [text(QUESTION)]
