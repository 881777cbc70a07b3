"""Boxes and captions in; what they support out."""

from annotated import boxed

from instructgen.checks.truth import truth_of
from instructgen.records import Box, Context
from instructgen.vocabulary import vocabulary_of


def test_boxes_and_captions_support_their_classes() -> None:
    truth = truth_of(boxed("dog", "sofa", "dog", captions=("A man with a goat.", "No cat is here.")))
    assert truth.boxes == {"dog": (0, 2), "couch": (1,)}
    assert truth.captioned == {"person"} and "sheep" in truth.hinted
    assert truth.supports("couch") and truth.supports("person") and not truth.supports("cat")
    assert truth.complete and truth.known


def test_the_largest_box_comes_first_by_its_outline_where_known() -> None:
    small = Box(label="cat", x1=0, y1=0, x2=1, y2=1, area=0.01)
    large = Box(label="cat", x1=0, y1=0, x2=0.5, y2=0.5, crowd=True)
    truth = truth_of(Context(id="7", row=0, boxes=(small, large)))
    assert truth.boxes["cat"] == (1, 0) and truth.areas == (0.01, 0.25) and truth.crowds == {"cat"}


def test_labels_outside_the_vocabulary_leave_open_what_is_absent() -> None:
    assert not truth_of(boxed("dog", "lamp post")).complete
    assert not truth_of(boxed(captions=("A dog.",))).complete
    assert "dining table" in truth_of(boxed("dog", "desk")).hinted


def test_classes_that_annotators_confuse_are_hinted_at() -> None:
    assert "car" in truth_of(boxed("truck")).confused
    assert "hot dog" in truth_of(boxed("sandwich")).confused
    assert not {"cat", "skis"} & truth_of(boxed("person", "dog")).confused


def test_truth_is_kept_for_a_context_and_a_vocabulary() -> None:
    context, trees = boxed("dog"), vocabulary_of(["tree", "dog"])
    assert truth_of(context) is truth_of(context)
    assert truth_of(context, trees) is truth_of(context, trees)
    assert truth_of(context, trees) is not truth_of(context)
    assert not truth_of(Context(id="7", row=0)).known
