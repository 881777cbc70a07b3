"""Commands that look at a run, at a dataset, at what there is."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .. import listing, options
from ..checking.dataset import check as check_dataset
from ..console import say
from ..report import status_lines
from ..reporting.html import write_html
from ..run import Run


def status(run: options.RunArgument, as_json: options.Json = False) -> None:
    """Say how far a run is, what was rejected and why, and what was spent; also while it is being written.

    Example: instructgen status runs/mine --json
    """
    summary = Run.open(run).summary().to_json()
    print(json.dumps(summary, indent=1) if as_json else "\n".join(status_lines(summary, str(run))))


def report(
    run: options.RunArgument,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; else report.html in the run.")] = None,
) -> None:
    """Write a run's figures as one HTML file: funnel, rejects with examples, annotations, words, cost.

    Example: instructgen report runs/mine
    """
    console = Console(stderr=True)
    with console.status("reading the run") as status:
        path = write_html(Run.open(run), out, lambda done, of: status.update(f"reading the run: {done} of {of} shards"))
    say(f"wrote {path}")


def check(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A run, or a dataset: JSON, JSONL, Parquet, a folder.")],
    captions: Annotated[Path | None, typer.Option(metavar="FILE", help="COCO captions of the pictures.")] = None,
    instances: Annotated[Path | None, typer.Option(metavar="FILE", help="COCO boxes of the pictures.")] = None,
    verdicts: Annotated[Path | None, typer.Option(metavar="FILE", help="Write each verdict there, as JSONL.")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report there, as HTML.")] = None,
    recipe: Annotated[str | None, typer.Option(metavar="RECIPE", help="Whose checks; else all there are.")] = None,
    set_: options.SetCheck = None,
    fail_under: options.FailUnder = None,
    min_matched: options.MinMatched = 0.5,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N records.")] = None,
    as_json: options.Json = False,
) -> None:
    """Hold every sample of a dataset against the checks, and against its pictures' annotations where they are given.

    Example: instructgen check data.json --captions captions.json --instances instances.json --fail-under reject=0.05
    """
    found = check_dataset(
        path,
        captions=captions,
        instances=instances,
        verdicts=verdicts,
        report=report,
        recipe=recipe,
        settings=set_ or (),
        fail_under=fail_under or (),
        limit=limit,
        min_matched=min_matched,
        console=Console(stderr=True),
    )
    broken = found.broken()
    print(json.dumps(found.to_json(), indent=1) if as_json else "\n".join(found.lines()))
    for line in broken:
        say(line)
    if broken:
        raise typer.Exit(1)


def list_(
    kind: Annotated[str | None, typer.Argument(help="recipes, sources, tasks, teachers, checks or exports.")] = None,
) -> None:
    """List recipes and components, each with what it is.

    Example: instructgen list sources
    """
    print("\n".join(listing.lines(kind)))


def explain(
    name: Annotated[str, typer.Argument(help="A component's or recipe's name, 'recipe', or a record as ID@RUN.")],
) -> None:
    """Say what a component is and what its fields mean, what a recipe holds, or where a sample comes from.

    Example: instructgen explain coco, or instructgen explain 000000000009/detail/0@runs/mine
    """
    print("\n".join(listing.explain(name)))
