"""Samples with their verdicts in; figures that add up out: what the report shows of a run or of any dataset.

Figures are kept by task, model and whether the gate let the sample through, so that every view of them is a sum. Memory
does not grow with the samples: lengths are clipped, and wordings past a number of different ones are counted together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from ..checks.words import split
from ..protocols import Measured
from ..records import Context, Sample, Turn, Verdict
from .examples import Drawn, Example
from .phrasing import kind, opening, verb_noun_pairs

Level = Literal["pass", "reject", "tag", "doubtful"]

LONGEST = 2000
"""Words; longer turns count as this long."""
MOST_TURNS = 100
MOST_MODELS = 12
MOST_WORDINGS = 50_000
OTHER_MODELS = "other models"


def level_of(verdict: Verdict, action: str | None) -> Level:
    """Give what a verdict comes to, by the recipe's ``action`` on its check: a fail rejects unless it only tags."""
    if verdict.outcome == "fail":
        return "tag" if action == "tag" else "reject"
    return "doubtful" if verdict.outcome == "doubtful" else "pass"


class Rate(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Give the share, in [0, 1]; None of nothing."""
        return self.part / self.whole if self.whole else None


@runtime_checkable
class Scored(Protocol):
    """A check whose verdicts hold scores, as a judge's do."""

    def scores(self, verdict: Verdict) -> Mapping[str, int]:
        """Give a verdict's scores, from 1 to 5, by aspect."""


NAMED_RATES: Mapping[str, tuple[str, str, str]] = {
    "chair_i": ("objects", "chair_hallucinated", "chair_mentions"),
    "chair_s": ("objects", "chair_texts", "texts"),
    "contradicted_i": ("objects", "contradicted", "mentions"),
    "contradicted_s": ("objects", "contradicted_texts", "texts"),
    "question_chair_i": ("objects", "question_chair_hallucinated", "question_chair_mentions"),
    "coverage": ("coverage", "named", "salient"),
    "kept": ("caption_agreement", "kept", "entities"),
    "opened": ("opening", "opened", "texts"),
    "quotes_read": ("ocr_agreement", "read", "quotations"),
    "lines_told": ("ocr_agreement", "told", "lines"),
}
"""Rates, each by check and the names of its two counts: CHAIR's as Rohrbach et al. (2018) define them, and ours, which
count only what is asserted, certain and contradicted."""


@dataclass
class Wordings:
    """How often each wording came; those past the first ``MOST_WORDINGS`` different ones are counted together."""

    counts: Counter[str] = field(default_factory=Counter)
    others: int = 0

    def add(self, wording: str, times: int = 1) -> None:
        """Count a wording."""
        if wording in self.counts or len(self.counts) < MOST_WORDINGS:
            self.counts[wording] += times
        else:
            self.others += times

    def merge(self, other: "Wordings") -> None:
        """Add another's counts."""
        for wording, times in other.counts.items():
            self.add(wording, times)
        self.others += other.others

    @property
    def distinct(self) -> Rate:
        """Give how many different wordings there are, of all; a lower bound where some are counted together."""
        return Rate(len(self.counts), self.counts.total() + self.others)


@dataclass
class Figures:
    """Counts over some samples."""

    samples: int = 0
    exchanges: Counter[int] = field(default_factory=Counter)
    """Samples by their number of answers."""
    asked: Counter[int] = field(default_factory=Counter)
    """Questions by their number of words."""
    answered: Counter[int] = field(default_factory=Counter)
    """Answers by their number of words."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Questions by kind, as ``phrasing.kind`` names it."""
    yes_no: Counter[str] = field(default_factory=Counter)
    """Answers that begin with ``yes`` or ``no``."""
    findings: Counter[tuple[str, Level, str]] = field(default_factory=Counter)
    """Verdicts by check, level and reason."""
    scores: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """A judge's scores by check, aspect and points."""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """What each measured check counted, by check."""

    def merge(self, other: "Figures") -> None:
        """Add another's counts."""
        self.samples += other.samples
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for check, counted in other.counts.items():
            self.counts.setdefault(check, Counter()).update(counted)

    def rate(self, check: str, part: str, whole: str) -> Rate:
        """Give the share of two of a check's counts."""
        counted = self.counts.get(check) or Counter()
        return Rate(counted.get(part, 0), counted.get(whole, 0))

    def rates(self) -> dict[str, Rate]:
        """Give every named rate of which anything was counted."""
        found = {name: self.rate(*where) for name, where in NAMED_RATES.items()}
        return {name: rate for name, rate in found.items() if rate.whole}

    def level(self, check: str, level: Level) -> int:
        """Give how many verdicts of a check have a level."""
        return sum(n for (name, found, _), n in self.findings.items() if (name, found) == (check, level))


_COUNTERS = [f.name for f in fields(Figures) if f.name not in ("samples", "counts")]


class Key(NamedTuple):
    """What figures are kept by."""

    task: str
    model: str
    accepted: bool


class Statistics:
    """Figures of samples, added one by one; those of two halves merge into those of the whole, in any order."""

    def __init__(
        self, checks: Mapping[str, object] | None = None, actions: Mapping[str, str] | None = None, seed: int = 0
    ) -> None:
        """``checks`` are asked for their figures where they have some; ``actions`` are the recipe's, by check.

        ``seed`` draws the examples.
        """
        self._measured = {name: check for name, check in (checks or {}).items() if isinstance(check, Measured)}
        self._scored = {name: check for name, check in (checks or {}).items() if isinstance(check, Scored)}
        self._actions = actions or {}
        self.groups: dict[Key, Figures] = {}
        self.openings: dict[bool, Wordings] = {True: Wordings(), False: Wordings()}
        """First words of the questions, of accepted samples and of the others."""
        self.answer_openings: dict[bool, Wordings] = {True: Wordings(), False: Wordings()}
        """First words of first answers, likewise."""
        self.pairs: dict[bool, Wordings] = {True: Wordings(), False: Wordings()}
        """Verb–noun pairs of the questions, likewise."""
        self.examples: Drawn[Example] = Drawn(seed)
        """A few samples for each level, check and reason."""

    def __getstate__(self) -> dict[str, object]:
        """Give what another process needs to merge these figures: all but the checks."""
        return {**self.__dict__, "_measured": {}, "_scored": {}}

    def add(self, sample: Sample, context: Context, verdicts: Iterable[Verdict], accepted: bool) -> None:
        """Count one sample; ``accepted`` says whether it is part of the dataset."""
        figures = self._group(Key(sample.task, sample.origin.model, accepted))
        figures.samples += 1
        for verdict in verdicts:
            level = level_of(verdict, self._actions.get(verdict.check))
            reason = verdict.reason or ""
            figures.findings[verdict.check, level, reason] += 1
            for aspect, points in self._scores(verdict):
                figures.scores[verdict.check, aspect, points] += 1
            if level != "pass":
                example = Example(sample, context, verdict.evidence)
                self.examples.add((level, verdict.check, reason), sample.id, example)
        for name, check in self._measured.items():
            figures.counts.setdefault(name, Counter()).update(check.figures(sample, context))
        self._add_turns(figures, sample.turns, accepted)

    def _scores(self, verdict: Verdict) -> Iterable[tuple[str, int]]:
        check = self._scored.get(verdict.check)
        return check.scores(verdict).items() if check else ()

    def _add_turns(self, figures: Figures, turns: Sequence[Turn], accepted: bool) -> None:
        answers = 0
        for turn in turns:
            words = split(turn.text.replace("<image>", " ").lower())
            length = min(len(words), LONGEST)
            if turn.role == "gpt":
                answers += 1
                if answers == 1:
                    self.answer_openings[accepted].add(opening(words))
                figures.answered[length] += 1
                if words and words[0] in ("yes", "no"):
                    figures.yes_no[words[0]] += 1
                continue
            figures.asked[length] += 1
            figures.kinds[kind(words)] += 1
            self.openings[accepted].add(opening(words))
            for pair in verb_noun_pairs(words):
                self.pairs[accepted].add(pair)
        figures.exchanges[min(answers, MOST_TURNS)] += 1

    def merge(self, other: "Statistics") -> None:
        """Add another's figures."""
        for key, figures in sorted(other.groups.items()):
            self._group(key).merge(figures)
        for accepted in (True, False):
            self.openings[accepted].merge(other.openings[accepted])
            self.answer_openings[accepted].merge(other.answer_openings[accepted])
            self.pairs[accepted].merge(other.pairs[accepted])
        self.examples.merge(other.examples)

    def _group(self, key: Key) -> Figures:
        found = self.groups.get(key)
        if found is None:
            if key.model not in self.models and len(self.models) >= MOST_MODELS:
                key = key._replace(model=OTHER_MODELS)
            found = self.groups.setdefault(key, Figures())
        return found

    @property
    def tasks(self) -> list[str]:
        """List the tasks, by name."""
        return sorted({key.task for key in self.groups})

    @property
    def models(self) -> list[str]:
        """List the models, by name."""
        return sorted({key.model for key in self.groups})

    def figures(self, *, task: str | None = None, model: str | None = None, accepted: bool | None = None) -> Figures:
        """Add up the figures of one task, model or fate; None: of all."""
        total = Figures()
        for key, figures in self.groups.items():
            if task in (None, key.task) and model in (None, key.model) and accepted in (None, key.accepted):
                total.merge(figures)
        return total
