"""Samples in; what a run-wide check says of them out, for the tests of such checks."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from dialogues import ORIGIN

from instructgen.checks import TABLE
from instructgen.component import Component, Site, resolve
from instructgen.library import Library
from instructgen.protocols import RunCheck
from instructgen.records import Image, Sample, Turn, Verdict


def built_run_check(name: str, fields: Mapping[str, object] | None = None, image_root: Path | None = None) -> RunCheck:
    """Build a run-wide check as a recipe does."""
    found = resolve(name, TABLE, "check", "test")
    assert issubclass(found, Component)
    check: object = found.build(fields or {}, Site(name, Library(()), image_root), f"checks.{name}")
    assert isinstance(check, RunCheck)
    return check


def numbered(number: int, *pairs: tuple[str, str], picture: str | None = None) -> Sample:
    """Make the sample ``NUMBER/conversation/0`` of questions and answers about one picture."""
    turns = [Turn(role=role, text=text) for pair in pairs for role, text in zip(("human", "gpt"), pair, strict=True)]
    turns[0] = Turn(role="human", text=f"<image>\n{turns[0].text}")
    origin = ORIGIN.model_copy(update={"context": str(number)})
    images = (Image(path=picture or f"{number}.jpg"),)
    return Sample(id=f"{number}/conversation/0", task="conversation", images=images, turns=tuple(turns), origin=origin)


def found(check: RunCheck, samples: Iterable[Sample]) -> dict[str, Verdict]:
    """Give the verdicts by the context of their sample; all evidence must lie within its turns."""
    given = {sample.id: sample for sample in samples}
    verdicts = dict(check.verdicts(given.values()))
    for name, verdict in verdicts.items():
        assert (verdict.outcome, bool(verdict.reason)) == ("fail", True)
        for span in verdict.evidence:
            assert 0 <= span.start < span.end <= len(given[name].turns[span.turn].text)
            assert span.contradicts
    return {name.partition("/")[0]: verdict for name, verdict in verdicts.items()}
