"""Judged samples in; Label Studio's tasks out, with boxes, evidence and answers as predictions, and the configuration.

Facts of Label Studio that shape this file: every key that the configuration names must be in every task's data, so a
task with fewer pictures has "" for the others. Boxes are in percent of the picture. A stretch of a paragraph is counted
in UTF-16 code units (the editor takes JavaScript's length of the selection), and paragraph numbers are strings.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, ClassVar
from xml.etree import ElementTree

from ..records import Box, JudgedSample, Span, Verdict
from ..run_folder import atomic
from .review_tasks import ReviewTasks, answers, facts, grave, json_name, title
from .rows import Json, write_array
from .studio_controls import ANSWER, DECISION, NOTE

_PICTURE, _BOXES, _TALK, _EVIDENCE = "picture_", "boxes_", "conversation", "evidence"


class LabelStudioExport(ReviewTasks):
    """Writes Label Studio's tasks as one JSON array, and beside them, as ``.xml``, the labelling configuration."""

    name: ClassVar[str] = "label_studio"
    version: ClassVar[int] = 1

    def write_judged(self, samples: Iterable[JudgedSample], out: Path) -> int:
        """Write all samples; what the configuration must name is known when the last task is made."""
        beside = json_name(out, ".xml")
        seen = _Seen()
        with atomic(beside) as config, TemporaryFile("w+", encoding="ascii", dir=config.parent) as spool:
            for judged in samples:
                spool.write(json.dumps(self._task(judged, seen), allow_nan=False) + "\n")
            number = write_array(out, _whole(spool, seen.pictures), ascii_only=True)
            config.write_text(seen.config(), encoding="utf-8")
        return number

    def _task(self, judged: JudgedSample, seen: "_Seen") -> dict[str, Json]:
        pictures = self.pictures(judged, escaped=True)
        result = [*_boxes(judged), *_evidence(judged), *_answers(judged)]
        seen.add(len(pictures), len(answers(judged)), result)
        data = facts(judged) | {f"{_PICTURE}{number}": name for number, name in enumerate(pictures, 1)}
        return {"data": data | {_TALK: _paragraphs(judged)}, "predictions": [_prediction(judged, result)]}


def _prediction(judged: JudgedSample, result: list[dict[str, Json]]) -> Json:
    return {"model_version": judged.sample.origin.model or judged.sample.origin.teacher, "result": list[Json](result)}


def _whole(spool: IO[str], pictures: int) -> Iterator[Json]:
    """Read the tasks back, each with a key for as many pictures as any has."""
    spool.flush()
    spool.seek(0)
    for line in spool:
        task = json.loads(line)
        task["data"] = {f"{_PICTURE}{number}": "" for number in range(1, pictures + 1)} | task["data"]
        yield task


def _paragraphs(judged: JudgedSample) -> list[Json]:
    spoken = {"human": 0, "gpt": 0}
    paragraphs: list[Json] = []
    for turn in judged.sample.turns:
        spoken[turn.role] += 1
        author = f"{'Question' if turn.role == 'human' else 'Answer'} {spoken[turn.role]}"
        paragraphs.append({"author": author, "text": turn.text})
    return paragraphs


# ── predictions ──────────────────────────────────────────────────────────────────────────────────────────────


def _boxes(judged: JudgedSample) -> Iterator[dict[str, Json]]:
    images = judged.sample.images
    for number, box in enumerate(judged.context.boxes):
        if box.image < len(images):
            image, size = images[box.image], dict[str, Json]()
            if image.width and image.height:
                size = {"original_width": image.width, "original_height": image.height, "image_rotation": 0}
            names = {"from_name": f"{_BOXES}{box.image + 1}", "to_name": f"{_PICTURE}{box.image + 1}"}
            yield {"id": f"box-{number}", **names, "type": "rectanglelabels", **size, "value": _rectangle(box)}


def _rectangle(box: Box) -> dict[str, Json]:
    place = {"x": box.x1, "y": box.y1, "width": box.x2 - box.x1, "height": box.y2 - box.y1}
    return {**{key: round(100 * share, 3) for key, share in place.items()}, "rotation": 0} | {
        "rectanglelabels": [_label(box.label)]
    }


def _evidence(judged: JudgedSample) -> Iterator[dict[str, Json]]:
    found = [(verdict, span) for verdict in grave(judged) for span in verdict.evidence if span.start < span.end]
    for number, (verdict, span) in enumerate(found):
        names = {"from_name": _EVIDENCE, "to_name": _TALK, "type": "paragraphlabels"}
        said = span.contradicts or verdict.hint
        meta: dict[str, Json] = {"meta": {"text": [said]}} if said else {}
        yield {"id": f"evidence-{number}", **names, **meta, "value": _stretch(judged, verdict, span)}


def _stretch(judged: JudgedSample, verdict: Verdict, span: Span) -> dict[str, Json]:
    text = judged.sample.turns[span.turn].text
    return {
        "start": str(span.turn),
        "end": str(span.turn),
        "startOffset": _utf16(text[: span.start]),
        "endOffset": _utf16(text[: span.end]),
        "text": text[span.start : span.end],
        "paragraphlabels": [_label(title(verdict))],
    }


def _label(text: str) -> str:
    """Give a label as XML can hold it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _utf16(text: str) -> int:
    """Count a text's UTF-16 code units: two for a character beyond the basic plane, such as an emoji."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _answers(judged: JudgedSample) -> Iterator[dict[str, Json]]:
    """Give the answers as they are, to be rewritten in their places."""
    for number, turn in enumerate(answers(judged), 1):
        names: dict[str, Json] = {"from_name": f"{ANSWER}{number}", "to_name": _TALK, "type": "textarea"}
        yield {"id": f"answer-{number}", **names, "value": {"text": [turn.text]}}


# ── the configuration ────────────────────────────────────────────────────────────────────────────────────────


class _Seen:
    """What the tasks hold that the configuration must name."""

    def __init__(self) -> None:
        self.pictures = self._answers = 0
        self._labels: dict[str, set[str]] = {}
        """By name of the control."""

    def add(self, pictures: int, answers: int, result: Iterable[dict[str, Json]]) -> None:
        """Take in what one task holds."""
        self.pictures, self._answers = max(self.pictures, pictures), max(self._answers, answers)
        for region in result:
            value = region["value"]
            assert isinstance(value, dict)
            labels = value.get("rectanglelabels") or value.get("paragraphlabels")
            if isinstance(labels, list):
                self._labels.setdefault(str(region["from_name"]), set()).update(map(str, labels))

    def config(self) -> str:
        """Write the labelling configuration."""
        view = ElementTree.Element("View")
        _tag(view, "Header", value="$sample")
        _tag(view, "Text", name="findings", value="$findings")
        for number in range(1, self.pictures + 1):
            picture = f"{_PICTURE}{number}"
            _tag(view, "Image", name=picture, value=f"${picture}", zoom="true")
            self._add_labels(view, "RectangleLabels", f"{_BOXES}{number}", picture)
        _tag(view, "Paragraphs", name=_TALK, value=f"${_TALK}", layout="dialogue")
        self._add_labels(view, "ParagraphLabels", _EVIDENCE, _TALK)
        choices = _tag(view, "Choices", name=DECISION, toName=_TALK, choice="single", required="true")
        for choice in ("accept", "reject"):
            _tag(choices, "Choice", value=choice)
        for number in range(1, self._answers + 1):
            _tag(view, "Header", value=f"Answer {number}, to be rewritten where it is wrong", size="5")
            _text_area(view, f"{ANSWER}{number}")
        _tag(view, "Header", value="Note", size="5")
        _text_area(view, NOTE)
        ElementTree.indent(view)
        return ElementTree.tostring(view, encoding="unicode") + "\n"

    def _add_labels(self, view: ElementTree.Element, tag: str, name: str, of: str) -> None:
        if labels := self._labels.get(name):
            control = _tag(view, tag, name=name, toName=of)
            for label in sorted(labels):
                _tag(control, "Label", value=label)


def _tag(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, attributes)


def _text_area(view: ElementTree.Element, name: str) -> None:
    _tag(view, "TextArea", name=name, toName=_TALK, rows="4", editable="true", maxSubmissions="1")
