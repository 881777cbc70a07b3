"""A folder of pictures in; one context a picture out, with captions from a text file beside it where there is one."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from instructgen.component import PLACEMENT, Component
from instructgen.errors import RecordError
from instructgen.records import Context, Fault, Row
from instructgen.text import encodable

from . import columns
from .files import need_folder

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff")


class FolderSource(Component):
    """Reads every picture below a folder."""

    name: ClassVar[str] = "folder"
    version: ClassVar[int] = 1

    images: Annotated[Path, PLACEMENT]
    """The folder. Folders in it are read too, those that are links are not; hidden names are passed over."""
    captions: Literal["txt", "none"] = "txt"
    """``txt``: ``photo.txt`` beside ``photo.jpg`` holds its captions, one a line. A picture without one has none."""
    endings: tuple[str, ...] = ENDINGS
    """Endings of picture files; capitals make no difference."""
    longest_caption: int = Field(default=20_000, ge=1)
    """Characters that a caption may have."""

    def read(self, start: int) -> Iterator[Row]:
        """Give one row a picture, in the order of names, folder by folder; its id is its path in the folder."""
        root = need_folder(self.images, "images", "a folder with pictures")
        real = os.path.realpath(root)
        for number, entry in enumerate(_pictures(real, tuple(e.lower() for e in self.endings))):
            if number >= start:
                yield Row(self._item(number, entry, real), {})

    def stamp(self) -> dict[str, str]:
        """Give the number of pictures and of text files beside them, and the newest time of any."""
        count, newest = 0, 0
        root = need_folder(self.images, "images", "a folder with pictures")
        for entry in _pictures(os.path.realpath(root), (*(e.lower() for e in self.endings), ".txt")):
            count, newest = count + 1, max(newest, entry.stat(follow_symlinks=False).st_mtime_ns)
        return {"images": f"{count} files, {newest} ns"}

    def image_root(self) -> Path:
        """Give the folder."""
        return self.images

    def _item(self, number: int, entry: "os.DirEntry[str]", root: str) -> Context | Fault:
        path = os.path.relpath(entry.path, root).replace(os.sep, "/")
        try:
            if not encodable(path):
                raise RecordError("bad_name", "expected a name in UTF-8")
            if entry.is_symlink() and os.path.commonpath([os.path.realpath(entry.path), root]) != root:
                raise RecordError("path_outside_folder", "is a link that leads out of the folder")
            facts = entry.stat()
            texts = self._texts(Path(entry.path).with_suffix(".txt")) if self.captions == "txt" else []
        except OSError as error:
            return Fault(row=number, id=path, reason="missing_image", detail=f"{path}: {error.strerror}")
        except RecordError as error:
            return Fault(row=number, id=path, reason=error.reason, detail=f"{path}: {error.detail}")
        image = {"path": path, "size": facts.st_size, "mtime_ns": facts.st_mtime_ns}
        return Context.model_validate({"id": path, "row": number, "images": (image,), "captions": texts})

    def _texts(self, path: Path) -> list[str]:
        try:
            with path.open(encoding="utf-8-sig") as file:
                # No more is read than shows that a caption is too long.
                lines = file.read(100 * self.longest_caption).splitlines()
        except FileNotFoundError:
            return []
        except UnicodeDecodeError as error:
            raise RecordError("bad_text", f"{path.name}: expected UTF-8 text ({error})") from None
        return columns.captions(lines, self.longest_caption)


def _pictures(folder: str, endings: tuple[str, ...]) -> Iterator["os.DirEntry[str]"]:
    """Give the files with these endings below a folder, in the order of names; only one folder's names are held."""
    with os.scandir(folder) as entries:
        listed = sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            yield from _pictures(entry.path, endings)
        elif entry.name.lower().endswith(endings):
            yield entry
