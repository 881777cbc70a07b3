"""A recipe and a number in; what that many real answers cost and are worth out. The answers stay in the run's journal."""

import asyncio
import heapq
import math
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from .drive import Answers, Digester
from .errors import SetupError, UserError
from .journal import Journal
from .library import Library
from .opening import Opened, open_run
from .recipe import Recipe
from .records import Completion, Context
from .replay import jobs
from .run_folder import RunFolder
from .shard import Judge, Outcome

IN_FLIGHT = 16


@dataclass
class Pilot:
    """What a pilot measured, by context and task asked."""

    usd: list[float | None] = field(default_factory=list)
    prompt: list[int] = field(default_factory=list)
    reply: list[int] = field(default_factory=list)
    requests: int = 0
    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome, completions: list[Completion]) -> None:
        """Take in one context's answers, of all its attempts."""
        self.requests += len(completions)
        self.accepted += len(outcome.accepted)
        for reason in outcome.reasons:
            self.rejected[reason] = self.rejected.get(reason, 0) + 1
        prices = [c.usd for c in completions]
        self.usd.append(sum(p for p in prices if p is not None) if None not in prices else None)
        self.prompt.append(sum(c.usage.prompt for c in completions if c.usage))
        self.reply.append(sum(c.usage.reply for c in completions if c.usage))

    def to_json(self, jobs_: int) -> dict[str, object]:
        """Give the figures, extrapolated to ``jobs_`` contexts asked."""
        known = [u for u in self.usd if u is not None]
        mean, error = _mean(known)
        return {
            "asked": len(self.usd),
            "requests": self.requests,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "prompt_tokens": round(_mean(self.prompt)[0] * jobs_),
            "reply_tokens": round(_mean(self.reply)[0] * jobs_),
            "usd": round(mean * jobs_, 4) if len(known) == len(self.usd) else None,
            "usd_95": round(1.96 * error * jobs_, 4) if len(known) == len(self.usd) else None,
        }

    def lines(self, jobs_: int) -> list[str]:
        """Say the figures in lines."""
        data = self.to_json(jobs_)
        prompt, reply = _mean(self.prompt), _mean(self.reply)
        cost = f"${data['usd']} ± {data['usd_95']}" if data["usd"] is not None else "of unknown price"
        return [
            f"pilot: {len(self.usd)} contexts, {self.requests} requests with retries; {self.accepted} samples accepted, "
            f"{sum(self.rejected.values())} rejected",
            f"  a context: {prompt[0]:.0f} ± {1.96 * prompt[1]:.0f} prompt and {reply[0]:.0f} ± {1.96 * reply[1]:.0f} "
            "reply tokens, all attempts",
            f"  the whole run by that: {data['prompt_tokens']} prompt and {data['reply_tokens']} reply tokens, {cost} "
            "(95 % of such pilots come this near)",
        ]


def _mean(values: "list[float] | list[int]") -> tuple[float, float]:
    """Give mean and standard error."""
    if not values:
        return 0.0, 0.0
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, 0.0
    return mean, math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values))


def fly(recipe: Recipe, library: Library, out: Path | None, number: int, limit: int | None) -> Pilot:
    """Ask ``number`` contexts, drawn over the whole source, for real; their replies stay in the journal of ``out``."""
    if out is None:
        raise SetupError(
            "--pilot makes paid calls: name the run that keeps them with --out, so that none is paid twice"
        )
    folder = RunFolder(out)
    with folder.locked():
        facts = folder.facts()
        opened = open_run(recipe, library, folder, limit=facts.limit if facts else limit)
        return asyncio.run(_fly(opened, number))


async def _fly(opened: Opened, number: int) -> Pilot:
    built, facts = opened.built, opened.facts
    pilot, judge, digester = Pilot(), Judge(built), Digester()
    drawn = _drawn(opened, number)
    journals = {shard: Journal(opened.folder.part("journal", shard)) for shard, _, _ in drawn}
    gate = asyncio.Semaphore(IN_FLIGHT)

    async def ask(shard: int, context: Context, task: str) -> None:
        heard: list[Completion] = []
        answers = Answers(
            journals[shard],
            built.teachers,
            digester,
            strays=opened.strays,
            on_answer=lambda completion, _: heard.append(completion),
        )
        async with gate:
            pilot.add(await judge.settle(context, task, answers), heard)

    try:
        results = await asyncio.gather(*(ask(*job) for job in drawn), return_exceptions=True)
    finally:
        for journal in journals.values():
            journal.close()
        facts.settled = {role: dict(t.settled()) for role, t in built.teachers.items() if t.settled()} or facts.settled
        opened.folder.write_facts(facts)
        for teacher in built.teachers.values():
            await teacher.close()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    if not pilot.usd:
        raise UserError("the pilot found no context to ask about")
    return pilot


def _drawn(opened: Opened, number: int) -> list[tuple[int, Context, str]]:
    """Draw contexts and tasks evenly over the whole source, by hash."""
    built, facts = opened.built, opened.facts

    def pairs() -> "list[tuple[int, int, Context, str]]":
        best: list[tuple[int, int, Context, str]] = []
        for count, row in enumerate(built.source.read(0)):
            if facts.limit is not None and count >= facts.limit:
                break
            if not isinstance(row.item, Context):
                continue
            for context, task in jobs(built, facts.ranges, [row.item]):
                place = int.from_bytes(blake2b(f"pilot:{context.id}:{task}".encode(), digest_size=8).digest())
                entry = (-place, count // facts.shard_size, context, task)
                if len(best) < number:
                    heapq.heappush(best, entry)
                elif entry[0] > best[0][0]:
                    heapq.heapreplace(best, entry)
        return best

    return [(shard, context, task) for _, shard, context, task in sorted(pairs(), key=lambda e: -e[0])]
