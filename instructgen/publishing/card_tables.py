"""Figures of a run and of what is published in; the tables and sentences of its card out, as Markdown."""

import inspect
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from markupsafe import Markup

from ..money.spent import Spent
from ..reporting.charts import percent
from ..reporting.charts import thousands as number
from ..reporting.html import accepted_of
from ..reporting.measured import RATE_TITLES
from ..reporting.statistics import Rate
from ..run import Run
from .figures import RunFigures
from .laid_out import LaidOut
from .markdown import code, table
from .provenance import digests

MOST_REASONS = 20

_COLUMNS = {
    "id": "context, task and number; it never changes",
    "image": "the picture",
    "images": "the pictures, in the order of their marks in the text",
    "conversations": "turns by `human` and `gpt`; `<image>` stands where a picture belongs",
    "task": "what was asked for",
    "context": "the source's record that it was made from",
    "attempt": "at which attempt it was made, from 1",
    "teacher": "the component that asked",
    "model": "who answered, by the name that the server gave",
    "prompt": "digest of the prompt",
    "seeds": "digest of the hand-written examples",
    "requests": "digests of the requests, by which the journal knows the answers",
    "verdicts": "what checks remark on",
}


def configs(laid_out: LaidOut) -> Markup:
    """Give what there is to load."""
    rows = [
        (code(config), split, number(laid_out.rows(config, split)), _size(sum(file.size for file in files)))
        for config, splits in laid_out.configs.items()
        for split, files in splits.items()
    ]
    return table(("config", "split", "rows", "size"), rows, 2)


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def columns(laid_out: LaidOut) -> Markup:
    """Give the columns of the samples."""
    found: dict[str, str] = {}
    for task in laid_out.tasks:
        for name, feature in laid_out.features[task].items():
            found.setdefault(name, _type(feature))
    kept = "from the source's record"
    rows = [(code(name), kind, Markup(_COLUMNS.get(name, kept))) for name, kind in found.items()]
    return table(("column", "type", "what it holds"), rows)


def _type(feature: Any) -> str:
    from datasets import Image, LargeList, List

    if isinstance(feature, List | LargeList):
        return f"list of {_type(feature.feature)}"
    if isinstance(feature, Mapping):
        return f"{{{', '.join(feature)}}}"
    return "image" if isinstance(feature, Image) else str(feature.dtype)


# ── how it was made ──────────────────────────────────────────────────────────────────────────────────────────


def model_spending(figures: RunFigures) -> Mapping[str, Spent]:
    """Give who wrote or judged, each with what was spent on it, the most frequent first."""
    found: dict[str, Spent] = {}
    for payer, spent in figures.bills.spent.items():
        found.setdefault(payer.model, Spent()).merge(spent)
    return dict(sorted(found.items(), key=lambda item: (-item[1].completions, item[0])))


def writers(figures: RunFigures) -> Markup:
    """Name the models that wrote; rules where no model did."""
    names = sorted({payer.model for payer in figures.bills.spent if not payer.check})
    own = Markup("instructgen's own rules, without a model")
    return Markup(" and ").join(own if name == "grounded" else code(name or "an unknown model") for name in names)


_FORMS = {
    "dialogue": "dialogues",
    "single_question": "a question and its answer",
    "description": "a description of the picture",
    "recaption": "a new caption",
}


def made(laid_out: LaidOut) -> Markup:
    """Give the tasks, and what the teacher was shown for each."""
    tasks = laid_out.run.built.tasks
    rows = [(code(name), _form(tasks[name]), _shown(tasks[name])) for name in laid_out.tasks]
    return table(("task", "what it asks for", "what the teacher saw"), rows)


def _form(task: object) -> str:
    kind = str(getattr(task, "form", getattr(task, "name", "")))
    return _FORMS.get(kind, _about(task))


def _about(component: object) -> str:
    return (inspect.getdoc(type(component)) or "").partition("\n")[0].replace("``", "")


def _shown(task: object) -> str:
    sees = getattr(task, "picture", getattr(task, "name", "") == "recaption")
    boxes = "captions, boxes and other annotations" if getattr(task, "boxes", True) else "captions and other texts"
    return f"the picture; {boxes}" if sees else f"{boxes}; not the picture"


def models(figures: RunFigures) -> Markup:
    """Give who answered, how often, with how many tokens."""
    rows = [
        (code(model or "unknown"), number(s.completions), number(s.prompt), number(s.reply), _usd(s))
        for model, s in model_spending(figures).items()
    ]
    return table(("model", "answers", "prompt tokens", "reply tokens", "cost"), rows, 1)


def texts(run: Run) -> Markup:
    """Give the prompts and hand-written examples with their digests."""
    rows = [(Markup(f"[{code(path)}]({quote(path)})"), code(digest)) for path, digest in digests(run).items()]
    return table(("file", "digest"), rows)


# ── what was checked ─────────────────────────────────────────────────────────────────────────────────────────


def funnel(laid_out: LaidOut, figures: RunFigures) -> Markup:
    """Give the way from source records to published samples."""
    summary = figures.summary
    rows = []
    for name in laid_out.tasks:
        count = summary.tally.tasks[name]
        accepted = accepted_of(summary, name)
        cells = (count.contexts, count.declined.total(), count.rejected.total(), count.accepted - accepted, accepted)
        rows.append((code(name), *map(number, cells), number(laid_out.rows(name))))
    head = ("task", "contexts", "declined", "rejected", "rejected run-wide", "accepted", "published")
    return table(head, rows, 1)


def rejected(reasons: Counter[str]) -> Markup:
    """Give the reasons for which samples were rejected."""
    most = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    return table(("reason", "samples"), [(code(reason), number(n)) for reason, n in most], 1)


def rates(figures: RunFigures) -> Markup | str:
    """Give the rates against annotations before and after the gate; nothing where none was counted."""
    before, after = figures.before.rates(), figures.after.rates()
    rows = [(RATE_TITLES[name], _share(rate), _share(after.get(name))) for name, rate in before.items()]
    return table(("rate", "before the gate", "after the gate"), rows, 1) if rows else ""


def _share(rate: Rate | None) -> str:
    return f"{percent(*rate)} ({number(rate.part)} of {number(rate.whole)})" if rate else "–"


def noted(figures: RunFigures) -> Markup | str:
    """Give what checks remark on in samples that were kept."""
    most = sorted(figures.noted().items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    rows = [(code(f"{check}:{reason}"), level, number(n)) for (check, level, reason), n in most]
    return table(("finding", "level", "samples"), rows, 2) if rows else ""


def reviews(run: Run) -> str:
    """Say what people decided, without their names."""
    decided: Counter[str] = Counter()
    people: set[str] = set()
    for _, each in run.reviews():
        decided[each[0].decision] += 1
        people |= {review.by for review in each}
    gone = len(run.removals.pictures())
    taken = f" {number(gone)} picture{'s' * (gone != 1)} taken out, with all samples." if gone else ""
    if not decided:
        return f"Nobody has reviewed single samples.{taken}"
    said = ", ".join(f"{number(decided[kind])} {kind}ed" for kind in ("accept", "edit", "reject") if decided[kind])
    who = "One person" if len(people) == 1 else f"{number(len(people))} people"
    return f"{who} reviewed {number(decided.total())} samples: {said}. What people decided overrides the checks.{taken}"


@cache
def _known_errors() -> Mapping[str, Mapping[str, str]]:
    text = Path(__file__).with_name("known_errors.yaml").read_text(encoding="utf-8")
    return {name: {key: str(said) for key, said in each.items()} for name, each in yaml.safe_load(text).items()}


def errors(run: Run) -> Markup:
    """Give the recipe's checks whose errors are known, and what each does with a fault; name the others."""
    built = run.built
    checks: Mapping[str, Any] = {**built.checks, **built.asked_checks, **built.run_checks}
    known = {name: _known_errors()[check.name] for name, check in checks.items() if check.name in _known_errors()}
    rows = [
        (code(name), _about(checks[name]), built.recipe.checks[name].action, said["alarms"], said["finds"])
        for name, said in known.items()
    ]
    head = ("check", "what it does", "action", "false alarms", "faults found")
    others = Markup(", ").join(code(name) for name in checks if name not in known)
    return Markup("\n\n").join(
        [*([table(head, rows)] if rows else []), *([Markup(f"Not measured: {others}.")] if others else [])]
    )


def faults(figures: RunFigures) -> str:
    """Say which source records could not be used."""
    tally = figures.summary.tally
    counts = ((tally.faults, "could not be used"), (tally.left_out, "were left out by a filter"))
    said = [f"{number(reasons.total())} {what}" for reasons, what in counts if reasons]
    return f"Of {number(tally.rows)} records of the source, {' and '.join(said)}." if said else ""


# ── cost ─────────────────────────────────────────────────────────────────────────────────────────────────────


def cost(figures: RunFigures) -> Markup:
    """Give what each task, and each check that asks a model, cost."""
    rows = []
    for task, check in sorted({(payer.task, payer.check) for payer in figures.bills.spent}):
        known = task in figures.summary.tally.tasks
        accepted = accepted_of(figures.summary, task) if known else 0
        rows.append(_paid(f"{task}, {check}" if check else task, figures.bills.total(task=task, check=check), accepted))
    everything = sum(accepted_of(figures.summary, task) for task in figures.summary.tally.tasks)
    rows.append(_paid("all", figures.bills.total(), everything))
    head = ("what", "answers", "prompt tokens", "cached", "reply tokens", "cost", "per sample kept")
    return table(head, rows, 1)


def _paid(what: str, spent: Spent, accepted: int) -> tuple[object, ...]:
    cells = (spent.completions, spent.prompt, spent.cached, spent.reply)
    each = f"${spent.usd / accepted:,.6f}" if accepted and spent.usd else "–"
    return (what, *map(number, cells), _usd(spent), each)


def _usd(spent: Spent) -> str:
    paid = f"${spent.usd:,.4f}" if spent.usd else "$0"
    return f"{paid} and {number(spent.unpriced)} answers of unknown price" if spent.unpriced else paid
