"""A run's samples in; those that a benchmark's questions or pictures have got into out (run-wide).

A model that was trained on what it is tested by shows what it remembers. The user names the benchmarks' files; a sample
fails whose picture is one of theirs, by name, by COCO's id, or by its pixels where these are at hand, or of whose
sentences one is theirs with up to three in ten words changed (``changed_words``), or, where asked for, paraphrases one.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import Field, PrivateAttr

from ..component import PLACEMENT, Component, site_of
from ..errors import RecordError, SetupError
from ..records import Sample, Span, Verdict
from .benchmark_files import need_benchmark
from .benchmarks import Benchmarks, KnownMeanings, KnownPictures, pictures_below, sentences
from .picture_prints import BYTES, EYES, Print
from .pictures import need_root, seen, unread, whole
from .similarity import need_model

_WINDOW = 512
Looked = tuple[Sample, Sequence[Print | RecordError]]


class ContaminationCheck(Component):
    """Finds samples with questions or pictures of benchmarks that you name (run-wide).

    Takes memory for the benchmarks, and none for the run. A benchmark is known by its file's name: for a new version
    under the same name, take ``verdicts/`` out of the run's folder.
    """

    name: ClassVar[str] = "contamination"
    version: ClassVar[int] = 1

    files: tuple[Path, ...] = ()
    """Benchmarks: .json, .jsonl, .csv, .tsv, .parquet, or a folder that ``save_to_disk`` wrote."""
    fields: tuple[str, ...] = ()
    """Fields or columns that hold questions and pictures. Unless given, those of the usual names: question, text,
    prompt, conversations …; image, image_id …"""
    images: Annotated[Path | None, PLACEMENT] = None
    """Folder with the benchmarks' pictures: compared by their pixels, too, as those are that Parquet files hold."""
    changed: float = Field(default=0.3, ge=0, le=0.5)
    """Share of a sentence's words that may be changed."""
    min_words: int = Field(default=8, ge=4)
    """Shorter sentences are not compared: "What color is the car?" is asked of many pictures."""
    paraphrases: float | None = Field(default=None, gt=0, le=1)
    """Cosine of sentence embeddings from which on a sentence paraphrases another, such as 0.7; needs
    ``instructgen[embedding]``. Left out, they are not looked for."""

    _root: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Learn where the run's pictures are."""
        self._root = site_of(context).image_root

    def shaping(self) -> dict[str, object]:
        """Give the fields that shape the verdicts: of files their names, wherever they lie."""
        images = {"images": self.images.name} if self.images else {}
        return {**super().shaping(), "files": [file.name for file in self.files], **images}

    def ready(self) -> None:
        """Raise SetupError unless there are benchmarks, they can be read, and what is needed to compare is there."""
        if not self.files and self.images is None:
            raise SetupError(
                f"checks.{self.name}: expected files, benchmarks to compare with, or images, their pictures"
            )
        if self.paraphrases is not None:
            need_model(self.name, "paraphrases")
        with self._named():
            for file in self.files:
                need_benchmark(file, self.fields)
            if self.images is not None:
                pictures_below(self.images)
        if self.images is not None:
            need_root(self.name, self._root)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Have this check's name stand before what is wrong with a file."""
        try:
            yield
        except SetupError as error:
            raise SetupError(f"checks.{self.name}: {error}") from None

    def verdicts(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Verdict]]:
        """Judge, a window of samples at a time."""
        self.ready()
        with self._named():
            known = _Known(self)
        rest: Iterator[Looked] = ((sample, ()) for sample in samples)
        if known.pictures is not None:
            rest = seen(samples, need_root(self.name, self._root), EYES)
        while window := list(islice(rest, _WINDOW)):
            found: dict[str, Verdict] = {}
            for matches in (known.by_name(window), known.by_pixels(window), known.by_words(window)):
                for sample, reason, span in matches:
                    said = Verdict(check=self.name, outcome="fail", reason=reason, evidence=(span,))
                    found.setdefault(sample.id, said)
            clean = [sample for sample, _ in window if sample.id not in found]
            for sample, span in known.by_meaning(clean):
                said = Verdict(check=self.name, outcome="fail", reason="paraphrase", evidence=(span,))
                found.setdefault(sample.id, said)
            yield from found.items()
            for sample, prints in window:
                faults = [each for each in prints if isinstance(each, RecordError)]
                if faults and sample.id not in found:
                    yield sample.id, unread(self.name, faults)


class _Match(NamedTuple):
    sample: Sample
    reason: str
    span: Span


class _Known:
    """All that is known of the benchmarks."""

    def __init__(self, check: ContaminationCheck) -> None:
        self._least = check.min_words
        self._benchmarks = Benchmarks(check.files, check.fields, 1 - check.changed, check.min_words)
        held = [*self._benchmarks.held, *(pictures_below(check.images) if check.images else ())]
        self.pictures = KnownPictures(held) if held else None
        wanted = check.paraphrases is not None and self._benchmarks.texts
        self._meanings = KnownMeanings(self._benchmarks, check.paraphrases or 1.0) if wanted else None

    def by_name(self, window: Sequence[Looked]) -> Iterator[_Match]:
        for sample, _ in window:
            for image in sample.images:
                if place := self._benchmarks.picture(image):
                    yield _Match(sample, "image", whole(sample, f"the picture of {place}"))

    def by_pixels(self, window: Sequence[Looked]) -> Iterator[_Match]:
        import numpy as np

        shown = [(sample, p.data) for sample, prints in window for p in prints if isinstance(p, Print)]
        if self.pictures is None or not shown:
            return
        data = b"".join(base64.b64decode(each) for _, each in shown)
        places = self.pictures.find(np.frombuffer(data, dtype=np.uint8).reshape(-1, BYTES))
        for (sample, _), place in zip(shown, places, strict=True):
            if place:
                yield _Match(sample, "image", whole(sample, f"the picture of {place}"))

    def by_words(self, window: Sequence[Looked]) -> Iterator[_Match]:
        for sample, _ in window:
            for number, turn in enumerate(sample.turns):
                for said in sentences(turn.text, self._least):
                    if place := self._benchmarks.sentence(said.words):
                        end = said.start + len(said.text)
                        yield _Match(sample, "text", Span(turn=number, start=said.start, end=end, contradicts=place))

    def by_meaning(self, samples: Sequence[Sample]) -> Iterator[tuple[Sample, Span]]:
        if self._meanings is None:
            return
        said = [
            (sample, number, sentence)
            for sample in samples
            for number, turn in enumerate(sample.turns)
            for sentence in sentences(turn.text, self._least)
        ]
        places = self._meanings.find([sentence.text for _, _, sentence in said]) if said else []
        for (sample, number, sentence), place in zip(said, places, strict=True):
            if place:
                end = sentence.start + len(sentence.text)
                yield sample, Span(turn=number, start=sentence.start, end=end, contradicts=place)
