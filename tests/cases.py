"""COCO records in; small collections, recipes and the command line's answer out: what the tests of mistakes share."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml
from runs import Ended, command

Entry = dict[str, object]
WORDS = ("dog", "cat", "kite", "boat", "chair")


def image(number: int, **fields: object) -> Entry:
    return {"id": number, "file_name": f"{number}.jpg", "width": 200, "height": 100, **fields}


def caption(number: int, text: object = None, of: int | None = None) -> Entry:
    said = f"A {WORDS[number % 5]} beside a tree, seen for the {number}th time." if text is None else text
    return {"id": number, "image_id": number if of is None else of, "caption": said}


def box(number: int, of: int, **fields: object) -> Entry:
    place = {"bbox": [20, 10, 40, 50], "category_id": 1, "area": 2000.0, "iscrowd": 0}
    return {"id": number, "image_id": of, **place, **fields}


def coco(path: Path, images: list[Entry], annotations: list[Entry]) -> Path:
    """Write a COCO file."""
    tree = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "dog"}]}
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def recipe(folder: Path, source: Mapping[str, object], **keys: object) -> Path:
    """Write a recipe with one task that the built-in teacher serves."""
    tree = {
        "source": {"use": "coco", **{k: str(v) if isinstance(v, Path) else v for k, v in source.items()}},
        "teacher": {"use": "grounded"},
        "tasks": {"conversation": {"use": "prompted", "form": "dialogue"}},
        "checks": {"shape": {"action": "retry"}, "leaks": {"action": "retry"}},
        **keys,
    }
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


def sound(folder: Path, number: int = 12, **keys: object) -> Path:
    """Write a recipe and a collection without a fault."""
    numbers = range(1, number + 1)
    images = [image(n) for n in numbers]
    captions = coco(folder / "captions.json", images, [caption(n) for n in numbers])
    instances = coco(folder / "instances.json", images, [box(n, n) for n in numbers])
    return recipe(folder, {"captions": captions, "instances": instances}, **keys)


def refused(*arguments: object) -> str:
    """Run the command line, which must end as a user's mistake does; give the one line that it says."""
    ended = command(*arguments)
    assert ended.code == 2, ended
    assert ended.err.startswith("instructgen: "), ended
    assert ended.err.count("\n") == 1 and ended.err.endswith("\n"), ended
    assert ended.out == "" and "Traceback" not in ended.err and len(ended.err) < 1500, ended
    return ended.err.strip()


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def finished(*arguments: object) -> Ended:
    """Run the command line, which must end well."""
    ended = command(*arguments)
    assert ended.code == 0, ended
    return ended
