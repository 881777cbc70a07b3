"""A recipe and a number in; what that many real answers cost and are worth out. They stay in the run's journal."""

import asyncio
import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from .batches import Batches
from .drive import Answers, Digester
from .errors import SetupError, UserError
from .journal import Journal
from .lacking import price_now
from .library import Library
from .money.budget import OverBudget
from .money.prices import Price
from .opening import ChangedRun, Opened, open_run
from .parties import dollars
from .recipe import Recipe
from .records import Completion, Context
from .replay import jobs
from .run_folder import RunFolder
from .shard import Judge, Outcome

IN_FLIGHT = 16


@dataclass(frozen=True)
class Flight:
    """What one context and task cost, all attempts together."""

    task: str
    usd: float | None
    prompt: int
    reply: int
    later: float = 0.0
    """What of ``usd`` went into second and later attempts."""
    uncached: float | None = None
    """US dollars, had nothing been cached."""
    batch: float | None = None
    """US dollars, had it gone by the batch services that there are, with nothing cached."""


@dataclass
class Pilot:
    """What a pilot measured."""

    jobs: Mapping[str, int]
    """Contexts that each task takes in the whole run."""
    price: Callable[[str], Price | None] = lambda _: None
    """Gives the price of a model that answered."""
    flights: list[Flight] = field(default_factory=list)
    requests: int = 0
    later: int = 0
    """Of the requests, those of second and later attempts."""
    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome, completions: list[Completion]) -> None:
        """Take in one context's answers, of all its attempts."""
        self.requests += len(completions)
        self.accepted += len(outcome.accepted)
        for reason in outcome.reasons:
            self.rejected[reason] = self.rejected.get(reason, 0) + 1
        self.later += sum(c.slot.attempt > 1 for c in completions)
        prompt = sum(c.usage.prompt for c in completions if c.usage)
        reply = sum(c.usage.reply for c in completions if c.usage)
        later = sum(c.usd or 0.0 for c in completions if c.slot.attempt > 1)
        usd, uncached = _sum(c.usd for c in completions), _sum(self._uncached(c, batch=False) for c in completions)
        batch = _sum(self._uncached(c, batch=True) for c in completions)
        self.flights.append(Flight(outcome.task, usd, prompt, reply, later, uncached, batch))

    def _uncached(self, completion: Completion, *, batch: bool) -> float | None:
        price = self.price(completion.model)
        if price is None or completion.usage is None:
            return completion.usd
        return price.usd(completion.usage.model_copy(update={"cached": 0}), batch)

    def totals(self) -> dict[str, tuple[float, float] | None]:
        """Give prompt tokens, reply tokens and US dollars of the whole run, each with the half-width of its 95 % range.

        Dollars are None where a price is not known.
        """
        return {
            "prompt_tokens": extrapolated([(f.task, f.prompt) for f in self.flights], self.jobs),
            "reply_tokens": extrapolated([(f.task, f.reply) for f in self.flights], self.jobs),
            "usd": self._dollars("usd"),
            "usd_uncached": self._dollars("uncached"),
            "usd_batch": self._dollars("batch"),
        }

    def _dollars(self, name: str) -> tuple[float, float] | None:
        amounts = [(f.task, getattr(f, name)) for f in self.flights]
        return extrapolated(amounts, self.jobs) if all(usd is not None for _, usd in amounts) else None

    def retries(self) -> float | None:
        """Give the share of the cost that went into second and later attempts; None where it is not known."""
        usd = _sum(f.usd for f in self.flights)
        return sum(f.later for f in self.flights) / usd if usd else None

    def to_json(self) -> dict[str, object]:
        """Give the figures, extrapolated to the whole run; ``NAME_95`` is the half-width of the 95 % range."""
        figures: dict[str, object] = {
            "asked": len(self.flights),
            "requests": self.requests,
            "requests_of_later_attempts": self.later,
            "retries_share_of_usd": None if (share := self.retries()) is None else round(share, 4),
            "accepted": self.accepted,
            "rejected": self.rejected,
        }
        for name, value in self.totals().items():
            digits = 4 if name.startswith("usd") else None
            figures[name] = round(value[0], digits) if value else None
            figures[f"{name}_95"] = round(value[1], digits) if value else None
        return figures

    def lines(self) -> list[str]:
        """Say the figures in lines."""
        totals = self.totals()
        said = [
            f"{total[0]:,.0f} ± {total[1]:,.0f} {name.split('_')[0]} tokens"
            for name, total in totals.items()
            if total and not name.startswith("usd")
        ]
        usd = totals["usd"]
        cost = f"{dollars(usd[0])} ± {dollars(usd[1])}" if usd else "a cost that is not known"
        return [
            f"pilot: {len(self.flights):,} contexts asked for real, {self.requests:,} requests with later attempts; "
            f"{self.accepted:,} samples accepted, {sum(self.rejected.values()):,} rejected",
            f"the whole run by that, all attempts: {', '.join(said)}, {cost} (95 % of such pilots come as near)",
            *self._ways(),
        ]

    def _ways(self) -> list[str]:
        """Say what the whole run would cost otherwise paid, and what of it goes into attempts after the first."""
        totals, share = self.totals(), self.retries()
        uncached, batch = totals["usd_uncached"], totals["usd_batch"]
        if not uncached or not batch or share is None:
            return []
        said = f"with as much cached as in the pilot; {dollars(uncached[0])} with nothing cached"
        said += f", {dollars(batch[0])} by the batch service" if batch[0] < uncached[0] else ""
        return [
            f"  that is {said}; second and later attempts are {share:.0%} of the cost ({self.later:,} of "
            f"{self.requests:,} requests)"
        ]


def _sum(amounts: Iterable[float | None]) -> float | None:
    """Add up; None where any is not known."""
    known = list(amounts)
    return None if None in known else sum(usd for usd in known if usd is not None)


def extrapolated(measured: Sequence[tuple[str, float]], jobs: Mapping[str, int]) -> tuple[float, float]:
    """Give a total over all jobs, from some drawn at random, and the half-width of its 95 % range.

    ``measured`` holds task and value of each drawn job. Tasks differ, so each is extrapolated by itself where at least
    two of its jobs were drawn, else all together.
    """
    strata: dict[str, list[float]] = {}
    for task, value in measured:
        strata.setdefault(task, []).append(value)
    sizes = {task: number for task, number in jobs.items() if number}
    if any(len(strata.get(task, ())) < min(2, number) for task, number in sizes.items()):
        strata, sizes = {"": [value for _, value in measured]}, {"": sum(jobs.values())}
    total = variance = 0.0
    for task, size in sizes.items():
        drawn = strata[task]
        mean = sum(drawn) / len(drawn)
        total += size * mean
        if len(drawn) > 1:
            spread = sum((value - mean) ** 2 for value in drawn) / (len(drawn) - 1)
            variance += size**2 * (1 - len(drawn) / size) * spread / len(drawn)
    return total, _student(len(measured) - len(sizes)) * math.sqrt(max(0.0, variance))


def _student(freedom: int) -> float:
    """Give the 97.5 % quantile of Student's t, by the usual expansion about the normal's; 12.7 for one degree."""
    if freedom < 2:
        return 12.706
    z, n = 1.96, freedom
    return z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)


def fly(
    recipe: Recipe, library: Library, out: Path | None, number: int, limit: int | None, jobs_: Mapping[str, int]
) -> Pilot:
    """Ask ``number`` contexts, drawn over the whole source, for real; their replies stay in the journal of ``out``.

    ``jobs_`` says how many contexts each task takes.
    """
    if out is None:
        raise SetupError(
            "--pilot makes paid calls: name the run that keeps them with --out, so that none is paid twice"
        )
    folder = RunFolder(out)
    with folder.locked():
        facts = folder.facts()
        covered = facts.limit if facts else limit
        if Batches.of(folder.path).pending():
            raise SetupError(
                f"{out}: has batches at their service, and a pilot asks directly, what is in them, too; collect them "
                f"first: instructgen run … --out {out}"
            )
        try:
            opened = open_run(recipe, library, folder, limit=covered)
        except ChangedRun as error:
            limited = "" if covered is None else f" --limit {covered}"
            advice = f"Run 'instructgen run … --out {out}{limited} --update' first, or give another --out"
            raise ChangedRun(error.change, advice) from None
        return asyncio.run(_fly(opened, number, jobs_))


async def _fly(opened: Opened, number: int, jobs_: Mapping[str, int]) -> Pilot:
    built, facts = opened.built, opened.facts
    pilot = Pilot(jobs_, lambda model: price_now(model, built))
    judge, digester = Judge(built), Digester()
    drawn = _drawn(opened, number)
    journals = {shard: Journal(opened.folder.part("journal", shard)) for shard, _, _ in drawn}
    gate = asyncio.Semaphore(IN_FLIGHT)
    money = opened.spending
    if money is not None:
        money.count(built, opened.folder, facts)
    cashier = money.cashier() if money else None
    purses = {n: cashier.purse(opened.folder, j, n) for n, j in journals.items()} if cashier else {}

    async def ask(shard: int, context: Context, task: str) -> None:
        heard: list[Completion] = []
        answers = Answers(
            journals[shard],
            built.teachers,
            digester,
            strays=opened.strays,
            purse=purses.get(shard),
            on_answer=lambda completion, _: heard.append(completion),
        )
        async with gate:
            pilot.add(await judge.settle(context, task, answers), heard)

    try:
        results = await asyncio.gather(*(ask(*job) for job in drawn), return_exceptions=True)
    finally:
        for journal in journals.values():
            journal.close()
        for purse in purses.values():
            purse.ledger.close()
        facts.settled = {role: dict(t.settled()) for role, t in built.teachers.items() if t.settled()} or facts.settled
        opened.folder.write_facts(facts)
        for teacher in built.teachers.values():
            await teacher.close()
    for result in results:
        if isinstance(result, OverBudget) and money is not None:
            raise UserError(money.line("give 'instructgen run' a larger --budget, or draw fewer contexts")) from None
        if isinstance(result, BaseException):
            raise result
    if not pilot.flights:
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

    drawn = sorted(pairs(), key=lambda entry: -entry[0])
    extended = opened.supply.extending.contexts(context for _, _, context, _ in drawn)
    return [(shard, extended[context.row], task) for _, shard, context, task in drawn if context.row in extended]
