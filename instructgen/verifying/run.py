"""A run's folder in; whether all that follows from its journal is what lies in it out.

Nothing is written to the run and no lock is taken; neither source nor network is needed. Shards are made again one by
one in a scratch folder, so memory is that of a shard, and about 16 bytes a journal line where the run's source changed.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from ..digests import digest
from ..errors import SetupError, UserError
from ..journal import Strays
from ..parts import PartWriter, footer, read_rows, row_of
from ..records import Row
from ..run import Run
from ..run_checks import judge_run
from ..run_folder import RunFolder
from ..supply import ContextsDigest
from .found import Difference, Verified, apart, file_fault
from .journals import Lines
from .parts import UNREADABLE, by_rows_only, compared, noted
from .replayed import Replaying
from .setup import verify_copies, verify_recipe

Told = Callable[[int, int], None]
"""Is told, before each shard, how many are done and how many there are."""


def _nobody(*_: int) -> None:
    """Be told, and do nothing."""


def verify(path: Path, told: Told = _nobody) -> Verified:
    """Verify a run. Raises SetupError for a folder that holds none, or one that cannot be opened at all."""
    folder = RunFolder(path)
    facts, found = folder.facts(), Verified(path)
    if facts is not None:
        verify_copies(folder, facts, found)
    try:
        run = Run.open(path)
    except SetupError as error:
        if found.agrees:
            raise
        found.notes.append(f"nothing was made again: {error}")
        return found
    verify_recipe(run.built, run.facts, found)
    with tempfile.TemporaryDirectory(prefix="instructgen-verify-") as scratch:
        verifying = _Verifying(run, found, Path(scratch))
        verifying.shards(told)
        verifying.verdicts()
    _reviews(run, found)
    _report(run, found)
    return found


class _Verifying:
    """A run at being verified."""

    def __init__(self, run: Run, found: Verified, scratch: Path) -> None:
        self._run = run
        self._found = found
        self._scratch = scratch
        self._replays = found.agrees
        self._replaying = Replaying(run, scratch / "parts", self._strays())
        if not found.agrees:
            found.notes.append("nothing was made again: with another recipe or other texts it would not come out alike")

    def _strays(self) -> Strays | None:
        """Index all journals where the source has changed; without one that is damaged no shard can be made again."""
        if not self._run.facts.moved:
            return None
        try:
            return Strays(self._run.folder.path / "journal")
        except UserError as error:
            self._replays = False
            self._found.notes.append(f"nothing was made again: {error}")
            return None

    # ── shards ───────────────────────────────────────────────────────────────────────────────────────────────

    def shards(self, told: Told) -> None:
        """Look at every shard, in order."""
        numbers = self._numbers()
        for done, shard in enumerate(numbers):
            told(done, len(numbers))
            self._shard(shard)

    def _numbers(self) -> list[int]:
        """List the shards of which there is anything; of a run that was finished all that it covers."""
        folder, facts = self._run.folder, self._run.facts
        numbers = {n for kind in ("contexts", "journal", "rejected", "samples") for n in folder.shards(kind)}
        bounds = [bound for bound in (facts.limit, facts.end) if bound is not None]
        covered = -(-min(bounds) // facts.shard_size) if bounds and facts.finished else 0
        return sorted(numbers.union(range(covered)))

    def _shard(self, shard: int) -> None:
        folder, found = self._run.folder, self._found
        lines = Lines(folder.part("journal", shard), self._name("journal", shard))
        readable = found.add("journal", lines.faults, lines.number)
        finished = self._finished(shard)
        rows, seen = self._contexts(shard, finished)
        counts = lines.counts
        if not finished:
            found.open.append(shard)
        elif rows is not None and readable and self._replays:
            found.finished += 1
            counts += self._again(shard, rows, seen, lines)
        found.counts.update(counts)

    def _finished(self, shard: int) -> bool:
        """Tell whether a shard's parts are to be there, as the run has them now."""
        if self._run.facts.finished and self._replaying.expected(shard):
            return True
        path = self._run.folder.part("samples", shard)
        told = noted(path)
        if told is None:
            return path.exists()  # damaged, which comparing it tells
        return bool(told.get("fingerprint") == self._replaying.fingerprint(str(told.get("contexts"))))

    def _contexts(self, shard: int, finished: bool) -> tuple[list[Row] | None, str]:
        """Read a shard's contexts and hold them against the digest in their footer; no rows where they do not agree."""
        path, name = self._run.folder.part("contexts", shard), self._name("contexts", shard)
        if not path.exists():
            if finished:
                said = "is missing; 'run' reads its records again from the source"
                self._found.add("contexts", [Difference(name, said)])
            return None, ""
        told = noted(path)
        seen, rows = ContextsDigest(), []
        try:
            for row in map(row_of, read_rows(path)):
                seen.add(row)
                rows.append(row)
        except UNREADABLE as error:
            self._found.add("contexts", [file_fault(name, error, path)])
            return None, ""
        different = apart({"rows": len(rows), "contexts": seen.hexdigest()}, told, "footer")
        what = "does not tell of the rows that the part holds"
        differing = [Difference(name, what, None, "", *different)] if different else self._rewritten(shard, rows, told)
        return rows if self._found.add("contexts", differing) else None, seen.hexdigest()

    def _rewritten(self, shard: int, rows: list[Row], noted: Mapping[str, object] | None) -> list[Difference]:
        """Write the rows of a contexts part anew and hold the part against that: what no digest covers shows there."""
        writer, made = PartWriter("contexts"), self._replaying.made.part("contexts", shard)
        for row in rows:
            writer.add(row)
        writer.write(made, noted or {})
        differing = self._compared("contexts", shard, made)
        made.unlink()
        return differing

    def _again(self, shard: int, rows: list[Row], contexts: str, lines: Lines) -> Counter[str]:
        """Make a finished shard's parts again and hold those that lie in the run against them."""
        played = self._replaying.play(shard, rows, contexts)
        self._found.add("journal", played.lacking(self._name("journal", shard)), 0)
        played.counts["unused"] += len(lines.keys - played.used)
        for kind in ("rejected", "samples"):
            made = self._replaying.made.part(kind, shard)
            self._found.add(kind, [self._traced(d, shard, lines) for d in self._compared(kind, shard, made)])
            made.unlink()
        return played.counts

    def _compared(self, kind: str, shard: int, made: Path) -> list[Difference]:
        """Hold a part against the same part made again."""
        kept = self._run.folder.part(kind, shard)
        differing = compared(made, kept, self._name(kind, shard))
        self._found.counts["by_rows"] += not differing and by_rows_only(made, kept)
        return differing

    def _traced(self, difference: Difference, shard: int, lines: Lines) -> Difference:
        """Name the journal's lines that a differing sample was made of."""
        unit, _, last = difference.sample.rpartition("/")  # context/task/number, or context/task
        of = [*lines.of(*unit.rsplit("/", 1)), *lines.of(unit, last)] if "/" in unit else lines.of(unit, last)
        journal = self._name("journal", shard)
        return difference._replace(made_of=f"{journal}, line {' and '.join(map(str, of))}" if of else "")

    # ── what follows from all shards ─────────────────────────────────────────────────────────────────────────

    def verdicts(self) -> None:
        """Have the run-wide checks judge the samples again, and hold what they say against what lies in the run."""
        run, found = self._run, self._found
        if not run.built.run_checks or not self._replays or found.differing["samples"]:
            return
        shards = run.folder.shards("samples")
        if not run.facts.finished and (found.open or not self._judged()):
            found.notes.append("run-wide checks are still to come, when the run is finished")
            return
        again = RunFolder(self._scratch / "judged")
        again.path.mkdir()
        (again.path / "samples").symlink_to((run.folder.path / "samples").resolve())
        footers = [digest(footer(run.folder.part("samples", shard))) for shard in shards]
        judge_run(again, run.built, shards, footers)
        for shard in shards:
            found.add("verdicts", self._compared("verdicts", shard, again.part("verdicts", shard)))

    def _judged(self) -> bool:
        """Tell whether run-wide checks have judged the run as it lies; damaged parts tell when they are compared."""
        try:
            judged = self._run.run_wide()
        except UNREADABLE:
            return True
        return judged is not None and judged.done

    def _name(self, kind: str, shard: int) -> str:
        return self._run.folder.part(kind, shard).relative_to(self._run.folder.path).as_posix()


def _reviews(run: Run, found: Verified) -> None:
    """See that what people decided can be read; it follows from nothing."""
    files = len(list((run.folder.path / "reviews").glob("*.jsonl")))
    try:
        run.reviews()
    except UserError as error:
        found.add("reviews", [file_fault("reviews", error, run.folder.path)], files)
    else:
        if files:
            found.add("reviews", [], files)


def _report(run: Run, found: Verified) -> None:
    """Add the footers up again, and hold ``report.json`` of a run that was finished against that."""
    if not run.facts.finished or found.differences:
        return
    path = run.folder.path / "report.json"
    try:
        told = json.loads(path.read_bytes())
        summed = {key: value for key, value in json.loads(json.dumps(run.summary().to_json())).items() if key in told}
        different = apart(summed, {key: told[key] for key in summed})
        what = "does not tell what the parts' footers add up to; 'run' writes it anew"
        found.add("report", [Difference(path.name, what, None, "", *different)] if different else [])
    except (OSError, ValueError, TypeError) as error:
        found.add("report", [file_fault(path.name, error, path)])
