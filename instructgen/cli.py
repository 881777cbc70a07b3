"""The command line: what a user types in; a run, a plan, an export out."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer.exceptions import Abort, TyperException

from . import exporting, listing, options, planning, previewing, scaffold
from .checking.dataset import check as check_dataset
from .console import carry_on, say
from .errors import UserError
from .page.serving import PORT, serve
from .recaptioning import recaptioning
from .recipe import load
from .report import status_lines
from .reporting.html import write_html
from .run import Run
from .studio_reviews import take_in

app = typer.Typer(
    name="instructgen",
    help="Instruction-tuning data for large multimodal models, from images that already have annotations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def run(
    recipe: options.RecipeArgument,
    out: options.RunOut,
    set_: options.Set = None,
    limit: options.Limit = None,
    update: options.Update = False,
    offline: Annotated[bool, typer.Option("--offline", help="Replay the journal; ask nobody.")] = False,
    engine: options.EngineName = "local",
    workers: options.Workers = "1",
    gpus: options.Gpus = 0.0,
    store: options.StoreUrl = None,
) -> None:
    """Carry out a recipe; again to go on where it stopped.

    Example: instructgen run pipelines/llava_instruct.yaml --out runs/mine --limit 1000
    """
    pool = options.pool(engine, workers, gpus)
    carry_on(*load(recipe, set_ or ()), out, limit=limit, update=update, offline=offline, pool=pool, store=store)


@app.command()
def recaption(
    dataset: options.DatasetArgument,
    out: options.RunOut,
    images: options.Pictures = None,
    style: options.Style = None,
    teacher: options.Teacher = None,
    model: options.Model = None,
    base_url: options.BaseUrl = None,
    set_: options.Set = None,
    limit: options.Limit = None,
    update: options.Update = False,
    engine: options.EngineName = "local",
    workers: options.Workers = "1",
    gpus: options.Gpus = 0.0,
    store: options.StoreUrl = None,
) -> None:
    """Have a model that sees write a new caption for every picture of a dataset; again to go on where it stopped.

    Example: instructgen recaption photos --model NAME --base-url http://localhost:8000/v1 --out runs/recap
    """
    made = recaptioning(
        dataset, images=images, style=style, teacher=teacher, model=model, base_url=base_url, settings=set_ or ()
    )
    say(made.said)
    pool = options.pool(engine, workers, gpus)
    carry_on(made.recipe, made.library, out, limit=limit, update=update, pool=pool, store=store)


@app.command()
def plan(
    recipe: options.RecipeArgument,
    set_: options.Set = None,
    limit: options.Limit = None,
    pilot: Annotated[int, typer.Option(min=0, metavar="N", help="Ask N contexts for real, kept in the run --out.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="RUN", help="The run whose journal the pilot fills.")] = None,
    prices: Annotated[Path | None, typer.Option(metavar="FILE", help="A price table instead of the known one.")] = None,
    as_json: options.Json = False,
) -> None:
    """Say how many contexts, requests and tokens a recipe means, and what they cost. Nothing is spent without --pilot.

    Example: instructgen plan llava_instruct --set source.captions=captions.json --pilot 20 --out runs/mine
    """
    planned = planning.plan(*load(recipe, set_ or ()), limit=limit, pilot=pilot, out=out, prices=prices)
    print(json.dumps(planned.to_json(), indent=1) if as_json else "\n".join(planned.lines()))


@app.command()
def preview(
    recipe: options.RecipeArgument,
    set_: options.Set = None,
    limit: Annotated[int, typer.Option(min=1, help="How many contexts.")] = 1,
    task: Annotated[str | None, typer.Option(help="Only this task.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="The plain layout, for servers without JSON schemas.")] = False,
) -> None:
    """Print the exact messages that would be sent. Nothing is spent.

    Example: instructgen preview pipelines/llava_instruct.yaml --limit 2
    """
    for text in previewing.preview(*load(recipe, set_ or ()), limit=limit, task=task, structured=not plain):
        print(text)


@app.command()
def status(run: options.RunArgument, as_json: options.Json = False) -> None:
    """Say how far a run is, what was rejected and why, and what was spent; also while it is being written.

    Example: instructgen status runs/mine --json
    """
    summary = Run.open(run).summary().to_json()
    print(json.dumps(summary, indent=1) if as_json else "\n".join(status_lines(summary, str(run))))


@app.command()
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


@app.command()
def export(
    run: options.RunArgument,
    format_: Annotated[str, typer.Option("--format", help="What to write; 'instructgen list exports' names them.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write.")],
    task: Annotated[str | None, typer.Option(help="Only this task's samples.")] = None,
    set_: options.SetExport = None,
    without_reviews: options.WithoutReviews = False,
) -> None:
    """Write a run's accepted samples as trainers read them; also while the run is being written.

    Example: instructgen export runs/mine --format llava --out llava_instruct.json
    """
    done = exporting.export(Run.open(run), format_, out, task, set_ or (), reviewed=not without_reviews)
    say(f"{out}: {done.number} samples as {format_}{done.told}")


@app.command()
def review(
    run: options.RunArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What Label Studio exported, as JSON or JSON-MIN.")],
) -> None:
    """Take in what people decided in Label Studio about samples that 'export --format label_studio' gave it.

    Example: instructgen review runs/mine project-1-at-2026-01-31.json
    """
    for line in take_in(Run.open(run), file):
        say(line)


@app.command()
def view(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN [RUN2]", help="A run's folder; two: side by side.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen, on this machine only.")] = PORT,
    show: Annotated[bool, typer.Option("--open", help="Open a browser on it.")] = False,
) -> None:
    """Look at every sample beside its picture, in a browser, and accept, reject or edit it.

    Example: instructgen view runs/mine
    """
    serve(runs, port, show)


@app.command()
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


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Argument(help="recipes, sources, tasks, teachers, checks or exports.")] = None,
) -> None:
    """List recipes and components, each with what it is.

    Example: instructgen list sources
    """
    print("\n".join(listing.lines(kind)))


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A component's or recipe's name, 'recipe', or a record as ID@RUN.")],
) -> None:
    """Say what a component is and what its fields mean, what a recipe holds, or where a sample comes from.

    Example: instructgen explain coco, or instructgen explain 000000000009/detail/0@runs/mine
    """
    print("\n".join(listing.explain(name)))


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    task: Annotated[str, typer.Option(help="The task's name, and the stem of its prompt and seeds.")] = "my_task",
) -> None:
    """Make a recipe with a prompt and seeds of your own, ready to run and to edit.

    Example: instructgen init mine --task safety && instructgen preview mine/pipelines/safety.yaml
    """
    recipe, *others = scaffold.scaffold(folder, task)
    for path in (recipe, *others):
        say(f"wrote {path}")
    say(f"next: instructgen preview {recipe}, then instructgen run {recipe} --out {folder / 'runs' / task}")


@app.callback()
def _options(version: options.Version = False) -> None:
    del version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. A user's mistake ends in one line and exit status 2."""
    # numpy comes with pyarrow and starts a pool of threads for algebra that nothing here does
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's own pool gives memory back after every part and has the pages cleared anew: a tenth of a run's CPU time
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    try:
        code = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except TyperException as error:
        if not arguments and len(sys.argv) < 2:
            print(error.format_message(), file=sys.stderr)
            sys.exit(2)
        said = " ".join(error.format_message().split()).rstrip(".")
        print(f"instructgen: {said}; try 'instructgen --help'", file=sys.stderr)
        sys.exit(2)
    except (UserError, Abort) as error:
        print(f"instructgen: {' '.join(str(error).split()) or 'aborted'}", file=sys.stderr)
        for note in getattr(error, "__notes__", ()):  # the last lines of a server that died
            print(f"  {note}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("instructgen: stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        where = error.filename or "a file"
        print(f"instructgen: {where}: {error.strerror or error}; see to that, and run again", file=sys.stderr)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
