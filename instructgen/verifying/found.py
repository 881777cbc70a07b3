"""What verifying a run found: how much was held against what, each difference by file, row, sample and column."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

KINDS = {
    "setup": ("recipe, prompts, seeds, schemas", "file"),
    "contexts": ("contexts", "part"),
    "journal": ("journal", "completion"),
    "rejected": ("rejected", "part"),
    "samples": ("samples", "part"),
    "verdicts": ("verdicts", "part"),
    "reviews": ("reviews", "file"),
    "report": ("report.json", "file"),
}
"""What is held against what it follows from: title and what is counted, in the order in which one thing follows from
another."""

MOST = 100
"""Differences that are kept; the others are counted."""
_SHOWN = 160
"""Characters of a value that are shown."""


class Difference(NamedTuple):
    """One thing that is not as it should be."""

    file: str
    """Relative to the run."""
    what: str
    row: int | None = None
    """In the part, from 0."""
    sample: str = ""
    column: str = ""
    """Such as ``conversations.1.value``; of a footer ``footer.counts.rows``."""
    expected: str | None = None
    found: str | None = None
    made_of: str = ""
    """The journal's lines that a sample was made of."""

    def __str__(self) -> str:
        """Say it in one line."""
        place = [self.file]
        place += [f"row {self.row}"] if self.row is not None else []
        place += [self.sample] if self.sample else []
        place += [self.column] if self.column else []
        values = "" if self.expected is None else f": expected {self.expected}, found {self.found}"
        made_of = f" (made of {self.made_of})" if self.made_of else ""
        return f"{', '.join(place)}: {self.what}{values}{made_of}"

    def to_json(self) -> dict[str, object]:
        """Give it as plain data, without what is empty."""
        return {key: value for key, value in self._asdict().items() if value not in (None, "")}


def shown(value: object) -> str:
    """Write a value so that a difference can be told, in one short line."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def apart(expected: object, found: object, at: str = "") -> tuple[str, str, str] | None:
    """Give column, expected and found of the first place in which two values differ; long texts from there on."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*expected, *found)):
            inner = apart(expected.get(key), found.get(key), f"{at}.{key}" if at else str(key))
            if inner:
                return inner
        return None
    if isinstance(expected, list) and isinstance(found, list):
        for place, (one, other) in enumerate(zip_longest(expected, found)):
            inner = apart(one, other, f"{at}.{place}")
            if inner:
                return inner
        return None
    if expected == found:
        return None
    if isinstance(expected, str) and isinstance(found, str):
        return at, *_from_where_they_part(expected, found)
    return at, shown(expected), shown(found)


def _from_where_they_part(expected: str, found: str) -> tuple[str, str]:
    pairs = enumerate(zip_longest(expected, found))
    same = next(place for place, (a, b) in pairs if a != b)
    start = max(0, same - 40) if max(len(expected), len(found)) > _SHOWN else 0
    before = "…" if start else ""
    return before + shown(expected[start:]), before + shown(found[start:])


@dataclass
class Verified:
    """What verifying a run came to."""

    path: Path
    checked: Counter[str] = field(default_factory=Counter)
    """By kind of thing, as ``KINDS`` has them."""
    differing: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    """The first MOST, in order."""
    total: int = 0
    """Of all differences."""
    finished: int = 0
    """Shards that were made again."""
    open: list[int] = field(default_factory=list)
    """Shards that are not finished: what there is of them is looked at, and nothing compared."""
    notes: list[str] = field(default_factory=list)
    """What is worth saying though it is no difference."""
    counts: Counter[str] = field(default_factory=Counter)
    """Completions that no sample is made of any more, repeated keys, parts compared by rows only, and the like."""

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differing

    def add(self, kind: str, found: Iterable[Difference], checked: int = 1) -> bool:
        """Take in what was found of a thing; tell whether it is as it should be."""
        self.checked[kind] += checked
        differences = list(found)
        if differences:
            self.differing[kind] += min(checked, len(differences)) or len(differences)
            self.total += len(differences)
            self.differences += differences[: max(0, MOST - len(self.differences))]
        return not differences

    def to_json(self) -> dict[str, object]:
        """Give all of it as plain data."""
        return {
            "agrees": self.agrees,
            "shards": {"finished": self.finished, "open": len(self.open)},
            "checked": dict(self.checked),
            "differing": dict(self.differing),
            "total": self.total,
            "first": self.differences[0].to_json() if self.differences else None,
            "differences": [difference.to_json() for difference in self.differences],
            "counts": dict(self.counts),
            "notes": self.notes,
        }

    def lines(self) -> list[str]:
        """Say it: a table, notes, then the first difference."""
        open_ = f", {len(self.open)} not finished and not compared" if self.open else ""
        lines = [f"{self.path}: {_number(self.finished, 'finished shard')} made again from the journal{open_}"]
        for kind, (title, unit) in KINDS.items():
            if kind in self.checked:
                differing = self.differing[kind]
                said = f"{differing} differ{'s' * (differing == 1)}" if differing else "as expected"
                lines.append(f"  {title}: {_number(self.checked[kind], unit)}, {said}")
        lines += [f"  note: {note}" for note in (*self.notes, *_notes(self.counts))]
        if self.agrees:
            return [*lines, "agrees: what is there is what its journal gives"]
        more = f" ({_number(self.total - 1, 'more difference')}: --json)" if self.total > 1 else ""
        return [*lines, f"differs; first: {self.differences[0]}{more}"]


NOTES = {
    "unused": "{} that nothing is made of any more, as after a change of recipe or source",
    "repeated": "{} whose key comes again later in its journal: the later one counts",
    "torn": "{} at the end of a journal: cut off by a crash, it will be asked for again",
    "not_asked": "{} that the journal lacks and the run knows to be lacking",
    "by_rows": "{} written by another version of Arrow: compared by rows, not by bytes",
    "unseen": "{} inside parts whose files are not at hand: not held against them",
    "by_slot": "{} whose pictures are not at hand: found by slot, the digests of their requests not made again",
}
"""What counts are worth saying, and how."""
_UNITS = {"by_rows": "part", "unseen": "picture", "torn": "torn line", "not_asked": "answer"}


def _notes(counts: Mapping[str, int]) -> list[str]:
    return [
        said.format(_number(counts[name], _UNITS.get(name, "completion")))
        for name, said in NOTES.items()
        if counts[name]
    ]


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def file_fault(file: str, error: object, path: Path | None = None) -> Difference:
    """Give the difference of a file that cannot be read at all."""
    said = " ".join(str(error).split())
    return Difference(file, said.removeprefix(f"{path}: ").removeprefix(f"{path}, ") if path else said)
