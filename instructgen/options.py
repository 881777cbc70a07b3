"""Arguments and options that commands of the command line share, or that take several lines to say."""

from pathlib import Path
from typing import Annotated

import typer

RecipeArgument = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe file, or a shipped recipe's name.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Only the source's first N records.")]
RunOut = Annotated[Path, typer.Option("--out", metavar="RUN", help="The run's folder; made, or carried on with.")]
Update = Annotated[bool, typer.Option("--update", help="Rebuild what a changed recipe or source touches.")]
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

DatasetArgument = Annotated[
    str, typer.Argument(metavar="DATASET", help="A folder, a file, or a dataset's name on the Hugging Face Hub.")
]
Pictures = Annotated[Path | None, typer.Option("--images", metavar="FOLDER", help="Its pictures, if they lie apart.")]
Style = Annotated[str | None, typer.Option(help="detailed, short, dense or fused; or one of your own.")]
Teacher = Annotated[str | None, typer.Option(metavar="NAME", help="Who writes; openai_chat unless given.")]
Model = Annotated[str | None, typer.Option(metavar="MODEL", help="The model's name, as its server knows it.")]
BaseUrl = Annotated[str | None, typer.Option(metavar="URL", help="The server, such as http://localhost:8000/v1.")]
