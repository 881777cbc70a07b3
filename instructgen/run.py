"""A run's folder in; its samples, rejects, contexts, completions and cost out, as iterators and polars frames.

from instructgen.run import Run
run = Run.open("runs/demo")
for sample in run.samples():
    print(sample.id, [completion.text for completion in run.completions(sample)])
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .assemble import Built, build
from .digests import digest, digest_bytes, text_digest
from .drive import Answers, Digester
from .errors import NotAsked, SetupError
from .journal import Journal, Key, Strays
from .parts import Columns, Kind, read_rows, row_of, sample_of, schema
from .recipe import load
from .records import Completion, Context, LeftOut, Row, Sample, Scalar
from .removals import Removals
from .repeats import Repeats
from .replay import finished, outcomes
from .report import Summary, summarise
from .reviews import Reviews, edit_faults
from .run_checks import RunWide, left_out, run_wide
from .run_folder import RunFacts, RunFolder
from .shard import Judge, Outcome, rejected_rows
from .supply import Supply


class Run:
    """A run, read only. No lock is taken: shards that are still open are played from their journals, provisionally."""

    def __init__(self, folder: RunFolder, built: Built, facts: RunFacts) -> None:
        """Use ``Run.open``."""
        self.folder = folder
        self.built = built
        self.facts = facts
        self._supply = Supply(folder, built, facts)
        self._judge = Judge(built)
        self._strays: Strays | None = None
        self.removals = Removals(folder)
        """Pictures that were removed for good: nothing that is read from the run has their contexts."""
        self.shard = 0
        """The shard whose samples were last given: its journal most likely has their completions."""
        self._journal: Journal | None = None

    @classmethod
    def open(cls, path: Path | str) -> "Run":
        """Open a run's folder; raises SetupError when it holds none."""
        folder = RunFolder(Path(path))
        facts = folder.facts()
        if facts is None:
            raise SetupError(
                f"{folder.path}: holds no run (there is no run.json); give the folder that 'run --out' named"
            )
        if not folder.recipe.is_file():
            raise SetupError(f"{folder.recipe}: is missing; 'run' with the recipe and --out {path} writes it anew")
        recipe, library = load(folder.recipe)
        return cls(folder, build(recipe, library, facts.settled), facts)

    # ── records ──────────────────────────────────────────────────────────────────────────────────────────────

    def rows(self) -> Iterator[Row]:
        """Give every source record as read: contexts, faults, what a filter left out, and the kept columns."""
        for shard in self._shards():
            gone = self.removals.of(shard)
            for row in self._rows(shard):
                removed = row.item.id is not None and row.item.id in gone
                yield Row(LeftOut(row=row.item.row, id=row.item.id or "", filter="removed"), {}) if removed else row

    def contexts(self) -> Iterator[Context]:
        """Give every context, in source order."""
        return (row.item for row in self.rows() if isinstance(row.item, Context))

    def samples(self, task: str | None = None, reviews: Reviews | None = None) -> Iterator[Sample]:
        """Give every accepted sample once, in source order, of one task or all; with ``reviews`` as people decided."""
        return (sample for sample, _ in self.samples_with_kept(task, reviews=reviews))

    def samples_with_kept(
        self, task: str | None = None, repeats: Repeats | None = None, reviews: Reviews | None = None
    ) -> Iterator[tuple[Sample, Mapping[str, Scalar]]]:
        """Give every accepted sample once, with the source columns that its context carries along.

        Samples that differ under one id are told apart by name; ``repeats`` counts them. What run-wide checks reject is
        left out, once they have judged the run. Where ``reviews`` are given, as ``reviews()`` gives them, people have
        the last word: what they rejected is left out, what they accepted or edited is in, whatever checks said.
        """
        for _, final, kept in self._standing(task, repeats or Repeats(), reviews):
            if final is not None:
                yield final, kept

    def edited(self, reviews: Reviews, task: str | None = None) -> Iterator[tuple[Sample, Sample]]:
        """Give every sample whose turns people changed: as it was, and as ``samples`` gives it with ``reviews``."""
        for named, final, _ in self._standing(task, Repeats(), reviews):
            if final is not None and final.turns != named.turns:
                yield named, final

    def _standing(
        self, task: str | None, repeats: Repeats, reviews: Reviews | None
    ) -> Iterator[tuple[Sample, Sample | None, Mapping[str, Scalar]]]:
        """Give every sample once: as it was made, as it is exported, or None where it is not, and the kept columns."""
        judged = self.run_wide()
        for shard in self._shards():
            kept, gone = self._kept(shard), self.removals.of(shard)
            lost = left_out(self.folder, shard) if judged and judged.done else {}
            self.shard = shard
            back = self._brought_back(shard, reviews) if reviews else []
            for sample in self._in_order(shard, back) if back else self._samples(shard):
                named = repeats.told_apart(sample) if task in (None, sample.task) else None
                if named is not None and sample.origin.context not in gone:
                    accepted = sample not in back and not _lost(named, lost)
                    final = reviews.apply(named, accepted, self._passes) if reviews else named if accepted else None
                    yield named, final, kept.get(sample.origin.context, {})

    def reviews(self) -> Reviews:
        """Give what people decided about this run's samples. Raises SetupError for a line that is no review."""
        return Reviews(self.folder)

    def run_wide(self) -> RunWide | None:
        """Say what the run-wide checks came to, and whether they are still to come; None for a recipe without any."""
        if not self.built.run_checks:
            return None
        shards = self._shards()
        noted = [footer for shard in shards if (footer := self._supply.intact(shard)) is not None]
        if len(noted) < len(shards):
            return RunWide(tuple(self.built.run_checks))
        return run_wide(self.folder, self.built, shards, [digest(footer) for footer in noted])

    def run_verdicts(self) -> Iterator[dict[str, Any]]:
        """Give the run-wide checks' verdicts: id, digest of the turns, check, outcome, action, reason, evidence."""
        judged = self.run_wide()
        for shard in self._shards() if judged and judged.done else ():
            yield from read_rows(self.folder.part("verdicts", shard))

    def left_out(self) -> Iterator[tuple[Sample, list[dict[str, Any]]]]:
        """Give every sample that run-wide checks reject, with their verdicts on it, in source order."""
        judged, repeats = self.run_wide(), Repeats()
        for shard in self._shards() if judged and judged.done else ():
            gone, self.shard = self.removals.of(shard), shard
            lost, said = left_out(self.folder, shard), read_rows(self.folder.part("verdicts", shard))
            verdicts = [row for row in said if row["id"] in lost]
            for sample in map(repeats.told_apart, self._samples(shard)):
                if sample is not None and _lost(sample, lost) and sample.origin.context not in gone:
                    yield sample, [row for row in verdicts if row["id"] == sample.id]

    def rejected(self) -> Iterator[Columns]:
        """Give what was declined or failed for good, with attempts, verdicts and reason."""
        for shard in self._shards():
            gone, rows = self.removals.of(shard), self._rejected(shard)
            yield from (row for row in rows if row["context"] not in gone) if gone else rows

    def completions(self, sample: Sample) -> list[Completion]:
        """Give the journal's completions that a sample was made from: text, model, tokens, price, time."""
        found = []
        for slot, request in zip(sample.origin.slots, sample.origin.requests, strict=True):
            attempt, number, position = (int(n) for n in slot.split("/"))
            key = Key(sample.origin.context, sample.task, attempt, number, position, request)
            completion = self._near().find(key) or self._all_journals().find(key)
            if completion is not None:
                found.append(completion)
        return found

    def judging(self, sample: Sample, context: Context) -> dict[str, list[Completion]]:
        """Give the completions in which asked checks judged a sample, by check.

        Of the sample's origin only context, task and attempt count, so that a rejected sample can be asked about, too.
        None are found for a check that cannot ask now, such as one whose other run is gone.
        """
        heard: list[Completion] = []
        answers = Answers(
            self._near(),
            self.built.teachers,
            Digester(),
            strays=self._all_journals(),
            on_missing=lambda *_: None,
            on_answer=lambda completion, _: heard.append(completion),
        )
        for name in self.built.asked_checks:
            with contextlib.suppress(NotAsked, SetupError):
                finished(self._judge.asked_verdict(name, sample, sample.origin.attempt, context, answers))
        return {name: [c for c in heard if c.slot.asker.endswith(f"!{name}")] for name in self.built.asked_checks}

    def usd(self, sample: Sample) -> float | None:
        """Give what a sample's completions cost to write, its judging apart; None when that is not known."""
        prices = [completion.usd for completion in self.completions(sample)]
        return sum(p for p in prices if p is not None) if prices and None not in prices else None

    def texts(self, sample: Sample) -> dict[str, str]:
        """Give the prompt template and the seeds that a sample was made with, by ``kind/file``."""
        wanted = {sample.origin.prompt, sample.origin.seeds}
        named = {f"{kind}/{name}": text for (kind, name), text in self.built.texts.items()}
        return {name: text for name, text in named.items() if digest_bytes(text.encode()) in wanted}

    def summary(self) -> Summary:
        """Add the run's figures up."""
        return summarise(self.folder, self.built, self.facts)

    def frame(self, kind: Kind) -> Any:
        """Give the finished shards' parts of a kind as one lazy polars frame."""
        import polars as pl

        paths = [self.folder.part(kind, shard) for shard in self.folder.shards(kind) if self._finished(shard)]
        return pl.scan_parquet(paths) if paths else pl.LazyFrame(pl.from_arrow(schema(kind).empty_table()))

    # ── shards ───────────────────────────────────────────────────────────────────────────────────────────────

    def _shards(self) -> list[int]:
        """List the shards; one whose contexts were lost counts, so that reading it tells."""
        return sorted({*self.folder.shards("contexts"), *self.folder.shards("samples")})

    def _finished(self, shard: int) -> bool:
        return self._supply.intact(shard) is not None

    def _rows(self, shard: int) -> Iterator[Row]:
        return map(row_of, read_rows(self.folder.part("contexts", shard)))

    def _kept(self, shard: int) -> dict[str, Mapping[str, Scalar]]:
        rows = read_rows(self.folder.part("contexts", shard), ["id", "kept"])
        return {row["id"]: json.loads(row["kept"]) for row in rows if row["kept"]}

    def _samples(self, shard: int) -> Iterator[Sample]:
        if self._finished(shard):
            yield from map(sample_of, read_rows(self.folder.part("samples", shard), pixels=False))
            return
        for outcome in self._outcomes(shard):
            if not outcome.not_asked:
                yield from (sample for sample, _ in outcome.accepted)

    def _rejected(self, shard: int) -> Iterator[Columns]:
        if self._finished(shard):
            yield from read_rows(self.folder.part("rejected", shard))
        else:
            for outcome in self._outcomes(shard):
                yield from rejected_rows(outcome, self._judge.actions)

    def _outcomes(self, shard: int, rows: Iterable[Row] | None = None) -> Iterator[Outcome]:
        strays = self._all_journals() if self.facts.moved else None
        journal = Journal(self.folder.part("journal", shard))
        rows = self._rows(shard) if rows is None else rows
        return outcomes(self.built, self.facts.ranges, rows, journal, strays=strays, judge=self._judge)

    # ── reviews ──────────────────────────────────────────────────────────────────────────────────────────────

    def _brought_back(self, shard: int, reviews: Reviews) -> list[Sample]:
        """Give a shard's rejected samples that people want. Their contexts are played again from the journal.

        The rejected part itself holds neither pictures nor origin.
        """
        rows = None
        if self._finished(shard):
            lost = read_rows(self.folder.part("rejected", shard), ["id", "context"])
            contexts = {row["context"] for row in lost if row["id"] in reviews}
            rows = [row for row in self._rows(shard) if row.item.id in contexts] if contexts else []
        played = self._outcomes(shard, rows) if rows or rows is None else ()
        losers = (sample for outcome in played if not outcome.not_asked for sample, _ in outcome.losers)
        return [sample for sample in losers if reviews.brings_back(sample)]

    def _in_order(self, shard: int, back: Sequence[Sample]) -> list[Sample]:
        """Give a shard's accepted samples and those brought back in the order in which they would have been made."""
        places = {row.item.id: place for place, row in enumerate(self._rows(shard))}
        tasks = {name: place for place, name in enumerate(self.built.tasks)}

        def place(sample: Sample) -> tuple[int, int, int]:
            return places[sample.origin.context], tasks[sample.task], int(sample.id.rpartition("/")[2])

        return sorted((*self._samples(shard), *back), key=place)

    def _passes(self, edited: Sample) -> bool:
        """Tell whether the rules let a sample of the present shard pass whose turns a person has edited."""
        rows = (row.item for row in self._rows(self.shard))
        context = next(item for item in rows if isinstance(item, Context) and item.id == edited.origin.context)
        return not edit_faults(self._judge, edited, context)

    def _near(self) -> Journal:
        path = self.folder.part("journal", self.shard)
        if self._journal is None or self._journal.path != path:
            self._journal = Journal(path)
        return self._journal

    def _all_journals(self) -> Strays:
        if self._strays is None:
            self._strays = Strays(self.folder.path / "journal")
        return self._strays


def _lost(sample: Sample, lost: Mapping[str, str]) -> bool:
    """Tell whether a sample is one that run-wide checks left out, and not another that has come in its place."""
    text = lost.get(sample.id)
    return text is not None and text == text_digest(sample)
