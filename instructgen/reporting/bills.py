"""A run's journals in; tokens and money by task, by check that asks, and by model out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import msgspec

from ..journal import read_lines
from ..money.spent import Spent


class Payer(NamedTuple):
    """What completions were paid for, and who answered."""

    task: str
    check: str
    """The check that asked, such as a judge; empty for the task itself."""
    model: str


class _Line(msgspec.Struct):
    model: str = ""


_decoder = msgspec.json.Decoder(_Line)


@dataclass
class Bills:
    """Sums over journals, and who answered in the journal that was read last."""

    spent: dict[Payer, Spent] = field(default_factory=dict)
    answered: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """Model by context, task and attempt, of the journal that was read last."""

    def read(self, path: Path) -> None:
        """Add one shard's journal; nothing when there is none. Raises SetupError for a damaged one."""
        self.answered = {}
        for key, _, line in read_lines(path):
            model = _decoder.decode(line).model
            task, _, rest = key.asker.partition("#")
            payer = Payer(task, rest.rpartition("!")[2], model)
            self.spent.setdefault(payer, Spent()).add_line(line)
            if not rest:
                self.answered[key.context, task, key.attempt] = model

    def model_of(self, context: str, task: str, attempt: int) -> str:
        """Give the model that answered; empty when the journal that was read last does not know."""
        return self.answered.get((context, task, attempt), "")

    def total(self, *, task: str | None = None, check: str | None = None, model: str | None = None) -> Spent:
        """Add up what one task, check or model cost; None: all."""
        total = Spent()
        for payer, spent in self.spent.items():
            if task in (None, payer.task) and check in (None, payer.check) and model in (None, payer.model):
                total.merge(spent)
        return total
