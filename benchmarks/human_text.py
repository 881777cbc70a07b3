"""A folder of real annotations in; what people wrote about pictures out, with the boxes and captions to judge it by.

The layout is that of COCO's and other public files: ``coco/``, ``coco_extra/`` and ``llava/`` hold captions with boxes,
``academic/`` TextCaps, Visual Genome, RefCOCO and questions, ``coco_captions_val2017/`` and ``cc3m/`` captions alone.
What is not there is left out.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from grammar import place_claims
from labelled import Pair, one_turn

from instructgen.records import Box, Context, Image
from instructgen.vocabulary import CLASSES, class_of

_EMPTY = Context(id="none", row=0, images=(Image(path="none.jpg"),))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _box(label: str, corners: Iterable[float], crowd: bool = False, area: float | None = None) -> Box | None:
    x1, y1, x2, y2 = (round(min(1.0, max(0.0, c)), 3) for c in corners)
    if x1 >= x2 or y1 >= y2:
        return None
    return Box(label=label, x1=x1, y1=y1, x2=x2, y2=y2, crowd=crowd, area=area)


def coco_contexts(folder: Path) -> Iterator[Context]:
    """Give one context for each picture of ``coco/`` and ``coco_extra/`` that has captions and boxes."""
    for instances in sorted(folder.glob("coco*/annotations/instances_*.json")):
        captions = _json(instances.with_name(instances.name.replace("instances", "captions")))
        boxed = _json(instances)
        if not captions:
            continue
        said: dict[int, list[str]] = defaultdict(list)
        for row in captions["annotations"]:
            said[row["image_id"]].append(row["caption"])
        names = {c["id"]: c["name"] for c in boxed["categories"]}
        shown: dict[int, list[Box]] = defaultdict(list)
        sizes = {i["id"]: (i["width"], i["height"]) for i in boxed["images"]}
        for row in boxed["annotations"]:
            (w, h), (x, y, bw, bh) = sizes[row["image_id"]], row["bbox"]
            corners = (x / w, y / h, (x + bw) / w, (y + bh) / h)
            area = min(1.0, row["area"] / (w * h))
            box = _box(names[row["category_id"]], corners, bool(row.get("iscrowd")), area)
            shown[row["image_id"]] += [box] if box else []
        # A picture without any box was not boxed at all, as far as its file tells.
        for number in sorted(said.keys() & shown.keys()):
            images = (Image(path=f"{number:012}.jpg"),)
            yield Context(
                id=f"{number:012}", row=0, images=images, captions=tuple(said[number]), boxes=tuple(shown[number])
            )


def llava_contexts(folder: Path) -> Iterator[Context]:
    """Give the contexts of LLaVA's file of captions and boxes."""
    for path in sorted((folder / "llava").glob("caps_boxes_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            boxes = [_box(i["category"], i["bbox"]) for i in row["instances"]]
            if any(boxes):
                kept = tuple(box for box in boxes if box)
                image, captions = Image(path=row["image"]), tuple(row["captions"])
                yield Context(id=f"llava-{row['id']}", row=0, images=(image,), captions=captions, boxes=kept)


def real_contexts(folder: Path) -> list[Context]:
    """Give all pictures with captions and boxes, each once."""
    found = {c.id.removeprefix("llava-"): c for c in (*llava_contexts(folder), *coco_contexts(folder))}
    return list(found.values())


def held_out(contexts: Iterable[Context]) -> Iterator[Pair]:
    """Give each caption as a reply, judged by the boxes and the picture's other captions."""
    for context in contexts:
        for number, caption in enumerate(context.captions):
            others = context.captions[:number] + context.captions[number + 1 :]
            yield one_turn(f"{context.id}/{number}", caption.strip(), context.model_copy(update={"captions": others}))


def paragraphs(contexts: Iterable[Context]) -> Iterator[Pair]:
    """Give each picture's captions as two descriptions of some sentences, the first three and the last three."""
    for context in contexts:
        said = [caption.strip().rstrip(".!?") for caption in context.captions]
        for number, some in enumerate((said[:3], said[-3:])):
            text = " ".join(f"{caption[:1].upper()}{caption[1:]}." for caption in some if caption)
            yield one_turn(f"{context.id}/paragraph{number}", text, context)


def coco_captions(folder: Path, least: int = 5) -> list[list[str]]:
    """Give the different captions of each picture of COCO that has so many."""
    said: dict[int, dict[str, None]] = defaultdict(dict)
    for path in sorted(folder.glob("coco*/**/captions_*.json")):
        for row in _json(path)["annotations"]:
            said[row["image_id"]][row["caption"].strip()] = None
    return [list(those) for those in said.values() if len(those) >= least]


def plain_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Give all captions, regions and questions with the name of their collection: text by people, without boxes."""
    for path in sorted(folder.glob("coco*/**/captions_*.json")):
        yield from (("COCO captions", row["caption"]) for row in _json(path)["annotations"])
    for path in sorted((folder / "cc3m").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as rows:
            yield from (("CC3M captions", row[0]) for row in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE))
    academic = folder / "academic"
    for row in (_json(academic / "textcaps_train.json") or {"data": []})["data"]:
        yield "TextCaps", row["caption_str"]
    for image in _json(academic / "vg_region_descriptions.json") or []:
        yield from (("VG regions", region["phrase"]) for region in image["regions"])
    for image in _json(academic / "vg_question_answers.json") or []:
        yield from (("questions", qa["question"]) for qa in image["qas"])
    for row in (_json(academic / "textvqa_train.json") or {"data": []})["data"]:
        yield "questions", row["question"]
    yield from (("questions", row["question"]) for row in _json(academic / "okvqa_val_a.json") or [])


def plain_pairs(folder: Path) -> Iterator[tuple[str, Pair]]:
    """Give ``plain_texts`` as samples of one reply with an empty context."""
    for number, (collection, text) in enumerate(plain_texts(folder)):
        if text.strip():
            yield collection, one_turn(f"plain/{number}", text.strip(), _EMPTY)


def refcoco_pairs(folder: Path, alone: bool = False) -> Iterator[Pair]:
    """Give RefCOCO's and RefCOCOg's phrases that say a place, with the boxes of all that is referred to in the picture.

    RefCOCO's test A refers to people; what RefCOCOg refers to is the first class in the phrase, else left out.
    ``alone`` gives each phrase only the box that it refers to.
    """
    for name in ("refcoco_testA_a", "refcocog_val_a"):
        shown: dict[str, dict[tuple[float, ...], Box]] = defaultdict(dict)
        said: list[tuple[str, str, Box]] = []
        for row in _json(folder / "academic" / f"{name}.json") or []:
            height, width = (int(n) for n in re.findall(r"\d+", row["question_id"]))
            x1, y1, x2, y2 = row["gt_answers"]
            words = row["question"].lower().split()
            label = "person" if "testA" in name else next(filter(None, map(class_of, words)), None)
            box = _box(label or "thing", (x1 / width, y1 / height, x2 / width, y2 / height))
            if label and box:
                shown[row["image_path"]][tuple(row["gt_answers"])] = box
                said.append((row["image_path"], row["question"], box))
        for number, (image, phrase, referred) in enumerate(said):
            if place_claims(phrase):
                context = Context(
                    id=f"{name}-{number}", row=0, boxes=(referred,) if alone else tuple(shown[image].values())
                )
                yield one_turn(f"{name}/{number}", phrase, context)


def genome_pairs(folder: Path) -> Iterator[Pair]:
    """Give Visual Genome's regions that say a place, with the picture's objects that name a class as boxes."""
    sizes = {i["image_id"]: i for i in _json(folder / "academic" / "vg_image_data.json") or []}
    shown: dict[int, list[Box]] = defaultdict(list)
    for image in _json(folder / "academic" / "vg_objects.json") or []:
        w, h = sizes[image["image_id"]]["width"], sizes[image["image_id"]]["height"]
        for thing in image["objects"]:
            label = class_of(thing["names"][0]) or ""
            x, y = thing["x"], thing["y"]
            box = _box(label, (x / w, y / h, (x + thing["w"]) / w, (y + thing["h"]) / h)) if label in CLASSES else None
            shown[image["image_id"]] += [box] if box else []
    for image in _json(folder / "academic" / "vg_region_descriptions.json") or []:
        for region in image["regions"]:
            if place_claims(region["phrase"]) and shown[region["image_id"]]:
                context = Context(id=f"vg-{region['region_id']}", row=0, boxes=tuple(shown[region["image_id"]]))
                yield one_turn(f"vg/{region['region_id']}", region["phrase"].strip(), context)
