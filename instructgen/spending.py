"""A run's folder in; the account of its budget out: all that its starts have spent, and what a crash left unknown."""

from collections.abc import Container
from dataclasses import dataclass

from .assemble import Built
from .errors import SetupError
from .journal import Journal, key_of
from .lacking import price_now
from .money.account import Account, OwnTill, Till
from .money.budget import Budget, Purse, Worst
from .money.ledger import Ledger
from .records import Request
from .run_folder import RunFacts, RunFolder
from .worst_case import WorstCase

_ROUNDING = 1e-5
"""Dollars by which sums may differ that were added up in another order."""


@dataclass
class Spending:
    """The money of a run that has a budget."""

    account: Account
    worst: WorstCase

    def count(self, built: Built, folder: RunFolder, facts: RunFacts) -> None:
        """Count what all starts have spent, and what is not known of it as spent.

        Raises SetupError for replies without a price of a model that has none now.
        """
        spent = facts.priced_late = 0.0
        for shard in sorted({*folder.shards("journal"), *folder.shards("reserved")}):
            journal = Journal(folder.part("journal", shard))
            ledger = Ledger(folder.part("reserved", shard), journal)
            spent += journal.spent.usd + ledger.unknown
            facts.priced_late += _priced_late(journal, ledger, built) if journal.spent.unpriced else 0.0
        spent += facts.priced_late
        missing = facts.committed - spent
        facts.adrift = max(facts.adrift, round(missing, 6) if missing > _ROUNDING else 0.0)
        self.account.spent = spent + facts.adrift

    def cashier(self, *, batched: Container[str] = ()) -> "Cashier":
        """Give the way to the account in this process; it holds nothing for the roles that are asked by batches."""

        def direct(role: str, request: Request, batch: bool) -> float | None:
            return None if role in batched else self.worst(role, request, batch)

        return Cashier(OwnTill(self.account), direct if batched else self.worst, patient=not batched)

    def line(self, advice: str) -> str:
        """Say what the budget has come to, and how to go on."""
        account = self.account
        return (
            f"the budget of ${account.limit:g} holds no further request: ${account.spent:.4f} spent"
            + (f", ${account.held:.4f} held back" if account.held else "")
            + f"; {advice}"
        )


class Cashier:
    """The way to a run's account in one process."""

    def __init__(self, till: Till, worst: Worst, *, tidy: bool = True, patient: bool = True) -> None:
        """``till`` leads to the account, wherever that is; without ``tidy``, ledgers stay as they were written.

        Where it is not ``patient``, a request that does not fit now is not asked, and whoever asks comes again.
        """
        self.budget = Budget(till)
        self._worst = worst
        self.tidy = tidy
        """Whether ledgers are cleared of what is known, once their shard is finished."""
        self._patient = patient

    def purse(self, folder: RunFolder, journal: Journal, shard: int) -> Purse:
        """Give the way for what is asked for one shard."""
        return Purse(self.budget, Ledger(folder.part("reserved", shard), journal), self._worst, self._patient)


def spending(built: Built, limit: float | None) -> Spending | None:
    """Give the money of a run with a budget of ``limit`` US dollars, not counted yet; None without a budget.

    Raises SetupError for a model whose price, reply length or pictures' tokens are not known.
    """
    return None if limit is None else Spending(Account(limit), WorstCase(built))


def _priced_late(journal: Journal, ledger: Ledger, built: Built) -> float:
    """Price completions that had no price when they were asked, and no budget, by the tables as they are now."""
    total = 0.0
    for completion in journal.completions():
        known = completion.usd is not None or key_of(completion.slot, completion.digest) in ledger.left
        if not known and completion.usage is not None:
            price = price_now(completion.model, built)
            if price is None:
                raise SetupError(
                    f"{journal.path}: holds replies of {completion.model}, whose price was not known when they were "
                    "asked; a budget needs it: add that model to the price table that the teacher's field prices names"
                )
            total += price.usd(completion.usage)
    return total
