"""The names of a run's files, what the run found out, and writing files whole or not at all.

A file is written under a temporary name beside its own, fsynced, renamed, and its folder fsynced: under its final
name it is complete or absent.
"""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .component import explain_validation
from .errors import RunLocked, SetupError


class RunFacts(BaseModel):
    """What a run found out or was told, beside its recipe: the file ``run.json``."""

    model_config = ConfigDict(extra="forbid")

    instructgen: str
    """Version that started the run."""
    shard_size: int
    limit: int | None = None
    """How many source records the run covers; None: all."""
    end: int | None = None
    """How many records the source has, once its end was reached."""
    stamp: dict[str, str] = {}
    """Size and time of the source's files, as last read."""
    shaping: dict[str, object] = {}
    """Everything that shapes the result, as the finished shards have it."""
    ranges: dict[str, tuple[int, int]] = {}
    """Which hashes each task takes."""
    settled: dict[str, dict[str, str]] = {}
    """What was settled about each role's server."""
    served: dict[str, dict[str, float]] = {}
    """What was counted at each role's servers, over all starts."""
    budget: float | None = None
    """US dollars that the run may cost over all its starts; None: it has no limit."""
    committed: float = 0.0
    """US dollars spent and held back, as the driver last knew it of workers that share no folder."""
    adrift: float = 0.0
    """US dollars, counted in ``committed``, that no file has anything of: what lost machines had spent last."""
    priced_late: float = 0.0
    """US dollars of replies that had no price when they were asked, by the prices of the last start with a budget."""
    reused: dict[str, float] = {}
    """Replies that starts of the run needed and had in its journal, and their price: ``replies``, ``usd``."""
    rereading: bool = False
    """The source or how it is read changed, and not every shard has been read again since."""
    finished: bool = False
    """Every shard was committed, judged and reported when the last start ended; the next one takes it back."""
    moved: bool = False
    """The source changed under the run: replies may lie in another shard's journal."""


@dataclass(frozen=True)
class RunFolder:
    """One run's files."""

    path: Path

    def part(self, kind: str, shard: int) -> Path:
        """Give the path of a shard's part: ``contexts``, ``samples``, ``rejected``, ``verdicts``, ``journal``,
        ``reserved``.
        """
        ending = "jsonl" if kind in ("journal", "reserved") else "parquet"
        return self.path / kind / f"part-{shard:05d}.{ending}"

    def shards(self, kind: str) -> list[int]:
        """List the shards that have a part of this kind, in order."""
        return sorted(int(p.stem[5:]) for p in (self.path / kind).glob("part-*.*") if p.stem[5:].isdecimal())

    @property
    def recipe(self) -> Path:
        """The resolved recipe."""
        return self.path / "recipe.yaml"

    @property
    def logs(self) -> Path:
        """What servers that the run started said."""
        return self.path / "logs"

    @property
    def strays(self) -> Path:
        """Journals of other shards, where a source has changed and the folder is a worker's own."""
        return self.path / "strays"

    def facts(self) -> RunFacts | None:
        """Read what the run found out; None when the folder holds no run. Raises SetupError."""
        path = self.path / "run.json"
        if not path.exists():
            return None
        try:
            return RunFacts.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise SetupError(
                f"{path}: cannot be read as a run's facts ({explain_validation(error, RunFacts)}); restore the file, "
                "or start a new run in another folder"
            ) from None
        except OSError as error:
            raise SetupError(f"{path}: cannot be read ({error.strerror}); restore the file") from None

    def write_facts(self, facts: RunFacts) -> None:
        """Keep what the run found out."""
        write_text(self.path / "run.json", facts.model_dump_json(indent=1) + "\n")

    def write_texts(self, texts: Mapping[tuple[str, str], str]) -> None:
        """Keep copies of prompts and seeds, by kind and file name."""
        for (kind, name), text in texts.items():
            path = self.path / kind / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                write_text(path, text)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the one writer; raises RunLocked, which names host and process of the other.

        Raises SetupError, and leaves nothing behind, in a folder that cannot be written or holds a stranger's files.
        Where no run was begun after all, the lock goes again, and the folder if it was made for it.
        """
        made = not self.path.exists()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            names = [] if (self.path / "lock").exists() else sorted(p.name for p in self.path.iterdir())
            if names and "run.json" not in names:
                raise SetupError(f"{self.path}: holds '{names[0]}' but no run.json; give an empty or a new folder")
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            why = why_unwritable(error, self.path)
            raise SetupError(f"{self.path}: cannot be used as a run's folder ({why}); give another --out") from None
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not os.fstat(handle).st_nlink:  # whoever had it has just given it up, and the file with it
                    raise BlockingIOError
            except BlockingIOError:
                holder = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another process"
                raise RunLocked(f"{self.path}: being written by {holder}; wait for it, or stop it first") from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{socket.gethostname()} process {os.getpid()}\n".encode(), 0)
            try:
                yield
            finally:
                self._leave_no_empty_folder(made)
        finally:
            os.close(handle)

    def _leave_no_empty_folder(self, made: bool) -> None:
        """Remove the lock where there is nothing else, and the folder if it was ``made`` for it."""
        with suppress(OSError):
            if [path.name for path in self.path.iterdir()] == ["lock"]:
                (self.path / "lock").unlink()
                if made:
                    self.path.rmdir()


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on success it takes the final name, on failure it is removed.

    Raises SetupError, in one line, when the place cannot be written (no folder, no right, disk full).
    """
    if path.is_dir():
        raise SetupError(f"{path}: is a folder; give the name of a file")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _fsync(temporary)
        temporary.replace(path)
        _fsync(path.parent)
    except OSError as error:
        if error.errno is None:
            raise
        raise SetupError(
            f"{path}: cannot be written ({why_unwritable(error, path)}); nothing was left under that name"
        ) from None
    finally:
        if temporary.is_file():
            temporary.unlink()


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def why_unwritable(error: OSError, path: Path) -> str:
    """Say why ``path`` cannot be written."""
    known = {errno.ENOSPC: "the disk is full", errno.EFBIG: "the file-size limit is reached"}
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        in_the_way = next((p for p in (path, *path.parents) if p.exists() and not p.is_dir()), None)
        return f"{in_the_way} is a file where a folder is needed" if in_the_way else str(error.strerror)
    return known.get(error.errno or 0, error.strerror or str(error))


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
