"""A model's name and the tokens used in; US dollars out, from a dated table that the user may replace.

A model that is not in the table has no price: None, never a guess.
"""

from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .component import explain_validation
from .errors import SetupError
from .records import Usage

SHIPPED = Path(__file__).with_name("prices.yaml")


class Price(BaseModel):
    """What a model costs: US dollars per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0, allow_inf_nan=False)
    cached_input: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Prompt tokens that the provider had cached; as ``input`` if left out."""
    output: float = Field(ge=0, allow_inf_nan=False)
    batch: float | None = Field(default=None, ge=0, le=1)
    """Factor of the batch service; None where there is none."""
    known: date
    """The day on which the provider's list said so."""

    def usd(self, usage: Usage, batch: bool = False) -> float:
        """Price some usage; through the batch service where there is one, if ``batch``."""
        cached = self.input if self.cached_input is None else self.cached_input
        fresh = max(usage.prompt - usage.cached, 0) * self.input
        millionths = fresh + usage.cached * cached + usage.reply * self.output
        factor = self.batch if batch and self.batch is not None else 1.0
        return round(millionths * factor / 1e6, 9)


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
