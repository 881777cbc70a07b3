"""What the tests with a real vLLM share: its interpreter, a tiny model and real photos."""

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).parent / "vllm"
DEMO = HERE.parent.parent / "pipelines" / "demo" / "images"


@pytest.fixture(scope="session")
def vllm_python() -> str:
    """The interpreter that has vLLM: ``make test-vllm`` names it."""
    found = os.environ.get("INSTRUCTGEN_VLLM_PYTHON")
    if not found:
        pytest.skip("needs a vLLM in an environment of its own: make test-vllm")
    return found


@pytest.fixture(scope="session")
def weights(vllm_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model of LLaVA's kind."""
    folder = tmp_path_factory.mktemp("tiny-llava")
    subprocess.run([vllm_python, str(HERE / "tiny_llava.py"), str(folder)], check=True, stderr=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 24 photos: the bundled ones, each in three sizes."""
    folder = tmp_path_factory.mktemp("photos")
    for photo in sorted(DEMO.glob("*.jpg")):
        with Image.open(photo) as picture:
            for part in (9, 8, 7):
                small = picture.convert("RGB").resize((picture.width * part // 10, picture.height * part // 10))
                small.save(folder / f"{photo.stem}-{part}.jpg", quality=88)
    return folder


@pytest.fixture
def small_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a vLLM on a small machine is told by its environment."""
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
