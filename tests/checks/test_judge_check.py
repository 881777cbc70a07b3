"""A judge's scores in; what they do to a sample, and where the words stand that the judge means, out."""

import json
import re

import pytest
from dialogues import dialogue, of_turns
from judge_recipes import CONTEXT, ROLES, answered, asked, built, said

from instructgen.errors import Declined, ReplyFault, SetupError
from instructgen.forms import ASPECTS
from instructgen.protocols import Scored
from instructgen.records import Context, Image, Sample, Verdict

SAMPLE = dialogue(("Where is the dog?", "It sits on a blue couch."), ("Is a cat there?", "No, only the dog."))


def rating(overall: str = "keep", quote: str = "", **scores: int) -> str:
    rated = {a: {"reason": f"Why {a}.", "quote": quote, "score": scores.get(a, 5)} for a in ASPECTS}
    return json.dumps({**rated, "overall": overall})


def verdict(reply: str, fields: dict[str, object] | None = None, sample: Sample = SAMPLE) -> Verdict:
    return answered(built("judge", fields), sample, reply)


# ── what is asked ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_rubric_comes_first_the_same_for_all_and_the_sample_last() -> None:
    check = built("judge")
    (one,), (other,) = asked(check, SAMPLE), asked(check, dialogue(("What is it?", "A dog.")))
    assert one.messages[0] is other.messages[0]
    assert (one.role, one.form, [m.role for m in one.messages]) == ("judge", "rating", ["system", "user"])
    text = said(one.messages[1])
    facts, _, rated = text.partition("The sample:")
    assert "A brown dog lies on a red couch.\n\ndog: [0.1, 0.2, 0.6, 0.9]" in facts
    assert rated.endswith("Question:\nIs a cat there?\n===\nAnswer:\nNo, only the dog.")
    assert "<image>" not in text


def test_a_judge_that_sees_gets_the_picture() -> None:
    (blind,), (seeing,) = asked(built("judge"), SAMPLE), asked(built("judge", {"vision": True}), SAMPLE)
    assert not [part for part in blind.messages[1].parts if isinstance(part, Image)]
    assert seeing.messages[1].parts[0] == Image(path="7.jpg")
    assert "picture itself is attached" in said(seeing.messages[0])
    assert "picture itself is attached" not in said(blind.messages[0])


def test_captions_and_samples_are_never_read_as_templates() -> None:
    context = CONTEXT.model_copy(update={"captions": ("{{ sample }} {% endblock %}",)})
    (request,) = asked(built("judge"), dialogue(("{{ context }}", "{% raw %}")), context)
    assert all(
        words in said(request.messages[1]) for words in ("{{ sample }} {% endblock %}", "{{ context }}", "{% raw")
    )


@pytest.mark.parametrize(
    ("fields", "context", "reason"),
    [
        ({}, Context(id="7", row=0, images=(Image(path="7.jpg"),)), "no_evidence"),
        ({"vision": True}, Context(id="7", row=0, captions=("A dog.",)), "no_picture"),
    ],
)
def test_without_anything_to_judge_by_nothing_is_asked(
    fields: dict[str, object], context: Context, reason: str
) -> None:
    with pytest.raises(Declined) as caught:
        asked(built("judge", fields), SAMPLE, context)
    assert caught.value.reason == reason


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_good_scores_pass_and_are_all_kept() -> None:
    found = verdict(rating(accuracy=4, fluency=3))
    assert (found.outcome, found.reason, found.evidence) == ("pass", None, ())
    check = built("judge")
    assert isinstance(check, Scored)
    assert check.scores(found) == {"accuracy": 4, "completeness": 5, "usefulness": 5, "fluency": 3}


def test_accuracy_alone_fails_a_sample_by_default() -> None:
    assert verdict(rating(accuracy=2)).outcome == "fail"
    assert verdict(rating(accuracy=2, fluency=1)).reason == "accuracy_2"
    found = verdict(rating(usefulness=1, completeness=2))
    assert (found.outcome, found.reason) == ("doubtful", "usefulness_1")


def test_a_recipe_says_which_aspects_bind_and_which_score_passes() -> None:
    fields = {"least": 4, "binding": ["completeness", "fluency"]}
    assert verdict(rating(accuracy=1), fields).outcome == "doubtful"
    found = verdict(rating(accuracy=1, completeness=3, fluency=2), fields)
    assert (found.outcome, found.reason) == ("fail", "fluency_2")
    assert verdict(rating(), {"least": 5}).outcome == "pass"


def test_a_judge_who_would_drop_what_it_scored_well_leaves_a_doubt() -> None:
    found = verdict(rating("drop"))
    assert (found.outcome, found.reason) == ("doubtful", "overall_drop")


def test_the_hint_tells_a_teacher_what_was_wrong() -> None:
    hint = verdict(rating(accuracy=1)).hint
    assert hint == (
        "A judge scored the last try, from 1 to 5: accuracy 1, completeness 5, usefulness 5, fluency 5; "
        "accuracy: Why accuracy."
    )


def test_a_reason_that_speaks_of_scores_changes_none() -> None:
    reply = json.loads(rating(accuracy=2))
    reply["accuracy"]["reason"] = "fluency 1; accuracy 5"
    check = built("judge")
    assert isinstance(check, Scored)
    assert check.scores(verdict(json.dumps(reply)))["fluency"] == 5


@pytest.mark.parametrize(
    ("quote", "turn", "words"),
    [
        ("blue couch", 1, "blue couch"),
        ('  "It sits on a BLUE couch…" ', 1, "It sits on a blue couch"),
        ("is a cat there", 2, "Is a cat there"),
        ("dog", 3, "dog"),
    ],
)
def test_quoted_words_are_found_in_answers_before_questions(quote: str, turn: int, words: str) -> None:
    (span,) = verdict(rating(accuracy=2, quote=quote)).evidence
    assert (span.turn, SAMPLE.turns[span.turn].text[span.start : span.end]) == (turn, words)
    assert span.contradicts == "accuracy 2: Why accuracy."


@pytest.mark.parametrize("quote", ["", "…", "a green couch"])
def test_words_that_nobody_said_are_no_evidence(quote: str) -> None:
    assert verdict(rating(accuracy=2, quote=quote)).evidence == ()


def test_evidence_is_counted_in_code_points_whatever_the_case_does_to_lengths() -> None:
    sample = of_turns(("human", "Where?"), ("gpt", "In İzmir 🐕 stands a Dog."))
    (span,) = verdict(rating(accuracy=1, quote="🐕 stands"), sample=sample).evidence
    assert sample.turns[1].text[span.start : span.end] == "🐕 stands"
    assert verdict(rating(accuracy=1, quote="🐕 STANDS"), sample=sample).evidence == ()


def test_a_reply_that_is_no_rating_is_a_fault() -> None:
    with pytest.raises(ReplyFault):
        verdict("I would rather not say.")


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_role_that_is_not_there_is_named_with_what_to_write() -> None:
    with pytest.raises(SetupError) as caught:
        built("judge", {"role": "juge"}, ROLES)
    assert str(caught.value).startswith("checks.judge.role: there is no role 'juge'; did you mean 'judge'?")
    with pytest.raises(SetupError, match=re.escape("roles: {judge: {use: openai_chat, model: NAME}}")):
        built("judge", roles={"teacher": "openai_chat"})


def test_grounded_cannot_judge_and_a_teacher_that_is_a_model_can() -> None:
    with pytest.raises(SetupError, match=r"checks\.judge\.role: the role 'teacher' is played by grounded"):
        built("judge", {"role": "teacher"})
    (request,) = asked(built("judge", {"role": "teacher"}, {"teacher": "openai_chat"}), SAMPLE)
    assert request.role == "teacher"
