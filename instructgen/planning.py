"""A recipe in; contexts, requests, tokens and cost out, before anything is spent, or after a small pilot.

Every context is counted; prompts are rendered and counted for a drawn thousand a task. Reply lengths are those of the
seeds until a pilot has measured real ones. A pilot's replies go into the run's journal, so that they are not paid for
again.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from .assemble import Built, build
from .errors import Declined
from .extending import Extending
from .lacking import REPLY_TOKENS, RoleTokens, expected
from .library import Library
from .money.prices import price_list
from .money.tokens import ESTIMATE_ERROR, count
from .parties import Asked, Party, cost_lines, together
from .pilot import Pilot, fly
from .recipe import Block, Recipe
from .records import Context, Fault, Reply, Request
from .replay import first_requests, jobs
from .run_folder import RunFacts
from .supply import draw_ranges, nothing_read

RENDERED = 1000
"""Contexts a task whose prompts are counted; the rest is extrapolated."""
LOOKED_AT = 32
"""The same where extractors must look at their pictures first."""


@dataclass
class TaskPlan:
    """What one task means."""

    contexts: int = 0
    rendered: int = 0
    declined: int = 0
    """Of the rendered ones."""
    asked: Asked = field(default_factory=Asked)
    """Of the rendered ones."""
    squares: float = 0.0
    reply: float = 0.0
    """Mean tokens of the seeds' replies."""
    checks: dict[str, Asked] = field(default_factory=dict)
    """What asked checks would ask of the rendered ones, if each reply became a sample that the rules let pass."""

    def factor(self) -> float:
        """Give by how much a figure of the rendered contexts is to be extrapolated to all."""
        return self.contexts / self.rendered if self.rendered else 0.0

    def whole(self) -> Asked:
        """Give what is asked about all contexts."""
        return self.asked.scaled(self.factor())

    def error(self) -> float:
        """Give the standard error of the extrapolated prompt tokens."""
        if self.rendered < 2 or self.rendered >= self.contexts:
            return 0.0
        mean = self.asked.prompt / self.rendered
        spread = math.sqrt(max(0.0, self.squares / self.rendered - mean * mean))
        return self.contexts * spread / math.sqrt(self.rendered)


@dataclass
class Plan:
    """What a recipe means in requests, tokens and money."""

    teacher: Party
    checks: dict[str, tuple[str, Party]] = field(default_factory=dict)
    """By each check that asks: the role that it asks, and who plays it."""
    rows: int = 0
    faults: int = 0
    contexts: int = 0
    tasks: dict[str, TaskPlan] = field(default_factory=dict)
    pilot: Pilot | None = None
    unseen: set[str] = field(default_factory=set)
    """Models to which pictures are so many tokens as is not known: these are not counted."""

    def written(self) -> tuple[Asked, float]:
        """Give what the tasks ask at first attempts, and the tokens of the replies."""
        tasks = self.tasks.values()
        return Asked.total([t.whole() for t in tasks]), sum(t.whole().requests * t.reply for t in tasks)

    def judged(self, check: str) -> tuple[Asked, float]:
        """Give what a check is expected to ask, and the tokens of the replies."""
        tasks = self.tasks.values()
        asked = Asked.total([t.checks[check].scaled(t.factor()) for t in tasks if check in t.checks])
        return asked, asked.requests * REPLY_TOKENS

    def usage(self) -> tuple[Asked, float]:
        """Give all that is asked, and the tokens of all replies."""
        usages = [self.written(), *(self.judged(check) for check in self.checks)]
        return Asked.total([asked for asked, _ in usages]), sum(reply for _, reply in usages)

    def usd(self) -> dict[str, float]:
        """Give the cost of writing and judging plain, with prompt caching, by batch, and both; empty when unknown."""
        judging = [party.costs(*self.judged(check)) for check, (_, party) in self.checks.items()]
        return together([self.teacher.costs(*self.written()), *judging])

    @property
    def counted(self) -> bool:
        """Whether prompts are counted by their models' own encodings, not estimated from bytes."""
        return self.teacher.exact and all(party.exact for _, party in self.checks.values())

    def to_json(self) -> dict[str, object]:
        """Give the plan as plain data."""
        asked, reply = self.usage()
        return {
            "model": self.teacher.model,
            "records": self.rows,
            "faults": self.faults,
            "contexts": self.contexts,
            **_figures(asked, reply),
            "cacheable_prompt_tokens": round(asked.shared),
            "tokens_exact": self.counted and not self.checks,
            "usd": _rounded(self.usd()),
            "prices": {p.model: p.priced() for p in self._parties() if not p.free},
            "pictures_uncounted": sorted(self.unseen),
            "tasks": {
                name: {
                    "contexts": task.contexts,
                    "declined": round(task.declined * task.factor()),
                    "prompt_tokens_error": round(2 * task.error()),
                    **_figures(task.whole(), task.whole().requests * task.reply),
                }
                for name, task in self.tasks.items()
            },
            "checks": {
                check: {"role": role, "model": party.model, **_figures(*self.judged(check))}
                | {"usd": _rounded(party.costs(*self.judged(check)))}
                for check, (role, party) in self.checks.items()
            },
            "pilot": self.pilot.to_json() if self.pilot else None,
        }

    def lines(self) -> list[str]:
        """Say the plan in lines."""
        asked, reply = self.usage()
        lines = [f"{self.rows:,} records: {self.contexts:,} contexts, {self.faults:,} unusable"]
        for name, task in self.tasks.items():
            declined = f", {task.declined * task.factor():,.0f} declined" if task.declined else ""
            spread = f" ± {2 * task.error():,.0f}" if task.error() else ""
            lines.append(
                f"  {name}: {task.contexts:,} contexts{declined}, {task.whole().requests:,.0f} requests, "
                f"{task.whole().prompt:,.0f}{spread} prompt tokens"
            )
        for check, (role, party) in self.checks.items():
            judged, _ = self.judged(check)
            lines.append(
                f"  check {check}, by {role} ({party.model}): {judged.requests:,.0f} requests if every reply becomes a "
                f"sample that the rules let pass, {judged.prompt:,.0f} prompt tokens if it is like the seeds' replies"
            )
        how = "counted" if self.counted else f"estimated from bytes, up to {ESTIMATE_ERROR:.0%} off"
        ratings = f" and those to checks {REPLY_TOKENS} tokens" if self.checks else ""
        lines.append(
            f"first attempts: {asked.requests:,.0f} requests, {asked.prompt:,.0f} prompt tokens ({how}; "
            f"{asked.shared:,.0f} of them in a prefix that requests share), about {reply:,.0f} reply tokens if replies "
            f"are as long as the seeds'{ratings}"
        )
        if self.unseen:
            models = " and ".join(sorted(self.unseen))
            lines.append(
                f"pictures are not counted: the price table does not say how many tokens one is to {models}; give it "
                "there, beside input and output: pictures: {most: TOKENS}"
            )
        lines += cost_lines(self._parties(), self.usd())
        if self.pilot:
            lines += self.pilot.lines()
        return lines

    def _parties(self) -> list[Party]:
        return [self.teacher, *(party for _, party in self.checks.values())]


def _figures(asked: Asked, reply: float) -> dict[str, int]:
    return {
        "requests": round(asked.requests),
        "prompt_tokens": round(asked.prompt),
        "reply_tokens": round(reply),
    }


def _rounded(usd: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in usd.items()}


def plan(
    recipe: Recipe, library: Library, *, limit: int | None, pilot: int, out: Path | None, prices: Path | None
) -> Plan:
    """Plan a recipe; with ``pilot``, also ask that many contexts for real, into the journal of the run ``out``."""
    if prices is not None:
        recipe = _priced(recipe, build(recipe, library), prices)
    built = build(recipe, library)
    built.stamp()
    planned = Plan(Party.of(built.teachers[recipe.attempts[0]]))
    facts = RunFacts(instructgen="", shard_size=recipe.shard_size)
    draw_ranges(built, facts)
    drawn = _count(planned, built, facts, limit)
    if not planned.rows:
        raise nothing_read()
    extended = Extending(built).contexts(context for contexts in drawn.values() for context in contexts)
    for name, contexts in drawn.items():
        seen = [extended[context.row] for context in contexts if context.row in extended]
        _render(planned, built, facts, name, seen)
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
    draw, most = Random(built.recipe.seed), LOOKED_AT if built.extractors else RENDERED
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
            if len(drawn[task]) < most:
                drawn[task].append(context)
            elif (place := draw.randrange(count_.contexts)) < most:
                drawn[task][place] = context
    return drawn


def _render(planned: Plan, built: Built, facts: RunFacts, task: str, contexts: Iterable[Context]) -> None:
    """Render and count what is asked about a task's drawn contexts, by the task and by the checks."""
    task_plan, counter = planned.tasks[task], RoleTokens(built)
    for context in contexts:
        task_plan.rendered += 1
        for name, requests in first_requests(built, facts.ranges, context):
            if name != task:
                continue
            if isinstance(requests, Declined):
                task_plan.declined += 1
                continue
            before = task_plan.asked.prompt
            for request in requests:
                task_plan.asked.add(*counter.shared_and_all(built.recipe.attempts[0], request))
                for check, asking in expected(built, task, request, context):
                    planned.checks.setdefault(check, (asking.role, Party.of(built.teachers[asking.role])))
                    task_plan.checks.setdefault(check, Asked()).add(*counter.shared_and_all(asking.role, asking))
            task_plan.squares += (task_plan.asked.prompt - before) ** 2
            if requests and not task_plan.reply:
                task_plan.reply = _seed_reply_tokens(requests[0])
    planned.unseen |= counter.unseen()


def _seed_reply_tokens(request: Request) -> float:
    replies = [part for message in request.messages for part in message.parts if isinstance(part, Reply)]
    lengths = [sum(count(turn.text, "gpt-4o").tokens + 8 for turn in reply.turns) for reply in replies]
    return sum(lengths) / len(lengths) if lengths else 0.0
