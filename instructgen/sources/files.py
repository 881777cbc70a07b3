"""The files and folders that a source's fields name in; what the run keeps to see that they have not changed out."""

import os
from collections.abc import Sequence
from pathlib import Path

from instructgen.errors import SetupError


def stamps(**paths: Path | None) -> dict[str, str]:
    """Give, by field name, bytes and modification time of each file, or entries and time of each folder.

    A folder's own time changes when an entry is added, removed or renamed; its files are not looked at one by one.
    """
    return {field: stamp(path, field) for field, path in paths.items() if path is not None}


def stamps_of(paths: Sequence[Path], field: str) -> str:
    """Give one stamp for many files: how many, their bytes, and the newest time."""
    size, newest = 0, 0
    for path in paths:
        try:
            facts = path.stat()
        except OSError as error:
            raise SetupError(f"{field}: {path} cannot be read ({error.strerror}); fetch it anew") from None
        size, newest = size + facts.st_size, max(newest, facts.st_mtime_ns)
    return f"{len(paths)} files, {size} bytes, {newest} ns"


def stamp(path: Path, field: str) -> str:
    """Give the stamp of one file or folder; raises SetupError when there is none."""
    try:
        facts = path.stat()
        if not path.is_dir():
            return f"{facts.st_size} bytes, {facts.st_mtime_ns} ns"
        with os.scandir(path) as entries:
            return f"{sum(1 for _ in entries)} entries, {facts.st_mtime_ns} ns"
    except OSError as error:
        raise SetupError(
            f"{field}: {path} cannot be read ({error.strerror}); expected the path of a file or folder: mend it in the "
            f"recipe, or by --set source.{field}=PATH"
        ) from None


def need_file(path: Path, field: str, expected: str) -> Path:
    """Give ``path`` when it is a file; raises SetupError that says what was expected there."""
    if path.is_dir():
        raise SetupError(f"{field}: {path} is a folder; expected {expected}")
    if not path.is_file():
        raise SetupError(f"{field}: there is no file {path}; expected {expected}")
    return path


def need_folder(path: Path, field: str, expected: str) -> Path:
    """Give ``path`` when it is a folder; raises SetupError that says what was expected there."""
    if not path.is_dir():
        found = "is a file" if path.exists() else "does not exist"
        raise SetupError(f"{field}: {path} {found}; expected {expected}")
    return path
