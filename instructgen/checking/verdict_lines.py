"""A verdict on a record in; lines of JSON out: one for each stretch of text that it is about, or one without."""

import json

from ..records import Span, Verdict
from .rows import Judged


def verdict_lines(row: int, record: Judged, verdict: Verdict, level: str) -> str:
    """Give the lines of a verdict on record ``row`` of a dataset: ids may repeat, rows do not.

    ``turn`` counts the dataset's own turns, system turns included; ``start`` and ``end`` are characters (code points)
    of that turn's text. What is not known is null.
    """

    def line(span: Span | None) -> str:
        columns = {
            "id": record.sample.id,
            "row": row,
            "check": verdict.check,
            "level": level,
            "turn": span and span.turn + record.before,
            "start": span and span.start,
            "end": span and span.end,
            "reason": verdict.reason,
            "contradicts": span and span.contradicts,
        }
        return json.dumps(columns, ensure_ascii=False) + "\n"

    return "".join(map(line, verdict.evidence or (None,)))
