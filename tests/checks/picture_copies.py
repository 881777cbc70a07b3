"""Made-up photographs in files, and copies of them, for the tests of checks that look at pictures."""

from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from instructgen.records import Image as Reference
from instructgen.records import Origin, Sample, Turn

ORIGIN = Origin(context="", task="t", attempt=1, teacher="t", model="m", prompt="", seeds="", slots=(), requests=())


def scene(number: int, size: tuple[int, int] = (320, 240)) -> Any:
    """Draw a scene of coloured shapes on a slope of light, unlike that of any other number."""
    draw = Random(number)
    picture = Image.linear_gradient("L").resize(size).rotate(draw.randrange(360)).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for _ in range(24):
        x, y = draw.randrange(size[0]), draw.randrange(size[1])
        wide, high = draw.randrange(20, 90), draw.randrange(20, 90)
        shape = pen.ellipse if draw.random() < 0.5 else pen.rectangle
        shape((x, y, x + wide, y + high), fill=(draw.randrange(256), draw.randrange(256), draw.randrange(256)))
    return picture


def save(folder: Path, name: str, picture: Any, quality: int = 90) -> str:
    """Write a picture; give its name."""
    folder.mkdir(exist_ok=True)
    picture.save(folder / name, **({"quality": quality} if name.endswith(".jpg") else {}))
    return name


def cropped(picture: Any, left: float, top: float, right: float, bottom: float) -> Any:
    """Cut shares away from the sides."""
    wide, high = picture.size
    return picture.crop((int(wide * left), int(high * top), int(wide * (1 - right)), int(high * (1 - bottom))))


def about(context: str, *pictures: str, number: int = 0) -> Sample:
    """Make a sample about pictures."""
    turns = (Turn(role="human", text="<image>\nWhat is it?"), Turn(role="gpt", text="Shapes."))
    images = tuple(Reference(path=name) for name in pictures)
    origin = ORIGIN.model_copy(update={"context": context})
    return Sample(id=f"{context}/t/{number}", task="t", images=images, turns=turns, origin=origin)
