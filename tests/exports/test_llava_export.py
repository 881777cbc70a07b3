"""The llava export: LLaVA's own rows, byte for byte, and what its trainer cannot take."""

import json
from pathlib import Path

import pytest
from export_samples import LINK, PHOTO, QUESTION, export, one, sample

from instructgen.errors import SetupError
from instructgen.records import Image, Sample, Turn


def test_a_file_is_a_json_array_with_one_row_a_line_and_ascii_only(tmp_path: Path) -> None:
    out = tmp_path / "new" / "rows.json"
    assert export("llava").write(((sample(PHOTO, number=n), {"license": 3}) for n in (7, 8)), out) == 2
    turns = (
        '[{"from": "human", "value": "<image>\\nWhat\\u2019s in it, \\u72ac?"}, {"from": "gpt", "value": "A dog."}, '
        '{"from": "human", "value": "And a cat?"}, {"from": "gpt", "value": "No."}]'
    )
    image = '"image": "train2017/000000000009.jpg"'
    rows = [f'{{"id": "{n:012d}/detail/0", {image}, "conversations": {turns}}}' for n in (7, 8)]
    assert out.read_bytes() == ("[\n" + ",\n".join(rows) + "\n]\n").encode("ascii")
    assert json.loads(out.read_text("ascii"))[1]["conversations"][0]["value"] == f"<image>\n{QUESTION}"


def test_no_samples_are_an_empty_array(tmp_path: Path) -> None:
    assert export("llava").write(iter(()), tmp_path / "rows.json") == 0
    assert json.loads((tmp_path / "rows.json").read_text()) == []


def rows_of(made: Sample, out: Path, **fields: object) -> list[dict[str, object]]:
    export("llava", fields).write(one(made), out)
    read: list[dict[str, object]] = json.loads(out.read_text("utf-8"))
    return read


def test_text_alone_has_no_image_key(tmp_path: Path) -> None:
    assert "image" not in rows_of(sample(), tmp_path / "a.json")[0]


def test_a_url_stands_in_where_there_is_no_file(tmp_path: Path) -> None:
    assert rows_of(sample(LINK), tmp_path / "a.json")[0]["image"] == LINK.url


def test_a_row_is_called_after_its_context_where_asked(tmp_path: Path) -> None:
    assert rows_of(sample(PHOTO, number=9), tmp_path / "a.json", ids="context")[0]["id"] == "000000000009"


def test_several_pictures_are_a_list_for_next_and_refused_for_llava(tmp_path: Path) -> None:
    two = sample(PHOTO, Image(path="b.jpg"), number=5)
    assert rows_of(two, tmp_path / "a.json", dialect="next")[0]["image"] == [PHOTO.path, "b.jpg"]
    with pytest.raises(SetupError, match=r"000000000005/detail/0: has 2 pictures.*dialect=next"):
        export("llava").write(one(two), tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()


def test_json_lines_are_for_next_only(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"ends in \.json"):
        export("llava").write(one(sample(PHOTO)), tmp_path / "a.jsonl")
    assert export("llava", {"dialect": "next"}).write(one(sample(PHOTO)), tmp_path / "a.jsonl") == 1
    assert json.loads((tmp_path / "a.jsonl").read_text())["image"] == PHOTO.path


def turned(*turns: tuple[str, str]) -> Sample:
    spoken = tuple(Turn(role="human" if role == "human" else "gpt", text=text) for role, text in turns)
    return sample(PHOTO).model_copy(update={"turns": spoken})


FIRST = ("human", "<image>\nWho?")


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (turned(), "found 0 turns"),
        (turned(FIRST), "found 1 turns"),
        (turned(("gpt", "Hi."), FIRST), "turn 1 is by 'gpt'"),
        (turned(FIRST, ("human", "Who?")), "turn 2 is by 'human'"),
        (turned(FIRST, ("gpt", " \n")), "turn 2 is empty"),
        (turned(FIRST, ("gpt", "<image>")), "turn 2 holds <image>"),
        (turned(("human", "Who?"), ("gpt", "He.")), "expected 1 <image>"),
        (turned(("human", "<image>\n<image>\nWho?"), ("gpt", "He.")), "found 2"),
        (turned(FIRST, ("gpt", "He\ud800")), "lone surrogate"),
        (sample(Image(width=4)), "neither a path nor a URL"),
        (sample(Image(path="../a.jpg")), "not inside"),
        (sample(Image(path="/etc/a.jpg")), "not inside"),
    ],
)
@pytest.mark.parametrize("name", ["llava", "jsonl", "hf", "trl", "llama_factory", "ms_swift", "axolotl", "webdataset"])
def test_no_export_writes_what_trainers_misread(name: str, made: Sample, fault: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=rf"sample {made.id}: .*{fault}"):
        export(name).write(one(made), tmp_path / "out.json")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_stops_the_export_only_where_the_folder_is_there(tmp_path: Path) -> None:
    out, root = tmp_path / "a.json", tmp_path / "images"
    assert export("llava", root=root).write(one(sample(PHOTO)), out) == 1
    root.mkdir()
    with pytest.raises(SetupError, match=r"there is no picture 'train2017/000000000009.jpg'.*missing=keep"):
        export("llava", root=root).write(one(sample(PHOTO)), out)
    assert export("llava", {"missing": "keep"}, root=root).write(one(sample(PHOTO)), out) == 1
    (root / "train2017").mkdir()
    (root / "train2017" / "000000000009.jpg").write_bytes(b"x")
    assert export("llava", root=root).write(one(sample(PHOTO)), out) == 1


def test_the_url_stands_in_for_a_missing_file(tmp_path: Path) -> None:
    both = sample(Image(path="a.jpg", url="http://example.org/a.jpg"))
    export("llava", root=tmp_path).write(one(both), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())[0]["image"] == "http://example.org/a.jpg"


def test_a_failed_export_leaves_the_earlier_file_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    export("llava").write(one(sample(PHOTO)), out)
    before = out.read_bytes()
    with pytest.raises(SetupError):
        export("llava").write(((made, {}) for made in (sample(PHOTO), turned(FIRST))), out)
    assert out.read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]


def test_a_folder_in_the_place_of_the_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(SetupError, match=r"a\.json: is a folder"):
        export("llava").write(one(sample(PHOTO)), tmp_path / "a.json")
