"""Names in; what ``explain`` says of components, recipes and a run's records out."""

from pathlib import Path

import pytest

from instructgen import cli, listing
from instructgen.errors import SetupError
from instructgen.run import Run
from instructgen.tracing import trace

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the demo whose longer answers are rejected."""
    out = tmp_path_factory.mktemp("explained") / "run"
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "demo", "--out", str(out), "--set", "checks.length.max_words=60"])
    assert ended.value.code == 0
    return out


def explained(name: str) -> str:
    return "\n".join(listing.explain(name))


@pytest.mark.parametrize("name", [n for table in listing.TABLES.values() for n in table])
def test_every_field_of_every_component_is_explained(name: str) -> None:
    # a recipe of the same name, whose own lines come first, is explained as well
    whole = explained(name)
    lines = whole[whole.index(f"{name} (") :].split("\n\n") if f"\n{name} (" in whole else whole.split("\n\n")
    assert not [block for block in lines[1:] if len(block.strip().splitlines()) < 2]


def test_types_are_written_as_they_are_read() -> None:
    text = explained("openai_chat")
    assert "requests_per_minute: float | None, default None" in text
    assert "reasoning: auto | bool, default 'auto'" in text
    assert "FieldInfo" not in text and "Annotated" not in text


def test_the_keys_of_a_recipe_and_of_its_blocks_are_explained() -> None:
    text = explained("recipe")
    assert all(f"\n  {key}:" in text for key in ("seed", "attempts", "take", "action", "images", "max_faults"))


def test_a_recipe_is_explained_by_its_name_or_file() -> None:
    assert "use: coco" in explained("llava_instruct")
    assert explained(str(ROOT / "pipelines" / "demo.yaml")) == explained("demo")


def test_a_component_of_ones_own_is_explained_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples" / "own_task")
    assert "follow_up: str, default" in explained("look_twice:LookTwiceTask")


def test_a_sample_tells_its_context_its_prompt_and_seeds_its_model_and_its_cost(made: Path) -> None:
    text = explained(f"000000000003/conversation/0@{made}")
    for told in ("coffee.jpg", "spoon: [", "human: ", "by grounded", "prompts/conversation.jinja (digest", "$0.0"):
        assert told in text
    assert "conversation/1" not in text and "/detail/" not in text


def test_a_context_tells_all_that_was_made_of_it_and_what_was_rejected(made: Path) -> None:
    text = explained(f"000000000001@{made}")
    assert text.count("accepted, attempt 1") >= 4
    assert "rejected: length:answer_too_long" in text


def test_an_unknown_record_is_said_with_the_run(made: Path) -> None:
    with pytest.raises(SetupError, match=r"has no record '00000000000x'; did you mean '00000000000\d'"):
        explained(f"00000000000x@{made}")
    with pytest.raises(SetupError, match="holds no run"):
        explained(f"000000000001@{made.parent}")


def test_a_record_without_samples_is_told_all_the_same(made: Path) -> None:
    assert next(trace(Run.open(made), "000000000002/no_such_task")) == "━━ 000000000002 ━━ record 1"


def test_without_a_command_the_help_keeps_its_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["instructgen"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "\n  preview " in capsys.readouterr().err
