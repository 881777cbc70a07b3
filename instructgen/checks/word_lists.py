"""``mention_words.txt`` in; its lists of words by name out, for reading what a text says is there."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def word_lists() -> Mapping[str, frozenset[str]]:
    """Read the shipped lists: words, and phrases with blanks."""
    lists: dict[str, list[str]] = {}
    into: list[str] = []
    for line in Path(__file__).with_name("mention_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            into = lists.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            into += line.split()
    return {name: frozenset(word.replace("_", " ") for word in said) for name, said in lists.items()}
