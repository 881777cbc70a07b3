"""A LLaVA JSON and its images folder in; what LLaVA's own loader makes of each row out, held against the files.

    .env-llava-torch/bin/python tests/trainers/llava_torch.py ROWS.json IMAGES [--all-differ]

Of every row: the prompt decoded from ``input_ids`` has each turn in order, with the picture's placeholder where the
trainer puts it; the labels train on the answers, all of them and nothing else; there are as many image tokens as
pictures; and the pixels equal those made from the original file, read apart from the loader. Beside the rows may lie
``wanted.json``, the rows as they are to be, with their original pictures, or ``originals.json``, which says which file
a row's picture was (row id to path); else the rows' own word is taken.
Prints figures; exit status 1 on any difference, or with ``--all-differ`` on any row without one.
"""

import io
import json
import re
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sentencepiece  # type: ignore[import-not-found]
import torch
from llava import conversation  # type: ignore[import-not-found]
from llava.constants import IGNORE_INDEX, IMAGE_TOKEN_INDEX  # type: ignore[import-not-found]
from llava.train.train import make_supervised_data_module  # type: ignore[import-not-found]
from PIL import Image
from transformers import CLIPImageProcessor, LlamaTokenizer

Row = dict[str, Any]
SIDE = 56
MAX_TOKENS = 4096


def tokenizer(rows: list[Row], folder: Path) -> LlamaTokenizer:
    """Train a small LLaMA tokenizer on the rows themselves; bytes stand for what it has not seen."""
    texts = folder / "texts.txt"
    frame = [conversation.conv_vicuna_v1.system, "USER: ASSISTANT: "]
    spoken_texts = [turn["value"] for row in rows[:2000] for turn in row["conversations"]]
    texts.write_text("\n".join([*frame, *spoken_texts] * 3), "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        **{"input": str(texts), "model_prefix": str(folder / "spm"), "vocab_size": 700, "hard_vocab_limit": False},
        **{"model_type": "bpe", "byte_fallback": True, "character_coverage": 0.9995, "minloglevel": 2},
        **{"normalization_rule_name": "identity", "remove_extra_whitespaces": False, "split_digits": True},
    )
    made = LlamaTokenizer(str(folder / "spm.model"), model_max_length=MAX_TOKENS, padding_side="right", legacy=True)
    made.pad_token = made.unk_token
    return made


def spoken(row: Row) -> list[str]:
    """Give each turn's text as the trainer should see it: the placeholder first in its turn, blanks at the ends off."""
    texts = []
    for turn in row["conversations"]:
        text = turn["value"]
        if "<image>" in text and "image" in row:
            text = "<image>\n" + text.replace("<image>", "").strip()
        texts.append(text)
    return texts


def expected_prompt(row: Row) -> str:
    """Write the Vicuna prompt of a row by hand, from the published layout."""
    texts = spoken(row)
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return str(conversation.conv_vicuna_v1.system) + "".join(f" USER: {q} ASSISTANT: {a}</s>" for q, a in pairs)


def decoded(tokens: list[int], made: LlamaTokenizer) -> str:
    """Decode token ids, with ``<image>`` for the picture's."""
    parts: list[list[int]] = [[]]
    for token in tokens:
        if token == IMAGE_TOKEN_INDEX:
            parts.append([])
        else:
            parts[-1].append(token)
    keep = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False, "spaces_between_special_tokens": False}
    return "<image>".join(str(made.decode(part, **keep)) for part in parts)


def same_text(got: str, wanted: str) -> bool:
    """Tell whether texts agree but for blanks beside special tokens, where sentencepiece adds and drops them."""
    return _closed(got.removeprefix("<s>")) == _closed(wanted)


def _closed(text: str) -> str:
    return re.sub(r" *(<image>|</s>) *", r"\1", text).strip(" ")


def differences(
    row: Row, item: Row, made: LlamaTokenizer, processor: CLIPImageProcessor, original: Path | None
) -> list[str]:
    """List what the loader made of a row that is not what the row says."""
    found = []
    tokens, labels = item["input_ids"].tolist(), item["labels"].tolist()
    if not same_text(decoded(tokens, made), expected_prompt(row)):
        found.append("turns")
    answers = [token for token, label in zip(tokens, labels, strict=True) if label != IGNORE_INDEX]
    if not same_text(decoded(answers, made), "".join(f"{text}</s>" for text in spoken(row)[1::2])):
        found.append("trained answers")
    if tokens.count(IMAGE_TOKEN_INDEX) != (1 if original else 0):
        found.append("image tokens")
    if original:
        picture = Image.open(io.BytesIO(original.read_bytes())).convert("RGB")
        if not torch.equal(item["image"], processor.preprocess(picture, return_tensors="pt")["pixel_values"][0]):
            found.append("pixels")
    return found


def main(rows_file: Path, images: Path, all_differ: bool) -> int:
    """Compare the rows; give the exit status."""
    conversation.default_conversation = conversation.conv_vicuna_v1
    rows: list[Row] = json.loads(rows_file.read_text("utf-8"))
    if not rows:
        print(f"{rows_file}: holds no rows, and nothing is proven")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        made = tokenizer(rows, Path(folder))
    processor = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    arguments = SimpleNamespace(
        data_path=str(rows_file), image_folder=str(images), image_processor=processor, image_aspect_ratio="square",
        is_multimodal=True, mm_use_im_start_end=False, lazy_preprocess=True,
    )  # fmt: skip
    module = make_supervised_data_module(made, arguments)
    dataset, collate = module["train_dataset"], module["data_collator"]
    noted = rows_file.with_name("originals.json")
    originals: dict[str, str] = json.loads(noted.read_text("utf-8")) if noted.exists() else {}
    faults: list[tuple[str, list[str]]] = []
    turns = pictures = trained = 0
    beside = rows_file.with_name("wanted.json")
    wanted: list[Row] = json.loads(beside.read_text("utf-8")) if beside.exists() else rows
    for number, (_, row) in enumerate(zip(rows, wanted, strict=True)):
        item = dataset[number]
        turns += len(row["conversations"])
        pictures += "image" in row
        trained += int((item["labels"] != IGNORE_INDEX).sum())
        own = originals.get(row["id"]) if originals else row.get("image")
        if found := differences(row, item, made, processor, images / own if own else None):
            faults.append((row["id"], found))
    if 0 in dataset.modality_lengths:
        faults.append(("all", ["a row without words, which stops the trainer's sampler"]))
    batch = collate([dataset[number] for number in range(min(8, len(rows)))])
    shapes = f"batch of {tuple(batch['input_ids'].shape)} tokens and {tuple(batch['images'].shape)} pixels"
    print(f"{trained} trained tokens; {shapes}")
    for row_id, found in faults[:20]:
        print(f"  {row_id}: differs in {', '.join(found)}")
    figures = f"{len(rows)} rows, {turns} turns, {pictures} pictures"
    same = "same" if not faults else f"{len(faults)} different"
    told = f"{len(faults)} of {len(rows)} planted faults found" if all_differ else f"{figures}: {same}"
    print(f"llava-torch {version('llava-torch')}: {told}")
    return 0 if len(faults) == (len(rows) if all_differ else 0) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), "--all-differ" in sys.argv))
