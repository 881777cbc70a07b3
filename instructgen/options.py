"""Arguments and options that commands of the command line share, or that take several lines to say."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from . import __version__
from .engines.cluster import Pool

RecipeArgument = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe file, or a shipped recipe's name.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the source's first N records.")]
RunOut = Annotated[Path, typer.Option("--out", metavar="RUN", help="The run's folder; made, or carried on with.")]
Update = Annotated[bool, typer.Option("--update", help="Rebuild what a changed recipe or source touches.")]
Detach = Annotated[bool, typer.Option("--detach", help="Send the batches and end; the next start collects them.")]
EngineName = Annotated[
    Literal["local", "ray"], typer.Option("--engine", help="Where shards are carried out: here, or on a Ray cluster.")
]
Workers = Annotated[
    str, typer.Option(metavar="N[-M]", help="With --engine ray: how many workers, or from how many to how many.")
]
Gpus = Annotated[float, typer.Option(metavar="N", help="With --engine ray: GPUs for each worker, as for its vLLM.")]
StoreUrl = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="Where Ray's workers share no folder: by which store shards travel."),
]
Budget = Annotated[
    float | None,
    typer.Option(min=0, metavar="USD", help="Stop before all starts of the run together cost more than this."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key of the recipe; may be given several times."),
]
SetExport = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Set a field of the export.")]
ExportImages = Annotated[
    Literal["copy", "link", "embed", "none"] | None,
    typer.Option("--images", help="What becomes of pictures; 'instructgen explain FORMAT' says what a format can do."),
]
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

DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="A folder, a file, or a dataset's name on the Hugging Face Hub.")
]
Pictures = Annotated[Path | None, typer.Option("--images", metavar="FOLDER", help="Its pictures, if they lie apart.")]
Style = Annotated[str | None, typer.Option(help="detailed, short, dense or fused; or one of your own.")]
Teacher = Annotated[str | None, typer.Option(metavar="NAME", help="Who writes; openai_chat unless given.")]
Model = Annotated[str | None, typer.Option(metavar="MODEL", help="The model's name, as its server knows it.")]
BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="The server, such as http://localhost:8000/v1.")]


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"instructgen {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")]


def pool(engine: str, workers: str, gpus: float) -> Pool | None:
    """Give the pool of workers that the options ask for; None for this machine. Raises SetupError."""
    return Pool.parse(workers, gpus) if engine == "ray" else None
