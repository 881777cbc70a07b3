"""Conceptual Captions' list or LLaVA's JSON of it in; contexts with addresses or pictures out."""

import json
from pathlib import Path

import pytest

from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.library import Library
from instructgen.records import Context, Fault, Image, LeftOut
from instructgen.sources.cc3m import Cc3mSource


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "train.tsv"
    text = 'a dog runs .\thttp://x/0.jpg\na "cat" {{ sits }} \thttp://x/1?a=b\na dog runs .\thttp://x/0.jpg\n'
    path.write_text(text, encoding="utf-8")
    return path


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def items(source: Cc3mSource) -> list[Context | Fault | LeftOut]:
    return [row.item for row in source.read(0)]


def test_without_a_folder_contexts_hold_addresses(listed: Path) -> None:
    first, second, third = items(Cc3mSource(captions=listed))
    assert isinstance(first, Context) and isinstance(second, Context)
    assert first.images == (Image(url="http://x/0.jpg"),)
    assert second.captions == ('a "cat" {{ sits }}',)
    assert third.id == f"{first.id}~2"


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("GCC_train_{row:09d}.jpg", "GCC_train_000000001.jpg"),
        ("{shard:05d}/{row:09d}.jpg", "00000/000000001.jpg"),
    ],
)
def test_a_row_number_leads_to_its_picture_and_dead_addresses_are_left_out(
    listed: Path, tmp_path: Path, pattern: str, name: str
) -> None:
    folder = touch(tmp_path / "images", name)
    source = Cc3mSource(captions=listed, images=folder, pattern=pattern)
    first, second, _ = items(source)
    assert isinstance(first, LeftOut)
    assert first.filter == "missing_image"
    assert isinstance(second, Context)
    assert second.images == (Image(path=name, url="http://x/1?a=b"),)
    assert [i.id for i in items(source)] == [i.id for i in items(Cc3mSource(captions=listed))]
    assert isinstance(items(source.model_copy(update={"missing_images": "fault"}))[0], Fault)


def test_a_header_is_no_row_and_bad_lines_are_faults(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_bytes(
        b"caption\turl\na dog\thttp://x/0\nno tab\nb\xff\thttp://x/2\na cat\tno address\nlast\thttp://x/4\t5\n"
    )
    found = items(Cc3mSource(captions=path))
    assert [getattr(i, "reason", "fine") for i in found] == ["fine", "bad_tsv", "bad_text", "bad_tsv", "fine"]
    assert [row.item.row for row in Cc3mSource(captions=path).read(3)] == [3, 4]


def test_the_json_of_the_selection_is_read(tmp_path: Path) -> None:
    row = {"id": "GCC_train_000000007", "image": "GCC_train_000000007.jpg"}
    said = {"caption": "a dog .", "blip_caption": "a brown dog", "url": "http://x/7"}
    turns = [{"from": "human", "value": "What is it?\n<image>"}, {"from": "gpt", "value": "a dog ."}]
    metadata, chat = tmp_path / "metadata.json", tmp_path / "chat.json"
    metadata.write_text(json.dumps([{**row, **said}]), encoding="utf-8")
    chat.write_text(json.dumps([{**row, "conversations": turns}, {"id": "x"}]), encoding="utf-8")
    (context,) = items(Cc3mSource(captions=metadata, keep=("blip_caption",)))
    assert isinstance(context, Context)
    assert context.id == "GCC_train_000000007"
    assert context.images == (Image(path="GCC_train_000000007.jpg", url="http://x/7"),)
    assert context.captions == ("a dog .",)
    (other,) = items(Cc3mSource(captions=metadata, caption="blip_caption"))
    assert isinstance(other, Context)
    assert other.captions == ("a brown dog",)
    from_chat, bad = items(Cc3mSource(captions=chat))
    assert isinstance(from_chat, Context)
    assert from_chat.captions == ("a dog .",)
    assert isinstance(bad, Fault)
    assert (bad.id, bad.reason) == ("x", "no_image")


def test_what_is_no_list_and_a_pattern_that_cannot_be_filled_in_are_told(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("a dog, http://x/1\n", encoding="utf-8")
    with pytest.raises(SetupError, match=r"list\.tsv has no tab"):
        items(Cc3mSource(captions=path))
    for pattern in ("{number}.jpg", "same.jpg", "{}.jpg"):
        with pytest.raises(SetupError, match="pattern"):
            Cc3mSource.build({"captions": str(path), "pattern": pattern}, Site("source", Library(())), "source")
