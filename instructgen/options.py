"""Arguments and options that commands of the command line share, or that take several lines to say."""

from pathlib import Path
from typing import Annotated, Literal

import typer

RecipeArgument = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe file, or a shipped recipe's name.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the source's first N records.")]
EngineName = Annotated[
    Literal["local", "ray"], typer.Option("--engine", help="Where shards are carried out: here, or on a Ray cluster.")
]
Workers = Annotated[
    str, typer.Option(metavar="N[-M]", help="With --engine ray: how many workers, or from how many to how many.")
]
Gpus = Annotated[
    float, typer.Option(metavar="N", help="With --engine ray: GPUs for each worker, as for its vLLM.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the recipe; may be given several times."),
]
SetExport = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Set a field of the export.")]
SetCheck = Annotated[
    list[str] | None, typer.Option("--set", metavar="checks.NAME.FIELD=VALUE", help="Set a field of a check.")
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(metavar="SHARE=MOST", help="Exit with 1 when this share is above MOST; may be given often."),
]
MinMatched = Annotated[
    float, typer.Option(min=0, max=1, help="Stop where a smaller share of the pictures is annotated.")
]
WithoutReviews = Annotated[
    bool, typer.Option("--without-reviews", help="As the checks left them, whatever people decided.")
]
