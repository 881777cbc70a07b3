"""A Hugging Face dataset on this disk in, with pictures in its files or beside them; one context a row out."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr

from instructgen.component import PLACEMENT, Component, did_you_mean
from instructgen.errors import RecordError, SetupError
from instructgen.records import Row

from . import columns, conversations
from .files import need_folder, stamps_of
from .hf_files import INSIDE, Layout, data_files, records, schema_of
from .pictures import ImageFolder
from .rows import EVERY, Where, block_start, numbered, to_rows

PICTURES = ("image", "img", "picture", "photo", "jpg", "jpeg", "png", "webp")
"""Columns that hold a picture, or its path."""
PATHS = ("image_path", "img_path", "file_name", "filename", "path")
CAPTIONS = ("captions", "caption", "text", "TEXT", "txt", "alt_text")
IDS = ("id", "image_id", "__key__", "key")


class HfDatasetSource(Component):
    """Reads a Hugging Face dataset on this disk: Parquet files, or a folder that ``save_to_disk`` wrote."""

    name: ClassVar[str] = "hf_dataset"
    version: ClassVar[int] = 1

    dataset: Annotated[Path, PLACEMENT]
    """The folder (Parquet files in folders below it count too), or one Parquet file."""
    split: str | None = None
    """Which split; not needed when there is one."""
    image: str | None = None
    """Column with the picture: bytes, a struct of bytes and path as of the library's ``Image`` type, or a path or URL.
    Unless given, it is told by type and name."""
    images: Annotated[Path | None, PLACEMENT] = None
    """Folder that paths of pictures are relative to, where pictures are not in the files; else the dataset's folder."""
    id: str | None = None
    """Column with the record's id; unless given, the first of id, image_id, __key__, key. Without one, a row is named
    by its content's digest."""
    captions: tuple[str, ...] = ()
    """Columns with captions, each a text or a list. Unless given: the first of captions, caption, text, TEXT, txt,
    alt_text; or else the answers in the column conversations."""
    keep: tuple[str, ...] = (EVERY,)
    """Columns to carry along to the exports; ``["*"]``: all that hold texts, numbers or truth values."""
    where: Where | None = None
    """Leave out records with other values than these, by column: ``{license: [cc0, cc-by]}``."""
    missing_images: Literal["fault", "leave_out", "keep"] = "fault"
    """What becomes of a row whose picture is in neither file nor folder: a fault, left out, or kept all the same."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    _root: Path = PrivateAttr()

    def model_post_init(self, context: object) -> None:
        """Find the folder that addresses are relative to."""
        del context
        self._root = self.dataset if self.dataset.is_dir() else self.dataset.parent

    def read(self, start: int) -> Iterator[Row]:
        """Give one row a record, files in the order of their names."""
        if self.images is not None:
            need_folder(self.images, "images", "the folder that paths of pictures are relative to")
        files = data_files(self.dataset, self.split)
        schema = schema_of(files[0])
        layout = self.layout(schema)
        first = block_start(start)
        read = numbered(files, first, lambda path, skip: records(path, skip, self._address(path), self.layout))
        folder = ImageFolder(self.images or self._root)
        leave_out = {"missing_image"} if self.missing_images == "leave_out" else set()
        facts = partial(self._facts, folder, layout)
        return to_rows(
            read, start, self._own_id, facts, self._kept(schema, layout), columns.scalar, leave_out, self.where
        )

    def stamp(self) -> dict[str, str]:
        """Give number, bytes and newest time of the files."""
        return {"dataset": stamps_of(data_files(self.dataset, self.split), "dataset")}

    def image_root(self) -> Path:
        """Give the folder that pictures' paths and addresses are relative to."""
        return self.images or self._root

    def layout(self, schema: Any) -> Layout:
        """Settle which columns are read; raises SetupError when none holds a picture, or a named one is not there."""
        names = list(schema.names)
        for field in ("image", "id", "captions", "keep", "where"):
            given = getattr(self, field)
            for column in (given,) if isinstance(given, str) else given or ():
                if column not in names and column != EVERY:
                    raise SetupError(f"{field}: the dataset has no column '{column}'{did_you_mean(column, names)}")
        picture = self.image or _picture_column(schema)
        if picture is None:
            raise SetupError(
                f"{self.dataset}: no column holds pictures; there are {', '.join(_typed(f) for f in schema)}. Say which"
                " one does by --set source.image=COLUMN"
            )
        kind = _kind(schema.field(picture).type)
        if kind is None:
            raise SetupError(
                f"image: the column {_typed(schema.field(picture))} is none of: bytes, a struct with bytes, a path"
            )
        read = {*self._captions(names), "conversations", "width", "height", self._id(names), *(self.where or ())}
        read |= {*self._kept(schema, Layout((), picture, kind))} | ({picture} if kind == "text" else set())
        plain = [name for name in names if name in read and (name != picture or kind == "text")]
        return Layout(tuple(plain), picture, kind)

    def _kept(self, schema: Any, layout: Layout) -> list[str]:
        """Give the columns to carry along; of the one that holds the pictures, their paths."""
        every = EVERY in self.keep
        path = layout.picture if layout.kind == "struct" else None
        return [f.name for f in schema if f.name in self.keep or (every and (_is_scalar(f.type) or f.name == path))]

    def _captions(self, names: list[str]) -> tuple[str, ...]:
        return self.captions or tuple(name for name in CAPTIONS if name in names)[:1]

    def _id(self, names: list[str]) -> str:
        return self.id or next((name for name in IDS if name in names), IDS[0])

    def _own_id(self, record: Mapping[str, object]) -> str | None:
        return columns.own_id(record.get(self._id(list(record))))

    def _facts(self, folder: ImageFolder, layout: Layout, record: Mapping[str, object]) -> columns.Facts:
        picture, inside = record.get(layout.picture), record.get(INSIDE)
        sizes = [columns.whole(record.get(name)) for name in ("width", "height")]
        if inside is not None and self.images is not None:
            raise SetupError(
                f"images: the column '{layout.picture}' holds the pictures themselves; leave the folder out"
            )
        if inside is not None:
            images: list[columns.Facts] = [{"path": inside, "width": sizes[0], "height": sizes[1]}]
        elif not picture:
            raise RecordError("no_image", f"the column '{layout.picture}' holds no picture")
        else:
            images = columns.images(picture, None, folder, sizes[0], sizes[1], self.missing_images != "keep")
        named = self._captions(list(record))
        texts = [record.get(name) for name in named]
        if not named and record.get("conversations"):
            texts = list(conversations.answers(record))
        return {"images": images, "captions": columns.captions(texts, self.longest_caption)}

    def _address(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _picture_column(schema: Any) -> str | None:
    """Give the column that holds pictures by its type, or by its name; None where none does."""
    kinds = {field.name: _kind(field.type) for field in schema}
    held = [name for name, kind in kinds.items() if kind == "struct"]
    held += [name for name in PICTURES if kinds.get(name) == "binary"]
    named = [name for name in (*PICTURES, *PATHS) if kinds.get(name) == "text"]
    likely = [name for name in PICTURES if name in held]
    return next(iter((*likely, *held, *named)), None)


def _kind(of: Any) -> str | None:
    """Give what a column of a type may hold as a picture: ``struct``, ``binary``, ``text``; None for neither."""
    import pyarrow as pa

    if pa.types.is_struct(of):
        inner = {of.field(n).name: of.field(n).type for n in range(of.num_fields)}
        return "struct" if "bytes" in inner and _kind(inner["bytes"]) == "binary" else None
    if pa.types.is_binary(of) or pa.types.is_large_binary(of):
        return "binary"
    return "text" if pa.types.is_string(of) or pa.types.is_large_string(of) else None


def _is_scalar(of: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_string(of)
        or pa.types.is_large_string(of)
        or pa.types.is_integer(of)
        or pa.types.is_floating(of)
        or pa.types.is_boolean(of)
        or pa.types.is_temporal(of)
        or pa.types.is_decimal(of)
    )


def _typed(field: Any) -> str:
    return f"{field.name} ({field.type})"
