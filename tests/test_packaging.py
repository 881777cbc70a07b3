"""The checkout in; a wheel out, installed where the checkout is out of reach, and carried through the demo.

The environment made here borrows the installed dependencies by a ``.pth`` file, but not the project: editable
installs are not followed through it.
"""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "pipelines" / "demo"


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command as someone would who has never seen the checkout; give its output."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the ``bin`` folder of a fresh environment that holds the wheel."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--no-deps", "--no-index", "--disable-pip-version-check", wheel, cwd=folder)
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])", cwd=folder).strip()
    (Path(site) / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    return python.parent


def demo_annotations(kind: str) -> dict[str, list[dict[str, Any]]]:
    tree: dict[str, list[dict[str, Any]]] = json.loads((DEMO / f"{kind}.json").read_text(encoding="utf-8"))
    return tree


@pytest.mark.slow
def test_the_wheel_holds_licence_prompts_seeds_recipes_and_the_demo(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    folders = [ROOT / kind for kind in ("prompts", "seeds", "pipelines")]
    ours = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    assert {p.suffix for p in ours} >= {".jinja", ".yaml", ".json", ".jpg", ".md"}
    assert {f"instructgen/shipped/{p.relative_to(ROOT).as_posix()}" for p in ours} <= held
    assert {
        f"instructgen/reporting/templates/{name}" for name in ("report.html.jinja", "charts.html.jinja", "report.css")
    } <= held
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in held)
    assert not [name for name in held if name.startswith(("tests/", "benchmarks/")) or "__pycache__" in name]


@pytest.mark.slow
def test_an_installed_wheel_finds_what_it_ships(installed: Path, tmp_path: Path) -> None:
    script = (
        "from instructgen.library import Library, shipped; library = Library.beside(None); print(shipped());"
        "print(*[name for kind in ('prompts', 'seeds', 'pipelines') for name in library.names(kind)])"
    )
    where, names = run(installed / "python", "-c", script, cwd=tmp_path).splitlines()
    assert not Path(where).is_relative_to(ROOT)
    assert {"conversation", "detail", "complex_reasoning", "demo", "llava_instruct_158k"} <= set(names.split())


@pytest.mark.slow
def test_an_installed_wheel_runs_the_demo_by_name(installed: Path, tmp_path: Path) -> None:
    run(installed / "instructgen", "run", "demo", "--out", "made", cwd=tmp_path)
    run(installed / "instructgen", "export", "made", "--format", "llava", "--out", "made.json", cwd=tmp_path)
    rows = json.loads((tmp_path / "made.json").read_text(encoding="utf-8"))
    assert len(rows) >= 30
    assert len({row["image"] for row in rows}) >= 6


def test_every_demo_photo_is_named_with_its_source_and_has_five_captions_and_boxes_inside_it() -> None:
    captions, instances = demo_annotations("captions"), demo_annotations("instances")
    sources = (DEMO / "SOURCES.md").read_text(encoding="utf-8")
    names = {c["id"]: c["name"] for c in instances["categories"]}
    assert captions["images"] == instances["images"]
    assert {i["file_name"] for i in captions["images"]} == {p.name for p in (DEMO / "images").iterdir()}
    for image in captions["images"]:
        said = [c["caption"] for c in captions["annotations"] if c["image_id"] == image["id"]]
        assert len(set(said)) == 5
        assert f"`images/{image['file_name']}`" in sources
        with Image.open(DEMO / "images" / image["file_name"]) as photo:
            assert photo.size == (image["width"], image["height"])
        boxes = [a for a in instances["annotations"] if a["image_id"] == image["id"]]
        assert boxes
        for box in boxes:
            x, y, width, height = box["bbox"]
            assert x >= 0 and y >= 0 and x + width <= photo.width and y + height <= photo.height
            assert 0 < box["area"] <= width * height
            assert box["category_id"] in names
