"""The near_duplicates check: what says nearly the same as an earlier sample fails with its id, the first is kept."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_wide import built_run_check, found, numbered

from instructgen.errors import SetupError

CHECK = built_run_check("near_duplicates")
HARBOUR = (
    "Three small boats lie in the harbour, and the nearest of them is painted blue and white. On its deck a woman in a "
    "yellow coat is coiling a rope while two gulls watch from the rail. Behind her the water is calm, and a lighthouse "
    "stands at the end of the pier."
)
KITCHEN = (
    "A boy sits at the kitchen table and draws with a red pencil. Beside his paper stand a glass of milk and a plate "
    "with half of a sandwich, and through the window a garden with an apple tree can be seen."
)


def test_the_first_is_kept_and_a_later_one_names_it() -> None:
    near = HARBOUR.replace("yellow", "green")
    samples = [numbered(n, ("Describe it.", text)) for n, text in enumerate([KITCHEN, HARBOUR, near, HARBOUR])]
    verdicts = found(CHECK, samples)
    assert set(verdicts) == {"2", "3"}
    assert {v.evidence[0].contradicts for v in verdicts.values()} == {"nearly the same as 1/conversation/0"}


def test_texts_that_share_half_are_no_duplicates() -> None:
    half = HARBOUR.partition("On its deck")[0] + KITCHEN
    assert not found(CHECK, [numbered(1, ("Describe it.", HARBOUR)), numbered(2, ("Describe it.", half))])


def test_short_texts_are_not_compared() -> None:
    assert not found(CHECK, [numbered(n, ("Is there a dog?", "Yes, there is one.")) for n in range(5)])
    assert (
        len(
            found(
                built_run_check("near_duplicates", {"min_words": 3}), [numbered(n, ("Is it?", "Yes.")) for n in (1, 2)]
            )
        )
        == 1
    )


def test_questions_and_answers_can_be_compared_alone() -> None:
    question = "Can you tell me what the people that you see in this picture are doing just now?"
    samples = [numbered(1, (question, KITCHEN)), numbered(2, (question, HARBOUR))]
    assert not found(CHECK, samples)
    assert not found(built_run_check("near_duplicates", {"compare": "answers"}), samples)
    verdicts = found(built_run_check("near_duplicates", {"compare": "questions"}), samples)
    assert verdicts["2"].evidence[0].turn == 0


def test_whoever_is_like_a_repeat_but_not_like_what_is_kept_stays() -> None:
    words = [f"w{n}" for n in range(100)]
    texts = [" ".join(words[at : at + 60]) for at in (0, 6, 12, 40)]
    verdicts = found(
        built_run_check("near_duplicates", {"threshold": 0.75}), [numbered(n, ("?", t)) for n, t in enumerate(texts)]
    )
    assert "3" not in verdicts
    for verdict in verdicts.values():
        first = str(verdict.evidence[0].contradicts).removeprefix("nearly the same as ").partition("/")[0]
        assert first not in verdicts


def test_no_samples_no_verdicts() -> None:
    assert not found(CHECK, [])


@pytest.mark.parametrize("changed", [0, 1, 2])
def test_most_planted_near_duplicates_are_found_among_many_texts(changed: int) -> None:
    draw = Random(changed)
    words = [f"word{n}" for n in range(300)]
    texts = [draw.choices(words, k=80) for _ in range(200)]
    copies = [list(text) for text in texts]
    for copy in copies:
        for at in draw.sample(range(80), changed):
            copy[at] = "other"
    samples = [numbered(n, ("?", " ".join(text))) for n, text in enumerate(texts + copies)]
    assert len(found(CHECK, samples)) >= 190
    assert all(int(name) >= 200 for name in found(CHECK, samples))


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=10, max_size=30), max_size=12))
def test_what_is_kept_is_never_named_a_duplicate_and_equal_texts_always_are(texts: list[list[str]]) -> None:
    said = [" ".join(text) for text in texts]
    verdicts = found(CHECK, [numbered(n, ("?", text)) for n, text in enumerate(said)])
    for number, text in enumerate(said):
        if text in said[:number]:
            assert str(number) in verdicts
    for verdict in verdicts.values():
        first = str(verdict.evidence[0].contradicts).removeprefix("nearly the same as ").partition("/")[0]
        assert first not in verdicts


@pytest.mark.parametrize("changed", [0, 1, 3])
def test_by_words_questions_with_few_words_changed_are_found(changed: int) -> None:
    draw = Random(changed)
    words = [f"word{n}" for n in range(300)]
    texts = [draw.choices(words, k=11) for _ in range(150)]
    copies = [list(text) for text in texts]
    for copy in copies:
        for at in draw.sample(range(11), changed):
            copy[at] = "other"
    check = built_run_check("near_duplicates", {"by": "words", "compare": "questions"})
    verdicts = found(check, [numbered(n, (" ".join(text), "Yes.")) for n, text in enumerate(texts + copies)])
    assert set(verdicts) >= {str(150 + n) for n in range(150)} - {"150"} if changed == 0 else len(verdicts) >= 145
    for name, verdict in verdicts.items():
        assert verdict.evidence[0].contradicts == f"nearly the same as {int(name) - 150}/conversation/0"


def test_by_words_another_order_is_another_text() -> None:
    text = "the dog chases the cat around the old house by the lake"
    turned = "by the lake the old house around the cat chases the dog"
    check = built_run_check("near_duplicates", {"by": "words"})
    assert not found(check, [numbered(1, ("?", text)), numbered(2, ("?", turned))])


def test_by_meaning_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instructgen.checks.similarity.find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"checks.near_duplicates: by: meaning needs what is not installed here"):
        found(built_run_check("near_duplicates", {"by": "meaning"}), [])
