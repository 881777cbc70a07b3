"""A recipe and a folder in; a run that may be carried out on: new, the same as before, or changed and announced.

What shapes a run is compared with what shaped its finished shards. A change is never paid for by surprise: it is
printed with the shards to rebuild and the requests that the journal lacks, and done only when asked for.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import __version__
from .assemble import Built, build, dumped
from .errors import SetupError, UserError
from .forms import FORMS
from .journal import Journal, Strays
from .lacking import Lack
from .library import Library
from .recipe import Recipe
from .records import Row
from .replay import outcomes
from .run_folder import RunFacts, RunFolder, write_text
from .shard import Judge
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


class ChangedRun(UserError):
    """The run was made with another recipe or source; carrying on needs the user's word."""


def open_run(
    recipe: Recipe, library: Library, folder: RunFolder, *, limit: int | None = None, update: bool = False
) -> Opened:
    """Open a run for writing; the caller holds its lock. Raises ChangedRun, unless ``update``, and SetupError."""
    facts = folder.facts()
    built = build(recipe, library, facts.settled if facts else None)
    stamp = dict(built.source.stamp())
    _sweep(folder)
    if facts is None:
        return _new(recipe, built, folder, stamp, limit)
    if facts.shard_size != recipe.shard_size:
        raise SetupError(
            f"{folder.path}: was started with shard_size: {facts.shard_size}, which stays fixed; "
            "set it back, or start a new run"
        )
    if facts.limit is not None and limit is not None and limit < facts.limit:
        raise SetupError(f"{folder.path}: already covers {facts.limit} records; --limit may only grow")
    shaping = json.loads(json.dumps(built.shaping()))
    changes = list(differences(facts.shaping, shaping))
    reread = stamp != facts.stamp or shaping["source"] != facts.shaping.get("source")
    before = facts.model_copy()
    if reread:
        facts.end, facts.rereading = None, True
    if limit != facts.limit:
        facts.limit = limit
    if shaping["tasks"] != before.shaping.get("tasks") or shaping["seed"] != before.shaping.get("seed"):
        draw_ranges(built, facts)
    facts.shaping, facts.stamp = shaping, stamp
    if changes or reread:
        facts.moved = facts.moved or reread
        _announce(built, folder, facts, changes, reread=reread, update=update, stamped=stamp != before.stamp)
    strays = Strays(folder.path / "journal") if facts.moved else None
    opened = Opened(folder, built, facts, Supply(folder, built, facts), strays)
    if strays is not None and stamp != before.stamp:
        opened.notes.append("the source's files have changed since the last start: every record is read again")
    _write_setup(recipe, built, folder, facts)
    return opened


def _new(recipe: Recipe, built: Built, folder: RunFolder, stamp: Mapping[str, str], limit: int | None) -> Opened:
    strangers = [p.name for p in folder.path.iterdir() if p.name != "lock"] if folder.path.exists() else []
    if strangers:
        raise SetupError(f"{folder.path}: holds '{strangers[0]}' but no run.json; give an empty or a new folder")
    facts = RunFacts(
        instructgen=__version__,
        shard_size=recipe.shard_size,
        limit=limit,
        stamp=dict(stamp),
        shaping=json.loads(json.dumps(built.shaping())),
    )
    draw_ranges(built, facts)
    _write_setup(recipe, built, folder, facts)
    return Opened(folder, built, facts, Supply(folder, built, facts), None)


def _write_setup(recipe: Recipe, built: Built, folder: RunFolder, facts: RunFacts) -> None:
    """Keep what the run is made with; the facts last, since they say that there is a run."""
    write_text(folder.recipe, dumped(recipe, built))
    folder.write_texts(built.texts)
    for form in FORMS.values():
        write_text(folder.path / "schemas" / f"{form.name}.json", json.dumps(form.schema, indent=1) + "\n")
    folder.write_facts(facts)


def _sweep(folder: RunFolder) -> None:
    """Remove what a killed process left under temporary names."""
    for stale in folder.path.glob("**/.*.tmp"):
        stale.unlink(missing_ok=True)


def differences(old: Mapping[str, object], new: Mapping[str, object], at: str = "") -> Iterator[str]:
    """Give a line for each key that differs, such as ``checks.length.max_words: 400 → 300``."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        name = f"{at}.{key}" if at else key
        if isinstance(before, dict) and isinstance(after, dict):
            yield from differences(before, after, name)
        elif before != after:
            if name.startswith(("texts.", "forms.")):
                yield f"{name.partition('.')[2]}: {'changed' if before and after else 'new' if after else 'gone'}"
            else:
                yield f"{name}: {json.dumps(before)} → {json.dumps(after)}"


def _announce(
    built: Built, folder: RunFolder, facts: RunFacts, changes: list[str], *, reread: bool, update: bool, stamped: bool
) -> None:
    """Raise ChangedRun with what would be rebuilt and asked for, unless nothing is touched or it is wanted."""
    if update:
        return
    supply = Supply(folder, built, facts.model_copy())
    strays = Strays(folder.path / "journal") if reread else None
    judge, lack, shards = Judge(built), Lack(built), 0
    for shard in folder.shards("samples"):
        if supply.finished(shard) is not None:
            continue
        rows, digest = _digested(supply, shard)
        if supply.kept(shard, digest) is not None:
            continue
        shards += 1
        journal = Journal(folder.part("journal", shard))
        for _ in outcomes(built, facts.ranges, rows, journal, strays=strays, on_missing=lack.add, judge=judge):
            pass
    if not shards:
        return
    reasons = [*changes, *(["the source's files have changed"] if stamped else [])]
    raise ChangedRun(
        f"{folder.path}: this run was made differently ({'; '.join(reasons)}). Going on rebuilds {shards} finished "
        f"shard{'s' * (shards != 1)} and {lack.describe()}. Add --update to do it"
    )


def _digested(supply: Supply, shard: int) -> tuple[list[Row], str]:
    digest, rows = ContextsDigest(), []
    for row in supply.rows(shard):
        digest.add(row)
        rows.append(row)
    return rows, digest.hexdigest()
