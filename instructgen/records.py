"""The records that flow through instructgen: context → request → completion → sample → verdict.

All are frozen pydantic models that forbid unknown fields. None has a metadata dictionary: what a record
carries is what is written here.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Unit = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
"""A share of the image's width or height, in [0, 1]."""

Scalar = str | int | float | bool | None
"""What a source column that is carried along may hold."""


class Record(BaseModel):
    """A frozen record without room for unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ── what a source gives ──────────────────────────────────────────────────────────────────────────────────────


class Image(Record):
    """A reference to a picture or frame. Pixels are read only when they are needed."""

    path: str | None = None
    """File, relative to the source's image folder, with forward slashes."""
    url: str | None = None
    width: int | None = Field(default=None, gt=0)
    """Pixels, as recorded by the source."""
    height: int | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, ge=0)
    """Position of a frame in its video."""
    size: int | None = None
    """Bytes of the file when it was listed; not digested."""
    mtime_ns: int | None = None
    """Modification time of the file when it was listed; not digested."""

    def undated(self) -> "Image":
        """Give the reference as it is digested: without the file's size and time."""
        if self.size is None and self.mtime_ns is None:
            return self
        return self.model_copy(update={"size": None, "mtime_ns": None})


class Box(Record):
    """An axis-parallel box in image coordinates: (x1, y1) upper left, (x2, y2) lower right, three decimals."""

    label: str
    x1: Unit
    y1: Unit
    x2: Unit
    y2: Unit
    image: int = 0
    """Which of the context's images the box is in."""
    id: str | None = None
    crowd: bool = False
    """The box covers a group whose members are not counted (COCO ``iscrowd``)."""
    area: Unit | None = None
    """Share of the image that the object's outline covers, where the source knows it."""
    score: Unit | None = None
    """How sure the detector was that found it; None: an annotator's box."""


class Passage(Record):
    """A stretch of text that belongs to the picture: an OCR line, a figure mention, findings of a report."""

    kind: str
    text: str
    box: tuple[Unit, Unit, Unit, Unit] | None = None
    seconds: float | None = None


class Found(Record):
    """What an extractor found in one picture. Boxes and passages bear no image or second: those are the picture's."""

    boxes: tuple[Box, ...] = ()
    passages: tuple[Passage, ...] = ()
    frames: tuple[Image, ...] | None = None
    """Pictures that take the place of the one looked at: the frames of a video."""


class Context(Record):
    """The symbolic representation of one source record that a text-only teacher reads."""

    id: str = Field(min_length=1)
    row: int = Field(ge=0)
    """Raw number of the source record; not digested."""
    images: tuple[Image, ...] = ()
    captions: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    passages: tuple[Passage, ...] = ()


def _writable(text: object) -> object:
    """Give text without halves of surrogate pairs, which no file can hold: a faulty record's words may have some."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) and not text.isprintable() else text


Writable = Annotated[str, BeforeValidator(_writable)]


class Fault(Record):
    """A source record that could not become a context."""

    row: int
    id: Writable | None = None
    reason: str
    """Stable slug to count by, such as ``zero_size_image``."""
    detail: Writable
    """File and record, what was expected, what was found."""


class LeftOut(Record):
    """A source record that a filter of the recipe left out on purpose."""

    row: int
    id: Writable
    filter: str


class Row(NamedTuple):
    """One source record as read: what became of it, and the source columns to carry along to the exports."""

    item: Context | Fault | LeftOut
    kept: dict[str, Scalar]


# ── what goes to a teacher and comes back ────────────────────────────────────────────────────────────────────


class Turn(Record):
    """One turn of a conversation."""

    role: Literal["human", "gpt"]
    text: str


class Reply(Record):
    """A typed few-shot reply. It is written out as JSON or plain text when the server's ability is known."""

    turns: tuple[Turn, ...]


Part = str | Image | Reply


class Message(Record):
    """One message of a request."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]


class Request(Record):
    """What is asked of a role, and the form of reply that is wanted."""

    role: str
    """Who is asked: ``teacher``, ``judge``, ``student`` or a tool; the recipe says who plays it."""
    messages: tuple[Message, ...]
    form: str
    """A name in ``forms.FORMS``."""
    max_tokens: int | None = None


class Slot(Record):
    """Where in a run a completion belongs."""

    context: str
    asker: str
    """A task's name, or ``task#sample!check`` for an asked check."""
    attempt: int
    round: int
    position: int


class Usage(Record):
    """Tokens of one completion. ``cached`` is part of ``prompt``; ``thoughts`` is part of ``reply``."""

    prompt: int
    cached: int = 0
    reply: int = 0
    thoughts: int = 0


class Completion(Record):
    """One answer that was paid for, as the journal keeps it."""

    slot: Slot
    digest: str
    text: str
    thoughts: str | None = None
    finish: str
    """``stop``, ``length``, ``content_filter``, ``refusal``; or, with the reason as text, ``refused_request`` for a 400
    and ``declined`` for a context that holds too little for the teacher."""
    model: str
    """The model that the server says answered."""
    server_id: str | None = None
    usage: Usage | None = None
    usd: float | None = None
    """Price as known when it was asked."""
    caching_usd: float | None = None
    """What of the price was saved, as the provider had cached some of the prompt; None for nothing."""
    batch_usd: float | None = None
    """What of the price was saved by the batch service; None for nothing."""
    at: str
    """UTC time of the answer, ISO 8601."""


# ── what comes out ───────────────────────────────────────────────────────────────────────────────────────────


class Origin(Record):
    """Where a sample comes from; server id, time, usage and price are joined from the journal by ``slots``."""

    context: str
    task: str
    attempt: int
    teacher: str
    """Name of the component that answered, such as ``grounded`` or ``openai_chat``."""
    model: str
    prompt: str
    """Digest of the prompt template."""
    seeds: str
    """Digest of the seeds file."""
    slots: tuple[str, ...]
    """``attempt/round/position`` of each completion used."""
    requests: tuple[str, ...]
    """Digests of the requests, in the order of ``slots``."""


class Sample(Record):
    """One training record. ``<image>`` stands once for each picture, in the first human turn."""

    id: str
    """``context/task/number``; it never changes."""
    task: str
    images: tuple[Image, ...]
    turns: tuple[Turn, ...]
    origin: Origin


class Span(Record):
    """A stretch of a turn, in code points, and what it contradicts."""

    turn: int
    start: int
    end: int
    boxes: tuple[int, ...] = ()
    """Indices of the context's boxes that the stretch is held against."""
    contradicts: str | None = None


class Verdict(Record):
    """What a check says of a sample."""

    check: str
    outcome: Literal["pass", "fail", "doubtful"]
    reason: str | None = None
    evidence: tuple[Span, ...] = ()
    hint: str | None = None
    """What to tell the teacher when it is asked again."""


class JudgedSample(NamedTuple):
    """A sample, what it was held against, and what came of it."""

    sample: Sample
    context: Context
    verdicts: Sequence[Verdict]
    reason: str
    """Why it was rejected, as ``check:reason``; empty when it was accepted."""


class Pair(NamedTuple):
    """Two answers to the same question, of which a person prefers one."""

    sample: Sample
    """Ends with the answer that is preferred."""
    rejected: str
    """The answer whose place it took."""
