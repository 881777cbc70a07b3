"""A run's samples in; those whose pictures are all copies of earlier ones out: the first picture is kept.

A copy may be shrunk, encoded again, cropped by 5 %; see ``picture_prints``. Samples about the same file are no
copies of each other, nor are the pictures of one context, such as a video's frames.
"""

import base64
import os
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from pydantic import PrivateAttr

from ..component import Component, site_of
from ..errors import RecordError
from ..records import Image, Sample, Span, Verdict
from .neighbours import repeats
from .picture_prints import BYTES, EYES, NEAR, numbers, same_picture
from .pictures import need_root, seen, unread

_NUMBERED = 10_000
"""Prints whose numbers are worked out together."""


class DuplicateImagesCheck(Component):
    """Finds samples whose pictures repeat those of earlier samples: shrunk, encoded again, cropped by 5 % (run-wide).

    A million pictures take about 0.55 GB, and 1.2 GB on the disk for temporary files.
    """

    name: ClassVar[str] = "duplicate_images"
    version: ClassVar[int] = 1

    _root: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Learn where the pictures are."""
        self._root = site_of(context).image_root

    def ready(self) -> None:
        """Raise SetupError unless the folder of pictures is there."""
        need_root(self.name, self._root)

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge; those on repeats come when all samples have been seen."""
        with tempfile.TemporaryFile(prefix="instructgen-prints-") as file:
            taken = TakenPrints(file)
            for sample, prints in seen(samples, need_root(self.name, self._root), EYES):
                faults = [found for found in prints if isinstance(found, RecordError)]
                if faults:
                    yield sample.id, unread(self.name, faults)
                elif prints:
                    taken.add(sample, [base64.b64decode(p.data) for p in prints if not isinstance(p, RecordError)])
            first_of = taken.repeats()
            for name, end, pictures in taken.samples():
                firsts = [first_of.get(picture) for picture in pictures]
                if None not in firsts:
                    told = f"the picture of {taken.shown_in(firsts[0] or 0)}"
                    span = Span(turn=0, start=0, end=end, contradicts=told)
                    yield name, Verdict(check=self.name, outcome="fail", reason="duplicate_image", evidence=(span,))


class TakenPrints:
    """Prints of all pictures, on the disk, and which samples show which."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number: dict[int, int] = {}
        """Of each picture, by hash of its reference."""
        self._first_sample = array("I")
        self._context = array("q")
        """Hash of the context that showed each picture first."""
        self._ids: list[str] = []
        self._ends = array("I")
        self._shown, self._borders = array("I"), array("I")

    def add(self, sample: Sample, prints: Iterable[bytes]) -> None:
        """Take in a sample and the prints of its pictures."""
        for image, data in zip(sample.images, prints, strict=True):
            key = hash(_reference(image))
            if key not in self._number:
                self._number[key] = len(self._first_sample)
                self._first_sample.append(len(self._ids))
                self._context.append(hash(sample.origin.context))
                self._file.write(data)
            self._shown.append(self._number[key])
        self._ids.append(sample.id)
        self._ends.append(len(sample.turns[0].text) if sample.turns else 0)
        self._borders.append(len(self._shown))

    def samples(self) -> Iterator[tuple[str, int, "array[int]"]]:
        """Give id, length of the first turn and pictures of each sample."""
        start = 0
        for name, turn_end, end in zip(self._ids, self._ends, self._borders, strict=True):
            yield name, turn_end, self._shown[start:end]
            start = end

    def shown_in(self, picture: int) -> str:
        """Give the id of the first sample that shows a picture."""
        return self._ids[self._first_sample[picture]]

    def repeats(self) -> dict[int, int]:
        """Give each picture that repeats an earlier one of another context, with that one."""
        import numpy as np

        self._file.flush()
        count = len(self._first_sample)
        vectors = np.empty((count, 53), dtype=np.float16)
        for start in range(0, count, _NUMBERED):
            end = min(start + _NUMBERED, count)
            vectors[start:end] = numbers(self._prints(np.arange(start, end)))
        contexts = np.frombuffer(self._context, dtype=np.int64)

        def same(later: Any, earlier: Any) -> Any:
            held = contexts[later] != contexts[earlier]
            held[held] = same_picture(self._prints(later[held]), self._prints(earlier[held]))
            return held

        return dict(repeats(vectors, NEAR, same))

    def _prints(self, places: Any) -> Any:
        import numpy as np

        handle = self._file.fileno()
        data = b"".join(os.pread(handle, BYTES, BYTES * place) for place in places.tolist())
        return np.frombuffer(data, dtype=np.uint8).reshape(-1, BYTES)


def _reference(image: Image) -> tuple[object, ...]:
    return image.path, image.url, image.seconds
