"""Source rows with what was made of each in; a dataset with old and new captions out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from export_samples import sample
from recaption_sets import jpeg

from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.exports.captions import CaptionsExport
from instructgen.library import Library
from instructgen.records import Context, Fault, Image, LeftOut, Row, Sample, Scalar, Turn

Pair = tuple[Row, Sequence[Sample]]


def export(root: Path | None = None, **fields: object) -> CaptionsExport:
    return CaptionsExport.build(fields, Site("captions", Library(()), root), "--format captions")


def captioned(number: int, kept: dict[str, Scalar], new: str | None = None, **facts: Any) -> Pair:
    context = Context(id=f"c{number}", row=number, **facts)
    if new is None:
        return Row(context, kept), ()
    turns = (Turn(role="human", text="What?"), Turn(role="gpt", text=new))
    made = sample().model_copy(update={"id": f"c{number}/recaption/0", "task": "recaption", "turns": turns})
    return Row(context, kept), (made,)


def written(pairs: Sequence[Pair], out: Path, one: CaptionsExport, number: int) -> list[dict[str, Any]]:
    assert one.write_rows(pairs, ["recaption"], out) == number
    files = sorted((out / "data").iterdir())
    assert [f.name for f in files] == [f"train-{n:05d}-of-{len(files):05d}.parquet" for n in range(len(files))]
    rows: list[dict[str, Any]] = [row for file in files for row in pq.read_table(file).to_pylist()]
    return rows


def test_rows_keep_their_order_and_types_and_get_the_new_caption(tmp_path: Path) -> None:
    url = (Image(url="http://pictures.example/1"),)
    pairs = [
        captioned(0, {"n": 1, "caption": "old"}, "New.", images=url),
        captioned(1, {"n": 2.5, "caption": None}, images=url),
        (Row(Fault(row=2, reason="no_image", detail="x"), {"n": 3, "caption": "lost"}), ()),
        (Row(Fault(row=3, reason="bad_json", detail="x"), {}), ()),
        (Row(LeftOut(row=4, id="c4", filter="missing_image"), {"n": 4}), ()),
    ]
    assert written(pairs, tmp_path / "out", export(), 1) == [
        {"image": "http://pictures.example/1", "n": 1.0, "caption": "old", "recaption": "New."},
        {"image": "http://pictures.example/1", "n": 2.5, "caption": None, "recaption": None},
        {"image": None, "n": 3.0, "caption": "lost", "recaption": None},
    ]
    (row,) = written(pairs, tmp_path / "left", export(uncaptioned="leave_out"), 1)
    assert row["caption"] == "old"


def test_old_captions_come_along_where_no_column_holds_them(tmp_path: Path) -> None:
    picture = (Image(path="a.jpg"),)
    one = captioned(0, {}, "New.", images=picture, captions=("A.",))
    two = captioned(1, {}, "Newer.", images=picture, captions=("A.", "B."))
    assert written([one], tmp_path / "one", export(), 1)[0] == {"image": "a.jpg", "caption": "A.", "recaption": "New."}
    assert [row["captions"] for row in written([one, two], tmp_path / "two", export(), 2)] == [["A."], ["A.", "B."]]


def test_pictures_are_bytes_or_paths_as_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    pairs = [captioned(0, {"file": "a.jpg"}, "New.", images=(Image(path="a.jpg"),))]
    assert written(pairs, tmp_path / "path", export(tmp_path), 1) == [{"file": "a.jpg", "recaption": "New."}]
    (row,) = written(pairs, tmp_path / "bytes", export(tmp_path, images="embed"), 1)
    assert row == {"file": {"bytes": jpeg(1), "path": "a.jpg"}, "recaption": "New."}


def test_a_picture_that_is_gone_stops_unless_it_may(tmp_path: Path) -> None:
    gone = [captioned(0, {}, "New.", images=(Image(path="gone.jpg"),))]
    with pytest.raises(SetupError, match=r"gone.jpg.*; put the source's files back in their place"):
        export(tmp_path, images="embed").write_rows(gone, ["recaption"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.iterdir()) == []
    (row,) = written(gone, tmp_path / "kept", export(tmp_path, images="embed", missing="keep"), 1)
    assert row["image"] == {"bytes": None, "path": "gone.jpg"}


def test_what_cannot_be_a_table_of_captions_is_said(tmp_path: Path) -> None:
    picture = (Image(path="a.jpg"),)
    row, (made,) = captioned(0, {}, "New.", images=picture)
    talk = made.model_copy(update={"turns": made.turns * 2})
    for pairs, says in (
        ([(row, (talk,))], "has 4 turns; the captions format takes one question and one answer"),
        ([captioned(0, {"recaption": "x"}, "New.", images=picture)], "the source has a column 'recaption'"),
        ([captioned(0, {}, "New.", images=picture * 2)], "has 2 pictures; expected one a row"),
        ([], "there are no rows to export"),
    ):
        with pytest.raises(SetupError, match=says):
            export().write_rows(pairs, ["recaption"], tmp_path / "out")
        assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(SetupError, match="is there already and not empty"):
        export().write_rows([captioned(0, {}, "New.", images=picture)], ["recaption"], tmp_path / "out")
    export(overwrite=True).write_rows([captioned(0, {}, "New.", images=picture)], ["recaption"], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["data"]
