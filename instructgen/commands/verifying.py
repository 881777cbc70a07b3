"""Commands that hold runs against what they follow from, and against each other."""

import json

import typer
from rich.console import Console

from .. import options
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
