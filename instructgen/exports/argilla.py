"""Judged samples in; Argilla's records out, with the answers as suggestions, and the dataset's settings.

Facts of Argilla that shape this file: a record's file is opened in the machine's own encoding, so non-ASCII characters
are escaped; spans can be marked in text fields only, so the checks' evidence is told in words, in ``findings``; a field
that a record lacks must not be required; empty metadata is left out.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from ..records import JudgedSample
from ..run_folder import atomic
from .review_tasks import ReviewTasks, answers, facts, json_name
from .rows import Json, write_array

_ROLES = {"human": "user", "gpt": "assistant"}
_GUIDELINES = (
    "Does every answer hold of the picture? Accept the sample, or reject it; where an answer can be mended, accept and "
    "rewrite it. The findings say what checks hold against it: they may be wrong."
)


class ArgillaExport(ReviewTasks):
    """Writes Argilla's records as one JSON array, and beside them, as ``.settings.json``, the dataset's settings."""

    name: ClassVar[str] = "argilla"
    version: ClassVar[int] = 1

    def write_judged(self, samples: Iterable[JudgedSample], out: Path) -> int:
        """Write all samples; how many questions the settings need is known when the last record is made."""
        most = _Most()
        with atomic(json_name(out, ".settings.json")) as settings:
            number = write_array(out, self._records(samples, most), ascii_only=True)
            settings.write_text(json.dumps(_settings(most), indent=1) + "\n", encoding="utf-8")
        return number

    def _records(self, samples: Iterable[JudgedSample], most: "_Most") -> Iterator[Json]:
        for judged in samples:
            told, pictures, rewritten = facts(judged), self.pictures(judged, "://" in self.prefix), answers(judged)
            most.pictures, most.answers = max(most.pictures, len(pictures)), max(most.answers, len(rewritten))
            fields: dict[str, Json] = {f"picture_{number}": name for number, name in enumerate(pictures, 1)}
            fields["conversation"] = [{"role": _ROLES[turn.role], "content": turn.text} for turn in judged.sample.turns]
            if findings := told.pop("findings"):
                fields["findings"] = findings
            origin = judged.sample.origin
            yield {
                "id": judged.sample.id,
                "fields": fields,
                "metadata": {key: value for key, value in told.items() if value},
                "suggestions": {
                    f"answer_{number}": {"value": turn.text, "agent": origin.model or origin.teacher, "type": "model"}
                    for number, turn in enumerate(rewritten, 1)
                },
                "responses": {},
                "vectors": {},
            }


class _Most:
    """The most pictures and answers that any record has."""

    pictures = answers = 0


def _settings(most: _Most) -> Json:
    pictures = [_entry(f"picture_{n}", f"Picture {n}", False, {"type": "image"}) for n in range(1, most.pictures + 1)]
    options: list[Json] = [{"value": value, "text": value} for value in ("accept", "reject")]
    words: dict[str, Json] = {"type": "text", "use_markdown": False}
    return {
        "guidelines": _GUIDELINES,
        "fields": [
            *pictures,
            _entry("conversation", "Conversation", True, {"type": "chat", "use_markdown": False}),
            _entry("findings", "Findings of the checks", False, words),
        ],
        "questions": [
            _entry("decision", "Decision", True, {"type": "label_selection", "options": options}),
            *(_entry(f"answer_{n}", f"Answer {n}", False, words) for n in range(1, most.answers + 1)),
            _entry("note", "Note", False, words),
        ],
        "metadata": [
            {"name": name, "title": name, "settings": {"type": "terms"}} for name in ("task", "state", "reason")
        ],
        "vectors": [],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
    }


def _entry(name: str, title: str, required: bool, settings: dict[str, Json]) -> Json:
    return {"name": name, "title": title, "required": required, "settings": settings}
