"""Kinds in; what ``list`` says there is out."""

import re

import pytest
from cases import finished

from instructgen.listing import TABLES
from instructgen.recipe import load

KINDS = ["recipes", *TABLES]


def test_everything_that_can_be_named_is_listed_with_one_line() -> None:
    text = finished("list").out
    assert [line[:-1] for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")] == KINDS
    for table in TABLES.values():
        for name in table:
            assert re.search(rf"^  {name} +\S.{{10,}}$", text, re.MULTILINE), name
    assert "``" not in text and "None" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_can_be_listed_alone(kind: str) -> None:
    whole, alone = finished("list").out, finished("list", kind).out
    assert alone in whole and alone.startswith(f"{kind}:\n") and alone.count(":\n") == 1


def test_recipes_are_listed_with_what_they_are_about_and_can_be_used_by_name() -> None:
    for line in finished("list", "recipes").out.splitlines()[1:]:
        name, _, about = line.strip().partition(" ")
        assert load(name, ["teacher.model=any"] if name.endswith("158k") else [])[0].about == about.strip() != ""
