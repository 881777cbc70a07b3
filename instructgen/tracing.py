"""A run and the id of a sample or a context in; all that the run knows of it out, as lines."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any

from .errors import SetupError
from .prompt import fact_lines
from .records import Context, Fault, LeftOut, Row, Sample
from .run import Run


def trace(run: Run, wanted: str) -> Iterator[str]:
    """Tell what was read, what was made of it, with which prompt, seeds, model and replies, and at what cost.

    ``wanted`` is ``CONTEXT``, ``CONTEXT/TASK`` or a sample's id; raises SetupError when the run has no such context.
    """
    context = wanted.partition("/")[0]
    rows = [row for row in run.rows() if row.item.id == context]
    if not rows:
        known = (str(row.item.id) for row in islice(run.rows(), 1000))
        near = "".join(f"; did you mean '{name}'?" for name in get_close_matches(context, known, n=1, cutoff=0.5))
        raise SetupError(f"{run.folder.path} has no record '{context}'{near}")
    for row in rows:
        yield from _told(row)
    for sample in run.samples():
        if sample.origin.context == context and _within(sample.id, wanted):
            yield from _made(run, sample)
    for sample, verdicts in run.left_out():
        if sample.origin.context == context and _within(sample.id, wanted):
            yield from _made(run, sample)
            yield from map(_said, verdicts)
    for lost in run.rejected():
        if lost["context"] == context and _within(str(lost["id"]), wanted):
            yield from _lost(lost)


def _within(name: str, wanted: str) -> bool:
    return f"{name}/".startswith(f"{wanted}/") or f"{wanted}/".startswith(f"{name}/")


def _told(row: Row) -> Iterator[str]:
    item = row.item
    match item:
        case Context():
            yield f"━━ {item.id} ━━ record {item.row}"
            yield from (f"picture {image.path or image.url}" for image in item.images)
            yield from fact_lines(item).splitlines()
        case Fault():
            yield f"━━ {item.id} ━━ record {item.row} cannot be used: {item.reason}: {item.detail}"
        case LeftOut():
            yield f"━━ {item.id} ━━ record {item.row} was left out by the filter '{item.filter}'"
    if row.kept:
        yield f"kept: {', '.join(f'{key} {value}' for key, value in row.kept.items())}"


def _made(run: Run, sample: Sample) -> Iterator[str]:
    origin = sample.origin
    yield f"\n━━ {sample.id} ━━ accepted, attempt {origin.attempt}, by {origin.teacher}"
    yield from (f"{turn.role}: {turn.text}" for turn in sample.turns)
    names = [
        f"{name} (digest {origin.prompt if name.startswith('prompts') else origin.seeds})" for name in run.texts(sample)
    ]
    yield f"with {', '.join(names) or 'prompt and seeds that have changed since'}"
    for completion in run.completions(sample):
        usage = completion.usage
        tokens = (
            f"{usage.prompt} prompt tokens ({usage.cached} cached), {usage.reply} reply tokens"
            if usage
            else "no tokens"
        )
        cost = "unknown price" if completion.usd is None else f"${completion.usd:.6f}"
        server_id = f" ({completion.server_id})" if completion.server_id else ""
        yield (
            f"request {completion.digest}: answered by {completion.model}{server_id} "
            f"at {completion.at}, {tokens}, {cost}"
        )


def _said(verdict: Mapping[str, Any]) -> str:
    against = "".join(f"; {span['contradicts']}" for span in verdict["evidence"] if span["contradicts"])
    return f"left out by a run-wide check: {verdict['check']}: {verdict['outcome']}, {verdict['reason']}{against}"


def _lost(lost: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n━━ {lost['id']} ━━ {lost['kind']}: {lost['reason']}" + (f": {lost['detail']}" if lost["detail"] else "")
    for attempt in lost["attempts"]:
        yield f"attempt {attempt['attempt']}: {attempt['reason']} {attempt['detail'] or ''}".rstrip()
        for sample in attempt["samples"]:
            yield from (f"  {turn['from']}: {turn['value']}" for turn in sample["conversations"])
            failing = [v for v in sample["verdicts"] if v["outcome"] != "pass"]
            yield from (f"  {v['check']}: {v['outcome']}, {v['reason']}" for v in failing)
