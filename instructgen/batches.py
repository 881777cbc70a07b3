"""Batches as a run knows them, on its disk.

A batch is a file of requests that a service answers within a day. What the run knows of each lies in ``batches/`` of
its folder, as ID.json, where ID is the run's own name for it: made up before anything is sent, and sent along in the
batch's metadata, so that after a crash the batch is found again by listing. Beside it, as long as the batch is open,
lies ID.tickets.jsonl: for each line of the batch which slot of which shard its reply belongs to.

| state | what has happened | after a crash |
|---|---|---|
| prepared | requests and tickets are on the disk; maybe they have been uploaded | given up: nothing is paid |
| creating | uploaded; the service has been, or is about to be, told to begin | looked for in the service's list |
| open | the service has given its own id | asked after |
| done | replies are in the journals of their shards | |
| refused | the service took it as a whole for faulty, with nothing paid | |
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from .component import explain_validation
from .errors import SetupError
from .journal import Key
from .records import Slot
from .run_folder import write_text

FOLDER = "batches"
"""Name of the folder below the run's."""


class Layout(NamedTuple):
    """How requests are written for a server, as far as it is known what it takes."""

    structured: bool
    """Replies are held to a JSON schema."""
    reasoning: bool
    """The model is a reasoning one: other names of parameters, no temperature."""


class Ticket(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the reply to one line of a batch belongs."""

    shard: int
    context: str
    asker: str
    attempt: int
    round: int
    position: int
    digest: str
    most: int | None = None
    """Longest reply in tokens, as asked for."""
    tries: int = 1
    """Batches that this request has been in, this one included."""

    @property
    def key(self) -> Key:
        """The reply's key in the journal."""
        return Key(self.context, self.asker, self.attempt, self.round, self.position, self.digest)

    @property
    def slot(self) -> Slot:
        """The reply's slot."""
        return Slot(
            context=self.context,
            asker=self.asker,
            attempt=self.attempt,
            round=self.round,
            position=self.position,
        )


class Batch(BaseModel):
    """What the run knows of one batch: the file ID.json."""

    model_config = ConfigDict(extra="forbid")

    id: str
    """The run's own name for it."""
    role: str
    """Who is asked."""
    model: str
    layout: Layout
    requests: int
    bytes: int
    """Of the file of requests."""
    tokens: int
    """Estimated prompt tokens."""
    shards: list[int]
    """Whose requests are in it."""
    made: str
    """UTC time, ISO 8601."""
    state: Literal["prepared", "creating", "open", "done", "refused"] = "prepared"
    sent: float = 0.0
    """When the service was told to begin it: Unix time."""
    file: str | None = None
    """The service's id of the uploaded file."""
    batch: str | None = None
    """The service's id of the batch."""
    status: str = ""
    """The service's word for how far it is, as last known."""
    completed: int = 0
    failed: int = 0
    looked: str = ""
    """When that was: UTC time, ISO 8601."""
    said: str = ""
    """Why it was refused."""

    @property
    def pending(self) -> bool:
        """Whether something is or may be at the service that is not in the journals yet."""
        return self.state in ("creating", "open")


def begun_line(name: str, number: int, rest: bytes) -> bytes:
    """Give a whole line of a batch: with it comes back ``custom_id``, NAME-NUMBER, by which replies are joined."""
    return b'{"custom_id":"%b-%d",%b\n' % (name.encode(), number, rest)


def number_of(custom_id: str, name: str) -> int | None:
    """Give the number of the line that a reply belongs to; None for one of another batch."""
    own, _, number = custom_id.rpartition("-")
    return int(number) if own == name and number.isdecimal() else None


@dataclass(frozen=True)
class Batches:
    """The batches of one run."""

    folder: Path
    """``batches/`` of the run's folder."""

    @classmethod
    def of(cls, run: Path) -> "Batches":
        """Give those of the run in a folder."""
        return cls(run / FOLDER)

    def all(self) -> list[Batch]:
        """Read what is known of each, the oldest first. Raises SetupError."""
        return sorted(map(_read, self.folder.glob("[!.]*.json")), key=lambda batch: (batch.made, batch.id))

    def pending(self) -> list[Batch]:
        """Give those of which something is or may be at the service that is not in the journals yet."""
        return [batch for batch in self.all() if batch.pending]

    def save(self, batch: Batch) -> None:
        """Write down what is known of a batch; it is on the disk when this returns."""
        write_text(self.folder / f"{batch.id}.json", batch.model_dump_json(indent=1) + "\n")

    def requests(self, batch: str) -> Path:
        """Give the path of a batch's file of requests."""
        return self.folder / f"{batch}.requests.jsonl"

    def tickets_path(self, batch: str) -> Path:
        """Give the path of a batch's tickets."""
        return self.folder / f"{batch}.tickets.jsonl"

    def tickets(self, batch: Batch) -> list[Ticket]:
        """Read a batch's tickets, in the order of its lines. Raises SetupError when they are not whole."""
        path = self.tickets_path(batch.id)
        try:
            with path.open("rb") as file:
                tickets = [_ticket.decode(line) for line in file]
        except (OSError, msgspec.MsgspecError) as error:
            raise SetupError(f"{path}: cannot be read ({error}); restore the file") from None
        if len(tickets) != batch.requests:
            raise SetupError(f"{path}: holds {len(tickets)} of {batch.requests} tickets; restore the file")
        return tickets

    def forget(self, batch: Batch) -> None:
        """Remove the requests and tickets of a batch that has come to its end."""
        self.requests(batch.id).unlink(missing_ok=True)
        self.tickets_path(batch.id).unlink(missing_ok=True)

    def remove(self, batch: Batch) -> None:
        """Remove all that is known of a batch: nothing was paid for it."""
        (self.folder / f"{batch.id}.json").unlink(missing_ok=True)
        self.forget(batch)

    def sweep(self) -> None:
        """Remove requests and tickets of batches that were never prepared to the end."""
        known = {path.name.removesuffix(".json") for path in self.folder.glob("[!.]*.json")}
        for path in [*self.folder.glob("*.requests.jsonl"), *self.folder.glob("*.tickets.jsonl")]:
            if path.name.split(".")[0] not in known:
                path.unlink(missing_ok=True)

    # ── requests that got no answer ──────────────────────────────────────────────────────────────────────────

    def unanswered(self, shard: int) -> dict[Key, tuple[int, str]]:
        """Give the requests of a shard that batches gave no answer for: how many, and why the last."""
        path = self._unanswered(shard)
        if not path.exists():
            return {}
        rows = msgspec.json.decode(path.read_bytes(), type=list[tuple[Key, int, str]])
        return {key: (tries, why) for key, tries, why in rows}

    def note_unanswered(self, shard: int, found: Iterable[tuple[Ticket, str]]) -> None:
        """Write down requests that a batch gave no answer for; said twice, it is the same."""
        known = self.unanswered(shard)
        known.update({ticket.key: (ticket.tries, why) for ticket, why in found})
        rows = [(key, tries, why) for key, (tries, why) in known.items()]
        write_text(self._unanswered(shard), msgspec.json.encode(rows).decode())

    def settled(self, shard: int) -> None:
        """Forget what got no answer: the shard is written, and a later start asks anew."""
        self._unanswered(shard).unlink(missing_ok=True)

    # ── shards that wait for batches ─────────────────────────────────────────────────────────────────────────

    def note_put_off(
        self, journal: Path, fingerprint: str, counts: Mapping[str, object], spent: Mapping[str, object]
    ) -> None:
        """Keep the figures of a shard that waits, so that it need not be played for them alone: they may be many.

        They hold as long as its journal does not grow. They can be had again, so nothing waits for the disk.
        """
        path = self._put_off(journal)
        path.parent.mkdir(parents=True, exist_ok=True)
        noted = {"journal": _size(journal), "fingerprint": fingerprint, "counts": counts, "spent": spent}
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(msgspec.json.encode(noted))
        temporary.replace(path)

    def put_off(self, journal: Path, fingerprint: str) -> dict[str, Any] | None:
        """Give the figures of a shard that waits, ``counts`` and ``spent``; None where they do not hold any more."""
        try:
            noted: dict[str, Any] = msgspec.json.decode(self._put_off(journal).read_bytes())
        except (OSError, msgspec.DecodeError):
            return None
        holds = noted["journal"] == _size(journal) and noted["fingerprint"] == fingerprint
        return noted if holds else None

    def taken_up(self, journal: Path) -> None:
        """Forget the figures of a shard that is played again."""
        self._put_off(journal).unlink(missing_ok=True)

    def _put_off(self, journal: Path) -> Path:
        return self.folder / "waiting" / f"{journal.stem}.json"

    def _unanswered(self, shard: int) -> Path:
        return self.folder / "unanswered" / f"part-{shard:05d}.json"


_ticket = msgspec.json.Decoder(Ticket)
encode_ticket = msgspec.json.Encoder().encode


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read(path: Path) -> Batch:
    try:
        return Batch.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise SetupError(
            f"{path}: cannot be read as a batch ({explain_validation(error, Batch)}); restore the file"
        ) from None
    except OSError as error:
        raise SetupError(f"{path}: cannot be read ({error.strerror}); restore the file") from None
