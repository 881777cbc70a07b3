"""A folder in; a small run in it out, or whether its export is what people have decided.

    python tests/trainers/reviewed_run.py make|compare FOLDER

``make`` runs a scripted teacher: some answers are too long, some hold a phone number behind characters beyond the basic
plane, where Label Studio's counting differs from ours. ``compare`` holds ``reviewed.json``, an export of the reviewed
run, against ``decided.json``, which says of each sample what people made of its answers, or null for a rejected one.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from instructgen import cli

ROWS = 24


def answer(number: int) -> str:
    """Give an answer: every third has a number to find, every fourth is too long."""
    words = f"A 🙂 face <b>and</b> {number + 2} 犬 & “dogs” wait near the gate.\n\nThey are at the left."
    if number % 3 == 0:
        words += f" A sign 🪧🪧 says +1 415 555 26{number:02d}."
    return words + " The grass is green." * (12 if number % 4 == 3 else 0)


def make(folder: Path) -> None:
    """Make a run of as many samples as there are rows, some of them rejected."""
    box = {"label": 'dog "&" cat', "x1": 0.1, "y1": 0.2, "x2": 0.987654, "y2": 1.0}
    rows = []
    for number in range(ROWS):
        images = {"image": f"a b#{number}.jpg", "width": 640, "height": 480} if number % 6 else {}
        rows.append({"id": f"{number:04d}", **images, "captions": ["Dogs near a gate."], "boxes": [box]})
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    slots = {f"{number:04d}/detail": answer(number) for number in range(ROWS)}
    (folder / "script.yaml").write_text(yaml.safe_dump({"slots": slots}), encoding="utf-8")
    recipe = {
        "source": {"use": "image_text", "files": [str(folder / "rows.jsonl")]},
        "teacher": {"use": "scripted", "file": str(folder / "script.yaml")},
        "tasks": {"detail": {"use": "prompted", "form": "description"}},
        "checks": {
            "shape": {"action": "reject"},
            "length": {"action": "reject", "max_words": 40},
            "personal_data": {"action": "tag"},
        },
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    cli.main(["run", str(folder / "recipe.yaml"), "--out", str(folder / "run")])


def compare(folder: Path) -> int:
    """Compare; give the exit status."""
    decided: dict[str, list[str] | None] = json.loads((folder / "decided.json").read_text("utf-8"))
    rows: list[dict[str, Any]] = json.loads((folder / "reviewed.json").read_text("utf-8"))
    found = {row["id"]: [turn["value"] for turn in row["conversations"] if turn["from"] == "gpt"] for row in rows}
    wanted = {sample: answers for sample, answers in decided.items() if answers is not None}
    for sample in sorted(found.keys() | wanted.keys()):
        if found.get(sample) != wanted.get(sample):
            print(f"  {sample}: exported {found.get(sample)}, decided {wanted.get(sample)}")
    same = sum(found.get(sample) == answers for sample, answers in wanted.items())
    print(f"{len(decided)} decisions; {len(wanted)} samples wanted, {len(found)} exported, {same} as decided")
    return 0 if wanted and found == wanted else 1


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]))
    else:
        sys.exit(compare(Path(sys.argv[2])))
