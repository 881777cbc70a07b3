"""A verdict on a sample in; lines of JSON out: one for each stretch of text that it is about, or one without."""

import json
from typing import NamedTuple

from .records import Verdict


class About(NamedTuple):
    """Which record of a dataset a verdict is about."""

    row: int
    """Its number, from 0."""
    id: str
    """As the dataset has it: it may repeat."""
    before: int
    """System turns before the sample's first turn."""


def verdict_lines(about: About, verdict: Verdict, level: str) -> str:
    """Give the lines of a verdict.

    ``turn`` counts the dataset's own turns, system turns included; ``start`` and ``end`` are characters (code points)
    of that turn's text. What is not known is null.
    """
    head = {"id": about.id, "row": about.row, "check": verdict.check, "level": level}
    spans: list[dict[str, object]] = [
        {"turn": span.turn + about.before, "start": span.start, "end": span.end, "contradicts": span.contradicts}
        for span in verdict.evidence
    ] or [{"turn": None, "start": None, "end": None, "contradicts": None}]
    return "".join(
        json.dumps(
            {
                **head,
                **{key: span[key] for key in ("turn", "start", "end")},
                "reason": verdict.reason,
                "contradicts": span["contradicts"],
            },
            ensure_ascii=False,
        )
        + "\n"
        for span in spans
    )
