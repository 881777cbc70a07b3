"""People's text is read from files as they are published, and judged by the boxes and captions beside it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))
from human_text import genome_pairs, held_out, paragraphs, plain_texts, real_contexts, refcoco_pairs

BENCHMARKS = Path(__file__).resolve().parent.parent.parent / "benchmarks"


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    captions = ["A cat on a bed.", "the cat sleeps", " A small cat. ", "Cat!"]
    said = [{"image_id": 7, "id": n, "caption": caption} for n, caption in enumerate(captions)]
    write(
        tmp_path / "coco/annotations/captions_val2017.json", {"annotations": [*said, {"image_id": 8, "caption": "A"}]}
    )
    boxes = [
        {"image_id": 7, "category_id": 1, "bbox": [10, 10, 40, 20], "area": 500.0, "iscrowd": 0},
        {"image_id": 7, "category_id": 2, "bbox": [0, 0, 100, 50], "area": 5000.0, "iscrowd": 1},
    ]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "bed"}]
    images = [{"id": n, "width": 100, "height": 50} for n in (7, 8)]
    instances = {"images": images, "annotations": boxes, "categories": categories}
    write(tmp_path / "coco/annotations/instances_val2017.json", instances)
    row = {"image": "9.jpg", "id": "000000000009", "captions": ["A dog."]}
    write(
        tmp_path / "llava/caps_boxes_a.jsonl", row | {"instances": [{"category": "dog", "bbox": [0.1, 0.2, 0.3, 0.4]}]}
    )
    phrases = [("man on left", [0, 0, 20, 50]), ("the tall one", [60, 0, 90, 50])]
    told = {"image_path": "a.jpg", "question_id": "height50_width100", "dataset_name": "refcoco"}
    write(tmp_path / "academic/refcoco_testA_a.json", [told | {"question": q, "gt_answers": b} for q, b in phrases])
    write(tmp_path / "academic/vg_image_data.json", [{"image_id": 1, "width": 100, "height": 50}])
    things = [
        {"names": ["man"], "x": 0, "y": 0, "w": 10, "h": 10},
        {"names": ["sky"], "x": 0, "y": 0, "w": 10, "h": 10},
    ]
    write(tmp_path / "academic/vg_objects.json", [{"image_id": 1, "objects": things}])
    regions = [{"region_id": n, "image_id": 1, "phrase": p} for n, p in enumerate(["man on the left", "blue sky"])]
    write(tmp_path / "academic/vg_region_descriptions.json", [{"regions": regions}])
    return tmp_path


def test_pictures_with_boxes_become_contexts_in_shares_of_the_picture(folder: Path) -> None:
    llava, coco = real_contexts(folder)
    assert (llava.id, llava.boxes[0].label, llava.boxes[0].y2) == ("llava-000000000009", "dog", 0.4)
    assert [(box.label, box.x1, box.y2, box.crowd, box.area) for box in coco.boxes] == [
        ("cat", 0.1, 0.6, False, 0.1),
        ("bed", 0.0, 1.0, True, 1.0),
    ]


def test_a_caption_is_judged_by_the_other_captions(folder: Path) -> None:
    pairs = list(held_out(real_contexts(folder)[1:]))
    assert [pair.sample.turns[1].text for pair in pairs] == [
        "A cat on a bed.",
        "the cat sleeps",
        "A small cat.",
        "Cat!",
    ]
    assert pairs[1].context.captions == ("A cat on a bed.", " A small cat. ", "Cat!")
    first, last = (pair.sample.turns[1].text for pair in paragraphs(real_contexts(folder)[1:]))
    assert (first, last) == ("A cat on a bed. The cat sleeps. A small cat.", "The cat sleeps. A small cat. Cat.")


def test_phrases_with_a_place_are_judged_by_all_that_is_referred_to_or_by_their_own_box(folder: Path) -> None:
    (together,), (alone,) = list(refcoco_pairs(folder)), list(refcoco_pairs(folder, alone=True))
    assert together.sample.turns[1].text == "man on left"
    assert [(box.label, box.x1) for box in together.context.boxes] == [("person", 0.0), ("person", 0.6)]
    assert [(box.label, box.x1) for box in alone.context.boxes] == [("person", 0.0)]
    (region,) = genome_pairs(folder)
    assert (region.sample.turns[1].text, [box.label for box in region.context.boxes]) == ("man on the left", ["person"])


def test_text_in_bulk_is_what_there_is(folder: Path) -> None:
    assert [name for name, _ in plain_texts(folder)] == ["COCO captions"] * 5 + ["VG regions"] * 2
    assert not list(plain_texts(folder / "empty"))


@pytest.mark.slow
def test_the_program_measures_all_parts_and_says_by_its_exit_status_whether_a_goal_is_missed(folder: Path) -> None:
    listed = folder / "list.jsonl"
    command = [sys.executable, str(BENCHMARKS / "check_quality.py"), "--data", str(folder), "--list", str(listed)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=BENCHMARKS.parent)
    assert not done.stderr
    for title in (
        "our own items, dev",
        "our own items, sealed",
        "planted into our own",
        "people's captions",
        "in bulk",
    ):
        assert title in done.stdout
    assert done.returncode == (1 if "  missed" in done.stdout else 0)
    rows = [json.loads(line) for line in listed.read_text(encoding="utf-8").splitlines()]
    assert {row["part"] for row in rows} >= {"our own items, sealed", "planted into our own good items"}
    assert all(("turns" in row) != ("sealed" in row["part"]) for row in rows)
