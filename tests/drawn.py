"""Sizes, formats and modes in; small pictures drawn on the spot out, and a look at their pixels."""

import io

from PIL import Image as Pillow


def picture(size: tuple[int, int] = (60, 40), form: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """Draw a picture of two halves, red on the left, blue on the right."""
    drawn = Pillow.new("RGBA" if "A" in mode else "RGB", size, (255, 0, 0, 128) if "A" in mode else (255, 0, 0))
    drawn.paste((0, 0, 255), (size[0] // 2, 0, *size))
    out = io.BytesIO()
    drawn.convert(mode).save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Pillow.Image:
    """Decode."""
    with Pillow.open(io.BytesIO(data)) as found:
        found.load()
        return found


def saved(drawn: Pillow.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    drawn.save(out, form, **options)
    return out.getvalue()


def animation(form: str) -> bytes:
    """Two frames, the first red, the second blue."""
    red, blue = Pillow.new("RGB", (60, 40), "red"), Pillow.new("RGB", (60, 40), "blue")
    return saved(red, form, save_all=True, append_images=[blue], duration=50)


def colour(data: bytes, at: tuple[int, int] = (3, 3)) -> tuple[int, ...]:
    found = opened(data).convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return tuple(round(channel) for channel in found)


def near(found: tuple[int, ...], wanted: tuple[int, ...], apart: int = 6) -> bool:
    return all(abs(a - b) <= apart for a, b in zip(found, wanted, strict=True))
