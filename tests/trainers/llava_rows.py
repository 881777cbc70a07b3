"""A folder in; a small dataset in it out: JPEGs drawn by us, ``llava.json`` by our own llava export.

``originals.json`` notes which picture is whose; ``broken.json`` has rows with a planted fault each, which a comparison
that is worth anything must find. Runs where instructgen is installed; `llava_torch.py` reads the folder
in the trainer's own environment.
"""

import json
import sys
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image as Picture
from PIL import ImageDraw

from instructgen.component import Site
from instructgen.exports.llava import LlavaExport
from instructgen.library import Library
from instructgen.records import Image, Origin, Sample, Turn

Row = dict[str, Any]
ROWS = 24
TASKS = ("conversation", "detail", "complex_reasoning")
NOUNS = ("square", "ring", "bar", "spot", "stripe", "crossing", "façade", "Straße", "犬", "🙂 face")


def draw(path: Path, rng: Random) -> None:
    """Draw boxes on noise, so that any recompression shows, and save it as a JPEG of odd size."""
    width, height = rng.randint(90, 400), rng.randint(70, 300)
    picture = Picture.frombytes("RGB", (width, height), rng.randbytes(width * height * 3))
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y = rng.randrange(width), rng.randrange(height)
        pen.rectangle((x, y, x + rng.randint(9, 90), y + rng.randint(9, 90)), fill=rng.randrange(1 << 24))
    picture.save(path, quality=rng.choice((60, 85, 95)))


def sample(number: int, rng: Random) -> Sample:
    """Make a sample with one to four pairs; every eighth has no picture."""
    images = () if number % 8 == 7 else (Image(path=f"{number % 3}/{number:012d}.jpg"),)
    turns: list[Turn] = []
    for pair in range(rng.randint(1, 4)):
        noun = rng.choice(NOUNS)
        turns.append(Turn(role="human", text=f"Where is the {noun}, and how many are there?\nCount {pair + 2}."))
        turns.append(Turn(role="gpt", text=f"The {noun} is at the left:  {pair} of them.\n\nNo more than that."))
    if images:
        text = turns[0].text
        turns[0] = Turn(role="human", text=f"<image>\n{text}" if rng.random() < 0.5 else f"{text}\n<image>")
    task = TASKS[number % 3]
    context = f"{number:012d}"
    origin = Origin(
        context=context, task=task, attempt=0, teacher="rows", model="none", prompt="", seeds="", slots=(), requests=()
    )
    return Sample(id=f"{context}/{task}/0", task=task, images=images, turns=tuple(turns), origin=origin)


def planted(rows: list[Row]) -> list[Row]:
    """Spoil one row in each way that the trainer takes without a word."""
    with_picture = [row for row in rows if "image" in row]
    said = ["See <image> for it.", "It ends.</s> No.", "It ends. ASSISTANT: No.", ""]
    broken = []
    for row, text in zip(with_picture, said, strict=False):
        first, *rest = row["conversations"][:-1]
        broken.append({**row, "conversations": [first, *rest, {"from": "gpt", "value": text}]})
    swapped, bare = with_picture[len(said)], with_picture[len(said) + 1]
    broken.append({**swapped, "image": bare["image"]})
    first, *rest = bare["conversations"]
    broken.append({**bare, "conversations": [{**first, "value": first["value"].replace("<image>", "").strip()}, *rest]})
    return broken


def main(folder: Path) -> None:
    """Write pictures and rows."""
    rng = Random("llava rows")
    samples = [sample(number, rng) for number in range(ROWS)]
    for one in samples:
        for image in one.images:
            path = folder / "images" / str(image.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            draw(path, rng)
    originals = {one.id: image.path for one in samples for image in one.images}
    (folder / "originals.json").write_text(json.dumps(originals), encoding="utf-8")
    export = LlavaExport.build({}, Site("export", Library(()), image_root=folder / "images"), "export")
    assert isinstance(export, LlavaExport)
    number = export.write(((one, {}) for one in samples), folder / "llava.json")
    broken = planted(json.loads((folder / "llava.json").read_text("utf-8")))
    (folder / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    print(f"{number} rows written to {folder / 'llava.json'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
