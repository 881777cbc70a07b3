"""A running engine in; what a person sees of it out: a live display on a terminal, plain lines elsewhere."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.table import Table

from ..run_folder import RunFacts
from ..tally import Tally
from .engine import Engine

LINE_SECONDS = 15.0
LIVE_SECONDS = 0.5


class Progress:
    """Shows an engine's counts until it is cancelled."""

    def __init__(self, engine: Engine, facts: RunFacts, looked: Callable[[], str], console: Console) -> None:
        """``facts`` tell how many records there are, as soon as that is known, and which share of them tasks take.

        ``looked`` says how many pictures extractors have looked at, empty where there are none.
        """
        self._engine = engine
        self._facts = facts
        self._looked = looked
        self._console = console
        self._started = time.monotonic()

    async def show(self) -> None:
        """Refresh until cancelled."""
        if self._console.is_terminal:
            with Live(console=self._console, auto_refresh=False, transient=True) as live:
                while True:
                    live.update(self._table(), refresh=True)
                    await asyncio.sleep(LIVE_SECONDS)
        while True:
            await asyncio.sleep(LINE_SECONDS)
            self._console.print(self.line(), highlight=False, soft_wrap=True)

    def line(self) -> str:
        """Say in one line how far the run is."""
        tally, spent = self._engine.so_far()
        parts = [
            f"{_done(tally)}{self._of()} done",
            f"{tally.accepted} accepted",
            f"{sum(rejections(tally).values())} rejected",
            f"{self._rate():.1f} requests/s",
            f"{spent.prompt + spent.reply} tokens",
            f"${spent.usd:.2f}" + (" + unpriced" if spent.unpriced else ""),
        ]
        said = ", ".join(parts) + (f", about {self._left(tally)} left" if self._left(tally) else "")
        states = {"pictures": self._looked(), **self._engine.states()}
        return said + "".join(f"; {role}: {state}" for role, state in states.items() if state)

    def _table(self) -> Table:
        tally, spent = self._engine.so_far()
        counted = self._engine.counted
        table = Table.grid(padding=(0, 2))
        rows: list[tuple[str, str]] = [
            ("done", f"{_done(tally)}{self._of()}"),
            ("accepted", "  ".join(f"{name} {count.accepted}" for name, count in sorted(tally.tasks.items()))),
            ("declined", _top(Counter({r: n for t in tally.tasks.values() for r, n in t.declined.items()}))),
            ("rejected", _top(rejections(tally))),
            ("unusable records", _top(tally.faults)),
            ("requests", f"{counted.asked} asked, {counted.reused} from the journal, {self._rate():.1f}/s"),
            ("tokens", f"{spent.prompt} prompt ({spent.cached} cached), {spent.reply} reply"),
            ("cost so far", f"${spent.usd:.4f}" + (f", {spent.unpriced} unpriced" if spent.unpriced else "")),
            ("pictures", self._looked()),
            *self._engine.states().items(),
            ("time left", self._left(tally)),
        ]
        if self._engine.stopping:
            rows.append(("stopping", "finishing what is in flight; Ctrl-C again stops at once"))
        for name, value in rows:
            if value:
                table.add_row(f"[bold]{name}", value)
        return table

    def _jobs(self) -> int | None:
        """Give how many jobs the run has, of all tasks, as far as limit and the source's end are known."""
        bounds = [bound for bound in (self._facts.limit, self._facts.end) if bound is not None]
        return round(min(bounds) * self._share()) if bounds else None

    def _share(self) -> float:
        return sum((high - low) / 2**64 for low, high in self._facts.ranges.values())

    def _of(self) -> str:
        jobs = self._jobs()
        if jobs is None:
            return ""
        return f" of {jobs}" if self._share() == len(self._facts.ranges) else f" of about {jobs}"

    def _rate(self) -> float:
        return self._engine.counted.asked / max(0.1, time.monotonic() - self._started)

    def _left(self, tally: Tally) -> str:
        now, jobs = self._engine.counted.done_here, self._jobs()
        if not jobs or not now:
            return ""
        seconds = (time.monotonic() - self._started) / now * max(0, jobs - _done(tally))
        if seconds < 90:
            return f"{seconds:.0f} s"
        return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _done(tally: Tally) -> int:
    return sum(count.contexts for count in tally.tasks.values())


def rejections(tally: Tally) -> Counter[str]:
    """Count rejections by reason over all tasks."""
    total: Counter[str] = Counter()
    for count in tally.tasks.values():
        total.update(count.rejected)
    return total


def _top(reasons: Counter[str]) -> str:
    return "  ".join(f"{reason} {number}" for reason, number in reasons.most_common(4))
