"""A folder in; a real run of 50 samples in it, exported in every format that a trainer's loader is tried on, out.

    python tests/trainers/exported_run.py FOLDER

Rows have no picture, one, two or three: the demo's photos, noise that shows any recompression, a PNG, and members of a
tar file. People have edited some answers, so that there are pairs.

``FORMAT/``, ``FORMAT.pairs/``   the exports, by the command line
``FORMAT.broken/`` …             the same exports of samples with a planted fault each, which a comparison must find
``….json``                       beside each, what its rows are to be, from the run's records, with the original files

The reading is done by ``*_loader.py``, each in its trainer's own environment.
"""

import json
import shutil
import sys
import tarfile
from pathlib import Path
from random import Random
from typing import Any

import yaml
from llava_rows import draw
from PIL import Image as Picture

from instructgen import cli
from instructgen.component import Component, Site, resolve
from instructgen.exports import TABLE
from instructgen.library import Library
from instructgen.records import Pair, Sample, Turn
from instructgen.reviews import append, review_of
from instructgen.run import Run

Row = dict[str, Any]
CONTEXTS = 25
DEMO = Path(__file__).resolve().parents[2] / "pipelines" / "demo" / "images"
SMALL = {"rows_per_file": 20}
FIELDS: dict[str, Row] = {
    **{"trl": {}, "webdataset": SMALL, "energon": SMALL},
    **{name: {"images": "copy", **SMALL} for name in ("llama_factory", "ms_swift", "axolotl")},
    **{"llava": {"images": "copy"}},
}
WITH_PAIRS = ("trl", "llama_factory", "ms_swift")
NOISY = "noise/000.jpg"


def pictures(images: Path, rng: Random) -> list[str]:
    """Fill a folder with pictures; give their names."""
    shutil.copytree(DEMO, images / "demo")
    for number in range(6):
        (images / "noise").mkdir(exist_ok=True)
        draw(images / "noise" / f"{number:03d}.jpg", rng)
    Picture.frombytes("RGB", (70, 50), rng.randbytes(70 * 50 * 3)).save(images / "noise" / "006.png")
    return sorted(str(path.relative_to(images)) for path in images.rglob("*.*") if path.is_file())


def packed(images: Path, rng: Random) -> list[str]:
    """Put three pictures into a tar file; give the paths that lead into it."""
    with tarfile.open(images / "pack.tar", "w") as tar:
        for number in range(3):
            draw(images / f"{number}.jpg", rng)
            tar.add(images / f"{number}.jpg", f"{number}.jpg")
            (images / f"{number}.jpg").unlink()
    return [f"pack.tar/{number}.jpg" for number in range(3)]


def dialogue(number: int) -> str:
    """Write an answer of some questions and answers that need care."""
    said = []
    for pair in range(1 + number % 3):
        said.append(f"Question: Where is the façade no. {number}.{pair}, and what is written on “犬”?\n")
        said.append(f"Answer: At the left:  {pair} of {number}. 🙂 A {'very ' * pair}long Straße.\n\n")
    return "".join(said)


def make(folder: Path, several: bool) -> Run:
    """Make the run, with up to three pictures a row or, for LLaVA's own trainer, one."""
    images, rng = folder / "images", Random(6)
    images.mkdir(parents=True)
    loose = pictures(images, rng)
    inside = packed(images, rng)
    rows, slots = [], {}
    for number in range(CONTEXTS):
        # the first file of rows would have no picture at all, at which loaders that go by it stop
        most = 0 if number < 10 else min(number % 4, 3 if several else 1)
        some = [NOISY] if number == 13 else rng.sample(loose, most)
        if most > 1:
            some[-1] = inside[number % 3]
        rows.append({"id": f"{number:04d}", "images": some, "captions": ["A street with signs."]})
        slots[f"{number:04d}/detail"] = f"A street, seen from above: {number} people.\n\nThey wait 🙂 near “犬”."
        slots[f"{number:04d}/conversation"] = dialogue(number)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "script.yaml").write_text(yaml.safe_dump({"slots": slots}), encoding="utf-8")
    recipe = {
        "source": {
            **{"use": "image_text", "files": [str(folder / "rows.jsonl")], "images": str(images)},
            "missing_images": "keep",  # the source looks for files only, and some are members of one
        },
        "teacher": {"use": "scripted", "file": str(folder / "script.yaml")},
        "tasks": {
            "conversation": {"use": "prompted", "form": "dialogue"},
            "detail": {"use": "prompted", "form": "description"},
        },
        "checks": {"shape": {"action": "reject"}},
    }
    (folder / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    command("run", folder / "recipe.yaml", "--out", folder / "run")
    return Run.open(folder / "run")


def command(*words: object) -> None:
    """Run a command line of ours; stop where it does not end well."""
    try:
        cli.main([str(word) for word in words])
    except SystemExit as ended:
        if ended.code:
            raise


def edit(run: Run) -> list[Pair]:
    """Edit every third sample's last answer as a person would; give the pairs that are to come of it."""
    pairs: list[Pair] = []
    for sample in list(run.samples())[::3]:
        *asked, last = sample.turns
        turns = (*asked, Turn(role="gpt", text=f"{last.text}\n\nMended by hand: “{len(pairs)}”."))
        append(run.folder, [review_of(sample, "edit", "tester", turns)])
        name = f"{sample.id}#{len(turns) // 2}"
        pairs.append(Pair(sample.model_copy(update={"id": name, "turns": turns}), last.text))
    return pairs


# ── what the rows are to be ──────────────────────────────────────────────────────────────────────────────────


def expected(sample: Sample, originals: Path, rejected: str | None = None) -> Row:
    """Give what a row is to hold."""
    row: Row = {"id": sample.id, "turns": [turn.text.replace("<image>", "").strip("\n") for turn in sample.turns]}
    row["pictures"] = [str(originals / str(image.path)) for image in sample.images]
    return row if rejected is None else {**row, "rejected": rejected}


def unpacked(images: Path, originals: Path) -> None:
    """Copy all pictures, those in the tar file as files of their own."""
    shutil.copytree(images, originals, ignore=shutil.ignore_patterns("*.tar"))
    with tarfile.open(images / "pack.tar") as tar:
        tar.extractall(originals / "pack.tar", filter="data")


def wanted(sample: Sample, originals: Path) -> Row:
    """Give a row as LLaVA writes it, with the original picture."""
    row: Row = {"id": sample.id, "conversations": [{"from": turn.role, "value": turn.text} for turn in sample.turns]}
    for image in sample.images:
        row["image"] = str(originals / str(image.path))
    return row


def note(place: Path, rows: list[Row]) -> None:
    """Write what a folder's rows are to be, beside the folder."""
    place.with_name(f"{place.name}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


# ── planted faults ───────────────────────────────────────────────────────────────────────────────────────────


def planted(samples: list[Sample]) -> list[Sample]:
    """Spoil a sample in each way that a trainer takes without a word; of the first, the picture is compressed anew."""
    noisy = next(s for s in samples if [image.path for image in s.images] == [NOISY])
    rest_of_them = [s for s in samples if all(image.path != NOISY for image in s.images)]
    swapped = next(s for s in rest_of_them if len(s.turns) > 3)
    cut, *_ = (s for s in rest_of_them if not s.images and s is not swapped)
    strange, *_ = (s for s in rest_of_them if len(s.images) == 1 and s is not swapped)
    several = [s for s in rest_of_them if len(s.images) > 1 and s is not swapped]
    first, second, third, fourth, *rest = swapped.turns
    spoilt = [
        noisy,
        swapped.model_copy(update={"turns": (first, fourth, third, second, *rest)}),
        cut.model_copy(update={"turns": (*cut.turns[:-1], Turn(role="gpt", text=cut.turns[-1].text[:-1]))}),
        strange.model_copy(update={"images": noisy.images}),
    ]
    if several:
        doubled, turned = several[0], several[1]
        question = Turn(role="human", text=f"<image>\n{doubled.turns[0].text}")
        twice = {"images": (doubled.images[0], *doubled.images), "turns": (question, *doubled.turns[1:])}
        spoilt.append(doubled.model_copy(update=twice))
        spoilt.append(turned.model_copy(update={"images": tuple(reversed(turned.images))}))
    return spoilt


def recompressed(images: Path, place: Path) -> Path:
    """Copy the pictures, one of them as a JPEG of quality 75, as some loaders would make it."""
    shutil.copytree(images, place)
    Picture.open(images / NOISY).save(place / NOISY, quality=75)
    return place


def swapped_pairs(pairs: list[Pair]) -> list[Pair]:
    """Take the better answers for the worse."""
    spoilt = []
    for better, worse in pairs:
        turns = (*better.turns[:-1], Turn(role="gpt", text=worse))
        spoilt.append(Pair(better.model_copy(update={"turns": turns}), better.turns[-1].text))
    return spoilt


# ── all of it ────────────────────────────────────────────────────────────────────────────────────────────────


def fields_of(name: str, place: Path) -> Row:
    """Give the fields of the export that is to be in a place."""
    more = {"prefix": f"{place}/"} if name == "axolotl" else {}
    return {**FIELDS[name], **more, **({"pairs": True} if ".pairs" in place.name else {})}


def export_sound(run: Path, name: str, place: Path) -> None:
    """Export by the command line."""
    fields = fields_of(name, place)
    images = [("--images", fields.pop("images"))] if "images" in fields else []
    told = [word for pair in (*images, *(("--set", f"{k}={v}") for k, v in fields.items())) for word in pair]
    command("export", run, "--format", name, "--out", place, *told)


def export_spoilt(name: str, spoilt: list[Sample] | list[Pair], images: Path, place: Path) -> None:
    """Export what is spoilt by the same component, whose own look at the rows finds nothing in them."""
    found = resolve(name, TABLE, "export", "planted")
    assert issubclass(found, Component)
    built: Any = found.build(fields_of(name, place), Site("", Library(()), images), "planted")
    if ".pairs" in place.name:
        built.write_pairs(spoilt, place)
    else:
        built.write(((sample, {}) for sample in spoilt), place)


def export_all(folder: Path, several: bool, names: list[str]) -> None:
    """Make a run; export it in each format, sound and spoilt, and note what the rows are to be."""
    run = make(folder, several)
    pairs, images, originals = edit(run), folder / "images", folder / "originals"
    unpacked(images, originals)
    worse = recompressed(images, folder / "worse")
    samples = list(run.samples(reviews=run.reviews()))
    by_id, spoilt = {sample.id: sample for sample in samples}, planted(samples)
    for name in names:
        place, broken = folder / name, folder / f"{name}.broken"
        export_sound(folder / "run", name, place)
        export_spoilt(name, spoilt, worse, broken)
        note(place, [expected(sample, originals) for sample in samples])
        note(broken, [expected(by_id[sample.id], originals) for sample in spoilt])
        if name == "llava":
            note(place / "wanted", [wanted(sample, originals) for sample in samples])
            note(broken / "wanted", [wanted(by_id[sample.id], originals) for sample in spoilt])
    for name in set(names) & set(WITH_PAIRS):
        place, broken = folder / f"{name}.pairs", folder / f"{name}.pairs.broken"
        export_sound(folder / "run", name, place)
        export_spoilt(name, swapped_pairs(pairs), images, broken)
        for where in (place, broken):
            note(where, [expected(pair.sample, originals, pair.rejected) for pair in pairs])


def main(folder: Path) -> None:
    """Make the run that has all kinds of rows, and the one that LLaVA's own trainer takes."""
    export_all(folder, True, [name for name in FIELDS if name != "llava"])
    export_all(folder / "single", False, ["llava"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
