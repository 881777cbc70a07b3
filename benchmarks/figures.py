"""Counts and goals in; a printed line out that says what has been shown.

An interval is Wilson's (1927) at 95 %. A goal is *shown* when the whole interval keeps it, *missed* when the share
itself does not, and *not shown* between the two: too few cases to tell.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

Z = 1.959964
"""Two-sided 95 % of the normal distribution."""


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """Give the 95 % interval of a share, in [0, 1]."""
    if not cases:
        return 0.0, 1.0
    share, extra = hits / cases, Z * Z / cases
    middle = (share + extra / 2) / (1 + extra)
    half = Z * sqrt(share * (1 - share) / cases + extra / (4 * cases)) / (1 + extra)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Figure:
    """One measured share."""

    name: str
    sense: Literal["at most", "at least"]
    """``at most`` for false alarms, ``at least`` for catches."""
    hits: int
    """At the level that rejects."""
    cases: int
    doubtful: int = 0
    """Cases that are doubtful and no hits."""
    goal: float | None = None
    with_doubtful: float | None = None
    """A second goal, for hits and doubtful together."""
    absent: tuple[str, ...] = ()
    """Checks that this figure needs and the table of checks lacks."""

    @property
    def standing(self) -> str:
        """Give ``shown``, ``not shown``, ``missed``, or nothing where there is no goal or no case."""
        both = self.hits + self.doubtful
        found = [_standing(self.sense, self.hits, self.cases, self.goal)]
        found.append(_standing(self.sense, both, self.cases, self.with_doubtful))
        return next((s for s in ("missed", "not shown", "shown") if s in found), "")

    def line(self) -> str:
        """Give the printed line."""
        if self.absent:
            return f"  {self.name:44} no check called {' or '.join(self.absent)}"
        if not self.cases:
            return f"  {self.name:44} no cases"
        low, high = wilson(self.hits, self.cases)
        goal = "" if self.goal is None else f"{'≤' if self.sense == 'at most' else '≥'} {self.goal:.1%}"
        text = f"  {self.name:44} {self.hits / self.cases:6.1%}  [{low:6.1%}, {high:6.1%}]  n={self.cases:<6}"
        text += f" +{self.doubtful / self.cases:.1%} doubtful" if self.doubtful else ""
        if self.with_doubtful is not None:
            goal += f" (≥ {self.with_doubtful:.0%} with doubtful)"
        return f"{text}  {goal}  {self.standing}".rstrip()


def _standing(sense: str, hits: int, cases: int, goal: float | None) -> str:
    if goal is None or not cases:
        return ""
    low, high = wilson(hits, cases)
    share = hits / cases
    if sense == "at most":
        return "missed" if share > goal else "shown" if high <= goal else "not shown"
    if goal == 1.0:  # all of a closed list: there is nothing beyond it to infer
        return "shown" if hits == cases else "missed"
    return "missed" if share < goal else "shown" if low >= goal else "not shown"
