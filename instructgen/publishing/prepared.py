"""A run and what is wanted of it in; its dataset out, complete in a folder: files, card, and the mark that it is ours.

The folder is kept until it has been sent: an upload that was cut off goes on without any of it being made again. The
mark, ``instructgen.json``, says what was written, by digest: so another time only what changed is sent, what is no
longer part of it is deleted, and what somebody else has written is left alone.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .. import __version__
from ..digests import digest
from ..errors import SetupError
from ..exporting import left_out
from ..exports.folders import put
from ..parts import footer
from ..run import Run
from ..run_folder import why_unwritable, write_text
from .card import card
from .laid_out import DataFile, LaidOut
from .layout import Configs, Wanted, lay_out

MARK = "instructgen.json"
_TOLD_ONLY = ("license", "terms", "tags", "private")
"""What shapes the description, and no row."""
_VERSION = 1
"""Of how rows are written: a folder of another version is made anew."""


@dataclass(frozen=True)
class Prepared:
    """A dataset that is ready to be sent."""

    laid_out: LaidOut
    mark: Mapping[str, Any]
    """What ``instructgen.json`` says."""

    @property
    def files(self) -> Mapping[str, Mapping[str, Any]]:
        """All files but the mark by path, each with ``size``, ``sha256`` and, where it is small, git's ``blob``."""
        found: Mapping[str, Mapping[str, Any]] = self.mark["files"]
        return found

    @property
    def rows(self) -> int:
        """How many samples there are."""
        return sum(self.laid_out.rows(config) for config in self.laid_out.tasks)

    def __iter__(self) -> Iterator[tuple[str, Path]]:
        """Give all files by path, with their places; the mark last."""
        for path in (*self.files, MARK):
            yield path, self.laid_out.folder / path


def options(wanted: Wanted) -> list[str]:
    """Give the options of the command line that say what is in a dataset: those that are not as they are by default."""
    found: list[str] = []
    usual = Wanted()
    if wanted.pictures != usual.pictures:
        found += ["--images", wanted.pictures]
    if wanted.splits != usual.splits:
        found += ["--splits", wanted.splits]
    found += [f"--{name}" for name in ("rejected", "journal", "unfinished") if getattr(wanted, name)]
    if wanted.license != usual.license:
        found += ["--license", wanted.license]
    return [*found, *(word for tag in wanted.tags for word in ("--tag", tag))]


def need_finished(run: Run, wanted: Wanted) -> None:
    """See that nothing is still to come that would change the dataset. Raises SetupError unless ``unfinished``."""
    summary, facts = run.summary(), run.facts
    known = [count for count in (facts.limit, facts.end) if count is not None]
    whole = bool(known) and summary.tally.rows >= min(known) and not summary.open
    lacking = "" if whole else "records are still to come"
    if any(count.not_asked for count in summary.tally.tasks.values()):
        lacking = lacking or "answers are still to be asked for"
    if summary.run_wide is not None and not summary.run_wide.done:
        lacking = lacking or f"its run-wide checks ({', '.join(summary.run_wide.checks)}) are still to judge it"
    if lacking and not wanted.unfinished:
        raise SetupError(
            f"{run.folder.path}: the run is not finished ({lacking}); finish it with 'instructgen run', or publish what"
            " is there with --unfinished"
        )


def prepare(run: Run, repo: str, wanted: Wanted, folder: Path, noted: Path | None = None) -> Prepared:
    """Give the dataset in ``folder``, which is complete or not there: made anew, unless ``noted`` says otherwise.

    That is a file in which is kept what the folder was made of. Raises SetupError.
    """
    made_of = _made_of(run)
    # what only the description tells is no part of it: that is made anew each time
    rows = {name: value for name, value in asdict(wanted).items() if name not in _TOLD_ONLY}
    key = digest({"version": _VERSION, "run": made_of, "root": run.built.image_root(), "wanted": rows})
    try:
        known = _known(noted, key, folder) if noted else None
        if known is not None:
            return _described(run, repo, wanted, folder, known, made_of)
        if noted is not None:
            noted.unlink(missing_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent) as temporary:
            made = Path(temporary) / "made"
            made.mkdir()
            known = lay_out(run, wanted, made)
            prepared = _described(run, repo, wanted, made, known, made_of)
            put(made, folder)
    except OSError as error:
        if not error.errno:
            raise
        raise SetupError(f"{folder}: cannot be written ({why_unwritable(error, folder)})") from None
    if noted is not None:
        write_text(noted, json.dumps({"key": key, "configs": _plain(known[0]), "told": known[1]}) + "\n")
    return replace(prepared, laid_out=replace(prepared.laid_out, folder=folder))


def _described(run: Run, repo: str, wanted: Wanted, folder: Path, known: tuple[Configs, str], made_of: str) -> Prepared:
    import pyarrow.parquet as pq
    from datasets import Features
    from huggingface_hub.utils.sha import git_hash

    configs, told = known
    laid_out = LaidOut(
        repo=repo,
        run=run,
        folder=folder,
        configs=configs,
        features={
            config: Features.from_arrow_schema(pq.read_schema(folder / next(iter(splits.values()))[0].path))
            for config, splits in configs.items()
        },
        pictures=wanted.pictures,
        tags=wanted.tags,
        private=wanted.private,
        told=f"{told}{left_out(run)}",
        license=wanted.license,
        terms=wanted.terms,
    )
    files: dict[str, dict[str, object]] = {
        file.path: {"size": file.size, "sha256": file.sha256}
        for splits in configs.values()
        for data in splits.values()
        for file in data
    }
    described = card(laid_out)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        name = path.relative_to(folder).as_posix()
        if name not in files and name not in described:  # of an earlier description
            path.unlink()
    for name, data in sorted(described.items()):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        files[name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "blob": git_hash(data)}
    mark = {"instructgen": __version__, "run": made_of, "options": options(wanted), "files": files}
    (folder / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8", newline="\n")
    return Prepared(laid_out, mark)


def _known(noted: Path, key: str, folder: Path) -> tuple[Configs, str] | None:
    """Give what lies in the folder, where it was made of the same and all its files are there."""
    try:
        found = json.loads(noted.read_bytes())
        configs: Configs = {
            config: {split: [DataFile(**file) for file in files] for split, files in splits.items()}
            for config, splits in found["configs"].items()
        }
        told = str(found["told"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    data = [file for splits in configs.values() for files in splits.values() for file in files]
    return (configs, told) if found["key"] == key and all(_intact(folder / file.path, file) for file in data) else None


def _intact(path: Path, file: DataFile) -> bool:
    """Tell whether a file is as it was written: the machine may have gone down before it was on the disk."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest() == file.sha256


def _plain(configs: Configs) -> object:
    return {
        config: {split: [asdict(file) for file in files] for split, files in splits.items()}
        for config, splits in configs.items()
    }


def _made_of(run: Run) -> str:
    """Digest all files of a run that its dataset is made of; what lies elsewhere, such as pictures, is not in it."""
    folder, summary = run.folder, run.summary()
    reviews = sorted((folder.path / "reviews").glob("*.jsonl"))
    return digest(
        {
            "samples": summary.footers,
            "open": [_size(folder.part("journal", shard)) for shard in summary.open],
            "verdicts": [footer(folder.part("verdicts", shard)) for shard in folder.shards("verdicts")],
            "reviews": [hashlib.sha256(path.read_bytes()).hexdigest() for path in reviews],
            "removed": run.removals.pictures(),
        }
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
