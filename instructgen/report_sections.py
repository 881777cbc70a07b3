"""Figures of samples in; the sections of a report out that any dataset has, a run's or another's."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .charts import Bar, Segment, bars, histograms, percent, stacked, thousands
from .errors import RequestRefused
from .examples import Example, shown
from .images import fitted, read_inside
from .records import Sample
from .report_page import Chart, Fact, Page, Reason, Section, ShownExample, Table
from .statistics import Figures, Level, Rate, Statistics, Wordings

MOST_REASONS = 40
MOST_PAIRS = 20
MOST_CAPTIONS = 5
MOST_CLASSES = 12
_POINTS = range(1, 6)
PICTURE_BYTES = 16_000
PICTURE_SIDE = 240
"""Pixels of the longer side."""

TONES: dict[Level, str] = {"reject": "bad", "doubtful": "doubt", "tag": "muted", "pass": "good"}

CLAIM_TONES = {"supported": "good", "doubtful": "doubt", "contradicted": "bad", "undecidable": "line"}
"""What annotations may say to a claim, from best to worst, then what they cannot tell."""
WRITTEN = "all as written"

RATE_TITLES = {
    "chair_i": "CHAIR i: share of object mentions without an object",
    "chair_s": "CHAIR s: share of texts with such a mention",
}


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
            kind, data = fitted(read_inside(root, image), PICTURE_BYTES, PICTURE_SIDE, image.path or "")
        except RequestRefused:
            return None
        return f"data:{kind};base64,{b64encode(data).decode()}"
    return None


# ── held against the annotations ─────────────────────────────────────────────────────────────────────────────


def measured(statistics: Statistics) -> Section:
    """Give what the measured checks counted, by task, over all samples as written and over the accepted ones."""
    lead = "Over all samples as they were last written, and over those that the checks let through."
    section = Section("annotations", "Held against the annotations", lead)
    section.charts += filter(None, (_rate_chart(statistics, name, title) for name, title in RATE_TITLES.items()))
    for check, counted in statistics.figures().counts.items():
        if counted["claims"]:
            section.charts.append(_claims_chart(statistics, check))
        elif counted:
            section.tables.append(_count_table(statistics, check))
    return section


def _views(statistics: Statistics) -> Iterator[tuple[str, str, Figures]]:
    """Give each task, and all together where there are several, before and after the gate."""
    for task in [*statistics.tasks, None] if len(statistics.tasks) > 1 else statistics.tasks:
        for accepted, fate in ((None, WRITTEN), (True, "accepted")):
            yield task or "all tasks", fate, statistics.figures(task=task, accepted=accepted)


def _claims_chart(statistics: Statistics, check: str) -> Chart:
    """Draw what the texts claim, by what the annotations say to it."""
    rows = []
    for task, fate, figures in _views(statistics):
        counted = figures.counts.get(check, Counter())
        said = f"{percent(counted['contradicted'], counted['claims'])} of {thousands(counted['claims'])} contradicted"
        rows.append((f"{task}, {fate}", said, [(name, counted[name], tone) for name, tone in CLAIM_TONES.items()]))
    legend = [(tone, name) for name, tone in CLAIM_TONES.items()]
    return Chart(f"{check.replace('_', ' ').capitalize()} that the answers claim", "", stacked(rows), legend=legend)


def _rate_chart(statistics: Statistics, name: str, title: str) -> Chart | None:
    rates = [
        (f"{task}, {fate}", rate, "muted" if fate == WRITTEN else "accent")
        for task, fate, figures in _views(statistics)
        if (rate := figures.rates().get(name))
    ]
    if not rates:
        return None
    most = max(rate.value or 0.0 for _, rate, _ in rates) or 1.0
    drawn = [
        Bar(
            label,
            f"{percent(*rate)} · {_of(rate)}",
            (Segment(label, rate.part, 0.0, 100 * (rate.value or 0.0) / most, tone),),
        )
        for label, rate, tone in rates
    ]
    return Chart(title, "", drawn, legend=[("muted", WRITTEN), ("accent", "accepted")])


def _count_table(statistics: Statistics, check: str) -> Table:
    names = list(statistics.figures().counts[check])
    rows = [
        (task, fate, *(thousands(figures.counts[check][name]) for name in names))
        for task, fate, figures in _views(statistics)
        if check in figures.counts
    ]
    return Table(f"What {check} counted", ("task", "samples", *(name.replace("_", " ") for name in names)), rows, 2)


def judged(statistics: Statistics) -> Section:
    """Give a judge's scores of the samples that it saw, by aspect."""
    section = Section("judged", "Scores", "From 1, the worst, to 5, of the samples that a judge saw.")
    scores = statistics.figures().scores
    for check in sorted({check for check, _, _ in scores}):
        rows = []
        for aspect in dict.fromkeys(aspect for name, aspect, _ in scores if name == check):
            given = [scores[check, aspect, points] for points in _POINTS]
            mean = sum(points * n for points, n in zip(_POINTS, given, strict=True)) / sum(given)
            rows.append((aspect, f"{mean:.2f}", *map(thousands, given)))
        section.tables.append(Table(check, ("aspect", "mean", *map(str, _POINTS)), rows))
    return section


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
    top = [(wording, thousands(n), percent(n, openings.distinct.whole)) for wording, n in _top(openings, 10)]
    section.tables.append(Table("Most frequent openings", ("opening", "questions", "share"), top))
    return section


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
    rates = list(statistics.figures().rates())
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
