"""Detectors with random weights, made on the spot: a closed one, and zero-shot ones of two kinds with tokenizers."""

import string
from pathlib import Path

NAMES = {0: "dog", 1: "aeroplane", 2: "traffic light", 3: "N/A"}
_SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def closed(folder: Path, seed: int = 0) -> Path:
    """Write a YOLOS with a few classes."""
    import torch
    from transformers import YolosConfig, YolosForObjectDetection, YolosImageProcessorPil

    torch.manual_seed(seed)
    config = YolosConfig(
        **_SMALL,
        **{"image_size": [64, 64], "patch_size": 16, "num_detection_tokens": 12},
        use_mid_position_embeddings=False,
        id2label=NAMES,
        label2id={name: number for number, name in NAMES.items()},
    )
    model = YolosForObjectDetection(config)
    with torch.no_grad():  # as it comes, each of its queries finds the same thing in every picture
        for name, tensor in model.named_parameters():
            tensor.fill_(float(name.endswith("weight"))) if tensor.dim() == 1 else tensor.normal_(std=0.3)
        model.vit.embeddings.detection_tokens.mul_(10)
    model.save_pretrained(folder)
    YolosImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 128}).save_pretrained(folder)
    return folder


def owl(folder: Path) -> Path:
    """Write an OWL-ViT whose tokenizer knows letters."""
    import torch
    from transformers import (
        CLIPTokenizer,
        OwlViTConfig,
        OwlViTForObjectDetection,
        OwlViTImageProcessorPil,
        OwlViTProcessor,
    )

    torch.manual_seed(1)
    words = ["<|pad|>", "<|startoftext|>", "<|endoftext|>"]
    words += [*string.ascii_lowercase, *(f"{letter}</w>" for letter in string.ascii_lowercase)]
    vocabulary = {word: n for n, word in enumerate(words)}
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], pad_token=words[0], model_max_length=32)
    text = {**_SMALL, "vocab_size": len(words), "max_position_embeddings": 32}
    text |= {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    vision = {**_SMALL, "image_size": 64, "patch_size": 16}
    config = OwlViTConfig(text_config=text, vision_config=vision, projection_dim=32)
    OwlViTForObjectDetection(config).save_pretrained(folder)
    OwlViTProcessor(OwlViTImageProcessorPil(size={"height": 64, "width": 64}), tokenizer).save_pretrained(folder)
    return folder


def grounding(folder: Path) -> Path:
    """Write a Grounding DINO whose tokenizer knows a few words."""
    import torch
    from transformers import (
        BertTokenizer,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessorPil,
        GroundingDinoProcessor,
        SwinConfig,
    )

    torch.manual_seed(2)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", "a", "dog", "traffic", "light", "person"]
    tokenizer = BertTokenizer(vocab={word: n for n, word in enumerate(words)})
    out = ["stage2", "stage3", "stage4"]
    config = GroundingDinoConfig(
        backbone_config=SwinConfig(
            embed_dim=12, depths=[1] * 4, num_heads=[1, 1, 2, 2], window_size=2, image_size=64, out_features=out
        ),
        text_config={"model_type": "bert", **_SMALL, "vocab_size": len(words), "max_position_embeddings": 64},
        **{"d_model": 32, "num_queries": 10, "max_text_len": 64, "num_feature_levels": 3, "init_std": 1.0},
        **{"encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 64},
        **{"decoder_layers": 2, "decoder_attention_heads": 2, "decoder_ffn_dim": 64},
    )
    GroundingDinoForObjectDetection(config).save_pretrained(folder)
    pictures = GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 128})
    GroundingDinoProcessor(pictures, tokenizer).save_pretrained(folder)
    return folder
