"""What a teacher does that is asked by batches, and what it asks: a service that takes files and gives files back."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from .batches import Batch, Layout, Ticket
from .errors import UserError
from .records import Completion, Request


class Found(NamedTuple):
    """A batch as the service tells of it."""

    batch: str
    status: str
    created: float
    """Unix time."""
    input_file: str
    name: str | None
    """The run's own name for it, from its metadata."""
    output_file: str | None = None
    error_file: str | None = None
    completed: int = 0
    failed: int = 0
    errors: tuple[tuple[int | None, str, str], ...] = ()
    """Why it was refused: number of the line from 1 where it is one line's fault, code, message."""


class Unsettled(Exception):
    """Whether the service has begun a batch is not known: its answer did not arrive."""


class Service(Protocol):
    """A batch service. All methods wait, so they are called in threads; passing faults are tried again inside.

    All raise TeacherStop where asking on is useless.
    """

    def upload(self, path: Path, name: str) -> str:
        """Upload a file of requests under a name; give the service's id."""

    def uploaded(self, name: str) -> list[str]:
        """Give the ids of files of that name; none where the service does not list files."""

    def delete(self, file: str) -> None:
        """Delete a file, if it is there."""

    def create(self, file: str, name: str) -> Found:
        """Have a batch begun; raises Unsettled."""

    def listed(self) -> Iterator[Found]:
        """Give all batches, the newest first."""

    def look(self, batch: str) -> Found:
        """Ask how far a batch is."""

    def fetch(self, file: str, path: Path) -> None:
        """Write a file's content to ``path``."""

    def cancel(self, batch: str) -> None:
        """Have a batch stopped."""

    def halt(self, error: Exception) -> None:
        """Try nothing again: what waits for that raises ``error``."""

    def close(self) -> None:
        """Close all connections."""


class Limits(NamedTuple):
    """What a teacher's batches may hold, and with how much patience they are looked after."""

    requests: int
    bytes: int
    enqueued_tokens: int | None
    """Prompt tokens in all open batches together."""
    retries: int
    """Times that a request is put into another batch when one gave no answer for it."""
    poll_seconds: float
    listing_seconds: float
    """Seconds after which a batch that was begun is surely listed."""


@runtime_checkable
class Batched(Protocol):
    """A teacher that is asked by batches."""

    @property
    def limits(self) -> Limits:
        """Give what its batches may hold."""

    def layout(self) -> Layout:
        """Say how requests are to be written, as far as it is known."""

    async def line(self, request: Request, layout: Layout) -> bytes:
        """Write a request's line of a batch, less its beginning; see ``begun_line``.

        Raises RequestRefused for what cannot be sent.
        """

    def longest(self, request: Request) -> int | None:
        """Give the longest reply in tokens that a request asks for."""

    def read(self, status: int, body: bytes, ticket: Ticket, batch: Batch) -> Completion | str:
        """Read the answer to one line; a text says why there is none, and it is to be asked again.

        Raises TeacherStop where that is useless for all.
        """

    def answered(self, batch: Batch) -> None:
        """Note that the service has answered a batch's requests as they were laid out."""

    def setup_fault(self, said: Sequence[str]) -> UserError | None:
        """Tell whether so many refusals in the same words are the set-up's fault rather than the records'."""

    def service(self) -> Service:
        """Give the way to the service. Raises SetupError and TeacherStop."""
