"""Geometry of places: mirrored boxes give mirrored answers, and nothing is borne out and contradicted at once."""

from hypothesis import given
from hypothesis import strategies as st

from instructgen.checks.layout import Tolerances, all_of, any_of, on_side, related
from instructgen.records import Box

ALLOW = Tolerances()


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, x2 = sorted(draw(st.tuples(st.integers(0, 63), st.integers(0, 63))))
    y1, y2 = sorted(draw(st.tuples(st.integers(0, 63), st.integers(0, 63))))
    return Box(label="dog", x1=x1 / 64, y1=y1 / 64, x2=(x2 + 1) / 64, y2=(y2 + 1) / 64)


def mirrored(box: Box) -> Box:
    return box.model_copy(update={"x1": 1 - box.x2, "x2": 1 - box.x1})


def turned(box: Box) -> Box:
    return box.model_copy(update={"y1": 1 - box.y2, "y2": 1 - box.y1})


@given(boxes(), st.booleans())
def test_left_is_right_in_the_mirror_and_top_is_bottom_upside_down(box: Box, third: bool) -> None:
    assert on_side(box, "left", "", third, ALLOW) == on_side(mirrored(box), "right", "", third, ALLOW)
    assert on_side(box, "", "top", third, ALLOW) == on_side(turned(box), "", "bottom", third, ALLOW)
    assert on_side(box, "centre", "", third, ALLOW) == on_side(mirrored(box), "centre", "", third, ALLOW)


@given(boxes())
def test_a_box_is_never_off_both_sides(box: Box) -> None:
    assert not on_side(box, "left", "", False, ALLOW) is on_side(box, "right", "", False, ALLOW) is False
    assert not on_side(box, "", "top", False, ALLOW) is on_side(box, "", "bottom", False, ALLOW) is False


@given(boxes(), boxes())
def test_left_of_is_right_of_seen_from_the_other(a: Box, b: Box) -> None:
    assert related(a, "left", b, 1.5, ALLOW) == related(b, "right", a, 1.5, ALLOW)
    assert related(a, "above", b, 1.5, ALLOW) == related(b, "below", a, 1.5, ALLOW)
    assert related(a, "left", b, 1.5, ALLOW) == related(mirrored(a), "right", mirrored(b), 1.5, ALLOW)
    assert related(a, "near", b, 1.5, ALLOW) == related(b, "near", a, 1.5, ALLOW)


@given(boxes(), boxes())
def test_of_two_opposites_at_most_one_is_borne_out(a: Box, b: Box) -> None:
    for one, other in (("left", "right"), ("above", "below")):
        answers = related(a, one, b, 1, ALLOW), related(a, other, b, 1, ALLOW)  # type: ignore[arg-type]
        assert answers != (True, True)
        assert answers != (False, False)


@given(boxes())
def test_a_thing_is_on_and_near_itself_and_not_beside_itself(box: Box) -> None:
    assert related(box, "on", box, 1, ALLOW) is True
    assert related(box, "near", box, 1, ALLOW) is True
    assert related(box, "left", box, 1, ALLOW) is None


def at(x1: float, x2: float, y1: float = 0.4, y2: float = 0.6) -> Box:
    return Box(label="dog", x1=x1, y1=y1, x2=x2, y2=y2)


def test_the_documented_bounds_hold() -> None:
    assert on_side(at(0.55, 0.63), "left", "", False, ALLOW) is None
    assert on_side(at(0.57, 0.67), "left", "", False, ALLOW) is False
    assert on_side(at(0.24, 0.99), "left", "", False, ALLOW) is None, "it spans the middle"
    assert on_side(at(0.26, 0.99), "left", "", False, ALLOW) is False
    assert on_side(at(0.82, 0.9), "centre", "", False, ALLOW) is False
    assert on_side(at(0.72, 0.8), "centre", "", False, ALLOW) is None
    assert related(at(0.1, 0.2), "left", at(0.14, 0.24), 1, ALLOW) is None
    assert related(at(0.1, 0.2), "left", at(0.16, 0.26), 1, ALLOW) is True
    assert related(at(0.1, 0.2), "right", at(0.19, 0.29), 1, ALLOW) is None
    assert related(at(0.1, 0.2), "right", at(0.22, 0.32), 1, ALLOW) is False
    assert related(at(0.1, 0.2), "on", at(0.25, 0.4), 1, ALLOW) is None
    assert related(at(0.1, 0.2), "on", at(0.35, 0.4), 1, ALLOW) is False
    assert related(at(0.0, 0.1), "near", at(0.9, 1.0), 1, ALLOW) is False
    assert related(at(0.0, 0.1), "near", at(0.5, 0.6), 1, ALLOW) is None
    assert related(at(0.0, 0.1, 0.8, 0.9), "above", at(0.0, 0.1, 0.5, 0.7), 1, ALLOW) is False
    assert related(at(0.0, 0.1, 0.6, 0.9), "above", at(0.0, 0.1, 0.5, 0.7), 1, ALLOW) is None


def test_any_holds_if_one_does_and_is_refuted_only_by_all() -> None:
    assert any_of([False, None, True]) is True
    assert any_of([False, None]) is None
    assert any_of([False, False]) is False
    assert any_of([]) is all_of([]) is None
    assert all_of([True, None]) is None
    assert all_of([True, None, False]) is False
