"""Commands that make a run: carry a recipe out, say first what that means, show what would be sent."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .. import options, planning, previewing, scaffold
from ..console import carry_on, say
from ..recaptioning import recaptioning
from ..recipe import load


def run(
    recipe: options.RecipeArgument,
    out: options.RunOut,
    set_: options.Set = None,
    limit: options.Limit = None,
    update: options.Update = False,
    offline: Annotated[bool, typer.Option("--offline", help="Replay the journal; ask nobody.")] = False,
    detach: options.Detach = False,
    engine: options.EngineName = "local",
    workers: options.Workers = "1",
    gpus: options.Gpus = 0.0,
    store: options.StoreUrl = None,
    budget: options.Budget = None,
) -> None:
    """Carry out a recipe; again to go on where it stopped.

    Example: instructgen run pipelines/llava_instruct.yaml --out runs/mine --limit 1000
    """
    pool = options.pool(engine, workers, gpus)
    made, library = load(recipe, set_ or ())
    carry_on(
        made,
        library,
        out,
        limit=limit,
        update=update,
        offline=offline,
        detach=detach,
        pool=pool,
        store=store,
        budget=budget,
    )


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
    budget: options.Budget = None,
) -> None:
    """Have a model that sees write a new caption for every picture of a dataset; again to go on where it stopped.

    Example: instructgen recaption photos --model NAME --base-url http://localhost:8000/v1 --out runs/recap
    """
    made = recaptioning(
        dataset, images=images, style=style, teacher=teacher, model=model, base_url=base_url, settings=set_ or ()
    )
    say(made.said)
    pool = options.pool(engine, workers, gpus)
    carry_on(made.recipe, made.library, out, limit=limit, update=update, pool=pool, store=store, budget=budget)


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
