"""A limit in US dollars in; each request's worst case held back before it is sent, so that spending never passes it.

A run's money is one ``Account`` (``account.py``). ``Budget`` is the queue before it in one process, ``Ledger``
(``ledger.py``) the file beside a shard's journal in which each worst case is written before its request is sent, and
``Purse`` is what one shard asks by. An engine uses it so:

    purse = Purse(budget, Ledger(folder.part("reserved", shard), journal), worst)
    held = await purse.hold(key, role, request)            # waits while it does not fit; raises OverBudget
    …                                                      # send; ``held.unpaid()`` if the server takes nothing for it
    journal.append(completion); held.settle(completion)    # in this order

Where many are sent together, as a file of a batch service, ``batch_holding.py`` holds each before the file is handed
in. Nothing of it can settle before that, so nobody may wait meanwhile: a purse that is not ``patient`` raises
FullBudget where a request does not fit now, which is the time to hand in what there is. What is still open when a
process ends stands in the ledger, and the next start counts it as spent, or ``resume``s it where the request is still
under way.

While a teacher answers, whoever sends for it says what becomes of each try: ``waiting`` (not sent yet), ``sender`` (it
goes out), ``unpaid`` (nothing is taken for it), ``try_again`` (it is to be sent once more). Of a teacher that says none
of this, each request that ends without a completion counts as paid for.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar

from ..errors import InstructgenError
from ..journal import Key
from ..records import Completion, Request
from .account import Till
from .ledger import Ledger

LOOK_SECONDS = 0.5
"""Between two looks whether a request fits by now, where others spend of the same account."""

Worst = Callable[[str, Request, bool], float | None]
"""A role, a request and whether it goes by the batch service in; the most it may cost, None where asking is free."""


class OverBudget(InstructgenError):
    """A request does not fit into the budget, and nothing is in flight that might turn out cheaper: the run stops."""


class FullBudget(InstructgenError):
    """A request does not fit now; it may when others have turned out cheaper than their worst case."""


class Budget:
    """The queue of one process before an account: who comes first is held for first, so that none waits for ever."""

    def __init__(self, till: Till) -> None:
        """Nobody waits yet."""
        self._till = till
        self._line = asyncio.Lock()
        self._settled = asyncio.Event()
        self._stopped: Exception | None = None

    async def hold(self, usd: float, *, wait: bool = True) -> None:
        """Hold back a request's worst case as soon as it fits. Raises OverBudget when it never will.

        Without ``wait``, raises FullBudget where it does not fit now.
        """
        async with self._line:
            while True:
                if self._stopped is not None:
                    raise self._stopped
                self._settled.clear()
                answer = await self._till.hold(usd)
                if answer == "held":
                    return
                if answer == "over":
                    raise OverBudget(f"a request that may cost ${usd:.4f} does not fit into the budget")
                if not wait:
                    raise FullBudget(f"a request that may cost ${usd:.4f} does not fit into the budget now")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._settled.wait(), LOOK_SECONDS)

    def settle(self, held: float, cost: float) -> None:
        """Book what a request cost instead of what was held for it."""
        self._till.settle(held, cost)
        self._settled.set()

    def resume(self, usd: float) -> None:
        """Hold back again what was counted as spent: its request is still under way."""
        self._till.resume(usd)

    def halt(self, error: Exception) -> None:
        """Let nobody wait any longer: who does gets ``error``."""
        self._stopped = error
        self._settled.set()


# ── one shard's way ──────────────────────────────────────────────────────────────────────────────────────────


class Reservation:
    """What is held back for one request, from before it is sent until it is known what it cost."""

    def __init__(self, purse: "Purse", key: Key, usd: float) -> None:
        """Nothing is held yet."""
        self._purse = purse
        self._key = key
        self._usd = usd
        self._held = False
        self.sent = True
        """It may have been sent since it was held; True where nobody says."""

    async def hold(self) -> None:
        """Hold its worst case back; before each try. What the try before may have cost stays counted.

        Waits while it does not fit, or raises FullBudget where its purse is not patient. Raises OverBudget when it
        never will, SetupError where it cannot be written.
        """
        self.let_go()
        await self._purse.budget.hold(self._usd, wait=self._purse.patient)
        self._held = True
        self._purse.ledger.write(self._key, self._usd)

    async def hold_again(self) -> None:
        """Hold back for one more try, unless the last one was never sent."""
        if self.sent or not self._held:
            await self.hold()
            self.sent = False

    def sending(self) -> None:
        """Know that it goes out now."""
        self.sent = True

    def settle(self, completion: Completion) -> None:
        """Book what a completion cost, which is in the journal by now; its worst case where its price is not known."""
        if completion.usd is None:
            self._lose()
        elif self._held:
            self._held = False
            self._purse.budget.settle(self._usd, completion.usd)

    def unpaid(self) -> None:
        """Let go of it: the server takes nothing for the last try, or nothing was sent."""
        if self._held:
            self._held = False
            self._purse.ledger.write(self._key, -self._usd)
            self._purse.budget.settle(self._usd, 0.0)

    def let_go(self) -> None:
        """End without a completion: count its worst case as spent, unless nothing was sent."""
        if self.sent:
            self._lose()
        else:
            self.unpaid()

    def _lose(self) -> None:
        if self._held:
            self._held = False
            self._purse.ledger.lose(self._key, self._usd)
            self._purse.budget.settle(self._usd, self._usd)


class Purse:
    """One shard's way to the budget."""

    def __init__(self, budget: Budget, ledger: Ledger, worst: Worst, patient: bool = True) -> None:
        """``worst`` says what a request may cost at most. Where it is not ``patient``, nobody waits."""
        self.budget = budget
        self.ledger = ledger
        self.patient = patient
        self._worst = worst

    async def hold(self, key: Key, role: str, request: Request) -> Reservation | None:
        """Hold back what a request may cost at most; None where asking is free.

        Waits while it does not fit, or raises FullBudget where it is not patient. Raises OverBudget when it never will,
        SetupError for a model without a price.
        """
        usd = self._worst(role, request, False)
        if usd is None:
            return None
        reservation = Reservation(self, key, usd)
        await reservation.hold()
        return reservation

    @contextlib.asynccontextmanager
    async def asking(self, key: Key, role: str, request: Request) -> AsyncIterator[Reservation | None]:
        """Hold a request back while a teacher answers it; what is not settled in the end may have been paid for."""
        reservation = await self.hold(key, role, request)
        token = _asking.set(reservation)
        try:
            yield reservation
        finally:
            _asking.reset(token)
            if reservation is not None:
                reservation.let_go()


# ── what a sender says of the request that is asked in its task ──────────────────────────────────────────────

_asking: ContextVar[Reservation | None] = ContextVar("asking", default=None)


def waiting() -> None:
    """Say that nothing has been sent yet: it is said by ``sender`` when it is."""
    reservation = _asking.get()
    if reservation is not None:
        reservation.sent = False


def sender() -> Callable[[], None] | None:
    """Give what is to be called right before the request goes out: from then on it may be paid for.

    None in a run without a budget. With one, nothing that went out is sent again unless ``try_again`` was called.
    """
    reservation = _asking.get()
    return None if reservation is None else reservation.sending


def unpaid() -> None:
    """Say that nothing is taken for the last try: it did not get out, or was refused."""
    reservation = _asking.get()
    if reservation is not None:
        reservation.unpaid()


async def try_again() -> None:
    """Hold back for one more try; what the last one may have cost stays counted. Nothing else may be held meanwhile.

    Waits while it does not fit. Raises OverBudget when it never will.
    """
    reservation = _asking.get()
    if reservation is not None:
        await reservation.hold_again()
