"""The repetition check: loops and repeats fail, emphasis and lists pass."""

from pathlib import Path

import pytest
import yaml
from dialogues import answer, built, dialogue, judged, shown
from hypothesis import given
from hypothesis import strategies as st

CHECK = built("repetition")
DATA = Path(__file__).parent.parent / "data"
LONG = "The man in the grey coat leans on the rail and looks out over the water"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("looped_words", "A dog and a cat and a dog and a cat and a dog and a cat and so on."),
        ("looped_words", "It is very very very very big."),
        ("looped_words", f"{LONG}. " + "on the left side " * 3),
        ("looped_words", "狗在跑狗在跑狗在跑。"),
        ("repeated_sentence", f"{LONG}. He is calm. {LONG}."),
        (
            "repeated_phrases",
            " ".join(f"There is a {n} on the big table here." for n in ["red", "blue", "tan", "pink", "lime", "jade"]),
        ),
        ("character_run", "A dog. ------------------"),
        ("character_run", "Aaaaaaaaaaaaaaah!"),
    ],
)
def test_loops_within_an_answer_fail(reason: str, text: str) -> None:
    verdict = judged(CHECK, answer(text))
    assert (verdict.outcome, verdict.reason) == ("fail", reason)


@pytest.mark.parametrize(
    "text",
    [
        "It is very, very, very big.",
        "A dog and a cat and a dog and a cat.",
        "The display shows 0 0 0 0 0 and 10000000000000.",
        "The grid reads X X X X X.",
        "Yes. Yes.",
        f"{LONG}, while the woman in the grey coat leans on the rail too.",
        "There is a cup on the left of the table. There is a plate on the right of the table.",
        "Hmm... the label ends in -----.",
    ],
)
def test_emphasis_and_lists_pass(text: str) -> None:
    assert judged(CHECK, answer(text)).outcome == "pass"


def test_the_same_question_twice_fails_whatever_its_case_and_signs() -> None:
    verdict = judged(CHECK, dialogue(("Is there a dog?", "Yes."), ("What else?", "A cat."), ("is there a dog", "Yes.")))
    assert (verdict.reason, verdict.evidence[0].turn) == ("repeated_question", 4)
    assert judged(CHECK, dialogue(("Is there a dog?", "Yes."), ("Is there a cat?", "Yes."))).outcome == "pass"


def test_a_long_answer_given_twice_fails_and_a_short_one_passes() -> None:
    assert judged(CHECK, dialogue(("Who?", f"{LONG}."), ("Where?", f"{LONG}!"))).reason == "repeated_answer"
    assert judged(CHECK, dialogue(("Who?", "A man."), ("And there?", "A man."))).outcome == "pass"


ECHOES: list[dict[str, str]] = yaml.safe_load((DATA / "echoes.yaml").read_text(encoding="utf-8"))["echoes"]
ANSWERS: list[dict[str, str]] = yaml.safe_load((DATA / "echoes.yaml").read_text(encoding="utf-8"))["answers"]


def reason(question: str, text: str) -> str | None:
    return judged(CHECK, answer(text, question)).reason


@pytest.mark.parametrize(
    "text",
    [
        "What is the dog doing?",
        "WHAT IS THE DOG DOING",
        'You asked: "What is the dog doing?"',
        "What is the dog doing? What is the dog doing?",
        "The dog is doing something.",
        "What is the big dog doing?",
    ],
)
def test_an_answer_that_gives_the_question_back_fails(text: str) -> None:
    assert reason("What is the dog doing?", text) == "answer_echoes_question"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the dog doing?", "The dog is doing a trick. What it does is hard to see."),
        ("What is the dog doing?", "What is the dog doing? It is digging."),
        ("Describe the dog.", "Describe the dog? It is brown, and lies on a rug."),
        ("Is the dog asleep?", "Is that a dog? It looks like a cat to me."),
        ("Is the dog asleep?", "The dog is asleep."),
        ("Which is bigger, the dog or the cat?", "The dog is bigger."),
        ("How many dogs are on the rug?", "There is one dog on the rug."),
    ],
)
def test_words_of_the_question_in_an_answer_are_no_echo(question: str, text: str) -> None:
    assert reason(question, text) is None


def test_a_list_of_echoes_is_caught_and_answers_in_the_questions_words_are_not() -> None:
    caught = [pair for pair in ECHOES if reason(pair["question"], pair["answer"])]
    assert len(caught) >= 0.95 * len(ECHOES)
    assert not [pair for pair in ANSWERS if reason(pair["question"], pair["answer"])]


def test_the_evidence_shows_the_loop() -> None:
    sample = answer("It runs and jumps and jumps and jumps and sits.")
    assert shown(sample, judged(CHECK, sample)) == "and jumps and jumps and jumps"


WORDS = st.sampled_from(["dog", "cat", "tree", "house", "river", "stone", "lamp", "chair", "cloud", "bird"])


@given(st.lists(WORDS, min_size=2, max_size=8, unique=True), st.integers(3, 6), st.text("xyz ", max_size=30))
def test_a_phrase_three_times_in_a_row_is_always_found(phrase: list[str], times: int, before: str) -> None:
    assert judged(CHECK, answer(f"{before} {' '.join(phrase * times)}.")).outcome == "fail"


@given(st.text(max_size=200))
def test_any_text_can_be_judged(text: str) -> None:
    judged(CHECK, answer(text))


def test_fields_move_the_bounds() -> None:
    strict = built("repetition", {"word_repeats": 2, "character_repeats": 3})
    assert judged(strict, answer("It is very very big.")).reason == "looped_words"
    assert judged(strict, answer("Hmmm, a dog.")).reason == "character_run"
