"""Samples in; figures out: they count what is there, and halves merge into the whole."""

import pickle
from collections.abc import Mapping, Sequence
from functools import reduce
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructgen.records import Context, Origin, Sample, Turn, Verdict
from instructgen.reporting import statistics as module
from instructgen.reporting.statistics import OTHER_MODELS, Rate, Statistics, level_of

CONTEXT = Context(id="c", row=0)
Case = tuple[Sample, list[Verdict], bool]


class Vowels:
    """A measured check that counts vowels."""

    name, version = "vowels", 1

    def figures(self, sample: Sample, context: Context) -> Mapping[str, int]:
        text = "".join(turn.text for turn in sample.turns)
        return {"letters": len(text), "vowels": sum(map(text.count, "aeiou"))}


def sample(*turns: str, task: str = "detail", model: str = "m") -> Sample:
    origin = Origin(
        context="c", task=task, attempt=1, teacher="t", model=model, prompt="", seeds="", slots=(), requests=()
    )
    roles = ("human", "gpt") * len(turns)
    said = [Turn.model_validate({"role": r, "text": t}) for r, t in zip(roles, turns, strict=False)]
    return Sample(id="c/detail/0", task=task, images=(), turns=tuple(said), origin=origin)


def counted(cases: Sequence[Case]) -> Statistics:
    statistics = Statistics({"vowels": Vowels(), "shape": object()}, {"shape": "reject", "tone": "tag"})
    for one, verdicts, accepted in cases:
        statistics.add(one, CONTEXT, verdicts, accepted)
    return statistics


def plain(statistics: Statistics) -> object:
    return statistics.groups, statistics.openings, statistics.answer_openings, statistics.pairs


WORDS = st.sampled_from(["what", "is", "the", "dog", "yes", "no", "describe", "holding", "umbrella", "<image>", "東京"])
VERDICTS = st.builds(
    Verdict,
    check=st.sampled_from(["shape", "tone"]),
    outcome=st.sampled_from(["pass", "fail", "doubtful"]),
    reason=st.sampled_from([None, "rude", "odd"]),
)
SAMPLES = st.builds(
    lambda turns, task, model: sample(*(" ".join(turn) for turn in turns), task=task, model=model),
    st.lists(st.lists(WORDS, max_size=6), max_size=5),
    st.sampled_from(["detail", "conversation"]),
    st.sampled_from(["m", "n"]),
)
CASES = st.lists(st.tuples(SAMPLES, st.lists(VERDICTS, max_size=3), st.booleans()), max_size=5)


@given(st.lists(CASES, max_size=4))
def test_the_figures_of_parts_merge_into_those_of_the_whole_in_any_grouping(parts: list[list[Case]]) -> None:
    def merged(left: Statistics, right: Statistics) -> Statistics:
        both = counted([])
        both.merge(left)
        both.merge(right)
        return both

    whole = counted(list(chain.from_iterable(parts)))
    each = [counted(part) for part in parts]
    from_left = reduce(merged, each, counted([]))
    from_right = reduce(lambda right, left: merged(left, right), reversed(each), counted([]))
    assert plain(whole) == plain(from_left) == plain(from_right)
    assert whole.figures().samples == sum(map(len, parts))


def test_a_sample_is_counted_by_its_words_turns_kinds_and_verdicts() -> None:
    verdicts = [Verdict(check="tone", outcome="fail", reason="rude"), Verdict(check="shape", outcome="pass")]
    one = sample("<image>\nIs there a red dog?", "Yes, there is.", "What colour is it?", "Red.")
    figures = counted([(one, verdicts, True)]).figures()
    assert (figures.samples, dict(figures.exchanges)) == (1, {2: 1})
    assert dict(figures.asked) == {5: 1, 4: 1}
    assert dict(figures.answered) == {3: 1, 1: 1}
    assert dict(figures.kinds) == {"yes or no": 1, "what colour": 1}
    assert dict(figures.yes_no) == {"yes": 1}
    assert dict(figures.findings) == {("tone", "tag", "rude"): 1, ("shape", "pass", ""): 1}
    assert (figures.level("tone", "tag"), figures.level("tone", "reject")) == (1, 0)
    text = "".join(turn.text for turn in one.turns)
    assert figures.rate("vowels", "vowels", "letters") == Rate(sum(map(text.count, "aeiou")), len(text))
    assert figures.rate("none", "vowels", "letters").value is None


def test_views_are_by_task_model_and_fate() -> None:
    statistics = counted(
        [
            (sample("Why?", "So.", task="a", model="x"), [], True),
            (sample("Why?", "So.", task="a", model="y"), [], False),
            (sample("Who is it?", "He.", task="b", model="y"), [], True),
        ]
    )
    assert (statistics.tasks, statistics.models) == (["a", "b"], ["x", "y"])
    assert statistics.figures(task="a").samples == 2
    assert statistics.figures(model="y", accepted=True).samples == 1
    assert dict(statistics.figures(accepted=True).kinds) == {"why": 1, "who": 1}
    assert statistics.openings[True].distinct == Rate(2, 2)
    assert statistics.openings[False].distinct == Rate(1, 1)


def test_openings_of_first_answers_are_counted_one_a_sample() -> None:
    talk = sample("Why?", "So it is now.", "Who?", "He.")
    statistics = counted([(talk, [], True), (talk, [], True), (sample("Who?", "He."), [], False)])
    assert statistics.answer_openings[True].counts == {"so it is": 2}
    assert statistics.answer_openings[False].counts == {"he": 1}


@pytest.mark.parametrize(
    ("outcome", "action", "level"),
    [
        ("fail", "retry", "reject"),
        ("fail", "reject", "reject"),
        ("fail", "tag", "tag"),
        ("fail", None, "reject"),
        ("doubtful", "reject", "doubtful"),
        ("pass", "tag", "pass"),
    ],
)
def test_a_verdict_comes_to_a_level_by_its_checks_action(outcome: str, action: str | None, level: str) -> None:
    assert level_of(Verdict.model_validate({"check": "c", "outcome": outcome}), action) == level


def test_figures_travel_between_processes_without_the_checks() -> None:
    one = counted([(sample("Who is it?", "A cook."), [Verdict(check="shape", outcome="fail", reason="odd")], False)])
    there = pickle.loads(pickle.dumps(one))
    both = counted([])
    both.merge(there)
    assert plain(both) == plain(one)
    assert [example.sample.id for example in both.examples.of("reject", "shape", "odd")] == ["c/detail/0"]
    assert b"Vowels" not in pickle.dumps(one)


class Points:
    """A check whose verdicts hold scores."""

    def scores(self, verdict: Verdict) -> Mapping[str, int]:
        return {"accuracy": len(verdict.hint or ""), "fluency": 5}


def test_a_judges_scores_are_counted_by_aspect() -> None:
    statistics = Statistics({"judge": Points()})
    for hint in ("four", "two", "four"):
        statistics.add(sample("Why?", "So."), CONTEXT, [Verdict(check="judge", outcome="pass", hint=hint)], True)
    counts = {("judge", "accuracy", 4): 2, ("judge", "accuracy", 3): 1, ("judge", "fluency", 5): 3}
    assert dict(statistics.figures().scores) == counts


def test_memory_is_bounded_in_wordings_lengths_and_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WORDINGS", 10)
    cases: list[Case] = [(sample(f"Is w{n} here?", "word " * n, model=f"m{n}"), [], True) for n in range(3000, 3050)]
    statistics = counted(cases)
    assert len(statistics.openings[True].counts) == 10
    assert statistics.openings[True].distinct == Rate(10, 50)
    assert list(statistics.figures().answered) == [module.LONGEST]
    assert len(statistics.models) == module.MOST_MODELS + 1
    assert statistics.figures(model=OTHER_MODELS).samples == 50 - module.MOST_MODELS
