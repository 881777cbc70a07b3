"""A row of the index in; the sample as the page shows it out: its turns, verdicts, pictures, and how it was made."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..digests import digest_bytes
from ..drive import Answers, Digester
from ..errors import InstructgenError
from ..forms import laid_out
from ..journal import Journal, Key, Strays
from ..parts import read_rows, row_of, sample_of, verdict_columns
from ..records import Completion, Context, Image, Message, Origin, Request, Sample, Slot, Span, Turn, Verdict
from ..replay import finished
from ..shard import Attempt, Judge
from .table import Table, level


class Finding(NamedTuple):
    """A verdict, and how grave it is: ``pass``, ``tag``, ``doubtful`` or ``reject``."""

    verdict: Verdict
    level: str


class Entry(NamedTuple):
    """A sample, accepted or not, or a context that a task declined."""

    row: int
    """In the index."""
    shard: int
    open: bool
    id: str
    task: str
    context: str
    kind: str
    reason: str
    """Why it was not accepted, as ``check:reason``."""
    detail: str
    images: tuple[Image, ...]
    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...]
    origin: Origin | None
    """Of an accepted sample."""

    @property
    def state(self) -> str:
        """What became of it: its kind, or ``left_out`` where it was accepted and a run-wide check rejects it."""
        left_out = self.kind == "accepted" and any(finding.level == "reject" for finding in self.findings)
        return "left_out" if left_out else self.kind

    @property
    def grave(self) -> list[Finding]:
        """What did not pass."""
        return [finding for finding in self.findings if finding.level != "pass"]

    def sample(self) -> Sample:
        """Give it as a sample: the turns that a review is about."""
        unknown = dict.fromkeys(("teacher", "model", "prompt", "seeds"), "")
        origin = self.origin or Origin(
            context=self.context, task=self.task, attempt=0, slots=(), requests=(), **unknown
        )
        return Sample(id=self.id, task=self.task, images=self.images, turns=self.turns, origin=origin)


def entries(table: Table, rows: Sequence[int]) -> list[Entry]:
    """Read some rows, in the order given; one that was taken away meanwhile is left out."""
    judge = Judge(table.run.built)
    wanted = [
        {**row, "row": number} for number, row in zip(rows, table.frame[list(rows)].rows(named=True), strict=True)
    ]
    places: dict[Path, list[int]] = {}
    for row in wanted:
        if not row["open"]:
            places.setdefault(_part(table, row), []).append(row["place"])
    read = {path: _picked(path, sorted(set(some))) for path, some in places.items()}
    found = []
    for row in wanted:
        columns = {} if row["open"] else read[_part(table, row)].get(row["place"])
        if columns is not None:
            found.append(_entry(table, judge, row, columns))
    return found


def _part(table: Table, row: Mapping[str, Any]) -> Path:
    return table.run.folder.part("samples" if row["kind"] == "accepted" else "rejected", row["shard"])


def _entry(table: Table, judge: Judge, row: Mapping[str, Any], columns: Mapping[str, Any]) -> Entry:
    base = {key: row[key] for key in ("row", "shard", "open", "id", "task", "kind")}
    if row["open"]:
        judged, lost = table.provisional[row["shard"]][row["place"]]
        if judged is None:
            return _lost(table, base, lost or {})
        return _accepted(base, judged[0], verdict_columns(judged[1], judge.actions))
    if row["kind"] != "accepted":
        return _lost(table, base, columns)
    return _accepted(base, sample_of(columns), [*columns["checks"], *_run_wide(table, row)])


def _run_wide(table: Table, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give what run-wide checks said of a sample, as far as the table knows of it."""
    known = {said.partition(":")[0] for said in row["found"].split("|")} & set(table.run.built.run_checks)
    if not known:
        return []
    rows = read_rows(table.run.folder.part("verdicts", row["shard"]))
    return [said for said in rows if said["id"] == row["id"] and said["check"] in known]


def _accepted(base: Mapping[str, Any], sample: Sample, checks: Sequence[Mapping[str, Any]]) -> Entry:
    said: dict[str, Any] = {"context": sample.origin.context, "reason": "", "detail": "", "origin": sample.origin}
    return Entry(**base, **said, images=sample.images, turns=sample.turns, findings=tuple(map(finding_of, checks)))


def _lost(table: Table, base: Mapping[str, Any], columns: Mapping[str, Any]) -> Entry:
    """Read a row of the rejected part; its words are those of the last attempt that has any under its id."""
    found = context_of(table, base["shard"], columns["context"])
    tried = [sample for attempt in columns["attempts"] for sample in attempt["samples"] if sample["id"] == base["id"]]
    last = tried[-1] if tried else {"conversations": (), "verdicts": ()}
    turns = tuple(Turn(role=turn["from"], text=turn["value"]) for turn in last["conversations"])
    said: dict[str, Any] = {key: columns[key] or "" for key in ("context", "reason", "detail")}
    findings = tuple(map(finding_of, last["verdicts"]))
    return Entry(**base, **said, images=found.images if found else (), turns=turns, findings=findings, origin=None)


def finding_of(columns: Mapping[str, Any]) -> Finding:
    """Read a verdict back, from its columns in a part."""
    spans = tuple(Span(**{**span, "boxes": tuple(span["boxes"] or ())}) for span in columns["evidence"] or ())
    fields = {key: columns[key] for key in ("check", "outcome", "reason", "hint")}
    return Finding(Verdict(**fields, evidence=spans), level(columns["outcome"], columns["action"]))


def _picked(path: Path, places: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """Read some rows of a part, in order: their row groups only, without pictures' bytes. What is gone is left out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found: dict[int, Mapping[str, Any]] = {}
    try:
        with pq.ParquetFile(path) as file:
            leaves = (file.metadata.schema.column(n).path for n in range(file.metadata.num_columns))
            wanted = [leaf for leaf in leaves if not leaf.endswith(".bytes")]
            first = 0
            for group in range(file.num_row_groups):
                past = first + file.metadata.row_group(group).num_rows
                inside = [place for place in places if first <= place < past]
                if inside:
                    rows = file.read_row_group(group, columns=wanted, use_threads=False)
                    # slices: ``take`` has pyarrow look for pandas, whose import takes longer than all the rest
                    found |= {place: rows.slice(place - first, 1).to_pylist()[0] for place in inside}
                first = past
    except (OSError, pa.ArrowException):
        pass
    return found


def context_of(table: Table, shard: int, name: str) -> Context | None:
    """Read a context of a shard."""
    path = table.run.folder.part("contexts", shard)
    if not path.exists():
        return None
    place = _places(path, path.stat().st_mtime_ns).get(name)
    columns = _picked(path, [place]).get(place) if place is not None else None
    item = row_of(columns).item if columns is not None else None
    return item if isinstance(item, Context) else None


@lru_cache(maxsize=16)
def _places(path: Path, mtime_ns: int) -> Mapping[str, int]:  # noqa: ARG001
    """Say where in a contexts part each context lies; ``mtime_ns`` tells a part from the one before it."""
    import pyarrow.parquet as pq

    names = pq.read_table(path, columns=["id"])["id"].to_pylist()
    return {name: place for place, name in reversed(list(enumerate(names)))}


# ── how it was made ──────────────────────────────────────────────────────────────────────────────────────────


class Asked(NamedTuple):
    """One request, as it was sent, and its answer, if the journal has it."""

    slot: Slot
    role: str
    messages: tuple[Message, ...]
    completion: Completion | None
    own: bool = False
    """The sample was made from its answer."""


class Story(NamedTuple):
    """What happened to a context in a task, played again from the journal."""

    asked: list[Asked]
    failed: list[Attempt]
    """Attempts that did not end well, with their samples and verdicts."""
    actions: Mapping[str, str]
    texts: dict[str, str]
    """Prompt template and seeds by name, with their digest."""
    trouble: str
    """Why it cannot be told to the end; empty when it can."""

    @property
    def usd(self) -> float | None:
        """What all its completions cost; None when that is not known."""
        prices = [asked.completion.usd for asked in self.asked if asked.completion]
        return sum(p for p in prices if p is not None) if prices and None not in prices else None


class _Overheard(Answers):
    """Answers from the journal, and remembers what was asked."""

    def __init__(self, table: Table, journal: Journal, strays: Strays | None) -> None:
        built = table.run.built
        super().__init__(journal, built.teachers, Digester(), strays=strays, on_missing=lambda *_: None)
        self.asked: list[Asked] = []
        self._table = table

    async def round(
        self, slots: Sequence[Slot], requests: Sequence[Request], player: str, context: Context
    ) -> Sequence[Completion]:
        start = len(self.asked)
        for slot, request in zip(slots, requests, strict=True):
            role = player if request.role == "teacher" else request.role
            self.asked.append(Asked(slot, role, laid_out(request, _structured(self._table, role)), None))
        completions = await super().round(slots, requests, player, context)
        for place, completion in enumerate(completions, start):
            self.asked[place] = self.asked[place]._replace(completion=completion)
        return completions


def _structured(table: Table, role: str) -> bool:
    """Tell whether a role's server is sent JSON schemas: as the recipe says, else as was settled with it."""
    wanted = getattr(table.run.built.teachers[role], "reply_format", "auto")
    settled = table.run.facts.settled.get(role, {}).get("reply_format")
    return (settled if wanted == "auto" else wanted) != "plain"


def story(table: Table, entry: Entry) -> Story:
    """Play an entry's context and task again."""
    run = table.run
    judge, texts = Judge(run.built), {f"{kind}/{name}": text for (kind, name), text in run.built.texts.items()}
    told = {name: digest_bytes(text.encode()) for name, text in texts.items()}
    if entry.origin is not None:
        told = {name: d for name, d in told.items() if d in (entry.origin.prompt, entry.origin.seeds)}
    context = context_of(table, entry.shard, entry.context)
    if context is None or entry.task not in run.built.tasks:
        return Story([], [], judge.actions, told, "its context or its task is no longer part of the run")
    journal = _journal(table, entry.shard)
    strays = Strays(run.folder.path / "journal") if run.facts.moved else None
    overheard = _Overheard(table, journal, strays)
    try:
        outcome = finished(judge.settle(context, entry.task, overheard))
    except (InstructgenError, RuntimeError) as error:
        return Story(overheard.asked, [], judge.actions, told, " ".join(str(error).split()))
    trouble = "the journal lacks an answer that the recipe, as it is now, asks for" if outcome.not_asked else ""
    failed = [attempt for attempt in outcome.failed if attempt.reason != "not_asked"]
    own = entry.origin.slots if entry.origin else ()
    asked = [
        one._replace(
            own=one.slot.asker == entry.task and f"{one.slot.attempt}/{one.slot.round}/{one.slot.position}" in own
        )
        for one in overheard.asked
    ]
    return Story(asked, failed, judge.actions, told, trouble)


def _journal(table: Table, shard: int) -> Journal:
    path = table.run.folder.part("journal", shard)
    stat = path.stat() if path.exists() else None
    return _read_journal(path, stat.st_size if stat else 0)


@lru_cache(maxsize=3)
def _read_journal(path: Path, size: int) -> Journal:  # noqa: ARG001
    return Journal(path)


def completions_of(table: Table, entry: Entry) -> list[Completion]:
    """Give the completions that an accepted sample was made from, as its origin names them."""
    if entry.origin is None:
        return []
    found = []
    for slot, digest in zip(entry.origin.slots, entry.origin.requests, strict=True):
        attempt, number, position = map(int, slot.split("/"))
        key = Key(entry.context, entry.task, attempt, number, position, digest)
        completion = _journal(table, entry.shard).find(key)
        if completion is not None:
            found.append(completion)
    return found
