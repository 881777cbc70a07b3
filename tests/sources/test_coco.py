"""COCO files in; contexts out: pycocotools' facts, in the order and with the filters that the fields say."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

import pytest
from coco_files import Entry, box, caption, contexts, image, rows, write
from hypothesis import given, settings
from hypothesis import strategies as st

from instructgen.errors import SetupError
from instructgen.records import Box, Context, LeftOut
from instructgen.sources import coco_json
from instructgen.sources.coco import CocoSource


@pytest.fixture
def pair(tmp_path: Path) -> CocoSource:
    """Three images: one in both files, one with boxes only, one with captions only."""
    captions = write(
        tmp_path / "captions.json", [image(9), image(7)], [caption(1, 7, "Two cats ."), caption(2, 9, " A  dog ")]
    )
    instances = write(tmp_path / "instances.json", [image(12), image(9)], [box(5, 9), box(6, 12, category=2)])
    return CocoSource(captions=captions, instances=instances)


def test_captions_and_boxes_of_an_image_meet_in_one_context(pair: CocoSource) -> None:
    both = next(c for c in contexts(pair) if c.id == "000000000009")
    assert both.captions == ("A dog",)
    assert both.boxes == (Box(label="dog", x1=0.1, y1=0.1, x2=0.3, y2=0.6, id="5", area=0.0025),)
    assert both.images[0].path == "9.jpg"
    assert (both.images[0].width, both.images[0].height) == (200, 100)


def test_images_in_one_file_only_follow_in_file_order(pair: CocoSource) -> None:
    assert [(c.id, c.row) for c in contexts(pair)] == [
        ("000000000012", 0),
        ("000000000009", 1),
        ("000000000007", 2),
    ]
    by_id = pair.model_copy(update={"order": "id"})
    assert [c.id[-2:] for c in contexts(by_id)] == ["07", "09", "12"]
    assert [c.captions for c in contexts(by_id)] == [("Two cats .",), ("A dog",), ()]


def test_reading_from_a_row_on_gives_the_same_rows(pair: CocoSource) -> None:
    for start in range(5):
        assert rows(pair, start) == rows(pair)[start:]


def test_crowds_and_small_boxes_can_be_left_out(tmp_path: Path) -> None:
    notes = [box(1, 1, crowd=1), box(2, 1, area=400.0), box(3, 1, area=20.0)]
    source = CocoSource(instances=write(tmp_path / "i.json", [image(1)], notes))
    assert [b.crowd for b in contexts(source)[0].boxes] == [True, False, False]
    assert [b.id for b in contexts(source.model_copy(update={"crowds": "drop"}))[0].boxes] == ["2", "3"]
    assert [b.id for b in contexts(source.model_copy(update={"min_area": 0.01}))[0].boxes] == ["2"]


def test_without_an_outline_the_box_itself_counts_as_its_area(tmp_path: Path) -> None:
    note = {k: v for k, v in box(1, 1).items() if k in ("id", "image_id", "bbox", "category_id")}
    source = CocoSource(instances=write(tmp_path / "i.json", [image(1)], [note]), min_area=0.09)
    assert contexts(source)[0].boxes[0].area is None
    assert contexts(source.model_copy(update={"min_area": 0.11}))[0].boxes == ()


def test_repeated_and_empty_captions_are_dropped(tmp_path: Path) -> None:
    texts = ["A dog.", "A dog. ", " ", "A cat."]
    notes = [caption(n, 1, text) for n, text in enumerate(texts)]
    source = CocoSource(captions=write(tmp_path / "c.json", [image(1)], notes))
    assert contexts(source)[0].captions == ("A dog.", "A cat.")


def test_source_fields_are_carried_along(tmp_path: Path) -> None:
    images: list[Entry] = [{**image(1), "license": 3, "coco-url": "http://x/1"}, image(2)]
    source = CocoSource(captions=write(tmp_path / "c.json", images, []), keep=("license", "coco-url", "width"))
    assert [row.kept for row in rows(source)] == [
        {"license": 3, "coco-url": "http://x/1", "width": 200},
        {"license": None, "coco-url": None, "width": 200},
    ]


def test_images_under_other_licences_are_left_out_and_counted_as_such(tmp_path: Path) -> None:
    images: list[Entry] = [{**image(n), "license": n} for n in (1, 4, 5)] + [image(6)]
    file = write(tmp_path / "c.json", images, [])
    source = CocoSource(captions=file, where={"license": (4, 5)}, keep=("license",))
    found = rows(source)
    assert [row.item.filter if isinstance(row.item, LeftOut) else None for row in found] == [
        "license", None, None, "license",
    ]  # fmt: skip
    assert [row.kept["license"] for row in found] == [1, 4, 5, None]
    assert [row.item.row for row in rows(CocoSource(captions=file, where={"license": (4,)}), 1)] == [1, 2, 3]


def test_a_licence_that_the_file_does_not_list_is_a_mistake(tmp_path: Path) -> None:
    file = write(tmp_path / "c.json", [{**image(1), "license": 4}], [])
    whole = json.loads(file.read_text()) | {"licenses": [{"id": 4, "name": "Attribution License", "url": "u"}]}
    file.write_text(json.dumps(whole))
    source = CocoSource(captions=file, where={"license": (4, 9)})
    with pytest.raises(SetupError, match=r"where.license: the file lists no licence 9; it has 4 \(Attribution License"):
        rows(source)
    assert len(rows(source.model_copy(update={"where": {"license": (4,)}}))) == 1


def test_pictures_of_2014_are_found_and_missing_ones_treated_as_the_recipe_says(tmp_path: Path) -> None:
    folder = tmp_path / "train2014"
    folder.mkdir()
    name = "COCO_train2014_000000000009.jpg"
    (folder / name).write_bytes(b"")
    captions = write(tmp_path / "c.json", [image(9, name), image(10, "gone.jpg")], [])
    source = CocoSource(captions=captions, images=folder)
    found = [row.item for row in rows(source)]
    assert isinstance(found[0], Context)
    assert found[0].images[0].path == name
    assert getattr(found[1], "reason", None) == "missing_image"
    left_out = rows(source.model_copy(update={"missing_images": "leave_out"}))[1].item
    assert left_out == LeftOut(row=1, id="000000000010", filter="missing_image")
    assert len(contexts(source.model_copy(update={"missing_images": "keep"}))) == 2
    assert source.image_root() == folder


def test_string_ids_stand_as_they_are(tmp_path: Path) -> None:
    source = CocoSource(instances=write(tmp_path / "i.json", [image("b"), image("a")], [box(1, "a")]), order="id")
    assert [(c.id, len(c.boxes)) for c in contexts(source)] == [("a", 1), ("b", 0)]


def test_the_stamp_changes_with_a_file(pair: CocoSource) -> None:
    before = pair.stamp()
    assert set(before) == {"captions", "instances"}
    assert pair.instances is not None
    pair.instances.write_text("{}", encoding="utf-8")
    assert pair.stamp()["instances"] != before["instances"]
    assert pair.stamp()["captions"] == before["captions"]


@pytest.mark.parametrize("keys", [("images", "annotations", "categories"), ("annotations", "categories", "images")])
@pytest.mark.parametrize("indent", [None, 2])
def test_stretches_give_what_one_piece_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], indent: int | None
) -> None:
    path = write(tmp_path / "i.json", [image(n) for n in range(40)], [_awkward(n) for n in range(300)])
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: whole[key] for key in keys}, indent=indent), encoding="utf-8")
    source = CocoSource(instances=path)
    in_one_piece = rows(source)
    for size in (1, 100, 1000):
        monkeypatch.setattr(coco_json, "STRETCH", size)
        assert rows(source) == in_one_piece
    assert sum(len(c.boxes) for c in contexts(source)) == 300


def _awkward(number: int) -> Entry:
    """Give a box with text that looks like the border between two annotations, and nested objects."""
    more: Entry = {"note": '"annotations": [}, {"id": 1}, {', "parts": [{"a": 1}, {"b": [{}, {}]}]}
    return {**box(number, number % 40), **(more if number % 3 else {})}


Numbers = st.floats(0.01, 1.0)


@st.composite
def _sets(draw: st.DrawFn) -> tuple[list[Entry], list[Entry], list[Entry]]:
    ids = draw(st.lists(st.integers(0, 10**12), min_size=1, max_size=6, unique=True))
    images = [image(n, wide=draw(st.integers(1, 5000)), high=draw(st.integers(1, 5000))) for n in ids]
    of = {i["id"]: i for i in images}
    boxes = []
    for number in range(draw(st.integers(0, 12))):
        owner = draw(st.sampled_from(ids))
        wide, high = of[owner]["width"], of[owner]["height"]
        assert isinstance(wide, int) and isinstance(high, int)
        w, h = wide * draw(Numbers), high * draw(Numbers)
        x, y = (wide - w) * draw(st.floats(0, 1)), (high - h) * draw(st.floats(0, 1))
        boxes.append(box(number, owner, x, y, w, h, category=draw(st.integers(1, 2)), crowd=draw(st.integers(0, 1))))
    texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
    captions = [caption(n, draw(st.sampled_from(ids)), draw(texts)) for n in range(draw(st.integers(0, 8)))]
    return images, boxes, captions


@settings(max_examples=40)
@given(_sets())
def test_facts_are_those_that_pycocotools_gives(made: tuple[list[Entry], list[Entry], list[Entry]]) -> None:
    from pycocotools.coco import COCO

    images, boxes, captions = made
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        instances = write(Path(folder) / "i.json", images, boxes)
        texts = write(Path(folder) / "c.json", images, captions, names=())
        theirs, their_texts = COCO(str(instances)), COCO(str(texts))
        ours = contexts(CocoSource(captions=texts, instances=instances))
    assert [int(c.id) for c in ours] == list(theirs.imgs)
    for context in ours:
        number = int(context.id)
        wide, high = theirs.imgs[number]["width"], theirs.imgs[number]["height"]
        notes = theirs.loadAnns(theirs.getAnnIds(imgIds=[number]))
        assert [b.id for b in context.boxes] == [str(n["id"]) for n in notes]
        for found, note in zip(context.boxes, notes, strict=True):
            x, y, w, h = note["bbox"]
            assert found.label == theirs.cats[note["category_id"]]["name"]
            assert found.crowd == bool(note["iscrowd"])
            expected = (x / wide, y / high, (x + w) / wide, (y + h) / high)
            assert (found.x1, found.y1, found.x2, found.y2) == pytest.approx(expected, abs=0.000501)
            assert all(round(v, 3) == v for v in (found.x1, found.y1, found.x2, found.y2))
        said = their_texts.loadAnns(their_texts.getAnnIds(imgIds=[number]))
        assert len(context.captions) <= len(said)
