"""Completions written line by line, and what becomes of them when the writing or the disk goes wrong."""

import json
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Teacher
from runs import asked, asking, command, digests_of, journaled, parts, recipe, rows, succeeds, write_recipe, write_rows

from instructgen.errors import SetupError
from instructgen.journal import Journal, Strays, key_of
from instructgen.money.spent import Spent
from instructgen.records import Completion, Slot, Usage


def completion(number: int, text: str = "A dog.", attempt: int = 1) -> Completion:
    slot = Slot(context=f"c{number}", asker="conversation", attempt=attempt, round=0, position=0)
    usage = Usage(prompt=10, reply=3)
    at = "2024-01-01T00:00:00.000+00:00"
    return Completion(slot=slot, digest=f"{number:032x}", text=text, finish="stop", model="m", usage=usage, at=at)


def found(path: Path, one: Completion) -> Completion | None:
    return Journal(path).find(key_of(one.slot, one.digest))


def filled(path: Path, count: int) -> list[Completion]:
    journal, told = Journal(path), [completion(n) for n in range(count)]
    for one in told:
        journal.append(one)
    journal.close()
    return told


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_whatever_is_said_is_found_again_as_it_was(text: str, context: str) -> None:
    path = Path(os.environ["PYTEST_JOURNAL"])
    path.unlink(missing_ok=True)
    one = completion(1, text).model_copy(update={"slot": completion(1).slot.model_copy(update={"context": context})})
    journal = Journal(path)
    journal.append(one)
    journal.close()
    assert found(path, one) == one


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_JOURNAL", str(tmp_path / "hypothesis.jsonl"))


def test_a_torn_last_line_is_cut_off_at_any_byte_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.jsonl"
    told = filled(path, 3)
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(last, len(whole)):
        path.write_bytes(whole[:cut])
        journal = Journal(path)
        assert len(journal) == 2
        assert journal.spent.completions == 2
        journal.append(told[2])
        journal.close()
        assert path.read_bytes() == whole


def test_a_torn_tail_of_zeros_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.jsonl"
    told = filled(path, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + b"\0" * 4096)
    journal = Journal(path)
    assert len(journal) == 2
    journal.append(told[0])
    journal.close()
    assert path.read_bytes().startswith(whole + whole[:20])


@pytest.mark.parametrize("broken", [b"{}\n", b"not a line\n", b'{"slot": 3, "digest": "x"}\n', b"\n", b"\0\0\n"])
def test_a_broken_middle_line_is_named_and_nothing_is_lost(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "part-00000.jsonl"
    filled(path, 2)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + broken + second)
    for read in (lambda: Journal(path), lambda: Strays(tmp_path)):
        with pytest.raises(SetupError, match=r"part-00000\.jsonl, line 2: not a journal line"):
            read()
    assert path.read_bytes() == first + broken + second


def test_a_line_whose_usage_is_broken_is_named(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.jsonl"
    filled(path, 2)
    path.write_bytes(path.read_bytes().replace(b'"prompt":10', b'"prompt":"ten"', 1))
    with pytest.raises(SetupError, match=r"part-00000\.jsonl, line 1: not a journal line"):
        Journal(path)


def test_a_full_disk_leaves_whole_lines_and_later_ones_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.jsonl"
    journal, told = Journal(path), [completion(n, "long " * 50) for n in range(20)]
    with files_of_at_most(2000), pytest.raises(SetupError, match="cannot be written"):
        for one in told:
            journal.append(one)
    kept = path.read_bytes()
    assert kept.endswith(b"\n")
    assert all(json.loads(line) for line in kept.splitlines())
    journal.append(told[19])
    journal.close()
    assert found(path, told[19]) == told[19]
    assert found(path, told[0]) == told[0]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file in the folder's place", encoding="utf-8")
    with pytest.raises(SetupError, match=r"part-00000\.jsonl: cannot be written"):
        Journal(tmp_path / "journal" / "part-00000.jsonl").append(completion(1))


def test_syncing_and_closing_at_the_same_time_go_well(tmp_path: Path) -> None:
    for number in range(50):
        journal = Journal(tmp_path / f"part-{number:05d}.jsonl")
        journal.append(completion(1))
        failed: list[BaseException] = []

        def sync(journal: Journal = journal, failed: list[BaseException] = failed) -> None:
            try:
                journal.sync()
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=sync) for _ in range(4)]
        for thread in threads:
            thread.start()
        journal.close()
        for thread in threads:
            thread.join()
        assert failed == []


def test_replies_are_found_in_whichever_shard_they_were_paid_for(tmp_path: Path) -> None:
    told = {shard: completion(shard) for shard in range(5)}
    for shard, one in told.items():
        journal = Journal(tmp_path / f"part-{shard:05d}.jsonl")
        journal.append(one)
        journal.close()
    strays = Strays(tmp_path)
    assert [strays.find(key_of(one.slot, one.digest)) for one in told.values()] == list(told.values())
    assert strays.find(key_of(told[1].slot, told[2].digest)) is None


@given(st.permutations([round(0.0001 * n + 5e-7 * (n % 3), 9) for n in range(40)]))
def test_money_is_the_same_in_whatever_order_replies_came(prices: list[float]) -> None:
    spent = Spent()
    for usd in prices:
        spent.add(completion(1).model_copy(update={"usd": usd}))
    assert spent.to_json()["usd"] == 0.07802  # the sum is 0.0780195: half-way, so that the order of adding would show


# ── in a run ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_whose_last_line_is_torn_asks_for_that_reply_alone(tmp_path: Path, loopback: Teacher) -> None:
    made = write_recipe(
        tmp_path / "recipe.yaml",
        recipe(write_rows(tmp_path / "rows.jsonl", range(20)), asking(loopback.base_url, api_key_env="NO_KEY")),
    )
    run = tmp_path / "run"
    succeeds("run", made, "--out", run)
    before, kept = parts(run), journaled(run)
    journal, samples = run / "journal/part-00000.jsonl", run / "samples/part-00000.parquet"
    journal.write_bytes(journal.read_bytes()[:-7])
    samples.unlink()
    loopback.set(reset=True)
    printed = succeeds("run", made, "--out", run)
    assert asked(printed) == 1
    assert "part-00000.jsonl: its last line was torn" in printed
    assert set(loopback.stats().answered) == digests_of(kept[-1:])
    assert parts(run) == before


def test_a_run_with_a_broken_middle_line_stops_with_status_2_and_goes_on_once_mended(
    tmp_path: Path, loopback: Teacher
) -> None:
    made = write_recipe(
        tmp_path / "recipe.yaml",
        recipe(write_rows(tmp_path / "rows.jsonl", range(20)), asking(loopback.base_url, api_key_env="NO_KEY")),
    )
    run = tmp_path / "run"
    succeeds("run", made, "--out", run)
    before = parts(run)
    journal, samples = run / "journal/part-00000.jsonl", run / "samples/part-00000.parquet"
    whole = journal.read_bytes()
    broken = whole.replace(b'"digest"', b'"dig', 3)
    journal.write_bytes(broken)
    samples.unlink()
    loopback.set(reset=True)
    end = command("run", made, "--out", run)
    assert end.code == 2
    assert "part-00000.jsonl, line 1: not a journal line" in end.err
    assert len(end.err.strip().splitlines()) == 1
    assert journal.read_bytes() == broken
    assert loopback.stats().requests == 0
    journal.write_bytes(whole)
    assert asked(succeeds("run", made, "--out", run)) == 0
    assert parts(run) == before
    assert len(rows(run, "samples")) == 20
