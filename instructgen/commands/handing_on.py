"""Commands that hand a run on: to trainers, and to people and back."""

from pathlib import Path
from typing import Annotated

import typer

from .. import exporting, options
from ..console import say
from ..run import Run
from ..studio_reviews import take_in


def export(
    run: options.RunArgument,
    format_: Annotated[str, typer.Option("--format", help="What to write; 'instructgen list exports' names them.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write.")],
    task: Annotated[str | None, typer.Option(help="Only this task's samples.")] = None,
    images: options.ExportImages = None,
    set_: options.SetExport = None,
    without_reviews: options.WithoutReviews = False,
) -> None:
    """Write a run's accepted samples as trainers read them; also while the run is being written.

    Example: instructgen export runs/mine --format llava --out llava_instruct.json
    """
    done = exporting.export(Run.open(run), format_, out, task, set_ or (), images, reviewed=not without_reviews)
    say(f"{out}: {done.number} {done.what} as {format_}{done.told}")


def review(
    run: options.RunArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What Label Studio exported, as JSON or JSON-MIN.")],
) -> None:
    """Take in what people decided in Label Studio about samples that 'export --format label_studio' gave it.

    Example: instructgen review runs/mine project-1-at-2026-01-31.json
    """
    for line in take_in(Run.open(run), file):
        say(line)
