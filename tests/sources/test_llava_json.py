"""Rows in LLaVA's format in; contexts of their pictures and answers out."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instructgen.records import Context, Image
from instructgen.sources import row_files
from instructgen.sources.llava_json import LlavaJsonSource


def row(number: object, image: object, *turns: str) -> dict[str, object]:
    said = [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(turns)]
    return {"id": number, "image": image, "conversations": said}


ROWS = [
    row("000000000009", "coco/9.jpg", "<image>\nWhat is it?", "A dog.", "Where?", "On a  bench.\n"),
    row(17, ["a.jpg", "b.jpg"], "Compare.", "One dog, one cat."),
    row("text", None, "Hello?", "Hello!"),
]


def write(path: Path, rows: list[dict[str, object]], lines: bool = False) -> Path:
    text = "".join(json.dumps(r) + "\n" for r in rows) if lines else json.dumps(rows, indent=2)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("lines", [False, True])
def test_answers_become_captions_and_rows_without_a_picture_are_left_out(tmp_path: Path, lines: bool) -> None:
    source = LlavaJsonSource(file=write(tmp_path / "rows.json", ROWS, lines), keep=("id",))
    first, second, third = list(source.read(0))
    assert first.item == Context(
        id="000000000009", row=0, images=(Image(path="coco/9.jpg"),), captions=("A dog.", "On a bench.")
    )
    assert second.kept == {"id": 17}
    assert isinstance(second.item, Context)
    assert [i.path for i in second.item.images] == ["a.jpg", "b.jpg"]
    assert (third.item.id, getattr(third.item, "filter", None)) == ("text", "no_image")
    assert list(source.read(1)) == [second, third]


@pytest.mark.parametrize(("which", "captions"), [("first_answer", ("A dog.",)), ("none", ())])
def test_fewer_answers_can_be_taken(tmp_path: Path, which: str, captions: tuple[str, ...]) -> None:
    path = write(tmp_path / "rows.json", ROWS)
    item = next(iter(LlavaJsonSource.model_validate({"file": path, "captions": which}).read(0))).item
    assert isinstance(item, Context)
    assert item.captions == captions


def test_the_names_of_other_trainers_are_read(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "<image>What?"}, {"role": "assistant", "content": "A dog."}]
    path = write(tmp_path / "rows.json", [{"images": ["a.jpg"], "messages": said}])
    item = next(iter(LlavaJsonSource(file=path).read(0))).item
    assert isinstance(item, Context)
    assert item.captions == ("A dog.",)
    assert len(item.id) == 16


@pytest.mark.parametrize(
    "wrong",
    [
        {"image": "a.jpg"},
        {"image": "a.jpg", "conversations": []},
        {"image": "a.jpg", "conversations": ["A dog."]},
        {"image": "a.jpg", "conversations": [{"from": "bard", "value": "A dog."}]},
        {"image": "a.jpg", "conversations": [{"from": "gpt", "value": ["A dog."]}]},
        5,
    ],
)
def test_odd_shapes_are_faults(tmp_path: Path, wrong: object) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([ROWS[0], wrong, ROWS[1]]), encoding="utf-8")
    found = [r.item for r in LlavaJsonSource(file=path).read(0)]
    assert [getattr(i, "reason", "fine") for i in found] == ["fine", "bad_json" if wrong == 5 else "bad_turns", "fine"]


Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=4), Values, max_size=4), max_size=8), st.integers(1, 40), st.booleans()
)
def test_an_array_is_read_the_same_through_a_window_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], window: int, indented: bool
) -> None:
    path = tmp_path_factory.mktemp("array") / "rows.json"
    path.write_text(json.dumps(rows, indent=1 if indented else None, ensure_ascii=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row_files, "_WINDOW", window)
        assert [raw.record for raw in row_files.json_records(path, 0)] == rows
