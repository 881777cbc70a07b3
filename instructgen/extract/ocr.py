"""A picture in; the lines of text that can be read in it out, as passages of kind ``ocr`` with their boxes.

RapidOCR (PP-OCR models, which lie in its wheel) on ONNX Runtime. Each thread at work has an engine of its own, since
one engine notes what it is doing in itself.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from queue import Empty, SimpleQueue
from typing import Annotated, Any, ClassVar

from pydantic import Field, PrivateAttr

from ..component import PLACEMENT, Component
from ..errors import RecordError
from ..records import Context, Found, Passage
from .decoding import decoded, need, shares


class OcrExtractor(Component):
    """Reads the text in pictures, a line a passage of kind ``ocr``, with its box (RapidOCR).

    A context that has such passages from its source is left as it is.
    """

    name: ClassVar[str] = "ocr"
    version: ClassVar[int] = 1

    min_score: float = Field(default=0.85, ge=0, le=1)
    """How sure the reader must be of a line. Textures are read as a digit or two with up to 0.8."""
    max_lines: int = Field(default=50, ge=1)
    """Lines that a picture may give; the tallest are kept. They come in reading order."""
    threads: Annotated[int, PLACEMENT] = Field(default=4, ge=1)
    """Pictures read at once; each takes a core, and 250 MB of memory."""

    _engines: "SimpleQueue[Any]" = PrivateAttr(default_factory=SimpleQueue)

    @property
    def batch(self) -> int:
        """Give one: there is nothing to gain from reading pictures together."""
        return 1

    def identity(self) -> Mapping[str, object]:
        """Give the fields that shape the result and the reader's version, which stands for its models."""
        need(self.name, "rapidocr", "onnxruntime")
        return {**self.shaping(), "rapidocr": version("rapidocr")}

    def looks_at(self, context: Context) -> bool:
        """Tell whether the source has given no text that can be read in the pictures."""
        return not any(passage.kind == "ocr" for passage in context.passages)

    def look(self, pictures: Sequence[bytes]) -> list[Found | RecordError]:
        """Read pictures one by one."""
        try:
            engine = self._engines.get_nowait()
        except Empty:
            engine = _engine()
        try:
            return [self._one(engine, data) for data in pictures]
        finally:
            self._engines.put(engine)

    def stamp(self) -> Mapping[str, str]:
        """Give nothing: the models belong to the package."""
        return {}

    def _one(self, engine: Any, data: bytes) -> Found | RecordError:
        import numpy

        try:
            picture = decoded(data)
        except RecordError as error:
            return error
        read = engine(numpy.asarray(picture)[:, :, ::-1])
        if read.boxes is None or read.txts is None:
            return Found()
        lines = []
        for corners, text, score in zip(read.boxes.tolist(), read.txts, read.scores, strict=True):
            xs, ys = [x for x, _ in corners], [y for _, y in corners]
            box = shares(min(xs), min(ys), max(xs), max(ys), *picture.size)
            words = " ".join(text.split())
            if score >= self.min_score and box and words:
                lines.append(Passage(kind="ocr", text=words, box=box))
        return Found(passages=tuple(_tallest(lines, self.max_lines)))


def _tallest(lines: Sequence[Passage], most: int) -> list[Passage]:
    """Give the tallest lines in the order in which they came."""
    tall = sorted(range(len(lines)), key=lambda n: -_height(lines[n]))[:most]
    return [lines[n] for n in sorted(tall)]


def _height(line: Passage) -> float:
    return line.box[3] - line.box[1] if line.box else 0.0


def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 1})
