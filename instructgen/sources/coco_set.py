"""A captions and an instances file in; one collection out: images in order, columns of boxes and captions, defects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from instructgen.errors import SetupError

from .coco_columns import FINE, NO_SIZE, UNKNOWN_CATEGORY, Boxes, Captions, Groups, IdColumn, Ints, Shares, to_shares
from .coco_json import BoxNote, CaptionNote, CocoFile, Id, ImageRecord, OddNote, read_coco
from .coco_merge import Entry, merge, sizes


class Defect(NamedTuple):
    """An annotation that cannot be used. ``place`` is -1 where its image is in neither file."""

    place: int
    image: Id | None
    reason: str
    detail: str


@dataclass
class Collection:
    """All that the files say; an image's place is its raw number."""

    entries: list[Entry]
    labels: list[str]
    shares: Shares
    """Corners and area of each box."""
    categories: Ints
    """Index into ``labels`` of each box."""
    crowds: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    """Whether each box can be used."""
    box_ids: IdColumn
    boxes_at: Groups
    texts: list[str | None]
    texts_at: Groups
    defects: list[Defect]
    """In file order, those of boxes first."""
    licenses: dict[Id, str]
    """Names of the images' licences by id."""


def collect(
    captions: Path | None, instances: Path | None, image: type[ImageRecord], order: Literal["file", "id"], longest: int
) -> Collection:
    """Read both files; a caption longer than ``longest`` characters is a defect. Raises SetupError."""
    boxes, texts = Boxes(), Captions()
    files = []
    if instances is not None:
        files.append(_read_boxes(instances, image, boxes))
    if captions is not None:
        files.append(_read_captions(captions, image, texts))
    labels, index_of = _labels(files[0].names if instances is not None else {})
    entries, place_of = merge(files, order)
    places, text_places = boxes.images.places(place_of), texts.images.places(place_of)
    _need_known(instances, "instances", places)
    _need_known(captions, "captions", text_places)
    categories = boxes.categories.places(index_of)
    if len(places) and not labels:
        raise SetupError(f"instances: {instances} has boxes but no 'categories'; expected a list of id and name")
    shares = to_shares(boxes.numbers(), places, sizes(entries))
    verdicts = shares.verdicts
    verdicts[(categories < 0) & (verdicts == FINE)] = UNKNOWN_CATEGORY
    repeats = _repeats(boxes.ids, places)
    usable = (verdicts == FINE) & (places >= 0)
    usable[list(repeats)] = False
    defects = [
        *_odd(boxes.odd, place_of, "bad_box"),
        *_box_defects(boxes, places, verdicts, repeats),
        *_odd(texts.odd, place_of, "bad_caption"),
        *_caption_defects(texts, text_places, longest),
    ]
    return Collection(
        entries=entries,
        labels=labels,
        shares=shares,
        categories=categories,
        crowds=np.frombuffer(boxes.crowds, np.bool_),
        usable=usable,
        box_ids=boxes.ids,
        boxes_at=Groups.of(places, len(entries)),
        texts=texts.texts,
        texts_at=Groups.of(text_places, len(entries)),
        defects=defects,
        licenses={number: name for file in files for number, name in file.licenses.items()},
    )


def _read_boxes(path: Path, image: type[ImageRecord], boxes: Boxes) -> CocoFile:
    def take(notes: list[BoxNote | OddNote]) -> None:
        kinds = {(n.bbox is not None, n.caption is not None) for n in notes[:100] if isinstance(n, BoxNote)}
        if kinds == {(False, True)}:
            raise SetupError(f"instances: {path} is a captions file; name it as 'captions', and here an instances file")
        boxes.take(notes)

    return read_coco(path, "instances", image, BoxNote, take)


def _read_captions(path: Path, image: type[ImageRecord], captions: Captions) -> CocoFile:
    def take(notes: list[CaptionNote | OddNote]) -> None:
        kinds = {(n.bbox is not None, n.caption is not None) for n in notes[:100] if isinstance(n, CaptionNote)}
        if kinds == {(True, False)}:
            raise SetupError(f"captions: {path} is an instances file; name it as 'instances', and here a captions file")
        captions.take(notes)

    return read_coco(path, "captions", image, CaptionNote, take)


def _labels(names: Mapping[Id, str]) -> tuple[list[str], dict[Id, int]]:
    """Give the distinct category names, and the index of each category id's name among them."""
    labels = list(dict.fromkeys(names.values()))
    index = {label: n for n, label in enumerate(labels)}
    return labels, {number: index[name] for number, name in names.items()}


def _need_known(path: Path | None, what: str, places: Ints) -> None:
    if len(places) and not (places >= 0).any():
        raise SetupError(
            f"{what}: none of the {len(places)} annotations in {path} has an image_id that 'images' lists; "
            "expected the ids of the images in the same file"
        )


def _repeats(ids: IdColumn, places: Ints) -> dict[int, Id]:
    """Give the positions of annotations whose id an earlier one of the same image has."""
    values = ids.values
    if not isinstance(values, list):
        ordered = np.sort(np.frombuffer(values, np.int64))
        if not (ordered[1:] == ordered[:-1]).any():
            return {}
    seen: set[tuple[int, Id]] = set()
    found: dict[int, Id] = {}
    for position, (place, number) in enumerate(zip(places.tolist(), values, strict=True)):
        if number != "" and (place, number) in seen:
            found[position] = number
        seen.add((place, number))
    return found


def _box_defects(
    boxes: Boxes, places: Ints, verdicts: NDArray[np.uint8], repeats: Mapping[int, Id]
) -> Iterator[Defect]:
    wrong = (verdicts != FINE) | (places < 0)
    wrong[list(repeats)] = True
    for at in np.nonzero(wrong)[0].tolist():
        place, image, number = int(places[at]), boxes.images.values[at], boxes.ids.values[at]
        name = f"annotation {number!r} of image {image!r}"
        if place < 0:
            yield Defect(-1, image, "unknown_image", f"{name}: expected an image_id that 'images' lists")
        elif at in repeats:
            yield Defect(place, image, "duplicate_annotation", f"{name}: an earlier box of the image has the same id")
        elif verdicts[at] == UNKNOWN_CATEGORY:
            category = boxes.categories.values[at]
            yield Defect(place, image, "unknown_category", f"{name}: 'categories' does not list {category!r}")
        elif verdicts[at] == NO_SIZE:
            why = f"{name}: a box in pixels needs the image's width and height"
            yield Defect(place, image, "no_image_size", why)
        else:
            why = f"{name}: expected bbox [x, y, width, height] of finite numbers, some of it inside the picture"
            yield Defect(place, image, "bad_box", why)


def _caption_defects(captions: Captions, places: Ints, longest: int) -> Iterator[Defect]:
    ids = captions.images.values
    for at in np.nonzero(places < 0)[0].tolist():
        why = f"a caption of image {ids[at]!r}: expected an image_id that 'images' lists"
        yield Defect(-1, ids[at], "unknown_image", why)
    for at, text in enumerate(captions.texts):
        if text is not None and len(text) <= longest:
            continue
        if text is None and places[at] >= 0:
            yield Defect(int(places[at]), ids[at], "bad_caption", f"a caption of image {ids[at]!r}: expected a text")
        elif text is not None and places[at] >= 0:
            why = f"a caption of image {ids[at]!r} has {len(text)} characters; expected at most {longest}"
            yield Defect(int(places[at]), ids[at], "caption_too_long", why)


def _odd(notes: Sequence[OddNote], place_of: Mapping[Id, int], reason: str) -> Iterator[Defect]:
    for note in notes:
        place = -1 if note.image_id is None else place_of.get(note.image_id, -1)
        yield Defect(place, note.image_id, reason if place >= 0 else "unknown_image", note.why)
