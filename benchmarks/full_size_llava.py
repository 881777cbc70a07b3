"""A folder in; a model of a published LLaVA's shapes and no weights in it out: config, tokenizer, processor.

    PYTHON-WITH-VLLM benchmarks/full_size_llava.py FOLDER --shape llava-1.5-7b

Served with ``--load-format dummy`` it costs what the published model costs: the same layers, the same image tokens.
What it writes is noise. The tokenizer is trained on this repository's texts, so that a prompt has about as many tokens
as with the published one; needs ``transformers`` and ``tokenizers``, which come with vLLM.
"""

import argparse
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIDE, PATCH = 336, 14
"""Pixels of a tile's side and of a patch, as CLIP ViT-L/14 at 336 pixels has them: 576 tokens a tile."""
LONGEST = 4096
VISION = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "image_size": SIDE,
    "patch_size": PATCH,
    "projection_dim": 768,
    "vocab_size": 32000,
}
SHAPES: dict[str, dict[str, Any]] = {
    # llava-hf/llava-1.5-7b-hf: Vicuna 7B
    "llava-1.5-7b": {
        "next": False,
        "image_token": 32000,
        "words": {
            "vocab_size": 32064,
            "hidden_size": 4096,
            "intermediate_size": 11008,
            "num_hidden_layers": 32,
            "num_attention_heads": 32,
            "num_key_value_heads": 32,
            "rms_norm_eps": 1e-5,
        },
    },
    # llava-hf/llava-v1.6-34b-hf: Nous-Hermes-2-Yi-34B; up to five tiles a picture
    "llava-v1.6-34b": {
        "next": True,
        "image_token": 64000,
        "words": {
            "vocab_size": 64064,
            "hidden_size": 7168,
            "intermediate_size": 20480,
            "num_hidden_layers": 60,
            "num_attention_heads": 56,
            "num_key_value_heads": 8,
            "rms_norm_eps": 1e-5,
            "rope_theta": 5e6,
        },
    },
}
TILINGS = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | upper }}: "
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>\n"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def write(folder: Path, shape: str) -> None:
    """Write the model."""
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaNextConfig,
        LlavaNextImageProcessor,
        LlavaNextProcessor,
        LlavaProcessor,
    )

    known = SHAPES[shape]
    tiled, image_token = bool(known["next"]), int(known["image_token"])
    words = LlamaConfig(**known["words"], max_position_embeddings=LONGEST, bos_token_id=1, eos_token_id=2)
    how = {"vision_feature_select_strategy": "default", "vision_feature_layer": -2}
    parts = {"vision_config": CLIPVisionConfig(**VISION), "text_config": words, "image_token_index": image_token, **how}
    if tiled:
        config = LlavaNextConfig(**parts, image_grid_pinpoints=TILINGS)
    else:
        config = LlavaConfig(**parts, image_seq_length=(SIDE // PATCH) ** 2)
    config.architectures = ["LlavaNextForConditionalGeneration" if tiled else "LlavaForConditionalGeneration"]
    config.dtype = "bfloat16"
    config.save_pretrained(folder)
    tile = {"size": {"shortest_edge": SIDE}, "crop_size": {"height": SIDE, "width": SIDE}}
    pictures = LlavaNextImageProcessor(**tile, image_grid_pinpoints=TILINGS) if tiled else CLIPImageProcessor(**tile)
    (LlavaNextProcessor if tiled else LlavaProcessor)(
        image_processor=pictures,
        tokenizer=_tokenizer(image_token),
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    ).save_pretrained(folder)


def _tokenizer(size: int) -> Any:
    """Give a byte-level BPE tokenizer of ``size`` tokens, and ``<image>`` after them."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<unk>", "<s>", "</s>"]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    texts = [path.read_text("utf-8") for folder in ("docs", "prompts", "seeds") for path in (ROOT / folder).glob("*.*")]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trained.train_from_iterator(texts, trainer)
    trained.decoder = decoders.ByteLevel()
    # Every number that the model may draw has to be a word.
    trained.add_tokens([f" word{number}" for number in range(trained.get_vocab_size(), size)])
    trained.add_special_tokens(["<image>"])
    return PreTrainedTokenizerFast(
        tokenizer_object=trained,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
        extra_special_tokens={"image_token": "<image>"},
        chat_template=TEMPLATE,
        model_max_length=LONGEST,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="llava-1.5-7b")
    given = parser.parse_args()
    write(given.folder, given.shape)
