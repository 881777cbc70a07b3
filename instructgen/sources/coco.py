"""COCO captions and instances JSON of any year in; one context an image out.

What is wrong with an annotation makes its image a fault by default: a context that lacks one of its boxes would be
read as a picture without that thing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from instructgen.component import PLACEMENT, Component
from instructgen.errors import RecordError, SetupError
from instructgen.records import Context, Fault, LeftOut, Row, Scalar
from instructgen.text import clean

from .coco_columns import THOUSANDTHS
from .coco_json import Id, ImageRecord, record_type
from .coco_merge import Broken
from .coco_set import Collection, Defect, collect
from .files import need_file, need_folder, stamps
from .pictures import ImageFolder
from .rows import Where, barred, texts_of

_BLOCK = 512
"""Images whose boxes are brought from columns to objects at a time: the fewer, the less memory; below this slower."""


class CocoSource(Component):
    """Reads COCO annotations: captions, boxes, or both, with or without the pictures."""

    name: ClassVar[str] = "coco"
    version: ClassVar[int] = 1

    captions: Annotated[Path | None, PLACEMENT] = None
    """Captions JSON, such as captions_train2017.json. It or ``instances`` is required."""
    instances: Annotated[Path | None, PLACEMENT] = None
    """Instances JSON, such as instances_train2017.json: boxes and their categories."""
    images: Annotated[Path | None, PLACEMENT] = None
    """Folder with the pictures that ``file_name`` names. Without it, names are taken as they stand, unchecked."""
    order: Literal["file", "id"] = "file"
    """Order of the images: as the instances file lists them, then those only in the captions file; or by id."""
    crowds: Literal["keep", "drop"] = "keep"
    """Whether boxes around uncounted groups (``iscrowd``) are kept, marked as such, or left out."""
    min_area: float = Field(default=0.0, ge=0.0, le=1.0)
    """Leave out boxes whose outline (or box, where no ``area`` is given) covers less than this share of the image."""
    keep: tuple[str, ...] = ()
    """Fields of the image record to carry along to the exports, such as license and coco_url."""
    where: Where | None = None
    """Leave out images with other values than these in a field of their record: ``{license: [4, 5, 7, 8]}``."""
    bad_annotations: Literal["set_aside", "drop"] = "set_aside"
    """What an annotation that cannot be used does (a box outside the picture or without size, an unknown category, an
    annotation id repeated within an image, a caption that is no text or too long): ``set_aside`` makes its image a
    fault; ``drop`` leaves it out, and counts it as a fault of its own after the last image."""
    missing_images: Literal["fault", "leave_out", "keep"] = "fault"
    """What becomes of a record whose picture is not in ``images``: a fault, left out, or kept all the same."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    @model_validator(mode="after")
    def _one_file_at_least(self) -> Self:
        if self.captions is None and self.instances is None:
            raise ValueError("expected captions, instances or both, COCO annotation files (--set source.captions=FILE)")
        return self

    def read(self, start: int) -> Iterator[Row]:
        """Give one row an image, then one for each annotation that belongs to none (and each that was dropped)."""
        for field in ("captions", "instances"):
            path = getattr(self, field)
            if path is not None:
                need_file(path, field, "a COCO annotation file (JSON)")
        if self.images is not None:
            need_folder(self.images, "images", "the folder with the pictures that 'file_name' names")
        found = collect(
            self.captions,
            self.instances,
            record_type(self.read_fields()),
            self.order,
            self.longest_caption,
        )
        self._need_licenses(found)
        return _Rows(self, found).read(start)

    def read_fields(self) -> list[str]:
        """Give the fields of an image record that are to be read, beside those that every one has."""
        return list(dict.fromkeys((*self.keep, *(self.where or ()))))

    def _need_licenses(self, found: Collection) -> None:
        """See that the file lists the licences that are allowed: an id of another list would leave all out."""
        known = set(map(str, found.licenses))
        wrong = [str(number) for number in (self.where or {}).get("license", ()) if str(number) not in known]
        if known and wrong:
            listed = ", ".join(f"{number} ({name})" for number, name in found.licenses.items())
            raise SetupError(f"where.license: the file lists no licence {', '.join(wrong)}; it has {listed}")

    def stamp(self) -> dict[str, str]:
        """Give size and time of the files, and entries and time of the folder."""
        return stamps(captions=self.captions, instances=self.instances, images=self.images)

    def image_root(self) -> Path | None:
        """Give the folder with the pictures."""
        return self.images


class _Rows:
    """Turns a collection into rows."""

    def __init__(self, source: CocoSource, found: Collection) -> None:
        self._source = source
        self._found = found
        self._folder = ImageFolder(source.images)
        self._labels = [clean(label) for label in found.labels]
        own = ImageRecord.__struct_fields__
        self._attributes = {f: f if f in own else f"kept_{n}" for n, f in enumerate(source.read_fields())}
        self._allowed = texts_of(source.where)
        drop = source.bad_annotations == "drop"
        self._loose: list[Defect] = []
        self._spoilt: dict[int, Defect] = {}
        for defect in found.defects:
            if defect.place < 0 or (drop and defect.reason != "no_image_size"):
                self._loose.append(defect)
            else:
                self._spoilt.setdefault(defect.place, defect)

    def read(self, start: int) -> Iterator[Row]:
        entries = self._found.entries
        self._need_pictures()
        for first in range(start, len(entries), _BLOCK):
            last = min(first + _BLOCK, len(entries))
            boxes, box_ends = self._boxes(first, last)
            texts, text_ends = self._texts(first, last)
            box_at = text_at = 0
            for place, box_end, text_end in zip(range(first, last), box_ends, text_ends, strict=True):
                yield self._row(place, boxes[box_at:box_end], texts[text_at:text_end])
                box_at, text_at = box_end, text_end
        for row in range(max(start, len(entries)), len(entries) + len(self._loose)):
            yield Row(self._fault(row, self._loose[row - len(entries)]), {})

    def _row(self, place: int, boxes: list[dict[str, object]], texts: list[str | None]) -> Row:
        entry = self._found.entries[place]
        if isinstance(entry, Broken):
            return Row(Fault(row=place, id=_name(entry.id), reason=entry.reason, detail=entry.detail), {})
        kept: dict[str, Scalar] = {name: getattr(entry, self._attributes[name]) for name in self._source.keep}
        name = _name(entry.id)
        if wrong := barred(self._allowed, lambda field: getattr(entry, self._attributes[field])):
            return Row(LeftOut(row=place, id=name or "", filter=wrong), kept)
        try:
            image = self._image(entry)
            if place in self._spoilt:
                return Row(self._fault(place, self._spoilt[place]), kept)
            captions = list(dict.fromkeys(filter(None, [clean(t) for t in texts if t is not None])))
            item = Context.model_validate(
                {"id": name, "row": place, "images": (image,), "captions": captions, "boxes": boxes}
            )
            return Row(item, kept)
        except RecordError as error:
            if error.reason == "missing_image" and self._source.missing_images == "leave_out":
                return Row(LeftOut(row=place, id=name or "", filter="missing_image"), kept)
            return Row(Fault(row=place, id=name, reason=error.reason, detail=error.detail), kept)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = ".".join(map(str, first["loc"]))
            return Row(Fault(row=place, id=name, reason="invalid_record", detail=f"{at}: {first['msg']}"), kept)

    def _image(self, entry: ImageRecord) -> dict[str, object]:
        wide, high = entry.width, entry.height
        if (wide is not None and not wide > 0) or (high is not None and not high > 0):
            why = f"image {entry.id!r} has width {wide} and height {high}; expected both above zero"
            raise RecordError("zero_size_image", why)
        if entry.file_name is None:
            if entry.coco_url is None:
                raise RecordError("missing_image", f"image {entry.id!r} has neither file_name nor coco_url")
            return {"url": entry.coco_url, "width": wide, "height": high}
        try:
            path = self._folder.place(entry.file_name)
        except RecordError as error:
            if error.reason != "missing_image" or self._source.missing_images != "keep":
                raise
            path = entry.file_name
        return {"path": path, "width": wide, "height": high}

    def _boxes(self, first: int, last: int) -> tuple[list[dict[str, object]], list[int]]:
        """Give the boxes of some images, and where each image's end."""
        found, source = self._found, self._source
        at = found.boxes_at.span(first, last)
        keep = found.usable[at]
        if source.crowds == "drop":
            keep = keep & ~found.crowds[at]
        if source.min_area > 0:
            corners, area = found.shares.corners[at] / 1000, found.shares.areas[at]
            whole = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
            keep = keep & (np.where(np.isnan(area), whole, area) >= source.min_area)
        counts = np.concatenate([[0], np.cumsum(keep)])
        ends = counts[found.boxes_at.starts[first + 1 : last + 1] - found.boxes_at.starts[first]]
        at = at[keep]
        x1, y1, x2, y2 = THOUSANDTHS[found.shares.corners[at].T].tolist()
        area = found.shares.areas[at]
        areas: list[float | None] = area.tolist()
        if np.isnan(area).any():
            areas = [None if a is None or a != a else a for a in areas]
        labels, ids = self._labels, found.box_ids.values
        boxes: list[dict[str, object]] = [
            {"label": labels[c], "x1": a, "y1": b, "x2": d, "y2": e, "id": str(ids[n]) or None, "crowd": g, "area": h}
            for c, a, b, d, e, n, g, h in zip(
                found.categories[at].tolist(), x1, y1, x2, y2,
                at.tolist(), found.crowds[at].tolist(), areas, strict=True,
            )
        ]  # fmt: skip
        return boxes, ends.tolist()

    def _texts(self, first: int, last: int) -> tuple[list[str | None], list[int]]:
        """Give the captions of some images, and where each image's end."""
        at, texts = self._found.texts_at, self._found.texts
        longest = self._source.longest_caption
        chosen = [texts[n] for n in at.span(first, last).tolist()]
        ends: list[int] = (at.starts[first + 1 : last + 1] - at.starts[first]).tolist()
        return [None if t is None or len(t) > longest else t for t in chosen], ends

    def _fault(self, row: int, defect: Defect) -> Fault:
        return Fault(row=row, id=_name(defect.image), reason=defect.reason, detail=defect.detail)

    def _need_pictures(self) -> None:
        """See that at least one picture is there: with none, the folder is the wrong one."""
        names = [e.file_name for e in self._found.entries if isinstance(e, ImageRecord) and e.file_name is not None]
        folder, root = self._folder, self._source.images
        if root is None or self._source.missing_images == "keep" or not names or any(map(folder.holds, names)):
            return
        raise SetupError(f"images: none of the {len(names)} pictures is in {root}; expected to find {names[0]!r} there")


def _name(number: Id | None) -> str | None:
    """Give the context id: twelve digits for a number, as in LLaVA's files; a string as it stands."""
    return f"{number:012d}" if isinstance(number, int) else number
