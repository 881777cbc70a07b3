"""A folder that is to be written in; complete under its name, or not there, out."""

import shutil
from pathlib import Path

from ..errors import SetupError


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
