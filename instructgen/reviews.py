"""What people decided about samples: appended to ``reviews/NAME.jsonl`` of a run, read back and applied.

Reviews never edit shards. Each bears a digest of the turns that were judged: when these have changed since, the
review is stale, is shown as that, and is not applied.
"""

from typing import Literal

from .digests import digest
from .records import Record, Sample, Turn


class Review(Record):
    """One decision about one sample; the latest of a sample counts."""

    sample: str
    """The sample's id."""
    text: str
    """Digest of the turns that were judged, as ``text_digest`` gives it."""
    decision: Literal["accept", "reject", "edit"]
    turns: tuple[Turn, ...] = ()
    """The new turns of an ``edit``."""
    note: str = ""
    by: str
    """Who decided: also the stem of the file."""
    at: str
    """UTC time, ISO 8601."""


def text_digest(sample: Sample) -> str:
    """Digest a sample's turns."""
    return digest([[turn.role, turn.text] for turn in sample.turns])
