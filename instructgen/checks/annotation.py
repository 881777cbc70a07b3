"""A vocabulary's file in; the checks that hold samples against boxes and captions share it."""

from pathlib import Path

from pydantic import PrivateAttr

from ..component import Component
from ..digests import digest_bytes
from ..records import Context, Sample
from ..vocabulary import COCO, Vocabulary, read_vocabulary
from .mentions import Reading, reading_of
from .truth import Truth, truth_of


class AnnotationCheck(Component):
    """What the checks against annotations have in common: the classes that they know."""

    vocabulary: Path | None = None
    """File of classes in place of COCO's 80: a name a line, as in LVIS, Objects365 or Open Images, or
    ``name | plural | supercategory | synonyms | near words``."""

    _vocabulary: Vocabulary = PrivateAttr(default_factory=lambda: COCO)  # pydantic copies a plain default

    def model_post_init(self, context: object) -> None:  # noqa: ARG002
        """Read the vocabulary."""
        if self.vocabulary:
            self._vocabulary = read_vocabulary(self.vocabulary)

    def shaping(self) -> dict[str, object]:
        """Give the fields that shape the result, and of a vocabulary's file what is in it."""
        shaping = super().shaping()
        if self.vocabulary:
            shaping["vocabulary"] = digest_bytes(self.vocabulary.read_bytes())
        return shaping

    def seen(self, sample: Sample, context: Context) -> tuple[Reading, Truth]:
        """Give the sample as read and what its context supports."""
        return reading_of(sample.turns, self._vocabulary), truth_of(context, self._vocabulary)
