"""Columns and files in; their description as Croissant: names, digests, types, ways to nested values."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from laying import REPO, demo_described

from instructgen.publishing.croissant import croissant
from instructgen.publishing.croissant_fields import field
from instructgen.publishing.laid_out import LaidOut

datasets = pytest.importorskip("datasets")
TEXT = datasets.Value("string")


@pytest.fixture
def found() -> LaidOut:
    """Give a laid out demo run; not to be changed."""
    return demo_described().laid_out


def ids(tree: object) -> Iterator[str]:
    """Give the names of everything that is something, references apart."""
    if isinstance(tree, dict):
        if "@type" in tree and "@id" in tree:
            yield tree["@id"]
        for inner in tree.values():
            yield from ids(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from ids(inner)


def test_every_file_is_named_with_its_digest(found: LaidOut) -> None:
    said = json.loads(croissant(found, {}))
    files = {each["contentUrl"]: each["sha256"] for each in said["distribution"] if each["@type"] == "cr:FileObject"}
    assert (
        files.pop(f"https://huggingface.co/datasets/{REPO}")
        == hashlib.sha256("".join(f"{digest}  {path}\n" for path, digest in sorted(files.items())).encode()).hexdigest()
    )
    assert files == {
        path.relative_to(found.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found.folder.rglob("*.parquet")
    }


def test_names_are_unique_and_all_that_is_referred_to_is_there(found: LaidOut) -> None:
    said = json.loads(croissant(found, {}))
    names = [*ids({key: value for key, value in said.items() if key != "@context"})]
    assert len(names) == len(set(names))
    text = json.dumps(said)
    for config in found.configs:
        assert {f"files/{config}", f"splits/{config}", config, f"{config}/split"} <= set(names)
        assert f'{{"@id": "files/{config}"}}' in text


def test_records_have_the_columns_of_the_data(found: LaidOut) -> None:
    said = json.loads(croissant(found, {}))
    sets = {each["@id"]: each for each in said["recordSet"]}
    for config, features in found.features.items():
        assert [each["name"] for each in sets[config]["field"]] == ["split", *features]
        assert [row[f"splits/{config}/name"] for row in sets[f"splits/{config}"]["data"]] == [*found.configs[config]]


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (TEXT, {"dataType": "sc:Text"}),
        (datasets.Value("int32"), {"dataType": "sc:Integer"}),
        (datasets.Value("float64"), {"dataType": "sc:Float"}),
        (datasets.Value("bool"), {"dataType": "sc:Boolean"}),
        (datasets.List(TEXT), {"dataType": "sc:Text", "repeated": True}),
        (datasets.Image(), {"dataType": "sc:ImageObject", "transform": "bytes"}),
        (datasets.List(datasets.Image()), {"dataType": "sc:ImageObject", "transform": "bytes", "repeated": True}),
    ],
)
def test_a_value_has_its_type(feature: object, said: dict[str, Any]) -> None:
    made = field("task", "column", feature, "bytes")
    assert made is not None
    assert made["dataType"] == said["dataType"]
    assert made.get("repeated") == said.get("repeated")
    assert made["source"].get("transform", {}).get("jsonPath") == said.get("transform")


def test_pictures_that_are_elsewhere_are_addresses() -> None:
    made = field("task", "image", datasets.Image(), "reference")
    assert made is not None
    assert (made["dataType"], made["source"]["transform"]) == ("sc:URL", {"jsonPath": "path"})


def test_what_is_nested_is_reached_by_its_way() -> None:
    feature = {"box": {"x 1": datasets.Value("int32")}, "parent": TEXT, "deep": datasets.List({"a": TEXT})}
    made = field("task", "a column", datasets.List(feature), "bytes")
    assert made is not None
    assert (made["@id"], made["repeated"]) == ("task/a%20column", True)
    box, parent = made["subField"]  # lists of records within lists of records have no form
    assert box["subField"][0]["source"]["transform"]["jsonPath"] == 'box."x 1"'
    assert parent["source"] == {
        "fileSet": {"@id": "files/task"},
        "extract": {"column": "a column"},
        "transform": {"jsonPath": '"parent"'},
    }


def test_what_has_no_form_is_left_out() -> None:
    assert field("task", "raw", datasets.Value("binary"), "bytes") is None


def test_a_column_called_split_keeps_its_name(found: LaidOut) -> None:
    named = datasets.Features({**found.features["detail"], "split": TEXT})
    other = dataclasses.replace(found, features={**found.features, "detail": named})
    sets = {each["@id"]: each for each in json.loads(croissant(other, {}))["recordSet"]}
    names = [each["@id"] for each in sets["detail"]["field"]]
    assert names[0] == "detail/split_"
    assert names[-1] == "detail/split"
