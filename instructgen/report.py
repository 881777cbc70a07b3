"""A run's folder in; its figures out: report.json, the dataset's README, and what ``status`` prints."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .assemble import Built
from .batches import Batch, Batches
from .digests import digest
from .engines.served import rates
from .journal import Journal, Strays
from .money.ledger import Ledger
from .money.spent import Spent
from .parts import footer, read_rows, row_of
from .replay import outcomes
from .run_checks import RunWide, run_wide
from .run_folder import RunFacts, RunFolder, write_text
from .shard import Judge
from .supply import Supply
from .tally import Tally


@dataclass
class Summary:
    """Figures of a run, as far as it has come."""

    finished: list[int] = field(default_factory=list)
    """Shards that are committed."""
    open: list[int] = field(default_factory=list)
    """Shards with work left; their figures are provisional."""
    tally: Tally = field(default_factory=Tally)
    spent: Spent = field(default_factory=Spent)
    footers: list[str] = field(default_factory=list)
    """Digests of the finished shards' footers."""
    run_wide: RunWide | None = None
    """What the run-wide checks came to; None for a recipe without any."""
    batches: list[Batch] = field(default_factory=list)
    """Those that are at a service, as last known."""
    served: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """What each role's servers were seen to do, where they are vLLM's."""
    budget: float | None = None
    """US dollars that all starts together may cost; None: no limit."""
    unknown: float = 0.0
    """US dollars beside ``spent``: worst cases of requests in flight, and of those that may have been paid for. Only
    runs with a budget know of them."""
    reused: Mapping[str, float] = field(default_factory=dict)
    """Replies that starts needed and found in the journal, and what these had cost: ``replies``, ``usd``."""

    def to_json(self) -> dict[str, object]:
        """Give the figures as plain data."""
        accepted = self.tally.accepted
        return {
            "shards": {"finished": len(self.finished), "open": len(self.open)},
            "accepted": accepted,
            **self.tally.to_json(),
            "spent": self.spent.to_json(),
            "usd_per_accepted": round(self.spent.usd / accepted, 6) if accepted else None,
            "cost_by_task": {task: self._cost(task) for task in sorted(self.spent.tasks)},
            "saved": {
                "caching": round(self.spent.caching_usd, 6),
                "batch": round(self.spent.batch_usd, 6),
                "reuse": round(self.reused.get("usd", 0.0), 6),
                "replies_reused": round(self.reused.get("replies", 0)),
            },
            **({"budget": self._budget(self.budget)} if self.budget is not None else {}),
            **({"run_wide": self.run_wide.to_json()} if self.run_wide else {}),
            **({"batches": [_batch_json(batch) for batch in self.batches]} if self.batches else {}),
            **({"servers": self.served} if self.served else {}),
        }

    def _cost(self, task: str) -> dict[str, float | None]:
        """Give what a task cost, judging included, and what each of its accepted samples came to."""
        usd, count = self.spent.tasks[task].usd, self.tally.tasks.get(task)
        accepted = count.accepted if count else 0
        return {"usd": round(usd, 6), "usd_per_accepted": round(usd / accepted, 6) if accepted else None}

    def _budget(self, limit: float) -> dict[str, float]:
        left = max(0.0, limit - self.spent.usd - self.unknown)
        return {"limit": limit, "unknown": round(self.unknown, 6), "left": round(left, 6)}


def summarise(folder: RunFolder, built: Built, facts: RunFacts) -> Summary:
    """Add up finished shards from their footers, and play the open ones from their journals."""
    summary = Summary(served=rates(facts.served), budget=facts.budget, reused=facts.reused)
    summary.unknown = (
        facts.adrift + facts.priced_late + sum(_unknown(folder, shard) for shard in folder.shards("reserved"))
    )
    supply = Supply(folder, built, facts)
    judge, strays = Judge(built), Strays(folder.path / "journal") if facts.moved else None
    batches = Batches.of(folder.path)
    summary.batches = batches.pending()
    begun = {*folder.shards("contexts"), *folder.shards("samples")}
    for shard in sorted({*folder.shards("journal")} - begun):  # asked by a pilot
        summary.spent.merge(Journal(folder.part("journal", shard)).spent)
    for shard in sorted(begun):
        noted = supply.intact(shard)
        if noted is not None:
            summary.finished.append(shard)
            summary.footers.append(digest(noted))
            summary.tally.merge(Tally.from_json(noted["counts"]))
            summary.spent.merge(Spent.from_json(noted["spent"]))
            continue
        summary.open.append(shard)
        waiting = _waiting(folder, supply, batches, shard)
        if waiting is not None:
            summary.tally.merge(Tally.from_json(waiting["counts"]))
            summary.spent.merge(Spent.from_json(waiting["spent"]))
            continue
        journal = Journal(folder.part("journal", shard))
        rows = [row_of(row) for row in read_rows(folder.part("contexts", shard))]
        for row in rows:
            summary.tally.add_row(row)
        for outcome in outcomes(built, facts.ranges, rows, journal, strays=strays, judge=judge):
            summary.tally.add_outcome(outcome)
        summary.spent.merge(journal.spent)
    if built.run_checks:
        found = run_wide(folder, built, summary.finished, summary.footers)
        summary.run_wide = RunWide(tuple(built.run_checks)) if summary.open else found
    return summary


def _unknown(folder: RunFolder, shard: int) -> float:
    return Ledger(folder.part("reserved", shard), Journal(folder.part("journal", shard))).unknown


def _waiting(folder: RunFolder, supply: Supply, batches: Batches, shard: int) -> dict[str, Any] | None:
    """Give the figures of a shard that waits for batches; None where it must be played for them."""
    noted = footer(folder.part("contexts", shard))
    return batches.put_off(folder.part("journal", shard), supply.fingerprint(noted["contexts"])) if noted else None


def write_report(folder: RunFolder, summary: Summary, about: str) -> None:
    """Write report.json, and a README that names ``samples/`` as the dataset."""
    write_text(folder.path / "report.json", json.dumps(summary.to_json(), indent=1, ensure_ascii=False) + "\n")
    tasks = "\n".join(
        f"| {name} | {count.contexts} | {count.accepted} | {sum(count.declined.values())} | "
        f"{sum(count.rejected.values())} |"
        for name, count in sorted(summary.tally.tasks.items())
    )
    # load_dataset takes a folder of the same name from its cache, whatever the files hold now, unless its settings
    # differ: the description makes them differ.
    state = digest(summary.footers)
    write_text(
        folder.path / "README.md",
        "---\nconfigs:\n- config_name: default\n  data_files: samples/*.parquet\n"
        f"  description: state {state}\n---\n\n"
        f"# {about or folder.path.name}\n\nMade with instructgen; `recipe.yaml`, `prompts/` and `seeds/` beside this "
        "file say how.\n\n| task | contexts | accepted | declined | rejected |\n|---|---:|---:|---:|---:|\n"
        f"{tasks}\n{_set_aside(summary.run_wide)}",
    )


def _set_aside(found: RunWide | None) -> str:
    """Say what whoever loads the folder as a dataset cannot see: which samples in it run-wide checks left out."""
    if not found or not found.number:
        return ""
    return (
        f"\n`samples/` also holds {found.number} samples that run-wide checks ({', '.join(found.checks)}) leave out: "
        "`verdicts/` names them. What `instructgen export` writes and `Run.samples()` gives is without them; "
        "`load_dataset` on this folder is not.\n"
    )


def _batch_json(batch: Batch) -> dict[str, object]:
    kept = ("id", "role", "batch", "status", "requests", "completed", "failed", "made", "looked")
    return {name: getattr(batch, name) for name in kept}


def status_lines(summary: Mapping[str, object], path: str) -> list[str]:
    """Say a summary (as ``to_json`` gives it) in lines."""
    data = json.loads(json.dumps(summary))
    spent, shards = data["spent"], data["shards"]
    lines = [
        f"{path}: {shards['finished']} shard{'s' * (shards['finished'] != 1)} finished, {shards['open']} open; "
        f"{data['rows']} records, {data['contexts']} contexts, {data['accepted']} samples accepted"
    ]
    for name, count in data["tasks"].items():
        lines.append(
            f"  {name}: {count['accepted']} accepted of {count['contexts']} contexts"
            + _reasons("declined", count["declined"])
            + _reasons("rejected", count["rejected"])
            + (f"; not asked yet {count['not_asked']}" if count["not_asked"] else "")
        )
        lines += [_asked_line(check, asked) for check, asked in count.get("asked", {}).items()]
    if "run_wide" in data:
        lines.append(f"  {_run_wide_line(data['run_wide'])}")
    lines += [
        f"  batch {batch['batch'] or batch['id']} of {batch['role']}: {batch['status'] or 'being sent'}, "
        f"{batch['completed'] + batch['failed']} of {batch['requests']} requests done, sent {batch['made'][:16]}, "
        f"looked at {batch['looked'][:16] or 'never'}"
        for batch in data.get("batches", ())
    ]
    for kind, title in (("faults", "unusable records"), ("left_out", "left out by filter")):
        if data[kind]:
            lines.append(f"  {title}{_reasons('', data[kind])}")
    lines.append(
        f"  spent: {spent['completions']} completions, {spent['prompt']} prompt tokens ({spent['cached']} cached), "
        f"{spent['reply']} reply tokens, ${spent['usd']:.4f}"
        + (f" and {spent['unpriced']} completions of unknown price" if spent["unpriced"] else "")
    )
    for check, part in spent.get("checks", {}).items():
        lines.append(
            f"    of it by the check {check}: {part['completions']} completions, {part['prompt']} prompt tokens, "
            f"{part['reply']} reply tokens, ${part['usd']:.4f}"
            + (f" and {part['unpriced']} of unknown price" if part["unpriced"] else "")
        )
    return lines + _money_lines(data)


def _money_lines(data: Mapping[str, Any]) -> list[str]:
    """Say what each task and its samples cost, what was saved, and what is left of a budget."""
    lines = []
    for task, cost in data["cost_by_task"].items():
        if cost["usd"]:
            each = cost["usd_per_accepted"]
            accepted = f", ${each:.6f} for each accepted sample" if each is not None else ""
            lines.append(f"    of it for {task}: ${cost['usd']:.4f}{accepted}")
    saved = data["saved"]
    named = {
        "caching": "as prompts were cached",
        "batch": "by the batch service",
        "reuse": f"by {saved['replies_reused']} replies that a start found in the journal",
    }
    parts = [f"${saved[name]:.4f} {how}" for name, how in named.items() if saved[name]]
    lines += [f"  saved: {', '.join(parts)}"] if parts else []
    if "budget" in data:
        budget, usd = data["budget"], data["spent"]["usd"]
        held = (
            f"${budget['unknown']:.4f} of it for requests under way (also in batches), or lost to a crash or a time-out"
        )
        unknown = f", {held}" if budget["unknown"] else ""
        lines.append(f"  budget: ${usd + budget['unknown']:.4f} of ${budget['limit']:g} spent{unknown}")
    return lines


def _run_wide_line(found: Mapping[str, Any]) -> str:
    if not found["done"]:
        return f"run-wide checks still to come, when the run is finished: {', '.join(found['checks'])}"
    left_out, tagged = (_all_tasks(found[kind]) for kind in ("left_out", "tagged"))
    number = found["samples_left_out"]
    shown = _reasons("", dict(left_out.most_common()))
    return f"run-wide checks leave out {number} of the accepted{shown}" + _reasons("tagged", dict(tagged.most_common()))


def _all_tasks(counts: Mapping[str, Mapping[str, int]]) -> Counter[str]:
    return sum(map(Counter, counts.values()), Counter())


def _asked_line(check: str, asked: Mapping[str, Mapping[str, Any]]) -> str:
    """Say what an asked check found in a task, with the mean of each score."""
    means = []
    for aspect, points in asked["scores"].items():
        mean = sum(int(score) * number for score, number in points.items()) / sum(points.values())
        means.append(f"{aspect} {mean:.2f}")
    verdicts = asked["verdicts"]
    flipped = sum(number for reason, number in verdicts.items() if ":flipped_to_" in reason)
    swayed = f"; the order changed {flipped / sum(verdicts.values()):.0%} of the choices" if flipped else ""
    mean = f"; mean {', '.join(means)}" if means else ""
    return f"    {check}: {_reasons('judged', verdicts).removeprefix('; ')}{swayed}{mean}"


def _reasons(title: str, reasons: Mapping[str, int]) -> str:
    if not reasons:
        return ""
    shown = ", ".join(f"{reason} {number}" for reason, number in list(reasons.items())[:5])
    more = f", {len(reasons) - 5} more reasons" if len(reasons) > 5 else ""
    return f"; {title} {sum(reasons.values())} ({shown}{more})" if title else f": {shown}{more}"
