"""Counts in; bars and histograms out: nothing is lost, and the longest fills the chart."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.reporting.charts import MOST_BINS, bars, histograms, percent, quantile, stacked, thousands

COUNTS = st.dictionaries(st.integers(0, 2500), st.integers(1, 50), max_size=30)


@given(st.dictionaries(st.sampled_from("abc"), COUNTS))
def test_histograms_hold_every_value_once_in_the_same_bins(distributions: dict[str, dict[int, int]]) -> None:
    drawn = histograms(distributions)
    assert [one.name for one in drawn] == list(distributions)
    for one in drawn:
        assert sum(found.number for found in one.bins) == one.total == sum(distributions[one.name].values())
        assert [found.label for found in one.bins] == [found.label for found in drawn[0].bins]
        assert len(one.bins) <= MOST_BINS
        assert all(0 <= found.height <= 100.001 for found in one.bins)
    if any(one.total for one in drawn):
        assert max(found.height for one in drawn for found in one.bins) == pytest.approx(100)


def test_bins_are_round_and_the_last_one_is_open() -> None:
    (drawn,) = histograms({"a": Counter({3: 50, 27: 49, 44: 900, 1200: 1})})
    assert [found.label for found in drawn.bins][:2] == ["0–4", "5–9"]
    assert drawn.bins[-1].label == "40+" and drawn.bins[-1].number == 901
    assert (drawn.median, drawn.high) == (44, 44)
    (turns,) = histograms({"a": Counter({1: 5, 2: 1, 3: 4})})
    assert [found.label for found in turns.bins] == ["1", "2", "3"] and turns.narrow


@given(COUNTS.filter(bool), st.floats(0.01, 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(counts: dict[int, int], share: float) -> None:
    value, total = quantile(counts, share), sum(counts.values())
    assert value in counts
    assert sum(n for v, n in counts.items() if v <= value) >= share * total
    assert sum(n for v, n in counts.items() if v < value) < share * total


@given(st.lists(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 99), st.just("good"))), max_size=5))
def test_stretches_lie_end_to_end_and_within_the_chart(rows: list[list[tuple[str, int, str]]]) -> None:
    for bar, stretches in zip(stacked((str(n), "", row) for n, row in enumerate(rows)), rows, strict=True):
        at = 0.0
        for segment in bar.segments:
            assert segment.start == pytest.approx(at) and segment.number > 0
            at += segment.width
        assert at <= 100.001
        assert sum(segment.number for segment in bar.segments) == sum(number for _, number, _ in stretches)


def test_the_longest_bar_fills_the_width_and_says_its_share() -> None:
    first, second = bars([("a", 1500), ("b", 300)], of=1800)
    assert (first.segments[0].width, second.segments[0].width) == (100, 20)
    assert (first.said, second.said) == ("1\u202f500 · 83.3 %", "300 · 16.7 %")
    assert bars([]) == [] and bars([("a", 0)])[0].segments[0].width == 0


@pytest.mark.parametrize(
    ("part", "whole", "wanted"),
    [
        (0, 0, "–"),
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (1, 3, "33.3 %"),
        (1, 2000, "0.1 %"),
        (1, 5000, "0.02 %"),
        (1, 1_000_000, "< 0.01 %"),
        (999_999, 1_000_000, "> 99.9 %"),
    ],
)
def test_only_none_is_nought_per_cent_and_only_all_is_a_hundred(part: int, whole: int, wanted: str) -> None:
    assert percent(part, whole) == wanted


def test_thousands_are_set_apart() -> None:
    assert thousands(1234567) == "1\u202f234\u202f567" and thousands(7) == "7"
