"""A run's samples in; each with what a pair of eyes sees in its pictures out, in order.

Pictures are read and looked at in threads, a window of samples at a time, so that memory does not grow with the run.
What was seen is kept by the pictures' digests (``found_cache``): looked at once, a picture is only read again.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import islice
from os import cpu_count
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from ..digests import digest_picture
from ..errors import RecordError, SetupError
from ..found_cache import FoundCache
from ..pictures.images import read_or_fault
from ..records import Image, Record, Sample, Span, Verdict

R = TypeVar("R", bound=Record)

_WINDOW = 512
"""Samples that are looked at together."""
_GROUP = 16
"""Pictures of one thread's errand: one look into the cache."""
_REMEMBERED = 20_000
"""Pictures whose findings stay in memory: the samples of a picture mostly stand together."""


class Eyes(NamedTuple, Generic[R]):
    """Who looks at pictures, and how what is seen is kept."""

    name: str
    """The check's name."""
    identity: Mapping[str, object]
    """What shapes findings beside a picture's bytes."""
    kind: type[R]
    look: Callable[[bytes], R]
    """Looks at a picture's file; several threads do so at once. Raises RecordError for one that cannot be read."""
    threads: int = 0
    """Pictures that are looked at at once; 0: as many as there are cores."""


def need_root(check: str, root: Path | None) -> Path:
    """Give the folder of pictures; raises SetupError when the source names none or it is not there."""
    if root is None or not root.is_dir():
        where = f"{root} is not there" if root else "the source names none"
        raise SetupError(f"checks.{check}: needs the pictures, and their folder: {where} (source.images)")
    return root


def seen(samples: Iterable[Sample], root: Path, eyes: Eyes[R]) -> Iterator[tuple[Sample, list[R | RecordError]]]:
    """Give each sample with what is seen in each of its pictures, or why it cannot be read."""
    known: OrderedDict[Image, R | RecordError] = OrderedDict()
    rest = iter(samples)
    with (
        FoundCache(eyes.name, eyes.identity, eyes.kind) as cache,
        ThreadPoolExecutor(eyes.threads or cpu_count() or 1, thread_name_prefix=eyes.name) as pool,
    ):
        while window := list(islice(rest, _WINDOW)):
            wanted = list(dict.fromkeys(image for sample in window for image in sample.images))
            new = [image for image in wanted if image not in known]
            groups = [new[at : at + _GROUP] for at in range(0, len(new), _GROUP)]
            for group, found in zip(groups, pool.map(lambda g: looked(root, g, eyes, cache), groups), strict=True):
                known.update(zip(group, found, strict=True))
            for sample in window:
                yield sample, [known[image] for image in sample.images]
            while len(known) > _REMEMBERED:
                known.popitem(last=False)


def looked(root: Path, images: Sequence[Image], eyes: Eyes[R], cache: FoundCache[R]) -> list[R | RecordError]:
    """Give what is seen in each of a few pictures: kept from an earlier time, or looked at now, and kept."""
    read = [read_or_fault(root, image) for image in images]
    digests = [digest_picture(data) if isinstance(data, bytes) else "" for data in read]
    pictures = {name: data for name, data in zip(digests, read, strict=True) if isinstance(data, bytes)}
    known, _ = cache.looked(pictures, lambda new: [_look(eyes, data) for data in new])
    return [known[name] if isinstance(data, bytes) else data for name, data in zip(digests, read, strict=True)]


def unread(check: str, faults: Iterable[RecordError]) -> Verdict:
    """Give the verdict on a sample with pictures that cannot be read: nothing is known of it."""
    spans = tuple(Span(turn=0, start=0, end=0, contradicts=str(fault.detail)) for fault in faults)
    return Verdict(check=check, outcome="doubtful", reason="picture_unread", evidence=spans)


def _look(eyes: Eyes[R], data: bytes) -> R | RecordError:
    try:
        return eyes.look(data)
    except RecordError as error:
        return error


def judged(
    check: str,
    samples: Iterable[Sample],
    root: Path,
    eyes: Eyes[R],
    reason: str,
    wrong: Callable[[R], str | None],
) -> Iterator[tuple[str, Verdict]]:
    """Give a failing verdict for each sample with a picture of which ``wrong`` says what is in it."""
    for sample, found in seen(samples, root, eyes):
        faults = [one for one in found if isinstance(one, RecordError)]
        told = [said for one in found if not isinstance(one, RecordError) and (said := wrong(one))]
        if told:
            spans = tuple(whole(sample, said) for said in told)
            yield sample.id, Verdict(check=check, outcome="fail", reason=reason, evidence=spans)
        elif faults:
            yield sample.id, unread(check, faults)


def whole(sample: Sample, told: str) -> Span:
    """Give a span over a sample's first turn, where its picture stands, that says what is wrong with the picture."""
    return Span(turn=0, start=0, end=len(sample.turns[0].text) if sample.turns else 0, contradicts=told)


def need_package(check: str, package: str, extra: str) -> None:
    """See that a package is there; raises SetupError that says how to install it."""
    if find_spec(package) is None:
        raise SetupError(
            f"checks.{check}: needs what is not installed here ({package}); pip install 'instructgen[{extra}]'"
        )
