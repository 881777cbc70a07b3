"""Chunks of work in; the same chunks out, while a terminal shows how far the work is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

T = TypeVar("T")


class Watch(Progress):
    """Shows one piece of work after another on a terminal; elsewhere nothing.

    No thread refreshes it: processes may be forked meanwhile, which is not safe beside threads.
    """

    def __init__(self, console: Console | None) -> None:
        """Start with nothing to show."""
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        off = console is None or not console.is_terminal
        super().__init__(*columns, console=console, transient=True, disable=off, auto_refresh=False)
        self._total: int | None = None

    def begin(self, title: str) -> TaskID:
        """Show a further piece of work instead of the last."""
        for task in self.tasks:
            self.update(task.id, visible=False)
        number = self.add_task(title, total=self._total)
        self.refresh()
        return number

    def over(self, chunks: Iterable[Sequence[T]], title: str) -> Iterator[Sequence[T]]:
        """Give the chunks, showing how many items have been taken; how many there are is known the second time."""
        task, count = self.begin(title), 0
        for chunk in chunks:
            yield chunk
            count += len(chunk)
            self.update(task, completed=count, refresh=True)
        self._total = count
