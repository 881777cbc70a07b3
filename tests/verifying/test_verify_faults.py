"""Runs with a fault planted in each; verifying finds it and names it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from runs import Tree, command, recipe, succeeds, write_recipe, write_rows
from test_run_checks import FOURTH

from instructgen.parts import FOOTER, ROW_GROUP
from instructgen.verifying.run import verify

PART = "part-00001.parquet"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three shards, with rejected samples, verdicts of a run-wide check and a review."""
    place = tmp_path_factory.mktemp("sound")
    tree = recipe(write_rows(place / "rows.jsonl", range(15)), {"use": "grounded"}, shard_size=5)
    tree["checks"] = {"shape": {}, "length": {"action": "reject", "max_words": 24}, "fourth": FOURTH}
    tree["tasks"]["detail"] = {"use": "prompted", "form": "description"}
    run = place / "run"
    succeeds("run", write_recipe(place / "recipe.yaml", tree), "--out", run)
    return run


@pytest.fixture
def run(sound: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(sound, tmp_path / "run"))


def found(run: Path) -> Tree:
    """Verify a run, which must differ; give what was said."""
    end = command("verify", run, "--json")
    assert end.code == 1, end
    told: Tree = json.loads(end.out)
    assert not told["agrees"]
    first: Tree = told["first"]
    return first


def rewrite(path: Path, change: Callable[[list[Any]], None], **footer: object) -> None:
    """Write a part anew with other rows or another footer, as a careful forger would."""
    table = pq.read_table(path)
    lines = table.to_pylist()
    change(lines)
    noted = json.loads(table.schema.metadata[FOOTER]) | footer
    schema = table.schema.with_metadata({FOOTER: json.dumps(noted, sort_keys=True).encode()})
    pq.write_table(pa.Table.from_pylist(lines, schema=schema), path, compression="zstd", row_group_size=ROW_GROUP)


def footer_of(path: Path) -> Tree:
    noted: Tree = json.loads(pq.read_metadata(path).metadata[FOOTER])
    return noted


def nothing(_: list[Any]) -> None:
    """Leave the rows."""


def test_an_untouched_run_agrees_in_every_kind(sound: Path) -> None:
    said = succeeds("verify", sound)
    assert "3 finished shards made again from the journal\n" in said
    for kind in ("contexts: 3 parts", "rejected: 3 parts", "samples: 3 parts", "verdicts: 3 parts"):
        assert f"  {kind}, as expected\n" in said
    assert said.endswith("agrees: what is there is what its journal gives\n")


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("rejected", "contexts", "verdicts")]


@pytest.mark.parametrize("kind", ["samples", *SLOW])
def test_any_byte_flipped_in_a_part_is_found_and_the_part_named(run: Path, kind: str) -> None:
    path = run / kind / PART
    whole, draw = path.read_bytes(), Random(kind)
    writer = str(pq.read_metadata(path).created_by).encode()  # another version's bytes are not compared
    version = range(whole.rindex(writer), whole.rindex(writer) + len(writer))
    for at in [draw.randrange(len(whole)) for _ in range(5)]:
        if at in version:
            continue
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << draw.randrange(8)]) + whole[at + 1 :])
        told = verify(run)
        assert not told.agrees and told.differences[0].file == f"{kind}/{PART}", at
    path.write_bytes(whole[: len(whole) // 2])
    assert verify(run).differences[0].file == f"{kind}/{PART}"


def test_a_turn_that_was_edited_is_named_with_row_sample_column_and_journal(run: Path) -> None:
    def edit(lines: list[Any]) -> None:
        lines[3]["conversations"][1]["value"] = "Two zebras play chess."

    rewrite(run / "samples" / PART, edit)
    first = found(run)
    assert (first["file"], first["row"], first["column"]) == (f"samples/{PART}", 3, "conversations.1.value")
    text = command("verify", run)
    assert text.code == 1
    assert f"differs; first: samples/{PART}, row 3, {first['sample']}, conversations.1.value: differs" in text.out
    assert first["found"] == "'Two zebras play chess.'" and first["expected"] != first["found"]
    assert first["sample"].count("/") == 2
    number = int(first["made_of"].removeprefix("journal/part-00001.jsonl, line "))
    line = json.loads((run / "journal/part-00001.jsonl").read_text().splitlines()[number - 1])
    assert f"{line['slot']['context']}/{line['slot']['asker']}" == first["sample"].rpartition("/")[0]


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("samples", lambda lines: lines.pop(2), "is another sample's"),
        pytest.param("samples", lambda lines: lines.pop(), "the row is missing", marks=pytest.mark.slow),
        pytest.param("samples", lambda lines: lines.append(lines[0]), "the row was not made", marks=pytest.mark.slow),
        pytest.param("samples", lambda lines: lines.reverse(), "is another sample's", marks=pytest.mark.slow),
        ("samples", lambda lines: lines[1]["checks"][0].update(outcome="doubtful"), "checks.0.outcome"),
        pytest.param(
            "samples", lambda lines: lines[1]["origin"].update(model="another"), "origin.model", marks=pytest.mark.slow
        ),
        pytest.param("rejected", lambda lines: lines[0].update(reason="shape:other"), "reason", marks=pytest.mark.slow),
        ("rejected", lambda lines: lines[0]["attempts"][0]["samples"][0].update(conversations=[]), "conversations.0"),
        ("contexts", lambda lines: lines[2]["captions"].append("A zebra."), "footer.contexts"),
        pytest.param("contexts", lambda lines: lines.pop(), "footer.rows", marks=pytest.mark.slow),
        ("verdicts", lambda lines: lines[0].update(reason="perhaps not"), "reason"),
        pytest.param("verdicts", lambda lines: lines.pop(), "the row is missing", marks=pytest.mark.slow),
    ],
)
def test_rows_that_were_changed_are_named(run: Path, kind: str, change: Callable[[list[Any]], None], said: str) -> None:
    rewrite(run / kind / PART, change)
    first = found(run)
    assert first["file"] == f"{kind}/{PART}"
    assert said == first["what"] or first["column"].endswith(said)


def test_a_part_written_anew_with_the_same_rows_has_other_bytes(run: Path) -> None:
    table = pq.read_table(run / "samples" / PART)
    pq.write_table(table, run / "samples" / PART, compression="gzip")
    assert "has the same rows, but other bytes from byte" in found(run)["what"]


@pytest.mark.slow
def test_a_part_that_another_version_of_arrow_wrote_is_compared_by_rows(run: Path) -> None:
    path = run / "samples" / PART
    data, writer = path.read_bytes(), str(pq.read_metadata(path).created_by).encode()
    other = writer[:-1] + (b"7" if writer[-1:] != b"7" else b"8")
    path.write_bytes(data.replace(writer, other))
    assert "1 part written by another version of Arrow: compared by rows, not by bytes" in succeeds("verify", run)


@pytest.mark.parametrize("kind", ["samples", SLOW[0]])
def test_a_count_in_a_footer_that_is_wrong_is_named(run: Path, kind: str) -> None:
    counts = footer_of(run / kind / PART)["counts"]
    counts["tasks"]["detail"]["accepted"] += 1
    rewrite(run / kind / PART, nothing, counts=counts)
    first = found(run)
    assert (first["file"], first["column"]) == (f"{kind}/{PART}", "footer.counts.tasks.detail.accepted")
    assert int(first["found"]) == int(first["expected"]) + 1


@pytest.mark.slow
def test_what_was_spent_is_added_up_again(run: Path) -> None:
    spent = footer_of(run / "samples" / PART)["spent"] | {"usd": 1.5}
    rewrite(run / "samples" / PART, nothing, spent=spent)
    first = found(run)
    assert (first["column"], first["expected"], first["found"]) == ("footer.spent.usd", "0.0", "1.5")
    rewrite(run / "rejected" / PART, nothing, fingerprint="0" * 32)
    assert found(run)["column"] == "footer.fingerprint"


# ── the journal ──────────────────────────────────────────────────────────────────────────────────────────────


def journal_lines(run: Path) -> tuple[Path, list[bytes]]:
    path = run / "journal/part-00001.jsonl"
    return path, path.read_bytes().splitlines(keepends=True)


def test_a_reply_that_was_changed_shows_in_what_is_made_of_it(run: Path) -> None:
    path, lines = journal_lines(run)
    reply = json.loads(lines[4])
    reply["text"] = reply["text"].replace("The", "Tha").replace(" a ", " an ")
    lines[4] = json.dumps(reply).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    first = found(run)
    assert first["file"] in (f"samples/{PART}", f"rejected/{PART}")
    assert first["sample"].startswith(f"{reply['slot']['context']}/{reply['slot']['asker']}")
    assert "journal/part-00001.jsonl, line" in first["made_of"] and "5" in first["made_of"]


def test_a_line_that_was_lost_is_named_by_its_slot(run: Path) -> None:
    path, lines = journal_lines(run)
    slot = json.loads(lines.pop(4))["slot"]
    path.write_bytes(b"".join(lines))
    first = found(run)
    assert first["file"] == "journal/part-00001.jsonl"
    assert first["sample"] == f"{slot['context']}/{slot['asker']}"
    assert "holds no reply of teacher" in first["what"]


@pytest.mark.slow
def test_a_line_whose_digest_was_changed_answers_nothing(run: Path) -> None:
    path, lines = journal_lines(run)
    lines[4] = json.dumps(json.loads(lines[4]) | {"digest": "0" * 32}).encode() + b"\n"
    path.write_bytes(b"".join(lines))
    told = verify(run)
    assert told.differences[0].file == "journal/part-00001.jsonl"
    assert told.counts["unused"] == 1


def test_a_line_that_is_no_completion_is_named(run: Path) -> None:
    path, lines = journal_lines(run)
    lines.insert(4, json.dumps(json.loads(lines[4]) | {"digest": 3}).encode() + b"\n")
    path.write_bytes(b"".join(lines))
    first = found(run)
    assert first["file"] == "journal/part-00001.jsonl" and "line 5: not a journal line" in first["what"]


def test_repeated_and_torn_lines_are_said_and_no_difference(run: Path) -> None:
    path, lines = journal_lines(run)
    path.write_bytes(b"".join([*lines, lines[2]]))
    (run / "samples" / PART).unlink()
    succeeds("run", run / "recipe.yaml", "--out", run)
    path.write_bytes(path.read_bytes() + lines[3][:20])
    said = succeeds("verify", run)
    assert "1 completion whose key comes again" in said and "1 torn line at the end of a journal" in said


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "file",
    [
        "prompts/conversation.jinja",
        *(pytest.param(file, marks=pytest.mark.slow) for file in ("seeds/detail.yaml", "schemas/dialogue.json")),
    ],
)
def test_a_copy_that_was_edited_or_lost_is_named(run: Path, file: str) -> None:
    text = (run / file).read_text()
    (run / file).write_text(text + "\n")
    first = found(run)
    assert (first["file"], first["column"]) == (file, "digest")
    (run / file).write_text("{{")
    assert found(run)["file"] == file
    (run / file).unlink()
    assert found(run) == {"file": file, "what": "is missing; the run was made with it"}


def test_a_recipe_that_was_edited_is_named_by_key(run: Path) -> None:
    path = run / "recipe.yaml"
    path.write_text(path.read_text().replace("max_words: 24", "max_words: 25"))
    assert found(run) == {
        "file": "recipe.yaml",
        "what": "is not what the run was made with: checks.length.max_words: 24 → 25",
    }


@pytest.mark.parametrize("file", ["samples", *SLOW])
def test_a_part_that_is_missing_is_named(run: Path, file: str) -> None:
    (run / file / PART).unlink()
    first = found(run)
    assert first["file"] == f"{file}/{PART}" and first["what"].startswith("is missing; 'run'")


@pytest.mark.slow
def test_a_shard_of_which_all_is_missing_is_named(run: Path) -> None:
    for kind in ("samples", "rejected", "contexts", "verdicts", "journal"):
        (run / kind / f"part-00002.{'jsonl' if kind == 'journal' else 'parquet'}").unlink()
    assert found(run)["file"] == "contexts/part-00002.parquet"


def test_a_journal_that_is_missing_is_named(run: Path) -> None:
    (run / "journal/part-00001.jsonl").unlink()
    assert found(run)["file"] == "journal/part-00001.jsonl"


def test_a_figure_of_the_report_that_was_edited_is_named(run: Path) -> None:
    path = run / "report.json"
    path.write_text(path.read_text().replace('"accepted": ', '"accepted": 1', 1))
    first = found(run)
    assert (first["file"], first["column"]) == ("report.json", "accepted")
    path.write_text("{")
    assert found(run)["file"] == "report.json"


def test_a_review_that_cannot_be_read_is_named(run: Path) -> None:
    (run / "reviews").mkdir()
    (run / "reviews/ann.jsonl").write_text("{}\n")
    assert "ann.jsonl, line 1: not a review" in found(run)["what"]


def test_what_is_no_run_is_a_mistake(tmp_path: Path, run: Path) -> None:
    assert command("verify", tmp_path / "nowhere").code == 2
    (run / "recipe.yaml").write_text("tasks: 3\n")
    end = command("verify", run)
    assert end.code == 2 and end.err.count("\n") == 1
