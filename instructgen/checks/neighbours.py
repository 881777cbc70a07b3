"""Many vectors of length 1 in; for each the earlier ones that point nearly the same way out, without comparing all.

Some of the vectors are the middles of cells. A vector is put into its nearest two cells, and looked for in its nearest
four (inverted lists: Sivic and Zisserman, "Video Google", ICCV 2003). Nothing is drawn at random: the same vectors in
the same order give the same answer.
"""

from array import array
from collections.abc import Callable, Iterator
from typing import Any

_ONE_CELL = 4096
"""So many vectors are compared all with all."""
_KEPT_IN, _LOOKED_IN = 2, 4
"""Cells that a vector is put into, and looked for in."""
_BLOCK = 8192
_STRIPE, _NARROW = 512, 64
_MEMBERS = 4096
_AT_ONCE = 1024
"""Pairs that are compared closely at a time: 60 MB of pictures."""

Same = Callable[[Any, Any], Any]
"""Tells of pairs of numbers of vectors, two arrays, whether they are the same."""


class Cells:
    """Vectors to be looked for: what has been put in is found."""

    def __init__(self, vectors: Any) -> None:
        """``vectors`` are all that will ever be put in, one a row, of length 1."""
        import numpy as np

        self._vectors = vectors
        count = len(vectors)
        cells = min(count, 1) if count <= _ONE_CELL else int(2 * count**0.5)
        self._middles = np.asarray(vectors[np.linspace(0, count - 1, cells).astype(np.intp)], np.float32)
        self._members = [array("I") for _ in range(cells)]

    def nearest(self, vectors: Any) -> Any:
        """Give the nearest few cells of each vector, the nearest first."""
        import numpy as np

        number = min(_LOOKED_IN, len(self._middles))
        found = [np.zeros((0, number), np.intp)]
        for start in range(0, len(vectors), _STRIPE):
            unlike = -(vectors[start : start + _STRIPE] @ self._middles.T)
            some = np.argpartition(unlike, number - 1, axis=1)[:, :number]
            order = np.argsort(np.take_along_axis(unlike, some, 1), axis=1, kind="stable")
            found.append(np.take_along_axis(some, order, 1))
        return np.concatenate(found)

    def put(self, places: Any, cells: Any) -> None:
        """Put vectors in, by their numbers, each with its nearest cells."""
        for row in cells[:, :_KEPT_IN].T.tolist():
            for place, cell in zip(places.tolist(), row, strict=True):
                self._members[cell].append(place)

    def near(self, asked: Any, cells: Any, least: float) -> tuple[Any, Any]:
        """Give pairs: which of the asked vectors, and the number of one that was put in, of a cosine of ``least``."""
        import numpy as np

        order = np.argsort(cells, axis=None, kind="stable")
        whose, sorted_cells = order // cells.shape[1], cells.reshape(-1)[order]
        starts = np.flatnonzero(np.r_[True, sorted_cells[1:] != sorted_cells[:-1]]).tolist() if len(order) else []
        askers, found = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            members = np.array(self._members[sorted_cells[start]], dtype=np.intp)
            group = whose[start:end]
            for at in range(0, len(members), _MEMBERS):
                some = members[at : at + _MEMBERS]
                rows, columns = np.nonzero(asked[group] @ np.asarray(self._vectors[some], np.float32).T >= least)
                askers.append(group[rows])
                found.append(some[columns])
        pairs = np.unique(np.stack([np.concatenate(askers), np.concatenate(found)]), axis=1)
        return pairs[0], pairs[1]


def repeats(vectors: Any, least: float, same: Same) -> Iterator[tuple[int, int]]:
    """Give each vector that is the same as an earlier one that is kept, with the first such one, in order.

    Only those of a cosine of ``least`` are asked about.
    """
    import numpy as np

    cells = Cells(vectors)
    for start in range(0, len(vectors), _BLOCK):
        asked = np.asarray(vectors[start : start + _BLOCK], np.float32)
        places = np.arange(start, start + len(asked))
        own = cells.nearest(asked)
        askers, earlier = cells.near(asked, own, least)
        first_of: dict[int, int] = {}
        for later, first in _same(places[askers], earlier, same):
            first_of[later] = min(first, first_of.get(later, first))
        fresh = np.array([n - start for n in places.tolist() if n not in first_of], dtype=np.intp)
        first_of |= _within(asked[fresh], places[fresh], least, same)
        yield from sorted(first_of.items())
        kept = np.array([n not in first_of for n in places.tolist()], dtype=bool)
        cells.put(places[kept], own[kept])


def _same(later: Any, earlier: Any, same: Same) -> Iterator[tuple[int, int]]:
    """Give those pairs that are the same."""
    for at in range(0, len(later), _AT_ONCE):
        some, others = later[at : at + _AT_ONCE], earlier[at : at + _AT_ONCE]
        kept = same(some, others)
        yield from zip(some[kept].tolist(), others[kept].tolist(), strict=True)


def _within(vectors: Any, places: Any, least: float, same: Same) -> dict[int, int]:
    """Give each of a block's vectors that is the same as an earlier one of the block that is kept, with that one.

    A few at a time, by what is kept so far: of a block of nothing but repeats, not all pairs are compared.
    """
    import numpy as np

    first_of: dict[int, int] = {}
    kept = np.zeros(0, np.intp)
    for start in range(0, len(vectors), _NARROW):
        own = np.arange(start, min(start + _NARROW, len(vectors)))
        rows, columns = np.nonzero(vectors[own] @ vectors[kept].T >= least)
        for later, first in sorted(_same(places[own[rows]], places[kept[columns]], same)):
            first_of.setdefault(later, first)
        own = own[[place not in first_of for place in places[own].tolist()]]
        rows, columns = np.nonzero(np.tril(vectors[own] @ vectors[own].T >= least, -1))
        for later, first in sorted(_same(places[own[rows]], places[own[columns]], same)):
            if first not in first_of:
                first_of.setdefault(later, first)
        kept = np.concatenate([kept, own[[place not in first_of for place in places[own].tolist()]]])
    return first_of
