"""Names of tables in (``captions``, ``boxes``, ``reasoning``); how each family of questions is put and answered out."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml


class Wording(NamedTuple):
    """How a family of questions is put and answered: any question goes with any answer."""

    questions: tuple[str, ...]
    answers: tuple[str, ...]
    question_needs: tuple[tuple[str, ...], ...]
    """The slots of each question."""
    answer_needs: tuple[tuple[str, ...], ...]


@cache
def read_wordings(*tables: str) -> dict[str, Wording]:
    """Give the wordings of shipped tables by family."""
    found: dict[str, Wording] = {}
    for table in tables:
        text = (Path(__file__).parent / f"{table}.yaml").read_text(encoding="utf-8")
        for family, wording in yaml.load(text, Loader=_LOADER).items():
            questions, answers = tuple(wording["questions"]), tuple(wording["answers"])
            found[family] = Wording(questions, answers, tuple(map(_slots, questions)), tuple(map(_slots, answers)))
    return found


def _slots(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\{(\w+)\}", text))


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
