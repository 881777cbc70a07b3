"""Rows in; Parquet parts out, and back. One part of each kind a shard, with what shaped it in the footer.

Columns are plain strings, numbers, lists and structs: no Hugging Face ``Image`` metadata, which makes two trainers'
loaders re-encode the pictures.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .columns import SampleRow, context_batch, sample_batch
from .errors import SetupError
from .records import Context, Fault, Image, LeftOut, Origin, Row, Sample, Turn, Verdict
from .run_folder import atomic

Kind = Literal["contexts", "samples", "rejected", "verdicts"]
Columns = dict[str, object]
"""One row of a part."""

FOOTER = b"instructgen"
ROW_GROUP = 1000
BATCH = 100
HEAVY = 2**28
"""Bytes of pictures after which a batch is full before it has its rows: Arrow's limit is 2 GiB a column."""


@cache
def schema(kind: Kind) -> Any:
    """Give the Arrow schema of a kind of part."""
    import pyarrow as pa

    text, number, texts = pa.string(), pa.int32(), pa.list_(pa.string())
    unit = pa.float64()
    image = {"path": text, "url": text, "width": number, "height": number, "seconds": unit}
    turns = pa.list_(pa.struct({"from": text, "value": text}))
    span = pa.struct({"turn": number, "start": number, "end": number, "boxes": pa.list_(number), "contradicts": text})
    said = {"check": text, "outcome": text, "action": text, "reason": text, "hint": text, "evidence": pa.list_(span)}
    verdict = pa.struct(said)
    corners = {"x1": unit, "y1": unit, "x2": unit, "y2": unit}
    box = {"label": text, **corners, "image": number, "id": text, "crowd": pa.bool_(), "area": unit, "score": unit}
    origin = pa.struct(
        {
            **{"context": text, "task": text, "attempt": number, "teacher": text, "model": text},
            **{"prompt": text, "seeds": text, "slots": texts, "requests": texts},
        }
    )
    attempt = pa.struct({"attempt": number, "reason": text, "detail": text, "samples": pa.list_(
        pa.struct({"id": text, "conversations": turns, "verdicts": pa.list_(verdict)})
    )})  # fmt: skip
    fields: dict[Kind, dict[str, Any]] = {
        "contexts": {
            **{"row": pa.int64(), "kind": text, "id": text},
            "images": pa.list_(pa.struct({**image, "size": pa.int64(), "mtime_ns": pa.int64()})),
            "captions": texts,
            "boxes": pa.list_(pa.struct(box)),
            "passages": pa.list_(pa.struct({"kind": text, "text": text, "box": pa.list_(unit), "seconds": unit})),
            **{"reason": text, "detail": text, "kept": text},
        },
        "samples": {
            **{"id": text, "task": text},
            "images": pa.list_(pa.struct({**image, "bytes": pa.binary()})),
            **{"conversations": turns, "origin": origin, "checks": pa.list_(verdict)},
        },
        "rejected": {
            **{"id": text, "context": text, "task": text, "kind": text, "reason": text, "detail": text},
            "attempts": pa.list_(attempt),
        },
        "verdicts": {"id": text, "text": text, **said},
    }
    return pa.schema(fields[kind])


class PartWriter:
    """Collects the rows of one part, a hundred at a time as Arrow, and writes them whole."""

    def __init__(self, kind: Kind) -> None:
        """Start an empty part; it takes source rows, accepted samples or, for other kinds, columns."""
        self._schema = schema(kind)
        self._kind = kind
        self._batches: list[Any] = []
        self._rows: list[Any] = []
        self._weight = 0
        self._heavy = False
        self.count = 0

    def add(self, row: Columns | Row | SampleRow) -> None:
        """Add one row."""
        self._rows.append(row)
        self.count += 1
        if isinstance(row, SampleRow) and row.pixels:
            self._weight += sum(len(data) for data in row.pixels if data)
            self._heavy = True
        if len(self._rows) >= BATCH or self._weight >= HEAVY:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._rows:
            batches = {"contexts": context_batch, "samples": sample_batch}
            batch = batches.get(self._kind, pa.RecordBatch.from_pylist)
            self._batches.append(batch(self._rows, schema=self._schema))
            self._rows, self._weight = [], 0

    def write(self, path: Path, footer: Mapping[str, object]) -> None:
        """Write the part under its final name, complete; rows lie in groups of 1,000 for cheap random access.

        With pictures' bytes, the groups have at most 100 rows: a thousand pictures may be more than a column can hold.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._flush()
        marked = self._schema.with_metadata({FOOTER: json.dumps(footer, sort_keys=True).encode()})
        step = 1 if self._heavy else ROW_GROUP // BATCH
        with atomic(path) as temporary, pq.ParquetWriter(temporary, marked, compression="zstd") as file:
            for first in range(0, max(1, len(self._batches)), step):
                table = pa.Table.from_batches(self._batches[first : first + step], schema=self._schema)
                file.write_table(table.combine_chunks(), row_group_size=ROW_GROUP)


def footer(path: Path, data: bytes | None = None) -> Mapping[str, Any] | None:
    """Give what was noted in a part's footer, or None when there is no such part or it is not ours.

    With ``data``, that of a part with these bytes, which is not at ``path`` yet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if data is None and not path.exists():
        return None
    try:
        metadata = pq.read_metadata(path if data is None else pa.BufferReader(data)).metadata or {}
    except (pa.ArrowException, OSError) as error:
        raise SetupError(_damaged(path, error)) from None
    return json.loads(metadata[FOOTER]) if FOOTER in metadata else None


def read_rows(path: Path, columns: Sequence[str] | None = None, pixels: bool = True) -> Iterator[dict[str, Any]]:
    """Give a part's rows, row group by row group; without the pictures' bytes unless ``pixels``.

    Raises SetupError for a part that is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            wanted = list(columns) if columns else None
            if not pixels:
                leaves = (file.metadata.schema.column(n).path for n in range(file.metadata.num_columns))
                wanted = [leaf for leaf in leaves if not leaf.endswith(".bytes")]
            for batch in file.iter_batches(batch_size=ROW_GROUP if not pixels or columns else BATCH, columns=wanted):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise SetupError(_damaged(path, error)) from None


def _damaged(path: Path, error: Exception) -> str:
    """Say what to do about a part that cannot be read: all can be made again, from the source and the journal."""
    why = " ".join(str(error).split())[:200]
    found = f"not a readable Parquet part ({why}); remove it" if path.exists() else "is missing;"
    if path.parent.name == "rejected":  # made together with the samples
        found += f" and samples/{path.name}" if path.exists() else f" remove samples/{path.name}"
    joined = "" if found.endswith("missing;") else " and"
    return f"{path}: {found}{joined} run again: it is made anew, and no reply is paid for twice"


# ── contexts ─────────────────────────────────────────────────────────────────────────────────────────────────


def row_of(columns: Mapping[str, Any]) -> Row:
    """Read a contexts row back."""
    kept = json.loads(columns["kept"]) if columns["kept"] else {}
    if columns["kind"] == "fault":
        fault = Fault(row=columns["row"], id=columns["id"], reason=columns["reason"], detail=columns["detail"])
        return Row(fault, kept)
    if columns["kind"] == "left_out":
        return Row(LeftOut(row=columns["row"], id=columns["id"], filter=columns["reason"]), kept)
    context = Context.model_validate(
        {k: columns[k] or () for k in ("images", "captions", "boxes", "passages")}
        | {"id": columns["id"], "row": columns["row"]}
    )
    return Row(context, kept)


# ── samples ──────────────────────────────────────────────────────────────────────────────────────────────────


def turn_columns(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """Give turns as LLaVA's ``from`` and ``value``."""
    return [{"from": turn.role, "value": turn.text} for turn in turns]


def verdict_columns(verdicts: Sequence[Verdict], actions: Mapping[str, str]) -> list[Columns]:
    """Give verdicts with the action that the recipe takes on each."""
    return [
        {
            "check": v.check,
            "outcome": v.outcome,
            "action": actions.get(v.check),
            "reason": v.reason,
            "hint": v.hint,
            "evidence": [span.__dict__ for span in v.evidence],
        }
        for v in verdicts
    ]


def sample_of(columns: Mapping[str, Any]) -> Sample:
    """Read a sample back."""
    images = tuple(
        Image(**{k: v for k, v in image.items() if k != "bytes" and v is not None}) for image in columns["images"]
    )
    turns = tuple(Turn(role=turn["from"], text=turn["value"]) for turn in columns["conversations"])
    origin = Origin(**columns["origin"])
    return Sample(id=columns["id"], task=columns["task"], images=images, turns=turns, origin=origin)
