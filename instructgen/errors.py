"""The errors that instructgen raises, in one tree.

InstructgenError
├── UserError            the user's to mend: one clear line, exit status 2
│   ├── SetupError       recipe, files, options: found before the first paid call
│   ├── TeacherStop      the server will not serve this run: bad key, no quota, unknown model, not there
│   └── RunLocked        another process writes to this run
└── RecordError          one record's fault: it becomes data, the run goes on
    ├── ReplyFault       a reply that cannot be read as what was asked for
    ├── RequestRefused   a request that the server will not answer for this record (a 400, a content filter)
    ├── NotAsked         an answer that the journal lacks, in a run that may not ask
    └── Declined         a context too poor for a task
"""

from collections.abc import Sequence

from .records import Sample


class InstructgenError(Exception):
    """Anything that instructgen raises on purpose."""


class UserError(InstructgenError):
    """A mistake or a circumstance that the user can mend. The message is one line and says what to do."""


class SetupError(UserError):
    """A fault in recipe, files or options, found before the first paid call."""


class TeacherStop(UserError):
    """The teacher cannot serve this run at all: asking on would only cost. What was answered is in the journal."""


class RunLocked(UserError):
    """Another process is writing to this run."""


class RecordError(InstructgenError):
    """One record's fault. ``reason`` is a stable slug to count by; ``detail`` is for the reader."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class ReplyFault(RecordError):
    """A reply that cannot be read as the form that was asked for.

    ``kept`` holds the samples that a task made of the other replies of the same attempt.
    """

    def __init__(self, reason: str, detail: str = "", kept: Sequence[Sample] = ()) -> None:
        super().__init__(reason, detail)
        self.kept = kept


class RequestRefused(RecordError):
    """The server will not answer this one request, and would not if asked again."""


class NotAsked(RecordError):
    """The journal lacks an answer, and this run may not ask for it."""


class Declined(RecordError):
    """The context does not hold enough for the task. Nothing was asked."""
