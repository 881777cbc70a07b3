"""A shard's outcomes in; its rejected and samples parts out, in source order, the samples part last."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

from .columns import SampleRow
from .drive import Answers
from .errors import SetupError
from .parts import PartWriter
from .records import Sample
from .run_folder import RunFolder
from .shard import Outcome, rejected_rows
from .tally import Tally

BREATH = 25
"""Rows or outcomes handled before the event loop gets a turn: about a millisecond."""


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

    async def write(
        self, folder: RunFolder, actions: Mapping[str, str], fingerprint: str, bytes_from: Path | None
    ) -> None:
        """Write the parts; the rename of the samples part commits the shard.

        ``bytes_from`` is the image folder when the recipe wants the original files inside the parts.
        """
        samples, rejected = PartWriter("samples"), PartWriter("rejected")
        for count, outcome in enumerate(_all(self.outcomes)):
            for sample, verdicts in outcome.accepted:
                pixels = await asyncio.to_thread(original_bytes, sample, bytes_from) if bytes_from else []
                samples.add(SampleRow(sample, verdicts, actions, pixels))
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


def original_bytes(sample: Sample, root: Path) -> list[bytes | None]:
    """Read a sample's pictures as they lie; None for one that has only a URL. Raises SetupError for a missing file."""
    pixels: list[bytes | None] = []
    for image in sample.images:
        if image.path is None:
            pixels.append(None)
            continue
        try:
            pixels.append((root / image.path).read_bytes())
        except OSError as error:
            raise SetupError(
                f"{root / image.path}: cannot be read ({error.strerror}); output.images: bytes needs every picture of "
                f"an accepted sample ({sample.id})"
            ) from None
    return pixels


def _all(outcomes: list[Outcome | None]) -> Iterator[Outcome]:
    for outcome in outcomes:
        assert outcome is not None, "a shard is written only when every job is settled"
        yield outcome
