"""The labelled items are what their page says, and figures made of them say what they may."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from instructgen.vocabulary import CLASSES

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))
from check_quality import KINDS
from figures import Figure, wilson
from grammar import count_claims, place_claims
from judging import Bench, rule_checks
from labelled import Label, Pair, kappa, one_turn, read_contexts, read_items, read_labels, settled

DEV, SEALED, CONTEXTS = read_items("dev"), read_items("sealed"), read_contexts()
FIRST, SECOND = read_labels("first"), read_labels("second")


def replies(pair: Pair) -> list[str]:
    return [turn.text for turn in pair.sample.turns if turn.role == "gpt"]


def test_the_parts_share_no_photograph_and_use_all() -> None:
    dev, sealed = ({pair.context.id for pair in part.values()} for part in (DEV, SEALED))
    assert not dev & sealed
    assert dev | sealed == CONTEXTS.keys()
    assert len(sealed) >= 37  # no less than when it was sealed


def test_every_item_is_labelled_once() -> None:
    assert FIRST.keys() == DEV.keys() | SEALED.keys()
    assert not SECOND or SECOND.keys() == SEALED.keys()


def test_contexts_are_as_coco_has_them() -> None:
    assert len(CONTEXTS) >= 60
    for context in CONTEXTS.values():
        assert len(context.captions) >= 4 and context.boxes and context.images
        assert {box.label for box in context.boxes} <= CLASSES.keys()
        assert all(box.x1 < box.x2 and box.y1 < box.y2 for box in context.boxes)
    assert any(box.crowd for context in CONTEXTS.values() for box in context.boxes)


def test_half_of_the_items_are_good_and_sixty_of_them_on_traps() -> None:
    found = Counter(label.label for label in FIRST.values())
    assert found["good"] + found["bad"] == len(FIRST) >= 320
    assert 0.45 < found["good"] / len(FIRST) < 0.55
    assert sum(label.trap is not None for label in FIRST.values()) >= 60


def test_a_bad_item_names_its_fault_and_holds_the_wrong_words() -> None:
    items = DEV | SEALED
    for label in FIRST.values():
        if label.label == "bad":
            assert label.kind in KINDS and label.words is not None
            assert any(label.words in text for text in replies(items[label.id])), label
        else:
            assert (label.kind, label.check, label.words) == (None, None, None)


def test_no_text_is_there_twice() -> None:
    texts = Counter(tuple(turn.text for turn in pair.sample.turns) for pair in (DEV | SEALED).values())
    assert max(texts.values()) == 1


def test_leaks_of_the_sealed_part_are_put_in_other_words() -> None:
    wordings = [{FIRST[i].words for i in part if FIRST[i].kind == "leak"} for part in (DEV, SEALED)]
    assert wordings[0] and wordings[1] and not wordings[0] & wordings[1]


def test_kappa_is_agreement_beyond_chance() -> None:
    def labels(text: str) -> dict[str, Label]:
        return {str(n): Label(id=str(n), label="good" if c == "g" else "bad") for n, c in enumerate(text)}

    assert kappa(labels("gbgb"), labels("gbgb")) == (1.0, 4)
    assert kappa(labels("gbgb"), labels("ggbb")) == (0.0, 4)
    # 20 both good, 15 both bad, 5 and 10 apart: Cohen's textbook table
    one, other = labels("g" * 25 + "b" * 25), labels("g" * 20 + "b" * 5 + "g" * 10 + "b" * 15)
    assert kappa(one, other)[0] == pytest.approx(0.4)
    assert kappa({}, {}) == (0.0, 0)


def test_the_second_reader_decides_on_the_sealed_part_only() -> None:
    first = {"a": Label(id="a", label="bad", kind="leak"), "b": Label(id="b", label="good")}
    second = {"a": Label(id="a", label="bad", kind="natural_other"), "b": Label(id="b", label="undecidable")}
    assert settled(first, second, "dev") == first
    assert settled(first, {}, "sealed") == first
    assert settled(first, second, "sealed") == {"a": first["a"], "b": second["b"]}


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"), [(0, 150, 0.0, 0.025), (0, 380, 0.0, 0.01), (95, 100, 0.888, 0.978), (0, 0, 0, 1)]
)
def test_an_interval_is_wilsons(hits: int, cases: int, low: float, high: float) -> None:
    assert wilson(hits, cases) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize(
    ("figure", "standing"),
    [
        (Figure("a", "at most", 0, 150, goal=0.01), "not shown"),
        (Figure("a", "at most", 0, 500, goal=0.01), "shown"),
        (Figure("a", "at most", 3, 150, goal=0.01), "missed"),
        (Figure("a", "at least", 19, 20, goal=0.9), "not shown"),
        (Figure("a", "at least", 98, 100, goal=0.9), "shown"),
        (Figure("a", "at least", 17, 20, goal=0.9), "missed"),
        (Figure("a", "at least", 30, 30, goal=1.0), "shown"),
        (Figure("a", "at least", 98, 100, 0, 0.9, 0.99), "missed"),
        (Figure("a", "at least", 5, 10), ""),
        (Figure("a", "at least", 0, 0, goal=0.9), ""),
    ],
)
def test_a_goal_is_shown_only_when_its_whole_interval_keeps_it(figure: Figure, standing: str) -> None:
    assert figure.standing == standing
    assert figure.line().endswith(standing)


def test_claims_are_counted() -> None:
    assert count_claims("Two dogs and a cat sit near three small white boats.") == 2
    assert count_claims("A dog at 3 o'clock") == 0
    assert place_claims("A cup on the left, a bowl in the upper corner, one on top of a box.") == 3


def test_a_leak_is_a_catch_and_a_false_alarm_is_listed(tmp_path: Path) -> None:
    bench = Bench(rule_checks())
    context = CONTEXTS["k001"]
    leaky = one_turn("s", "According to the captions, a dog and a cat share a sofa.", context)
    fine = one_turn("t", "A dog and a cat share a sofa.", context)
    caught = bench.catches("leak", [(leaky, "According to"), (fine, "nothing")], ["leaks"])
    assert (caught.hits, caught.cases) == (1, 2)
    alarmed = bench.alarms("leaks", [leaky, fine], ["leaks"], 0.01)
    assert (alarmed.hits, alarmed.cases, alarmed.standing) == (1, 2, "missed")
    bench.write(tmp_path / "list.jsonl")
    assert (tmp_path / "list.jsonl").read_text(encoding="utf-8").count('"what"') == 2
    assert "no check called weather" in bench.alarms("w", [fine], ["weather"], 0.01).line()


def test_wordings_are_judged_by_their_worst_sample() -> None:
    bench = Bench(rule_checks())
    pairs = [one_turn("s", text, CONTEXTS["k001"]) for text in ("According to the caption, it rains.", "It rains.")]
    assert bench.catches("w", [(pair, "same") for pair in pairs], ["leaks"], of_wordings=True).cases == 1
    assert bench.catches("w", [(pair, "same") for pair in pairs], ["leaks"], of_wordings=True).hits == 0


def test_a_sample_bears_its_picture_once() -> None:
    for pair in (DEV | SEALED).values():
        assert [turn.text.count("<image>") for turn in pair.sample.turns] == [1] + [0] * (len(pair.sample.turns) - 1)
        assert pair.sample.images == pair.context.images
