"""Samples and exports, for the tests of the exports."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from instructgen.component import Component, Site, resolve
from instructgen.exports import TABLE
from instructgen.library import Library
from instructgen.protocols import Export, ReviewExport
from instructgen.records import Image, Origin, Sample, Scalar, Turn

Kept = Mapping[str, Scalar]
QUESTION = "What’s in it, 犬?"


def export(name: str, fields: Mapping[str, object] | None = None, root: Path | None = None) -> Export:
    """Build an export as the command does."""
    made = _built(name, fields, root)
    assert hasattr(made, "write")
    return made  # type: ignore[return-value]


def review_export(name: str, fields: Mapping[str, object] | None = None, root: Path | None = None) -> ReviewExport:
    """Build an export for people as the command does."""
    made = _built(name, fields, root)
    assert isinstance(made, ReviewExport)
    return made


def _built(name: str, fields: Mapping[str, object] | None, root: Path | None) -> object:
    found = resolve(name, TABLE, "export", "test")
    assert issubclass(found, Component)
    return found.build(fields or {}, Site("export", Library(()), image_root=root), f"export {name}")


def sample(*images: Image, first: str | None = None, answer: str = "A dog.", number: int = 0) -> Sample:
    """Make a sample of two pairs; its placeholders stand first unless ``first`` says otherwise."""
    text = "<image>\n" * len(images) + QUESTION if first is None else first
    turns = (
        Turn(role="human", text=text),
        Turn(role="gpt", text=answer),
        Turn(role="human", text="And a cat?"),
        Turn(role="gpt", text="No."),
    )
    origin = Origin(
        context=f"{number:012d}",
        task="detail",
        attempt=1,
        teacher="grounded",
        model="rules",
        prompt="ab",
        seeds="cd",
        slots=("1/0/0",),
        requests=("ef",),
    )
    return Sample(id=f"{number:012d}/detail/0", task="detail", images=images, turns=turns, origin=origin)


def one(made: Sample, kept: Kept | None = None) -> Iterator[tuple[Sample, Kept]]:
    """Give one sample as an export takes it."""
    yield made, kept or {}


PHOTO = Image(path="train2017/000000000009.jpg", width=4, height=3)
LINK = Image(url="http://example.org/a.jpg")
