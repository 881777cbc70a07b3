"""A teacher and the tokens that it is asked to read and write in; what that costs out, in each way of paying for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .lacking import free, model_of, price_of, table_of
from .money.prices import Price
from .money.tokens import encoding_of
from .protocols import Teacher
from .records import Usage


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
    source: str = ""
    """Where the price is from."""

    @classmethod
    def of(cls, teacher: Teacher) -> "Party":
        """Tell what there is to know of a teacher."""
        model = model_of(teacher)
        return cls(model, free(teacher), encoding_of(model) is not None, price_of(teacher), table_of(teacher).source)

    def priced(self) -> dict[str, object] | None:
        """Give the price as plain data, with its day and source; None where it is not known."""
        price = self.price
        return None if price is None else {**price.model_dump(mode="json", exclude_none=True), "source": self.source}

    def costs(self, asked: Asked, reply: float) -> dict[str, float]:
        """Give US dollars plain, with prompt caching, by batch, and both together; empty when unknown.

        What the model's price knows nothing of is left out: caching, a batch service, caching by it.
        """
        if self.price is None or self.free:
            return {"plain": 0.0} if self.free else {}
        price = self.price
        plain = Usage(prompt=round(asked.prompt), reply=round(reply))
        cached = Usage(prompt=round(asked.prompt), cached=round(asked.shared), reply=round(reply))
        costs = {"plain": price.usd(plain)}
        if price.cached_input is not None:
            costs["cached_prefix"] = price.usd(cached)
        if price.batch is not None:
            costs["batch"] = price.usd(plain, batch=True)
            if price.cached_input is not None and price.batch_caches:
                costs["batch_cached_prefix"] = price.usd(cached, batch=True)
        return costs


_NEXT_BEST = {
    "plain": ("plain",),
    "cached_prefix": ("cached_prefix", "plain"),
    "batch": ("batch", "plain"),
    "batch_cached_prefix": ("batch_cached_prefix", "batch", "cached_prefix", "plain"),
}
"""What somebody pays who does not have a way of paying."""


def together(costs: Sequence[dict[str, float]]) -> dict[str, float]:
    """Add up what several parties cost, in the ways of paying that any has; the others pay as they can.

    Empty when somebody's price is not known.
    """
    if not all(costs):
        return {}
    ways = [way for way in _NEXT_BEST if any(way in each for each in costs)]
    return {way: sum(next(each[w] for w in _NEXT_BEST[way] if w in each) for each in costs) for way in ways}


_WAYS = {
    "plain": "as it comes",
    "cached_prefix": "with prompt caching",
    "batch": "by the batch service",
    "batch_cached_prefix": "by batch with caching",
}


def cost_lines(parties: Sequence[Party], usd: Mapping[str, float]) -> list[str]:
    """Say what first attempts cost in each way of paying, who has no batch service, and where the prices are from."""
    paid = {party.model: party for party in parties if not party.free}
    if not paid:
        return [f"cost: none, {parties[0].model} asks no model (a model would be sent the tokens above)"]
    unknown = next((model for model, party in paid.items() if party.price is None), None)
    if unknown is not None:
        return [
            f"cost: unknown, the price table lacks {unknown}; give a table of your own by --prices FILE (YAML): "
            f"{{source: WHERE, models: {{{unknown}: {{input: USD, output: USD, known: YYYY-MM-DD}}}}}}, "
            "in US dollars per million tokens"
        ]
    prices = [party.price for party in paid.values() if party.price is not None]
    costs = ", ".join(f"{dollars(value)} {_WAYS[name]}" for name, value in usd.items())
    known, sources = min(str(price.known) for price in prices), {party.source: None for party in paid.values()}
    lines = [f"cost of first attempts with {' and '.join(paid)} (price known {known}): {costs}"]
    online = [model for model, party in paid.items() if party.price is not None and party.price.batch is None]
    if online:
        besides = " and is counted as asked online" if "batch" in usd else ""
        lines.append(f"no batch service by these prices: {' and '.join(online)}{besides}")
    return [*lines, f"prices from: {'; '.join(sources)}"]


def dollars(value: float) -> str:
    """Write an amount of US dollars: small ones with more digits."""
    return f"${value:,.2f}" if value >= 10 else f"${value:.4f}"
