"""Plain values in; rows as datasets have them out, and checks that show what they were given."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import yaml
from runs import command

from instructgen.component import Component
from instructgen.protocols import Rounds
from instructgen.records import Context, Sample, Span, Verdict

Row = dict[str, Any]
SORRY = "I'm sorry, but I can't help with that."


def row(name: object = "000000000009", answer: str = "A dog.", image: object = "000000000009.jpg") -> Row:
    """Give a row of LLaVA's; ``image`` None leaves it out."""
    tag = "<image>\n" * (len(image) if isinstance(image, list) else image is not None)
    turns = [{"from": "human", "value": f"{tag}What is it?"}, {"from": "gpt", "value": answer}]
    return {"id": name, **({"image": image} if image is not None else {}), "conversations": turns}


def write(path: Path, rows: Iterable[object]) -> Path:
    """Write rows as a JSON array, or as JSON lines under a name in ``.jsonl``."""
    lines = [json.dumps(one) for one in rows]
    whole = "\n".join(lines) if path.suffix == ".jsonl" else "[" + ",\n".join(lines) + "]"
    path.write_text(whole, encoding="utf-8")
    return path


def recipe(folder: Path, **checks: Mapping[str, object]) -> Path:
    """Write a recipe of which only the checks matter."""
    tree = {
        "source": {"use": "coco"},
        "teacher": {"use": "grounded"},
        "tasks": {"conversation": {"use": "prompted", "form": "dialogue"}},
        "checks": {name: dict(block) for name, block in checks.items()},
    }
    path = folder / "checks.yaml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def verdicts(dataset: Path, *arguments: object) -> list[Row]:
    """Check a dataset by the command line, which must end well; give the lines of its verdicts."""
    out = dataset.with_name("verdicts.jsonl")
    ended = command("check", dataset, "--verdicts", out, *arguments)
    assert ended.code == 0, ended
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def found(dataset: Path, *arguments: object) -> Row:
    """Check a dataset by the command line, which must end well; give what it prints as JSON."""
    ended = command("check", dataset, "--json", *arguments)
    assert ended.code == 0, ended
    printed: Row = json.loads(ended.out)
    return printed


class ShowsContext(Component):
    """Doubts everything, and says what the context holds."""

    name: ClassVar[str] = "shows_context"
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        boxes = ", ".join(f"{box.label} {box.image}" for box in context.boxes)
        said = f"{context.id}: {boxes}; {'; '.join(context.captions)}"
        last = len(sample.turns) - 1
        evidence = (Span(turn=last, start=0, end=1, contradicts=said),)
        return Verdict(check="shows_context", outcome="doubtful", reason="seen", evidence=evidence)

    def figures(self, sample: Sample, context: Context) -> dict[str, int]:
        return {"turns": len(sample.turns), "boxes": len(context.boxes)}


class SecondOfEach(Component):
    """Fails each sample whose answer another one had before, and says which."""

    name: ClassVar[str] = "second_of_each"
    version: ClassVar[int] = 1

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        first: dict[str, str] = {}
        for sample in samples:
            other = first.setdefault(sample.turns[-1].text, sample.id)
            if other != sample.id:
                span = Span(turn=len(sample.turns) - 1, start=0, end=1, contradicts=f"as {other}")
                yield sample.id, Verdict(check=self.name, outcome="fail", reason="again", evidence=(span,))


CONTEXTS = {"use": "checking_rows:ShowsContext", "action": "tag"}
SECONDS = {"use": "checking_rows:SecondOfEach", "action": "reject"}


class Asks(Component):
    """Would ask a judge."""

    name: ClassVar[str] = "asks"
    version: ClassVar[int] = 1

    def rounds(self, sample: Sample, context: Context) -> Rounds[Verdict]:
        raise NotImplementedError("nobody is asked by instructgen check")
        yield
