"""Seeds files."""

import pytest

from instructgen.errors import SetupError
from instructgen.records import Turn
from instructgen.seeds import read_seeds

DIALOGUE = """
about: a seed
pools: {short: [Say it., Tell it.]}
seeds:
  - context:
      captions: [A dog sleeps.]
      boxes: [[dog, 0.1, 0.2, 0.5, 1], [person, 0, 0, 0.5, 0.5, crowd]]
      passages: [{kind: ocr, text: EXIT}]
    reply:
      - {question: "What sleeps?", answer: A dog.}
      - {question: "Where?", answer: On a rug.}
"""


def test_a_seeds_file_is_read_typed() -> None:
    seeds = read_seeds(DIALOGUE, "seeds/one.yaml", "dialogue")
    (seed,) = seeds.seeds
    assert seeds.pools == {"short": ("Say it.", "Tell it.")}
    assert [box.crowd for box in seed.context.boxes] == [False, True]
    assert [turn.role for turn in seed.reply.turns] == ["human", "gpt", "human", "gpt"]


def test_a_description_is_one_turn() -> None:
    text = "{about: a, seeds: [{context: {captions: [b]}, reply: {description: c}}]}"
    assert read_seeds(text, "s", "description").seeds[0].reply.turns == (Turn(role="gpt", text="c"),)


@pytest.mark.parametrize(
    ("text", "form", "says"),
    [
        (DIALOGUE, "description", "seeds/one.yaml: seed 1: reply (form 'description'): "),
        (DIALOGUE, "single_question", "seeds/one.yaml: seed 1: reply (form 'single_question'): "),
        (
            DIALOGUE.replace("answer: On a rug.", "answr: On a rug."),
            "dialogue",
            "seed 1: reply (form 'dialogue'): '1.answer'",
        ),
        (DIALOGUE.replace("On a rug.", "' '"), "dialogue", "seed 1: reply (form 'dialogue'): '1.answer'"),
        (DIALOGUE.replace("A dog.}", "yes}"), "dialogue", "expected text"),
        (DIALOGUE.replace("0.1, 0.2, 0.5, 1]", "0.1, 0.2, 0.5]"), "dialogue", "seed 1: 'context.boxes.0'"),
        (DIALOGUE.replace("0.5, 1]", "0.5, 1.2]"), "dialogue", "less than or equal to 1"),
        (DIALOGUE.replace("0.1, 0.2", "0.6, 0.2"), "dialogue", "x1 < x2"),
        (DIALOGUE.replace("captions:", "caption:"), "dialogue", "did you mean 'captions'"),
        ("{about: a, seeds: []}", "dialogue", "'seeds'"),
        ("{about: a}", "dialogue", "expected 'seeds'"),
        ("{about: a, pools: {short: []}}", "description", "'pools.short'"),
        ("{about: a, seed: [], seeds: [{}]}", "dialogue", "unknown key 'seed'; did you mean 'seeds'"),
        ("{about: a, seeds: [{context: {}, reply: {}}]}", "dialogue", "seed 1: its context is empty"),
        ("about: a\nseeds: [", "dialogue", "seeds/one.yaml:2: not YAML"),
        ("about: \x07", "dialogue", "not YAML"),
        ("", "dialogue", "seeds/one.yaml: "),
    ],
)
def test_a_faulty_seeds_file_names_file_and_seed(text: str, form: str, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_seeds(text, "seeds/one.yaml", form)
    message = str(caught.value)
    assert message.startswith("seeds/one.yaml")
    assert says in message
    assert "\n" not in message
