"""A run and a format's name in; a file or folder as trainers read it out."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml

from . import exports
from .component import Component, Site, did_you_mean, resolve
from .errors import SetupError
from .library import Library
from .protocols import Export
from .recipe import yaml_fault
from .repeats import Repeats
from .reviews import Reviews
from .run import Run


class Exported(NamedTuple):
    """What was written."""

    number: int
    """Of samples."""
    repeats: Repeats
    reviews: Reviews | None
    """What people decided, and what came of it; None where reviews were to be left out."""


def export(
    run: Run, name: str, out: Path, task: str | None = None, settings: Iterable[str] = (), reviewed: bool = True
) -> Exported:
    """Write a run's accepted samples as ``name`` to ``out``, if ``reviewed`` as people left them. Raises SetupError.

    ``settings`` are ``field=value`` of the export, such as ``dialect=next``.
    """
    tasks = list(run.built.tasks)
    if task is not None and task not in tasks:
        raise SetupError(f"--task: there is no task '{task}' in {run.folder.path}{did_you_mean(task, tasks)}")
    found = resolve(name, exports.TABLE, "export", "--format")
    if not issubclass(found, Component):
        raise SetupError(f"--format {name}: {found.__name__} is not a Component")
    site = Site(name, Library.beside(run.folder.recipe), run.built.source.image_root())
    writer: Export = found.build(dict(map(_setting, settings)), site, f"--format {name}")  # type: ignore[assignment]
    repeats, reviews = Repeats(), run.reviews().only(task) if reviewed else None
    return Exported(writer.write(run.samples_with_kept(task, repeats, reviews), out), repeats, reviews)


def of_run_checks(run: Run) -> str:
    """Say what run-wide checks did to an export, as the end of a sentence; nothing for a recipe without any."""
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
