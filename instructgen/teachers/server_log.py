"""A server's log in; its last lines out, and the one that tells why it died."""

import re
from pathlib import Path

_TAIL_BYTES = 64 * 1024
_MOST_LINES = 12
_MOST_CHARACTERS = 300

_MARKS = re.compile(r"\x1b\[[0-9;]*m")
_HEAD = re.compile(
    r"^(\([^)]*pid=\d+\)\s*)?((DEBUG|INFO|WARNING|ERROR|CRITICAL)\s+)?"
    r"(\d\d-\d\d \d\d:\d\d:\d\d\s+)?(\[[^\]]*:\d+\]\s*)?"
)
"""What stands before a line's words: process, level, time, place."""
_FAULT = re.compile(
    r"^([\w.]+\.)?\w*(Error|Exception|Interrupt)\b.*|^.*\berror: .*|^.*(No module named|cannot be started) .*"
)
_SECOND_HAND = re.compile(r"See root cause above|Engine core initialization failed", re.IGNORECASE)


def last_line(log: Path) -> str:
    """Give the words of the last line that the server logged, or else printed, shortened."""
    lines = _lines(log)
    logged = [line for line in lines if (head := _HEAD.match(line)) and head[2]]
    return _short(_words((logged or lines)[-1:])[0], 80) if lines else ""


def last_lines(log: Path) -> list[str]:
    """Give the last lines, without what stands before their words."""
    return [_short(line, _MOST_CHARACTERS) for line in _words(_lines(log))[-_MOST_LINES:]]


def telling_line(log: Path) -> str:
    """Give the first line that names an error and does not merely point to another; empty if there is none."""
    faults = [line for line in _words(_lines(log)) if _FAULT.match(line)]
    first_hand = [line for line in faults if not _SECOND_HAND.search(line)]
    return _short(next(iter(first_hand or faults), ""), _MOST_CHARACTERS)


def _words(lines: list[str]) -> list[str]:
    return [_HEAD.sub("", line).strip() for line in lines]


def _lines(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    # A bar of progress writes its line again and again.
    lines = (_MARKS.sub("", line.rstrip("\r").rpartition("\r")[2]) for line in text.split("\n"))
    return [line for line in lines if _HEAD.sub("", line).strip()]


def _short(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - 1] + "…"
