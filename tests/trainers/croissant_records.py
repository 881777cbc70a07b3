"""Published datasets in; whether mlcroissant validates their descriptions and loads the records that we wrote out.

    python tests/trainers/croissant_records.py FOLDER

Runs in an environment with mlcroissant; ``croissant_sets.py`` makes the folder.
"""

import hashlib
import json
import logging
import sys
from pathlib import Path
from typing import Any

import mlcroissant

Row = dict[str, Any]


def opened(folder: Path) -> Any:
    """Read and validate a description; it must have no issues."""
    found = mlcroissant.Dataset(str(folder / "croissant.json"), mapping={"repo": str(folder)})
    issues = found.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()
    return found


def plain(value: Any) -> Any:
    """Give text for the bytes that text comes as."""
    return value.decode() if isinstance(value, bytes) else value


def pictures(record: Row, task: str) -> list[Any]:
    """Give names, or digests of pixels, of a record's pictures."""
    several = record.get(f"{task}/images")
    shown = several if several is not None else [record[f"{task}/image"]] if record.get(f"{task}/image") else []
    return [plain(one) if isinstance(one, bytes | str) else _pixels(one) for one in shown]


def _pixels(picture: Any) -> str:
    return hashlib.sha256(picture.convert("RGB").tobytes()).hexdigest()


def same(record: Row, wanted: Row) -> bool:
    """Tell whether a record is the sample that it should be."""
    task = wanted["task"]
    said = record[f"{task}/conversations"]
    turns = [[plain(turn[f"{task}/conversations/{name}"]) for name in ("from", "value")] for turn in said]
    kept = {"license": "license", "share": "share", "a column's | name": "a%20column%27s%20%7C%20name"}
    columns = all(plain(record[f"{task}/{kept[name]}"]) == value for name, value in wanted["kept"].items())
    return turns == wanted["turns"] and pictures(record, task) == wanted["pictures"] and columns


def read(folder: Path) -> None:
    """Load all records of a dataset and hold them against what they should be."""
    dataset, wanted = opened(folder), json.loads(folder.with_suffix(".json").read_text(encoding="utf-8"))
    sets = {each.uuid: len([*dataset.records(each.uuid)]) for each in dataset.metadata.record_sets}
    met, shown, chosen, by_split = set[str](), 0, 0, dict[str, int]()
    for task in sorted({row["task"] for row in wanted.values()}):
        splits = set[str]()
        for record in dataset.records(task):
            name = plain(record[f"{task}/id"])
            assert same(record, wanted[name]), (name, record, wanted[name])
            met.add(name)
            shown += len(wanted[name]["pictures"])
            split = plain(record[f"{task}/split"])
            by_split[split] = by_split.get(split, 0) + 1
            splits.add(split)
        for split in splits:
            filtered = [*opened(folder).records(task, filters={f"{task}/split": split})]
            assert {plain(record[f"{task}/split"]) for record in filtered} <= {split}
            chosen += len(filtered)
    assert met == set(wanted), sorted(set(wanted) - met)
    assert chosen == len(wanted)
    others = {name: n for name, n in sets.items() if name in ("rejected", "journal")}
    print(
        f"{folder.name}: no issues; {len(met)} records the same, {shown} pictures, splits {by_split}, others {others}"
    )


def spoilt(folder: Path) -> None:
    """See that a description that is wrong does not load: an unknown column, and a file set that names no file."""
    for old, new in (('"column": "conversations"', '"column": "turns"'), ("detail/train-*", "detail/trained-*")):
        text = (folder / "croissant.json").read_text(encoding="utf-8")
        assert old in text
        (folder / "spoilt.json").write_text(text.replace(old, new), encoding="utf-8")
        try:
            found = mlcroissant.Dataset(str(folder / "spoilt.json"), mapping={"repo": str(folder)})
            read_all = len([*found.records("detail")])
        except Exception as error:
            print(f"spoilt ({new}): {type(error).__name__}, as it should be")
        else:
            good = len([*opened(folder).records("detail")])
            assert read_all < good, f"{new}: {read_all} records in spite of it"
            print(f"spoilt ({new}): {read_all} of {good} records, so it is noticed")


if __name__ == "__main__":
    logging.disable(logging.INFO)
    place = Path(sys.argv[1])
    for dataset_name in ("one", "several", "named"):
        read(place / dataset_name)
    spoilt(place / "one")
