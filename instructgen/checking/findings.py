"""Verdicts on a dataset's samples in; counts that add up, shares by name, a table and JSON of them out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..component import did_you_mean
from ..errors import SetupError
from ..records import Verdict
from ..reporting.statistics import NAMED_RATES, Level, Rate
from .rows import Unreadable

_OF_TEXT = {"opened"}
"""Named rates that are measured on the text alone."""
MORE_IS_BETTER = {"coverage", "kept", "quotes_read", "lines_told"}
"""Shares that a stated limit holds up, not down."""

_REASONS = 4
"""Reasons shown of a check, the most frequent."""

LEVELS: tuple[Level, ...] = ("reject", "doubtful", "tag")
"""What verdicts other than a pass come to, from worst to mildest."""


@dataclass
class Findings:
    """Counts over some of a dataset's records."""

    records: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    """Records that are no conversation, by reason."""
    first: Unreadable | None = None
    grounded: int = 0
    """Samples whose pictures' annotations are known."""
    levels: Counter[tuple[str | None, Level]] = field(default_factory=Counter)
    """Samples by check and level of a verdict; under None those with such a verdict of any check."""
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    """Verdicts other than a pass by reason, of each check."""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """What checks with figures counted."""

    def add(self, verdicts: Sequence[Verdict], levels: Sequence[Level], *, grounded: bool) -> None:
        """Count the verdicts on a sample, each with its level."""
        self.grounded += grounded
        found = [(verdict, level) for verdict, level in zip(verdicts, levels, strict=True) if level != "pass"]
        for verdict, _ in found:
            self.reasons.setdefault(verdict.check, Counter())[verdict.reason or "no reason"] += 1
        self.levels.update({(verdict.check, level) for verdict, level in found} | {(None, level) for _, level in found})

    def add_unreadable(self, record: Unreadable) -> None:
        """Count a record that is no conversation."""
        self.unreadable[record.reason] += 1
        self.first = self.first or record

    def add_counts(self, check: str, counts: Mapping[str, int]) -> None:
        """Add what a check counted in a sample."""
        self.counts.setdefault(check, Counter()).update(counts)

    def merge(self, other: "Findings") -> None:
        """Add the counts over the records that follow."""
        self.records += other.records
        self.unreadable.update(other.unreadable)
        self.first = self.first or other.first
        self.grounded += other.grounded
        self.levels.update(other.levels)
        for check, reasons in other.reasons.items():
            self.reasons.setdefault(check, Counter()).update(reasons)
        for check, counted in other.counts.items():
            self.add_counts(check, counted)

    @property
    def samples(self) -> int:
        """Records that are conversations."""
        return self.records - self.unreadable.total()


def share_names(checks: Iterable[str], measured: Iterable[str]) -> list[str]:
    """Give the names of all shares that are found with these checks, of which ``measured`` have figures."""
    rates = [name for name, (check, _, _) in NAMED_RATES.items() if check in set(measured)]
    return ["unreadable", *LEVELS, *(f"{check}.{level}" for check in checks for level in LEVELS), *rates]


def shares(found: Findings, checks: Iterable[str], measured: Iterable[str]) -> dict[str, Rate]:
    """Give all shares by name."""
    given: dict[str, Rate] = {"unreadable": Rate(found.unreadable.total(), found.records)}
    given |= {level: Rate(found.levels[None, level], found.samples) for level in LEVELS}
    given |= {f"{c}.{level}": Rate(found.levels[c, level], found.samples) for c in checks for level in LEVELS}
    for name, (check, part, whole) in NAMED_RATES.items():
        if check in set(measured):
            counted = found.counts.get(check, Counter())
            given[name] = Rate(counted[part], counted[whole])
    return given


class Bound(NamedTuple):
    """A value that a share must not be above, or not below where more is better."""

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

    def side(self) -> str:
        """Say on which side of the value the share breaks the limit."""
        return "below" if self.name in MORE_IS_BETTER else "above"

    def broken(self, given: Mapping[str, Rate]) -> bool:
        """Tell whether the share is past the value. Raises SetupError where there was nothing to measure it on."""
        value = given[self.name].value
        if value is None:
            raise SetupError(f"--fail-under {self.name}={self.value:g}: nothing was found to measure it on")
        return value < self.value if self.side() == "below" else value > self.value


def need_no_annotations(fail_under: Iterable[str]) -> None:
    """See that no limit is stated for a share that only annotations can give. Raises SetupError."""
    for text in fail_under:
        if text.partition("=")[0].strip() in NAMED_RATES.keys() - _OF_TEXT:
            raise SetupError(f"--fail-under {text}: is measured on annotations; give --captions or --instances too")


# ── what is printed ──────────────────────────────────────────────────────────────────────────────────────────


def table(found: Findings, checks: Sequence[str], measured: Sequence[str]) -> list[str]:
    """Give the table of checks, and what those with figures counted, in lines."""
    given = shares(found, checks, measured)
    rows = [["check", "rejected", "doubtful", "tagged", "reasons"]]
    for title, prefix in (*((c, f"{c}.") for c in checks), ("any check", "")):
        reasons = found.reasons.get(title, Counter[str]()).most_common(_REASONS)
        cells = (_cell(given[f"{prefix}{level}"]) for level in LEVELS)
        rows.append([title, *cells, ", ".join(f"{reason} {number}" for reason, number in reasons)])
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  " + "  ".join(f"{cell:{width}}" for cell, width in zip(row, wide, strict=True)).rstrip() for row in rows
    ]
    for name in NAMED_RATES:
        if name in given and given[name].whole:
            lines.append(f"  {name} {given[name].value:.4f} ({given[name].part} of {given[name].whole})")
    for check in measured:
        if counted := {k: n for k, n in found.counts.get(check, {}).items() if n}:
            lines.append(f"  {check}: " + ", ".join(f"{name} {number}" for name, number in counted.items()))
    return lines


def _cell(share: Rate) -> str:
    return f"{share.part} ({share.value or 0:.2%})" if share.part else "0"


def to_json(found: Findings, checks: Sequence[str], measured: Sequence[str]) -> dict[str, object]:
    """Give the counts as plain data."""
    return {
        "records": found.records,
        "samples": found.samples,
        "unreadable": dict(found.unreadable.most_common()),
        "grounded": found.grounded,
        "checks": {
            check: {
                **{level: found.levels[check, level] for level in LEVELS},
                "reasons": dict(found.reasons.get(check, Counter[str]()).most_common()),
            }
            for check in checks
        },
        "counts": {check: dict(found.counts.get(check, {})) for check in measured},
        "shares": {name: share.value for name, share in shares(found, checks, measured).items()},
    }
