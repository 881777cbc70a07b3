"""The command that hands a run on to everybody: as a dataset on the Hugging Face Hub."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from .. import options
from ..console import say
from ..errors import SetupError
from ..publishing.card import unknowns
from ..publishing.layout import Wanted
from ..publishing.prepared import Prepared
from ..publishing.publish import TakeDown, lay_down
from ..publishing.publish import publish as send
from ..publishing.terms import UNKNOWN, need_licence, terms_table
from ..run import Run

_Many = list[str] | None
_Images = Annotated[
    Literal["bytes", "reference"], typer.Option(help="Put the pictures into the rows, or only say where they are.")
]
_Splits = Annotated[
    str, typer.Option(metavar="NAME=SHARE,…", help="As train=0.98,test=0.02; no picture is in two of them.")
]
_License = Annotated[
    str, typer.Option("--license", metavar="ID", help="The dataset's licence, as the Hub names it: yours to decide.")
]
_Terms = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Your table of sources' and models' terms; else the shipped one.")
]
_Remove = Annotated[
    _Many, typer.Option(metavar="IMAGE_ID", help="Take a picture out, for good; may be given several times.")
]


def publish(
    run: options.RunArgument,
    repo: Annotated[str, typer.Argument(metavar="ORG/NAME", help="The dataset on the Hugging Face Hub.")],
    images: _Images = "bytes",
    splits: _Splits = "train",
    rejected: Annotated[bool, typer.Option("--rejected", help="Add what checks rejected, as a config.")] = False,
    journal: Annotated[bool, typer.Option("--journal", help="Add every answer as it came, as a config.")] = False,
    license_: _License = UNKNOWN,
    terms: _Terms = None,
    tag: Annotated[_Many, typer.Option(help="A tag of the dataset; may be given several times.")] = None,
    private: Annotated[bool, typer.Option("--private", help="Make the dataset one that only you see.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Write over what was not published from a run.")] = False,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Publish as much of a run as there is.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write to a folder what would be sent, no more.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="With --dry-run: which folder.")] = None,
    remove: _Remove = None,
    restore: Annotated[_Many, typer.Option(metavar="IMAGE_ID", help="Take a removal back.")] = None,
    reason: Annotated[str, typer.Option(help="Why pictures are removed or restored; kept in the run.")] = "",
    squash: Annotated[
        bool, typer.Option("--squash", help="Then drop the dataset's history with its old files.")
    ] = False,
) -> None:
    """Publish a run's accepted samples on the Hugging Face Hub, in one commit; again, it sends what has changed.

    Example: instructgen publish runs/mine my-name/my-dataset --dry-run
    """
    if out is not None and not dry_run:
        raise SetupError("--out: is for --dry-run, which writes to a folder; leave it out, or add --dry-run")
    if reason and not (remove or restore):
        raise SetupError("--reason: is for --remove and --restore; leave it out, or say which picture")
    terms_table(terms)  # to be told now, and not when all rows are laid out
    opened, down = Run.open(run), TakeDown(remove or (), restore or (), reason)
    wanted = Wanted(
        pictures=images,
        splits=splits,
        rejected=rejected,
        journal=journal,
        license=need_licence(license_),
        terms=terms,
        tags=tuple(tag or ()),
        private=private,
        unfinished=unfinished,
    )
    if dry_run:
        prepared = lay_down(opened, repo, wanted, out, down)
        _list(prepared)
    else:
        prepared = send(opened, repo, wanted, say, replace=replace, squash=squash, down=down)
    say(f"{repo}: {prepared.rows} samples{prepared.laid_out.told}")
    for line in unknowns(prepared.laid_out):
        say(f"note: {line}")


def _list(prepared: Prepared) -> None:
    """Print what would be sent, with its sizes in bytes."""
    say(f"{prepared.laid_out.folder}: what would be sent")
    for path, place in prepared:
        say(f"  {place.stat().st_size:>12,}  {path}")
