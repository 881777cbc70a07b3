"""The names of a run's files, writing them whole or not at all, and reading them typed.

A file is written under a temporary name beside its own, fsynced, renamed, and its folder fsynced: under its final
name it is complete or absent.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import SetupError


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on success it takes the final name, on failure it is removed.

    Raises SetupError, in one line, when the place cannot be written (no folder, no right, disk full).
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _fsync(temporary)
        temporary.replace(path)
        _fsync(path.parent)
    except OSError as error:
        if error.errno is None:
            raise
        raise SetupError(f"{path}: cannot be written ({_why(error)}); nothing was left under that name") from None
    finally:
        temporary.unlink(missing_ok=True) if not temporary.is_dir() else None


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _why(error: OSError) -> str:
    known = {errno.ENOSPC: "the disk is full", errno.EFBIG: "the file-size limit is reached"}
    return known.get(error.errno or 0, error.strerror or str(error))


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
