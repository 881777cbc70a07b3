"""Figures of any dataset in; its page out: rates with their counts, claims, scores, findings."""

from collections.abc import Mapping

import pytest
from html_page import HtmlPage

from instructgen.records import Box, Context, Image, Origin, Sample, Span, Turn, Verdict
from instructgen.reporting.charts import percent
from instructgen.reporting.page import Page, render
from instructgen.reporting.sections import dataset_page
from instructgen.reporting.statistics import Statistics


class Counted:
    """A measured check that gives what it was told."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        return self.counts


class Points(Counted):
    """One whose verdicts hold scores, too."""

    def scores(self, verdict: Verdict) -> Mapping[str, int]:
        return {"accuracy": 2, "fluency": 5}


CHECKS = {
    "objects": Counted(
        texts=1, chair_mentions=8, chair_hallucinated=2, chair_texts=1, mentions=9, contradicted=1, words=30
    ),
    "coverage": Counted(salient=4, named=3),
    "counts": Counted(claims=5, supported=3, contradicted=1, undecidable=1),
    "hues": Counted(red=2, blue_green=1),
    "judge": Points(),
}
CONTEXT = Context(
    id="c",
    row=0,
    images=(Image(path="none.jpg"),),
    captions=("A dog on a beach.",),
    boxes=(Box(label="dog", x1=0, y1=0, x2=1, y2=1),),
)


def sample(number: int, task: str) -> Sample:
    turns = (Turn(role="human", text="<image>\nHow many dogs are there?"), Turn(role="gpt", text="There are two dogs."))
    origin = Origin(
        context="c", task=task, attempt=1, teacher="t", model="m", prompt="", seeds="", slots=(), requests=()
    )
    return Sample(id=f"c/{task}/{number}", task=task, images=CONTEXT.images, turns=turns, origin=origin)


@pytest.fixture
def page() -> HtmlPage:
    """Ten samples of two tasks: three rejected, two doubtful."""
    statistics = Statistics(CHECKS, {"counts": "reject", "tone": "tag"})
    span = Span(turn=1, start=10, end=18, boxes=(0,), contradicts="the boxes show 1 dog")
    for number in range(10):
        wrong = Verdict(check="counts", outcome="fail", reason="wrong_total", evidence=(span,))
        odd = Verdict(check="objects", outcome="doubtful", reason="weak_class")
        rated = Verdict(check="judge", outcome="pass")
        verdicts = [wrong] if number < 3 else [odd, rated] if number < 5 else [rated]
        statistics.add(sample(number, "detail" if number % 2 else "talk"), CONTEXT, verdicts, accepted=number >= 3)
    return HtmlPage(render(dataset_page("set.json", "Ten samples", statistics)))


def test_rates_stand_with_their_counts_by_task_before_and_after_the_gate(page: HtmlPage) -> None:
    head, *rows = page.tables["Rates of objects"]
    by_view = {(row[0], row[1]): dict(zip(head, row, strict=True)) for row in rows}
    assert set(by_view) == {(t, f) for t in ("talk", "detail", "all tasks") for f in ("written", "accepted")}
    assert by_view["all tasks", "written"]["chair i"] == "25.0 %\n20/80"
    assert by_view["all tasks", "accepted"]["chair i"] == "25.0 %\n14/56"
    assert by_view["all tasks", "accepted"]["chair s"] == "100 %\n7/7"
    assert by_view["talk", "written"]["contradicted i"] == f"{percent(5, 45)}\n5/45"
    assert by_view["talk", "written"]["words a text"] == "30"
    assert by_view["talk", "written"]["question chair i"] == "–"
    assert "75.0 % · 30 of 40" in page.text  # coverage


def test_claims_other_counts_and_scores_are_shown(page: HtmlPage) -> None:
    assert "Counts that the answers claim" in page.text
    assert "20.0 % of 50 contradicted" in page.text and "supported 30, contradicted 10, undecidable 10" in page.text
    head, *rows = page.tables["What hues counted"]
    assert head == ["task", "samples", "red", "blue green"]
    assert ["all tasks", "accepted", "14", "7"] in rows
    assert page.tables["judge"] == [
        ["aspect", "mean", "1", "2", "3", "4", "5"],
        ["accuracy", "2.00", "0", "7", "0", "0", "0"],
        ["fluency", "5.00", "0", "0", "0", "0", "7"],
    ]


def test_findings_are_shown_with_evidence_and_what_it_contradicts(page: HtmlPage) -> None:
    assert page.facts == {"samples": "10", "would be rejected": "3", "of all": "30.0 %", "doubtful findings": "2"}
    assert "counts:wrong_total3 · 30.0 %" in page.text.replace("\n", "")
    assert page.tables["Findings among the accepted"][1] == ["objects", "weak_class", "doubtful", "2", "28.6 %"]
    assert page.text.count("(the boxes show 1 dog)") == 3
    assert [name for name, _ in page.tags].count("mark") == 3
    assert "There are two dogs (the boxes show 1 dog)." in page.text
    assert "boxes: 1 dog" in page.text and "A dog on a beach." in page.text


def test_a_page_of_nothing_says_so() -> None:
    page = HtmlPage(render(dataset_page("empty.json", "", Statistics())))
    assert "There is nothing to show yet." in page.text and page.facts["of all"] == "–"
    assert render(Page("t", "", "", [], [])).startswith("<!doctype html>\n")
