"""A folder in; datasets as they are published, with their Croissant descriptions, out.

    python tests/trainers/croissant_sets.py FOLDER

``one/``     the bundled photos, one a row, with splits, rejects and the journal
``several/`` made rows of no picture to three, among them a PNG and noise, with words that need care
``named/``   the same rows with pictures that are only named
``….json``   beside each, what its records are to be, from the run and the original files

The reading is done by ``croissant_records.py``, in mlcroissant's own environment.
"""

import hashlib
import json
import sys
from pathlib import Path
from random import Random
from typing import Any

import yaml
from llava_rows import draw
from PIL import Image as Picture

from instructgen import cli
from instructgen.run import Run

Row = dict[str, Any]
CONTEXTS = 25


def command(*words: object) -> None:
    """Run the command line; it must end well."""
    try:
        cli.main([str(word) for word in words])
    except SystemExit as ended:
        assert not ended.code, words


def rows(folder: Path) -> Path:
    """Make a recipe of rows with up to three pictures each."""
    rng, images = Random(6), folder / "images"
    images.mkdir()
    for number in range(6):
        draw(images / f"{number}.jpg", rng)
    Picture.frombytes("RGB", (70, 50), rng.randbytes(70 * 50 * 3)).save(images / "6.png")
    names = sorted(path.name for path in images.iterdir())
    made, slots = [], {}
    for number in range(CONTEXTS):
        kept = {"license": number % 3 or None, "a column's | name": f"<b>{number}</b> “犬”", "share": number / 7}
        shown = {"images": rng.sample(names, number % 4)} if number % 4 else {}
        made.append({"id": f"{number:04d}", **shown, "captions": ["A street."], **kept})
        slots[f"{number:04d}/detail"] = f"A street, seen from above: {number} people.\n\nThey wait 🙂 near “犬”."
        slots[f"{number:04d}/conversation"] = "".join(
            f"Question: Where is façade {number}.{pair}?\nAnswer: At the left:  {pair}. A long Straße.\n\n"
            for pair in range(1 + number % 3)
        )
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made), encoding="utf-8")
    (folder / "script.yaml").write_text(yaml.safe_dump({"slots": slots}), encoding="utf-8")
    source = {"use": "image_text", "files": [str(folder / "rows.jsonl")], "images": str(images), "keep": [*kept]}
    recipe = {
        "source": source,
        "teacher": {"use": "scripted", "file": str(folder / "script.yaml")},
        "tasks": {"conversation": {"form": "dialogue"}, "detail": {"form": "description"}},
        "checks": {"shape": {"action": "reject"}},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    return folder / "recipe.yaml"


def expected(run: Run, named: bool) -> dict[str, Row]:
    """Give what each sample's record is to be: turns, names or pixels of its pictures, kept columns."""
    root, found = run.built.image_root(), dict[str, Row]()
    for sample, kept in run.samples_with_kept():
        shown = [image.path if named else pixels(root / (image.path or "")) for image in sample.images if root]
        turns = [[turn.role, turn.text] for turn in sample.turns]
        found[sample.id] = {"task": sample.task, "turns": turns, "pictures": shown, "kept": dict(kept)}
    return found


def pixels(path: Path) -> str:
    """Digest a picture's pixels."""
    with Picture.open(path) as picture:
        return hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()


def main(folder: Path) -> None:
    """Make all three."""
    command("run", "demo", "--out", folder / "demo", "--set", "checks.length.max_words=24")
    command("run", rows(folder), "--out", folder / "run")
    sets = {
        "one": ("demo", "--splits", "train=0.7,test=0.3", "--rejected", "--journal", "--license", "cc-by-4.0"),
        "several": ("run", "--splits", "train=0.8,validation=0.1,test=0.1"),
        "named": ("run", "--images", "reference"),
    }
    for name, (made, *options) in sets.items():
        run = folder / made
        command("publish", run, f"some-lab/{name}", "--dry-run", "--out", folder / name, *options)
        wanted = expected(Run.open(run), name == "named")
        (folder / f"{name}.json").write_text(json.dumps(wanted), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
