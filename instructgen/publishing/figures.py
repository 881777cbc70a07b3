"""A run in; the figures that its card gives out: how far samples agree with annotations, what they cost, when.

Counts, rejects and cost are of the whole run. What the checks count anew is counted over a number of shards that the
recipe's seed draws, so that a card of ten million samples takes no longer than one of two hundred thousand.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from ..journal import read_lines
from ..judged import JudgedRun, Lost
from ..protocols import Measured
from ..report import Summary
from ..reporting.bills import Bills
from ..reporting.statistics import Figures, level_of
from ..run import Run

MOST_SHARDS = 64
"""Shards that are counted anew: 64,000 source records, unless the recipe has smaller shards."""


class _Time(msgspec.Struct):
    at: str = ""


_decoder = msgspec.json.Decoder(_Time)


@dataclass
class RunFigures:
    """What a card says of a run in numbers."""

    summary: Summary
    bills: Bills
    first: str
    """When the first answer came, UTC, ISO 8601; empty for a run without any."""
    last: str
    """When the last answer came."""
    shards: int
    """Shards of the run."""
    counted: int
    """Shards that ``before`` and ``after`` are of."""
    before: Figures = field(default_factory=Figures)
    """Of all samples as they were last written."""
    after: Figures = field(default_factory=Figures)
    """Of those that checks and run-wide checks let pass. What people decided is not in it."""

    @property
    def finished(self) -> bool:
        """Whether all shards that were begun are written, and nothing is still to be asked for."""
        return not self.summary.open and not any(count.not_asked for count in self.summary.tally.tasks.values())

    def rejected(self) -> Counter[str]:
        """Give the rejected samples and replies by reason, those of run-wide checks among them."""
        counted = sum((count.rejected for count in self.summary.tally.tasks.values()), Counter[str]())
        wide = self.summary.run_wide
        return sum(wide.left_out.values(), counted) if wide else counted

    def noted(self) -> Counter[tuple[str, str, str]]:
        """Give what checks remark on in accepted samples: check, level and reason."""
        return Counter({found: n for found, n in self.after.findings.items() if found[1] in ("tag", "doubtful")})


def figures_of(run: Run) -> RunFigures:
    """Add up a run's figures. Raises SetupError for a damaged part or journal."""
    summary, bills = run.summary(), Bills()
    first, last = "", ""
    for shard in run.folder.shards("journal"):
        path = run.folder.part("journal", shard)
        bills.read(path)
        times = [_decoder.decode(line).at for _, _, line in read_lines(path)]
        if times:
            first, last = min(first or times[0], *times), max(last, *times)
    reader = JudgedRun(run, summary)
    shards = reader.shards()
    drawn = sorted(shards, key=lambda shard: _rank(run.built.recipe.seed, shard))[:MOST_SHARDS]
    figures = RunFigures(summary, bills, first, last, len(shards), len(drawn))
    for shard in sorted(drawn):
        _count(run, reader, shard, figures)
    return figures


def _rank(seed: int, shard: int) -> bytes:
    return blake2b(f"{seed}:{shard}".encode(), digest_size=8).digest()


def _count(run: Run, reader: JudgedRun, shard: int, figures: RunFigures) -> None:
    built = run.built
    checks: Mapping[str, object] = {**built.checks, **built.asked_checks, **built.run_checks}
    measured = {name: check for name, check in checks.items() if isinstance(check, Measured)}
    actions = {name: block.action for name, block in built.recipe.checks.items()}
    for found in reader.read(shard, lambda *_: ""):
        if isinstance(found, Lost):
            continue
        kept = [figures.before] if found.reason else [figures.before, figures.after]
        counts = {name: check.figures(found.sample, found.context) for name, check in measured.items()}
        for each in kept:
            each.samples += 1
            for name, counted in counts.items():
                each.counts.setdefault(name, Counter()).update(counted)
            for verdict in found.verdicts:
                each.findings[verdict.check, level_of(verdict, actions.get(verdict.check)), verdict.reason or ""] += 1
