"""A run and the rows of its samples parts in; the rows with what lies over these parts out.

That is what run-wide checks say, once they have judged the run, and the names of samples whose ids came before:
``~2`` and so on, as exports and reviews have them.
"""

from typing import Any

from ..parts import read_rows, sample_of
from ..repeats import Repeats
from ..run import Run
from .table import found_of, level, typed


def overlaid(run: Run, frame: Any) -> tuple[Any, bool]:
    """Give the rows of finished shards with names and findings; and whether there were any to lay over them."""
    import polars as pl

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
    return typed(frame), bool(names or found)


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
