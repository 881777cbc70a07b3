"""The demo's annotations in; the README's picture out: a photo with its boxes beside what was made of them.

    python docs/images/make_picture.py

Runs the demo into a temporary folder and draws what it finds there, so the conversation shown is a real one.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from instructgen.records import Context, Sample
from instructgen.run import Run

HERE = Path(__file__).resolve().parent
PHOTO = "000000000001"
TASKS = {"conversation": 1, "detail": 0, "complex_reasoning": 1}
"""Which sample of each task is shown, counted from 0."""
WIDTH, SIDE, MARGIN, GAP = 1240, 400, 28, 36
INK, PALE, PAPER, RULE = "#1f2933", "#66727f", "#ffffff", "#d9dee3"
COLOURS = ("#c2410c", "#0f766e", "#1d4ed8", "#7e22ce", "#b91c1c", "#4d7c0f")


def font(size: int) -> Any:
    """Give the font that Pillow brings along."""
    return ImageFont.load_default(size)


def wrapped(draw: ImageDraw.ImageDraw, text: str, width: int, size: int) -> list[str]:
    """Break a text into lines that fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=font(size)) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, width: int, size: int, colour: str = INK) -> int:
    """Write a text, wrapped, and give the height below it."""
    x, y = at
    for line in wrapped(draw, text, width, size):
        draw.text((x, y), line, fill=colour, font=font(size))
        y += round(size * 1.42)
    return y


def boxed(context: Context, photo: Image.Image) -> Image.Image:
    """Draw the context's boxes over its photo."""
    picture = photo.convert("RGB").resize((SIDE, SIDE))
    draw = ImageDraw.Draw(picture)
    corners = [[round(v * (SIDE - 1)) for v in (box.x1, box.y1, box.x2, box.y2)] for box in context.boxes]
    for number, corner in enumerate(corners):
        draw.rectangle(corner, outline=COLOURS[number % len(COLOURS)], width=3)
    taken: list[tuple[int, int, int, int]] = []
    for number, (box, corner) in enumerate(zip(context.boxes, corners, strict=True)):
        place = label_place(corner, round(draw.textlength(box.label, font=font(15))) + 10, taken)
        taken.append(place)
        draw.rectangle(place, fill=COLOURS[number % len(COLOURS)])
        draw.text((place[0] + 5, place[1] + 2), box.label, fill="white", font=font(15))
    return picture


def label_place(corner: list[int], width: int, taken: list[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    """Give the first place of a label, at one of its box's corners, that no other label has."""
    x1, y1, x2, y2 = corner
    rows = [y1 - 22, y2] if y2 - y1 < 80 else [y1, y2 - 21]
    places = [(max(0, min(x, SIDE - width)), max(0, min(y, SIDE - 22))) for y in rows for x in (x1, x2 - width)]
    boxes = [(x, y, x + width, y + 21) for x, y in places]
    free = (b for b in boxes if not any(b[0] <= t[2] and t[0] <= b[2] and b[1] <= t[3] and t[1] <= b[3] for t in taken))
    return next(free, boxes[0])


def drawn(context: Context, samples: list[Sample], photo: Image.Image) -> Image.Image:
    """Draw the whole picture."""
    sheet = Image.new("RGB", (WIDTH, 2000), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), "what is there already: captions and boxes", fill=PALE, font=font(17))
    sheet.paste(boxed(context, photo), (MARGIN, MARGIN + 32))
    left = MARGIN + 32 + SIDE + 16
    for caption in context.captions:
        left = write(draw, (MARGIN, left), caption, SIDE, 15, PALE) + 5
    x = MARGIN + SIDE + GAP
    width = WIDTH - x - MARGIN
    draw.line((x - GAP // 2, MARGIN, x - GAP // 2, 1999), fill=RULE, width=1)
    draw.text((x, MARGIN), "what is made of it", fill=PALE, font=font(17))
    right = MARGIN + 32
    for sample in samples:
        head = f"{sample.task.replace('_', ' ')}, by {sample.origin.teacher}"
        draw.text((x, right), head, fill=COLOURS[2], font=font(16))
        right += 28
        for turn in sample.turns:
            text = turn.text.replace("<image>", "").strip()
            human = turn.role == "human"
            draw.text((x, right), "Q" if human else "A", fill=COLOURS[0] if human else COLOURS[1], font=font(18))
            right = write(draw, (x + 28, right), text, width - 28, 18) + (2 if human else 10)
        right += 14
    return sheet.crop((0, 0, WIDTH, max(left, right) + MARGIN // 2))


def main() -> None:
    """Make ``demo.png`` beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "instructgen", "run", "demo", "--out", f"{folder}/run"]
        subprocess.run(command, check=True, capture_output=True)
        run = Run.open(f"{folder}/run")
        context = next(context for context in run.contexts() if context.id == PHOTO)
        samples = [s for s in run.samples() if s.id in {f"{PHOTO}/{task}/{n}" for task, n in TASKS.items()}]
        root = run.built.source.image_root()
        assert root is not None and context.images[0].path is not None
        with Image.open(root / context.images[0].path) as photo:
            sheet = drawn(context, samples, photo)
    sheet.quantize(160, dither=Image.Dither.FLOYDSTEINBERG).save(HERE / "demo.png", optimize=True)


if __name__ == "__main__":
    main()
