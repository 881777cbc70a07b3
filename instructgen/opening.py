"""A recipe and a folder in; a run that may be carried out on: new, the same as before, or changed and announced.

What shapes a run is compared with what shaped its finished shards. A change is never paid for by surprise: it is
printed with the shards to rebuild and the requests that the journal lacks, and done only when asked for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from . import __version__
from .assemble import Built, build, dumped
from .batches import Batches
from .errors import SetupError, UserError
from .forms import FORMS
from .journal import Journal, Strays
from .lacking import Lack
from .library import Library
from .parts import footer
from .recipe import Recipe
from .records import Row
from .replay import outcomes
from .run_folder import RunFacts, RunFolder, write_text
from .selection import unfilled
from .shard import Judge
from .spending import Spending, spending
from .supply import ContextsDigest, Supply, draw_ranges


@dataclass
class Opened:
    """A run ready to be carried out."""

    folder: RunFolder
    built: Built
    facts: RunFacts
    supply: Supply
    strays: Strays | None
    notes: list[str] = field(default_factory=list)
    """What the user should be told."""
    spending: Spending | None = None
    """The run's money, where it has a budget."""


class ChangedRun(UserError):
    """The run was made with another recipe or source; carrying on needs the user's word."""

    def __init__(self, change: str, advice: str = "Add --update to do it") -> None:
        super().__init__(f"{change}. {advice}")
        self.change = change
        """What is different, and what going on would mean."""


def open_run(
    recipe: Recipe,
    library: Library,
    folder: RunFolder,
    *,
    limit: int | None = None,
    update: bool = False,
    budget: float | None = None,
    offline: bool = False,
) -> Opened:
    """Open a run for writing; the caller holds its lock. Raises ChangedRun, unless ``update``, and SetupError.

    ``budget``: US dollars that all starts together may cost; None: as it was, if it has one. ``offline``: nobody will
    be asked, so nothing need be known of prices.
    """
    facts = folder.facts()
    built = build(recipe, library, facts.settled if facts else None, folder.logs)
    stamp = built.stamp()
    budget = facts.budget if facts and budget is None else budget
    money = spending(built, None if offline else budget)
    if facts is None:
        return _new(recipe, built, folder, stamp, limit, money)
    _sweep(folder)
    if facts.shard_size != recipe.shard_size:
        raise SetupError(
            f"{folder.path}: was started with shard_size: {facts.shard_size}, which stays fixed; "
            "set it back, or start a new run"
        )
    covered = _covered(folder, facts)
    if limit is not None and limit < covered:
        raise SetupError(f"{folder.path}: already covers {covered} records; --limit may only grow")
    shaping = json.loads(json.dumps(built.shaping()))
    changes = list(differences(facts.shaping, shaping))
    reread = stamp != facts.stamp or any(shaping.get(k) != facts.shaping.get(k) for k in ("source", "extract"))
    before = facts.model_copy()
    if reread:
        facts.end, facts.rereading = None, True
    if limit != facts.limit:
        facts.limit = limit
    facts.budget = budget
    drawn_otherwise = any(shaping[key] != before.shaping.get(key) for key in ("tasks", "seed", "overlap"))
    if drawn_otherwise or (reread and unfilled(recipe, facts.ranges)):
        draw_ranges(built, facts)
    facts.shaping, facts.stamp, facts.finished = shaping, stamp, False
    if changes or reread:
        facts.moved = facts.moved or reread
        _announce(built, folder, facts, changes, update=update, stamped=stamp != before.stamp)
    strays = Strays(folder.path / "journal") if facts.moved else None
    opened = Opened(folder, built, facts, Supply(folder, built, facts), strays, list(_torn(folder)), money)
    if limit is None and before.limit is not None and before.end is None:
        opened.notes.append(f"covers the whole source now: {before.limit:,} records were covered before")
    if strays is not None and stamp != before.stamp:
        opened.notes.append("the source's files have changed since the last start: every record is read again")
    _write_setup(recipe, built, folder, facts)
    return opened


def _covered(folder: RunFolder, facts: RunFacts) -> int:
    """Give how many records the run covers: its limit, or without one those that have been read."""
    last = max(folder.shards("contexts"), default=-1)
    noted = footer(folder.part("contexts", last)) if facts.limit is None else None
    return facts.limit or (last * facts.shard_size + noted["rows"] if noted is not None else 0)


def _new(
    recipe: Recipe, built: Built, folder: RunFolder, stamp: Mapping[str, str], limit: int | None, money: Spending | None
) -> Opened:
    inside = [p.name for p in folder.path.iterdir()] if folder.path.exists() else []
    strangers = [name for name in inside if name != "lock" and not name.startswith(".run.json.")]
    if strangers:
        raise SetupError(f"{folder.path}: holds '{strangers[0]}' but no run.json; give an empty or a new folder")
    facts = RunFacts(
        instructgen=__version__,
        shard_size=recipe.shard_size,
        limit=limit,
        stamp=dict(stamp),
        shaping=json.loads(json.dumps(built.shaping())),
        budget=money and money.account.limit,
    )
    draw_ranges(built, facts)
    folder.write_facts(facts)  # first, so that a folder in which a run was killed at its very start is known as a run's
    _sweep(folder)
    _write_setup(recipe, built, folder, facts)
    return Opened(folder, built, facts, Supply(folder, built, facts), None, spending=money)


def _write_setup(recipe: Recipe, built: Built, folder: RunFolder, facts: RunFacts) -> None:
    """Keep what the run is made with; the facts last: until then a change is announced again."""
    write_text(folder.recipe, dumped(recipe, built))
    folder.write_texts(built.texts)
    for form in FORMS.values():
        write_text(folder.path / "schemas" / f"{form.name}.json", json.dumps(form.schema, indent=1) + "\n")
    folder.write_facts(facts)


def _torn(folder: RunFolder) -> Iterator[str]:
    """Tell which journals end in the middle of a line."""
    for shard in folder.shards("journal"):
        path = folder.part("journal", shard)
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 1))
            if file.read(1) not in (b"", b"\n"):
                yield f"{path}: its last line was torn when the run was killed; that reply is asked for again"


def _sweep(folder: RunFolder) -> None:
    """Remove what a killed process left under temporary names."""
    parts = ("contexts", "samples", "rejected", "verdicts", "journal", "reserved")
    for place in (".", *parts, "batches", "batches/unanswered", "batches/waiting", "prompts", "seeds", "schemas"):
        for stale in (folder.path / place).glob(".*.tmp"):
            stale.unlink(missing_ok=True)


def differences(old: Mapping[str, object], new: Mapping[str, object], at: str = "") -> Iterator[str]:
    """Give a line for each key that differs, such as ``checks.length.max_words: 400 → 300``."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        name = f"{at}.{key}" if at else key
        if isinstance(before, dict) and isinstance(after, dict):
            yield from differences(before, after, name)
        elif isinstance(before, list) and isinstance(after, list) and at == "order":
            if before != after and sorted(before) == sorted(after):  # else another line says what came or went
                yield f"order of {key}: {', '.join(before)} → {', '.join(after)}"
        elif before != after:
            if name.startswith(("texts.", "forms.")):
                yield f"{name.partition('.')[2]}: {'changed' if before and after else 'new' if after else 'gone'}"
            else:
                yield f"{name}: {json.dumps(before)} → {json.dumps(after)}"


def _announce(
    built: Built, folder: RunFolder, facts: RunFacts, changes: list[str], *, update: bool, stamped: bool
) -> None:
    """Raise ChangedRun with what would be rebuilt and asked for, unless nothing is touched or it is wanted.

    Where pictures would be looked at again, that is the work itself: it is not done only to tell what comes of it.
    """
    if update:
        return
    reasons = [*changes, *(["the source's files have changed"] if stamped else [])]
    supply = Supply(folder, built, facts.model_copy())
    strays = Strays(folder.path / "journal") if facts.moved else None
    judge, lack, finished = Judge(built), Lack(built), set(folder.shards("samples"))
    asked = {shard for batch in Batches.of(folder.path).pending() for shard in batch.shards}
    begun = (set(folder.shards("journal")) | asked) & set(folder.shards("contexts")) - finished
    if built.extractors and facts.rereading:
        _announce_looking(folder, reasons, len(finished), len(begun))
        return
    touched = 0, 0
    for shard in sorted(finished | begun):
        if supply.finished(shard) is not None:
            continue
        rows, digest = _digested(supply, shard)
        if supply.kept(shard, digest) is not None or (
            shard in begun and not changes and _as_noted(folder, shard, digest)
        ):
            continue
        touched = touched[0] + (shard in finished), touched[1] + (shard in begun)
        journal = Journal(folder.part("journal", shard))
        for _ in outcomes(built, facts.ranges, rows, journal, strays=strays, on_missing=lack.add, judge=judge):
            pass
    if touched == (0, 0):
        return
    work = [_counted("rebuilds", touched[0], "finished"), _counted("goes on with", touched[1], "begun")]
    raise ChangedRun(
        f"{folder.path}: this run was made differently ({'; '.join(reasons)}). Going on "
        f"{', '.join(w for w in work if w)} and {lack.describe()}"
    )


def _announce_looking(folder: RunFolder, reasons: Sequence[str], finished: int, begun: int) -> None:
    if finished or begun:
        raise ChangedRun(
            f"{folder.path}: this run was made differently ({'; '.join(reasons)}). Going on looks at the pictures of "
            f"{finished + begun} shards that it has, and asks for what the journal lacks of what is then known; what "
            "was found in the same way before is not looked for again"
        )


def _counted(verb: str, number: int, kind: str) -> str:
    return f"{verb} {number} {kind} shard{'s' * (number != 1)}" if number else ""


def _as_noted(folder: RunFolder, shard: int, digest: str) -> bool:
    """Tell whether a shard's contexts are those that were written down."""
    noted = footer(folder.part("contexts", shard))
    return noted is not None and noted["contexts"] == digest


def _digested(supply: Supply, shard: int) -> tuple[list[Row], str]:
    digest, rows = ContextsDigest(), []
    for row in supply.rows(shard):
        digest.add(row)
        rows.append(row)
    return rows, digest.hexdigest()
