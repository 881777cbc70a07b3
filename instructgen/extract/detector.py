"""A model's folder in; a detector that boxes the objects of pictures out. Everything of torch and transformers."""

import threading
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..digests import DIGEST_BYTES
from ..errors import RecordError, SetupError, UserError
from ..vocabulary import article_for

_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
"""What is taken of a model: configurations, tokenizer, and weights in the one format that cannot hold code."""
_PROMPTED = ("owlvit", "owlv2")
"""Zero-shot detectors that were trained on sentences, not on bare labels."""
_NO_CLASS = frozenset({"N/A", "no-object", "no_object", "__background__", "background", ""})


class Detected(NamedTuple):
    """One object: label, score, and corners in pixels."""

    label: str
    score: float
    corners: tuple[float, float, float, float]


def model_files(model: str, folder: Path | None, revision: str | None) -> list[Path]:
    """Give a model's files, those beside ``config.json`` alone; fetched from the Hub where no folder is given.

    Raises SetupError when there is no such model, or none with weights as safetensors.
    """
    at = folder if folder is not None else _fetched(model, revision)
    files = sorted(file for pattern in _FILES for file in at.glob(pattern))
    for wanted in ("config.json", "*.safetensors"):
        if not any(file.match(wanted) for file in files):
            where = f"folder {at}" if folder is not None else f"{model} on the Hub"
            raise SetupError(f"extract: detect: {where} holds no {wanted}; give a model as save_pretrained writes it")
    return files


def _fetched(model: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, revision=revision, allow_patterns=list(_FILES)))
    except Exception as error:  # the Hub's client and the network have a dozen kinds
        why = " ".join(str(error).split())[:200]
        raise SetupError(
            f"extract: detect: the model '{model}' cannot be had ({type(error).__name__}: {why}); "
            "see to its name and the network, or give the folder that holds it by 'folder'"
        ) from None


def weights_digest(files: Sequence[Path]) -> str:
    """Digest a model's files, names and contents: about a second a gigabyte."""
    whole = blake2b(digest_size=DIGEST_BYTES)
    for file in files:
        whole.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as data:
            while block := data.read(1 << 20):
                whole.update(block)
    return whole.hexdigest()


class Detector:
    """A loaded model. Threads may share it: preparing goes on side by side, the model itself takes turns."""

    kind: Literal["closed", "zero-shot"]

    def __init__(self, folder: Path, device: str, labels: Sequence[str]) -> None:
        """Load. ``labels`` are what a zero-shot model looks for. Raises SetupError."""
        import torch
        import transformers

        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        self._turn = threading.Lock()
        self._labels = list(labels)
        self._device = _device(torch, device)
        try:
            config = transformers.AutoConfig.from_pretrained(folder)
            zero_shot = type(config) in transformers.MODEL_FOR_ZERO_SHOT_OBJECT_DETECTION_MAPPING
            auto = transformers.AutoModelForZeroShotObjectDetection if zero_shot else (
                transformers.AutoModelForObjectDetection
            )  # fmt: skip
            processor = transformers.AutoProcessor if zero_shot else transformers.AutoImageProcessor
            # Pillow resizes, whether torchvision is there or not: what is found must not depend on that
            self._processor = processor.from_pretrained(folder, backend="pil")
            model = auto.from_pretrained(folder, use_safetensors=True, dtype=torch.float32)
            self._model = model.to(self._device).eval()
            self._type = str(config.model_type)
            self._text = dict(self._processor(text=[self._prompts()], return_tensors="pt")) if zero_shot else {}
        except Exception as error:  # three libraries raise whatever a broken file leads them to
            why = " ".join(str(error).split())[:300]
            raise SetupError(f"extract: detect: {folder}: cannot be loaded as an object detector ({why})") from None
        self.kind = "zero-shot" if zero_shot else "closed"
        self._names = {int(n): str(name) for n, name in (getattr(config, "id2label", None) or {}).items()}
        if not zero_shot and all(name.startswith("LABEL_") for name in self._names.values()):
            raise SetupError(f"extract: detect: {folder}: its config.json names no classes (id2label)")

    def prepared(self, picture: Any) -> Mapping[str, Any]:
        """Give a picture (Pillow's, RGB) as the model takes it. Raises RecordError for one that it cannot take."""
        try:
            return {**self._processor(images=picture, return_tensors="pt"), **self._text}
        except (ValueError, TypeError, RuntimeError, ZeroDivisionError) as error:
            why = " ".join(str(error).split())[:150]
            raise RecordError(
                "unfit_image", f"{picture.width} x {picture.height}: the detector refuses it ({why})"
            ) from None

    def detect(
        self, prepared: Sequence[Mapping[str, Any]], sizes: Sequence[tuple[int, int]], least: float
    ) -> list[list[Detected]]:
        """Give the objects in each picture, of width and height ``sizes``, of which the model is at least so sure."""
        results: list[list[Detected]] = [[] for _ in prepared]
        alike: dict[object, list[int]] = {}
        for number, inputs in enumerate(prepared):
            alike.setdefault(tuple((k, tuple(v.shape)) for k, v in sorted(inputs.items())), []).append(number)
        for numbers in alike.values():
            found = self._through([prepared[n] for n in numbers], [sizes[n] for n in numbers], least)
            for n, each in zip(numbers, found, strict=True):
                results[n] = each
        return results

    def _prompts(self) -> list[str]:
        if self._type in _PROMPTED:
            return [f"a photo of {article_for(label)} {label}" for label in self._labels]
        return [label.lower() for label in self._labels]

    def _through(
        self, prepared: Sequence[Mapping[str, Any]], sizes: Sequence[tuple[int, int]], least: float
    ) -> list[list[Detected]]:
        """Put inputs of the same shape through the model together."""
        import torch

        inputs = {key: torch.cat([each[key] for each in prepared]).to(self._device) for key in prepared[0]}
        try:
            with self._turn, torch.inference_mode():
                outputs = self._model(**inputs)
        except torch.OutOfMemoryError:
            raise UserError(
                f"extract: detect: {len(sizes)} pictures together are more than the memory of {self._device} holds; "
                "set a smaller batch"
            ) from None
        except Exception as error:  # a model and inputs that do not fit each other
            why = " ".join(str(error).split())[:200]
            raise UserError(f"extract: detect: the model failed ({type(error).__name__}: {why})") from None
        sized = torch.tensor([(height, width) for width, height in sizes])
        if self.kind == "closed":
            found = self._processor.post_process_object_detection(outputs, threshold=least, target_sizes=sized)
            return [_each(f, f["labels"].tolist(), self._names) for f in found]
        prompts = self._prompts()
        found = self._processor.post_process_grounded_object_detection(
            outputs, threshold=least, target_sizes=sized, text_labels=[prompts] * len(sizes)
        )
        names = dict(zip(prompts, self._labels, strict=True))
        return [_each(f, f["text_labels"], {said: meant(said, names) for said in f["text_labels"]}) for f in found]


def meant(said: str, names: Mapping[str, str]) -> str:
    """Give the label that a detector which answers in words means: one of the prompts, or a part of a single one."""
    if said in names:
        return names[said]
    words = set(said.split())
    near = [label for prompt, label in names.items() if words and words <= set(prompt.split())]
    return near[0] if len(near) == 1 else ""


def _each(found: Mapping[str, Any], keys: Sequence[Any], names: Mapping[Any, str]) -> list[Detected]:
    """Give the boxes of one picture; those whose label is none of ours are left out."""
    rows = zip(keys, found["scores"].tolist(), found["boxes"].tolist(), strict=True)
    labelled = [(names.get(key, ""), score, box) for key, score, box in rows]
    return [Detected(label, score, tuple(box)) for label, score, box in labelled if label not in _NO_CLASS]


def _device(torch: Any, name: str) -> str:
    if name != "auto":
        return name
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
