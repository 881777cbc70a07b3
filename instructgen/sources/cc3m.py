"""Conceptual Captions in: its TSV of caption and address, or the JSON of LLaVA's 595K selection; contexts out."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from instructgen.component import PLACEMENT, Component
from instructgen.digests import digest
from instructgen.errors import RecordError, SetupError
from instructgen.records import Row

from . import columns, conversations
from .files import need_file, need_folder, stamps
from .pictures import ImageFolder
from .row_files import Raw, Reading, json_records, opened
from .rows import block_start, numbered, peeked, to_rows

ROWS_A_FOLDER = 10_000
"""Rows that img2dataset puts into one folder (its number_sample_per_shard)."""

_ROW = " row of the list"
_URL = re.compile(r"https?://\S+")


class Cc3mSource(Component):
    """Reads Conceptual Captions (CC3M, CC12M): one caption a picture, pictures by address or in a folder."""

    name: ClassVar[str] = "cc3m"
    version: ClassVar[int] = 1

    captions: Annotated[Path, PLACEMENT]
    """The published list (TSV: caption, tab, address; a first line that names the columns is passed over), or a JSON
    array or JSON lines of rows with id, image and caption, blip_caption, url (LLaVA's metadata.json) or conversations
    (its chat.json). Also as .gz."""
    images: Annotated[Path | None, PLACEMENT] = None
    """Folder with the downloaded pictures. Without it, contexts from a TSV hold addresses only."""
    pattern: str = "GCC_train_{row:09d}.jpg"
    """File name of the picture of TSV row ``row``, counted from 0; ``shard`` is row // 10,000. The default is the
    naming of LLaVA's selection; img2dataset's is ``{shard:05d}/{row:09d}.jpg``. JSON rows name their picture."""
    caption: Literal["caption", "blip_caption"] = "caption"
    """Which text of a JSON row is the caption: the published one, or the one that BLIP made. Rows that have neither
    give their first answer."""
    keep: tuple[str, ...] = ()
    """Fields of a row to carry along to the exports, such as url."""
    missing_images: Literal["fault", "leave_out", "keep"] = "leave_out"
    """What becomes of a row whose picture is not in ``images``. Left out by default: many addresses are dead."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    @field_validator("pattern")
    @classmethod
    def _pattern_can_be_filled_in(cls, pattern: str) -> str:
        try:
            if pattern.format(row=1, shard=0) == pattern.format(row=2, shard=0):
                raise ValueError("expected {row} in it")
        except (KeyError, IndexError) as error:
            raise ValueError(f"expected only {{row}} and {{shard}} in it, found {error}") from None
        return pattern

    def read(self, start: int) -> Iterator[Row]:
        """Give one row a record."""
        need_file(self.captions, "captions", "a TSV of caption and address, or JSON rows")
        if self.images is not None:
            need_folder(self.images, "images", "the folder with the downloaded pictures")
        folder = ImageFolder(self.images)
        leave_out = {"missing_image"} if self.missing_images == "leave_out" else set()
        first = block_start(start)
        _, records = peeked(numbered([self.captions], first, _records), first, "captions")
        return to_rows(records, start, _own_id, partial(self._facts, folder), self.keep, columns.scalar, leave_out)

    def stamp(self) -> dict[str, str]:
        """Give size and time of the file, and entries and time of the folder."""
        return stamps(captions=self.captions, images=self.images)

    def image_root(self) -> Path | None:
        """Give the folder with the pictures."""
        return self.images

    def _facts(self, folder: ImageFolder, row: Mapping[str, object]) -> columns.Facts:
        shown, number = row.get("image"), row.get(_ROW)
        if isinstance(number, int):
            of_row = self.pattern.format(row=number, shard=number // ROWS_A_FOLDER)
            shown = None if self.images is None else of_row
        elif not isinstance(shown, str):
            raise RecordError("no_image", f"expected the name of a picture as 'image', found {shown!r}"[:200])
        text = row.get(self.caption)
        if text is None:
            text = conversations.answers(row)[:1]
        return {
            "images": columns.images(shown, row.get("url"), folder, None, None, self.missing_images != "keep"),
            "captions": columns.captions([text], self.longest_caption),
        }


def _own_id(row: Mapping[str, object]) -> str | None:
    """Give the id of a JSON row. That of a TSV row stands for caption and address, not for a folder given or not."""
    return digest([row["caption"], row["url"]])[:16] if _ROW in row else columns.own_id(row.get("id"))


def _records(path: Path, skip: int) -> Reading:
    with opened(path) as file:
        first = file.read(1 << 16).lstrip(b"\xef\xbb\xbf \t\r\n")
    if first[:1] in (b"[", b"{"):
        return json_records(path, skip)
    if b"\t" not in first:
        raise SetupError(f"captions: {path} has no tab; expected lines of caption, tab, address, or JSON rows")
    return tsv_records(path, skip)


def tsv_records(path: Path, skip: int) -> Reading:
    """Read lines of caption, tab, address; a first line that names the columns is passed over."""
    count = 0
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.isspace() or (number == 1 and _is_header(line)):
                continue
            count += 1
            if count > skip:
                yield Raw(f"line {number}", _fields(line, count - 1))
    return count


def _is_header(line: bytes) -> bool:
    return b"url" in line.lower().split() and b"://" not in line


def _fields(line: bytes, row: int) -> dict[str, object] | RecordError:
    try:
        fields = line.decode().rstrip("\r\n").split("\t")
    except UnicodeDecodeError as error:
        return RecordError("bad_text", f"expected UTF-8 text ({error})")
    if len(fields) < 2 or not _URL.match(fields[1]):
        return RecordError("bad_tsv", f"expected caption, tab, address; found {len(fields)} fields: {line[:80]!r}")
    return {"caption": fields[0], "url": fields[1].strip(), _ROW: row}
