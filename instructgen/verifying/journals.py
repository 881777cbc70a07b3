"""A shard's journal in; its faults, its keys and the replies that lie in it by slot out."""

from collections import Counter
from functools import cached_property
from pathlib import Path

from ..errors import UserError
from ..journal import Journal, Key, completion_of, read_lines
from ..records import Completion, Slot
from .found import Difference, file_fault


class Lines:
    """A journal read line by line."""

    def __init__(self, path: Path, file: str) -> None:
        """Read it; there may be none. ``file`` is how it is named."""
        self.path = path
        self.faults: list[Difference] = []
        self.counts: Counter[str] = Counter()
        self.number = 0
        self.keys: set[Key] = set()
        end = 0
        try:
            for key, offset, line in read_lines(path):
                self.number += 1
                completion_of(line, f"{path}, line {self.number}")
                end = offset + len(line)
                self.counts["repeated"] += key in self.keys
                self.keys.add(key)
        except UserError as error:
            self.faults.append(file_fault(file, error, path))
        else:
            self.counts["torn"] += path.exists() and path.stat().st_size > end

    def of(self, context: str, task: str) -> list[int]:
        """Give the numbers, from 1, of the lines that hold what was asked about a context for a task."""
        lines = enumerate(read_lines(self.path), 1)
        return [n for n, (key, _, _) in lines if key.context == context and key.asker.partition("#")[0] == task]


class BySlot:
    """The replies of a journal by slot, whatever was asked there: the last that was paid for."""

    def __init__(self, journal: Journal) -> None:
        """Nothing is read before the first is looked for."""
        self._journal = journal

    @cached_property
    def _known(self) -> dict[Slot, Completion]:
        return {completion.slot: completion for completion in self._journal.completions()}

    def find(self, slot: Slot) -> Completion | None:
        """Give the reply in a slot, if there is one."""
        return self._known.get(slot)
