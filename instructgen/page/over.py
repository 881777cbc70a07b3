"""A run and the rows of its samples parts in; the rows with what lies over these parts out.

That is what run-wide checks say, once they have judged the run, the names of samples whose ids came before (``~2`` and
so on, as exports and reviews have them), and what was removed from the run.
"""

from typing import Any

from ..parts import read_rows, sample_of
from ..repeats import Repeats
from ..run import Run
from .table import found_of, level, typed


def overlaid(run: Run, frame: Any) -> tuple[Any, bool]:
    """Give the rows of finished shards as they are with what lies over them; and whether there is anything."""
    import polars as pl

    removed = _removed(run, frame)  # by the ids that the parts have
    names, found = _names(run, frame), _findings(run)
    if names:
        told = pl.DataFrame([(*place, name) for place, name in names.items()], ["shard", "place", "name"], orient="row")
        told = told.with_columns(
            pl.col("shard", "place").cast(pl.UInt32), kind=pl.lit("accepted").cast(frame["kind"].dtype)
        )
        frame = frame.join(told, on=["shard", "kind", "place"], how="left", maintain_order="left")
        frame = frame.with_columns(pl.coalesce("name", "id").alias("id")).drop("name")
    if found:
        more = pl.DataFrame({"id": list(found), "more": list(found.values())})
        frame = frame.join(more, on="id", how="left", maintain_order="left")
        both = pl.concat_str([pl.col("found").cast(pl.String), "more"], separator="|", ignore_nulls=True)
        mine = (pl.col("kind") == "accepted") & pl.col("more").is_not_null()
        frame = frame.with_columns(pl.when(mine).then(both.str.strip_chars("|")).otherwise("found").alias("found"))
    left = frame.filter(~removed) if removed is not None else frame
    return typed(left), bool(names or found or removed is not None)


def _removed(run: Run, frame: Any) -> Any:
    """Tell of each row whether its picture was removed from the run; None where none was."""
    import polars as pl

    gone = [(shard, context) for shard in frame["shard"].unique() for context in run.removals.of(shard)]
    if not gone:
        return None
    wanted = pl.DataFrame(gone, {"shard": pl.UInt32, "context": pl.String}, orient="row").with_columns(gone=True)
    # an id is context/task/number, or context/task for what became no sample
    task = pl.concat_str([pl.lit("/"), pl.col("task").cast(pl.String)])
    short = pl.col("id").str.replace(r"/\d+$", "")
    unit = pl.when(short.str.ends_with(task)).then(short).otherwise("id")
    context = unit.str.head(unit.str.len_chars().cast(pl.Int64) - task.str.len_chars().cast(pl.Int64))
    named = frame.select("shard", context.alias("context"))
    return named.join(wanted, on=["shard", "context"], how="left", maintain_order="left")["gone"].fill_null(False)


def _names(run: Run, frame: Any) -> dict[tuple[int, int], str]:
    """Give the names of samples that bear an id which another has, by shard and place. Few runs have any."""
    import polars as pl

    # by hash first: a table of a million ids takes more memory than all else
    hashes = frame.select(pl.col("id").hash().alias("hash"), "kind").filter(pl.col("kind") == "accepted")["hash"].sort()
    twice = hashes.filter(hashes == hashes.shift(1)).unique()
    if twice.is_empty():
        return {}
    again = frame.filter((pl.col("kind") == "accepted") & pl.col("id").hash().is_in(twice.implode()))
    places: dict[int, set[int]] = {}
    for shard, place in again.select("shard", "place").iter_rows():
        places.setdefault(shard, set()).add(place)
    repeats, names = Repeats(), dict[tuple[int, int], str]()
    for shard, wanted in sorted(places.items()):
        for place, row in enumerate(read_rows(run.folder.part("samples", shard), pixels=False)):
            named = repeats.told_apart(sample_of(row)) if place in wanted else None
            if named is not None and named.id != row["id"]:
                names[shard, place] = named.id
    return names


def _findings(run: Run) -> dict[str, str]:
    """Give what run-wide checks found, by sample."""
    found: dict[str, str] = {}
    for row in run.run_verdicts() if run.built.run_checks else ():
        said = found_of([(str(row["check"]), level(str(row["outcome"]), str(row["action"])), str(row["reason"]))])
        name = str(row["id"])
        found[name] = f"{found[name]}|{said}" if name in found else said
    return found
