"""Figures of samples in; the sections of a report out that any dataset has, a run's or another's."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import RequestRefused
from ..pictures.fit import Limits, fitted
from ..pictures.images import read_inside
from ..records import Sample
from .charts import bars, histograms, percent, thousands
from .examples import Example, shown
from .measured import judged, measured
from .page import Chart, Fact, Page, Reason, Section, ShownExample, Table
from .statistics import Figures, Level, Rate, Statistics, Wordings

MOST_REASONS = 40
MOST_PAIRS = 20
MOST_CAPTIONS = 5
MOST_CLASSES = 12
PICTURE_BYTES = 16_000
PICTURE_SIDE = 240
"""Pixels of the longer side."""

TONES: dict[Level, str] = {"reject": "bad", "doubtful": "doubt", "tag": "muted", "pass": "good"}


def sections(statistics: Statistics, root: Path | None = None) -> list[Section]:
    """Give the sections on findings, annotations, lengths, questions and models.

    ``root`` is the folder of the pictures, for the small copies beside examples.
    """
    return [
        noticed(statistics, root),
        measured(statistics),
        judged(statistics),
        lengths(statistics),
        questions(statistics),
        models(statistics),
    ]


def dataset_page(title: str, about: str, statistics: Statistics, root: Path | None = None) -> Page:
    """Give the page of a dataset that is no run: what the checks say of its samples, and its words."""
    every, kept = statistics.figures(), statistics.figures(accepted=True)
    doubtful = sum(n for (_, level, _), n in kept.findings.items() if level == "doubtful")
    facts = [
        Fact(thousands(every.samples), "samples"),
        Fact(thousands(every.samples - kept.samples), "would be rejected"),
        Fact(percent(every.samples - kept.samples, every.samples), "of all"),
        Fact(thousands(doubtful), "doubtful findings"),
    ]
    return Page(title, about, "", facts, [_rejects(statistics, root), *sections(statistics, root)])


def _rejects(statistics: Statistics, root: Path | None) -> Section:
    section = Section("rejected", "Rejected", "A sample may be rejected for several reasons.")
    figures = statistics.figures()
    found = [(check, reason, n) for (check, level, reason), n in figures.findings.most_common() if level == "reject"]
    if found:
        counts = [(f"{check}:{reason}", n) for check, reason, n in found]
        section.charts.append(Chart("By reason", "", bars(counts, "bad", of=figures.samples)))
    for check, reason, n in found[:MOST_REASONS]:
        drawn = examples(statistics, root, "reject", check, reason)
        section.reasons.append(Reason(f"{check}:{reason}", thousands(n), "bad", drawn))
    return section


# ── what the checks found ────────────────────────────────────────────────────────────────────────────────────


def noticed(statistics: Statistics, root: Path | None) -> Section:
    """Give the accepted samples that a check finds doubtful or tags, with examples."""
    figures = statistics.figures(accepted=True)
    found = [(finding, n) for finding, n in figures.findings.most_common() if finding[1] in ("doubtful", "tag")]
    section = Section("noticed", "Doubtful and tagged", "Accepted samples that a check remarks on. They are kept.")
    rows = [(check, reason, level, thousands(n), percent(n, figures.samples)) for (check, level, reason), n in found]
    if rows:
        head = ("check", "reason", "level", "samples", "of accepted")
        section.tables.append(Table("Findings among the accepted", head, rows, 3))
    for (check, level, reason), n in found[:MOST_REASONS]:
        drawn = examples(statistics, root, level, check, reason)
        section.reasons.append(Reason(f"{check}:{reason}", f"{thousands(n)} {level}", TONES[level], drawn))
    return section


def examples(statistics: Statistics, root: Path | None, level: Level, check: str, reason: str) -> list[ShownExample]:
    """Give the examples of a finding as the page shows them."""
    return [show(example, root) for example in statistics.examples.of(level, check, reason)]


def show(example: Example, root: Path | None) -> ShownExample:
    """Give a sample with its evidence marked, its picture, and what it was held against."""
    context = example.context
    captions = list(context.captions[:MOST_CAPTIONS])
    classes = Counter(box.label for box in context.boxes).most_common(MOST_CLASSES)
    boxed = ", ".join(f"{number} {label}" for label, number in classes)
    against = [*captions, *([f"boxes: {boxed}"] if boxed else [])]
    turns = shown(example.sample.turns, example.evidence)
    return ShownExample(example.sample.id, turns, against, _small_copy(example.sample, root))


def _small_copy(sample: Sample, root: Path | None) -> str | None:
    """Give the first picture, made small, as an address that holds it; None where it cannot be read."""
    for image in sample.images[:1]:
        try:
            kind, data = fitted(read_inside(root, image), Limits(PICTURE_BYTES, PICTURE_SIDE), image.path or "")
        except RequestRefused:
            return None
        return f"data:{kind};base64,{b64encode(data).decode()}"
    return None


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────


def dataset(statistics: Statistics, task: str | None = None) -> Figures:
    """Give the figures of the accepted samples; of all, where none was accepted."""
    accepted = statistics.figures(task=task, accepted=True)
    return accepted if accepted.samples or statistics.figures(accepted=True).samples else statistics.figures(task=task)


_LENGTHS = (("Words an answer", "answered"), ("Words a question", "asked"), ("Answers a sample", "exchanges"))


def lengths(statistics: Statistics) -> Section:
    """Give the words of questions and answers and the exchanges of samples, by task."""
    section = Section("lengths", "Length and turns", "Accepted samples. A word is a run of letters and digits.")
    by_task = {task: dataset(statistics, task) for task in statistics.tasks}
    for title, name in (
        ("Words an answer", "answered"),
        ("Words a question", "asked"),
        ("Answers a sample", "exchanges"),
    ):
        drawn = histograms({task: getattr(figures, name) for task, figures in by_task.items()})
        if any(one.total for one in drawn):
            section.charts.append(Chart(title, "", histograms=[one for one in drawn if one.total]))
    return section


def questions(statistics: Statistics) -> Section:
    """Give the kinds of questions, the share of yes, of different openings, and the most frequent pairs."""
    figures = dataset(statistics)
    accepted = bool(statistics.figures(accepted=True).samples)
    asked = figures.kinds.total()
    section = Section("questions", "Questions", "Accepted samples; by closed lists of English words, not by a parser.")
    if not asked:
        return section
    section.charts.append(Chart("Kind, by the opening words", "", bars(figures.kinds.most_common(), of=asked)))
    pairs = statistics.pairs[accepted]
    if pairs.counts:
        note = f"{_at_least(pairs)} different pairs in {thousands(pairs.distinct.whole)}"
        section.charts.append(Chart("Verb and noun", note, bars(_top(pairs, MOST_PAIRS), of=pairs.distinct.whole)))
    openings, yes = statistics.openings[accepted], Rate(figures.yes_no["yes"], figures.yes_no.total())
    rows = [
        ("answers that begin with yes, of those that begin with yes or no", percent(*yes), _of(yes)),
        ("different openings of three words, of all questions", percent(*openings.distinct), _of(openings.distinct)),
    ]
    section.tables.append(Table("Balance", ("", "share", "counted"), rows))
    section.tables.append(_openings(openings, "Most frequent openings", "questions"))
    section.tables.append(_openings(statistics.answer_openings[accepted], "Openings of first answers", "answers"))
    return section


def _openings(openings: Wordings, title: str, of: str) -> Table:
    top = [(wording, thousands(n), percent(n, openings.distinct.whole)) for wording, n in _top(openings, 10)]
    return Table(title, ("opening", of, "share"), top)


def _top(wordings: Wordings, most: int) -> list[tuple[str, int]]:
    return sorted(wordings.counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _at_least(wordings: Wordings) -> str:
    return f"{'at least ' if wordings.others else ''}{thousands(wordings.distinct.part)}"


def _of(rate: Rate) -> str:
    return f"{thousands(rate.part)} of {thousands(rate.whole)}"


def models(statistics: Statistics) -> Section:
    """Give a row for each model, where several answered."""
    section = Section("models", "Models", "Who wrote the samples.")
    names = statistics.models
    if len(names) > 1:
        head, rows = _model_rows(statistics, names)
        section.tables.append(Table("Samples by model", head, rows))
    return section


def _model_rows(statistics: Statistics, names: Iterable[str]) -> tuple[Sequence[str], list[Sequence[str]]]:
    rates = [name for name in ("chair_i", "contradicted_i", "coverage") if name in statistics.figures().rates()]
    head = ("model", "samples", "accepted", "share", "words an answer", *(rate.replace("_", " ") for rate in rates))
    return head, [(name or "unknown", *_model_cells(statistics, name, rates)) for name in names]


def _model_cells(statistics: Statistics, name: str, rates: Sequence[str]) -> Iterator[str]:
    every, kept = statistics.figures(model=name), statistics.figures(model=name, accepted=True)
    answers = every.answered.total()
    words = sum(length * n for length, n in every.answered.items())
    yield from (thousands(every.samples), thousands(kept.samples), percent(kept.samples, every.samples))
    yield f"{words / answers:.1f}" if answers else "–"
    found = every.rates()
    yield from (percent(*found[rate]) if rate in found else "–" for rate in rates)
