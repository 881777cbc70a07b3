"""A folder and a name in; a recipe, a prompt and seeds that run at once and can be edited out."""

from pathlib import Path

import pytest
import yaml
from cases import contents, finished, refused

from instructgen.run import Run


def test_what_init_writes_runs_at_once_and_is_what_is_used(tmp_path: Path) -> None:
    told = finished("init", tmp_path / "mine", "--task", "safety").err
    recipe = tmp_path / "mine" / "pipelines" / "safety.yaml"
    files = ["pipelines/safety.yaml", "prompts/safety.jinja", "seeds/safety.yaml"]
    assert list(contents(tmp_path / "mine")) == files
    assert told.splitlines()[:3] == [f"wrote {tmp_path / 'mine' / name}" for name in files]
    assert told.splitlines()[3].startswith(f"next: instructgen preview {recipe}, then instructgen run {recipe} --out ")
    prompt = tmp_path / "mine" / "prompts" / "safety.jinja"
    prompt.write_text(prompt.read_text().replace("Two people", "Three careful people"), encoding="utf-8")
    assert "Three careful people have the same picture" in finished("preview", recipe).out
    finished("run", recipe, "--out", tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert {sample.task for sample in run.samples()} == {"safety"}
    assert b"Three careful people" in contents(tmp_path / "run")["prompts/safety.jinja"]


@pytest.mark.parametrize("task", ["yes", "null", "größe", "_"])
def test_a_name_that_yaml_reads_otherwise_is_kept(tmp_path: Path, task: str) -> None:
    place = tmp_path / "a folder: with #1 in it"
    finished("init", place, "--task", task)
    recipe = place / "pipelines" / f"{task}.yaml"
    assert list(yaml.safe_load(recipe.read_text(encoding="utf-8"))["tasks"]) == [task]
    finished("run", recipe, "--out", tmp_path / "run", "--limit", 1)


def test_init_writes_over_nothing(tmp_path: Path) -> None:
    finished("init", tmp_path, "--task", "mine")
    before = contents(tmp_path)
    said = refused("init", tmp_path, "--task", "mine")
    assert f"{tmp_path / 'pipelines' / 'mine.yaml'}: is there already; give another folder or task name" in said
    finished("init", tmp_path, "--task", "other")
    assert {name: data for name, data in contents(tmp_path).items() if "mine" in name} == before


@pytest.mark.parametrize("task", ["two words", "../up", "", "a/b", "1st", "x.yaml"])
def test_a_name_that_cannot_be_a_stem_is_refused(tmp_path: Path, task: str) -> None:
    assert "expected a name of letters, digits and underscores" in refused("init", tmp_path / "x", "--task", task)
    assert not (tmp_path / "x").exists()
