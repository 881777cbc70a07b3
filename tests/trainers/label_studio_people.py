"""A folder with ``label_studio.json`` and ``.xml`` in; Label Studio's exports of what people said about the tasks out.

    .env-label-studio/bin/python tests/trainers/label_studio_people.py FOLDER [ANOTHER]

Everything is done by Label Studio's own SDK, as its server does it: the configuration is validated and parsed, each
task's predictions are validated against it, two people's annotations are built by the configuration's own controls and
validated, and the converter writes the exports ``json`` and ``json_min``. Planted faults must be found. The words that
a stretch marks are those that its UTF-16 offsets give. ``decided.json`` notes what is to come of it all. The tasks of
another folder are only validated.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface
from label_studio_sdk.label_interface.objects import (
    AnnotationValue,
    PredictionValue,
    TaskValue,
)

Task = dict[str, Any]
LONG_AGO = "2026-01-01T10:00:00.000000Z"


def faults(interface: LabelInterface, task: Task) -> list[str]:
    """List what the SDK, or a look at the offsets, holds against a task."""
    found = []
    for tag in interface.objects:
        if task["data"].get(tag.value_name) is None:
            found.append(f"no data for ${tag.value_name}")
    paragraphs = task["data"]["conversation"]
    for prediction in task["predictions"]:
        PredictionValue(**prediction)
        found += interface.validate_prediction(prediction, return_errors=True)
        for region in prediction["result"]:
            if region["type"] == "paragraphlabels":
                value = region["value"]
                units = paragraphs[int(value["start"])]["text"].encode("utf-16-le")
                marked = units[2 * value["startOffset"] : 2 * value["endOffset"]].decode("utf-16-le")
                found += [] if marked == value["text"] else [f"marks {marked!r}, not {value['text']!r}"]
    return found


def planted(tasks: list[Task]) -> list[Task]:
    """Spoil a task in each way that must be found."""
    spoilt = []
    for kind, change in (
        ("rectanglelabels", {"x": 101.0}),
        ("rectanglelabels", {"rectanglelabels": ["no such label"]}),
        ("paragraphlabels", {"paragraphlabels": ["no such label"]}),
        ("paragraphlabels", {"startOffset": 0}),
        ("textarea", {"text": 3}),
    ):
        task = next(t for t in tasks if any(r["type"] == kind for r in t["predictions"][0]["result"]))
        copy = json.loads(json.dumps(task))
        next(r for r in copy["predictions"][0]["result"] if r["type"] == kind)["value"].update(change)
        spoilt.append(copy)
    return spoilt


def annotation(
    interface: LabelInterface, person: int, at: str, decision: str, answer: str, note: str, cancelled: bool = False
) -> Task:
    """Make an annotation with the configuration's own controls."""
    regions = [interface.get_control("answer_1").label([answer])]
    if decision:
        regions.append(interface.get_control("decision").label([decision]))
    if note:
        regions.append(interface.get_control("note").label([note]))
    made: Task = AnnotationValue(completed_by=person, result=regions, was_cancelled=cancelled).model_dump()
    assert interface.validate_annotation(made), made
    return {"id": 1000 * person + int(at[14:16]), "created_at": at, "updated_at": at, **made}


def annotated(interface: LabelInterface, task: Task, number: int) -> tuple[list[Task], list[str] | None]:
    """Give what people say of a task, and the answers that shall come of it; None for a sample that is left out."""
    (answer,) = (p["text"] for p in task["data"]["conversation"] if p["author"].startswith("Answer"))
    as_is = None if task["data"]["state"] == "rejected" else [answer]
    mended = answer.split("\n\n")[0] + "\n\nMended 🙂 “so”.\nBy hand."
    later = LONG_AGO.replace("10:00", "11:30")
    both = [
        annotation(interface, 1, LONG_AGO, "accept", answer, ""),
        annotation(interface, 2, later, "reject", answer, ""),
    ]
    match number % 6:
        case 0:
            return [annotation(interface, 1, LONG_AGO, "reject", answer, "There is\nno dog 🙂.")], None
        case 1:
            return [annotation(interface, 1, LONG_AGO, "accept", mended, "mended")], [mended]
        case 2:
            return [annotation(interface, 2, LONG_AGO, "reject", answer, "", cancelled=True)], as_is
        case 3:
            return both, None
        case 4:
            return [annotation(interface, 2, LONG_AGO, "accept", answer, "")], [answer]
        case _:
            return [annotation(interface, 2, LONG_AGO, "", answer, "cannot tell")], as_is


def validated(folder: Path) -> tuple[LabelInterface, list[Task], int]:
    """Validate a folder's configuration and tasks; give them, and the number of tasks with a fault."""
    interface = LabelInterface((folder / "label_studio.xml").read_text("utf-8"))
    interface.validate()
    tasks: list[Task] = json.loads((folder / "label_studio.json").read_text("ascii"))
    found = {task["data"]["sample"]: faults(interface, task) for task in tasks}
    for sample, why in found.items():
        for one in why:
            print(f"  {sample}: {one}")
    regions = [region["type"] for task in tasks for region in task["predictions"][0]["result"]]
    kinds = ", ".join(f"{regions.count(kind)} {kind}" for kind in sorted(set(regions)))
    print(f"label-studio-sdk {version('label-studio-sdk')}: {len(tasks)} tasks, predictions: {kinds}")
    faulty = sum(map(bool, found.values()))
    print(f"{len(tasks) - faulty} tasks without a fault, {faulty} with one")
    return interface, tasks, faulty


def main(folder: Path, another: Path | None) -> int:
    """Validate, annotate, convert; give the exit status."""
    faulty = validated(another)[2] if another else 0
    interface, tasks, more = validated(folder)
    spoilt = planted(tasks)
    missed = sum(not faults(interface, task) for task in spoilt)
    print(f"{len(spoilt) - missed} of {len(spoilt)} planted faults found")
    decided, exported = {}, []
    for number, task in enumerate(tasks):
        annotations, outcome = annotated(interface, task, number)
        TaskValue(data=task["data"])
        exported.append({"id": number + 1, "annotations": annotations, "predictions": [], "data": task["data"]})
        decided[task["data"]["sample"]] = outcome
    (folder / "decided.json").write_text(json.dumps(decided), encoding="utf-8")
    (folder / "annotated.json").write_text(json.dumps(exported), encoding="utf-8")
    converter = Converter(interface.config, str(folder), download_resources=False)
    converter.convert_to_json(str(folder / "annotated.json"), str(folder / "json"), is_dir=False)
    converter.convert_to_json_min(str(folder / "annotated.json"), str(folder / "json_min"), is_dir=False)
    return 1 if missed or faulty or more or not tasks else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None))
