"""A folder of people's captions in; false alarms and catches of the checks that are for captions out.

Run it with ``python benchmarks/caption_checks.py --data FOLDER [--list FILE]``; ``human_text.py`` describes the folder.
Two people's captions of one picture stand for an original and a new one: what a check says of them is a false alarm,
also where one of the two is wrong. Errors are planted by patterns that know nothing of how the checks read. What an OCR
reads is made up with its usual errors and, where rapidocr is installed, read from painted signs.
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random

from figures import Figure
from human_text import coco_captions, plain_texts
from judging import Bench, rule_checks
from labelled import Pair, one_turn
from PIL import Image, ImageDraw, ImageFont
from wordings import OPENINGS

from instructgen.extract.ocr import OcrExtractor
from instructgen.records import Context, Found, Passage
from instructgen.vocabulary import CLASSES, COLORS, NUMBER_WORDS, article_for, class_of

SEED = 4
COMMON = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray")
SIGNS = 150
_WORD = re.compile(r"[a-z]+")
_TWO = re.compile(r"(?=\b([a-z]+) ([a-z]+)\b)")
Change = tuple[Pair, str]


def pair(number: int, originals: Sequence[str], new: str) -> Pair:
    return one_turn(f"pair/{number}", new, Context(id=str(number), row=0, captions=tuple(originals)))


def people(said: Sequence[Sequence[str]]) -> dict[str, list[Pair]]:
    """Give people's captions as originals and new ones, a pair a picture."""
    return {
        "one original": [pair(n, those[:1], those[1]) for n, those in enumerate(said)],
        "four originals": [pair(n, those[1:5], those[0]) for n, those in enumerate(said)],
        "one original, three sentences": [
            pair(n, those[:1], " ".join(f"{text.rstrip('.')}." for text in those[1:4])) for n, those in enumerate(said)
        ],
    }


def _twos(text: str) -> Iterator[tuple[str, str, int]]:
    """Give two words in a row of which the second names a class, and where they start."""
    for found in _TWO.finditer(text.lower()):
        if (class_of(found[2]) or "person") != "person":
            yield found[1], found[2], found.start()


def _of_both(each: Pair, first: Iterable[str]) -> list[tuple[str, str, int]]:
    """Give the pairs of words that original and new caption share, by where they are in the new one."""
    (old,) = each.context.captions
    known, wanted = {(one, two) for one, two, _ in _twos(old)}, set(first)
    return [
        (one, two, at) for one, two, at in _twos(each.sample.turns[1].text) if one in wanted and (one, two) in known
    ]


def _instead(each: Pair, at: int, old: str, new: str) -> Change:
    text = each.sample.turns[1].text
    return one_turn(f"{each.sample.id}/{at}", text[:at] + new + text[at + len(old) :], each.context), new


def recoloured(each: Pair, draw: Random) -> Iterator[Change]:
    """Change a colour that both captions give the same thing."""
    for colour, _, at in _of_both(each, COLORS)[:1]:
        yield _instead(each, at, colour, draw.choice([other for other in COMMON if other != colour]))


def recounted(each: Pair, draw: Random) -> Iterator[Change]:
    """Change a number that both captions give of the same things, by 1 or 2, to no less than two."""
    for word, _, at in _of_both(each, NUMBER_WORDS[2:9])[:1]:
        number = NUMBER_WORDS.index(word)
        other = draw.choice([n for n in (number - 2, number - 1, number + 1, number + 2) if n >= 2])
        yield _instead(each, at, word, NUMBER_WORDS[other])


def swapped_class(each: Pair, kinds: Sequence[str], draw: Random) -> Iterator[Change]:
    """Put another class of its kind in place of one that both captions name, each once."""
    texts = (each.context.captions[0].lower(), each.sample.turns[1].text.lower())
    named = [[(class_of(m[0]), m) for m in _WORD.finditer(text) if class_of(m[0])] for text in texts]
    for name, found in named[1]:
        here = [[n for n, _ in those].count(name) for those in named]
        if here != [1, 1] or not name or CLASSES[name].supercategory not in kinds:
            continue
        known = {n for those in named for n, _ in those}
        kind = CLASSES[name].supercategory
        other = draw.choice([n for n, c in CLASSES.items() if c.supercategory == kind and n not in known])
        plural = found[0] in CLASSES[name].plurals
        text, new = each.sample.turns[1].text, CLASSES[other].plural if plural else other
        before = re.sub(r"\b([Aa])n? $", rf"\g<1>{article_for(new)[1:]} ", text[: found.start()])
        yield one_turn(each.sample.id, before + new + text[found.end() :], each.context), new
        return


def denied(said: Sequence[Sequence[str]]) -> Iterator[Change]:
    """Have a caption that leaves a class out deny it."""
    for number, those in enumerate(said):
        names = [name for word in _WORD.findall(those[0].lower()) if (name := class_of(word)) and name != "person"]
        others = [text for text in those[1:] if not any(map(class_of, _WORD.findall(text.lower())))]
        if names and others:
            text = f"{others[0].rstrip('.')}. There is no {names[0]} in the picture."
            yield pair(number, those[:1], text), names[0]


def agreement(bench: Bench, said: Sequence[Sequence[str]]) -> Iterator[Figure]:
    """Measure the agreement of captions."""
    checks = ("caption_agreement",)
    every = people(said)
    for name, pairs in every.items():
        yield bench.alarms(f"people's pairs, {name}", pairs, checks, None)
    more = [pair(n, those[i : i + 1], those[i + 1]) for n, those in enumerate(said) for i in range(4)]
    good, draw = bench.passing(more, checks), Random(SEED)
    for name, change in (("colour", recoloured), ("number", recounted)):
        yield bench.catches(f"{name} changed", [c for p in good for c in change(p, draw)], checks)
    for kinds in (("animal", "vehicle"), ("furniture", "food", "kitchen", "electronic", "appliance", "sports")):
        put = [c for p in good for c in swapped_class(p, kinds, draw)]
        yield bench.catches(f"class swapped: {kinds[0]}, {kinds[1]} …", put, checks)
    yield bench.catches("class denied", list(denied(said)), checks)


def openings(bench: Bench, folder: Path) -> Iterator[Figure]:
    """Count people's captions that open with words about the picture, and listed wordings that are found."""
    checks, context = ("opening",), Context(id="none", row=0)
    texts: dict[str, list[str]] = defaultdict(list)
    for collection, text in plain_texts(folder):
        texts[collection].append(text.strip())
    for collection in ("COCO captions", "CC3M captions", "TextCaps"):
        pairs = [one_turn(f"{collection}/{n}", text, context) for n, text in enumerate(texts[collection]) if text]
        yield bench.alarms(f"{collection} that open so", pairs, checks, None)
    put = [(one_turn(opening, f"{opening} a dog beside a red couch.", context), opening) for opening in OPENINGS]
    yield bench.catches("wordings", put, checks)


# ── text that can be read ────────────────────────────────────────────────────────────────────────────────────


def signs(said: Sequence[Sequence[str]], draw: Random) -> list[tuple[str, ...]]:
    """Make up the lines of signs, two each: words of captions in capitals, half of the lines with a number."""
    words = sorted({word.upper() for those in said for word in _WORD.findall(those[0]) if len(word) > 3})

    def line() -> str:
        some = [draw.choice(words) for _ in range(draw.randint(1, 3))]
        return " ".join([*some, str(draw.randint(10, 9999))] if draw.random() < 0.5 else some)

    return [(line(), line()) for _ in range(SIGNS)]


def misread(line: str, draw: Random) -> str:
    """Read a line as a reader of letters does: a letter taken for another in a third, blanks left out in a fifth."""
    if draw.random() < 1 / 3:
        at = draw.randrange(len(line))
        like = {"O": "0", "I": "l", "S": "5", "B": "8", "1": "I", "0": "O"}
        line = (
            line[:at] + like.get(line[at], line[at] if line[at].isdigit() else draw.choice("ACEHMNRT")) + line[at + 1 :]
        )
    return line.replace(" ", "") if draw.random() < 0.2 else line


def painted(lines: Sequence[str]) -> bytes:
    """Paint a sign."""
    picture, data = Image.new("RGB", (640, 320), (236, 233, 221)), BytesIO()
    for number, line in enumerate(lines):
        font = ImageFont.load_default(size=28)
        ImageDraw.Draw(picture).text((30, 60 + 120 * number), line, fill=(30, 40, 60), font=font)
    picture.save(data, "JPEG", quality=60)
    return data.getvalue()


def read_by_rapidocr(shown: Sequence[Sequence[str]]) -> list[list[str]]:
    """Have painted signs read."""
    reader = OcrExtractor()
    found = reader.look(list(map(painted, shown)))
    return [[passage.text for passage in each.passages] if isinstance(each, Found) else [] for each in found]


def quoting(number: int, read: Sequence[str], quoted: str) -> Pair:
    context = Context(id=str(number), row=0, passages=tuple(Passage(kind="ocr", text=line) for line in read))
    return one_turn(f"sign/{number}", f'A sign on the wall reads "{quoted}".', context)


def other_number(line: str) -> str:
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), line)


def quotations(
    bench: Bench, name: str, shown: Sequence[Sequence[str]], read: Sequence[Sequence[str]]
) -> Iterator[Figure]:
    """Measure right and wrong quotations of signs, by what was read of them."""
    checks = ("ocr_agreement",)
    right = [quoting(number, read[number], line) for number, lines in enumerate(shown) for line in lines]
    yield bench.alarms(f"right quotations, {name}", right, checks, None)
    one_lost = [quoting(number, read[number][:1], lines[1]) for number, lines in enumerate(shown)]
    yield bench.alarms(f"right, of a line that was not read, {name}", one_lost, checks, None)
    wrong = [(quoting(n, read[n], shown[n - 1][0]), shown[n - 1][0]) for n in range(len(shown))]
    yield bench.catches(f"another sign's words, {name}", wrong, checks)
    numbers = [(number, line) for number, lines in enumerate(shown) for line in lines if any(map(str.isdigit, line))]
    changed = [(quoting(number, read[number], other_number(line)), line) for number, line in numbers]
    yield bench.catches(f"another number, {name}", changed, checks)


def reading(bench: Bench, said: Sequence[Sequence[str]]) -> Iterator[Figure]:
    """Measure what a caption quotes against what was read."""
    draw = Random(SEED)
    shown = signs(said, draw)
    made_up = [[misread(line, draw) for line in lines] for lines in shown]
    yield from quotations(bench, "made-up reader", shown, made_up)
    if find_spec("rapidocr"):
        yield from quotations(bench, "rapidocr", shown, read_by_rapidocr(shown))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of captions, as human_text.py describes it")
    parser.add_argument("--list", type=Path, dest="listed", help="file for every false alarm and every miss")
    given = parser.parse_args()
    bench = Bench(rule_checks({"opening": {"fails": True}}))
    said = coco_captions(given.data)
    sections: list[tuple[str, Iterable[Figure]]] = [
        ("caption_agreement", agreement(bench, said)),
        ("opening", openings(bench, given.data)),
        ("ocr_agreement", reading(bench, said)),
    ]
    for title, figures in sections:
        bench.part = title
        print(f"\n{title}")
        for figure in figures:
            print(figure.line(), flush=True)
    if given.listed:
        bench.write(given.listed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
