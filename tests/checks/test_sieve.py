"""The sieve of wordings: it lets nothing slip that a pattern matches, in whatever text and place."""

import json
import re
from pathlib import Path

import pytest
import yaml

from instructgen.checks.leak_words import RULES as LEAKS
from instructgen.checks.refusal_words import RULES as REFUSALS
from instructgen.checks.sieve import Sieve, simplified
from instructgen.checks.words import BORDER

DATA = Path(__file__).resolve().parents[1] / "data"
PATTERNS = [rule.pattern.pattern for rule in (*LEAKS, *REFUSALS)]


def texts_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in texts_of(part)]


def wordings() -> list[str]:
    listed = [yaml.safe_load((DATA / f"{name}_wordings.yaml").read_text()) for name in ("leak", "refusal")]
    items = [json.loads(line) for line in (DATA / "labelled/dev.jsonl").read_text().splitlines()]
    return [text.lower() for text in (*texts_of(listed), *(turn["text"] for item in items for turn in item["turns"]))]


def test_whatever_a_pattern_matches_the_sieve_names_it_alone_and_between_other_turns() -> None:
    sieve, compiled, matched = Sieve(PATTERNS, BORDER), [re.compile(p) for p in PATTERNS], 0
    for text in wordings():
        there = {number for number, pattern in enumerate(compiled) if pattern.search(text)}
        matched += len(there)
        assert there <= set(sieve.may_match(text))
    assert matched > 400
    between = Sieve(PATTERNS, BORDER)
    for text in wordings()[::5]:
        there = {number for number, pattern in enumerate(compiled) if pattern.search(text)}
        assert there <= set(between.may_match(BORDER.join(["what is it?", text, "thank you."])))


def test_most_harmless_texts_need_no_second_look() -> None:
    sieve = Sieve(PATTERNS, BORDER)
    harmless = ["a dog lies on the couch.", "there are two cups on the table, and a third on the floor by the lamp."]
    assert [sieve.may_match(text) for text in harmless] == [[], []]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"a(?! b)c", "ac"),
        (r"(?<=[)(])x(?=(y|z\)))", "x"),
        (r"[^]^(?]\)(?:d)", r"[^]^(?]\)(?:d)"),
        (r"\Aq\Z", r"(?:\A|#)q(?:\z|#)"),
        (r"(?:^|\n)q", r"(?:(?:\A|#)|\n)q"),
    ],
)
def test_lookarounds_are_left_out_and_ends_are_borders_too(pattern: str, expected: str) -> None:
    assert simplified(pattern, "#") == expected


def test_letters_of_all_scripts_count_as_letters() -> None:
    sieve = Sieve([r"\bcaf\w says\b", r"the “\w+”"], BORDER)
    assert sieve.may_match("the café says so") == [0]
    assert sieve.may_match("the “día”") == [1]


def test_half_a_surrogate_pair_is_read_over() -> None:
    assert Sieve([r"\bdogs?\b", r"cats"], BORDER).may_match("two \ud83d dogs") == [0]
