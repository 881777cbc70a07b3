"""Detectors of transformers with random weights, made on the spot: their boxes, their files, runs with them."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_models
from PIL import Image as Pillow
from runs import command, rows, succeeds, write_recipe

from instructgen.errors import RecordError, SetupError
from instructgen.extract.detect import DetectExtractor
from instructgen.library import shipped
from instructgen.records import Box, Context, Found

pytestmark = pytest.mark.extras

PHOTOS = shipped() / "pipelines" / "demo" / "images"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.closed(tmp_path_factory.mktemp("closed"))


def photos() -> list[bytes]:
    return [path.read_bytes() for path in sorted(PHOTOS.glob("*.jpg"))]


def found_in(extractor: DetectExtractor, pictures: list[bytes]) -> list[Found]:
    looked = extractor.look(pictures)
    assert all(isinstance(found, Found) for found in looked)
    return [found for found in looked if isinstance(found, Found)]


def test_boxes_lie_in_the_picture_and_bear_cocos_names_and_scores(model: Path) -> None:
    found = found_in(DetectExtractor(model="tiny", folder=model, min_score=0.0, max_boxes=5), photos())
    boxes = [box for each in found for box in each.boxes]
    assert boxes and {box.label for box in boxes} <= {"dog", "airplane", "traffic light"}
    assert all(box.x1 < box.x2 and box.y1 < box.y2 and box.score is not None for box in boxes)
    for each in found:
        scores = [box.score or 0 for box in each.boxes]
        assert len(scores) <= 5 and scores == sorted(scores, reverse=True)


def test_scores_and_labels_choose(model: Path) -> None:
    everything = found_in(DetectExtractor(model="tiny", folder=model, min_score=0.0), photos())
    scores = sorted(box.score or 0 for each in everything for box in each.boxes)
    bound = scores[len(scores) // 2]
    surer = found_in(DetectExtractor(model="tiny", folder=model, min_score=bound - 0.0005), photos())
    assert [box for each in surer for box in each.boxes] == [
        box for each in everything for box in each.boxes if (box.score or 0) >= bound
    ]
    assert scores[0] < bound
    some = {box.label for each in everything for box in each.boxes}
    label = sorted(some)[0]
    only = found_in(DetectExtractor(model="tiny", folder=model, min_score=0.0, labels=(label,)), photos())
    assert {box.label for each in only for box in each.boxes} == {label}


@pytest.mark.parametrize("make", [tiny_models.closed, tiny_models.owl, tiny_models.grounding])
def test_what_is_found_does_not_depend_on_neighbours(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    extractor = DetectExtractor(
        model="tiny", folder=make(tmp_path), min_score=0.02, labels=("dog", "traffic light"), device="cpu"
    )
    together = found_in(extractor, photos())
    assert together == [found_in(extractor, [photo])[0] for photo in photos()]


def test_a_zero_shot_detector_looks_for_the_labels(tmp_path: Path) -> None:
    folder = tiny_models.owl(tmp_path)
    boxes = [
        box
        for each in found_in(
            DetectExtractor(model="owl", folder=folder, min_score=0.05, labels=("dog", "kite")), photos()
        )
        for box in each.boxes
    ]
    assert boxes and {box.label for box in boxes} <= {"dog", "kite"}


def test_a_picture_that_cannot_be_decoded_spoils_no_other(model: Path) -> None:
    extractor = DetectExtractor(model="tiny", folder=model, min_score=0.0)
    first, second = photos()[:2]
    looked = extractor.look([first, b"nothing", second, first[:500]])
    reasons = [each.reason if isinstance(each, RecordError) else None for each in looked]
    assert reasons == [None, "bad_image_not_a_picture", None, "bad_image_cut_off"]
    assert [looked[0], looked[2]] == found_in(extractor, [first, second])


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16", "1"])
def test_pictures_of_any_kind_are_looked_at(model: Path, mode: str) -> None:
    data = io.BytesIO()
    Pillow.new(mode, (90, 60)).save(data, "TIFF" if mode == "CMYK" else "PNG")
    assert isinstance(DetectExtractor(model="tiny", folder=model).look([data.getvalue()])[0], Found)


def test_boxes_of_the_source_are_not_doubled(model: Path) -> None:
    extractor = DetectExtractor(model="tiny", folder=model)
    boxed = Context(id="1", row=0, boxes=(Box(label="dog", x1=0, y1=0, x2=1, y2=1),))
    assert (extractor.looks_at(boxed), extractor.looks_at(Context(id="1", row=0))) == (False, True)


def test_other_weights_are_another_identity(model: Path, tmp_path: Path) -> None:
    other = DetectExtractor(model="tiny", folder=tiny_models.closed(tmp_path / "other", seed=5))
    same = DetectExtractor(model="tiny", folder=tiny_models.closed(tmp_path / "same"))
    this = DetectExtractor(model="tiny", folder=model)
    assert this.shaping() == other.shaping()
    assert this.identity() == same.identity() != other.identity()


def test_faults_of_the_set_up_are_said_in_one_line(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(SetupError, match=r"holds no config\.json"):
        DetectExtractor(model="tiny", folder=tmp_path / "nowhere").stamp()
    with pytest.raises(SetupError, match="cannot be had"):
        DetectExtractor(model="nobody/nothing").identity()
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in model.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(SetupError, match="cannot be loaded as an object detector"):
        DetectExtractor(model="tiny", folder=broken).look(photos()[:1])
    with pytest.raises(ValueError, match="say where its files lie by 'folder'"):
        DetectExtractor(model="/models/tiny")


def test_a_run_with_a_detector_and_its_second_time(tmp_path: Path, model: Path) -> None:
    tree = {
        "source": {"use": "folder", "images": str(PHOTOS)},
        "extract": {"detect": {"model": "tiny", "folder": str(model), "min_score": 0.01}},
        "teacher": {"use": "grounded"},
        "tasks": {"detail": {"use": "prompted", "form": "description", "boxes": True}},
    }
    recipe = write_recipe(tmp_path / "recipe.yaml", tree)
    succeeds("run", recipe, "--out", tmp_path / "run")
    boxes = [box for row in rows(tmp_path / "run", "contexts") for box in row["boxes"]]
    assert len(boxes) > 8 and all(box["score"] > 0 for box in boxes)
    succeeds("run", recipe, "--out", tmp_path / "again", "--set", "extract.detect.batch=1")
    assert rows(tmp_path / "again", "contexts") == rows(tmp_path / "run", "contexts")
    tiny_models.closed(model, seed=7)
    told = command("run", recipe, "--out", tmp_path / "run")
    assert told.code == 2 and "files have changed" in told.err


def test_the_shipped_recipe_gives_conversations_about_captions_and_boxes(tmp_path: Path, model: Path) -> None:
    names = [path.name for path in sorted(PHOTOS.glob("*.jpg"))]
    captions = tmp_path / "captions.tsv"
    captions.write_text("".join(f"a photo that somebody put up, number {n}\thttp://x/{n}\n" for n in range(len(names))))
    (tmp_path / "images").mkdir()
    for number, name in enumerate(names):
        (tmp_path / "images" / f"GCC_train_{number:09d}.jpg").write_bytes((PHOTOS / name).read_bytes())
    source = {"captions": captions, "images": tmp_path / "images"}
    sets = [f"source.{key}={value}" for key, value in source.items()]
    sets += [f"extract.detect.folder={model}", "extract.detect.min_score=0.2"]
    told = [part for each in sets for part in ("--set", each)]
    shown = succeeds("preview", "cc3m_detect_conversation", *told, "--limit", 1)
    assert "a photo that somebody put up, number 0" in shown and "dog: [" in shown
    succeeds("run", "cc3m_detect_conversation", *told, "--out", tmp_path / "run")
    assert all(row["boxes"] and row["captions"] for row in rows(tmp_path / "run", "contexts"))
