"""Benchmarks in; whether a sentence or a picture is one of theirs out, with file and record.

In memory are the benchmarks alone: 60 bytes a picture's name, some 400 a sentence, 1.3 kB a picture whose pixels are at
hand, 0.8 kB a sentence's embedding where paraphrases are looked for.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from ..errors import RecordError, SetupError
from ..found_cache import FoundCache
from ..records import Image
from . import picture_prints
from .benchmark_files import ENDINGS, Asked, benchmark, picture_key
from .changed_words import ChangedWords
from .neighbours import Cells
from .picture_prints import BYTES, NEAR, Print, numbers, same_picture
from .pictures import looked
from .similarity import embedded
from .words import split

_SHARED = 3
"""Records of a benchmark that may have a sentence; what more of them have is an instruction, and no question."""
_FEW = 16
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n+")

Place = str
"""File and record of a benchmark."""


class Sentence(NamedTuple):
    """A sentence or line of a text."""

    start: int
    text: str
    words: list[str]


def sentences(text: str, min_words: int) -> Iterator[Sentence]:
    """Give the sentences and lines of a text that have enough words to be compared."""
    start = 0
    for end, following in [*(match.span() for match in _SENTENCE_END.finditer(text)), (len(text), len(text))]:
        words = split(text[start:end].lower().replace("<image>", " "))
        if len(words) >= min_words:
            yield Sentence(start, text[start:end], words)
        start = following


class Held(NamedTuple):
    """A picture of a benchmark whose pixels are at hand."""

    root: Path
    image: Image
    place: Place


class Benchmarks:
    """What benchmarks ask, and what they call their pictures."""

    def __init__(self, files: Sequence[Path], fields: Sequence[str], common: float, min_words: int) -> None:
        """Read the files, twice: what is an instruction is known when all has been seen. Raises SetupError."""
        self.held: list[Held] = []
        """Pictures inside the files."""
        self.texts: list[str] = []
        self.places: list[Place] = []
        """Where each of ``texts`` stands."""
        self._pictures: dict[int, Place] = {}
        self._sentences = ChangedWords(common)
        times = Counter[int]()
        for file in files:
            for asked in benchmark(file, fields):
                for key in asked.pictures:
                    self._pictures.setdefault(hash(key), asked.place)
                self.held += [Held(file.parent, image, asked.place) for image in asked.held]
                own = {_key(said.words): said.words for said in _said(asked, min_words)}
                times.update(own.keys())
                for words in own.values():
                    self._sentences.count(words)
        for file in files:
            for asked in benchmark(file, fields):
                for said in _said(asked, min_words):
                    if times[_key(said.words)] <= _SHARED:
                        self._sentences.put(said.words)
                        self.texts.append(said.text)
                        self.places.append(asked.place)

    def __bool__(self) -> bool:
        """Tell whether there is anything to hold samples against."""
        return bool(self._pictures or self.texts or self.held)

    def sentence(self, words: Sequence[str]) -> Place | None:
        """Give the place of the first sentence that these words are, few of them changed."""
        number = self._sentences.first(words)
        return None if number is None else self.places[number]

    def picture(self, image: Image) -> Place | None:
        """Give the place of a picture by its name."""
        for name in (image.path, image.url):
            key = picture_key(name) if name else None
            if key is not None and (place := self._pictures.get(hash(key))):
                return place
        return None


def _said(asked: Asked, min_words: int) -> Iterator[Sentence]:
    for text in asked.texts:
        yield from sentences(text, min_words)


def _key(words: Sequence[str]) -> int:
    return crc32(" ".join(words).encode("utf-8", "replace"))


def pictures_below(folder: Path) -> list[Held]:
    """Give the pictures of a folder and those below it. Raises SetupError when there is none."""
    files = sorted(file for file in folder.rglob("*") if file.name.lower().endswith(ENDINGS))
    if not files:
        raise SetupError(f"images: {folder}: expected a folder with a benchmark's pictures; it holds none")
    names = [file.relative_to(folder).as_posix() for file in files]
    return [Held(folder, Image(path=name), f"{folder.name}/{name}") for name in names]


class KnownPictures:
    """Pictures of benchmarks, known by their prints."""

    def __init__(self, held: Sequence[Held]) -> None:
        """Take their prints, in threads. Raises SetupError for a picture that cannot be read."""
        import numpy as np

        self._places = [each.place for each in held]
        eyes = picture_prints.EYES
        groups = [held[at : at + _FEW] for at in range(0, len(held), _FEW)]
        with FoundCache(eyes.name, eyes.identity, eyes.kind) as cache, ThreadPoolExecutor() as pool:
            found = pool.map(lambda group: [looked(h.root, [h.image], eyes, cache)[0] for h in group], groups)
            data = [_print(each, one) for group, ones in zip(groups, found, strict=True)
                    for each, one in zip(group, ones, strict=True)]  # fmt: skip
        self._prints = np.frombuffer(b"".join(data), dtype=np.uint8).reshape(-1, BYTES)
        self._cells = _filled(numbers(self._prints))

    def find(self, prints: Any) -> list[Place | None]:
        """Give the place of each picture, by its print, that is one of theirs."""
        vectors = numbers(prints)
        askers, known = self._cells.near(vectors, self._cells.nearest(vectors), NEAR)
        same = same_picture(prints[askers], self._prints[known])
        return _first(len(prints), askers[same].tolist(), known[same].tolist(), self._places)


class KnownMeanings:
    """Sentences of benchmarks, known by their embeddings."""

    def __init__(self, benchmarks: Benchmarks, least: float) -> None:
        """``least`` is the cosine from which on a sentence paraphrases another."""
        self._places, self._least = benchmarks.places, least
        self._cells = _filled(embedded(benchmarks.texts))

    def find(self, texts: Sequence[str]) -> list[Place | None]:
        """Give the place of the sentence that each text paraphrases."""
        vectors = embedded(texts)
        askers, known = self._cells.near(vectors, self._cells.nearest(vectors), self._least)
        return _first(len(texts), askers.tolist(), known.tolist(), self._places)


def _print(held: Held, found: Print | RecordError) -> bytes:
    if isinstance(found, RecordError):
        raise SetupError(f"images: {held.place}: {found.detail}; mend it, or take it away")
    return base64.b64decode(found.data)


def _filled(vectors: Any) -> Cells:
    import numpy as np

    cells = Cells(vectors)
    cells.put(np.arange(len(vectors)), cells.nearest(vectors))
    return cells


def _first(count: int, askers: Sequence[int], known: Sequence[int], places: Sequence[Place]) -> list[Place | None]:
    first: dict[int, int] = {}
    for asker, number in zip(askers, known, strict=True):
        first[asker] = min(number, first.get(asker, number))
    return [places[first[n]] if n in first else None for n in range(count)]
