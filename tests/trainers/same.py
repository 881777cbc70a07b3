"""What rows are to be and what a trainer's loader made of them in; whether it is the same out.

Shared by the ``*_loader.py``, each of which runs in its trainer's own environment, on a processor made on the spot:
every byte is a token, and a picture of 28x28 pixels takes four.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
PER_PICTURE = 4
TEMPLATE = (
    "{% for m in messages %}{{ m['role'].upper() + ': ' }}{% if m['content'] is string %}{{ m['content'] }}{% else %}"
    "{% for p in m['content'] %}{% if p['type'] == 'image' %}{{ '<image>' }}{% else %}{{ p['text'] }}{% endif %}"
    "{% endfor %}{% endif %}{{ '</s>' }}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT: ' }}{% endif %}"
)


def save_model(folder: Path) -> Path:
    """Save a LLaVA model's processor and its small configuration; give the folder."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaProcessor,
        PreTrainedTokenizerFast,
    )

    marks = ["<unk>", "<s>", "</s>", "<pad>", "<image>"]
    letters = [*marks, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bytewise = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(letters)}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    special = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bytewise, extra_special_tokens={"image_token": "<image>"}, model_max_length=8192, **special
    )
    size = {"height": 28, "width": 28}
    pictures = CLIPImageProcessor(size={"shortest_edge": 28}, crop_size=size)
    LlavaProcessor(
        pictures,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    ).save_pretrained(folder)
    small = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    LlavaConfig(
        vision_config=CLIPVisionConfig(**small, image_size=28, patch_size=14),
        text_config=LlamaConfig(**small, vocab_size=len(letters), pad_token_id=3, bos_token_id=1, eos_token_id=2),
        image_token_index=4,
        architectures=["LlavaForConditionalGeneration"],
    ).save_pretrained(folder)
    return folder


def rows_of(place: Path) -> list[Row]:
    """Read what an export's rows are to be."""
    rows: list[Row] = json.loads(place.with_name(f"{place.name}.json").read_text("utf-8"))
    return rows


def in_file_order(place: Path, files: Sequence[Path]) -> list[Row]:
    """Give what an export's rows are to be, in the order in which files of JSON lines have them."""
    known = {row["id"]: row for row in rows_of(place)}
    lines = (line for file in files for line in file.read_text("utf-8").splitlines())
    found = [known.pop(json.loads(line)["id"]) for line in lines]
    assert not known, f"not exported: {list(known)}"
    return found


class Comparison:
    """Holds rows as read against rows as they are to be, and counts."""

    def __init__(self, processor: Any = None, system: str = "") -> None:
        """Take the processor that the trainer uses, and what its template says before all turns."""
        self._processor, self._system = processor, system
        self.faults: dict[str, list[str]] = {}
        self.rows = self.turns = self.pictures = 0

    def hold(self, row: Row, found: Sequence[str]) -> None:
        """Count a row, and what differs in it."""
        self.rows += 1
        self.turns += len(row["turns"])
        self.pictures += len(row["pictures"])
        if found:
            self.faults[row["id"]] = list(found)

    def batch(self, row: Row, batch: Any, pixels: Any) -> list[str]:
        """List what differs in a collated batch of one row, or of a pair: the chosen answer's row, then the other's.

        ``pixels`` are those of all its pictures, or None.
        """
        tokens = [
            ids[mask != 0].tolist() for ids, mask in zip(batch["input_ids"], batch["attention_mask"], strict=True)
        ]
        if "rejected" not in row:
            (only,) = tokens
            return self._differing(row, row["turns"], only, pixels)
        (chosen, rejected), worse = tokens, [*row["turns"][:-1], row["rejected"]]
        first, second = (None, None) if pixels is None else pixels.chunk(2)
        found = self._differing(row, row["turns"], chosen, first)
        return found + [f"rejected: {one}" for one in self._differing(row, worse, rejected, second)]

    def _differing(self, row: Row, turns: Sequence[str], tokens: list[int], pixels: Any) -> list[str]:
        found = []
        text = self._processor.tokenizer.decode(tokens, skip_special_tokens=False)
        if not in_order(text.replace("<image>", "").removeprefix(self._system), turns):
            found.append("turns")
        mark = self._processor.tokenizer.convert_tokens_to_ids("<image>")
        if tokens.count(mark) != PER_PICTURE * len(row["pictures"]):
            found.append(f"{tokens.count(mark)} image tokens")
        if not self._same_pixels(row["pictures"], pixels):
            found.append("pixels")
        return found

    def _same_pixels(self, files: Sequence[str], pixels: Any) -> bool:
        import torch
        from PIL import Image

        if not files:
            return pixels is None or len(pixels) == 0
        pictures = [Image.open(file).convert("RGB") for file in files]
        wanted = self._processor.image_processor(pictures, return_tensors="pt")["pixel_values"]
        return pixels is not None and torch.equal(torch.as_tensor(pixels), wanted)

    def said(self) -> str:
        """Say the figures."""
        return f"{self.rows} rows, {self.turns} turns, {self.pictures} pictures"


def in_order(text: str, turns: Sequence[str]) -> bool:
    """Tell whether the text has every turn, to the letter, one behind the other, and nothing beside but short marks."""
    at = rest = 0
    for turn in turns:
        start = text.find(turn, at)
        if start < 0:
            return False
        rest += len(text[at:start].strip())
        at = start + len(turn)
    return rest + len(text[at:].strip()) <= 40 * (len(turns) + 1) and text[at:].strip() in ("", "</s>")


def told_faults(row: Row, told: Row) -> list[str]:
    """List what differs in what the JSON of a tar shard's sample tells."""
    found = [] if told["id"] == row["id"] else ["id"]
    if [turn["value"].replace("<image>", "").strip("\n") for turn in told["conversations"]] != row["turns"]:
        found.append("turns")
    if not told["conversations"][0]["value"].count("<image>") == len(told["images"]) == len(row["pictures"]):
        found.append("image tags")
    return found


Compare = Callable[[Path], Comparison]


def report(name: str, compare: Compare, places: Sequence[str]) -> int:
    """Compare exports, and those with planted faults (``….broken``), where every row must differ; give the status."""
    status = 0
    for place in [Path(place).resolve() for place in places]:
        done = compare(place)
        broken = place.name.endswith(".broken")
        told = f"{name}{' pairs' if '.pairs' in place.name else ''}"
        if broken:
            print(f"{told}: {len(done.faults)} of {done.rows} planted faults found")
            missed = [row["id"] for row in rows_of(place) if row["id"] not in done.faults]
            print(*(f"  not found: {row}\n" for row in missed), sep="", end="")
        else:
            print(f"{told}: {done.said()}: {f'{len(done.faults)} different' if done.faults else 'same'}")
            for row, found in list(done.faults.items())[:20]:
                print(f"  {row}: differs in {', '.join(found)}")
        if not done.rows or len(done.faults) != (done.rows if broken else 0):
            status = 1
    sys.stdout.flush()
    return status
