"""Verdicts on a dataset's samples in; counts that add up, shares by name, a table and JSON of them out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .component import did_you_mean
from .errors import SetupError
from .judged_rows import Unreadable
from .records import Verdict

Level = Literal["reject", "doubtful", "tag"]
LEVELS: tuple[Level, ...] = ("reject", "doubtful", "tag")

RATES: Mapping[str, tuple[str, str, str]] = {
    "chair_i": ("objects", "hallucinated", "mentions"),
    "chair_s": ("objects", "hallucinated_texts", "texts"),
}
"""Shares with names of their own: the check that counts, what it counts, of what."""


def level_of(verdict: Verdict, action: str) -> Level | None:
    """Give what a verdict comes to: a fail rejects unless its check's action only tags; None for a pass."""
    if verdict.outcome == "fail":
        return "tag" if action == "tag" else "reject"
    return "doubtful" if verdict.outcome == "doubtful" else None


@dataclass
class Findings:
    """Counts over some of a dataset's records."""

    records: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    """Records that are no conversation, by reason."""
    first: Unreadable | None = None
    grounded: int = 0
    """Samples whose pictures' annotations are known."""
    reasons: Counter[tuple[str, Level, str]] = field(default_factory=Counter)
    """Samples by check, level and reason."""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """What checks with figures counted."""
    marks: bytearray = field(default_factory=bytearray)
    """Of each record, the levels that any verdict on it has: a bit each."""

    def add(self, row: int, verdict: Verdict, level: Level) -> None:
        """Count a verdict on the record that is number ``row`` of these."""
        self.reasons[verdict.check, level, verdict.reason or ""] += 1
        self.marks[row] |= 1 << LEVELS.index(level)

    def add_counts(self, check: str, counts: Mapping[str, int]) -> None:
        """Add what a check counted in a sample."""
        self.counts.setdefault(check, Counter()).update(counts)

    def merge(self, other: "Findings") -> None:
        """Add the counts over the records that follow."""
        self.records += other.records
        self.unreadable.update(other.unreadable)
        self.first = self.first or other.first
        self.grounded += other.grounded
        self.reasons.update(other.reasons)
        for check, counted in other.counts.items():
            self.add_counts(check, counted)
        self.marks += other.marks

    @property
    def samples(self) -> int:
        """Records that are conversations."""
        return self.records - self.unreadable.total()

    def number(self, level: Level, check: str | None = None) -> int:
        """Give how many samples have a verdict of this level, from one check or any."""
        if check is None:
            return sum(1 for mark in self.marks if mark & 1 << LEVELS.index(level))
        return sum(n for (name, found, _), n in self.reasons.items() if (name, found) == (check, level))


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Give the share, in [0, 1]; None of nothing."""
        return self.part / self.whole if self.whole else None


def share_names(checks: Iterable[str], measured: Iterable[str]) -> list[str]:
    """Give the names of all shares that are found with these checks, of which ``measured`` have figures."""
    rates = [name for name, (check, _, _) in RATES.items() if check in set(measured)]
    return ["unreadable", *LEVELS, *(f"{check}.{level}" for check in checks for level in LEVELS), *rates]


def shares(found: Findings, checks: Iterable[str], measured: Iterable[str]) -> dict[str, Share]:
    """Give all shares by name."""
    given: dict[str, Share] = {"unreadable": Share(found.unreadable.total(), found.records)}
    given |= {level: Share(found.number(level), found.samples) for level in LEVELS}
    given |= {f"{c}.{level}": Share(found.number(level, c), found.samples) for c in checks for level in LEVELS}
    for name, (check, part, whole) in RATES.items():
        if check in set(measured):
            counted = found.counts.get(check, Counter())
            given[name] = Share(counted[part], counted[whole])
    return given


class Bound(NamedTuple):
    """A share that must not be above a value."""

    name: str
    value: float

    @classmethod
    def read(cls, text: str, known: Sequence[str]) -> "Bound":
        """Read ``NAME=VALUE``; raises SetupError."""
        name, equals, value = text.partition("=")
        try:
            bound = cls(name.strip(), float(value))
        except ValueError:
            bound = cls(name.strip(), -1.0)
        if not equals or not 0 <= bound.value <= 1:
            raise SetupError(f"--fail-under {text}: expected NAME=VALUE with a share from 0 to 1, such as reject=0.05")
        if bound.name not in known:
            raise SetupError(f"--fail-under {text}: there is no share '{bound.name}'{did_you_mean(bound.name, known)}")
        return bound

    def broken(self, given: Mapping[str, Share]) -> bool:
        """Tell whether the share is above the value. Raises SetupError where there was nothing to measure it on."""
        value = given[self.name].value
        if value is None:
            raise SetupError(
                f"--fail-under {self.name}={self.value:g}: nothing was found to measure it on; expected samples, and "
                "for figures of a check --captions or --instances"
            )
        return value > self.value


# ── what is printed ──────────────────────────────────────────────────────────────────────────────────────────


def table(found: Findings, checks: Sequence[str], measured: Sequence[str]) -> list[str]:
    """Give the table of checks, and what those with figures counted, in lines."""
    given = shares(found, checks, measured)
    wide = max(map(len, [*checks, "any check"]))
    lines = [f"  {'check':{wide}}" + "".join(f"  {title:>16}" for title in ("rejected", "doubtful", "tagged"))]
    for title, prefix in (*((c, f"{c}.") for c in checks), ("any check", "")):
        cells = (given[f"{prefix}{level}"] for level in LEVELS)
        lines.append(f"  {title:{wide}}" + "".join(f"  {_cell(cell):>16}" for cell in cells))
    for name in RATES:
        if name in given and given[name].whole:
            lines.append(f"  {name} {given[name].value:.4f} ({given[name].part} of {given[name].whole})")
    for check in measured:
        if counted := {k: n for k, n in found.counts.get(check, {}).items() if n}:
            lines.append(f"  {check}: " + ", ".join(f"{name} {number}" for name, number in counted.items()))
    return lines


def _cell(share: Share) -> str:
    return f"{share.part} {share.value or 0:8.2%}" if share.part else "0" + " " * 9


def to_json(found: Findings, checks: Sequence[str], measured: Sequence[str]) -> dict[str, object]:
    """Give the counts as plain data."""
    return {
        "records": found.records,
        "samples": found.samples,
        "unreadable": dict(found.unreadable.most_common()),
        "grounded": found.grounded,
        "checks": {
            check: {
                **{level: found.number(level, check) for level in LEVELS},
                "reasons": {
                    f"{level}:{reason}": n
                    for (name, level, reason), n in sorted(found.reasons.items())
                    if name == check
                },
            }
            for check in checks
        },
        "counts": {check: dict(found.counts.get(check, {})) for check in measured},
        "shares": {name: share.value for name, share in shares(found, checks, measured).items()},
    }
