"""Completions in; tokens and money out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import msgspec

from .records import Completion


class _Usage(msgspec.Struct):
    prompt: int = 0
    cached: int = 0
    reply: int = 0
    thoughts: int = 0


class _Line(msgspec.Struct):
    usage: _Usage | None = None
    usd: float | None = None


_decoder = msgspec.json.Decoder(_Line)


@dataclass
class Spent:
    """Tokens and US dollars of a number of completions. ``cached`` is part of ``prompt``, ``thoughts`` of ``reply``."""

    completions: int = 0
    prompt: int = 0
    cached: int = 0
    reply: int = 0
    thoughts: int = 0
    usd: float = 0.0
    unpriced: int = 0
    """Completions that used tokens and whose price is not known."""

    def add_line(self, line: bytes) -> None:
        """Count one journal line."""
        found = _decoder.decode(line)
        self._add(found.usage, found.usd)

    def add(self, completion: Completion) -> None:
        """Count one completion."""
        usage = completion.usage
        self._add(_Usage(usage.prompt, usage.cached, usage.reply, usage.thoughts) if usage else None, completion.usd)

    def _add(self, usage: _Usage | None, usd: float | None) -> None:
        self.completions += 1
        if usage is not None:
            self.prompt += usage.prompt
            self.cached += usage.cached
            self.reply += usage.reply
            self.thoughts += usage.thoughts
        if usd is not None:
            self.usd += usd
        elif usage is not None:
            self.unpriced += 1

    def merge(self, other: "Spent") -> None:
        """Add what another counted."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    def to_json(self) -> dict[str, object]:
        """Give the sums as plain data, the same in whatever order they were added up."""
        return {**asdict(self), "usd": round(round(self.usd, 9), 6)}

    @classmethod
    def from_json(cls, data: Mapping[str, float]) -> "Spent":
        """Read what ``to_json`` gave."""
        return cls(**{k: v if k == "usd" else int(v) for k, v in data.items()})  # type: ignore[arg-type]
