"""A picture in; boxes around its objects out, by a detector of the transformers library.

Scores of different detectors cannot be compared; what is kept bears its score, and by that shows that no annotator
drew it. Pictures are prepared one by one and put together only where they came out the same size: without padding, what
is found in a picture does not depend on its neighbours.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, field_validator

from ..component import PLACEMENT, Component
from ..errors import RecordError
from ..records import Box, Context, Found
from ..vocabulary import COCO, plain_name
from .decoding import decoded, need, shares
from .detector import Detected, Detector, model_files, weights_digest

_SURE = 0.8
_SURE_ZERO_SHOT = 0.4
_SAME = 0.7
"""Share of their union that two boxes of a label have in common when they are taken for one object's."""


class DetectExtractor(Component):
    """Puts boxes around objects, by any object detector of transformers, closed (DETR, RT-DETR, YOLOS …) or zero-shot
    (OWL-ViT, Grounding DINO …).

    A context that has boxes from its source is left as it is.
    """

    name: ClassVar[str] = "detect"
    version: ClassVar[int] = 1

    model: str = Field(min_length=1)
    """The model's name on the Hub, such as ``PekingU/rtdetr_r50vd``, or what you call the one in ``folder``."""
    folder: Annotated[Path | None, PLACEMENT] = None
    """Where the model's files lie, as ``save_pretrained`` writes them. Left out, they are taken from the Hub's cache,
    or from the Hub."""
    revision: str | None = None
    """Branch, tag or commit on the Hub."""
    labels: tuple[str, ...] = ()
    """What to look for. Left out: all classes of a closed detector, COCO's 80 with a zero-shot one."""
    min_score: float | None = Field(default=None, ge=0, le=1)
    """How sure the detector must be of a box. Left out: 0.8, with a zero-shot detector 0.4. Set it for your model."""
    max_boxes: int = Field(default=30, ge=1)
    """Boxes that a picture may give; the surest are kept."""
    device: Annotated[str, PLACEMENT] = "auto"
    """``cpu``, ``cuda``, ``cuda:1``, ``mps``; ``auto`` takes the first of cuda, mps and cpu that is there."""
    batch: Annotated[int, PLACEMENT] = Field(default=8, ge=1)
    """Pictures that go through the model together, if they have the same size."""
    threads: Annotated[int, PLACEMENT] = Field(default=3, ge=1)
    """Batches at work: one in the model while the others are read and prepared."""

    _detector: Detector | None = PrivateAttr(default=None)
    _loading: Any = PrivateAttr(default_factory=threading.Lock)

    @field_validator("model")
    @classmethod
    def _is_a_name(cls, model: str) -> str:
        if model.startswith(("/", ".", "~")) or "\\" in model:
            raise ValueError("expected a name; say where its files lie by 'folder'")
        return model

    def identity(self) -> Mapping[str, object]:
        """Give the fields that shape the result and the digest of the model's files."""
        need(self.name, "torch", "transformers")
        return {**self.shaping(), "weights": weights_digest(model_files(self.model, self.folder, self.revision))}

    def looks_at(self, context: Context) -> bool:
        """Tell whether the source has given no boxes: two around the same thing would count it twice."""
        return not context.boxes

    def look(self, pictures: Sequence[bytes]) -> list[Found | RecordError]:
        """Look at pictures together."""
        detector = self._loaded()
        results: list[Found | RecordError | None] = []
        prepared, sizes = [], []
        for data in pictures:
            try:
                picture = decoded(data)
                prepared.append(detector.prepared(picture))
            except RecordError as error:
                results.append(error)
            else:
                sizes.append(picture.size)
                results.append(None)
        seen = detector.detect(prepared, sizes, self._least(detector.kind))
        found = iter([self._kept(objects, size) for objects, size in zip(seen, sizes, strict=True)])
        return [next(found) if result is None else result for result in results]

    def stamp(self) -> Mapping[str, str]:
        """Give number, size and newest time of the files in ``folder``."""
        if self.folder is None:
            return {}
        facts = [file.stat() for file in model_files(self.model, self.folder, self.revision)]
        size, newest = sum(f.st_size for f in facts), max((f.st_mtime_ns for f in facts), default=0)
        return {"folder": f"{len(facts)} files, {size} bytes, {newest} ns"}

    def _loaded(self) -> Detector:
        with self._loading:
            if self._detector is None:
                files = model_files(self.model, self.folder, self.revision)
                labels = self.labels or tuple(COCO.classes)
                self._detector = Detector(files[0].parent, self.device, labels)
            return self._detector

    def _least(self, kind: Literal["closed", "zero-shot"]) -> float:
        if self.min_score is not None:
            return self.min_score
        return _SURE if kind == "closed" else _SURE_ZERO_SHOT

    def _kept(self, seen: Sequence[Detected], size: tuple[int, int]) -> Found:
        """Give the surest boxes, without those that are around the same object as a surer one."""
        wanted = {_named(label) for label in self.labels}
        boxes: list[Box] = []
        for each in sorted(seen, key=lambda d: -d.score):
            label, corners = _named(each.label), shares(*each.corners, *size)
            if corners is None or (wanted and label not in wanted) or len(boxes) == self.max_boxes:
                continue
            x1, y1, x2, y2 = corners
            box = Box(label=label, x1=x1, y1=y1, x2=x2, y2=y2, score=round(min(1.0, each.score), 3))
            if all(box.label != other.label or _common(box, other) < _SAME for other in boxes):
                boxes.append(box)
        return Found(boxes=tuple(boxes))


def _named(label: str) -> str:
    """Give COCO's name for a label that means one of its classes (``aeroplane``), else the label as it is written."""
    return COCO.label(label) or plain_name(label)


def _common(one: Box, other: Box) -> float:
    """Give intersection over union."""
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box.x2 - box.x1) * (box.y2 - box.y1) for box in (one, other)]
    return width * height / (sum(areas) - width * height)
