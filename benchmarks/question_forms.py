"""COCO annotations or files of contexts in; how varied the questions of the ``grounded`` teacher are out.

Runs every context through the dialogue and the single question, masks in each question what comes from the context
(classes, attributes, numbers and any other word of a caption or label), and counts what is left: its *form*. Exit
status 1 when fewer than 200 forms are asked at least 5 times, or one form makes more than 3 % of the questions.

    python benchmarks/question_forms.py --coco CAPTIONS.json INSTANCES.json --coco CAPTIONS.json - --rows FILE.jsonl
"""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from instructgen.errors import Declined
from instructgen.records import Context, Slot
from instructgen.sources.coco import CocoSource
from instructgen.sources.image_text import ImageTextSource
from instructgen.teachers.grounded import GroundedTeacher
from instructgen.teachers.grounded.wordings import read_wordings
from instructgen.text import word_set
from instructgen.vocabulary import CLASSES, COLORS, IRREGULAR_PLURALS, MATERIALS, NUMBERS

FEWEST_FORMS, LARGEST_SHARE, ASKED_OFTEN = 200, 0.03, 5
FORMS = ("dialogue", "single_question", "description")
MASK = "▢"

_WORD = re.compile(r"[a-z0-9][a-z0-9'-]*|[^\w\s]")
_SAME = {
    "are": "is", "do": "does", "have": "has", "an": "a", "they": "it", "he": "it", "she": "it", "them": "it",
}  # fmt: skip
"""Agreement is no form of its own."""
_GLUE = word_set(
    """a the some several many his her its their and of to on in at under underneath beneath behind beside near next
    against inside with by from into through across over down up along around front top side middle out off towards
    alongside atop above below between left right upper lower another no"""
)
"""Words that belong to a masked phrase beside them."""
_SIDES = word_set("""left right top bottom upper lower leftmost rightmost leftwards rightwards above below""")
_SHAPES = word_set(
    """sitting standing lying laying large small big little tall short long young old new empty full open closed wet
    dry round square narrow wide clean dirty messy tidy crowded busy quiet cloudy clear calm rough thin thick bare
    covered whole sliced striped plain curved straight huge giant tiny cluttered running down sleeping"""
)


def class_words() -> frozenset[str]:
    """Give every word of the 80 classes' names, synonyms and near words."""
    forms = {form for named in CLASSES.values() for form in (*named.synonyms, *named.near)}
    kinds = "animals vehicles food items pieces furniture electronic devices kitchen appliances sports equipment"
    return frozenset(w for form in forms for w in form.split()) | frozenset(kinds.split())


def frame_words() -> frozenset[str]:
    """Give the words that the wordings themselves hold, outside their slots."""
    wordings = read_wordings("captions", "boxes", "reasoning").values()
    questions = " ".join(re.sub(r"\{\w+\}", " ", q) for w in wordings for q in w.questions)
    return frozenset(_WORD.findall(questions.lower()))


ALWAYS = class_words() | COLORS | MATERIALS.keys() | NUMBERS.keys() | _SIDES | _SHAPES
FRAME = frame_words()


def stem(word: str) -> str:
    """Give a rough stem, so that "sits" in a caption masks "sitting" in a question."""
    for tail in ("ing", "ies", "es", "s", "ed", "y", "e"):
        if word.endswith(tail) and len(word) - len(tail) >= 2:
            word = word[: -len(tail)]
            break
    return word[:-1] if len(word) > 2 and word[-1] == word[-2] else word.rstrip("e")


def form_of(question: str, context: Context) -> str:
    """Mask everything in a question that comes from its context."""
    said = {w for text in (*context.captions, *(b.label for b in context.boxes)) for w in _WORD.findall(text.lower())}
    stems = {stem(w) for w in said} | {stem(IRREGULAR_PLURALS.get(w, w)) for w in said}
    words: list[str] = []
    for word in _WORD.findall(question.lower()):
        own = word in FRAME and word not in ALWAYS
        from_context = word in said or stem(word) in stems
        masked = word in ALWAYS or word.isdigit() or (not own and (from_context or word not in FRAME))
        words.append(MASK if masked else _SAME.get(word, word))
    return _joined(words)


def _joined(words: list[str]) -> str:
    """Draw articles, prepositions and lists into the masked phrase that they belong to."""
    out: list[str] = []
    for word in words:
        if word == MASK:
            while out and (out[-1] in _GLUE or out[-1] == MASK or (out[-1] in (",", "or") and MASK in out)):
                out.pop()
        out.append(word)
    return " ".join(out)


def contexts_of(options: argparse.Namespace) -> Iterator[tuple[str, Context]]:
    """Give every context with the name of its source."""
    for captions, instances in options.coco:
        source = CocoSource(
            captions=None if captions == "-" else Path(captions),
            instances=None if instances == "-" else Path(instances),
        )
        name = Path(captions if captions != "-" else instances)
        for row in source.read(0):
            if isinstance(row.item, Context):
                yield f"{name.parent.parent.name}/{name.name}", row.item
    for rows in options.rows:
        for row in ImageTextSource(files=(Path(rows),)).read(0):
            if isinstance(row.item, Context):
                yield Path(rows).name, row.item


def measure(options: argparse.Namespace) -> tuple[Counter[str], int]:
    """Ask for every form and every context; print what was declined; give the forms and the longest run."""
    teacher, asked, declined = GroundedTeacher(), Counter[tuple[str, str]](), Counter[tuple[str, str, str]]()
    found, latest, run, longest, seconds = Counter[str](), "", 0, 0, 0.0
    for source, context in contexts_of(options):
        for form in FORMS:
            asked[source, form] += 1
            begun = time.perf_counter()
            try:
                slot = Slot(context=context.id, asker=form, attempt=0, round=0, position=0)
                reply = teacher.reply(slot, form, context)
            except Declined as fault:
                declined[source, form, fault.reason] += 1
                continue
            finally:
                seconds += time.perf_counter() - begun
            for turn in reply.turns:
                if turn.role == "human":
                    masked = form_of(turn.text, context)
                    found[masked] += 1
                    run = run + 1 if masked == latest else 1
                    latest, longest = masked, max(longest, run)
    for (source, form), number in sorted(asked.items()):
        reasons = {r: n for (s, f, r), n in declined.items() if (s, f) == (source, form)}
        share = sum(reasons.values()) / number
        print(f"{source:40} {form:16} {number:6} contexts, declined {share:6.1%} {reasons or ''}")
    print(f"{seconds / max(sum(asked.values()), 1) * 1e6:.0f} µs a reply")
    return found, longest


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--coco", nargs=2, action="append", default=[], metavar=("CAPTIONS", "INSTANCES"))
    parser.add_argument("--rows", action="append", default=[], metavar="FILE")
    parser.add_argument("--all", action="store_true", help="print every form")
    options = parser.parse_args()
    found, longest = measure(options)
    total = found.total()
    if not total:
        parser.error("no context gave a question")
    often = sum(1 for n in found.values() if n >= ASKED_OFTEN)
    print(f"{total} questions, {len(found)} forms ({often} asked {ASKED_OFTEN} times or more), longest run {longest}")
    for form, number in found.most_common(None if options.all else 10):
        print(f"{number / total:7.2%} {number:6} {form}")
    largest = found.most_common(1)[0][1] / total
    return int(often < FEWEST_FORMS or largest > LARGEST_SHARE)


if __name__ == "__main__":
    sys.exit(main())
