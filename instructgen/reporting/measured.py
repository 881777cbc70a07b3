"""Figures of samples in; the sections of a report on annotations and on a judge's scores out."""

from collections import Counter
from collections.abc import Iterator, Sequence

from .charts import Bar, Segment, percent, stacked, thousands
from .page import Chart, Section, Table
from .statistics import NAMED_RATES, Figures, Statistics

_POINTS = range(1, 6)
_SMALL = 0.5
"""Rates below this are drawn larger than they are, so that they can be told apart."""

CLAIM_TONES = {"supported": "good", "doubtful": "doubt", "contradicted": "bad", "undecidable": "muted"}
"""What annotations may say to a claim, from best to worst, then what they cannot tell."""
WRITTEN = "written"
"""All samples, as they were last written, whether accepted or not."""

RATE_TITLES = {
    "chair_i": "CHAIR i: object mentions without such an object, as published",
    "chair_s": "CHAIR s: texts with such a mention, as published",
    "contradicted_i": "Mentions that the annotations contradict",
    "contradicted_s": "Texts with a contradicted mention",
    "question_chair_i": "CHAIR i of the questions",
    "coverage": "Coverage: salient objects that descriptions name",
    "kept": "Particulars of the original captions that the new ones keep",
    "opened": "Captions that open by speaking of the picture",
    "quotes_read": "Quotations that were read in the picture",
    "lines_told": "Lines read in the picture that captions tell",
}

_TWICE = """All samples as they were last written, and the accepted ones. A check that rejects lets none of what it
contradicts through, so only the first says how the teacher does."""


def measured(statistics: Statistics) -> Section:
    """Give what the measured checks counted, by task, over all samples as written and over the accepted ones."""
    section = Section("annotations", "Held against the annotations", _TWICE)
    for check, counted in statistics.figures().counts.items():
        named = [name for name, (owner, *_) in NAMED_RATES.items() if owner == check]
        if named and counted:
            section.charts += filter(None, (_rate_chart(statistics, name) for name in named[:1]))
            section.tables += [_rate_table(statistics, check, named)] if len(named) > 1 else []
        elif counted["claims"]:
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


def _rate_chart(statistics: Statistics, name: str) -> Chart | None:
    rates = [
        (f"{task}, {fate}", rate, "muted" if fate == WRITTEN else "accent")
        for task, fate, figures in _views(statistics)
        if (rate := figures.rates().get(name))
    ]
    if not rates:
        return None
    most = max(rate.value or 0.0 for _, rate, _ in rates)
    most = most if 0 < most < _SMALL else 1.0
    drawn = [
        Bar(
            label,
            f"{percent(*rate)} · {thousands(rate.part)} of {thousands(rate.whole)}",
            (Segment(label, rate.part, 0.0, 100 * (rate.value or 0.0) / most, tone),),
        )
        for label, rate, tone in rates
    ]
    return Chart(
        RATE_TITLES[name],
        f"The whole width is {100 * most:.3g} %.",
        drawn,
        legend=[("muted", WRITTEN), ("accent", "accepted")],
    )


def _rate_table(statistics: Statistics, check: str, names: Sequence[str]) -> Table:
    """Give a check's rates side by side; those of texts grow with their length, so it stands beside them."""
    worded = bool(statistics.figures().counts[check]["words"])
    rows = []
    for task, fate, figures in _views(statistics):
        rates, words = figures.rates(), figures.rate(check, "words", "texts").value
        cells = [f"{percent(*rates[n])}\n{rates[n].part}/{rates[n].whole}" if n in rates else "–" for n in names]
        rows.append((task, fate, *cells, *([f"{words or 0:.0f}"] if worded else [])))
    head = ("task", "samples", *(name.replace("_", " ") for name in names), *(["words a text"] if worded else []))
    return Table(f"Rates of {check}", head, rows, 2)


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
