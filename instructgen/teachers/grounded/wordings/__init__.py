"""The name of a table of wordings in (``captions``, ``boxes``, ``reasoning``); how its questions are put and answered out."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml


class Wording(NamedTuple):
    """How a family of questions is put and answered: any question goes with any answer."""

    questions: tuple[str, ...]
    answers: tuple[str, ...]


@cache
def read_wordings(*tables: str) -> dict[str, Wording]:
    """Give the wordings of shipped tables by family."""
    found: dict[str, Wording] = {}
    for table in tables:
        text = (Path(__file__).parent / f"{table}.yaml").read_text(encoding="utf-8")
        for family, wording in yaml.load(text, Loader=_LOADER).items():
            found[family] = Wording(tuple(wording["questions"]), tuple(wording["answers"]))
    return found


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
