"""A run in; every sample that stands at its end out, accepted or not, with its context and verdicts, shard by shard.

A sample that was mended by a further attempt stands as it was last written. Shards that are still open are played from
their journals, provisionally.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from .digests import text_digest
from .journal import Journal, Strays
from .parts import Columns, read_rows, row_of, sample_of
from .records import Context, JudgedSample, Origin, Row, Sample, Span, Turn, Verdict
from .repeats import Repeats
from .replay import outcomes
from .report import Summary
from .run import Run
from .shard import Judge, rejected_rows
from .supply import Supply

ModelOf = Callable[[str, str, int], str]
"""Gives the model that answered a context, task and attempt; what is rejected does not say."""


class Lost(NamedTuple):
    """What became no sample: a context that was declined, or a reply that could not be read."""

    id: str
    task: str
    kind: str
    """``declined``, ``rejected`` or ``not_asked``."""
    reason: str
    detail: str


class JudgedRun:
    """Reads a run's shards."""

    def __init__(self, run: Run, summary: Summary) -> None:
        """Take an opened run and its summary, which knows whether run-wide checks have judged it."""
        self._run = run
        self._run_wide = summary.run_wide is not None and summary.run_wide.done
        self._repeats = Repeats()
        self._supply = Supply(run.folder, run.built, run.facts)
        self._strays = Strays(run.folder.path / "journal") if run.facts.moved else None
        self._judge = Judge(run.built)

    def shards(self) -> list[int]:
        """List the shards, in order."""
        return sorted({*self._run.folder.shards("contexts"), *self._run.folder.shards("samples")})

    def read(self, shard: int, model_of: ModelOf) -> Iterator[JudgedSample | Lost]:
        """Give the accepted samples of a shard, then the others; none of removed pictures. Raises SetupError."""
        folder, gone = self._run.folder, self._run.removals.of(shard)
        rows = [row_of(row) for row in read_rows(folder.part("contexts", shard))]
        contexts = _Contexts((row.item.id, row.item) for row in rows if isinstance(row.item, Context))
        rejected: Iterable[Columns]
        if self._supply.intact(shard) is None:
            rejected = []
            for sample, verdicts in self._replayed(shard, rows, rejected):
                if sample.origin.context not in gone:
                    yield JudgedSample(sample, contexts[sample.origin.context], verdicts, "")
        else:
            run_wide = self._run_wide_verdicts(shard)
            for row in read_rows(folder.part("samples", shard), pixels=False):
                sample, verdicts = sample_of(row), [*map(_verdict_of, row["checks"] or ())]
                further, reason = self._later(sample, run_wide)
                if sample.origin.context not in gone:
                    yield JudgedSample(sample, contexts[sample.origin.context], [*verdicts, *further], reason)
            rejected = read_rows(folder.part("rejected", shard))
        for row in (row for row in rejected if row["context"] not in gone):
            yield self._lost(row, contexts[str(row["context"])], model_of)

    def _replayed(
        self, shard: int, rows: Sequence[Row], rejected: list[Columns]
    ) -> Iterator[tuple[Sample, Sequence[Verdict]]]:
        """Give an open shard's accepted samples; the rows of what it would reject go into ``rejected``."""
        journal = Journal(self._run.folder.part("journal", shard))
        built, ranges = self._run.built, self._run.facts.ranges
        for outcome in outcomes(built, ranges, rows, journal, strays=self._strays, judge=self._judge):
            if not outcome.not_asked:
                yield from outcome.accepted
            rejected += rejected_rows(outcome, self._judge.actions)

    def _run_wide_verdicts(self, shard: int) -> dict[str, list[Columns]]:
        found: dict[str, list[Columns]] = {}
        for row in read_rows(self._run.folder.part("verdicts", shard)) if self._run_wide else ():
            found.setdefault(row["id"], []).append(row)
        return found

    def _later(self, sample: Sample, run_wide: Mapping[str, list[Columns]]) -> tuple[list[Verdict], str]:
        """Give what run-wide checks say of a sample, by the id that it has among all, and why it is left out."""
        named = self._repeats.told_apart(sample) if self._run_wide else None
        rows = run_wide.get(named.id, []) if named else []
        rows = [row for row in rows if row["text"] == text_digest(sample)]
        reasons = (f"{row['check']}:{row['reason']}" for row in rows if _rejects(row))
        return [*map(_verdict_of, rows)], next(reasons, "")

    def _lost(self, row: Mapping[str, Any], context: Context, model_of: ModelOf) -> JudgedSample | Lost:
        """Read a row of a rejected part: the sample's text stands with the last attempt that could be read."""
        for attempt in reversed(row["attempts"] or ()):
            for found in attempt["samples"] or ():
                if found["id"] == row["id"] and row["kind"] == "rejected":
                    number = attempt["attempt"]
                    sample = self._rejected_sample(found, row["task"], context, number, model_of)
                    verdicts = [*map(_verdict_of, found["verdicts"] or ())]
                    return JudgedSample(sample, context, verdicts, row["reason"])
        return Lost(row["id"], row["task"], row["kind"], row["reason"], row["detail"] or "")

    def _rejected_sample(
        self, found: Mapping[str, Any], task: str, context: Context, attempt: int, model_of: ModelOf
    ) -> Sample:
        """Give a rejected sample as a record; which requests and prompt it was made with is not kept with it."""
        role = self._run.built.recipe.attempts[attempt - 1]
        origin = Origin(
            context=context.id,
            task=task,
            attempt=attempt,
            teacher=self._run.built.teachers[role].name,
            model=model_of(context.id, task, attempt),
            prompt="",
            seeds="",
            slots=(),
            requests=(),
        )
        turns = tuple(Turn(role=turn["from"], text=turn["value"]) for turn in found["conversations"])
        return Sample(id=found["id"], task=task, images=context.images, turns=turns, origin=origin)


def standing(run: Run, repeats: Repeats | None = None) -> Iterator[JudgedSample]:
    """Give every sample that stands at a run's end, under the id that exports and reviews know it by.

    Exact repeats of an accepted sample are not given again; ``repeats`` counts them.
    """
    reader, repeats = JudgedRun(run, run.summary()), repeats or Repeats()
    for shard in reader.shards():
        for found in reader.read(shard, lambda *_: ""):
            if isinstance(found, Lost):
                continue
            if found.reason.partition(":")[0] in ("", *run.built.run_checks):
                named = repeats.told_apart(found.sample)
                if named is not None:
                    yield found._replace(sample=named)
            else:
                yield found


class _Contexts(dict[str, Context]):
    """A shard's contexts by id. One that a change of the source took away, in a run not yet carried on, is empty."""

    def __missing__(self, name: str) -> Context:
        return Context(id=name, row=0)


def _rejects(row: Mapping[str, Any]) -> bool:
    return bool(row["outcome"] == "fail" and row["action"] != "tag")


def _verdict_of(columns: Mapping[str, Any]) -> Verdict:
    if columns["outcome"] == "pass" and not columns["evidence"]:
        return _passed(columns["check"], columns["reason"])
    evidence = tuple(Span(**{**span, "boxes": tuple(span["boxes"] or ())}) for span in columns["evidence"] or ())
    return Verdict(
        check=columns["check"],
        outcome=columns["outcome"],
        reason=columns["reason"],
        evidence=evidence,
        hint=columns["hint"],
    )


@lru_cache(maxsize=256)
def _passed(check: str, reason: str | None) -> Verdict:
    """Give the verdict that nearly all are; one record serves them all."""
    return Verdict(check=check, outcome="pass", reason=reason)
