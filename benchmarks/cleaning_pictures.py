"""A folder of pictures in; the same and their copies, shrunk, encoded again and cropped, as files out."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

ENDINGS = (".jpg", ".jpeg", ".png")
MOST_PIXELS = 1200
"""Of the longer side, to save time."""
Copy = Callable[[Any, Random], tuple[Any, int]]
"""Makes a copy of a picture, and says the quality at which it is encoded."""


@dataclass
class Planted:
    """Pictures and their copies, by file name."""

    photos: int = 0
    whole: list[str] = field(default_factory=list)
    copies: dict[str, list[str]] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)
    """Of which picture each is a copy."""


def cropped(picture: Any, share: float, draw: Random) -> Any:
    """Cut a share of width and height away, at any sides."""
    wide, high = (round(side * (1 - share)) for side in picture.size)
    left, top = draw.randint(0, picture.width - wide), draw.randint(0, picture.height - high)
    return picture.crop((left, top, left + wide, top + high))


def _half(picture: Any) -> Any:
    return picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.LANCZOS)


KINDS: dict[str, Copy] = {
    "half the size": lambda picture, _: (_half(picture), 90),
    "224 x 224": lambda picture, _: (picture.resize((224, 224), Image.Resampling.BICUBIC), 90),
    "JPEG of quality 40": lambda picture, _: (picture, 40),
    "JPEG of quality 15": lambda picture, _: (picture, 15),
    "cropped by 5 %": lambda picture, draw: (cropped(picture, 0.05, draw), 90),
    "cropped, 336 x 336, quality 40": lambda picture, draw: (
        cropped(picture, 0.05, draw).resize((336, 336), Image.Resampling.BICUBIC),
        40,
    ),
}


def planted_pictures(folder: Path, work: Path) -> Planted:
    """Write all pictures, their quarters, and the copies of both into ``work``."""
    planted, draw, seen = Planted(), Random(5), set[bytes]()
    for file in sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS):
        data = file.read_bytes()
        if (digest := sha256(data).digest()) in seen:
            continue
        seen.add(digest)
        planted.photos += 1
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        picture.thumbnail((MOST_PIXELS, MOST_PIXELS))
        for place, part in enumerate((picture, *_quarters(picture))):
            name = f"{planted.photos:05d}-{place}.jpg"
            part.save(work / name, quality=95)
            planted.whole.append(name)
            for number, (kind, make) in enumerate(KINDS.items()):
                copy, quality = make(part, draw)
                copied = f"{planted.photos:05d}-{place}-{number}.jpg"
                copy.save(work / copied, quality=quality)
                planted.copies.setdefault(kind, []).append(copied)
                planted.of[copied] = name
    return planted


def _quarters(picture: Any) -> list[Any]:
    wide, high = picture.width // 2, picture.height // 2
    return [picture.crop((x, y, x + wide, y + high)) for y in (0, high) for x in (0, wide)]
