"""What goes wrong at a batch service: nothing is lost, nothing paid twice, and what cannot go on says so in a line."""

from pathlib import Path
from typing import Any

import pytest
from loopback import Teacher, running
from loopback_batch_state import Service
from runs import Ended, command, parts, recipe, rows, succeeds, write_recipe, write_rows
from test_batch_runs import by_batch, direct

from instructgen.batches import Batches

KEYS = {"shard_size": 10, "attempts": ["teacher", "teacher"]}
RECORDS = 20
slow = pytest.mark.slow


pytestmark = pytest.mark.usefixtures("key")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run whose bytes are wanted."""
    with running() as teacher:
        return direct(tmp_path_factory.mktemp("whole"), teacher, RECORDS, **KEYS)


def made(tmp_path: Path, service: Service, **fields: object) -> Path:
    block = by_batch(service, **fields)
    write_rows(tmp_path / "rows.jsonl", range(RECORDS))
    return write_recipe(tmp_path / "recipe.yaml", recipe(tmp_path / "rows.jsonl", block, **KEYS))


def states(run: Path) -> list[str]:
    return [batch.state for batch in Batches.of(run).all()]


def as_wanted(tmp_path: Path, whole: Path, service: Service) -> None:
    assert parts(tmp_path / "run") == parts(whole)
    assert set(service.paid.values()) == {1}
    assert len(service.paid) == RECORDS


@pytest.mark.parametrize(
    "faults",
    [
        {"missing": 0.2, "passing": 0.2, "twice": True},
        {"expire": 1, "errors": 3, "half": 1},
        pytest.param({"cancel": 1}, marks=slow),
        pytest.param({"late_files": 2, "looks": 4}, marks=slow),
        {"cut": 1},
        pytest.param({"cut": 1, "metadata": False}, marks=slow),
        pytest.param({"cut": 1, "lag": 1.2}, marks=slow),
    ],
    ids=lambda faults: "-".join(faults),
)
def test_what_goes_wrong_at_the_service_changes_no_byte_and_is_paid_once(
    tmp_path: Path, whole: Path, service: Service, faults: dict[str, Any]
) -> None:
    for name, value in faults.items():
        setattr(service.faults, name, value)
    listing = 3.0 if "lag" in faults else 0.3
    succeeds("run", made(tmp_path, service, max_requests=12, listing_seconds=listing), "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)


@slow
def test_lines_that_never_get_an_answer_are_rejected_in_the_end_and_asked_anew_by_the_next_start(
    tmp_path: Path, whole: Path, service: Service
) -> None:
    service.faults.passing, service.faults.always = 0.3, True
    run = made(tmp_path, service, retries=1)
    succeeds("run", run, "--out", tmp_path / "run")
    lost = [row for row in rows(tmp_path / "run", "rejected") if row["reason"] == "reply:no_answer"]
    assert lost
    assert all("2 batches gave none" in row["detail"] for row in lost)
    assert max(service.asked.values()) == 2
    service.faults.always = False
    succeeds("run", run, "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)


def test_of_a_batch_that_was_begun_twice_the_second_is_cancelled(tmp_path: Path, whole: Path, service: Service) -> None:
    run, service.faults.looks = made(tmp_path, service), 10**9
    succeeds("run", run, "--out", tmp_path / "run", "--detach")
    known, [batch] = Batches.of(tmp_path / "run"), Batches.of(tmp_path / "run").pending()
    told = {"input_file_id": batch.file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    second = service.create({**told, "metadata": {"instructgen": batch.id}})
    second["created_at"] += 1
    known.save(batch.model_copy(update={"state": "creating", "batch": None}))  # as a crash would have left it
    service.faults.looks = 1
    succeeds("run", run, "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)
    assert second["status"] == "cancelled"


# ── refused as a whole ───────────────────────────────────────────────────────────────────────────────────────


def refusal(message: str, code: str = "invalid", line: int | None = None) -> dict[str, object]:
    return {"code": code, "line": line, "message": message, "param": None}


def test_a_batch_that_fails_its_validation_is_sent_once_more(tmp_path: Path, whole: Path, service: Service) -> None:
    service.faults.refuse = [[refusal("The file could not be read")]]
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)
    assert states(tmp_path / "run") == ["done"]


def test_a_batch_that_fails_twice_alike_stops_the_run_in_the_services_words(
    tmp_path: Path, whole: Path, service: Service
) -> None:
    service.faults.refuse = [[refusal("The model 'x' has no batches")]] * 2
    run = made(tmp_path, service)
    stopped = command("run", run, "--out", tmp_path / "run")
    assert stopped.code == 2
    assert stopped.err.count("instructgen: ") == 1
    assert "invalid: The model 'x' has no batches; mend that, and run again" in stopped.err
    assert not service.paid
    succeeds("run", run, "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)


def test_a_line_that_fails_the_validation_is_its_records_fault(tmp_path: Path, service: Service) -> None:
    service.faults.refuse = [[refusal("Invalid image", line=3), refusal("Invalid image", line=7)]]
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "run")
    lost = rows(tmp_path / "run", "rejected")
    assert [row["reason"] for row in lost] == ["reply:refused_request"] * 2
    assert [row["detail"] for row in lost] == ["Invalid image"] * 2
    assert len(service.paid) == RECORDS - 2
    assert set(service.paid.values()) == {1}


@slow
def test_a_batch_that_is_too_much_for_the_account_is_sent_in_smaller_ones(
    tmp_path: Path, whole: Path, service: Service
) -> None:
    service.faults.refuse = [[refusal("Enqueued token limit reached", "token_limit_exceeded")]]
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)
    assert len(service.batches) >= 3


@slow
def test_open_batches_hold_no_more_tokens_than_the_recipe_allows(tmp_path: Path, whole: Path, service: Service) -> None:
    succeeds("run", made(tmp_path, service, max_enqueued_tokens=20_000), "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)
    known = Batches.of(tmp_path / "run").all()
    assert len(known) >= 3
    assert max(batch.tokens for batch in known) <= 20_000


@slow
def test_lines_that_are_refused_are_their_records_fault_unless_all_are(
    tmp_path: Path, whole: Path, service: Service
) -> None:
    service.faults.lasting = {"400": 1.0}
    run = made(tmp_path, service)
    stopped = command("run", run, "--out", tmp_path / "run")
    assert stopped.code == 2
    assert "the first 20 requests were all refused in the same words" in stopped.err
    service.faults.lasting = {"400": 0.2}
    succeeds("run", run, "--out", tmp_path / "run")
    lost = rows(tmp_path / "run", "rejected")
    assert lost
    assert {row["reason"] for row in lost} == {"reply:refused_request"}
    assert len(service.paid) == RECORDS - len(lost)


@pytest.mark.parametrize("fault", [pytest.param("quota", marks=slow), "404"])
def test_a_line_that_says_that_asking_is_useless_stops_the_run(
    tmp_path: Path, whole: Path, service: Service, fault: str
) -> None:
    service.faults.lasting = {fault: 0.2}
    run = made(tmp_path, service)
    stopped = command("run", run, "--out", tmp_path / "run")
    assert stopped.code == 2
    assert len(stopped.err.strip().splitlines()) == 1
    service.faults.lasting = {}
    succeeds("run", run, "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)


@slow
def test_a_service_that_lacks_json_schemas_is_asked_again_in_the_plain_layout(
    tmp_path: Path, loopback: Teacher, service: Service
) -> None:
    loopback.set(faults={"no-schema": 1})
    whole = direct(tmp_path, loopback, RECORDS, **KEYS)
    service.faults.lasting = {"no-schema": 1}
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "run")
    as_wanted(tmp_path, whole, service)


# ── what stops a run in one line ─────────────────────────────────────────────────────────────────────────────


def stops(ended: Ended, words: str) -> None:
    assert ended.code == 2, ended
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert words in ended.err


def test_a_bad_key_stops_in_one_line_that_does_not_show_it(tmp_path: Path, service: Service) -> None:
    service.faults.key = "another"
    ended = command("run", made(tmp_path, service), "--out", tmp_path / "run")
    stops(ended, "the key was not accepted (401")
    assert "sk-loopback" not in ended.err
    assert states(tmp_path / "run") == ["prepared"]


def test_a_server_without_batches_stops_in_one_line(tmp_path: Path, loopback: Teacher, service: Service) -> None:
    run = made(tmp_path, service, base_url=loopback.base_url)
    stops(command("run", run, "--out", tmp_path / "run"), "vLLM's own server, for one, is none")


def test_a_service_that_is_not_there_stops_in_one_line(tmp_path: Path, service: Service) -> None:
    run = made(tmp_path, service, base_url="http://127.0.0.1:9/v1")
    stops(command("run", run, "--out", tmp_path / "run"), "127.0.0.1:9: nothing answers")


def test_a_request_that_no_batch_holds_is_its_records_fault(tmp_path: Path, service: Service) -> None:
    printed = succeeds("run", made(tmp_path, service, max_bytes=10_000), "--out", tmp_path / "run")
    assert "reply:request_too_large 20" in printed
    assert not service.calls


def test_a_service_of_ones_own_needs_no_key(tmp_path: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    service.faults.key = ""
    succeeds("run", made(tmp_path, service), "--out", tmp_path / "run")
    assert len(service.paid) == RECORDS
