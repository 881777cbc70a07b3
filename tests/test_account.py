"""An account of any requests, in any order and at any price: never passed; and a ledger, read back after any end."""

import asyncio
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructgen.engines.board import Board
from instructgen.journal import Journal, Key, key_of
from instructgen.money.account import SILENT_SECONDS, Account, OwnTill, SharedAccount
from instructgen.money.budget import Budget, FullBudget, OverBudget, Purse, Reservation
from instructgen.money.ledger import Ledger
from instructgen.records import Completion, Request, Slot


def slot(number: int) -> Slot:
    return Slot(context=str(number), asker="detail", attempt=1, round=0, position=0)


def key(number: int) -> Key:
    return key_of(slot(number), f"d{number}")


def completion(number: int, usd: float | None) -> Completion:
    return Completion(
        slot=slot(number), digest=f"d{number}", text="", finish="stop", model="m", usd=usd, at="2026-01-31T00:00:00Z"
    )


REQUEST = Request(role="teacher", messages=(), form="dialogue")


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), max_size=60), st.floats(0, 40), st.integers(0, 2**32))
def test_what_is_spent_and_held_never_passes_the_limit(
    requests: list[tuple[float, float]], limit: float, seed: int
) -> None:
    account, draw, flying = Account(limit), Random(seed), list[tuple[float, float]]()
    for worst, share in requests:
        answer = account.hold(worst)
        if answer == "held":
            flying.append((worst, worst * share))
        assert (answer == "over") == (account.over and answer != "held")
        while flying and (answer == "wait" or draw.random() < 0.3):
            account.settle(*flying.pop(draw.randrange(len(flying))))
            answer = "held"
        assert account.spent + account.held <= limit + 1e-6
        assert account.in_flight == len(flying)
    assert account.held == pytest.approx(sum(worst for worst, _ in flying), abs=1e-9)


def test_who_comes_first_is_held_for_first() -> None:
    async def queue() -> list[str]:
        account = Account(10.0)
        budget, came = Budget(OwnTill(account)), list[str]()

        async def ask(name: str, worst: float) -> None:
            await budget.hold(worst)
            came.append(name)

        await ask("first", 6.0)
        asking = [asyncio.create_task(ask(name, worst)) for name, worst in (("large", 8.0), ("small", 1.0))]
        await asyncio.sleep(0.01)
        assert came == ["first"]
        with pytest.raises(FullBudget):
            await Budget(OwnTill(account)).hold(5.0, wait=False)
        budget.settle(6.0, 0.5)
        await asyncio.gather(*asking)
        return came

    assert asyncio.run(queue()) == ["first", "large", "small"]


def test_whoever_waits_is_told_when_the_run_stops() -> None:
    async def stopped() -> None:
        budget = Budget(OwnTill(Account(1.0)))
        await budget.hold(1.0)
        waiting = asyncio.create_task(budget.hold(1.0))
        await asyncio.sleep(0.01)
        budget.halt(ValueError("stopped"))
        await waiting

    with pytest.raises(ValueError, match="stopped"):
        asyncio.run(stopped())


def test_nothing_fits_once_one_request_did_not_and_nothing_is_in_flight() -> None:
    account = Account(1.0)
    assert [account.hold(0.6), account.hold(0.6)] == ["held", "wait"]
    account.settle(0.6, 0.5)
    assert [account.hold(0.6), account.hold(0.1)] == ["over", "over"]
    with pytest.raises(OverBudget):
        asyncio.run(Budget(OwnTill(account)).hold(0.1))


def test_what_a_lost_worker_held_is_spent_and_what_it_says_later_is_booked_right() -> None:
    now = [0.0]
    shared = SharedAccount(Account(10.0), lambda: now[0])
    assert [shared.hold("a", 4.0), shared.hold("b", 4.0), shared.hold("b", 4.0)] == ["held", "held", "wait"]
    shared.lose("a")
    assert (shared.account.spent, shared.account.held, shared.account.in_flight) == (4.0, 4.0, 1)
    shared.settle("a", 4.0, 1.0)  # it was not lost after all
    assert (shared.account.spent, shared.account.held) == (1.0, 4.0)
    now[0] = SILENT_SECONDS / 2
    shared.hear("b")
    now[0] = SILENT_SECONDS + 1
    assert shared.hold("a", 6.0) == "wait"
    now[0] = 2 * SILENT_SECONDS
    assert shared.hold("a", 6.0) == "over"  # nobody waits for b any longer, and what it held does not come back
    assert (shared.account.spent, shared.account.held) == (5.0, 0.0)


def test_the_board_takes_what_a_start_held_for_spent_when_its_worker_is_started_again() -> None:
    board = Board(Account(5.0))
    said = {"asked": 0, "counts": None, "states": None}
    assert not board.tell("w", {"start": "1", **said})
    assert board.hold("1", 3.0) == "held"
    assert not board.tell("w", {"start": "2", **said})
    assert board.money().spent == 3.0
    assert board.hold("2", 3.0) == "over"
    assert board.tell("w", {"start": "2", **said}), "all are told to stop"


Story = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["paid", "unpriced", "unpaid", "lost", "late"])))


@settings(max_examples=30)
@given(Story)
def test_a_ledger_read_back_knows_what_its_run_knew(story: list[tuple[int, str]]) -> None:
    """However requests end, and also those that a crash leaves open, a later start counts what this one had counted."""
    with TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.jsonl")
        account, ledger = Account(1e6), Ledger(Path(folder) / "reserved.jsonl", journal)
        purse = Purse(Budget(OwnTill(account)), ledger, lambda *_: 1.0)
        asyncio.run(_played(purse, journal, story))
        journal.close()
        ledger.close()
        after = Journal(Path(folder) / "journal.jsonl")
        left = Ledger(Path(folder) / "reserved.jsonl", after)
        assert after.spent.usd + left.unknown == pytest.approx(account.committed)
        left.tidy()
        assert Ledger(left.path, after).left == left.left
        assert left.path.exists() == bool(left.left)


async def _played(purse: Purse, journal: Journal, story: list[tuple[int, str]]) -> None:
    done = set[int]()
    for number, ending in story:
        if number in done:
            continue
        reservation = await purse.hold(key(number), "teacher", REQUEST)
        assert isinstance(reservation, Reservation)
        if ending == "unpaid":
            reservation.unpaid()
        elif ending == "late":  # a time-out, then an answer
            await reservation.hold_again()
        if ending in ("paid", "late", "unpriced"):
            done.add(number)
            answer = completion(number, None if ending == "unpriced" else 0.25)
            journal.append(answer)
            reservation.settle(answer)


def test_what_an_earlier_start_held_is_taken_up_again(tmp_path: Path) -> None:
    async def resumed() -> Account:
        journal = Journal(tmp_path / "journal.jsonl")
        first = Purse(Budget(OwnTill(Account(9.0))), Ledger(tmp_path / "reserved.jsonl", journal), lambda *_: 2.0)
        for number in (1, 2):
            await first.hold(key(number), "teacher", REQUEST)
        first.ledger.close()
        account = Account(9.0, spent=4.0)
        later, ledger = Budget(OwnTill(account)), Ledger(tmp_path / "reserved.jsonl", journal)
        assert ledger.resume(key(3)) is None
        for number in (1, 2):
            later.resume(ledger.resume(key(number)) or 0.0)
        assert (account.spent, account.held, ledger.unknown) == (0.0, 4.0, 0.0)
        journal.append(completion(1, 0.5))
        later.settle(2.0, 0.5)
        ledger.write(key(2), -2.0)
        later.settle(2.0, 0.0)
        return account

    account = asyncio.run(resumed())
    assert (account.spent, account.held, account.in_flight) == (0.5, 0.0, 0)
    after = Journal(tmp_path / "journal.jsonl")
    assert (after.spent.usd, Ledger(tmp_path / "reserved.jsonl", after).unknown) == (0.5, 0.0)


def test_a_torn_line_was_never_sent(tmp_path: Path) -> None:
    path = tmp_path / "reserved.jsonl"
    ledger = Ledger(path, Journal(tmp_path / "journal.jsonl"))
    ledger.write(key(1), 1.5)
    ledger.close()
    with path.open("ab") as file:
        file.write(b'{"slot":["2"')
    ledger = Ledger(path, Journal(tmp_path / "journal.jsonl"))
    assert ledger.left == {key(1): [1.5]}
    ledger.write(key(3), 0.5)
    ledger.close()
    assert Ledger(path, Journal(tmp_path / "journal.jsonl")).left == {key(1): [1.5], key(3): [0.5]}
