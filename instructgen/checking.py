"""A dataset and, perhaps, annotations of its pictures in; every check's verdicts, counts and a table out.

Records are judged some hundreds at a time by as many processes as are of use, and verdicts are written in the dataset's
order; memory does not grow with the dataset. Checks that hold samples against each other go through it once more.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from .annotations import Annotations
from .check_rules import Rules
from .errors import SetupError
from .findings import Bound, Findings, level_of, share_names, shares, table, to_json
from .forked import ordered, processes
from .judged_rows import Dataset, Found, Judged, Unreadable, judged
from .protocols import RunCheck
from .records import Context, Verdict
from .run_folder import atomic
from .verdict_lines import About, verdict_lines

_CHUNK = 200


class Matched(NamedTuple):
    """How many samples have pictures, and of how many the annotations are known."""

    pictured: int
    annotated: int


@dataclass
class Inspection:
    """Judges a dataset's records, some at a time."""

    rules: Rules
    annotations: Annotations | None
    with_lines: bool
    """Whether verdicts are wanted as lines, not counts alone."""

    def __post_init__(self) -> None:
        """Look up once what every record needs."""
        self._measured = self.rules.measured

    def judge(self, records: Sequence[Found]) -> tuple[Findings, str]:
        """Give the counts over some records, and the lines of their verdicts."""
        found = Findings(records=len(records), marks=bytearray(len(records)))
        lines: list[str] = []
        for number, record in enumerate(records):
            reading = judged(record)
            if isinstance(reading, Unreadable):
                found.unreadable[reading.reason] += 1
                found.first = found.first or reading
                continue
            context = self._context(record.row, reading)
            found.grounded += bool(context.boxes or context.captions)
            for name, check in self.rules.alone.items():
                verdict = check.verdict(reading.sample, context)
                if verdict.outcome != "pass":
                    about = About(record.row, reading.sample.id, reading.before)
                    lines.append(self.note(found, number, about, name, verdict))
            for name, measure in self._measured.items():
                found.add_counts(name, measure.figures(reading.sample, context))
        return found, "".join(lines)

    def note(self, found: Findings, number: int, about: About, name: str, verdict: Verdict) -> str:
        """Count a check's verdict on the record that is ``number`` among those of ``found``; give its lines."""
        if verdict.check != name:
            verdict = verdict.model_copy(update={"check": name})
        level = level_of(verdict, self.rules.actions[name])
        if level is None:
            return ""
        found.add(number, verdict, level)
        return verdict_lines(about, verdict, level) if self.with_lines else ""

    def match(self, records: Sequence[Found]) -> tuple[Matched, list[str]]:
        """Give how many of some records' pictures are annotated, and the first names that are not."""
        pictured = annotated = 0
        strange: list[str] = []
        for record in records:
            reading = judged(record)
            if isinstance(reading, Unreadable):
                continue
            known = self._places(reading) is not None
            annotated += known
            pictured += known or bool(reading.names)
            if not known and reading.names and not strange:
                strange.append(next(filter(None, reading.names), reading.sample.id))
        return Matched(pictured, annotated), strange

    def _places(self, reading: Judged) -> list[int] | None:
        assert self.annotations is not None
        return self.annotations.places(reading.names, reading.sample.origin.context)

    def _context(self, row: int, reading: Judged) -> Context:
        if reading.context is not None:
            return reading.context
        places = self._places(reading) if self.annotations is not None else None
        if places is not None and self.annotations is not None:
            return self.annotations.context(places)
        return Context(id=reading.sample.origin.context, row=row, images=reading.sample.images)


@dataclass
class Checked:
    """What was found in a dataset."""

    path: Path
    rules: Rules
    findings: Findings
    annotations: Annotations | None = None
    matched: Matched | None = None
    bounds: Sequence[Bound] = ()

    def broken(self) -> list[str]:
        """Say each stated limit that is broken. Raises SetupError for one with nothing to measure it on."""
        given = shares(self.findings, self.rules.names, self.rules.measured)
        return [
            f"{bound.name} is {given[bound.name].value:.4f}, above the limit of {bound.value:g}"
            for bound in self.bounds
            if bound.broken(given)
        ]

    def lines(self) -> list[str]:
        """Give what was found as a person reads it."""
        found = self.findings
        head = f"{self.path}: {found.samples} samples judged"
        if found.first is not None:
            reasons = ", ".join(f"{reason} {number}" for reason, number in found.unreadable.most_common())
            first = f"{found.first.place}: {found.first.detail}"
            head += f", {found.unreadable.total()} records unreadable ({reasons}; first: {first})"
        lines = [head]
        if self.matched is not None and self.annotations is not None:
            lines.append(
                f"  {self.matched.annotated} of {self.matched.pictured} samples with pictures are annotated in "
                + self.annotations.named()
            )
            if faults := self.annotations.faults:
                reasons = ", ".join(f"{reason} {number}" for reason, number in faults.most_common())
                lines.append(f"  annotations that cannot be used: {reasons}")
        if self.rules.left_out:
            lines.append(f"  left out, since they ask a model: {', '.join(self.rules.left_out)}")
        return [*lines, *table(found, self.rules.names, list(self.rules.measured))]

    def to_json(self) -> dict[str, object]:
        """Give what was found as plain data."""
        return {
            "path": str(self.path),
            **to_json(self.findings, self.rules.names, list(self.rules.measured)),
            "matched": self.matched._asdict() if self.matched else None,
            "unusable_annotations": dict(self.annotations.faults) if self.annotations else {},
            "broken": self.broken(),
        }


def check(
    path: Path,
    *,
    captions: Path | None = None,
    instances: Path | None = None,
    verdicts: Path | None = None,
    recipe: str | None = None,
    settings: Sequence[str] = (),
    fail_under: Sequence[str] = (),
    limit: int | None = None,
    min_matched: float = 0.5,
    console: Console | None = None,
) -> Checked:
    """Judge a dataset, and write the verdicts that are no pass to ``verdicts``, whole or not at all.

    Raises SetupError, among others where fewer than ``min_matched`` of the samples' pictures are annotated.
    """
    dataset = Dataset(path)
    if dataset.run is not None and (captions or instances):
        raise SetupError(f"{path}: is a run and has its own captions and boxes; leave --captions and --instances out")
    if verdicts is not None and verdicts.resolve() == path.resolve():
        raise SetupError(f"--verdicts {verdicts}: is the dataset itself; give another name")
    rules = Rules.build(recipe, settings, dataset.own_words())
    known = share_names(rules.names, rules.measured)
    done = Checked(path, rules, Findings(), bounds=[Bound.read(text, known) for text in fail_under])
    with ExitStack() as stack:
        file = _opened(stack, verdicts) if verdicts is not None else None
        watch = stack.enter_context(Watch(console))
        if captions or instances:
            watch.begin("reading annotations")
            done.annotations = Annotations(captions, instances)
        inspection = Inspection(rules, done.annotations, with_lines=file is not None)
        if done.annotations is not None:
            records = watch.over(_chunks(dataset, limit), "finding pictures")
            done.matched = _match(dataset.path, records, inspection, done.annotations, min_matched)
        for found, lines in ordered(inspection.judge, watch.over(_chunks(dataset, limit), "judging"), processes()):
            done.findings.merge(found)
            if file is not None:
                file.write(lines)
        for name, run_check in rules.together.items():
            readings = _readings(watch.over(_chunks(dataset, limit), name))
            for lines in _held_together(name, run_check, readings, inspection, done.findings):
                if file is not None:
                    file.write(lines)
    return done


def _opened(stack: ExitStack, path: Path) -> TextIO:
    return stack.enter_context(stack.enter_context(atomic(path)).open("w", encoding="utf-8", newline="\n"))


def _match(
    path: Path, chunks: Iterable[Sequence[Found]], inspection: Inspection, annotations: Annotations, least: float
) -> Matched:
    total, strange = Matched(0, 0), list[str]()
    for (pictured, annotated), unknown in ordered(inspection.match, chunks, processes()):
        total = Matched(total.pictured + pictured, total.annotated + annotated)
        strange = strange or unknown
    if not total.annotated or total.annotated < least * total.pictured:
        found = f", found {strange[0]!r}" if strange else ""
        raise SetupError(
            f"{path}: {total.annotated} of {total.pictured} samples with pictures are annotated in "
            f"{annotations.named()}, less than --min-matched {least:g}; expected pictures such as "
            f"{annotations.example()!r}{found}"
        )
    return total


def _held_together(
    name: str, check: RunCheck, readings: Iterable[tuple[int, Judged]], inspection: Inspection, total: Findings
) -> Iterator[str]:
    """Count the verdicts of a check over all samples; give their lines."""
    # Ids repeat in many a dataset: here each sample bears all that is to be told of it.
    samples = (
        reading.sample.model_copy(update={"id": f"{row} {reading.before} {reading.sample.id}"})
        for row, reading in readings
    )
    for key, verdict in check.verdicts(samples):
        row, before, own = key.split(" ", 2)
        yield inspection.note(total, int(row), About(int(row), own, int(before)), name, verdict)


def _readings(chunks: Iterable[Sequence[Found]]) -> Iterator[tuple[int, Judged]]:
    for chunk in chunks:
        for record in chunk:
            reading = judged(record)
            if isinstance(reading, Judged):
                yield record.row, reading


def _chunks(dataset: Dataset, limit: int | None) -> Iterator[list[Found]]:
    records = islice(dataset.records(), limit)
    while chunk := list(islice(records, _CHUNK)):
        yield chunk


class Watch(Progress):
    """Shows on a terminal how far the work is; elsewhere nothing."""

    def __init__(self, console: Console | None) -> None:
        """Start with nothing to show."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        off = console is None or not console.is_terminal
        super().__init__(*columns, console=console, transient=True, disable=off)
        self._total: int | None = None

    def begin(self, title: str) -> TaskID:
        """Show a further piece of work instead of the last."""
        for task in self.tasks:
            self.update(task.id, visible=False)
        return self.add_task(title, total=self._total)

    def over(self, chunks: Iterable[list[Found]], title: str) -> Iterator[list[Found]]:
        """Give the chunks, showing how many records have been taken."""
        task, count = self.begin(title), 0
        for chunk in chunks:
            yield chunk
            count += len(chunk)
            self.advance(task, len(chunk))
        self._total = count
