"""A recipe in; contexts, requests, tokens and cost out, before anything is spent, or after a small pilot.

Every context is counted; prompts are rendered and counted for a drawn thousand a task. Reply lengths are those of the
seeds until a pilot has measured real ones. A pilot's replies go into the run's journal, so that they are not paid for
again.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from .assemble import Built, build
from .errors import Declined
from .lacking import RequestTokens, free, model_of, price_of
from .library import Library
from .pilot import Pilot, dollars, fly
from .prices import Price, price_list
from .recipe import Block, Recipe
from .records import Context, Fault, Reply, Request, Usage
from .replay import first_requests, jobs
from .run_folder import RunFacts
from .supply import draw_ranges, nothing_read
from .tokens import ESTIMATE_ERROR, count

RENDERED = 1000
"""Contexts a task whose prompts are counted; the rest is extrapolated."""


@dataclass
class TaskPlan:
    """What one task means."""

    contexts: int = 0
    rendered: int = 0
    declined: int = 0
    """Of the rendered ones."""
    requests: int = 0
    """Of the rendered ones."""
    shared: int = 0
    prompt: int = 0
    squares: float = 0.0
    reply: float = 0.0
    """Mean tokens of the seeds' replies."""

    def scaled(self, value: float) -> float:
        """Extrapolate a figure of the rendered contexts to all."""
        return value * self.contexts / self.rendered if self.rendered else 0.0

    def error(self) -> float:
        """Give the standard error of the extrapolated prompt tokens."""
        if self.rendered < 2 or self.rendered >= self.contexts:
            return 0.0
        mean = self.prompt / self.rendered
        spread = math.sqrt(max(0.0, self.squares / self.rendered - mean * mean))
        return self.contexts * spread / math.sqrt(self.rendered)


@dataclass
class Plan:
    """What a recipe means in requests, tokens and money."""

    model: str
    free: bool
    exact: bool
    price: Price | None
    rows: int = 0
    faults: int = 0
    contexts: int = 0
    tasks: dict[str, TaskPlan] = field(default_factory=dict)
    pilot: Pilot | None = None

    def usage(self) -> tuple[float, float, float, float]:
        """Give requests, prompt tokens, the cacheable part of them, and reply tokens, of all first attempts."""
        tasks = self.tasks.values()
        requests = sum(t.scaled(t.requests) for t in tasks)
        prompt, shared = sum(t.scaled(t.prompt) for t in tasks), sum(t.scaled(t.shared) for t in tasks)
        return requests, prompt, shared, sum(t.scaled(t.requests) * t.reply for t in tasks)

    def usd(self) -> dict[str, float]:
        """Give the cost plain, with prompt caching, by batch, and both together; empty when unknown.

        Caching is left out for a model without a price of its own for cached tokens.
        """
        if self.price is None or self.free:
            return {"plain": 0.0} if self.free else {}
        _, prompt, shared, reply = self.usage()
        plain = Usage(prompt=round(prompt), reply=round(reply))
        cached = Usage(prompt=round(prompt), cached=round(shared), reply=round(reply))
        costs = {"plain": self.price.usd(plain)}
        caches = self.price.cached_input is not None
        if caches:
            costs["cached_prefix"] = self.price.usd(cached)
        if self.price.batch is not None:
            costs["batch"] = self.price.usd(plain, batch=True)
            if caches:
                costs["batch_cached_prefix"] = self.price.usd(cached, batch=True)
        return costs

    def to_json(self) -> dict[str, object]:
        """Give the plan as plain data."""
        requests, prompt, shared, reply = self.usage()
        return {
            "model": self.model,
            "records": self.rows,
            "faults": self.faults,
            "contexts": self.contexts,
            "requests": round(requests),
            "prompt_tokens": round(prompt),
            "cacheable_prompt_tokens": round(shared),
            "reply_tokens": round(reply),
            "tokens_exact": self.exact,
            "usd": {name: round(value, 4) for name, value in self.usd().items()},
            "tasks": {
                name: {
                    "contexts": task.contexts,
                    "requests": round(task.scaled(task.requests)),
                    "declined": round(task.scaled(task.declined)),
                    "prompt_tokens": round(task.scaled(task.prompt)),
                    "prompt_tokens_error": round(2 * task.error()),
                    "reply_tokens": round(task.scaled(task.requests) * task.reply),
                }
                for name, task in self.tasks.items()
            },
            "pilot": self.pilot.to_json() if self.pilot else None,
        }

    def lines(self) -> list[str]:
        """Say the plan in lines."""
        requests, prompt, shared, reply = self.usage()
        lines = [f"{self.rows:,} records: {self.contexts:,} contexts, {self.faults:,} unusable"]
        for name, task in self.tasks.items():
            declined = f", {task.scaled(task.declined):,.0f} declined" if task.declined else ""
            spread = f" ± {2 * task.error():,.0f}" if task.error() else ""
            lines.append(
                f"  {name}: {task.contexts:,} contexts{declined}, {task.scaled(task.requests):,.0f} requests, "
                f"{task.scaled(task.prompt):,.0f}{spread} prompt tokens"
            )
        how = "counted" if self.exact else f"estimated from bytes, up to {ESTIMATE_ERROR:.0%} off"
        lines.append(
            f"first attempts: {requests:,.0f} requests, {prompt:,.0f} prompt tokens ({how}; {shared:,.0f} of them in a "
            f"prefix that requests share), about {reply:,.0f} reply tokens if replies are as long as the seeds'"
        )
        lines += self._cost_lines()
        if self.pilot:
            lines += self.pilot.lines()
        return lines

    def _cost_lines(self) -> list[str]:
        if self.free:
            return [f"cost: none, {self.model} asks no model (a model would be sent the tokens above)"]
        if self.price is None:
            return [
                f"cost: unknown, the price table lacks {self.model}; give a table of your own by --prices FILE (YAML): "
                f"{{source: WHERE, models: {{{self.model}: {{input: USD, output: USD, known: YYYY-MM-DD}}}}}}, "
                "in US dollars per million tokens"
            ]
        names = {
            "plain": "as it comes",
            "cached_prefix": "with prompt caching",
            "batch": "by the batch service",
            "batch_cached_prefix": "by batch with caching",
        }
        costs = ", ".join(f"{dollars(value)} {names[name]}" for name, value in self.usd().items())
        return [f"cost of first attempts with {self.model} (price known {self.price.known}): {costs}"]


def plan(
    recipe: Recipe, library: Library, *, limit: int | None, pilot: int, out: Path | None, prices: Path | None
) -> Plan:
    """Plan a recipe; with ``pilot``, also ask that many contexts for real, into the journal of the run ``out``."""
    if prices is not None:
        recipe = _priced(recipe, build(recipe, library), prices)
    built = build(recipe, library)
    built.source.stamp()
    teacher = built.teachers[recipe.attempts[0]]
    counter = RequestTokens(model_of(teacher))
    planned = Plan(model_of(teacher), free(teacher), counter.exact, price_of(teacher))
    facts = RunFacts(instructgen="", shard_size=recipe.shard_size)
    draw_ranges(built, facts)
    drawn = _count(planned, built, facts, limit)
    if not planned.rows:
        raise nothing_read()
    for name, contexts in drawn.items():
        _render(planned.tasks[name], built, facts, name, contexts, counter)
    if pilot:
        planned.pilot = fly(recipe, library, out, pilot, limit, {n: t.contexts for n, t in planned.tasks.items()})
    return planned


def _priced(recipe: Recipe, built: Built, table: Path) -> Recipe:
    """Give the recipe with another price table for every teacher that has one."""
    price_list(table)

    def block(role: str, old: Block) -> Block:
        return (
            old.model_copy(update={"prices": str(table.absolute())}) if hasattr(built.teachers[role], "prices") else old
        )

    roles = {role: block(role, old) for role, old in recipe.roles.items()}
    return recipe.model_copy(update={"teacher": block("teacher", recipe.teacher), "roles": roles})


def _count(planned: Plan, built: Built, facts: RunFacts, limit: int | None) -> dict[str, list[Context]]:
    """Count every context by task, and draw the ones to render: a reservoir a task."""
    draw = Random(built.recipe.seed)
    drawn: dict[str, list[Context]] = {name: [] for name in built.tasks}
    planned.tasks = {name: TaskPlan() for name in built.tasks}
    for row in built.source.read(0):
        if limit is not None and planned.rows >= limit:
            break
        planned.rows += 1
        planned.faults += isinstance(row.item, Fault)
        if not isinstance(row.item, Context):
            continue
        planned.contexts += 1
        for context, task in jobs(built, facts.ranges, [row.item]):
            count_ = planned.tasks[task]
            count_.contexts += 1
            if len(drawn[task]) < RENDERED:
                drawn[task].append(context)
            elif (place := draw.randrange(count_.contexts)) < RENDERED:
                drawn[task][place] = context
    return drawn


def _render(
    planned: TaskPlan, built: Built, facts: RunFacts, task: str, contexts: Iterable[Context], counter: RequestTokens
) -> None:
    for context in contexts:
        planned.rendered += 1
        for name, requests in first_requests(built, facts.ranges, context):
            if name != task:
                continue
            if isinstance(requests, Declined):
                planned.declined += 1
                continue
            tokens = [counter.shared_and_all(request) for request in requests]
            planned.requests += len(tokens)
            planned.shared += sum(shared for shared, _ in tokens)
            total = sum(whole for _, whole in tokens)
            planned.prompt += total
            planned.squares += total * total
            if requests and not planned.reply:
                planned.reply = _seed_reply_tokens(requests[0])


def _seed_reply_tokens(request: Request) -> float:
    replies = [part for message in request.messages for part in message.parts if isinstance(part, Reply)]
    lengths = [sum(count(turn.text, "gpt-4o").tokens + 8 for turn in reply.turns) for reply in replies]
    return sum(lengths) / len(lengths) if lengths else 0.0
