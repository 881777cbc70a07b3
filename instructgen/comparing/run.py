"""Two runs' folders in; how they differ out: by recipe, by sample, by check, by cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..opening import differences
from ..run import Run
from .entries import Reader
from .matching import KINDS, Matched, Matching, Told

Pair = tuple[Any, Any]


def _nobody(*_: int) -> None:
    """Be told, and do nothing."""


def compare(first: Path, second: Path, limit: int = 10, told: Told = _nobody) -> "Compared":
    """Compare two runs; ``limit`` is how many changed samples are named. Raises SetupError as opening a run does.

    Samples count as exports give them before people have reviewed them: without what run-wide checks leave out. Nothing
    is written.
    """
    runs = Run.open(first), Run.open(second)
    summaries = runs[0].summary(), runs[1].summary()
    readers = [Reader(run, summary) for run, summary in zip(runs, summaries, strict=True)]
    matched = Matching(readers[0], readers[1], limit).match(told)
    figures = summaries[0].to_json(), summaries[1].to_json()
    return Compared((first, second), list(differences(_shaping(runs[0]), _shaping(runs[1]))), matched, figures)


def _shaping(run: Run) -> dict[str, object]:
    """Give all that shapes what a run gives, its run-wide checks among it."""
    return {**run.facts.shaping, "run_wide": {str(check["name"]): check for check in run.built.run_wide_shaping()}}


@dataclass
class Compared:
    """How two runs differ."""

    paths: tuple[Path, Path]
    recipe: list[str]
    """A line for each key of what shapes a run that differs."""
    matched: Matched
    figures: Pair
    """Each run's summary as plain data."""

    def to_json(self) -> dict[str, object]:
        """Give all of it as plain data."""
        matched = self.matched
        return {
            "runs": [str(path) for path in self.paths],
            "recipe": self.recipe,
            "contexts": {name: matched.contexts[name] for name in ("both", "first", "second")},
            "samples": {task: {kind: n[kind] for kind in KINDS} for task, n in sorted(matched.samples.items())},
            "only_first": dict(matched.absent[0].most_common()),
            "only_second": dict(matched.absent[1].most_common()),
            "tasks": {task: [f["tasks"].get(task) for f in self.figures] for task in self._tasks()},
            "reasons": {reason: list(numbers) for reason, numbers in self._reasons().items()},
            "spent": [figures["spent"] for figures in self.figures],
            "usd_per_accepted": [figures["usd_per_accepted"] for figures in self.figures],
            "changes": [change._asdict() for change in matched.changes],
        }

    def _tasks(self) -> list[str]:
        return sorted({task for figures in self.figures for task in figures["tasks"]})

    def _reasons(self) -> dict[str, tuple[int, int]]:
        """Give how often each reason was given in each run; those that differ most first."""
        counts: dict[str, list[int]] = {}
        for side, figures in enumerate(self.figures):
            for reason, number in _lost(figures):
                counts.setdefault(reason, [0, 0])[side] += number
        by_difference = sorted(counts.items(), key=lambda item: (-abs(item[1][0] - item[1][1]), item[0]))
        return {reason: (first, second) for reason, (first, second) in by_difference}

    # ── in lines ─────────────────────────────────────────────────────────────────────────────────────────────

    def lines(self) -> list[str]:
        """Say it in tables."""
        first, second = self.paths
        matched = self.matched
        lines = [f"1: {first}", f"2: {second}"]
        open_ = [f["shards"]["open"] for f in self.figures]
        lines += [f"  {n} shards of {side} are open: provisional" for side, n in enumerate(open_, 1) if n]
        lines += ["", "recipe" if self.recipe else "recipe: the same", *(f"  {line}" for line in self.recipe)]
        both, *only = (matched.contexts[name] for name in ("both", "first", "second"))
        lines += ["", f"contexts: {both:,} in both, {only[0]:,} only in 1, {only[1]:,} only in 2", ""]
        lines += _table(self._sample_rows())
        for side, reasons in enumerate(matched.absent, 1):
            said = ", ".join(f"{reason} {number:,}" for reason, number in reasons.most_common(8))
            lines += [f"  only in {side}, because in {3 - side}: {said}"] if said else []
        lines += ["", *_table([["accepted, of contexts", "1", "2"], *self._accepted_rows()])]
        if reasons_ := self._reasons():
            lines += ["", *_table([["rejected or declined", "1", "2"], *_number_rows(reasons_)[:_REASONS]])]
            lines += [f"  … {len(reasons_) - _REASONS} more: --json"] if len(reasons_) > _REASONS else []
        if asked := list(self._asked_rows()):
            lines += ["", *_table([["judged by", "1", "2"], *asked])]
        lines += ["", *_table([["cost", "1", "2"], *self._cost_rows()])]
        if matched.changes:
            lines += ["", f"changed, the first {len(matched.changes)}:"]
            lines += [f"  {change.id}, turn {change.turn}: {change.text}" for change in matched.changes]
        return lines

    def _sample_rows(self) -> list[list[str]]:
        rows = [["samples", "same", "changed", "only in 1", "only in 2"]]
        counts = sorted(self.matched.samples.items())
        rows += [[f"  {task}", *(f"{number[kind]:,}" for kind in KINDS)] for task, number in counts]
        if len(counts) > 1:
            rows.append(["  all", *(f"{sum(number[kind] for _, number in counts):,}" for kind in KINDS)])
        return rows

    def _accepted_rows(self) -> Iterator[list[str]]:
        for task in self._tasks():
            counts = [figures["tasks"].get(task) for figures in self.figures]
            yield [f"  {task}", *("-" if c is None else f"{c['accepted']:,} of {c['contexts']:,}" for c in counts)]

    def _asked_rows(self) -> Iterator[list[str]]:
        """Give, for each check that asks, the share that it lets pass and the mean of each score."""
        asked = [dict(_asked(figures)) for figures in self.figures]
        for task, check in sorted({*asked[0], *asked[1]}):
            sides = [side.get((task, check)) for side in asked]
            passed = ("-" if said is None else _passed(said["verdicts"]) for said in sides)
            yield [f"  {check}, {task}: passed", *passed]
            for aspect in sorted({aspect for said in sides if said for aspect in said["scores"]}):
                yield [f"  {check}, {task}: {aspect}", *(_mean(said and said["scores"].get(aspect)) for said in sides)]

    def _cost_rows(self) -> Iterator[list[str]]:
        spent = [figures["spent"] for figures in self.figures]
        for name, title in _COUNTED.items():
            yield [f"  {title}", *(f"{each[name]:,}" for each in spent)]
        yield ["  dollars", *(f"{each['usd']:,.4f}" for each in spent)]
        yield ["  dollars an accepted sample", *(_per(f["spent"]["usd"], f["accepted"], 6) for f in self.figures)]
        tokens = [(f["spent"]["prompt"] + f["spent"]["reply"], f["accepted"]) for f in self.figures]
        yield ["  tokens an accepted sample", *(_per(*each, 0) for each in tokens)]
        if any(each["unpriced"] for each in spent):
            yield ["  completions of unknown price", *(f"{each['unpriced']:,}" for each in spent)]


_REASONS = 20
"""Reasons that are printed."""

_COUNTED = {
    "completions": "completions",
    "prompt": "prompt tokens",
    "cached": "of them cached",
    "reply": "reply tokens",
}


def _lost(figures: Any) -> Iterator[tuple[str, int]]:
    for count in figures["tasks"].values():
        yield from count["rejected"].items()
        yield from ((f"declined:{reason}", number) for reason, number in count["declined"].items())
        if count["not_asked"]:
            yield "not_asked", count["not_asked"]
    for reasons in figures.get("run_wide", {}).get("left_out", {}).values():
        yield from reasons.items()


def _asked(figures: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    for task, count in figures["tasks"].items():
        yield from (((task, check), said) for check, said in count.get("asked", {}).items())


def _number_rows(reasons: dict[str, tuple[int, int]]) -> list[list[str]]:
    return [[f"  {reason}", f"{first:,}", f"{second:,}"] for reason, (first, second) in reasons.items()]


def _passed(verdicts: dict[str, int]) -> str:
    total = sum(verdicts.values())
    return f"{verdicts.get('pass', 0) / total:.1%} of {total:,}" if total else "-"


def _mean(points: dict[str, int] | None) -> str:
    total = sum(points.values()) if points else 0
    return f"{sum(int(score) * number for score, number in points.items()) / total:.2f}" if points and total else "-"


def _per(value: float, number: int, digits: int) -> str:
    return f"{value / number:,.{digits}f}" if number else "-"


def _table(rows: list[list[str]]) -> list[str]:
    """Lay out rows: the first column to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        numbers = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join([f"{row[0]:{widths[0]}}", *numbers]).rstrip())
    return lines
