"""COCO files with something wrong in; faults that name it, or one clear error, out."""

import json
from pathlib import Path

import pytest
from coco_files import Entry, box, caption, contexts, faults, image, rows, write

from instructgen.component import Component, Site
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.records import Context
from instructgen.sources import coco_json
from instructgen.sources.coco import CocoSource

NAN = float("nan")


def with_boxes(tmp_path: Path, *notes: Entry, images: list[Entry] | None = None) -> CocoSource:
    return CocoSource(instances=write(tmp_path / "instances.json", images or [image(1), image(2)], list(notes)))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (box(1, 1, 300, 10, 20, 20), "bad_box"),
        (box(1, 1, -30, 10, 20, 20), "bad_box"),
        (box(1, 1, 10, 10, 0, 20), "bad_box"),
        (box(1, 1, 50, 50, -20, -20), "bad_box"),
        (box(1, 1, NAN, 10, 20, 20), "bad_box"),
        (box(1, 1, 10, 10, float("inf"), 20), "bad_box"),
        ({**box(1, 1), "bbox": [1, 2, 3]}, "bad_box"),
        ({**box(1, 1), "bbox": "1 2 3 4"}, "bad_box"),
        ({**box(1, 1), "bbox": None}, "bad_box"),
        (box(1, 1, category=99), "unknown_category"),
        ({**box(1, 1), "category_id": None}, "unknown_category"),
        (box(7, 1), "duplicate_annotation"),
    ],
)
def test_a_box_that_cannot_be_used_sets_its_image_aside(tmp_path: Path, wrong: Entry, reason: str) -> None:
    source = with_boxes(tmp_path, box(7, 1), wrong, box(8, 2))
    (fault,) = faults(source)
    assert (fault.row, fault.id, fault.reason) == (0, "000000000001", reason)
    assert "expected" in fault.detail or "same id" in fault.detail or "list" in fault.detail
    dropping = source.model_copy(update={"bad_annotations": "drop"})
    kept = [row.item for row in rows(dropping)]
    assert [item.boxes[0].id for item in kept if isinstance(item, Context)] == ["7", "8"]
    assert [(f.row, f.id, f.reason) for f in faults(dropping)] == [(2, "000000000001", reason)]


@pytest.mark.parametrize("place", [0, 150, 299])
def test_one_box_with_nan_among_many_costs_one_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(coco_json, "STRETCH", 2000)
    notes = [box(n, n) for n in range(300)]
    notes[place] = box(place, place, 1, 2, NAN, 4)
    source = with_boxes(tmp_path, *notes, images=[image(n) for n in range(300)])
    assert [f.row for f in faults(source)] == [place]
    assert len(rows(source)) == 300


def test_a_box_that_reaches_out_of_the_picture_is_clipped(tmp_path: Path) -> None:
    found = contexts(with_boxes(tmp_path, box(1, 1, -10, 50, 400, 500)))[0].boxes[0]
    assert (found.x1, found.y1, found.x2, found.y2) == (0.0, 0.5, 1.0, 1.0)


def test_a_broken_area_is_unknown_and_a_too_large_one_the_whole_picture(tmp_path: Path) -> None:
    notes = [box(1, 1, area=NAN), box(2, 1, area=-4.0), box(3, 1, area=1e9)]
    assert [b.area for b in contexts(with_boxes(tmp_path, *notes))[0].boxes] == [None, None, 1.0]


@pytest.mark.parametrize("size", [(0, 100), (200, -1), (0, 0)])
def test_a_zero_size_image_is_a_fault(tmp_path: Path, size: tuple[int, int]) -> None:
    images = [image(1, wide=size[0], high=size[1]), image(2)]
    found = faults(with_boxes(tmp_path, box(1, 1), images=images))
    assert [(f.row, f.reason) for f in found] == [(0, "zero_size_image")]


def test_boxes_of_an_image_of_unknown_size_are_a_fault(tmp_path: Path) -> None:
    images: list[Entry] = [{"id": 1, "file_name": "1.jpg"}, {"id": 2, "file_name": "2.jpg"}]
    for policy in ("set_aside", "drop"):
        source = with_boxes(tmp_path, box(1, 1), images=images).model_copy(update={"bad_annotations": policy})
        assert [(f.row, f.reason) for f in faults(source)] == [(0, "no_image_size")]


def test_a_repeated_image_id_is_a_fault(tmp_path: Path) -> None:
    same = with_boxes(tmp_path, box(1, 1), images=[image(1), image(2), image(1)])
    assert [(f.row, f.reason) for f in faults(same)] == [(2, "duplicate_id")]
    other = with_boxes(tmp_path, box(1, 1), images=[image(1), image(2), image(1, "other.jpg")])
    assert [(f.row, f.reason) for f in faults(other)] == [(0, "duplicate_id"), (2, "duplicate_id")]


def test_annotations_of_unknown_images_come_last(tmp_path: Path) -> None:
    source = with_boxes(tmp_path, box(1, 1), box(2, 404), {**box(3, 1), "image_id": None})
    assert [(f.row, f.id, f.reason) for f in faults(source)] == [
        (2, None, "unknown_image"),
        (3, "000000000404", "unknown_image"),
    ]
    assert rows(source, 3) == rows(source)[3:]


def test_images_that_cannot_be_read_are_faults_in_their_place(tmp_path: Path) -> None:
    images: list[Entry] = [image(1), {"file_name": "no id"}, {**image(3), "width": "wide"}, image(4)]
    found = faults(with_boxes(tmp_path, box(1, 1), box(2, 3), images=images))
    assert [(f.row, f.id, f.reason) for f in found] == [
        (1, None, "bad_image_record"),
        (2, "000000000003", "bad_image_record"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [(5, "bad_caption"), (None, "bad_caption"), (["a"], "bad_caption"), ("a " * 50_000, "caption_too_long")],
)
def test_a_caption_that_is_no_text_or_endless_sets_its_image_aside(tmp_path: Path, text: object, reason: str) -> None:
    notes = [caption(1, 1, "A dog."), caption(2, 1, text), caption(3, 2, "A cat.")]
    source = CocoSource(captions=write(tmp_path / "c.json", [image(1), image(2)], notes))
    assert [(f.row, f.reason) for f in faults(source)] == [(0, reason)]
    dropping = source.model_copy(update={"bad_annotations": "drop"})
    first = rows(dropping)[0].item
    assert isinstance(first, Context)
    assert first.captions == ("A dog.",)


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/passwd", "a/../../b.jpg", "C:\\x.jpg", "..\\x.jpg"])
def test_a_path_out_of_the_folder_is_a_fault_with_and_without_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "1.jpg").write_bytes(b"")
    source = with_boxes(tmp_path, images=[image(1), image(2, name)])
    for folder in (None, tmp_path):
        found = faults(source.model_copy(update={"images": folder}))
        assert [(f.row, f.reason) for f in found] == [(1, "path_outside_folder")]


BROKEN = {
    "empty": ("", "is empty"),
    "cut": ('{"images": [], "annotations": [{"id": 1', "line 1, byte"),
    "list": ("[1, 2]", "holds a list"),
    "other": ('{"rows": []}', "it has rows"),
    "no_list": ('{"images": [], "annotations": {"a": 1}}', "not a list"),
    "images_no_list": ('{"images": 5, "annotations": []}', "'images'"),
    "text": ("a dog", "line 1, byte 0"),
    "categories": ('{"images": [], "annotations": [], "categories": [{"id": 1}]}', "'categories'"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("field", ["captions", "instances"])
def test_a_file_that_is_not_coco_is_one_clear_error(tmp_path: Path, kind: str, field: str) -> None:
    path = tmp_path / "given.json"
    path.write_text(BROKEN[kind][0], encoding="utf-8")
    with pytest.raises(SetupError, match=BROKEN[kind][1]) as caught:
        rows(CocoSource.model_validate({field: path}))
    assert str(caught.value).startswith(f"{field}: ")
    assert "given.json" in str(caught.value)
    assert "expected" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_far_into_a_file_is_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coco_json, "STRETCH", 500)
    whole = json.loads(write(tmp_path / "i.json", [image(1)], [box(n, 1) for n in range(50)]).read_text())
    text = json.dumps(whole, indent=1)
    at = text.index('"id": 40')
    (tmp_path / "i.json").write_text(text[:at] + text[at + 1 :])
    line = text[:at].count("\n") + 1
    with pytest.raises(SetupError, match=f"line {line}, byte"):
        rows(CocoSource(instances=tmp_path / "i.json"))


def test_files_given_the_wrong_way_round_are_told(tmp_path: Path) -> None:
    boxes = write(tmp_path / "i.json", [image(1)], [box(1, 1)])
    texts = write(tmp_path / "c.json", [image(1)], [caption(1, 1, "A dog.")])
    with pytest.raises(SetupError, match="is an instances file"):
        rows(CocoSource(captions=boxes))
    with pytest.raises(SetupError, match="is a captions file"):
        rows(CocoSource(instances=texts))


def test_what_cannot_belong_together_is_told(tmp_path: Path) -> None:
    boxes = write(tmp_path / "i.json", [image(1)], [box(1, 1)])
    texts = write(tmp_path / "c.json", [image(2)], [caption(1, 2, "A dog.")])
    with pytest.raises(SetupError, match="share no image id"):
        rows(CocoSource(captions=texts, instances=boxes))
    with pytest.raises(SetupError, match="none of the 1 annotations"):
        rows(with_boxes(tmp_path, box(1, 404)))
    with pytest.raises(SetupError, match="none of the 2 pictures"):
        rows(with_boxes(tmp_path, box(1, 1)).model_copy(update={"images": tmp_path}))
    with pytest.raises(SetupError, match="there is no file"):
        rows(CocoSource(captions=tmp_path / "nowhere.json"))
    with pytest.raises(SetupError, match="is a folder"):
        rows(CocoSource(captions=tmp_path))
    with pytest.raises(SetupError, match=r"images: .* does not exist"):
        rows(CocoSource(captions=texts, images=tmp_path / "nowhere"))


def test_a_block_without_files_or_with_a_misspelt_field_is_told() -> None:
    site = Site("source", Library(()))
    with pytest.raises(SetupError, match="expected captions, instances or both"):
        CocoSource.build({}, site, "source")
    with pytest.raises(SetupError, match="did you mean 'captions'"):
        CocoSource.build({"caption": "x"}, site, "source")
    assert issubclass(CocoSource, Component)
