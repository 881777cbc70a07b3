"""Rows of a source in; the same rows out, their contexts extended by what extractors find in the pictures.

Each extractor of the recipe is a step with a few threads of its own, so that reading, decoding and models overlap.
Rows come out in the order in which they went in. Results are kept by the pictures' digests (``found_cache``).
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from .assemble import Built
from .digests import digest_bytes
from .errors import RecordError
from .found_cache import FoundCache
from .pictures.images import read_or_fault
from .protocols import Extractor, Pictured
from .records import Box, Context, Fault, Found, Image, Passage, Row


class Extending:
    """A recipe's extractors at work."""

    def __init__(self, built: Built) -> None:
        """Nothing is loaded before there is a picture to look at."""
        self._steps = []
        root = built.source.image_root()
        for name, extractor in built.extractors.items():
            self._steps.append(_Step(name, extractor, root))
            root = extractor.image_root() if isinstance(extractor, Pictured) else root

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self._steps)

    def extended(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Give the rows extended. A context with a picture that cannot be read is a fault; other rows stay the same."""
        result = iter(rows)
        for step in self._steps:
            result = step.extended(result)
        return result

    def contexts(self, contexts: Iterable[Context]) -> dict[int, Context]:
        """Give contexts extended, by their raw numbers; those that came to be faults are not among them."""
        rows = self.extended(Row(context, {}) for context in {c.row: c for c in contexts}.values())
        return {row.item.row: row.item for row in rows if isinstance(row.item, Context)}

    def looked(self) -> str:
        """Say how many pictures each extractor has looked at since the start, and how many it knew already."""
        steps = [step for step in self._steps if step.new or step.known]
        return ", ".join(f"{step.name} {step.new} looked at, {step.known} known" for step in steps)

    def notes(self) -> list[str]:
        """Give what the user should be told, each thing once."""
        return list(dict.fromkeys(note for step in self._steps for note in step.notes))


class _Step:
    """One extractor at work."""

    def __init__(self, name: str, extractor: Extractor, root: Path | None) -> None:
        self.notes: list[str] = []
        self.name = name
        self.new = self.known = 0
        self._counting = threading.Lock()
        self._extractor = extractor
        self._root = root
        self._identity: tuple[Mapping[str, object] | None] | None = None

    def extended(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Give the rows extended, with as many groups at work as the extractor has threads, and one ready."""
        ahead: deque[Future[list[Row]]] = deque()
        cache: FoundCache[Found] | None = None
        pool = ThreadPoolExecutor(self._extractor.threads, thread_name_prefix=self.name)
        try:
            for group in self._groups(rows):
                cache = cache or self._cache()
                ahead.append(pool.submit(self._looked, group, cache))
                if len(ahead) > self._extractor.threads:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
            if cache is not None:
                with cache:
                    self.notes.extend(cache.notes)

    def _cache(self) -> FoundCache[Found]:
        if self._identity is None:
            self._identity = (self._extractor.identity(),)
        return FoundCache(self._extractor.name, self._identity[0], Found)

    def _groups(self, rows: Iterator[Row]) -> Iterator[list[Row]]:
        """Cut rows into groups with a batch of pictures each."""
        group: list[Row] = []
        pictures = 0
        for row in rows:
            group.append(row)
            pictures += len(self._pictures(row))
            if pictures >= self._extractor.batch or len(group) >= 4 * self._extractor.batch:
                yield group
                group, pictures = [], 0
        if group:
            yield group

    def _pictures(self, row: Row) -> Sequence[Image]:
        """Give the pictures of a row that are to be looked at."""
        item = row.item
        return item.images if isinstance(item, Context) and self._extractor.looks_at(item) else ()

    def _looked(self, rows: Sequence[Row], cache: FoundCache[Found]) -> list[Row]:
        """Give a group of rows extended."""
        found = iter(self._found([image for row in rows for image in self._pictures(row)], cache))
        result = []
        for row in rows:
            item, each = row.item, [next(found) for _ in self._pictures(row)]
            if isinstance(item, Context) and each:
                result.append(row._replace(item=self._extended(item, each)))
            else:
                result.append(row)
        return result

    def _extended(self, context: Context, found: Sequence[Found | RecordError]) -> Context | Fault:
        seen = []
        for each in found:
            if isinstance(each, RecordError):
                detail = f"extract.{self.name}: {each.detail}"
                return Fault(row=context.row, id=context.id, reason=each.reason, detail=detail)
            seen.append(each)
        return merged(context, seen)

    def _in_batches(self, pictures: Sequence[bytes]) -> Sequence[Found | RecordError]:
        batch = self._extractor.batch
        parts = (pictures[first : first + batch] for first in range(0, len(pictures), batch))
        return [found for part in parts for found in self._extractor.look(part)]

    def _found(self, images: Sequence[Image], cache: FoundCache[Found]) -> list[Found | RecordError]:
        """Give what is found in each picture: kept from an earlier time, or looked for now, and kept."""
        read = [read_or_fault(self._root, image) for image in images]
        digests = [digest_bytes(data) if isinstance(data, bytes) else "" for data in read]
        pictures = {d: data for d, data in zip(digests, read, strict=True) if isinstance(data, bytes)}
        known, new = cache.looked(pictures, self._in_batches)
        with self._counting:
            self.new, self.known = self.new + new, self.known + len([d for d in digests if d]) - new
        return [
            _named(known[d], image) if isinstance(data, bytes) else data
            for d, data, image in zip(digests, read, images, strict=True)
        ]


def _named(found: Found | RecordError, image: Image) -> Found | RecordError:
    """Give a fault with the name of its picture."""
    if isinstance(found, Found):
        return found
    return RecordError(found.reason, f"{image.path}: {found.detail}")


def merged(context: Context, found: Sequence[Found]) -> Context:
    """Give a context with what was found in each of its pictures added, in their order.

    Frames take their video's place; boxes learn which picture they are in, passages which second it is of.
    """
    images: list[Image] = []
    boxes: list[Box] = []
    passages = list[Passage](context.passages)
    places = []
    for image, each in zip(context.images, found, strict=True):
        places.append(len(images))
        boxes += [box.model_copy(update={"image": len(images)}) if images else box for box in each.boxes]
        when = {"seconds": image.seconds}
        passages += [p.model_copy(update=when) if image.seconds is not None else p for p in each.passages]
        images += each.frames if each.frames is not None else (image,)
    own = context.boxes
    if len(images) != len(context.images):
        own = tuple(box.model_copy(update={"image": places[box.image]}) for box in own)
    update = {"images": tuple(images), "boxes": (*own, *boxes), "passages": tuple(passages)}
    return context.model_copy(update=update)
