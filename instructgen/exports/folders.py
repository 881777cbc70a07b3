"""A folder that is to be written in; complete under its name, or not there, out."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from ..errors import SetupError
from ..run_folder import why_unwritable

SUMS = "SHA256SUMS"


@contextmanager
def building(out: Path, kind: str, overwrite: bool) -> Iterator[Path]:
    """Give a folder to work in: what lies in it as ``dataset`` at the end becomes ``out``.

    Raises SetupError where ``out``, in the format ``kind``, is a file or a folder that is not empty (unless
    ``overwrite``), or cannot be written.
    """
    make_way(out, kind, overwrite)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{out.name}.", suffix=".tmp", dir=out.parent) as folder:
            yield Path(folder)
            put(Path(folder) / "dataset", out)
    except OSError as error:
        why = why_unwritable(error, out) if error.errno else error
        raise SetupError(f"{out}: cannot be written ({why}); nothing was left there") from None


class DatasetFolder:
    """A folder that is being built, and the digests of its files."""

    def __init__(self, path: Path, name: str, sums: TextIO) -> None:
        """Use ``dataset_folder``."""
        self.path = path
        self.name = name
        """What the folder will be called."""
        self._sums = sums

    def new(self, name: str) -> Path:
        """Give the path of a new file; the folders above it are made."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def aside(self, name: str) -> Path:
        """Give the path of a new file that is not to stay."""
        return self.path.parent / name

    def holds(self, name: str) -> bool:
        """Tell whether there is such a file already."""
        return os.path.lexists(self.path / name)

    def put(self, name: str, data: bytes) -> None:
        """Write a file, and note its digest."""
        self.new(name).write_bytes(data)
        self._note(name, hashlib.sha256(data).hexdigest())

    def link(self, name: str, file: Path) -> None:
        """Write a symbolic link to a file elsewhere, and note that file's digest."""
        self.new(name).symlink_to(os.path.realpath(file))
        self.note(name)

    def note(self, name: str) -> None:
        """Note the digest of a file that is complete."""
        with (self.path / name).open("rb") as file:
            self._note(name, hashlib.file_digest(file, "sha256").hexdigest())

    def _note(self, name: str, digest: str) -> None:
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        mark = "\\" if escaped != name else ""
        self._sums.write(f"{mark}{digest}  {escaped}\n")


@contextmanager
def dataset_folder(out: Path, kind: str, overwrite: bool) -> Iterator[DatasetFolder]:
    """Give a folder to write a dataset into; ``SHA256SUMS`` in it is as ``sha256sum -c`` reads it.

    Raises SetupError as ``building`` does.
    """
    with building(out, kind, overwrite) as folder:
        made = folder / "dataset"
        made.mkdir()
        with (made / SUMS).open("w", encoding="utf-8", newline="\n", errors="surrogateescape") as sums:
            yield DatasetFolder(made, out.name, sums)


def make_way(out: Path, kind: str, overwrite: bool) -> None:
    """See that a folder may be written as ``out``, in the format ``kind``; raises SetupError where it may not."""
    if out.exists() and not out.is_dir():
        raise SetupError(f"{out}: is a file; the {kind} format writes a folder, so give another name")
    if out.is_dir() and any(out.iterdir()) and not overwrite:
        raise SetupError(f"{out}: is there already and not empty; give another name, or export with overwrite=true")


def put(made: Path, out: Path) -> None:
    """Give a folder its final name; one that is there already is moved aside first, and removed last."""
    aside = made.parent / "replaced"
    if out.exists():
        out.rename(aside)
    made.rename(out)
    shutil.rmtree(aside, ignore_errors=True)
