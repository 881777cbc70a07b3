"""Pictures that may not be used any more: a run's ``removals.jsonl`` in; the contexts that all readers leave out, out.

A removal is a person's decision about a picture, not about a text: it holds for every task, for what was rejected and
for the journal, and for samples that are made later. So it is no review, which bears the digest of one sample's turns.
No part and no journal is changed: another line takes a removal back.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from .component import first_fault
from .errors import SetupError
from .parts import read_rows
from .records import Record, Writable
from .run_folder import RunFolder, write_text


class Removal(Record):
    """One line of ``removals.jsonl``; the latest about a picture counts."""

    picture: Annotated[str, Field(min_length=1)]
    """The id of a context, or the path or URL of a picture, as the source has it."""
    restored: bool = False
    """Whether an earlier removal is taken back."""
    reason: Writable = ""
    at: str
    """UTC time, ISO 8601."""


class Removals:
    """What was removed from a run. Reads again what another process has added since."""

    def __init__(self, folder: RunFolder) -> None:
        """Read the run's removals. Raises SetupError, naming file and line, for a line that is none."""
        self._folder = folder
        self._lines: list[Removal] = []
        self._unsaved: list[Removal] = []
        self._stamp = (0, 0)
        self._found: dict[int, tuple[object, Mapping[str, str]]] = {}
        self._reasons: dict[str, str] = {}
        self.refresh()

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder.path / "removals.jsonl"

    def refresh(self) -> None:
        """Read the file again if it has changed. Raises SetupError as at first."""
        stat = self.path.stat() if self.path.exists() else None
        stamp = (stat.st_mtime_ns, stat.st_size) if stat else (0, 0)
        if stamp != self._stamp:
            lines = self.path.read_bytes().splitlines() if stat else []
            self._lines = [self._line(number, line) for number, line in enumerate(lines, 1) if line.strip()]
            self._stamp = stamp
            self._settle()

    def _line(self, number: int, line: bytes) -> Removal:
        try:
            return Removal.model_validate_json(line)
        except ValidationError as error:
            raise SetupError(
                f"{self.path}, line {number}: not a removal ({first_fault(error)}); mend the line: without it, what "
                "was removed would be published again"
            ) from None

    def _settle(self) -> None:
        self._found.clear()
        self._reasons = {}
        for line in (*self._lines, *self._unsaved):
            self._reasons.pop(line.picture, None)
            if not line.restored:
                self._reasons[line.picture] = line.reason

    def __len__(self) -> int:
        """Count the pictures that are removed."""
        return len(self._reasons)

    def pictures(self) -> list[str]:
        """Name what is removed, sorted."""
        self.refresh()
        return sorted(self._reasons)

    def __contains__(self, picture: object) -> bool:
        return picture in self._reasons

    def add(self, pictures: Collection[str], reason: str = "", restored: bool = False, save: bool = True) -> None:
        """Remove pictures, or restore them; with ``save`` for good, else for this reading only.

        The caller sees to it that no other process does so at the same time. Raises SetupError for a picture that
        nothing in the run bears, for one to be restored that was not removed, and where the file cannot be written.
        """
        self.refresh()
        if restored:
            strange = [picture for picture in pictures if picture not in self._reasons]
            if strange:
                raise SetupError(
                    f"'{strange[0]}' was not removed from {self._folder.path}: there is nothing to restore"
                )
        else:
            unknown = self._unknown(pictures)
            if unknown:
                raise SetupError(
                    f"nothing in {self._folder.path} has the id, picture or address '{unknown[0]}'; give a context's id"
                    " (000000033471) or a picture's path as the source has it (000000033471.jpg)"
                )
        at = datetime.now(UTC).isoformat(timespec="seconds")
        lines = [Removal(picture=p, restored=restored, reason=reason, at=at) for p in dict.fromkeys(pictures)]
        if save:
            text = "".join(f"{line.model_dump_json(exclude_defaults=True)}\n" for line in (*self._lines, *lines))
            write_text(self.path, text)
            self.refresh()
        else:
            self._unsaved += lines
            self._settle()

    def _unknown(self, pictures: Collection[str]) -> list[str]:
        """Give those that no context of the run bears."""
        unknown = dict.fromkeys(pictures)
        for shard in self._folder.shards("contexts") if unknown else ():
            for names in self._names(shard).values():
                for name in names & unknown.keys():
                    del unknown[name]
        return list(unknown)

    def _names(self, shard: int) -> dict[str, set[str]]:
        """Give all that each context of a shard may be called by."""
        rows = read_rows(self._folder.part("contexts", shard), ["id", "images"])
        return {
            row["id"]: {row["id"], *(i[key] for i in row["images"] or () for key in ("path", "url") if i[key])}
            for row in rows
            if row["id"]
        }

    def of(self, shard: int) -> Mapping[str, str]:
        """Give the contexts of a shard that are removed, each with the reason. Raises SetupError for a damaged part."""
        self.refresh()
        if not self._reasons:
            return {}
        path = self._folder.part("contexts", shard)
        stamp = path.stat().st_mtime_ns if path.exists() else None
        known = self._found.get(shard)
        if known is None or known[0] != stamp:
            gone = {
                context: self._reasons[min(names & self._reasons.keys())]
                for context, names in self._names(shard).items()
                if names & self._reasons.keys()
            }
            self._found[shard] = known = (stamp, gone)
        return known[1]

    def __str__(self) -> str:
        """Say how many are removed, as the end of a sentence; nothing when none is."""
        return f"; without {len(self)} removed picture{'s' * (len(self) != 1)}" if self._reasons else ""
