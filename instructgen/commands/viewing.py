"""The command that shows a run: a module of its own, so that the page loads nothing that it does not need."""

from pathlib import Path
from typing import Annotated

import typer

from ..page.serving import PORT, serve


def view(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN [RUN2]", help="A run's folder; two: side by side.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to listen, on this machine only.")] = PORT,
    show: Annotated[bool, typer.Option("--open", help="Open a browser on it.")] = False,
) -> None:
    """Look at every sample beside its picture, in a browser, and accept, reject or edit it.

    Example: instructgen view runs/mine
    """
    serve(runs, port, show)
