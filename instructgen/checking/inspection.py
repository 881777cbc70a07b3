"""Some of a dataset's records in; counts over them, the lines of their verdicts and figures for a report out."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..records import Context, Verdict
from ..reporting.statistics import Statistics, level_of
from .annotations import Annotations
from .findings import Findings
from .rows import Found, Judged, Unreadable, judged
from .rules import Rules
from .verdict_lines import verdict_lines


class Matched(NamedTuple):
    """How many samples have pictures, of how many the annotations are known, and a picture without."""

    pictured: int = 0
    annotated: int = 0
    strange: str | None = None

    def plus(self, other: "Matched") -> "Matched":
        """Give the numbers of both, and the first picture without annotations."""
        strange = other.strange if self.strange is None else self.strange
        return Matched(self.pictured + other.pictured, self.annotated + other.annotated, strange)


class Inspected(NamedTuple):
    """What was found in some records."""

    findings: Findings
    lines: str
    statistics: Statistics | None


class Inspection:
    """Judges records by checks and annotations that are looked up for each."""

    def __init__(self, rules: Rules, annotations: Annotations | None, *, lines: bool, statistics: bool) -> None:
        """``lines`` and ``statistics`` say what is wanted beside counts."""
        self._rules = rules
        self._measured = rules.measured
        self._annotations = annotations
        self._lines = lines
        self._statistics = statistics

    def match(self, records: Sequence[Found]) -> Matched:
        """Look the records' pictures up, and judge nothing."""
        total = Matched()
        for record in records:
            reading = judged(record)
            if isinstance(reading, Unreadable):
                continue
            if self._places(reading) is not None:
                total = total.plus(Matched(1, 1))
            elif reading.names:
                total = total.plus(Matched(1, 0, next(filter(None, reading.names), reading.sample.id)))
        return total

    def judge(self, records: Sequence[Found]) -> Inspected:
        """Judge records, each with what checks over the whole dataset have said of it already."""
        found = Findings(records=len(records))
        lines: list[str] = []
        statistics = self.statistics() if self._statistics else None
        for record in records:
            reading = judged(record)
            if isinstance(reading, Unreadable):
                found.add_unreadable(reading)
                continue
            context = self._context(record.row, reading)
            verdicts = [*self._verdicts(reading, context), *map(Verdict.model_validate_json, record.further)]
            levels = [level_of(verdict, self._rules.actions[verdict.check]) for verdict in verdicts]
            found.add(verdicts, levels, grounded=bool(context.boxes or context.captions))
            for name, check in self._measured.items():
                found.add_counts(name, check.figures(reading.sample, context))
            if statistics is not None:
                statistics.add(reading.sample, context, verdicts, "reject" not in levels)
            if self._lines:
                lines += [
                    verdict_lines(record.row, reading, verdict, level)
                    for verdict, level in zip(verdicts, levels, strict=True)
                    if level != "pass"
                ]
        return Inspected(found, "".join(lines), statistics)

    def statistics(self) -> Statistics:
        """Give figures of no sample yet."""
        return Statistics(self._measured, self._rules.actions)

    def _verdicts(self, reading: Judged, context: Context) -> Iterator[Verdict]:
        for name, check in self._rules.alone.items():
            verdict = check.verdict(reading.sample, context)
            yield verdict if verdict.check == name else verdict.model_copy(update={"check": name})

    def _places(self, reading: Judged) -> list[int] | None:
        assert self._annotations is not None
        return self._annotations.places(reading.names, reading.sample.origin.context)

    def _context(self, row: int, reading: Judged) -> Context:
        if reading.context is not None:
            return reading.context
        places = self._places(reading) if self._annotations is not None else None
        if places is not None and self._annotations is not None:
            return self._annotations.context(places)
        return Context(id=reading.sample.origin.context, row=row, images=reading.sample.images)
