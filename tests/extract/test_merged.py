"""What is found in a context's pictures, put into the context; extractors that are not there or not usable."""

import importlib.util
from pathlib import Path

import pytest
from extract_colour import paint
from runs import command, succeeds, write_recipe

from instructgen.extending import merged
from instructgen.records import Box, Context, Found, Image, Passage

DOG = Box(label="dog", x1=0, y1=0, x2=0.5, y2=0.5)
SIGN = Passage(kind="ocr", text="MAIN")


def test_boxes_know_their_picture_and_passages_their_second() -> None:
    images = (Image(path="a.jpg", seconds=1.0), Image(path="b.jpg", seconds=2.0))
    context = Context(id="1", row=0, images=images, passages=(Passage(kind="title", text="A"),))
    result = merged(context, [Found(boxes=(DOG,), passages=(SIGN,)), Found(boxes=(DOG, DOG), passages=(SIGN,))])
    assert [box.image for box in result.boxes] == [0, 1, 1]
    assert [(p.kind, p.seconds) for p in result.passages] == [("title", None), ("ocr", 1.0), ("ocr", 2.0)]
    assert result.images == images


def test_frames_take_their_videos_place_and_boxes_move_along() -> None:
    context = Context(
        id="1", row=0, images=(Image(path="a.mp4"), Image(path="b.mp4")), boxes=(DOG.model_copy(update={"image": 1}),)
    )
    frames = tuple(Image(path=f"f/{n}.jpg", seconds=n) for n in range(3))
    result = merged(context, [Found(frames=frames[:2]), Found(frames=frames[2:])])
    assert (result.images, [box.image for box in result.boxes]) == (frames, [2])


def test_a_context_without_anything_found_is_the_same() -> None:
    context = Context(id="1", row=0, images=(Image(path="a.jpg"),), boxes=(DOG,), captions=("A dog.",))
    assert merged(context, [Found()]) == context


@pytest.mark.parametrize(
    ("block", "package"),
    [({"ocr": {}}, "rapidocr"), ({"detect": {"model": "x/y"}}, "torch"), ({"frames": {"folder": "f"}}, "av")],
)
def test_a_package_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, block: dict[str, dict[str, str]], package: str
) -> None:
    if importlib.util.find_spec(package) is not None:
        pytest.skip(f"{package} is installed here")
    paint(tmp_path / "images", 1)
    tree = {
        "source": {"use": "folder", "images": "images"},
        "extract": block,
        "teacher": {"use": "grounded"},
        "tasks": {"detail": {"use": "prompted", "form": "description"}},
    }
    ended = command("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    assert ended.code == 2
    (line,) = ended.err.splitlines()
    assert f"pip install 'instructgen[{next(iter(block))}]'" in line and package in line


def test_a_wrong_extractor_and_a_wrong_field_are_said_in_one_line(tmp_path: Path) -> None:
    tree = {
        "source": {"use": "folder", "images": str(tmp_path)},
        "teacher": {"use": "grounded"},
        "tasks": {"detail": {"use": "prompted", "form": "description"}},
    }
    for block, said in (
        ({"orc": {}}, "extract.orc: there is no extractor 'orc'; did you mean 'ocr'?"),
        ({"ocr": {"min_scor": 0.5}}, "extract.ocr: unknown key 'min_scor'; did you mean 'min_score'?"),
        ({"detect": {"model": "./tiny"}}, "say where its files lie by 'folder'"),
        ({"detect": {}}, "extract.detect: 'model' is required"),
    ):
        ended = command("plan", write_recipe(tmp_path / "recipe.yaml", tree | {"extract": block}))
        assert (ended.code, len(ended.err.splitlines())) == (2, 1) and said in ended.err


def test_extractors_are_listed_and_explained() -> None:
    listed = succeeds("list", "extractors")
    assert all(name in listed for name in ("ocr", "detect", "frames"))
    explained = succeeds("explain", "detect")
    assert "device: str, default 'auto'; only where or how fast, shapes no result" in explained
    assert "min_score: float | None, default None" in explained
