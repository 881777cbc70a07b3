"""A run and a format's name in; a file or folder as trainers or people read it out."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from . import exports
from .component import Component, Site, did_you_mean, resolve
from .errors import SetupError
from .judged import standing
from .library import Library
from .preferences import pairs
from .protocols import Export, PairExport, ReviewExport, RowExport
from .recipe import yaml_fault
from .records import JudgedSample, Row, Sample
from .repeats import Repeats
from .reviews import Reviews
from .run import Run

_NO_MORE: tuple[None, None] = (None, None)


class Exported(NamedTuple):
    """What was written."""

    number: int
    """Of what was written."""
    told: str
    """What was left out or changed, as the end of a sentence; empty when nothing was."""
    what: str = "samples"
    """What the number counts."""


def export(
    run: Run,
    name: str,
    out: Path,
    task: str | None = None,
    settings: Iterable[str] = (),
    images: str | None = None,
    reviewed: bool = True,
) -> Exported:
    """Write a run's accepted samples as ``name`` to ``out``, if ``reviewed`` as people left them. Raises SetupError.

    A format for people gets those that nobody has decided about yet, or all where not ``reviewed``; one that is to hold
    pairs gets what people edited. ``settings`` are ``field=value`` of the export, such as ``dialect=next``; ``images``
    is the value of its field of that name.
    """
    tasks = list(run.built.tasks)
    if task is not None and task not in tasks:
        raise SetupError(f"--task: there is no task '{task}' in {run.folder.path}{did_you_mean(task, tasks)}")
    found = resolve(name, exports.TABLE, "export", "--format")
    if not issubclass(found, Component):
        raise SetupError(f"--format {name}: {found.__name__} is not a Component")
    site = Site(name, Library.beside(run.folder.recipe), run.built.image_root())
    fields = {**dict(map(_setting, settings)), **_pictures(found, name, images)}
    built: object = found.build(fields, site, f"--format {name}")
    reviews = run.reviews().only(task) if reviewed else None
    if isinstance(built, ReviewExport):
        wanted = _Undecided(run, task, built.rejected, reviews)
        number = built.write_judged(wanted, out)
        return Exported(number, f"{wanted.repeats}{run.removals if built.rejected else left_out(run)}{wanted}")
    if isinstance(built, PairExport) and built.pairs:
        return _preferences(run, built, task, reviews, out)
    if isinstance(built, RowExport):
        number = built.write_rows(_by_row(run, task, reviews), [task] if task else tasks, out)
        return Exported(number, f"{left_out(run)}{reviews or ''}")
    writer: Export = built  # type: ignore[assignment]
    repeats = Repeats()
    number = writer.write(run.samples_with_kept(task, repeats, reviews), out)
    return Exported(number, f"{repeats}{left_out(run)}{reviews or ''}")


def _preferences(run: Run, built: PairExport, task: str | None, reviews: Reviews | None, out: Path) -> Exported:
    if not reviews:
        raise SetupError(
            f"there are no pairs in {run.folder.path}: they are made of answers that people edited; edit some with"
            " 'instructgen view' or 'instructgen review', and export without --without-reviews"
        )
    number = built.write_pairs(pairs(run, reviews, task), out)
    return Exported(number, f"{left_out(run)}{reviews}", "pairs")


def _pictures(found: type[Component], name: str, images: str | None) -> dict[str, object]:
    """Give the field that says what becomes of pictures, as ``--images`` sets it."""
    if images is None or (images == "none" and "images" not in found.model_fields):
        return {}
    if "images" not in found.model_fields:
        raise SetupError(f"--images {images}: the {name} format names pictures by their paths, and writes none")
    return {"images": images}


class _AsTheyAre(Repeats):
    """Takes no sample for a repeat of another: each belongs to a row of its own."""

    def told_apart(self, sample: Sample) -> Sample:
        """Give the sample itself."""
        return sample


def _by_row(run: Run, task: str | None, reviews: Reviews | None) -> Iterator[tuple[Row, Sequence[Sample]]]:
    """Give every source record with its accepted samples; both come in source order."""
    samples = run.samples_with_kept(task, _AsTheyAre(), reviews)
    sample, _ = next(samples, _NO_MORE)
    for row in run.rows():
        own: dict[str, Sample] = {}
        # a record of the next shard may bear the same id: its samples bear the same ids, too
        while sample is not None and sample.origin.context == row.item.id and sample.id not in own:
            own[sample.id] = sample
            sample, _ = next(samples, _NO_MORE)
        yield row, list(own.values())


class _Undecided:
    """A run's samples that people are to decide about; counts those about which they have."""

    def __init__(self, run: Run, task: str | None, rejected: bool, reviews: Reviews | None) -> None:
        self._run, self._task, self._rejected, self._reviews = run, task, rejected, reviews
        self._decided = 0
        self.repeats = Repeats()

    def __iter__(self) -> Iterator[JudgedSample]:
        for judged in standing(self._run, self.repeats):
            sample = judged.sample
            if self._task not in (None, sample.task) or (judged.reason and not self._rejected):
                continue
            if self._reviews is not None and self._reviews.of(sample) is not None:
                self._decided += 1
            else:
                yield judged

    def __str__(self) -> str:
        return f"; without {self._decided} that people have decided about" if self._decided else ""


def left_out(run: Run) -> str:
    """Say what run-wide checks and removals keep out of an export, as the end of a sentence; empty if nothing."""
    return f"{_of_run_checks(run)}{run.removals}"


def _of_run_checks(run: Run) -> str:
    found = run.run_wide()
    if found is None:
        return ""
    if not found.done:
        return f"; run-wide checks ({', '.join(found.checks)}) are still to come, when the run is finished"
    return f"; without {found.number} that run-wide checks left out" if found.number else ""


def _setting(text: str) -> tuple[str, object]:
    key, equals, value = text.partition("=")
    if not equals:
        raise SetupError(f"--set {text}: expected FIELD=VALUE of the export")
    try:
        return key, yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise SetupError(f"--set {key}: the value is not YAML ({yaml_fault(error)})") from None
