"""The language check: whole samples in another language fail, short ones are not judged."""

import subprocess
import sys
from pathlib import Path

import pytest
from dialogues import answer, built, dialogue, judged

from instructgen.checks.language import LanguageCheck
from instructgen.component import Site
from instructgen.errors import SetupError
from instructgen.library import Library

CHECK = built("language")
OTHERS = {
    "de": "Drei Leute stehen in der Küche, und zwei von ihnen schneiden Gemüse auf einem Brett aus Holz, das am Fen"
    "ster liegt. Draußen regnet es, und auf der Straße fährt ein gelber Bus vorbei.",
    "fr": "Trois personnes sont debout dans la cuisine, et deux d'entre elles coupent des légumes sur une planche "
    "posée près de la fenêtre, pendant que la troisième prépare une soupe.",
    "es": "Tres personas están de pie en la cocina y dos de ellas cortan verduras sobre una tabla de madera que está "
    "junto a la ventana, mientras la tercera prepara una sopa.",
}
ENGLISH = (
    "Three people stand in the kitchen, and two of them cut vegetables on a board by the window while the third one is "
    "stirring a soup."
)


@pytest.mark.parametrize("code", OTHERS)
def test_another_language_fails_and_is_named(code: str) -> None:
    verdict = judged(CHECK, answer(OTHERS[code], ""))
    assert (verdict.outcome, verdict.reason) == ("fail", "other_language")
    assert verdict.evidence[0].contradicts == f"this reads as '{code}'"
    assert judged(built("language", {"languages": ["en", code]}), answer(OTHERS[code], "")).outcome == "pass"


def test_english_passes_where_it_is_wanted_and_fails_where_it_is_not() -> None:
    assert judged(CHECK, answer(ENGLISH)).outcome == "pass"
    assert (
        judged(CHECK, answer("Colourful umbrellas, deckchairs, sandcastles, seagulls, lighthouses " * 3)).outcome
        != "fail"
    )
    assert judged(built("language", {"languages": ["de"]}), answer(ENGLISH)).outcome == "fail"


def test_short_samples_are_not_judged() -> None:
    assert judged(CHECK, answer("Hot dog", "Was ist das?")).outcome == "pass"
    assert judged(CHECK, dialogue(("Qui est-ce?", "Un chien."), ("Où?", "Ici."))).outcome == "pass"


def test_a_code_that_is_none_is_refused_in_one_line() -> None:
    with pytest.raises(SetupError, match="expected codes of two letters such as en, de, zh; found 'english'"):
        LanguageCheck.build({"languages": ["english"]}, Site("language", Library(())), "checks.language")


def test_the_model_is_not_loaded_for_english() -> None:
    script = (
        "import sys; from dialogues import answer, built, judged; "
        f"judged(built('language'), answer({ENGLISH!r})); print('py3langid' in sys.modules)"
    )
    here = Path(__file__).parent
    said = subprocess.run([sys.executable, "-c", script], cwd=here, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"
