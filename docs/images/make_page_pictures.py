"""The demo's run and another with other draws in; pictures of the page over them, light and dark, out.

    python docs/images/make_page_pictures.py

Needs a Chromium on PATH. Where a picture would take more than 300 kB, its colours are brought down to 256.
"""

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SIZE = {"width": 1120, "height": 740}
MOST_BYTES = 300_000


def grid(page: Page, url: str) -> None:
    """Show the grid."""
    page.goto(f"{url}?task=conversation")


def sample(page: Page, url: str) -> None:
    """Show a sample, with the mouse on a mention."""
    page.goto(f"{url}sample?id=000000000001/conversation/1")
    page.locator("mark.mention").first.hover()


def compare(page: Page, url: str) -> None:
    """Show both runs side by side."""
    page.goto(f"{url}compare?task=detail")


def instructgen(*arguments: str) -> list[str]:
    """Give a command line."""
    return [sys.executable, "-m", "instructgen", *arguments]


def main() -> None:
    """Make the runs, serve them, and take the pictures."""
    with tempfile.TemporaryDirectory() as name:
        runs = [f"{name}/demo", f"{name}/demo-seed-7"]
        for run, more in zip(runs, ([], ["--set", "seed=7", "--set", "checks.length.max_words=45"]), strict=True):
            recipe = str(ROOT / "pipelines/demo.yaml")
            subprocess.run(instructgen("run", recipe, "--out", run, *more), check=True)
        server = subprocess.Popen(instructgen("view", *runs, "--port", "0"), stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        url = server.stdout.readline().split()[0]
        try:
            with sync_playwright() as playwright:
                found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
                browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
                for scheme in ("light", "dark"):
                    for show in (grid, sample, compare):
                        page = browser.new_page(viewport=SIZE, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                        show(page, url)
                        page.wait_for_load_state("networkidle")
                        keep(page.screenshot(), HERE / f"page-{show.__name__}-{scheme}.png")
                        page.close()
        finally:
            server.terminate()
            server.wait()


def keep(data: bytes, path: Path) -> None:
    """Write a picture, with fewer colours where it would be heavy."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        picture.quantize(256, kmeans=2, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    print(path.relative_to(ROOT), f"{path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
