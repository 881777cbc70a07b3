"""What people decided about samples: appended to ``reviews/NAME.jsonl`` of a run, read back and applied.

Reviews never edit shards. Each bears a digest of the turns that were judged: when these have changed since, the
review is stale, is shown as that, and is not applied. Of several decisions about the same turns the latest counts,
whoever made it.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from .checks.shape import ShapeCheck
from .component import first_fault
from .digests import text_digest
from .errors import SetupError
from .records import Context, Record, Sample, Turn, Verdict, Writable
from .run_folder import RunFolder, why_unwritable
from .shard import Judge

Decision = Literal["accept", "reject", "edit"]


class Review(Record):
    """One decision about one sample; the latest of a sample counts."""

    sample: str
    """The sample's id."""
    text: str
    """Digest of the turns that were judged, as ``text_digest`` gives it."""
    decision: Decision
    turns: tuple[Turn, ...] = ()
    """The new turns of an ``edit``."""
    note: Writable = ""
    by: Annotated[str, Field(pattern=r"^\w[\w.@-]*$", max_length=64)]
    """Who decided: also the stem of the file, so letters, digits and ``_ . @ -``, at most 64."""
    at: str
    """UTC time, ISO 8601."""

    @field_validator("at")
    @classmethod
    def _has_a_zone(cls, at: str) -> str:
        if datetime.fromisoformat(at).tzinfo is None:
            raise ValueError("expected a time with its zone, such as 2026-01-31T12:00:00+00:00")
        return at

    @model_validator(mode="after")
    def _has_turns_for_an_edit(self) -> Self:
        if bool(self.turns) != (self.decision == "edit"):
            raise ValueError("an edit has the new turns, and nothing else has any")
        return self


def review_of(
    sample: Sample, decision: Decision, by: str, turns: Sequence[Turn] = (), note: str = "", at: str | None = None
) -> Review:
    """Make a review of a sample as its turns are now; ``at`` is now unless given. Raises ValidationError."""
    return Review(
        sample=sample.id,
        text=text_digest(sample),
        decision=decision,
        turns=tuple(turns),
        note=note,
        by=by,
        at=at or datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def append(folder: RunFolder, reviews: Iterable[Review]) -> None:
    """Add reviews to the run, each to the file of who decided; they are on the disk when this returns.

    Several processes may do so at once. Raises SetupError when the place cannot be written.
    """
    by_name: dict[str, list[bytes]] = {}
    for review in reviews:
        line = review.model_dump_json(exclude_defaults=True).encode() + b"\n"
        by_name.setdefault(review.by, []).append(line)
    for name, lines in by_name.items():
        path = folder.path / "reviews" / f"{name}.jsonl"
        try:
            path.parent.mkdir(exist_ok=True)
            _append(path, b"".join(lines))
        except OSError as error:
            raise SetupError(
                f"{path}: the review was not saved ({why_unwritable(error, path)}); every one before it is kept"
            ) from None


def _append(path: Path, lines: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        end = os.lseek(handle, 0, os.SEEK_END)
        if end and os.pread(handle, 1, end - 1) != b"\n":  # a write that a crash cut off, or a line added by hand
            tail = path.read_bytes().rpartition(b"\n")[2]
            if _is_review(tail):
                lines = b"\n" + lines
            else:
                end -= len(tail)
        try:
            written = os.pwrite(handle, lines, end)
            while written < len(lines):
                written += os.pwrite(handle, lines[written:], end + written)
            os.ftruncate(handle, end + len(lines))
        except OSError:
            os.ftruncate(handle, end)
            raise
        os.fsync(handle)
    finally:
        os.close(handle)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_review(line: bytes) -> bool:
    try:
        Review.model_validate_json(line)
    except ValidationError:
        return False
    return True


def said_by(folder: RunFolder, name: str) -> Iterator[Review]:
    """Give everything that one person has said of a run, in the order in which it was saved."""
    path = folder.path / "reviews" / f"{name}.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return (Review.model_validate_json(line) for line in lines if _is_review(line))


class Reviews:
    """What people decided about a run's samples; counts what came of applying it. Threads may share one."""

    def __init__(self, folder: RunFolder) -> None:
        """Read the reviews of a run. Raises SetupError, naming file and line, for a line that is no review."""
        self._folder = folder.path / "reviews"
        self._ends: dict[Path, tuple[int, int]] = {}
        """How far each file was read: bytes and lines."""
        self._found: dict[str, dict[str, Review]] = {}
        """The latest review of each sample, by id and digest of the turns."""
        self._refreshing = threading.Lock()
        self._met: set[str] = set()
        self.applied = 0
        self.failing = 0
        """Edits that the checks do not let pass."""
        self.refresh()

    def refresh(self) -> bool:
        """Read what was added since; tell whether there was anything. Raises SetupError as at first."""
        with self._refreshing:
            sizes = {path: path.stat().st_size for path in sorted(self._folder.glob("*.jsonl"))}
            if any(sizes.get(path, -1) < end for path, (end, _) in self._ends.items()):  # a file was taken away or cut
                self._ends, self._found = {}, {}
            grown = [path for path, size in sizes.items() if size > self._ends.get(path, (0, 0))[0]]
            before = dict(self._ends)
            for path in grown:
                for review in self._added(path):
                    known = self._found.setdefault(review.sample, {})
                    if review.text not in known or _time(known[review.text]) <= _time(review):
                        known[review.text] = review
            return before != self._ends

    def _added(self, path: Path) -> Iterator[Review]:
        end, number = self._ends.get(path, (0, 0))
        with path.open("rb") as file:
            file.seek(end)
            for line in file:
                whole = line.endswith(b"\n")
                if not whole and not _is_review(line):  # being written, or cut off by a crash: it was never saved
                    break
                number += 1
                end += len(line)
                if line.isspace():
                    continue
                try:
                    review = Review.model_validate_json(line)
                except ValidationError as error:
                    raise SetupError(
                        f"{path}, line {number}: not a review ({first_fault(error)}); mend the line, or take it out"
                    ) from None
                yield review
                self._ends[path] = (end, number)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, sample: object) -> bool:
        return sample in self._found

    def __iter__(self) -> Iterator[tuple[str, list[Review]]]:
        """Give each sample's id with its reviews, one for each text that was judged, the latest first."""
        for name, known in list(self._found.items()):
            yield name, sorted(known.values(), key=_time, reverse=True)

    def of(self, sample: Sample) -> Review | None:
        """Give the decision about these very turns, if there is one."""
        known = self._found.get(sample.id)
        return known.get(text_digest(sample)) if known else None

    def stale(self, sample: Sample) -> Review | None:
        """Give the latest decision about other turns under this id, where none is about these."""
        known = self._found.get(sample.id)
        return None if not known or text_digest(sample) in known else max(known.values(), key=_time)

    def brings_back(self, sample: Sample) -> bool:
        """Tell whether a sample that the checks rejected is wanted nevertheless; a review that agrees is applied so."""
        review = self.of(sample)
        if review is None or review.decision != "reject":
            return review is not None
        self._met.add(sample.id)
        self.applied += 1
        return False

    def apply(self, sample: Sample, accepted: bool, passes: Callable[[Sample], bool]) -> Sample | None:
        """Give a sample as it was reviewed; None when it is left out.

        ``accepted`` says what the run did with it, ``passes`` whether edited turns may count: where they may not, the
        sample stays what it was.
        """
        review = self.of(sample)
        if review is None:
            return sample if accepted else None
        self._met.add(sample.id)
        if review.decision == "edit":
            edited = sample.model_copy(update={"turns": review.turns})
            if not passes(edited):
                self.failing += 1
                return sample if accepted else None
            sample = edited
        self.applied += 1
        return sample if review.decision != "reject" else None

    def __str__(self) -> str:
        """Say what was applied, as the end of a sentence; nothing when there are no reviews.

        What was never met is stale: the sample's turns have changed, or the run has no such sample any more.
        """
        stale = len(self._found.keys() - self._met)
        counts = ((self.applied, "applied"), (stale, "stale"), (self.failing, "edited but failing the checks"))
        said = ", ".join(f"{count} {what}" for count, what in counts if count)
        return f"; reviews: {said}" if said else ""

    def only(self, task: str | None) -> Self:
        """Pass over the reviews of other tasks' samples, if a task is given; samples are ``context/task/number``."""
        if task is not None:
            self._found = {name: known for name, known in self._found.items() if name.split("/")[-2:-1] == [task]}
        return self


def _time(review: Review) -> datetime:
    return datetime.fromisoformat(review.at)


def edit_faults(judge: Judge, edited: Sample, context: Context) -> list[Verdict]:
    """Give the verdicts that keep edited turns from counting.

    They are those of the recipe's rules that do more than tag, and of ``shape`` whether or not the recipe has it.
    """
    verdicts = judge.verdicts(edited, context)
    if all(verdict.check != ShapeCheck.name for verdict in verdicts):
        verdicts.insert(0, ShapeCheck().verdict(edited, context))
    return [v for v in verdicts if v.outcome == "fail" and judge.actions.get(v.check) != "tag"]
