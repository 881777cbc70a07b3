"""Runs that keep the pictures' bytes in their parts, where pictures went missing after they were read."""

from pathlib import Path

import pytest
from runs import recipe, rows, succeeds, write_recipe, write_rows
from test_parts import sample

from instructgen.engines.open_shard import original_bytes
from instructgen.errors import RequestRefused
from instructgen.run import Run

REASON = "output:missing_image"


def test_a_sample_that_has_lost_its_picture_is_rejected_and_the_rest_is_kept(tmp_path: Path) -> None:
    pictures, run = tmp_path / "pictures", tmp_path / "run"
    pictures.mkdir()
    for number in range(6):
        (pictures / f"{number:06d}.jpg").write_bytes(b"picture %d" % number)
    tree = recipe(write_rows(tmp_path / "rows.jsonl", range(6)), {"use": "grounded"}, output={"images": "bytes"})
    tree["source"]["images"] = str(pictures)
    path = write_recipe(tmp_path / "recipe.yaml", tree)
    succeeds("run", path, "--out", run)
    assert len(rows(run, "samples")) == 6

    for number in (2, 4):
        (pictures / f"{number:06d}.jpg").write_bytes(b"")
    (run / "samples/part-00000.parquet").unlink()
    succeeds("run", path, "--out", run)
    kept = {row["images"][0]["path"]: row["images"][0]["bytes"] for row in rows(run, "samples")}
    assert kept == {f"{n:06d}.jpg": b"picture %d" % n for n in (0, 1, 3, 5)}
    lost = rows(run, "rejected")
    assert [(row["context"], row["reason"]) for row in lost] == [("000002", REASON), ("000004", REASON)]
    assert "000002.jpg" in lost[0]["attempts"][-1]["detail"]
    count = Run.open(run).summary().tally.tasks["conversation"]
    assert (count.accepted, count.rejected) == (4, {REASON: 2})

    (pictures / "000002.jpg").write_bytes(b"picture 2")
    (run / "samples/part-00000.parquet").unlink()
    succeeds("run", path, "--out", run)
    assert len(rows(run, "samples")) == 5


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "secret").write_bytes(b"not to be shipped")
    (tmp_path / "pictures" / "000003.jpg").symlink_to(tmp_path / "secret")
    with pytest.raises(RequestRefused, match="leads out"):
        original_bytes(sample(3), tmp_path / "pictures")
