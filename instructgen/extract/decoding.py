"""What extractors share: a picture decoded, corners in shares of it, and a word on packages that are not there."""

import io
from importlib.util import find_spec
from typing import Any

from ..errors import RecordError, SetupError
from ..images import measure


def decoded(data: bytes) -> Any:
    """Give a picture as Pillow's, upright, RGB, what is transparent on white.

    Raises RecordError ``bad_image`` for what cannot be decoded and for more pixels than ``images.MOST_PIXELS``.
    """
    from PIL import Image, ImageOps

    measure(data, "the file")
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = ImageOps.exif_transpose(opened)
            if picture.mode in ("RGBA", "LA", "PA", "P"):
                layer = picture.convert("RGBA")
                picture = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
            return picture.convert("RGB")
    except Exception as error:  # decoders raise whatever a broken file leads them to
        why = " ".join(str(error).split())[:150].replace("<_io.BytesIO", "<")
        raise RecordError("bad_image", f"cannot be decoded ({type(error).__name__}: {why})") from None


def shares(
    x1: float, y1: float, x2: float, y2: float, width: float, height: float
) -> tuple[float, float, float, float] | None:
    """Give corners in pixels as shares of the picture, clipped, three decimals; None when nothing is left of them."""
    left, right = (round(min(1.0, max(0.0, x / width)), 3) for x in (x1, x2))
    top, bottom = (round(min(1.0, max(0.0, y / height)), 3) for y in (y1, y2))
    return (left, top, right, bottom) if left < right and top < bottom else None


def need(extractor: str, *packages: str) -> None:
    """See that packages are there; raises SetupError that says how to install them."""
    lacking = [package for package in packages if find_spec(package) is None]
    if lacking:
        raise SetupError(
            f"extract: '{extractor}' needs what is not installed here ({', '.join(lacking)}); "
            f"pip install 'instructgen[{extractor}]'"
        )
