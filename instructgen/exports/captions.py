"""Source rows with what was made of each in; a Hugging Face dataset of the same rows with the new captions out.

The folder holds Parquet files, which ``datasets.load_dataset`` reads. Columns: the picture, the source's own columns
with their names and values, the caption that the source has, and one column a task with the new caption. Pictures are
plain structs of bytes and path, or paths: never the library's ``Image`` type, which two trainers' loaders recompress on
reading. Who needs that type casts the column.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

from ..errors import RequestRefused, SetupError
from ..pictures.images import read_inside
from ..records import Context, Image, LeftOut, Row, Sample
from .folders import building
from .kept_types import arrow_types, batches, typed, wider
from .rows import PicturesExport
from .tables import write_tables

_OLD = ("caption", "captions", "text", "TEXT", "txt")
"""Columns of a source that hold the caption as it was."""
_OWN_PICTURE = "image"


class _Spooled(NamedTuple):
    """What is known of the rows once all have passed."""

    kinds: dict[str, str]
    """Types of the kept columns."""
    embedded: bool
    """Some picture's bytes are written."""
    pictures: tuple[str, ...]
    """Columns that hold a picture."""
    old: Literal["", "caption", "captions"]
    """The column of captions as they were that the rows get, where the source's own columns have none."""
    rows: int
    captioned: int


class CaptionsExport(PicturesExport):
    """Writes the source's rows again, with the new captions beside the old ones, as a Hugging Face dataset."""

    name: ClassVar[str] = "captions"
    version: ClassVar[int] = 1

    uncaptioned: Literal["null", "leave_out"] = "null"
    """What becomes of a row that has no accepted caption: written with null in the caption's place, or left out."""
    images: Literal["source", "none", "embed"] = "source"
    """``source``: bytes where the source holds pictures inside its own files, else the path or URL; ``none``: paths or
    URLs for all; ``embed``: bytes for all."""
    overwrite: bool = False
    """Whether a folder that is there already is replaced."""

    def write_rows(self, rows: Iterable[tuple[Row, Sequence[Sample]]], tasks: Sequence[str], out: Path) -> int:
        """Write all rows to the folder ``out``; give the number of captions.

        Raises SetupError where ``out`` is a file or a folder that is not empty (unless ``overwrite``), where a sample
        is no caption, and where there is nothing to write.
        """
        with building(out, self.name, self.overwrite) as folder:
            spool = folder / "rows.jsonl"
            known = self._spool(rows, tasks, spool)
            if not known.rows:
                raise SetupError("there are no rows to export")
            write_tables(folder / "dataset" / "data", self._schema(known, tasks), self._filled(spool, known, tasks))
        return known.captioned

    # ── first pass: what the columns are ─────────────────────────────────────────────────────────────────────

    def _spool(self, rows: Iterable[tuple[Row, Sequence[Sample]]], tasks: Sequence[str], spool: Path) -> _Spooled:
        kinds: dict[str, str] = {}
        pictures: dict[str, None] = {}
        embedded, most_captions, number, captioned = False, 0, 0, 0
        with spool.open("w", encoding="utf-8", newline="\n") as file:
            for row, samples in rows:
                captions = {sample.task: _caption(sample) for sample in samples}
                if isinstance(row.item, LeftOut) or (not captions and self.uncaptioned == "leave_out"):
                    continue
                if not isinstance(row.item, Context) and not row.kept:
                    continue  # nothing of the record could be read
                shown, old = self._shown(row, bool(captions))
                for name, value in row.kept.items():
                    kinds[name] = wider(kinds.get(name, "none"), value)
                pictures |= dict.fromkeys(shown)
                embedded = embedded or any(each["embed"] for each in shown.values())
                most_captions = max(most_captions, len(old))
                number, captioned = number + 1, captioned + len(captions)
                file.write(json.dumps({"kept": row.kept, "new": captions, "shown": shown, "old": old}) + "\n")
        own: Literal["", "caption", "captions"] = "captions" if most_captions > 1 else "caption"
        if not most_captions or any(name in kinds for name in _OLD):
            own = ""
        known = _Spooled(kinds, embedded, tuple(pictures), own, number, captioned)
        _see_that_names_differ(known, tasks)
        return known

    def _shown(self, row: Row, captioned: bool) -> tuple[dict[str, Any], list[str]]:
        """Give the picture of a row by the name of its column, and the captions that came with it."""
        if not isinstance(row.item, Context) or not row.item.images:
            return {}, []
        image, *others = row.item.images
        if others:
            raise SetupError(f"record {row.item.id}: has {len(others) + 1} pictures; expected one a row for captions")
        column, inside = _column(image)
        embed = image.path is not None and (inside if self.images == "source" else self.images == "embed")
        place = image.path or image.url
        told = next((name for name, value in row.kept.items() if name == column or (place and value == place)), None)
        if told is not None and not inside and not embed:  # a column of the source's own says where the picture is
            return {}, list(row.item.captions)
        called = None if told is None else row.kept.pop(told)
        facts = {"path": image.path, "url": image.url, "embed": embed, "called": called or _called(image, inside)}
        needed = captioned and self.missing == "refuse"
        return {told or column: {**facts, "needed": needed}}, list(row.item.captions)

    def _schema(self, known: _Spooled, tasks: Sequence[str]) -> Any:
        import pyarrow as pa

        text = pa.string()
        picture = pa.struct({"bytes": pa.binary(), "path": text}) if known.embedded else text
        old = {known.old: pa.list_(text) if known.old == "captions" else text} if known.old else {}
        fields = {**dict.fromkeys(known.pictures, picture), **arrow_types(known.kinds), **old}
        return pa.schema({**fields, **dict.fromkeys(tasks, text)})

    # ── second pass: the rows, with pictures ─────────────────────────────────────────────────────────────────

    def _filled(self, spool: Path, known: _Spooled, tasks: Sequence[str]) -> Iterator[dict[str, Any]]:
        for batch in batches(spool):
            for row in batch:
                filled: dict[str, Any] = {
                    name: typed(row["kept"].get(name), kind) for name, kind in known.kinds.items()
                }
                if known.old:
                    filled[known.old] = row["old"] if known.old == "captions" else next(iter(row["old"]), None)
                for column in known.pictures:
                    filled[column] = self._picture(row["shown"].get(column), known.embedded)
                yield filled | {task: row["new"].get(task) for task in tasks}

    def _picture(self, facts: Mapping[str, Any] | None, embedded: bool) -> object:
        if facts is None:
            return None
        image = Image(path=facts["path"], url=facts["url"])
        if not facts["embed"]:
            place = image.path or image.url
            return {"bytes": None, "path": place} if embedded else place
        try:
            data = read_inside(self._root, image)
        except RequestRefused as error:
            if facts["needed"]:
                raise SetupError(
                    f"{error.detail}; put the source's files back in their place, or export with missing=keep"
                ) from None
            data = None
        return {"bytes": data, "path": facts["called"]}


def _column(image: Image) -> tuple[str, bool]:
    """Give the name of a picture's column, and whether it lies inside a file of the source."""
    parts = (image.path or "").split("/")
    if len(parts) > 2 and parts[-3].endswith((".parquet", ".arrow")):
        return parts[-2], True
    return _OWN_PICTURE, any(part.lower().endswith(".tar") for part in parts[:-1])


def _called(image: Image, inside: bool) -> str | None:
    """Give a picture's path as its dataset has it: the name of a file in a shard, none for a cell of a table."""
    path = image.path
    if path is None or not inside:
        return path
    return None if path.rpartition("/")[2].isdecimal() else path.rpartition("/")[2]


def _caption(sample: Sample) -> str:
    if [turn.role for turn in sample.turns] != ["human", "gpt"]:
        raise SetupError(
            f"sample {sample.id}: has {len(sample.turns)} turns; the captions format takes one question and one answer:"
            " choose the task of captions by --task"
        )
    return sample.turns[1].text


def _see_that_names_differ(known: _Spooled, tasks: Sequence[str]) -> None:
    taken = {*known.kinds}
    for name in (*known.pictures, *((known.old,) if known.old else ()), *tasks):
        if name in taken:
            raise SetupError(
                f"the source has a column '{name}', and so has the export; name the columns in the source's keep"
                " without it, or give the task another name"
            )
        taken.add(name)
