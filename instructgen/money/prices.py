"""A model's name and the tokens used in; US dollars out, from a dated table that the user may replace.

A model that is not in the table has no price: None, never a guess.
"""

import math
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..component import explain_validation
from ..errors import SetupError
from ..records import Usage

SHIPPED = Path(__file__).with_name("prices.yaml")


class PictureTokens(BaseModel):
    """How many tokens a picture is to a model, by one of the three rules that providers have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: int | None = Field(default=None, ge=0)
    """The most that a picture may be, where no rule is known; 0 for a provider that takes nothing for it."""
    tile: int | None = Field(default=None, ge=1)
    """Tokens for each tile of 512 pixels, once the picture fits 2,048 pixels and its shorter side 768."""
    base: int = Field(default=0, ge=0)
    """Tokens beside those of the tiles."""
    patches: int | None = Field(default=None, ge=1)
    """The most patches of 32 pixels; a picture with more is shrunk to them."""
    factor: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """Tokens for each patch."""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if [self.most, self.tile, self.patches].count(None) != 2:
            raise ValueError("expected one of most, tile, patches")
        return self

    def bound(self, side: int | None = None) -> int:
        """Give the most tokens that a picture can be, of whatever shape, where senders keep to a longest ``side``."""
        if self.tile is not None:
            return self.base + 8 * self.tile  # 768 by 2,048
        if self.patches is None:
            return self.most or 0
        square = math.ceil(side / 32) ** 2 if side else self.patches
        return math.ceil(min(self.patches, square) * self.factor)

    def tokens(self, width: int | None, height: int | None, side: int | None = None) -> int:
        """Give the tokens of a picture of this size, once it is shrunk to ``side``; the bound where it is not known."""
        if width is None or height is None or self.most is not None:
            return self.bound(side)
        shrink = min(1.0, side / max(width, height)) if side else 1.0
        wide, high = width * shrink, height * shrink
        if self.tile is not None:
            wide, high = _scaled(wide, high, 2048 / max(wide, high))
            wide, high = _scaled(wide, high, 768 / min(wide, high))
            return self.base + self.tile * math.ceil(wide / 512) * math.ceil(high / 512)
        patches = math.ceil(wide / 32) * math.ceil(high / 32)
        return math.ceil(min(patches, self.patches or patches) * self.factor)


def _scaled(wide: float, high: float, factor: float) -> tuple[float, float]:
    """Shrink; nothing is enlarged."""
    return (wide * factor, high * factor) if factor < 1 else (wide, high)


class Price(BaseModel):
    """What a model costs: US dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0, allow_inf_nan=False)
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Prompt tokens that the provider had cached; as ``input`` if left out."""
    cached_from: int = Field(default=0, ge=0)
    """Tokens of the shortest prompt that the provider caches."""
    output: float = Field(ge=0, allow_inf_nan=False)
    batch: float | None = Field(default=None, ge=0, le=1)
    """Factor of the batch service; None where there is none."""
    batch_caches: bool = False
    """Whether the batch service, too, takes less for prompt tokens that were cached."""
    max_output: int | None = Field(default=None, ge=1)
    """Tokens of the longest reply that the model can give, thoughts included: what a budget holds back for a request
    without ``max_tokens``."""
    pictures: PictureTokens | None = None
    """How many tokens a picture is; None where that is not known."""
    known: date
    """The day on which the provider's list said so."""

    def usd(self, usage: Usage, batch: bool = False) -> float:
        """Price some usage, in US dollars; through the batch service where there is one, if ``batch``."""
        batch = batch and self.batch is not None
        cached = self.input if self.cached_input is None or (batch and not self.batch_caches) else self.cached_input
        fresh = max(usage.prompt - usage.cached, 0) * self.input
        millionths = fresh + usage.cached * cached + usage.reply * self.output
        return round(millionths * (self.batch if batch and self.batch is not None else 1.0) / 1e6, 9)

    def charged(self, usage: Usage, batch: bool = False) -> dict[str, float]:
        """Give the fields of a completion that say what it cost and saved: nothing is given for what saved nothing.

        ``usd``: its price. ``caching_usd``: what it would have cost more, had nothing been cached. ``batch_usd``: what
        that would have cost more, had it not gone through the batch service.
        """
        paid, uncached = self.usd(usage, batch), self.usd(usage.model_copy(update={"cached": 0}), batch)
        online = self.usd(usage.model_copy(update={"cached": 0}))
        saved = {"caching_usd": round(uncached - paid, 9), "batch_usd": round(online - uncached, 9)}
        return {"usd": paid, **{name: usd for name, usd in saved.items() if usd > 0}}


class PriceList(BaseModel):
    """A price table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    models: dict[str, Price]

    def price(self, *names: str) -> Price | None:
        """Give the price of the first of some names that the table holds: the dated name served, then the one asked."""
        return next((self.models[name] for name in names if name in self.models), None)

    def usd(self, model: str, usage: Usage, *others: str, batch: bool = False) -> float | None:
        """Price some usage of a model, known by ``model`` or else by ``others``; None when none is in the table."""
        price = self.price(model, *others)
        return None if price is None else price.usd(usage, batch)


@lru_cache(maxsize=16)
def price_list(path: Path | None = None) -> PriceList:
    """Read a price table, the shipped one if left out; raises SetupError that names file and entry."""
    file = path or SHIPPED
    try:
        return PriceList.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SetupError(f"{file}: {explain_validation(error, PriceList)}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SetupError(f"{file}: cannot be read as a price table ({' '.join(str(error).split())[:200]})") from None


def usd(model: str, usage: Usage) -> float | None:
    """Price some usage by the shipped table; None for a model that is not in it."""
    return price_list().usd(model, usage)
