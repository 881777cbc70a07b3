"""Shares like ``train=0.98,test=0.02`` in; the split of every context of a run out, drawn by its pictures.

All contexts that show a picture share its split, and so do all pictures of one context, however they are linked: the
draw is by connected group. A picture is known by the digest of its bytes where its file is at hand, so that a copy
under another name counts as the same; else by its path or URL. A context without pictures is drawn by its id.
"""

import math
import re
from array import array
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from ..digests import digest_picture
from ..errors import RequestRefused, SetupError
from ..parts import read_rows
from ..pictures.images import read_inside
from ..records import Image
from ..run import Run

_SPLIT = re.compile(r"\w+(\.\w+)*")


def shares(text: str) -> dict[str, float]:
    """Read shares of splits, which add up to 1, in order. Raises SetupError."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, share = (piece.strip() for piece in part.partition("="))
        try:
            found[name] = float(share) if share or "," in text else 1.0
        except ValueError:
            found[name] = math.nan
        if not _SPLIT.fullmatch(name) or not 0 < found[name] <= 1 or text.count(f"{name}=") > 1:
            raise SetupError(f"--splits {text}: expected NAME=SHARE for each split, as in train=0.98,test=0.02")
    if abs(sum(found.values()) - 1) > 1e-6:
        raise SetupError(f"--splits {text}: the shares add up to {sum(found.values()):g}, and not to 1")
    return found


class Drawn:
    """The split of each context of a run.

    Keeps eight bytes a context, and about 200 for each picture that shares a context with another.
    """

    def __init__(self, run: Run, wanted: Mapping[str, float]) -> None:
        """Look at every context, and at its pictures where there is more than one split. Raises SetupError."""
        self._run = run
        self._wanted = wanted
        self._parents: dict[int, int] = {}
        self._firsts: dict[int, array[int]] = {}
        root = run.built.image_root() if len(wanted) > 1 else None
        self._root = root if root and root.is_dir() else None
        if len(wanted) > 1:
            for shard in run.folder.shards("contexts"):
                self._firsts[shard] = array("Q", map(self._joined, _contexts(run, shard)))

    def of(self, shard: int) -> dict[str, str]:
        """Give the split of each context of a shard that was not removed."""
        gone = self._run.removals.of(shard)
        names = [row["id"] for row in _contexts(self._run, shard)]
        if len(self._wanted) == 1:
            only = next(iter(self._wanted))
            return {name: only for name in names if name not in gone}
        firsts = zip(names, self._firsts[shard], strict=True)
        return {name: self._split(self._top(first)) for name, first in firsts if name not in gone}

    def _joined(self, row: Mapping[str, Any]) -> int:
        """Join a context's pictures to one group; give the key of the first."""
        keys = [self._key(Image(path=image["path"], url=image["url"])) for image in row["images"] or ()]
        first = keys[0] if keys else _number(f"context {row['id']}")
        for other in keys[1:]:
            tops = sorted((self._top(first), self._top(other)))
            if tops[0] != tops[1]:
                self._parents[tops[1]] = tops[0]
        return first

    def _key(self, image: Image) -> int:
        if self._root is not None and image.path is not None:
            try:
                return _number(f"bytes {digest_picture(read_inside(self._root, image))}")
            except RequestRefused:
                pass  # not at hand
        return _number(f"path {image.path}" if image.path is not None else f"url {image.url}")

    def _top(self, key: int) -> int:
        top = key
        while (parent := self._parents.get(top)) is not None:
            top = parent
        while key != top:
            self._parents[key], key = top, self._parents[key]
        return top

    def _split(self, group: int) -> str:
        drawn = _number(f"{self._run.built.recipe.seed} {group}") / 2**64
        for name, share in self._wanted.items():
            drawn -= share
            if drawn < 0:
                return name
        return list(self._wanted)[-1]


def _contexts(run: Run, shard: int) -> Iterator[Mapping[str, Any]]:
    rows = read_rows(run.folder.part("contexts", shard), ["kind", "id", "images"])
    return (row for row in rows if row["kind"] == "context")


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
