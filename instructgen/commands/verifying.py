"""Commands that hold runs against what they follow from, and against each other."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .. import options
from ..comparing.run import compare
from ..verifying.run import verify as verify_run


def verify(run: options.RunArgument, as_json: options.Json = False) -> None:
    """Make everything after a run's journal again, and say whether it is what lies in the run; exit status 1 if not.

    Example: instructgen verify runs/mine
    """
    console = Console(stderr=True)
    with console.status("verifying the run") as status:
        found = verify_run(run, lambda done, of: status.update(f"verifying the run: {done} of {of} shards"))
    print(json.dumps(found.to_json(), indent=1) if as_json else "\n".join(found.lines()))
    if not found.agrees:
        raise typer.Exit(1)


def diff(
    first: Annotated[Path, typer.Argument(metavar="RUN1", help="A run's folder.")],
    second: Annotated[Path, typer.Argument(metavar="RUN2", help="Another's: of another teacher, prompt or check.")],
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="Name the first N samples that changed.")] = 10,
    as_json: options.Json = False,
) -> None:
    """Say how two runs differ: by recipe, by sample, by check, by cost.

    Example: instructgen diff runs/one runs/other --limit 20
    """
    console = Console(stderr=True)
    with console.status("reading both runs") as status:
        found = compare(
            first, second, limit, lambda done, of: status.update(f"reading both runs: {done} of {of} shards")
        )
    print(json.dumps(found.to_json(), indent=1) if as_json else "\n".join(found.lines()))
