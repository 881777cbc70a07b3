"""The price table: the shipped one, the user's own, and models that are in neither."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.errors import SetupError
from instructgen.money.prices import Price, price_list, usd
from instructgen.records import Usage


def test_the_shipped_table_is_whole_and_dated() -> None:
    table = price_list()
    assert len(table.models) >= 10
    for name, price in table.models.items():
        assert 0 < (price.cached_input or 0) <= price.input < price.output, name
        assert price.batch == 0.5
        assert price.known.year >= 2025


def test_cached_tokens_are_priced_apart() -> None:
    usage = Usage(prompt=1_000_000, cached=400_000, reply=100_000, thoughts=50_000)
    assert usd("gpt-4o-mini", usage) == pytest.approx(0.6 * 0.15 + 0.4 * 0.075 + 0.1 * 0.6)


def test_a_model_that_is_not_in_the_table_has_no_price() -> None:
    assert usd("gpt-4o-mini-of-my-own", Usage(prompt=1)) is None


def test_the_name_that_was_asked_serves_when_the_dated_one_is_unknown() -> None:
    table, usage = price_list(), Usage(prompt=10, reply=10)
    assert table.usd("gpt-4o-2024-08-06", usage, "gpt-4o") == usd("gpt-4o", usage)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.floats(0, 1000), st.floats(0, 1))
def test_caching_and_batches_never_cost_more(prompt: int, cached: int, price: float, factor: float) -> None:
    cheap = Price(input=price, cached_input=price * factor, output=price, batch=0.5, known=date(2026, 1, 1))
    used, fresh = Usage(prompt=prompt, cached=min(cached, prompt)), Usage(prompt=prompt)
    assert 0 <= cheap.usd(used) <= cheap.usd(fresh) + 1e-6
    assert cheap.usd(fresh, batch=True) <= cheap.usd(fresh)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: {m: {input: 1, output: 2, known: 2026-01-01}}", "'source' is required"),
        ("source: me\nmodels: {m: {input: -1, output: 2, known: 2026-01-01}}", r"models\.m\.input"),
        ("source: me\nmodels: {m: {inputs: 1, output: 2, known: 2026-01-01}}", "did you mean 'input'"),
        ("source: [", "cannot be read as a price table"),
    ],
)
def test_a_wrong_table_is_named_with_the_entry(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(SetupError, match=said) as refusal:
        price_list(tmp_path / "own.yaml")
    assert "own.yaml" in str(refusal.value)


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"none\.yaml: cannot be read"):
        price_list(tmp_path / "none.yaml")
