"""A Label Studio export in, as JSON or JSON-MIN; what people decided there out, as reviews of a run.

Who decided is the annotator's e-mail address, where the export names it, else ``annotator-`` and the number. A task
that several people did gives a review of each. An annotation whose turns are not the run's any more is not taken in.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from .digests import text_digest
from .errors import RecordError, SetupError
from .exports.studio_controls import ANSWER, DECISION, NOTE
from .judged import standing
from .records import JudgedSample, Sample, Turn
from .reviews import Review, Reviews, append, edit_faults, review_of, said_by
from .run import Run
from .shard import Judge
from .sources.row_files import json_records

_SHOWN = 3
"""How many samples a line names."""


class _Person(BaseModel):
    id: int | None = None
    email: str | None = None


class _Region(BaseModel):
    from_name: str = ""
    value: dict[str, object] = {}


class _Annotation(BaseModel):
    """One person's answer to a task."""

    result: list[_Region] | None = None
    was_cancelled: bool | None = None
    completed_by: _Person | int | str | None = None
    created_at: str | None = None
    updated_at: str | None = None


class _Task(BaseModel):
    data: dict[str, object] = {}
    annotations: list[_Annotation] = []


class _Said(NamedTuple):
    """What one person decided about one sample."""

    text: str
    """Digest of the turns that were shown."""
    by: str
    decision: str
    answers: Mapping[int, str]
    """Answers by number, from 1, as the person left them."""
    note: str
    at: str | None


def take_in(run: Run, file: Path) -> list[str]:
    """Add an export's decisions to the run's reviews, those that are not there yet; give lines about what came of it.

    Raises SetupError for a file that is no export of tasks that were made here, and for reviews that cannot be read.
    """
    counts: Counter[str] = Counter()
    said = _read(file, counts)
    found = _reviews(run, said, counts)
    Reviews(run.folder)  # what is there must be readable, or nothing is added
    known = {by: _known(run, by) for by in {review.by for review, _, _ in found}}
    new = []
    for review, dated, fault in found:
        times = known[review.by].setdefault(_content(review), set())
        if times if not dated else review.at in times:
            counts["there already"] += 1
            continue
        times.add(review.at)
        new.append((review, fault))
    append(run.folder, [review for review, _ in new])
    lines = _lines(file, [review for review, _ in new], counts)
    if failing := [f"{review.sample} ({fault})" for review, fault in new if fault]:
        lines.append(f"  {len(failing)} edits fail the checks, and the samples stay as they were: {_some(failing)}")
    if split := _split(review for review, _, _ in found):
        lines.append(f"  {len(split)} samples were decided differently, and the latest counts: {_some(split)}")
    return lines


def _lines(file: Path, new: Sequence[Review], counts: Counter[str]) -> list[str]:
    decisions = Counter(review.decision for review in new)
    listed = ", ".join(f"{number} {decision}" for decision, number in sorted(decisions.items()))
    people = len({review.by for review in new})
    by = f" by {people} {'person' if people == 1 else 'people'} ({listed})" if new else ""
    left = ", ".join(f"{number} {why}" for why, number in sorted(counts.items()))
    added = f"{file}: {len(new)} {'review' if len(new) == 1 else 'reviews'} added{by}"
    return [added, f"  left aside: {left}"] if left else [added]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _split(reviews: Iterator[Review]) -> list[str]:
    """Give the samples about which people disagree."""
    decided: dict[str, set[str]] = {}
    for review in reviews:
        decided.setdefault(review.sample, set()).add(review.decision)
    return [sample for sample, decisions in decided.items() if len(decisions) > 1]


# ── the export ───────────────────────────────────────────────────────────────────────────────────────────────


def _read(file: Path, counts: Counter[str]) -> dict[str, list[_Said]]:
    """Read what was said about each sample."""
    if not file.is_file():
        raise SetupError(f"{file}: there is no such file; expected what Label Studio exported, as JSON or JSON-MIN")
    found: dict[str, list[_Said]] = {}
    ours = 0
    for raw in json_records(file, 0):
        if isinstance(raw.record, RecordError):
            raise SetupError(f"{file}, {raw.place}: {raw.record.detail}; expected what Label Studio exported, as JSON")
        try:
            task = _Task.model_validate(raw.record if "data" in raw.record else _unfolded(raw.record))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise SetupError(f"{file}, {raw.place}: no task of Label Studio ({where}: {first['msg']})") from None
        sample, text = task.data.get("sample"), task.data.get("text")
        if not isinstance(sample, str) or not isinstance(text, str):
            counts["tasks that were not made here"] += 1
            continue
        ours += 1
        for annotation in task.annotations:
            if annotation.was_cancelled:
                counts["skipped by the annotator"] += 1
            elif (said := _said(text, annotation)) is None:
                counts["without a decision"] += 1
            else:
                found.setdefault(sample, []).append(said)
    if not ours:
        raise SetupError(
            f"{file}: holds no task that 'export --format label_studio' made (with 'sample' and 'text' in its data); "
            "give Label Studio's export of such a project, as JSON or JSON-MIN"
        )
    return found


def _unfolded(record: Mapping[str, object]) -> dict[str, object]:
    """Give a row of JSON-MIN, which has data and answers side by side, as a task with one annotation."""
    regions = []
    for name, value in record.items():
        if name == DECISION:
            regions.append({"from_name": name, "value": {"choices": [value]}})
        elif name == NOTE or name.startswith(ANSWER):
            regions.append({"from_name": name, "value": {"text": _texts(value)}})
    keys = {"completed_by": "annotator", "created_at": "created_at", "updated_at": "updated_at"}
    annotation = {key: record.get(theirs) for key, theirs in keys.items()} | {"result": regions}
    return {"data": record, "annotations": [annotation]}


def _texts(value: object) -> list[object]:
    """Give the lines of a text area: one text, a list of texts, or what JSON-MIN makes of several."""
    if isinstance(value, dict):
        return _texts(value.get("text"))
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else [value]


def _said(text: str, annotation: _Annotation) -> _Said | None:
    """Read an annotation; None for one without a decision."""
    decision, answers, note = "", {}, ""
    for region in annotation.result or ():
        if region.from_name == DECISION:
            choices = region.value.get("choices")
            decision = str(choices[0]) if isinstance(choices, list) and choices else ""
        elif region.from_name == NOTE:
            note = _words(region)
        elif re.fullmatch(ANSWER + r"\d{1,4}", region.from_name):
            answers[int(region.from_name.removeprefix(ANSWER))] = _words(region)
    if decision not in ("accept", "reject"):
        return None
    at = _time(annotation.updated_at) or _time(annotation.created_at)
    return _Said(text, _name(annotation.completed_by), decision, answers, note, at)


def _words(region: _Region) -> str:
    lines = [text for text in _texts(region.value.get("text")) if isinstance(text, str)]
    return "\n".join(lines).replace("\r\n", "\n").encode("utf-8", "replace").decode().strip()


def _time(text: str | None) -> str | None:
    """Give a time with its zone, which is UTC where none is said; None for what is no time."""
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()


def _name(person: _Person | int | str | None) -> str:
    """Give an annotator's name as a review may bear it."""
    if isinstance(person, _Person):
        person = person.email or person.id
    if isinstance(person, str) and person.strip():
        name = "".join(c if c.isalpha() or c.isdecimal() or c in "_.@-" else "_" for c in person.strip())
        return (name if name[0] not in ".@-" else f"_{name}")[:64]
    return "annotator" if person is None or isinstance(person, str) else f"annotator-{person}"


# ── the reviews ──────────────────────────────────────────────────────────────────────────────────────────────

_Found = tuple[Review, bool, str]
"""A review, whether the export says when it was made, and why its edit will not count, if so."""


def _reviews(run: Run, said: Mapping[str, Sequence[_Said]], counts: Counter[str]) -> list[_Found]:
    """Give the reviews that decisions come to, in the run's order."""
    judge, found, met = Judge(run.built), list[_Found](), set[str]()
    for judged in standing(run) if said else ():
        if judged.sample.id in said:
            met.add(judged.sample.id)
            text = text_digest(judged.sample)
            for one in said[judged.sample.id]:
                if one.text != text:
                    counts["about words that have changed since"] += 1
                else:
                    found.append(_review(judge, judged, one))
    if lost := sum(len(each) for name, each in said.items() if name not in met):
        counts["about samples that this run does not have"] += lost
    return found


def _review(judge: Judge, judged: JudgedSample, said: _Said) -> _Found:
    turns = _rewritten(judged.sample, said.answers) if said.decision == "accept" else ()
    if turns == judged.sample.turns or said.decision == "reject":
        made = review_of(
            judged.sample, "reject" if said.decision == "reject" else "accept", said.by, (), said.note, said.at
        )
        return made, said.at is not None, ""
    edited = judged.sample.model_copy(update={"turns": turns})
    faults = edit_faults(judge, edited, judged.context)
    fault = f"{faults[0].check}:{faults[0].reason}" if faults else ""
    return review_of(judged.sample, "edit", said.by, turns, said.note, said.at), said.at is not None, fault


def _rewritten(sample: Sample, answers: Mapping[int, str]) -> tuple[Turn, ...]:
    """Give the turns with what people made of the answers; one that was emptied, or differs in its margins, stays."""
    turns, number = [], 0
    for turn in sample.turns:
        number += turn.role == "gpt"
        text = answers.get(number, "") if turn.role == "gpt" else ""
        turns.append(Turn(role=turn.role, text=text) if text and text != turn.text.strip() else turn)
    return tuple(turns)


def _known(run: Run, by: str) -> dict[str, set[str]]:
    """Give the times at which a person has said each thing so far."""
    known: dict[str, set[str]] = {}
    for review in said_by(run.folder, by):
        known.setdefault(_content(review), set()).add(review.at)
    return known


def _content(review: Review) -> str:
    return review.model_dump_json(exclude={"at"})
