"""A folder in; a model of LLaVA's kind in it out: config, tokenizer and processor of a few kilobytes, and no weights.

    PYTHON-WITH-VLLM tests/vllm/tiny_llava.py FOLDER

A server loads it with ``--load-format dummy``, which makes weights up: it sees pictures, counts and caches tokens and
writes nonsense as a real one does. Needs ``transformers`` and ``tokenizers``, which come with vLLM.
"""

import sys
from pathlib import Path
from typing import Any

SIDE, PATCH = 56, 14
"""Pixels of a picture's side as the model sees it, and of a patch: 16 tokens a picture."""

LONGEST = 32768
"""Tokens, which are bytes here, of prompt and reply together."""

TEMPLATE = (
    "{% for message in messages %}{{ message['role'] | upper }}: "
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>\n"
    "{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def write(folder: Path) -> None:
    """Write the model."""
    from transformers import CLIPImageProcessor, CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaProcessor

    layers = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    words = tokenizer()
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(image_size=SIDE, patch_size=PATCH, projection_dim=64, **layers),
        text_config=LlamaConfig(
            vocab_size=len(words),
            num_key_value_heads=2,
            max_position_embeddings=LONGEST,
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
            **layers,
        ),
        image_token_index=3,
        image_seq_length=(SIDE // PATCH) ** 2,
        vision_feature_select_strategy="default",
        vision_feature_layer=-1,
    )
    config.architectures = ["LlavaForConditionalGeneration"]
    config.save_pretrained(folder)
    LlavaProcessor(
        image_processor=CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}),
        tokenizer=words,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    ).save_pretrained(folder)


def tokenizer() -> Any:
    """Give a tokenizer of bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "<s>", "</s>", "<image>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytewise = Tokenizer(models.BPE({token: n for n, token in enumerate((*special, *alphabet))}, merges=[]))
    bytewise.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytewise.decoder = decoders.ByteLevel()
    bytewise.add_special_tokens(special)
    return PreTrainedTokenizerFast(
        tokenizer_object=bytewise,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        additional_special_tokens=["<image>"],
        chat_template=TEMPLATE,
        model_max_length=LONGEST,
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]))
