"""Counting tokens offline."""

import pytest

from instructgen.library import Library
from instructgen.money.tokens import ESTIMATE_ERROR, count, encoding_of, estimate


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("o3-mini", "o200k_base"),
        ("openai/gpt-5-mini", "o200k_base"),
        ("ft:gpt-4o:somebody::1", "o200k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("qwen3-32b", None),
        ("o3x", None),
        ("", None),
    ],
)
def test_a_model_is_known_by_the_beginning_of_its_name(model: str, encoding: str | None) -> None:
    assert encoding_of(model) == encoding


def test_an_openai_model_is_counted_exactly_and_markers_are_ordinary_text() -> None:
    assert count("A dog runs on the beach.", "gpt-4o") == (7, True)
    assert count("<|endoftext|>", "gpt-4o").tokens > 1
    assert count("", "gpt-4o") == (0, True)


def test_another_model_is_estimated_and_says_so() -> None:
    assert count("A dog runs on the beach.", "some-model").exact is False


@pytest.mark.parametrize("kind", ["prompts", "seeds"])
def test_the_estimate_is_within_the_stated_error_on_shipped_text(kind: str) -> None:
    library = Library.beside(None)
    for name in ("conversation", "detail", "complex_reasoning"):
        text = library.text(kind, name)
        exact = count(text, "gpt-4o").tokens
        assert abs(estimate(text) - exact) <= ESTIMATE_ERROR * exact


def test_any_text_can_be_estimated() -> None:
    assert estimate("") == 0
    assert estimate("\ud800 ½ 漢字") > 0
