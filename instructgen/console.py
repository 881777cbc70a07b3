"""A recipe and a run's folder in; the run carried out, and lines on standard error that say how far it came, out."""

from pathlib import Path

import typer
from rich.console import Console

from .engines.carry import carry_out
from .engines.cluster import Pool
from .engines.sharing import Sharing
from .library import Library
from .opening import open_run
from .recipe import Recipe
from .report import status_lines
from .run_folder import RunFolder
from .stores import Store


def say(line: str) -> None:
    """Print a line to standard error, as it is."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(line)


def carry_on(
    recipe: Recipe,
    library: Library,
    out: Path,
    *,
    limit: int | None,
    update: bool,
    offline: bool = False,
    detach: bool = False,
    pool: Pool | None = None,
    store: str | None = None,
    budget: float | None = None,
) -> None:
    """Carry a recipe out as the run ``out``, and say how far it came.

    Exit status 130 when the user stopped it, 2 when its ``budget`` in US dollars did. With a ``pool`` of workers on a
    Ray cluster, else on this machine. ``detach``: where batches are asked, end when they are sent. ``store`` is the URL
    by which workers' shards come and go where they share no folder.
    """
    kept = Store(store) if store else None
    if kept is not None:
        kept.check({"shard_size": recipe.shard_size})
    folder = RunFolder(out)
    with folder.locked():
        opened = open_run(recipe, library, folder, limit=limit, update=update, budget=budget, offline=offline)
        for note in opened.notes:
            say(note)
        sharing = Sharing(kept, folder, opened.supply) if kept else None
        engine, summary = carry_out(opened, offline=offline, detach=detach, pool=pool, sharing=sharing)
        for note in opened.supply.extending.notes():
            say(note)
    for line in status_lines(summary.to_json(), str(out)):
        say(line)
    looked = opened.supply.extending.looked()
    if looked:
        say(f"  pictures: {looked}")
    say(f"  asked {engine.counted.asked}, found in the journal {engine.counted.reused}")
    if summary.batches:
        say("  batches go on at their service; the same command collects them, and goes on")
    if engine.over_budget and opened.spending is not None:
        say(opened.spending.line("the same command with a larger --budget goes on where it stopped"))
        raise typer.Exit(2)
    if engine.stopping:
        say("stopped; the same command goes on where it stopped")
        raise typer.Exit(130)
