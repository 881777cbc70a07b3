"""A dataset and, perhaps, annotations of its pictures in; every check's verdicts, counts, a table and a report out.

Records are judged some hundreds at a time by as many processes as are of use, and verdicts are written in the dataset's
order; memory does not grow with the dataset, but for what checks need that hold its samples against each other.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import reduce
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console

from ..errors import SetupError
from ..records import Sample
from ..reporting.page import render
from ..reporting.sections import dataset_page
from ..reporting.statistics import Statistics
from ..run_folder import atomic, write_text
from .annotations import Annotations
from .findings import Bound, Findings, need_no_annotations, share_names, shares, table, to_json
from .forked import ordered, processes
from .inspection import Inspection, Matched
from .rows import Dataset, Found, Judged, judged
from .rules import Rules
from .watching import Watch

_CHUNK = 200
_NUMBERED = re.compile(r"(.*) \(row (\d+)\)", re.DOTALL)


@dataclass
class Checked:
    """What was found in a dataset."""

    dataset: Dataset
    rules: Rules
    bounds: Sequence[Bound] = ()
    annotations: Annotations | None = None
    matched: Matched | None = None
    findings: Findings = field(default_factory=Findings)
    statistics: Statistics | None = None
    """For the report, where one is wanted."""

    def broken(self) -> list[str]:
        """Say each stated limit that is broken. Raises SetupError for one with nothing to measure it on."""
        given = shares(self.findings, self.rules.names, self.rules.measured)
        return [
            f"{bound.name} is {given[bound.name].value:.4f}, {bound.side()} the limit of {bound.value:g}"
            for bound in self.bounds
            if bound.broken(given)
        ]

    def about(self) -> list[str]:
        """Say what was judged, in lines."""
        found = self.findings
        head = f"{self.dataset.path}: {found.samples} samples judged"
        if found.first is not None:
            first = f"first: {found.first.place}: {found.first.detail}"
            head += f", {found.unreadable.total()} records unreadable ({_listed(found.unreadable)}; {first})"
        lines = [head]
        if self.matched is not None and self.annotations is not None:
            matched, named = self.matched, self.annotations.named()
            lines.append(f"  {matched.annotated} of {matched.pictured} samples with pictures are annotated in {named}")
            if self.annotations.faults:
                lines.append(f"  annotations that cannot be used: {_listed(self.annotations.faults)}")
        if self.rules.left_out:
            lines.append(f"  left out, since they ask a model: {', '.join(self.rules.left_out)}")
        return lines

    def lines(self) -> list[str]:
        """Say what was judged and what was found, in lines."""
        return [*self.about(), *table(self.findings, self.rules.names, list(self.rules.measured))]

    def to_json(self) -> dict[str, object]:
        """Give what was found as plain data."""
        pictured = {"pictured": self.matched.pictured, "annotated": self.matched.annotated} if self.matched else {}
        return {
            "path": str(self.dataset.path),
            **to_json(self.findings, self.rules.names, list(self.rules.measured)),
            **pictured,
            "unusable_annotations": dict(self.annotations.faults) if self.annotations else {},
            "broken": self.broken(),
        }


def _listed(counts: Mapping[str, int]) -> str:
    ordered_counts = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{reason} {number}" for reason, number in ordered_counts)


def check(
    path: Path,
    *,
    captions: Path | None = None,
    instances: Path | None = None,
    verdicts: Path | None = None,
    report: Path | None = None,
    recipe: str | None = None,
    settings: Sequence[str] = (),
    fail_under: Sequence[str] = (),
    limit: int | None = None,
    min_matched: float = 0.5,
    console: Console | None = None,
) -> Checked:
    """Judge a dataset; write the verdicts other than a pass, and a report, each whole or not at all.

    Raises SetupError, among others where fewer than ``min_matched`` of the samples' pictures are annotated.
    """
    for name, out in (("verdicts", verdicts), ("report", report)):
        if out is not None and out.resolve() in [p.resolve() for p in (path, captions, instances) if p is not None]:
            raise SetupError(f"--{name} {out}: is one of the files that are read; give another name")
    dataset = Dataset(path)
    if dataset.run is not None and (captions or instances):
        raise SetupError(f"{path}: is a run and has its own captions and boxes; leave --captions and --instances out")
    rules = Rules.build(recipe, settings, dataset.own_words())
    if dataset.run is None and not (captions or instances):
        need_no_annotations(fail_under)
    known = share_names(rules.names, rules.measured)
    done = Checked(dataset, rules, [Bound.read(text, known) for text in fail_under])
    with ExitStack() as stack:
        temporary = stack.enter_context(atomic(verdicts)) if verdicts is not None else None
        watch = stack.enter_context(Watch(console))
        if captions or instances:
            watch.begin("reading annotations")
            done.annotations = Annotations(captions, instances, stack.enter_context(TemporaryFile()))
        _judge(done, limit, min_matched, watch, temporary, statistics=report is not None)
    if report is not None and done.statistics is not None:
        root = dataset.run.built.image_root() if dataset.run else None
        write_text(report, render(dataset_page(path.name, " ".join(done.about()), done.statistics, root)))
    return done


def _judge(
    done: Checked, limit: int | None, min_matched: float, watch: Watch, out: Path | None, *, statistics: bool
) -> None:
    """Fill in what was found; write the lines of the verdicts to ``out``."""
    inspection = Inspection(done.rules, done.annotations, lines=out is not None, statistics=statistics)
    if statistics:
        done.statistics = inspection.statistics()
    if done.annotations is not None:
        chunks = watch.over(_chunks(done.dataset, limit), "finding pictures")
        done.matched = reduce(Matched.plus, ordered(inspection.match, chunks, processes()), Matched())
        _need_matches(done.dataset.path, done.matched, done.annotations, min_matched)
    further = _together(done, limit, watch)
    chunks = watch.over(_chunks(done.dataset, limit, further), "judging")
    with ExitStack() as stack:
        file = stack.enter_context(out.open("w", encoding="utf-8", newline="\n")) if out is not None else None
        for inspected in ordered(inspection.judge, chunks, processes()):
            done.findings.merge(inspected.findings)
            if file is not None:
                file.write(inspected.lines)
            if done.statistics is not None and inspected.statistics is not None:
                done.statistics.merge(inspected.statistics)


def _need_matches(path: Path, matched: Matched, annotations: Annotations, least: float) -> None:
    if matched.annotated and matched.annotated >= least * matched.pictured:
        return
    found = f", found {matched.strange!r}" if matched.strange is not None else ""
    raise SetupError(
        f"{path}: {matched.annotated} of {matched.pictured} samples with pictures are annotated in "
        f"{annotations.named()}, less than --min-matched {least:g}; expected pictures such as "
        f"{annotations.example()!r}{found}"
    )


def _together(done: Checked, limit: int | None, watch: Watch) -> dict[int, tuple[bytes, ...]]:
    """Give what the checks say that hold samples against each other, by row."""
    further: dict[int, tuple[bytes, ...]] = {}
    for name, check in done.rules.together.items():
        chunks = watch.over(_chunks(done.dataset, limit), name)
        for key, verdict in check.verdicts(_numbered(chunks)):
            numbered = _NUMBERED.fullmatch(key)
            assert numbered is not None, f"{name} gave the id {key!r}, which no sample has"
            named = verdict if verdict.check == name else verdict.model_copy(update={"check": name})
            row = int(numbered[2])
            further[row] = (*further.get(row, ()), named.model_dump_json().encode())
    return further


def _numbered(chunks: Iterator[Sequence[Found]]) -> Iterator[Sample]:
    """Give the samples, each with its row in its id: ids repeat in many a dataset."""
    for chunk in chunks:
        for record in chunk:
            reading = judged(record)
            if isinstance(reading, Judged):
                yield reading.sample.model_copy(update={"id": f"{reading.sample.id} (row {record.row})"})


def _chunks(
    dataset: Dataset, limit: int | None, further: Mapping[int, tuple[bytes, ...]] | None = None
) -> Iterator[list[Found]]:
    records = islice(dataset.records(), limit)
    while chunk := list(islice(records, _CHUNK)):
        if further:
            chunk = [record._replace(further=further.get(record.row, ())) for record in chunk]
        yield chunk
