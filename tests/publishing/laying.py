"""Demo runs in; datasets laid out for publishing out: what the tests of the card describe."""

import atexit
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from runs import succeeds

from instructgen.publishing.card import card
from instructgen.publishing.laid_out import LaidOut
from instructgen.publishing.layout import Wanted, lay_out
from instructgen.run import Run

REPO = "some-lab/photos-that-talk"


class Described(NamedTuple):
    """A dataset and its card."""

    laid_out: LaidOut
    files: Mapping[str, bytes]

    @property
    def readme(self) -> str:
        """The card."""
        return self.files["README.md"].decode()


def demo_run(folder: Path, *settings: str) -> Run:
    """Make a run of the bundled photos, in which long answers are rejected."""
    chosen = [word for setting in ("checks.length.max_words=24", *settings) for word in ("--set", setting)]
    succeeds("run", "demo", "--out", folder, *chosen)
    return Run.open(folder)


def laid_out(run: Run, folder: Path, wanted: Wanted | None = None, **facts: Any) -> LaidOut:
    """Lay a run out below ``folder``; ``facts`` take the place of what else is said of it."""
    import pyarrow.parquet as pq
    from datasets import Features

    folder.mkdir(parents=True)
    wanted = wanted or Wanted(splits="train=0.7,test=0.3")
    configs, told = lay_out(run, wanted, folder)
    features = {
        config: Features.from_arrow_schema(pq.read_schema(folder / next(iter(splits.values()))[0].path))
        for config, splits in configs.items()
    }
    known = {"pictures": wanted.pictures, "tags": wanted.tags, "private": False, "told": told, **facts}
    return LaidOut(repo=REPO, run=run, folder=folder, configs=configs, features=features, **known)


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files that a card consists of beside the data."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@cache
def demo_described() -> Described:
    """Give a described demo run, which is not to be changed: the same one for all tests of a process."""
    place = TemporaryDirectory(prefix="described-")
    atexit.register(place.cleanup)
    folder = Path(place.name)
    whole = Wanted(splits="train=0.7,test=0.3", rejected=True, journal=True, tags=("photos",))
    found = laid_out(demo_run(folder / "run"), folder / "set", whole, license="cc-by-4.0")
    return Described(found, card(found))
