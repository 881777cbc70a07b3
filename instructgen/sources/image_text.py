"""Rows of picture and text in, from JSON lines, CSV, Parquet or Hugging Face datasets; one context a row out.

A file of contexts as instructgen itself writes them (id, images, captions, boxes, passages) needs no options.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from instructgen.component import PLACEMENT, Component, did_you_mean
from instructgen.errors import RecordError, SetupError
from instructgen.records import Row

from . import columns
from .files import need_folder, stamps
from .pictures import ImageFolder
from .row_files import Reading, csv_records, json_records
from .rows import EVERY, Numbered, Where, block_start, numbered, peeked, to_rows
from .tables import dataset_records, hub_dataset, is_saved_dataset, parquet_records, saved_dataset

IMAGE = ("images", "image", "image_path", "file_name", "path")
URL = ("url", "URL", "image_url")
CAPTIONS = ("captions", "caption", "text", "TEXT")
BOXES = ("boxes", "instances", "objects")
PASSAGES = ("passages", "ocr")

_SHAPES = 100
"""Shapes of rows, by the columns they have, that are remembered at a time."""
_PATTERNS = ("*.parquet", "*.jsonl", "*.jsonl.gz", "*.csv", "*.tsv")
_TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz")


class _Plan(NamedTuple):
    """Which columns of a row hold what."""

    image: str | None
    url: str | None
    captions: tuple[str, ...]
    boxes: str | None
    passages: tuple[str, ...]


class ImageTextSource(Component):
    """Reads rows of picture and text: JSON lines, CSV, Parquet, or a Hugging Face dataset."""

    name: ClassVar[str] = "image_text"
    version: ClassVar[int] = 1

    files: Annotated[tuple[Path, ...], PLACEMENT] = ()
    """One or more files, by name or pattern (``data/*.parquet``): .jsonl or .json, .csv or .tsv with a header line
    (these also as .gz), .parquet; or a folder of such files; or a folder that ``save_to_disk`` wrote."""
    hub: Annotated[str | None, PLACEMENT] = None
    """Name of a dataset on the Hugging Face Hub, such as owner/name, in place of ``files``."""
    subset: str | None = None
    """Configuration of the dataset on the Hub."""
    split: str | None = None
    """Split of a Hugging Face dataset; not needed when there is one. From the Hub, ``train`` when not given."""
    images: Annotated[Path | None, PLACEMENT] = None
    """Folder that paths of pictures are relative to. Without it, they are taken as they stand, unchecked."""
    id: str = "id"
    """Column with the record's id; a row that lacks it is named by its content's digest."""
    image: str | None = None
    """Column with path or URL of the picture, or an object with ``path`` or ``url``, or a list of these. Unless given:
    the first that a row has of images, image, image_path, file_name, path. When given, a row without it is a fault.
    Pictures held as bytes are not read: they need a path."""
    url: str | None = None
    """Column with the picture's address. Unless given: the first of url, URL, image_url."""
    captions: tuple[str, ...] = ()
    """Columns with captions, each a text or a list. Unless given: the first of captions, caption, text, TEXT."""
    boxes: str | None = None
    """Column with boxes: a list of objects with label (or category, name, class) and x1, y1, x2, y2 or bbox.
    Unless given: the first of boxes, instances, objects."""
    box_format: columns.BoxFormat = "corners01"
    """What the four numbers are: corners or x, y, width, height; in shares of the image or in pixels."""
    width: str = "width"
    """Column with the picture's width in pixels; needed for boxes in pixels."""
    height: str = "height"
    """Column with the picture's height in pixels."""
    passages: tuple[str, ...] = ()
    """Columns with further texts, such as OCR lines: texts or objects with text, kind, box, seconds, or lists of
    these. Unless given: passages, ocr."""
    keep: tuple[str, ...] = ()
    """Columns to carry along to the exports; ``["*"]``: all that hold texts, numbers or truth values."""
    where: Where | None = None
    """Leave out records with other values than these, by column: ``{license: [cc0, cc-by]}``."""
    missing_images: Literal["fault", "leave_out", "keep"] = "fault"
    """What becomes of a row whose picture is not in ``images``: a fault, left out, or kept all the same."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    @model_validator(mode="before")
    @classmethod
    def _lists_of_one(cls, block: object) -> object:
        """Let one name stand for a list of one."""
        if isinstance(block, dict):
            names = ("files", "captions", "passages", "keep")
            return block | {k: [block[k]] for k in names if isinstance(block.get(k), str | Path)}
        return block

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if bool(self.files) == bool(self.hub):
            raise ValueError("expected either files or hub")
        return self

    def read(self, start: int) -> Iterator[Row]:
        """Give one row a record, files in the order given (those of a pattern sorted)."""
        if self.images is not None:
            need_folder(self.images, "images", "the folder that paths of pictures are relative to")
        first = block_start(start)
        names, records = peeked(self._records(first), first, "files" if self.files else "hub")
        self._need_columns(names)
        reader = _Reader(self)
        leave_out = {"missing_image"} if self.missing_images == "leave_out" else set()
        return to_rows(records, start, reader.own_id, reader.facts, self.keep, columns.scalar, leave_out, self.where)

    def stamp(self) -> dict[str, str]:
        """Give size and time of each file; of a dataset on the Hub only its name."""
        files = {f"files[{n}]": path for n, path in enumerate(self._found())}
        of_hub = {"hub": f"{self.hub} {self.subset or ''} {self.split or ''}".strip()} if self.hub else {}
        return {**stamps(**files, images=self.images), **of_hub}

    def image_root(self) -> Path | None:
        """Give the folder that paths are relative to."""
        return self.images

    def _found(self) -> list[Path]:
        """Give the files and saved datasets that ``files`` names; raises SetupError when one is not there."""
        found: list[Path] = []
        for path in self.files:
            if path.is_file() or is_saved_dataset(path):
                found.append(path)
                continue
            folder, patterns = (path, _PATTERNS) if path.is_dir() else _glob(path)
            inside = sorted(p for pattern in patterns for p in folder.glob(pattern))
            if not inside:
                raise SetupError(f"files: there is no {path}; expected {', '.join(_PATTERNS)} or a saved dataset")
            found += inside
        return found

    def _records(self, first: int) -> Iterator[Numbered]:
        if self.hub:
            load = hub_dataset(self.hub, self.subset, self.split or "train")
            hub = self.hub
            return numbered([Path(hub)], first, lambda _, skip: dataset_records(hub, load, None, skip, self._choose))
        return numbered(self._found(), first, self._reading)

    def _reading(self, path: Path, skip: int) -> Reading:
        if path.is_dir():
            return dataset_records(str(path), saved_dataset(path), self.split, skip, self._choose)
        if path.suffix == ".parquet":
            return parquet_records(path, skip, self._choose)
        return csv_records(path, skip) if path.name.endswith(_TEXT_ENDINGS) else json_records(path, skip)

    def _choose(self, names: Sequence[str]) -> list[str]:
        """Give the columns to read of those that a table has."""
        self._need_columns(set(names))
        plan = _planned(self, names)
        wanted = [self.id, plan.image, plan.url, *plan.captions, plan.boxes, *plan.passages, self.width, self.height]
        return [name for name in names if EVERY in self.keep or name in {*wanted, *self.keep, *(self.where or ())}]

    def _need_columns(self, names: set[str]) -> None:
        """Raise SetupError for a field that names a column that is not there, and for rows without any known one."""
        own = {"image": [self.image], "url": [self.url], "captions": self.captions, "boxes": [self.boxes]}
        own |= {"passages": self.passages, "keep": self.keep, "where": tuple(self.where or ())}
        own |= {n: [getattr(self, n)] for n in ("id", "width", "height") if n in self.model_fields_set}
        for field, columns_named in own.items():
            for column in columns_named:
                if names and column not in (None, EVERY) and column not in names:
                    raise SetupError(f"{field}: the rows have no column '{column}'{did_you_mean(column, list(names))}")
        if names and _planned(self, tuple(names)) == (None, None, (), None, ()):
            found = ", ".join(sorted(names)[:12])
            raise SetupError(f"files: the rows have only {found}; say which columns are image, captions, boxes")


class _Reader:
    """Reads the columns of one row."""

    def __init__(self, source: ImageTextSource) -> None:
        self._source = source
        self._folder = ImageFolder(source.images)
        self._strict = source.missing_images != "keep"
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def own_id(self, record: Mapping[str, object]) -> str | None:
        """Give a row's own id, if it has one."""
        return columns.own_id(record.get(self._source.id))

    def facts(self, record: Mapping[str, object]) -> columns.Facts:
        """Give the fields of a row's context."""
        source = self._source
        plan = self._plan(tuple(record))
        wide, high = columns.whole(record.get(source.width)), columns.whole(record.get(source.height))
        picture = record.get(plan.image) if plan.image else None
        url = record.get(plan.url) if plan.url else None
        if source.image is not None and picture in (None, ""):
            raise RecordError("no_image", f"expected a path or URL in the column '{source.image}'")
        pictures = columns.images(picture, url, self._folder, wide, high, self._strict)
        facts: columns.Facts = {
            "images": pictures,
            "captions": columns.captions([record.get(name) for name in plan.captions], source.longest_caption),
        }
        if plan.boxes:
            facts["boxes"] = columns.boxes(record.get(plan.boxes), source.box_format, wide, high)
        if plan.passages:
            facts["passages"] = columns.passages((name, record.get(name)) for name in plan.passages)
        return facts

    def _plan(self, names: tuple[str, ...]) -> _Plan:
        plan = self._plans.get(names)
        if plan is None:
            if len(self._plans) > _SHAPES:  # rows of ever other shapes
                self._plans.clear()
            plan = self._plans[names] = _planned(self._source, names)
        return plan


def _planned(source: ImageTextSource, names: Sequence[str]) -> _Plan:
    """Settle which columns hold what in rows with these columns."""

    def first(own: str | None, known: tuple[str, ...]) -> str | None:
        return own or next((name for name in known if name in names), None)

    caption = first(None, CAPTIONS)
    return _Plan(
        image=first(source.image, IMAGE),
        url=first(source.url, URL),
        captions=source.captions or ((caption,) if caption else ()),
        boxes=first(source.boxes, BOXES),
        passages=source.passages or tuple(name for name in PASSAGES if name in names),
    )


def _glob(path: Path) -> tuple[Path, tuple[str, ...]]:
    """Split a path with a pattern into the folder before it and the pattern."""
    parts = path.parts
    at = next((n for n, part in enumerate(parts) if any(c in part for c in "*?[")), len(parts))
    return (Path(*parts[:at]), (str(Path(*parts[at:])),)) if at < len(parts) else (path, ())
