"""The protocols that rooms keep: sources, extractors, tasks, teachers, checks, exports. One page.

A task is a generator of rounds: it yields requests, is sent completions, and returns its samples. It does no input or
output and draws only from the ``Random`` it is given, so that played again with the same completions it makes the same
requests and the same samples. That is how everything resumes.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from .errors import RecordError
from .records import Completion, Context, Found, JudgedSample, Pair, Request, Row, Sample, Scalar, Slot, Verdict

T = TypeVar("T")
Rounds = Generator[Sequence[Request], Sequence[Completion], T]


class Source(Protocol):
    """Reads a collection into contexts."""

    name: ClassVar[str]
    version: ClassVar[int]

    def read(self, start: int) -> Iterator[Row]:
        """Give one row for each source record from raw number ``start`` on, in order."""

    def stamp(self) -> Mapping[str, str]:
        """Give size and time of each input file by field name: when it is unchanged, the source need not be reread."""

    def image_root(self) -> Path | None:
        """Give the folder that the contexts' image paths are relative to."""


class Extractor(Protocol):
    """Finds in pictures what their source does not say: boxes, text that can be read, the frames of a video."""

    name: ClassVar[str]
    version: ClassVar[int]

    @property
    def batch(self) -> int:
        """How many pictures it looks at together."""

    @property
    def threads(self) -> int:
        """How many threads may call ``look`` at once."""

    def identity(self) -> Mapping[str, object] | None:
        """Give what, beside a picture's bytes, shapes what is found in it: by this, findings are kept for later runs.

        None: they are not to be kept. Raises SetupError when a model is not there. Called before the first ``look``.
        """

    def looks_at(self, context: Context) -> bool:
        """Tell whether the pictures of a context are to be looked at; not where its source has said what they show."""

    def look(self, pictures: Sequence[bytes]) -> Sequence[Found | RecordError]:
        """Look at pictures, given as their files' bytes: a result each, in order; the fault of one spoils no other.

        Raises SetupError when a package or a model is not there.
        """

    def stamp(self) -> Mapping[str, str]:
        """Give size and time of its own files, such as a model's: when they change, pictures are looked at again."""


@runtime_checkable
class Pictured(Protocol):
    """An extractor that writes pictures, such as a video's frames."""

    def image_root(self) -> Path:
        """Give the folder that the paths of its pictures are relative to."""


class Task(Protocol):
    """One response type: a conversation with a teacher."""

    name: ClassVar[str]
    version: ClassVar[int]

    def rounds(self, context: Context, attempt: int, hints: Sequence[Verdict], draw: Random) -> Rounds[list[Sample]]:
        """Play one attempt. Raises Declined for too poor a context, ReplyFault for an unreadable reply."""

    def own_words(self) -> Sequence[str]:
        """Give the texts of prompt and few-shot replies: what must not turn up in a sample."""


class Teacher(Protocol):
    """Who answers requests."""

    name: ClassVar[str]
    version: ClassVar[int]

    def identity(self, request: Request, context: Context) -> Mapping[str, object]:
        """Give what, beside the request, shapes the answer: served model, parameters, image digests."""

    async def complete(self, slot: Slot, digest: str, request: Request, context: Context) -> Completion:
        """Answer; ``slot`` and ``digest`` are copied into the completion.

        One that costs money says to ``budget`` what becomes of each try. Raises TeacherStop when asking on is useless.
        A request that the server refuses for good, and one that the
        teacher declines because the context holds too little, are completions too: answered, and journaled.
        """

    def width(self) -> int:
        """Give how many requests it can usefully hold at once; 1 for one that answers without waiting."""

    def settled(self) -> Mapping[str, str]:
        """Give what has been settled about the server and should be kept with the run."""

    async def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class Reading(Protocol):
    """A teacher whose identity takes reading files."""

    async def read_ahead(self, request: Request) -> None:
        """Read, off the event loop, what ``identity`` will need. Raises RequestRefused for what cannot be read."""


@runtime_checkable
class Queued(Protocol):
    """A teacher in which requests wait their turn before they are sent."""

    def halt(self, error: Exception) -> None:
        """Send nothing more: whoever waits, or waits to try again, gets ``error``. What is in flight is finished."""


@runtime_checkable
class Watched(Protocol):
    """A teacher whose servers can be looked into."""

    own_servers: ClassVar[bool]
    """Whether its servers are its own, so that another teacher of the same recipe has others."""

    def state(self) -> str:
        """Say in a few words what they are doing now, such as how fast they write; empty when nothing is known."""

    def figures(self) -> Mapping[str, float]:
        """Give what was counted at them since the start, by name: sums, and the most of what ends in ``_most``."""


@runtime_checkable
class Check(Protocol):
    """A rule: judges one sample by its context, purely."""

    name: ClassVar[str]
    version: ClassVar[int]

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge."""


@runtime_checkable
class AskedCheck(Protocol):
    """Judges one sample by asking a role, such as a judge: a generator of rounds, as a task is."""

    name: ClassVar[str]
    version: ClassVar[int]

    def rounds(self, sample: Sample, context: Context) -> Rounds[Verdict]:
        """Judge one sample. Raises ReplyFault for an unreadable reply."""


@runtime_checkable
class Scored(Protocol):
    """An asked check whose verdicts hold scores: how often each was given is counted."""

    def scores(self, verdict: Verdict) -> Mapping[str, int]:
        """Give the scores that a verdict of this check holds, by name; it may come from a part."""


@runtime_checkable
class Dependent(Protocol):
    """A check that needs more than its recipe, such as another run."""

    def ready(self) -> None:
        """See that it is there; raises SetupError. Called before anything is asked, not where a run is only read."""


@runtime_checkable
class RunCheck(Protocol):
    """Judges samples by each other, in one pass over the finished run. Applied by export, never by a retry."""

    name: ClassVar[str]
    version: ClassVar[int]

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Give the id of each sample that does not pass, with its verdict."""


@runtime_checkable
class Measured(Protocol):
    """A check that counts what the report adds up over samples, such as mentions and those without an object."""

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        """Give this sample's counts by name, such as ``{"mentions": 7, "hallucinated": 1, "texts": 1}``."""


class Export(Protocol):
    """Writes accepted samples as a trainer or library reads them."""

    name: ClassVar[str]
    version: ClassVar[int]

    def write(self, samples: Iterable[tuple[Sample, Mapping[str, Scalar]]], out: Path) -> int:
        """Write all samples, each with its kept source columns, to the file or folder ``out``; give their number.

        ``out`` gets its final name only when it is complete.
        """


@runtime_checkable
class PairExport(Protocol):
    """Writes pairs of answers in place of samples, where it is told to."""

    name: ClassVar[str]
    version: ClassVar[int]

    @property
    def pairs(self) -> bool:
        """Whether pairs are wanted."""

    def write_pairs(self, pairs: Iterable[Pair], out: Path) -> int:
        """Write all pairs to the folder ``out``; give their number."""


@runtime_checkable
class RowExport(Protocol):
    """Writes the source's records again, each with what was made of it."""

    name: ClassVar[str]
    version: ClassVar[int]

    def write_rows(self, rows: Iterable[tuple[Row, Sequence[Sample]]], tasks: Sequence[str], out: Path) -> int:
        """Write all rows, with the accepted samples of ``tasks``, to the folder ``out``; give the number of samples."""


@runtime_checkable
class ReviewExport(Protocol):
    """Writes samples for people to judge, beside what they were made from and what checks said of them."""

    name: ClassVar[str]
    version: ClassVar[int]

    @property
    def rejected(self) -> bool:
        """Whether samples that checks rejected are wanted, too."""

    def write_judged(self, samples: Iterable[JudgedSample], out: Path) -> int:
        """Write all samples to the file ``out`` and what goes with it beside it; give their number."""
