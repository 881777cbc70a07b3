"""The duplicate_images check: samples whose pictures are copies of earlier ones fail, with the first one's name."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_copies import about, cropped, save, scene
from run_wide import built_run_check
from runs import command, record, succeeds, write_recipe

from instructgen.checks import pictures as looking
from instructgen.checks.neighbours import repeats
from instructgen.errors import SetupError
from instructgen.records import Sample, Verdict
from instructgen.run import Run


def judged(folder: Path, samples: list[Sample]) -> dict[str, Verdict]:
    return dict(built_run_check("duplicate_images", image_root=folder).verdicts(samples))


def firsts(folder: Path, samples: list[Sample]) -> dict[str, str]:
    """Give, by context, the context whose picture is repeated."""
    found = judged(folder, samples)
    assert {(v.outcome, v.reason) for v in found.values()} <= {("fail", "duplicate_image")}
    told = {name: str(v.evidence[0].contradicts).removeprefix("the picture of ") for name, v in found.items()}
    return {name.partition("/")[0]: first.partition("/")[0] for name, first in told.items()}


def test_copies_are_found_and_the_first_is_kept(tmp_path: Path) -> None:
    picture, folder = scene(1), tmp_path / "images"
    copies = {
        "shrunk": picture.resize((160, 120)),
        "squeezed": picture.resize((224, 224)),
        "cropped": cropped(picture, 0.05, 0.02, 0, 0.03),
        "all": cropped(picture, 0, 0.05, 0.05, 0).resize((200, 180)),
    }
    names = {"first": save(folder, "first.jpg", picture), "other": save(folder, "other.jpg", scene(2))}
    names |= {kind: save(folder, f"{kind}.jpg", copy, 40) for kind, copy in copies.items()}
    names["png"] = save(folder, "same.png", picture)
    found = firsts(folder, [about(kind, name) for kind, name in names.items()])
    assert found == dict.fromkeys((*copies, "png"), "first")


def test_unlike_pictures_and_recoloured_ones_are_none(tmp_path: Path) -> None:
    names = [save(tmp_path, f"{n}.jpg", scene(n)) for n in range(60)]
    names.append(save(tmp_path, "red.jpg", scene(0).convert("HSV").point(lambda v: (v + 60) % 256).convert("RGB")))
    assert not firsts(tmp_path, [about(name, name) for name in names])


def test_pictures_of_one_colour_are_compared_by_it(tmp_path: Path) -> None:
    from PIL import Image

    colours = {"white": (255, 255, 255), "paper": (255, 255, 254), "black": (0, 0, 0), "red": (200, 40, 40)}
    samples = [about(n, save(tmp_path, f"{n}.png", Image.new("RGB", (64, 48), c))) for n, c in colours.items()]
    assert firsts(tmp_path, samples) == {"paper": "white"}


def test_samples_about_one_file_and_frames_of_one_context_are_no_copies(tmp_path: Path) -> None:
    one, frame = save(tmp_path, "one.jpg", scene(1)), save(tmp_path, "frame.jpg", scene(1), 70)
    samples = [about("a", one), about("a", one, number=1), about("b", one), about("a", one, frame, number=2)]
    assert not firsts(tmp_path, samples)
    assert firsts(tmp_path, [*samples, about("c", frame)]) == {}  # its file stands in the first context already


def test_a_sample_of_several_pictures_fails_only_when_all_are_copies(tmp_path: Path) -> None:
    one, two = save(tmp_path, "one.jpg", scene(1)), save(tmp_path, "two.jpg", scene(2))
    again, fresh = save(tmp_path, "again.jpg", scene(1), 50), save(tmp_path, "fresh.jpg", scene(3))
    copy = save(tmp_path, "copy.jpg", scene(2), 50)
    samples = [about("a", one), about("b", two), about("c", again, fresh), about("d", again, copy)]
    assert firsts(tmp_path, samples) == {"d": "a"}


def test_pictures_that_cannot_be_read_are_doubtful_and_counted(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    verdicts = judged(tmp_path, [about("a", "broken.jpg"), about("b", "gone.jpg"), about("c")])
    assert {(v.outcome, v.reason) for v in verdicts.values()} == {("doubtful", "picture_unread")}
    assert set(verdicts) == {"a/t/0", "b/t/0"}
    assert "gone.jpg" in str(verdicts["b/t/0"].evidence[0].contradicts)


def test_a_second_time_no_picture_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [about(str(n), save(tmp_path, f"{n}.jpg", scene(n % 3), 90 - n)) for n in range(6)]
    before = judged(tmp_path, samples)
    assert len(before) == 3
    monkeypatch.setattr(looking.Eyes, "look", property(lambda _: pytest.fail("looked again")))
    assert judged(tmp_path, samples) == before


def test_without_the_folder_of_pictures_the_run_does_not_begin(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"checks.duplicate_images: needs the pictures.*names none"):
        list(built_run_check("duplicate_images").verdicts([]))
    (tmp_path / "rows.jsonl").write_text(json.dumps(record(1)) + "\n")
    tree = {
        "source": {"use": "image_text", "files": ["rows.jsonl"]},
        "teacher": {"use": "grounded"},
        "tasks": {"conversation": {"use": "prompted", "form": "dialogue"}},
        "checks": {"duplicate_images": {}},
    }
    ended = command("run", write_recipe(tmp_path / "recipe.yaml", tree), "--out", tmp_path / "run")
    assert ended.code == 2
    assert "checks.duplicate_images: needs the pictures" in ended.err


def test_in_a_run_copies_are_counted_left_out_and_come_back(tmp_path: Path) -> None:
    rows = [record(n) | {"image": save(tmp_path / "images", f"{n}.jpg", scene(n % 5), 90 - n)} for n in range(10)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    tree = {
        "source": {"use": "image_text", "files": ["rows.jsonl"], "images": "images"},
        "teacher": {"use": "grounded"},
        "tasks": {"conversation": {"use": "prompted", "form": "dialogue"}},
        "checks": {"duplicate_images": {}},
    }
    recipe = write_recipe(tmp_path / "recipe.yaml", tree)
    printed = succeeds("run", recipe, "--out", tmp_path / "run")
    everything = Run.open(tmp_path / "run").summary().tally.accepted
    kept = len(list(Run.open(tmp_path / "run").samples()))
    assert f"leave out {everything - kept} of the accepted: duplicate_images:duplicate_image" in printed
    assert 0 < kept < everything
    tree["checks"] = {"duplicate_images": {"action": "tag"}}
    succeeds("run", write_recipe(recipe, tree), "--out", tmp_path / "run")
    assert len(list(Run.open(tmp_path / "run").samples())) == everything


# ── neighbours ───────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.integers(0, 12), max_size=60))
def test_a_repeat_names_the_first_of_its_kind(kinds: list[int]) -> None:
    vectors = np.eye(13, dtype=np.float32)[kinds]
    found = dict(repeats(vectors, 0.9, lambda later, _: np.ones(len(later), dtype=bool)))
    assert found == {n: kinds.index(kind) for n, kind in enumerate(kinds) if kinds.index(kind) != n}


def test_many_repeats_of_one_are_not_all_compared_with_each_other() -> None:
    compared = 0

    def same(later: np.ndarray, earlier: np.ndarray) -> np.ndarray:
        nonlocal compared
        compared += len(later)
        return np.ones(len(later), dtype=bool)

    vectors = np.tile(np.eye(1, 20, dtype=np.float32), (5000, 1))
    assert dict(repeats(vectors, 0.9, same)) == dict.fromkeys(range(1, 5000), 0)
    assert compared < 20 * 5000


def test_among_many_vectors_planted_neighbours_are_found() -> None:
    draw = np.random.default_rng(3)
    base = draw.standard_normal((9000, 40))
    vectors = np.concatenate([base, base[::3] + 0.2 * draw.standard_normal((3000, 40))])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    found = dict(repeats(vectors, 0.9, lambda later, _: np.ones(len(later), dtype=bool)))
    assert sum(found.get(9000 + n) == 3 * n for n in range(3000)) >= 2940
    assert len(found) <= 3000
