"""A run's folder in; ``report.html`` out: what was made, what was rejected and why, and what it cost."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ..judged import JudgedRun, Lost
from ..money.spent import Spent
from ..report import Summary
from ..run import Run
from ..run_folder import write_text
from .bills import Bills
from .charts import bars, percent, stacked, thousands
from .examples import Drawn
from .page import Chart, Fact, Page, Reason, Section, ShownExample, Table, render
from .sections import MOST_REASONS, examples, sections
from .statistics import Statistics

Told = Callable[[int, int], None]
"""Is told, before each shard, how many are done and how many there are."""


def _nobody(*_: int) -> None:
    """Be told, and do nothing."""


class RunReading:
    """A run read through: its summary, the figures of its samples, its bills."""

    def __init__(self, run: Run, told: Told = _nobody) -> None:
        """Read a run through, shard by shard. Raises SetupError for a damaged part."""
        self.run = run
        recipe = run.built.recipe
        self.root = run.built.image_root()
        self.summary = run.summary()
        actions = {name: block.action for name, block in recipe.checks.items()}
        built = run.built
        checks = {**built.checks, **built.asked_checks, **built.run_checks}
        self.statistics = Statistics(checks, actions, recipe.seed)
        self.bills = Bills()
        self.lost: Drawn[Lost] = Drawn(recipe.seed)
        self._read(told)

    def _read(self, told: Told) -> None:
        judged, journals = JudgedRun(self.run, self.summary), set(self.run.folder.shards("journal"))
        shards = judged.shards()
        for shard in sorted(journals.difference(shards)):  # asked by a pilot
            self.bills.read(self.run.folder.part("journal", shard))
        for done, shard in enumerate(shards):
            told(done, len(shards))
            self.bills.read(self.run.folder.part("journal", shard))
            for found in judged.read(shard, self.bills.model_of):
                if isinstance(found, Lost):
                    self.lost.add((found.kind, found.reason), found.id, found)
                else:
                    self.statistics.add(found.sample, found.context, found.verdicts, not found.reason)


def write_html(run: Run, out: Path | None = None, told: Told = _nobody) -> Path:
    """Write a run's report whole, into its folder or as ``out``; give the file. Raises SetupError."""
    path = out or run.folder.path / "report.html"
    write_text(path, render(page_of(RunReading(run, told))))
    return path


def page_of(reading: RunReading) -> Page:
    """Give the page of a run."""
    summary, recipe = reading.summary, reading.run.built.recipe
    return Page(
        title=reading.run.folder.path.resolve().name,
        about=recipe.about,
        provisional=_provisional(reading),
        facts=_facts(summary),
        sections=[funnel(summary), rejected(reading), *sections(reading.statistics, reading.root), cost(reading)],
    )


def _provisional(reading: RunReading) -> str:
    """Say why the run is not finished; nothing when it is."""
    facts, summary = reading.run.facts, reading.summary
    bounds = [bound for bound in (facts.limit, facts.end) if bound is not None]
    left = sum(count.not_asked for count in summary.tally.tasks.values())
    if facts.rereading or not bounds or summary.tally.rows < min(bounds) or summary.open:
        return "The run is not finished: these figures are provisional."
    return f"{thousands(left)} answers have not been asked for: these figures are provisional." if left else ""


def _facts(summary: Summary) -> list[Fact]:
    tally, spent = summary.tally, summary.spent
    judged = tally.accepted + sum(count.rejected.total() for count in tally.tasks.values())
    accepted = sum(accepted_of(summary, task) for task in tally.tasks)
    return [
        Fact(thousands(accepted), "samples accepted"),
        Fact(percent(accepted, judged), "of what was written"),
        Fact(thousands(tally.contexts), "contexts"),
        Fact(thousands(spent.prompt + spent.reply), "tokens"),
        Fact(_usd(spent.usd, 2 if spent.usd >= 1 else 4) + ("+" if spent.unpriced else ""), "spent"),
    ]


def left_out(summary: Summary) -> dict[str, Counter[str]]:
    """Give the samples that run-wide checks reject, by task and reason; they are among the tally's accepted."""
    return dict(summary.run_wide.left_out) if summary.run_wide else {}


def accepted_of(summary: Summary, task: str) -> int:
    """Give the samples of a task that checks and run-wide checks leave in the dataset."""
    return summary.tally.tasks[task].accepted - left_out(summary).get(task, Counter()).total()


def funnel(summary: Summary) -> Section:
    """Give the way from records over contexts to what each task asked for and what was accepted."""
    tally = summary.tally
    section = Section("funnel", "From records to samples")
    rows: list[tuple[str, str, list[tuple[str, int, str]]]] = [
        ("records read", thousands(tally.rows), [("records", tally.rows, "accent")]),
        ("contexts", thousands(tally.contexts), [("contexts", tally.contexts, "accent")]),
    ]
    for name, count in sorted(tally.tasks.items()):
        declined, left = count.declined.total(), count.not_asked
        accepted = accepted_of(summary, name)
        stretches = [
            ("accepted", accepted, "good"),
            ("rejected run-wide", count.accepted - accepted, "doubt"),
            ("rejected", count.rejected.total(), "bad"),
            ("declined", declined, "muted"),
            ("not asked yet", left, "line"),
        ]
        asked = f"{thousands(count.contexts - declined - left)} asked"
        rows.append((name, f"{asked} · {thousands(accepted)} accepted", stretches))
    drawn = {name: tone for *_, stretches in rows[2:] for name, n, tone in stretches if n}
    legend = [(tone, name) for name, tone in drawn.items()]
    note = "Contexts that a task asked about; a request may give several samples."
    section.charts.append(Chart("Records, contexts, and samples by task", note, stacked(rows), legend=legend))
    lost = [("unusable", r, n) for r, n in tally.faults.most_common()]
    lost += [("left out by filter", r, n) for r, n in tally.left_out.most_common()]
    if lost:
        head = ("what", "reason", "records", "of all")
        cells = [(what, reason, thousands(n), percent(n, tally.rows)) for what, reason, n in lost]
        section.tables.append(Table("Records that became no context", head, cells, 2))
    return section


def rejected(reading: RunReading) -> Section:
    """Give the reasons for which samples were rejected and contexts declined, with examples."""
    tasks = reading.summary.tally.tasks.values()
    rejects = sum((count.rejected for count in tasks), Counter[str]())
    rejects += sum(left_out(reading.summary).values(), Counter[str]())
    declined = sum((count.declined for count in tasks), Counter[str]())
    failed = sum(count.attempts for count in tasks)
    lead = f"{thousands(failed)} attempts failed; what another attempt mended is not among these." if failed else ""
    section = Section("rejected", "Rejected", lead)
    if rejects:
        section.charts.append(Chart("By reason", "", bars(rejects.most_common(), "bad", of=rejects.total())))
    for reason, number in rejects.most_common(MOST_REASONS):
        check, _, slug = reason.partition(":")
        found = examples(reading.statistics, reading.root, "reject", check, slug) or _lost(reading, "rejected", reason)
        section.reasons.append(Reason(reason, thousands(number), "bad", found))
    for reason, number in declined.most_common(MOST_REASONS):
        found = _lost(reading, "declined", reason)
        section.reasons.append(Reason(f"declined: {reason}", thousands(number), "muted", found))
    return section


def _lost(reading: RunReading, kind: str, reason: str) -> list[ShownExample]:
    return [ShownExample(lost.id, (), [lost.detail] if lost.detail else []) for lost in reading.lost.of(kind, reason)]


def cost(reading: RunReading) -> Section:
    """Give tokens and money by task, and by model where several answered."""
    summary, bills = reading.summary, reading.bills
    section = Section("cost", "Tokens and cost", "Every completion that was paid for, also those that were rejected.")
    head = ("", "completions", "prompt tokens", "cached", "reply tokens", "cost", "per accepted sample")
    rows = []
    for task, check in sorted({(payer.task, payer.check) for payer in bills.spent}):
        accepted = accepted_of(summary, task) if task in summary.tally.tasks else 0
        rows.append((f"{task}, {check}" if check else task, *_paid(bills.total(task=task, check=check), accepted)))
    if summary.spent.completions:
        everything = sum(accepted_of(summary, task) for task in summary.tally.tasks)
        rows.append(("all", *_paid(summary.spent, everything)))
        section.tables.append(Table("Cost by task", head, rows))
    section.tables += [Table(*table) for table in (_saved(summary), _budget(summary)) if table]
    models = sorted({payer.model for payer in bills.spent})
    if len(models) > 1:
        paid = [(model or "unknown", *_paid(bills.total(model=model), 0)[:-1]) for model in models]
        section.tables.append(Table("Cost by model", head[:-1], paid))
    if summary.served:
        section.tables.append(Table("What the servers counted", ("", *_SEEN), [*_seen(summary.served)]))
    return section


_Titled = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def _saved(summary: Summary) -> _Titled | None:
    """Give what would have been paid besides; nothing where nothing was saved."""
    spent, reused = summary.spent, summary.reused
    rows = [
        ("as the provider had prompts cached", spent.caching_usd),
        ("by the batch service", spent.batch_usd),
        (f"by {round(reused.get('replies', 0)):,} replies that a start found in the journal", reused.get("usd", 0.0)),
    ]
    saved = [(how, _usd(usd, 4)) for how, usd in rows if usd]
    return ("Saved", ("", "US dollars"), saved) if saved else None


def _budget(summary: Summary) -> _Titled | None:
    """Give what a budget has come to; nothing where the run has none."""
    if summary.budget is None:
        return None
    spent = summary.spent
    rows = [
        ("limit, over all starts", _usd(summary.budget, 4)),
        ("spent on completions", _usd(spent.usd, 4)),
        (
            "for requests under way (also in batches), or lost to a crash or a time-out",
            _usd(summary.unknown, 4),
        ),
        ("left", _usd(max(0.0, summary.budget - spent.usd - summary.unknown), 4)),
    ]
    return "Budget", ("", "US dollars"), rows


_SEEN = (
    "seconds",
    "reply tokens/s",
    "prompt found in the cache",
    "requests worked on",
    "waiting",
    "KV cache, mean",
    "most",
)


def _seen(served: Mapping[str, Mapping[str, float]]) -> Iterator[Sequence[str]]:
    """Give a row for each role whose servers could be looked into; means are over the seconds watched."""
    for role, seen in served.items():
        tokens, running, waiting = (seen.get(n) for n in ("reply_tokens_per_second", "mean_running", "mean_waiting"))
        counted = [f"{n:,.1f}" if n is not None else "–" for n in (seen.get("seconds"), tokens, running, waiting)]
        shares = [seen.get(name) for name in ("prefix_cache_hits", "mean_kv_cache", "most_kv_cache")]
        cached, mean, most = (f"{share:.0%}" if share is not None else "–" for share in shares)
        yield role, counted[0], counted[1], cached, counted[2], counted[3], mean, most


def _paid(spent: Spent, accepted: int) -> tuple[str, ...]:
    unpriced = f" + {thousands(spent.unpriced)} unpriced" if spent.unpriced else ""
    return (
        thousands(spent.completions),
        thousands(spent.prompt),
        percent(spent.cached, spent.prompt),
        thousands(spent.reply),
        _usd(spent.usd, 4) + unpriced,
        _usd(spent.usd / accepted, 6) if accepted else "–",
    )


def _usd(amount: float, digits: int) -> str:
    return f"${amount:,.{digits}f}" if amount else "$0"
