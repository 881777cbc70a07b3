"""Rows in; parts whose row groups a column can hold out, with the pictures' bytes and without."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from instructgen import parts
from instructgen.columns import SampleRow
from instructgen.parts import PartWriter, read_rows, sample_of
from instructgen.records import Image, Origin, Sample, Turn


def sample(number: int) -> Sample:
    name = f"{number:06d}"
    turns = (Turn(role="human", text="<image>\nWhat is it?"), Turn(role="gpt", text=f"Number {number}."))
    origin = Origin(
        **{"context": name, "task": "detail", "attempt": 1, "teacher": "t", "model": "m", "prompt": "p", "seeds": "s"},
        slots=("1/0/0",),
        requests=("d",),
    )
    return Sample(id=f"{name}/detail/0", task="detail", images=(Image(path=f"{name}.jpg"),), turns=turns, origin=origin)


def written(path: Path, count: int, pixels: Sequence[bytes] = ()) -> list[int]:
    """Write a samples part; give the rows of its groups."""
    writer = PartWriter("samples")
    for number in range(count):
        writer.add(SampleRow(sample(number), [], {}, pixels))
    writer.write(path, {"rows": count})
    metadata = pq.read_metadata(path)
    return [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]


def test_a_part_without_bytes_has_groups_of_a_thousand_rows(tmp_path: Path) -> None:
    assert written(tmp_path / "part.parquet", 2350) == [1000, 1000, 350]
    assert [sample_of(row) for row in read_rows(tmp_path / "part.parquet")] == [sample(n) for n in range(2350)]
    assert sum(written(tmp_path / "empty.parquet", 0)) == 0
    assert parts.footer(tmp_path / "empty.parquet") == {"rows": 0}


def test_a_part_with_bytes_has_small_groups_and_is_read_without_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "part.parquet"
    assert written(path, 250, [b"x" * 1000]) == [100, 100, 50]
    monkeypatch.setattr(parts, "HEAVY", 64_000)
    assert written(path, 150, [b"x" * 1000]) == [64, 64, 22]
    assert [row["images"][0]["bytes"] for row in read_rows(path)] == [b"x" * 1000] * 150
    rows = list(read_rows(path, pixels=False))
    assert "bytes" not in rows[0]["images"][0]
    assert [sample_of(row) for row in rows] == [sample(n) for n in range(150)]


@pytest.mark.slow
def test_a_part_may_hold_more_than_two_gibibytes_of_pictures(tmp_path: Path) -> None:
    written(tmp_path / "part.parquet", 1100, [bytes(2 * 2**20)])
    assert sum(1 for _ in read_rows(tmp_path / "part.parquet", pixels=False)) == 1100
