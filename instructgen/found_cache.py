"""What was found in pictures, kept by the pictures' digests for later runs: an SQLite file for each who looked.

Several runs may use a file at once. It can be thrown away at any time: what is not in it is looked for again.
"""

import contextlib
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Generic, Self, TypeVar

from pydantic import ValidationError

from .digests import canonical, digest_bytes
from .errors import RecordError
from .records import Record

MOST = 5_000_000
"""Pictures that a file remembers; the ones that came first are forgotten first. About half a kilobyte each."""

LAYOUT = 1
_WAIT_SECONDS = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS found (number INTEGER PRIMARY KEY AUTOINCREMENT, picture TEXT NOT NULL UNIQUE, found TEXT);
CREATE TABLE IF NOT EXISTS about (identity TEXT UNIQUE);
"""

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def cache_folder() -> Path:
    """Give the folder for what can be made again: ``INSTRUCTGEN_CACHE``, else ``instructgen`` in the user's cache."""
    named = os.environ.get("INSTRUCTGEN_CACHE")
    if named:
        return Path(named).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "instructgen"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "instructgen" / "Cache"
    said = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(said) if Path(said).is_absolute() else Path.home() / ".cache") / "instructgen"


class FoundCache(Generic[R]):
    """What one extractor or check, as one recipe has it, found in pictures. Threads may share it.

    A file that is damaged is set aside and begun anew; one that cannot be used at all is done without. Either is said
    in ``notes``.
    """

    def __init__(self, name: str, identity: Mapping[str, object] | None, kind: type[R], most: int = MOST) -> None:
        """``identity`` is what shapes findings, of ``kind``, beside a picture's bytes; with None nothing is kept."""
        self.notes: list[str] = []
        self._kind = kind
        self._identity = canonical({"layout": LAYOUT, "identity": identity})
        self.path = cache_folder() / "extract" / f"{name}-{digest_bytes(self._identity)[:16]}.sqlite"
        self._most = most
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        if identity is not None:
            self._guarded(lambda _: None, opening=True)

    def __enter__(self) -> Self:
        """Give the cache itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        with self._lock:
            self._close()

    def find(self, pictures: Iterable[str]) -> dict[str, R]:
        """Give what is known of pictures, by their digests."""
        wanted = list(pictures)
        marks = ",".join("?" * len(wanted))
        select = f"SELECT picture, found FROM found WHERE picture IN ({marks})"
        rows = self._guarded(lambda file: file.execute(select, wanted).fetchall()) or ()
        known = {}
        for picture, text in rows:
            with contextlib.suppress(ValidationError):  # a row that cannot be read is looked for, and written, again
                known[picture] = self._kind.model_validate_json(text)
        return known

    def looked(
        self, pictures: Mapping[str, bytes], look: Callable[[Sequence[bytes]], Sequence[R | RecordError]]
    ) -> tuple[dict[str, R | RecordError], int]:
        """Give what is found in pictures, by digest, and how many of them were not known and had to be looked at.

        ``look`` gives a result for each picture, in order. Findings are kept; a fault is given along and not kept.
        """
        known: dict[str, R | RecordError] = {**self.find(pictures)}
        new = [name for name in pictures if name not in known]
        found = dict(zip(new, look([pictures[name] for name in new]), strict=True)) if new else {}
        self.keep({name: each for name, each in found.items() if not isinstance(each, RecordError)})
        return known | found, len(new)

    def keep(self, found: Mapping[str, R]) -> None:
        """Remember what was found in pictures, by their digests."""
        rows = [(picture, each.model_dump_json(exclude_defaults=True)) for picture, each in found.items()]

        def write(file: sqlite3.Connection) -> None:
            with file:
                file.executemany("INSERT OR REPLACE INTO found (picture, found) VALUES (?, ?)", rows)
                file.execute("DELETE FROM found WHERE number <= (SELECT MAX(number) FROM found) - ?", (self._most,))

        if rows:
            self._guarded(write)

    def _guarded(self, work: Callable[[sqlite3.Connection], T], opening: bool = False) -> T | None:
        """Do something with the file; None where it cannot be used."""
        with self._lock:
            for _ in range(2):
                try:
                    if opening and self._file is None:
                        self._file = self._open()
                    return work(self._file) if self._file is not None else None
                except (sqlite3.OperationalError, OSError) as error:
                    self.notes.append(
                        f"{self.path}: cannot be used ({error}); what is found is not kept for later runs"
                    )
                    self._close()
                    return None
                except sqlite3.DatabaseError as error:
                    self._close()
                    self._set_aside(error)
                    opening = True
            return None

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, check_same_thread=False)
        try:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("PRAGMA synchronous=NORMAL")
            file.executescript(_TABLES)
            with file:
                file.execute("INSERT OR IGNORE INTO about VALUES (?)", (self._identity.decode(),))
        except BaseException:
            file.close()
            raise
        return file

    def _close(self) -> None:
        if self._file is not None:
            with contextlib.suppress(sqlite3.Error):
                self._file.close()
            self._file = None

    def _set_aside(self, error: Exception) -> None:
        aside = self.path.with_suffix(f".damaged-{os.getpid()}")
        with contextlib.suppress(OSError):
            self.path.replace(aside)
        for ending in ("-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        self.notes.append(f"{self.path}: is damaged ({error}); set aside as {aside.name} and begun anew")
