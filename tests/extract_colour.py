"""A small real extractor of the tests' own, found by its dotted path: names a picture's mean colour.

What it looked at is noted in a file, a line a picture, so that tests can count.
"""

import io
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar

from PIL import Image as Pillow
from PIL import ImageStat

from instructgen.component import PLACEMENT, Component
from instructgen.errors import RecordError
from instructgen.records import Box, Context, Found, Passage

COLOURS = {"red": (200, 30, 30), "green": (30, 160, 60), "blue": (40, 60, 200), "white": (250, 250, 250)}


class ColourExtractor(Component):
    """Names the colour that a picture has on average."""

    name: ClassVar[str] = "colour"
    version: ClassVar[int] = 1

    kind: str = "colour"
    """Kind of the passages."""
    boxes: bool = False
    """Whether the right half is a box labelled with the colour."""
    ledger: Annotated[Path, PLACEMENT]
    """File that gets a line for each picture looked at."""
    batch: Annotated[int, PLACEMENT] = 2
    threads: Annotated[int, PLACEMENT] = 2
    seconds: Annotated[float, PLACEMENT] = 0.0
    """How long a picture takes."""
    model: Annotated[Path | None, PLACEMENT] = None
    """A file whose time is part of the stamp."""

    def identity(self) -> Mapping[str, object]:
        """Give the fields that shape the result."""
        return self.shaping()

    def looks_at(self, context: Context) -> bool:
        """Tell whether the source has said no colour."""
        return not any(passage.kind == "colour" for passage in context.passages)

    def look(self, pictures: Sequence[bytes]) -> list[Found | RecordError]:
        """Name the nearest colour of each picture's mean."""
        with self.ledger.open("a", encoding="utf-8") as file:
            file.writelines(f"{len(data)}\n" for data in pictures)
        time.sleep(self.seconds * len(pictures))
        return [self._one(data) for data in pictures]

    def stamp(self) -> Mapping[str, str]:
        """Give the model file's time."""
        return {} if self.model is None else {"model": str(self.model.stat().st_mtime_ns)}

    def _one(self, data: bytes) -> Found | RecordError:
        try:
            with Pillow.open(io.BytesIO(data)) as picture:
                mean = ImageStat.Stat(picture.convert("RGB")).mean
        except OSError as error:
            return RecordError("bad_image", f"cannot be decoded ({error})")
        name = min(COLOURS, key=lambda c: sum((a - b) ** 2 for a, b in zip(COLOURS[c], mean, strict=True)))
        boxes = (Box(label=name, x1=0.5, y1=0, x2=1, y2=1, score=0.75),) if self.boxes else ()
        return Found(boxes=boxes, passages=(Passage(kind=self.kind, text=name),))


def looked(ledger: Path) -> int:
    """Give how many pictures were looked at."""
    return len(ledger.read_text().splitlines()) if ledger.exists() else 0


def paint(folder: Path, number: int) -> list[str]:
    """Write JPEG files, each unlike any other, with a caption beside; give their colours."""
    folder.mkdir(parents=True, exist_ok=True)
    colours = []
    for n in range(number):
        name = list(COLOURS)[n % 4]
        picture = Pillow.new("RGB", (48 + n, 32), COLOURS[name])
        picture.save(folder / f"{n:03d}.jpg")
        (folder / f"{n:03d}.txt").write_text(f"A dog waits beside a bench in garden number {n}.\n")
        colours.append(name)
    return colours
