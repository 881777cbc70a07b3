"""A finished shard's contexts and journal in; its parts, made again in another folder, out.

What no journal knows is taken from the parts themselves: which requests were never answered or, because of a broken
picture, never sent; and the pictures inside the parts whose files are gone.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..drive import Answers, Digester
from ..engines.open_shard import MISSING_IMAGE, OpenShard, PixelsOf, pixel_reader
from ..errors import RequestRefused
from ..journal import Journal, Key, Strays, key_of
from ..parts import read_rows
from ..records import Completion, Context, Request, Row, Sample, Slot
from ..replay import finished, jobs
from ..run import Run
from ..run_folder import RunFolder
from ..shard import NO_ANSWER, Judge
from ..supply import Supply
from ..tally import Tally
from .found import Difference
from .journals import BySlot
from .parts import UNREADABLE

Place = tuple[str, str, int]
"""Context, asker and attempt."""


class Unjournaled:
    """What the kept parts tell of a shard that its journal does not know."""

    def __init__(self, run: RunFolder, shard: int) -> None:
        """Read the parts, as far as they can be read."""
        self.unanswered: dict[Place, tuple[str, str]] = {}
        """Reason and detail of requests that were not sent, because of their pictures, or never answered."""
        self.not_asked: set[tuple[str, str]] = set()
        """Contexts and tasks that lack an answer, as in a run made offline."""
        self.set_aside: dict[str, str] = {}
        """Details of samples whose picture could not be read when they were written."""
        try:
            for row in read_rows(run.part("rejected", shard)):
                self._rejected(row)
            for row in read_rows(run.part("samples", shard), ["id", "origin", "checks"]):
                self._unjudged(row["origin"]["context"], row["id"], row["origin"]["attempt"], row["checks"] or ())
        except UNREADABLE:
            pass  # comparing the parts tells

    def _rejected(self, row: Mapping[str, Any]) -> None:
        context, task = row["context"], row["task"]
        if row["kind"] == "not_asked":
            self.not_asked.add((context, task))
        for attempt in row["attempts"] or ():
            reason = attempt["reason"].removeprefix("reply:")
            if _unpaid(reason):
                self.unanswered[context, task, attempt["attempt"]] = reason, attempt["detail"]
            for sample in attempt["samples"] or ():
                self._unjudged(context, sample["id"], attempt["attempt"], sample["verdicts"] or ())
            if attempt["reason"] == MISSING_IMAGE:
                self.set_aside |= {sample["id"]: attempt["detail"] for sample in attempt["samples"]}

    def _unjudged(self, context: str, sample: str, attempt: int, verdicts: Iterable[Mapping[str, Any]]) -> None:
        for verdict in verdicts:
            if verdict["outcome"] == "doubtful" and _unpaid(verdict["reason"] or ""):
                task, number = sample.rsplit("/", 2)[1:]
                said = verdict["reason"], verdict["hint"] or ""
                self.unanswered[context, f"{task}#{number}!{verdict['check']}", attempt] = said


def _unpaid(reason: str) -> bool:
    """Tell whether a journal holds no reply where an attempt failed for this reason."""
    return reason == NO_ANSWER or reason.startswith("bad_image")


class Replayed:
    """What playing a shard found."""

    def __init__(self, beside: Unjournaled) -> None:
        """Start with nothing missing."""
        self.used: set[Key] = set()
        self.missing: list[tuple[Slot, str]] = []
        """Slots whose answer the journal lacks though the parts were made of one, and who is asked there."""
        self.counts: Counter[str] = Counter()
        self._beside = beside

    def note(self, completion: Completion, _asked: bool) -> None:
        """Take in an answer that was found."""
        self.used.add(key_of(completion.slot, completion.digest))

    def lack(self, slot: Slot, _request: Request, role: str, context: Context) -> None:
        """Take in an answer that was not found. Raises RequestRefused where none was to be had."""
        said = self._beside.unanswered.get((context.id, slot.asker, slot.attempt))
        if said is not None:
            raise RequestRefused(*said)
        if (context.id, slot.asker.partition("#")[0]) in self._beside.not_asked:
            self.counts["not_asked"] += 1
        else:
            self.missing.append((slot, role))

    def by_slot(self, replies: BySlot, slot: Slot) -> Completion | None:
        """Give the reply that lies in a slot, and count it."""
        found = replies.find(slot)
        if found is not None:
            self.counts["by_slot"] += 1
            self.note(found, False)
        return found

    def lacking(self, file: str) -> list[Difference]:
        """Give a difference for each answer that the journal lacks."""
        return [
            Difference(
                file,
                f"holds no reply of {role} to {slot.asker}, attempt {slot.attempt}, round {slot.round}, position "
                f"{slot.position}, or not to what is asked there; the parts were made of one",
                sample=f"{slot.context}/{slot.asker.partition('#')[0]}",
            )
            for slot, role in self.missing
        ]


class Replaying:
    """Makes the parts of finished shards again."""

    def __init__(self, run: Run, scratch: Path, strays: Strays | None) -> None:
        """``scratch`` is an empty folder for the parts; ``strays`` are all journals, where the source has changed."""
        self._run = run
        self.made = RunFolder(scratch)
        self._supply = Supply(run.folder, run.built, run.facts)
        self._judge = Judge(run.built)
        self._digester = Digester()
        self._strays = strays

    def fingerprint(self, contexts: str) -> str:
        """Give the fingerprint of a shard with these contexts."""
        return self._supply.fingerprint(contexts)

    def expected(self, shard: int) -> bool:
        """Tell whether the run covers a shard, as far as limit and the source's end are known."""
        return self._supply.wanted(shard) > 0

    def play(self, shard: int, rows: Sequence[Row], contexts: str) -> Replayed:
        """Play a shard and write its parts. ``contexts`` is the digest of its rows. Raises SetupError."""
        beside, tally = Unjournaled(self._run.folder, shard), Tally()
        for row in rows:
            tally.add_row(row)
        journal, played = Journal(self._run.folder.part("journal", shard)), Replayed(beside)
        answers = Answers(
            journal,
            self._run.built.teachers,
            self._digester,
            strays=self._strays,
            on_missing=played.lack,
            on_answer=played.note,
            by_slot=partial(played.by_slot, BySlot(journal)),
        )
        made = OpenShard(shard, answers, contexts, tally)
        items = (row.item for row in rows if isinstance(row.item, Context))
        for context, task in jobs(self._run.built, self._run.facts.ranges, items):
            outcome = finished(self._judge.settle(context, task, answers))
            made.outcomes[made.reserve()] = outcome
            tally.add_outcome(outcome)
        pixels_of = self._pixels(shard, beside, played.counts)
        asyncio.run(made.write(self.made, self._judge.actions, self.fingerprint(contexts), pixels_of))
        return played

    def _pixels(self, shard: int, beside: Unjournaled, counts: Counter[str]) -> PixelsOf | None:
        """Give what reads the pictures that lie in a part: from their files, else from the part itself, counted."""
        reading = pixel_reader(self._run.built)
        if reading is None:
            return None
        kept: dict[str, list[bytes | None]] = {}

        def pixels_of(sample: Sample) -> list[bytes | None]:
            if sample.id in beside.set_aside:
                raise RequestRefused(MISSING_IMAGE, beside.set_aside[sample.id])
            try:
                return reading(sample)
            except RequestRefused:
                if not kept:
                    kept.update(_kept_pixels(self._run.folder.part("samples", shard)))
                if sample.id not in kept:
                    raise
                counts["unseen"] += len(sample.images)
                return kept[sample.id]

        return pixels_of


def _kept_pixels(path: Path) -> dict[str, list[bytes | None]]:
    try:
        return {row["id"]: [image["bytes"] for image in row["images"]] for row in read_rows(path, ["id", "images"])}
    except UNREADABLE:
        return {}
