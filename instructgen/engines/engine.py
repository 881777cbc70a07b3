"""What every engine has: counts of what it has done, and a way to be run and stopped."""

import gc
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..columns import spare_pandas
from ..money.spent import Spent
from ..tally import Tally

GC_THRESHOLD = 50_000
"""Young objects before a collection: records are many and hold no circles, so looking for them often is waste."""


@dataclass
class Counted:
    """What has been done since this start, and what finished shards hold."""

    tally: Tally = field(default_factory=Tally)
    """Counts of finished shards, those of earlier starts included."""
    spent: Spent = field(default_factory=Spent)
    """Tokens and money of finished shards."""
    asked: int = 0
    """Requests answered since this start."""
    reused: int = 0
    """Answers found in the journal instead."""
    reused_usd: float = 0.0
    """What these answers had cost, in US dollars."""
    done_here: int = 0
    """Jobs settled since this start."""

    def reused_since(self, before: Mapping[str, float]) -> dict[str, float]:
        """Add what this start found in the journal to what earlier starts found: replies, and what they had cost."""
        replies, usd = before.get("replies", 0) + self.reused, before.get("usd", 0.0) + self.reused_usd
        return {"replies": replies, "usd": round(usd, 6)} if replies else {}

    def add(self, noted: Mapping[str, Any]) -> None:
        """Count a finished shard by the footer of its samples part."""
        self.tally.merge(Tally.from_json(noted["counts"]))
        self.spent.merge(Spent.from_json(noted["spent"]))


@dataclass
class Answered:
    """A number of answers, and what they cost."""

    number: int = 0
    usd: float = 0.0

    def add(self, number: int, usd: float) -> None:
        """Count some more."""
        self.number += number
        self.usd += usd


class Engine(Protocol):
    """Carries out an opened run's shards, here or elsewhere."""

    @property
    def counted(self) -> Counted:
        """What has been done."""

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop, or has failed."""

    @property
    def over_budget(self) -> bool:
        """Whether it stops since a request did not fit into the run's budget."""

    async def run(self) -> None:
        """Carry out every shard that needs it. What stops the run is raised when all that is in flight has ended."""

    def stop(self) -> None:
        """Ask nothing new; what is in flight is finished and journaled."""

    def stop_now(self) -> None:
        """Let go of what is in flight as well."""

    def states(self) -> Mapping[str, str]:
        """Say by role what its servers are doing, as far as that is known."""

    def so_far(self) -> tuple[Tally, Spent]:
        """Give the counts of finished and open shards together."""


def quicken() -> None:
    """Prepare a process for a run: what is loaded by now stays, and garbage is looked for seldom."""
    spare_pandas()
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 100)
