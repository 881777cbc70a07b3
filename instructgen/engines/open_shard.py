"""A shard's rows in, its contexts part out; its outcomes in, its rejected and samples parts out, in source order."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..assemble import Built
from ..columns import SampleRow
from ..drive import Answers
from ..errors import RequestRefused
from ..parts import PartWriter
from ..pictures.images import read_inside
from ..records import Context, Sample
from ..run_folder import RunFolder
from ..shard import Attempt, Judged, Outcome, rejected_rows
from ..supply import BREATH, ContextsDigest, FaultBound, Supply
from ..tally import Tally

MISSING_IMAGE = "output:missing_image"
"""Reason of a sample whose picture was to lie in the part (``output.images: bytes``) and cannot be read."""

PixelsOf = Callable[[Sample], list[bytes | None]]
"""Gives the bytes of a sample's pictures, None for one that has only a URL; raises RequestRefused."""


class OpenShard:
    """A shard at work: its journal, its jobs and what has become of them."""

    def __init__(self, number: int, answers: Answers, contexts: str, tally: Tally) -> None:
        """``contexts`` is their digest, ``tally`` holds the counts of its rows."""
        self.number = number
        self.journal = answers.journal
        self.answers = answers
        self.contexts = contexts
        self.tally = tally
        self.outcomes: list[Outcome | None] = []
        self.left = 0

    def reserve(self) -> int:
        """Add a job; give its place in source order."""
        self.outcomes.append(None)
        self.left += 1
        return len(self.outcomes) - 1

    @property
    def lacking(self) -> bool:
        """Whether a job could not be settled, since an answer is still to come."""
        return any(outcome is not None and outcome.not_asked for outcome in self.outcomes)

    async def write(
        self, folder: RunFolder, actions: Mapping[str, str], fingerprint: str, pixels_of: PixelsOf | None
    ) -> None:
        """Write the parts; the rename of the samples part commits the shard.

        ``pixels_of`` is given where the recipe wants the original files inside the parts.
        """
        samples, rejected = PartWriter("samples"), PartWriter("rejected")
        for count, outcome in enumerate(_all(self.outcomes)):
            for judged in list(outcome.accepted):
                pixels: list[bytes | None] = []
                try:
                    if pixels_of:
                        pixels = await asyncio.to_thread(pixels_of, judged[0])
                except RequestRefused as error:
                    self._set_aside(outcome, judged, error.detail)
                else:
                    samples.add(SampleRow(*judged, actions, pixels))
            for row in rejected_rows(outcome, actions):
                rejected.add(row)
            if count % BREATH == 0:
                await asyncio.sleep(0)
        noted = {
            "rows": self.tally.rows,
            "contexts": self.contexts,
            "fingerprint": fingerprint,
            "counts": self.tally.to_json(),
            "spent": self.journal.spent.to_json(),
        }
        await asyncio.to_thread(rejected.write, folder.part("rejected", self.number), noted)
        await asyncio.to_thread(samples.write, folder.part("samples", self.number), noted)

    def _set_aside(self, outcome: Outcome, judged: Judged, detail: str) -> None:
        """Reject an accepted sample that has lost its picture: one file must not hold up what the shard has cost."""
        sample = judged[0]
        outcome.accepted.remove(judged)
        outcome.losers.append((sample, MISSING_IMAGE))
        outcome.failed.append(Attempt(sample.origin.attempt, MISSING_IMAGE, detail, [judged]))
        self.tally.tasks[outcome.task].set_aside(MISSING_IMAGE)


def pixel_reader(built: Built) -> PixelsOf | None:
    """Give what reads the pictures that the recipe wants inside the parts; None where it wants references only."""
    root = built.image_root() if built.recipe.output.images == "bytes" else None
    return partial(original_bytes, root=root) if root else None


class ReadShard(NamedTuple):
    """A shard's rows, read."""

    tally: Tally
    """Counts of its rows."""
    contexts: list[Context]
    digest: str | None
    """Of its contexts; None where it holds no rows, or the reading was stopped."""
    noted: Mapping[str, Any] | None = None
    """The footer of its samples part, where it needs no work after all."""


async def read_shard(
    folder: RunFolder, supply: Supply, number: int, bound: FaultBound | None, stopping: Callable[[], bool]
) -> ReadShard:
    """Read a shard and write its contexts part. ``bound`` counts its faulty records, once a start."""
    writer, digest, tally = PartWriter("contexts"), ContextsDigest(), Tally()
    contexts: list[Context] = []
    bound = None if number in supply.read_anew else bound
    async for block in supply.blocks(number, stopping):
        for row in block:
            digest.add(row)
            tally.add_row(row)
            writer.add(row)
            if bound:
                bound.add(row)
            if isinstance(row.item, Context):
                contexts.append(row.item)
    if stopping() or not writer.count:
        return ReadShard(tally, [], None)
    if bound:
        bound.check()
    noted = supply.kept(number, digest.hexdigest())
    path, about = folder.part("contexts", number), {"rows": tally.rows, "contexts": digest.hexdigest()}
    if noted is None:
        folder.part("samples", number).unlink(missing_ok=True)
    if noted is None or not path.exists():
        await asyncio.to_thread(writer.write, path, about)
    supply.read_anew.add(number)
    return ReadShard(tally, contexts, digest.hexdigest(), noted)


def original_bytes(sample: Sample, root: Path) -> list[bytes | None]:
    """Read a sample's pictures as they lie; None for one that has only a URL.

    Raises RequestRefused for a file that is missing, empty or outside ``root``.
    """
    return [None if image.path is None else read_inside(root, image) for image in sample.images]


def _all(outcomes: list[Outcome | None]) -> Iterator[Outcome]:
    for outcome in outcomes:
        assert outcome is not None, "a shard is written only when every job is settled"
        yield outcome
