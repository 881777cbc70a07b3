"""A teacher and the tokens that it is asked to read and write in; what that costs out, in each way of paying for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .lacking import free, model_of, price_of
from .prices import Price
from .protocols import Teacher
from .records import Usage
from .tokens import encoding_of


@dataclass
class Asked:
    """Requests and their prompt tokens."""

    requests: float = 0
    prompt: float = 0
    shared: float = 0
    """Of the prompt tokens, those in a prefix that requests share, which servers can cache."""

    def add(self, shared: float, prompt: float) -> None:
        """Count one request."""
        self.requests += 1
        self.shared += shared
        self.prompt += prompt

    def scaled(self, factor: float) -> "Asked":
        """Give all of it, so many times."""
        return Asked(self.requests * factor, self.prompt * factor, self.shared * factor)

    @classmethod
    def total(cls, parts: Sequence["Asked"]) -> "Asked":
        """Add up."""
        return cls(sum(p.requests for p in parts), sum(p.prompt for p in parts), sum(p.shared for p in parts))


@dataclass(frozen=True)
class Party:
    """Somebody who is asked: who plays the first attempts, or an asked check's role."""

    model: str
    free: bool
    exact: bool
    """Its prompt tokens are counted, not estimated."""
    price: Price | None

    @classmethod
    def of(cls, teacher: Teacher) -> "Party":
        """Tell what there is to know of a teacher."""
        model = model_of(teacher)
        return cls(model, free(teacher), encoding_of(model) is not None, price_of(teacher))

    def costs(self, asked: Asked, reply: float) -> dict[str, float]:
        """Give US dollars plain, with prompt caching, by batch, and both together; empty when unknown.

        Caching is left out for a model without a price of its own for cached tokens.
        """
        if self.price is None or self.free:
            return {"plain": 0.0} if self.free else {}
        plain = Usage(prompt=round(asked.prompt), reply=round(reply))
        cached = Usage(prompt=round(asked.prompt), cached=round(asked.shared), reply=round(reply))
        costs = {"plain": self.price.usd(plain)}
        caches = self.price.cached_input is not None
        if caches:
            costs["cached_prefix"] = self.price.usd(cached)
        if self.price.batch is not None:
            costs["batch"] = self.price.usd(plain, batch=True)
            if caches:
                costs["batch_cached_prefix"] = self.price.usd(cached, batch=True)
        return costs


def together(costs: Sequence[dict[str, float]]) -> dict[str, float]:
    """Add up what several parties cost, in the ways of paying that all have; one that is free has them all."""
    paid = [each for each in costs if each != {"plain": 0.0}]
    if not paid:
        return {"plain": 0.0}
    return {way: sum(each[way] for each in paid) for way in paid[0] if all(way in each for each in paid)}
