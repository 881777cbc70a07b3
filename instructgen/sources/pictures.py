"""The name of a picture as a source writes it in; its path relative to the image folder out.

A folder is listed once, the first time a name in it is asked for, so that a name costs no call to the system. Only
the names of the folders used last are kept.
"""

import os
import re
from collections import OrderedDict
from pathlib import Path

from instructgen.errors import RecordError

LISTINGS = 256
"""How many folders' names are kept at a time."""

_DRIVE = re.compile(r"^[A-Za-z]:")


class ImageFolder:
    """The folder of a source's pictures. Without a root, names are only brought into form and held inside."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._real = os.path.realpath(root) if root is not None else ""
        self._listings: OrderedDict[str, dict[str, bool]] = OrderedDict()

    def place(self, name: str) -> str:
        """Give the path of a picture, relative, with forward slashes.

        Raises RecordError ``path_outside_folder`` for a name that leads out of the folder (an absolute one, ``..``, a
        link), ``missing_image`` when there is no such file.
        """
        inside = relative(self._below(name))
        if self._root is None:
            return inside
        parent, _, last = inside.rpartition("/")
        linked = self._names(parent).get(last)
        if linked is None:
            raise RecordError("missing_image", f"there is no picture '{inside}' in {self._root}")
        if linked:
            self._hold(inside)
        return inside

    def _below(self, name: str) -> str:
        """Give an absolute name that begins with the root as a relative one."""
        for root in (str(self._root), self._real):
            if self._root is not None and name.startswith(f"{root}/"):
                return name[len(root) + 1 :]
        return name

    def holds(self, name: str) -> bool:
        """Tell whether there is such a picture."""
        try:
            self.place(name)
        except RecordError:
            return False
        return True

    def _names(self, parent: str) -> dict[str, bool]:
        """Give the names in a folder, each with whether it is a link."""
        known = self._listings.get(parent)
        if known is not None:
            self._listings.move_to_end(parent)
            return known
        if parent:
            self._hold(parent)
        known = _listed(os.path.join(self._real, parent))  # noqa: PTH118
        self._listings[parent] = known
        if len(self._listings) > LISTINGS:
            self._listings.popitem(last=False)
        return known

    def _hold(self, inside: str) -> None:
        real = os.path.realpath(f"{self._real}/{inside}")
        if os.path.commonpath([real, self._real]) != self._real:
            raise RecordError("path_outside_folder", f"'{inside}' is a link that leads out of {self._root}")


def relative(name: str) -> str:
    """Give a picture's name as a relative path with forward slashes; raises RecordError when it leads outside."""
    if "/" not in name and "\\" not in name and name not in ("", ".", "..") and "\0" not in name and ":" not in name:
        return name
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in ("", ".")]
    if slashed.startswith("/") or _DRIVE.match(slashed) or ".." in parts:
        raise RecordError("path_outside_folder", f"the picture's path {name[:200]!r} leads out of the image folder")
    if not parts or "\0" in name:
        raise RecordError("missing_image", f"{name[:200]!r} names no picture")
    return "/".join(parts)


def _listed(folder: str) -> dict[str, bool]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name: entry.is_symlink() for entry in entries}
    except OSError:  # a folder that is not there holds no picture
        return {}
