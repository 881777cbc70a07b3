"""What extractors share: a picture decoded, corners in shares of it, and a word on packages that are not there."""

from importlib.util import find_spec
from typing import Any

from ..errors import RecordError, SetupError
from ..pictures import fit


def decoded(data: bytes) -> Any:
    """Give a picture as Pillow's, upright, RGB, what is transparent on white. Raises RecordError ``bad_image_…``."""
    try:
        return fit.decoded(data, "")
    except RecordError as error:
        raise RecordError(error.reason, error.detail.removeprefix(": ")) from None


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
