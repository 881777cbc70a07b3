"""Samples, rejects and completions in; rows as they are published, and the columns that each config has, out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..digests import text_digest
from ..errors import SetupError
from ..exports.rows import Json, RowsExport, conversations
from ..journal import completion_of, read_lines
from ..parts import read_rows
from ..records import Image, Sample
from ..reviews import Reviews
from ..run import Run
from .laid_out import Pictures

Row = dict[str, Any]

OWN = (
    *("id", "image", "images", "conversations", "task", "context", "attempt", "teacher", "model", "prompt", "seeds"),
    *("requests", "verdicts"),
)
"""Columns of samples; a kept source column of the same name becomes ``source_NAME``."""

REJECTED, JOURNAL = "rejected", "journal"
"""Configs that hold no samples."""


class SampleRows(RowsExport):
    """Writes a sample as a row, its pictures as names: of files in the images folder, or URLs."""

    name: ClassVar[str] = "publish"
    version: ClassVar[int] = 1

    pictures: Pictures = "bytes"

    def image_name(self, sample: Sample, image: Image) -> str:
        """Give what a picture is called; raises SetupError as all exports do, and for bytes that are not at hand."""
        if self.pictures == "reference" and image.url is not None:
            return image.url
        if self.pictures == "bytes" and (image.path is None or self._root is None):
            lacking = "it has no file" if image.path is None else "the images folder is not known or not there"
            raise SetupError(
                f"sample {sample.id}: its picture cannot be published ({lacking}); mend the source, or publish with"
                " --images reference"
            )
        return super().image_name(sample, image)

    def row(self, sample: Sample, verdicts: Sequence[Row]) -> dict[str, Json]:
        """Give a sample's row; ``images`` are names, whatever the column will be called."""
        origin = sample.origin
        return {
            "id": sample.id,
            "images": list[Json](self.image_names(sample)),
            "conversations": conversations(sample),
            "task": sample.task,
            "context": origin.context,
            "attempt": origin.attempt,
            "teacher": origin.teacher,
            "model": origin.model,
            "prompt": origin.prompt,
            "seeds": origin.seeds,
            "requests": list(origin.requests),
            "verdicts": list[Json](verdicts),
        }


class Noted:
    """What checks said of a run's samples, but for what passed: doubts and tags, in samples and verdicts parts."""

    def __init__(self, run: Run, reviews: Reviews | None) -> None:
        """Take the reviews that are applied: a verdict on words that a person has changed since is not given."""
        self._run = run
        self._reviews = reviews
        judged = run.run_wide()
        self._judged = judged is not None and judged.done
        self._shard = -1
        self._own: dict[str, list[Row]] = {}
        self._run_wide: dict[str, list[Row]] = {}

    def of(self, sample: Sample) -> list[Row]:
        """Give the verdicts on the sample that the run gave last."""
        if self._run.shard != self._shard:
            self._shard = self._run.shard
            self._own, self._run_wide = self._read(self._shard)
        number = sample.id.rpartition("/")[2]
        own = self._own.get(f"{sample.origin.context}/{sample.task}/{number}", [])
        later = self._run_wide.get(sample.id, [])
        if own and self._edited(sample):
            own = []
        return [*own, *(_verdict(row) for row in later if row["text"] == text_digest(sample))]

    def _edited(self, sample: Sample) -> bool:
        review = self._reviews.stale(sample) if self._reviews is not None else None
        return review is not None and review.decision == "edit" and review.turns == sample.turns

    def _read(self, shard: int) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
        import polars as pl

        own: dict[str, list[Row]] = {}
        part = self._run.folder.part("samples", shard)
        if part.exists():
            said = pl.read_parquet(part, columns=["id", "checks"]).explode("checks").unnest("checks")
            for row in said.filter(pl.col("outcome") != "pass").iter_rows(named=True):
                own.setdefault(row["id"], []).append(_verdict(row))
        run_wide: dict[str, list[Row]] = {}
        for row in read_rows(self._run.folder.part("verdicts", shard)) if self._judged else ():
            run_wide.setdefault(row["id"], []).append(row)
        return own, run_wide


def _verdict(row: Mapping[str, Any]) -> Row:
    return {key: row[key] for key in ("check", "outcome", "reason")}


def rejected_rows(run: Run, shard: int) -> Iterator[Row]:
    """Give what a finished shard declined or rejected for good, with its words at the last attempt that has any."""
    for row in read_rows(run.folder.part("rejected", shard)):
        attempts = row["attempts"] or ()
        tried = [sample for attempt in attempts for sample in attempt["samples"] or () if sample["id"] == row["id"]]
        last = tried[-1] if tried else {"conversations": [], "verdicts": []}
        yield {
            **{key: row[key] for key in ("id", "context", "task", "kind", "reason", "detail")},
            "attempts": len(attempts),
            "conversations": last["conversations"],
            "verdicts": [_verdict(verdict) for verdict in last["verdicts"] or () if verdict["outcome"] != "pass"],
        }


def left_out_rows(run: Run) -> Iterator[Row]:
    """Give what run-wide checks left out."""
    for sample, verdicts in run.left_out():
        first = verdicts[0]
        yield {
            "id": sample.id,
            "context": sample.origin.context,
            "task": sample.task,
            "kind": "left_out",
            "reason": f"{first['check']}:{first['reason']}",
            "detail": "",
            "attempts": sample.origin.attempt,
            "conversations": conversations(sample),
            "verdicts": [_verdict(verdict) for verdict in verdicts],
        }


def journal_rows(run: Run, shard: int) -> Iterator[Row]:
    """Give a shard's completions in the order in which they were paid for; without the service's own ids."""
    path = run.folder.part("journal", shard)
    for _, _, line in read_lines(path):
        completion = completion_of(line, str(path))
        usage = completion.usage
        yield {
            **completion.slot.__dict__,
            **{key: getattr(completion, key) for key in ("digest", "text", "thoughts", "finish", "model", "usd", "at")},
            **{f"{key}_tokens": getattr(usage, key, None) for key in ("prompt", "cached", "reply", "thoughts")},
        }


# ── columns ──────────────────────────────────────────────────────────────────────────────────────────────────


def sample_features(kept: Mapping[str, str], several: bool, as_image: bool) -> Any:
    """Give the columns of a task's config; ``kept`` are the source's, with the types that hold their values."""
    from datasets import Features, Image, List, Value

    known = {"bool": "bool", "int": "int64", "float": "float64"}
    one = Image() if as_image else Value("string")
    origin = ("task", "context", "attempt", "teacher", "model", "prompt", "seeds")
    return Features(
        {
            "id": Value("string"),
            **({"images": List(one)} if several else {"image": one}),
            "conversations": _turns(),
            **{name: Value("int32" if name == "attempt" else "string") for name in origin},
            "requests": List(Value("string")),
            "verdicts": _verdicts(),
            **{name: Value(known.get(kind, "string")) for name, kind in kept.items()},
        }
    )


def rejected_features() -> Any:
    """Give the columns of ``rejected``."""
    from datasets import Features, Value

    texts = {name: Value("string") for name in ("id", "context", "task", "kind", "reason", "detail")}
    return Features({**texts, "attempts": Value("int32"), "conversations": _turns(), "verdicts": _verdicts()})


def journal_features() -> Any:
    """Give the columns of ``journal``."""
    from datasets import Features, Value

    text, number = Value("string"), Value("int32")
    slot = {"context": text, "asker": text, "attempt": number, "round": number, "position": number}
    said = dict.fromkeys(("digest", "text", "thoughts", "finish", "model", "at"), text)
    tokens = {f"{name}_tokens": number for name in ("prompt", "cached", "reply", "thoughts")}
    return Features({**slot, **said, "usd": Value("float64"), **tokens})


def _turns() -> Any:
    from datasets import List, Value

    return List({"from": Value("string"), "value": Value("string")})


def _verdicts() -> Any:
    from datasets import List, Value

    return List({name: Value("string") for name in ("check", "outcome", "reason")})
