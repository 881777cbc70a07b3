"""Captions and boxes of a COCO file in; what the teacher ``grounded`` writes about them out, with the contexts.

A self-test only: the teacher writes by rule from the very annotations that the checks hold its text against, so what
they say of it shows mistakes of either, and is no figure of the checks' quality.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from labelled import Pair

from instructgen.library import shipped
from instructgen.run import Run


def grounded_pairs(annotations: Path) -> list[Pair]:
    """Give the samples of a run without checks over ``captions.json`` and ``instances.json`` of a folder."""
    recipe = {
        "about": "What the free teacher writes, unchecked",
        "seed": 4,
        "source": {
            "use": "coco",
            "captions": str(annotations / "captions.json"),
            "instances": str(annotations / "instances.json"),
        },
        "teacher": {"use": "grounded"},
        "attempts": ["teacher"],
        "tasks": {
            "conversation": {"use": "prompted", "form": "dialogue", "samples": 3},
            "detail": {"use": "prompted", "form": "description", "questions": "detailed", "samples": 2},
            "complex_reasoning": {"use": "prompted", "form": "single_question", "samples": 2},
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grounded.yaml"
        path.write_text(json.dumps(recipe), encoding="utf-8")
        command = [sys.executable, "-m", "instructgen", "run", str(path), "--out", f"{folder}/run"]
        subprocess.run(command, check=True, capture_output=True)
        run = Run.open(f"{folder}/run")
        contexts = {context.id: context for context in run.contexts()}
        return [Pair(sample, contexts[sample.origin.context]) for sample in run.samples()]


def demo_pairs() -> list[Pair]:
    """Give what the teacher writes about the bundled photos."""
    return grounded_pairs(shipped() / "pipelines" / "demo")
