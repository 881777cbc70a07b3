"""A picture in; a print of 1,152 bytes that tells it from others out, and whether two prints are of one picture.

A print is the picture shrunk to 32 × 32 grey values and 8 × 8 of each colour difference (YCbCr). Common 64-bit hashes
were tried first (docs/clean.md): a crop of 5 % moves as many of their bits as separate some unlike pictures. So prints
are compared as what they are, pictures: the one is laid over the other by Gauss-Newton steps over shift and stretch
(Lucas and Kanade, "An iterative image registration technique", IJCAI 1981), and then grey values, edges and colours
have to agree. Which prints are compared at all is told by 53 numbers: low frequencies (cosine transform) of grey and
colour.
"""

import base64
from functools import cache
from typing import Any

from ..pictures import fit
from ..records import Record
from .pictures import Eyes

SIDE, COLOUR_SIDE = 32, 8
BYTES = SIDE * SIDE + 2 * COLOUR_SIDE * COLOUR_SIDE
NEAR = 0.86
"""Cosine of the numbers of two prints from which on they are compared; 98 in 100 pictures cropped by 5 % reach 0.88."""
_GREY_FREQUENCIES, _COLOUR_FREQUENCIES = 6, 3
_COLOUR_WEIGHT = 8
"""Twice that of grey: a wave over 8 values comes out a quarter as large as over 32."""
_AGREE, _EDGES_AGREE = 0.88, 0.80
"""Least correlation of grey values and of their gradients."""
_COLOURS_DIFFER, _COLOURS_VARY = 6.0, 0.5
"""Most mean difference of colour, of 255; or share of a gaudy picture's mean deviation, which a crop changes more."""
_FLAT = 2.0
"""Standard deviation of the grey values of a picture of one colour."""
_FAR = 0.6
"""Correlation, after the first step, from which on it is worth to go on."""
_STEPS = 5
_MOST_SHIFT, _MOST_STRETCH = 0.08, 0.11
"""Of the side: 5 % are cropped, and a bit more."""


class Print(Record):
    """A picture's print."""

    data: str
    """Its bytes in base 64."""


def taken(data: bytes) -> Print:
    """Take the print of a picture. Raises RecordError for one that cannot be read."""
    import numpy as np
    from PIL import Image as Pillow

    picture = fit.reduced(data, "", 4 * SIDE).convert("YCbCr")
    small = np.asarray(picture.resize((SIDE, SIDE), Pillow.Resampling.BOX))
    colours = small[..., 1:].reshape(COLOUR_SIDE, SIDE // COLOUR_SIDE, COLOUR_SIDE, SIDE // COLOUR_SIDE, 2)
    means = np.rint(colours.mean((1, 3))).astype(np.uint8)
    whole = small[..., 0].tobytes() + means.transpose(2, 0, 1).tobytes()
    return Print(data=base64.b64encode(whole).decode())


EYES = Eyes("print", {"use": "print", "version": 1}, Print, taken)
"""Those that take prints; what they keep is kept for every check."""


def numbers(prints: Any) -> Any:
    """Give 53 numbers of length 1 for each print (rows of ``BYTES`` bytes): those of like pictures point alike."""
    import numpy as np

    grey, colour = _apart(prints)
    waves, colour_waves = _waves(SIDE, _GREY_FREQUENCIES), _waves(COLOUR_SIDE, _COLOUR_FREQUENCIES)
    low = np.einsum("ui,nij,vj->nuv", waves, grey, waves, optimize=True)
    low *= np.hypot(np.arange(_GREY_FREQUENCIES)[:, None], np.arange(_GREY_FREQUENCIES)) ** 0.5
    tints = np.einsum("ui,ncij,vj->ncuv", colour_waves, colour - 128, colour_waves, optimize=True)
    parts = [low.reshape(len(low), -1)[:, 1:], _COLOUR_WEIGHT * tints.reshape(len(tints), -1)]
    found = np.concatenate(parts, axis=1)
    found[_flat(grey), 0] += 1e6  # of a single colour: such pictures are to be compared with each other
    return (found / np.linalg.norm(found, axis=1, keepdims=True).clip(1e-3)).astype(np.float32)


def same_picture(some: Any, others: Any) -> Any:
    """Tell of each pair of prints whether they are of one picture: shrunk, encoded again, cropped by 5 %."""
    import numpy as np

    (grey, colour), (other_grey, other_colour) = _apart(some), _apart(others)
    gaudy = np.abs(colour - colour.mean((2, 3), keepdims=True)).mean((1, 2, 3))
    differ = np.abs(colour - other_colour).mean((1, 2, 3))
    close = differ <= np.maximum(_COLOURS_DIFFER, _COLOURS_VARY * gaudy)
    flat = _flat(grey) & _flat(other_grey)
    same = close & flat & (np.abs(grey - other_grey).mean((1, 2)) <= _FLAT)
    for one, other in ((grey, other_grey), (other_grey, grey)):
        left = np.flatnonzero(close & ~flat & ~same)
        if len(left):
            same[left] = _laid_over(one[left], other[left])
    return same


def _flat(grey: Any) -> Any:
    """Tell of each picture whether it is of one colour: there is nothing to correlate."""
    return grey.std((1, 2)) <= _FLAT


def _apart(prints: Any) -> tuple[Any, Any]:
    """Give grey values and colours of prints as floats."""
    import numpy as np

    rows = np.asarray(prints, dtype=np.float32).reshape(-1, BYTES)
    colours = rows[:, SIDE * SIDE :].reshape(-1, 2, COLOUR_SIDE, COLOUR_SIDE)
    return rows[:, : SIDE * SIDE].reshape(-1, SIDE, SIDE), colours


@cache
def _waves(side: int, count: int) -> Any:
    """Give the first rows of the orthonormal cosine transform."""
    import numpy as np

    at = np.pi * (np.arange(side) + 0.5) / side
    rows = np.stack([np.cos(at * u) for u in range(count)]) * np.sqrt(2 / side)
    rows[0] /= np.sqrt(2)
    return rows.astype(np.float32)


# ── one picture laid over another ────────────────────────────────────────────────────────────────────────────


def _laid_over(over: Any, under: Any) -> Any:
    """Tell of each pair whether ``under`` is a part of ``over``, or all of it."""
    import numpy as np

    at = np.tile(np.array([0, 1, 0, 1], dtype=np.float32), (len(over), 1))
    """Shift and stretch, across and down."""
    agree, best = np.zeros(len(over), dtype=bool), np.full(len(over), -1.0, dtype=np.float32)
    target = _standard(under)[0]
    left = np.arange(len(over))
    for step in range(_STEPS + 1):
        moved = _moved(over[left], at[left])
        plain, spread = _standard(moved)
        match = (plain * target[left]).sum((1, 2))
        better = match > best[left]
        best[left] = np.maximum(best[left], match)
        agree[left] |= better & (match >= _AGREE) & (_edges(moved, under[left]) >= _EDGES_AGREE)
        on = ~agree[left] & (match >= (_FAR if step else -1.0))
        if step == _STEPS or not on.any():
            break
        left = left[on]
        slope = (moved[on] / spread[on], plain[on], target[left] - plain[on])
        at[left] = _bounded(at[left] + _step(*slope))
    return agree


def _standard(grey: Any) -> tuple[Any, Any]:
    """Give pictures of mean 0 and length 1, and what they were divided by."""
    import numpy as np

    plain = grey - grey.mean((1, 2), keepdims=True)
    spread = np.maximum(np.sqrt((plain * plain).sum((1, 2), keepdims=True)), SIDE)
    return plain / spread, spread


def _edges(some: Any, others: Any) -> Any:
    """Give the correlation of two pictures' gradients."""
    import numpy as np

    one, other = (np.stack(np.gradient(grey, axis=(1, 2)), 1) for grey in (some, others))
    lengths = np.sqrt((one * one).sum((1, 2, 3)) * (other * other).sum((1, 2, 3)))
    return (one * other).sum((1, 2, 3)) / np.maximum(lengths, 1.0)


def _places() -> Any:
    import numpy as np

    return ((np.arange(SIDE) + 0.5) / SIDE - 0.5).astype(np.float32)


def _moved(grey: Any, at: Any) -> Any:
    """Give pictures shifted and stretched, between pixels linearly; beyond the border is what lies at it."""
    return _rows(at[:, 2], at[:, 3]) @ grey @ _rows(at[:, 0], at[:, 1]).transpose(0, 2, 1)


def _rows(shift: Any, stretch: Any) -> Any:
    """Give the matrix that takes each line's pixels from where they are to be."""
    import numpy as np

    place = (stretch[:, None] * _places() + shift[:, None] + 0.5) * SIDE - 0.5
    place = np.clip(place, 0, SIDE - 1)
    first = np.minimum(place.astype(np.intp), SIDE - 2)
    share = (place - first).astype(np.float32)
    rows = np.zeros((len(shift), SIDE, SIDE), dtype=np.float32)
    which, line = np.arange(len(shift))[:, None], np.arange(SIDE)
    rows[which, line, first] = 1 - share
    rows[which, line, first + 1] += share
    return rows


def _step(scaled: Any, plain: Any, lacking: Any) -> Any:
    """Give the change of shift and stretch by which a picture comes nearest to what it lacks, to first order."""
    import numpy as np

    down, across = (slope * SIDE for slope in np.gradient(scaled, axis=(1, 2)))
    place = _places()
    ways = np.stack([across, across * place, down, down * place[:, None]], 1).reshape(len(scaled), 4, -1)
    ways = ways - ways.mean(2, keepdims=True)
    flat = plain.reshape(len(plain), -1, 1)
    ways = ways - (ways @ flat) * flat.transpose(0, 2, 1)  # what only changes the contrast
    square = ways @ ways.transpose(0, 2, 1)
    ridge = 1e-3 * np.trace(square, axis1=1, axis2=2) / 4 + 1e-6
    square = square + np.eye(4, dtype=np.float32) * ridge[:, None, None]
    return np.linalg.solve(square, ways @ lacking.reshape(len(lacking), -1, 1))[:, :, 0]


def _bounded(at: Any) -> Any:
    import numpy as np

    most = np.array([_MOST_SHIFT, _MOST_STRETCH] * 2, dtype=np.float32)
    middle = np.array([0, 1, 0, 1], dtype=np.float32)
    return np.clip(at, middle - most, middle + most)
