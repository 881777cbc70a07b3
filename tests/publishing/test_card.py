"""A demo run laid out; its card: what it says, that its metadata holds, that nothing private is in it."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hub_rules import LICENCES as HUB_LICENCES
from hub_rules import objections
from laying import Described, demo_described, demo_run, laid_out, write

from instructgen.errors import SetupError
from instructgen.publishing.card import card, unknowns
from instructgen.publishing.figures import figures_of
from instructgen.publishing.layout import Wanted
from instructgen.publishing.terms import licences
from instructgen.reviews import append, review_of
from instructgen.run import Run


@pytest.fixture
def described() -> Described:
    """Give a described demo run; not to be changed."""
    return demo_described()


def section(readme: str, title: str) -> str:
    return readme.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_metadata_hold_to_the_hubs_rules(described: Described) -> None:
    assert not [*objections(described.readme)]
    head = yaml.safe_load(described.readme.split("---\n")[1])
    assert head["license"] == "cc-by-4.0"
    assert {"synthetic", "photos"} <= set(head["tags"])
    assert head["language"] == ["en"]
    assert head["size_categories"] == ["n<1K"]


def test_the_same_run_gives_the_same_bytes(described: Described) -> None:
    again = Described(described.laid_out, card(described.laid_out))
    assert again.files == described.files


def test_datasets_loads_what_the_card_says(described: Described, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    found = described.laid_out
    write({"README.md": described.files["README.md"]}, found.folder)
    read = datasets.load_dataset(str(found.folder), "detail", cache_dir=str(tmp_path))
    (found.folder / "README.md").unlink()
    assert {split: len(rows) for split, rows in read.items()} == {
        split: found.rows("detail", split) for split in found.configs["detail"]
    }
    assert all(rows.features == found.features["detail"] for rows in read.values())


def test_it_says_how_many_and_what_was_rejected(described: Described) -> None:
    checked = section(described.readme, "What was checked")
    summary = described.laid_out.run.summary()
    for task, count in summary.tally.tasks.items():
        cells = [count.contexts, count.declined.total(), count.rejected.total(), 0, count.accepted, count.accepted]
        assert f"| <code>{task}</code> | {' | '.join(map(str, cells))} |" in checked
    assert re.search(r"<code>length&#58;answer_too_long</code> \| 16 \|", checked)


def test_chair_is_given_before_and_after_the_gate(described: Described) -> None:
    figures = figures_of(described.laid_out.run)
    before, after = figures.before.rates()["chair_i"], figures.after.rates()["chair_i"]
    assert (figures.before.samples, figures.after.samples) == (54, 38)
    assert before.whole > after.whole > 0
    line = next(line for line in described.readme.splitlines() if line.startswith("| CHAIR i:"))
    assert f"({before.part} of {before.whole})" in line
    assert f"({after.part} of {after.whole})" in line


def test_each_task_has_a_sample_with_a_small_picture(described: Described) -> None:
    from PIL import Image

    shown = re.findall(r"!\[[^]]*\]\((.*)\)", section(described.readme, "Samples"))
    assert shown == [f"assets/sample-{n}.jpg" for n in (1, 2, 3)]
    for name in shown:
        (path := described.laid_out.folder / "shown.jpg").write_bytes(described.files[name])
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
            assert max(picture.size) <= 400
            assert not picture.getexif()
        assert len(described.files[name]) < 60_000
        path.unlink()


def test_recipe_prompts_and_seeds_come_along_without_the_makers_paths(described: Described) -> None:
    built = described.laid_out.run.built
    for (kind, name), text in built.texts.items():
        assert described.files[f"{kind}/{name}"].decode() == text
    recipe = yaml.safe_load(described.files["recipe.yaml"])
    assert recipe["source"]["captions"] == "captions.json"
    assert str(Path(__file__).parents[2]).encode() not in b"".join(described.files.values())


def test_croissant_says_the_same(described: Described) -> None:
    said = json.loads(described.files["croissant.json"])
    assert said["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert said["datePublished"] == figures_of(described.laid_out.run).last[:10]
    assert "photos" in said["keywords"]


def test_what_nobody_decided_is_said_and_not_guessed(described: Described, tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text("sources: {}\nmodels: {}\n")
    found = laid_out(described.laid_out.run, tmp_path / "set", terms=tmp_path / "terms.yaml")
    readme = card(found)["README.md"].decode()
    assert "is **not decided**" in readme
    assert section(readme, "Licences and terms").count("**not known: fill in**") == 3
    assert "license: unknown" in readme
    assert [line.partition(":")[0] for line in unknowns(found)] == [
        "the dataset's licence is not decided",
        "the terms of annotations and pictures are not known",
        "the terms of what grounded writes are not known",
    ]
    assert unknowns(described.laid_out) == []


def test_a_licence_that_the_hub_does_not_know_is_refused(described: Described, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"--license cc-by: the Hub knows no such licence; did you mean cc-by-2\.0, "):
        card(laid_out(described.laid_out.run, tmp_path / "set", license="cc-by"))
    assert set(HUB_LICENCES) <= set(licences())


def test_pictures_that_are_only_named_are_not_copied_into_the_card(described: Described, tmp_path: Path) -> None:
    files = card(laid_out(described.laid_out.run, tmp_path / "set", Wanted(pictures="reference")))
    assert "rows say where they are" in files["README.md"].decode()
    assert not [name for name in files if name.startswith("assets/")]


def test_people_who_reviewed_are_counted_and_not_named(described: Described, tmp_path: Path) -> None:
    shutil.copytree(described.laid_out.run.folder.path, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    samples = [*run.samples()]
    append(run.folder, [review_of(samples[0], "reject", "ada.l"), review_of(samples[1], "accept", "grace-h")])
    run = Run.open(run.folder.path)
    files = card(laid_out(run, tmp_path / "set"))
    assert "2 people reviewed 2 samples: 1 accepted, 1 rejected." in files["README.md"].decode()
    assert not re.search(rb"ada\.l|grace", b"".join(files.values()))


def test_what_was_taken_out_is_counted_and_not_named(described: Described, tmp_path: Path) -> None:
    shutil.copytree(described.laid_out.run.folder.path, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    run.removals.add(["000000000005"], "its owner asked")
    files = card(laid_out(run, tmp_path / "set"))
    assert "1 picture taken out, with all samples." in files["README.md"].decode()
    assert b"000000000005" not in b"".join(files.values())


def test_a_run_that_is_not_finished_is_told(described: Described, tmp_path: Path) -> None:
    shutil.copytree(described.laid_out.run.folder.path, tmp_path / "run")
    (tmp_path / "run" / "samples" / "part-00000.parquet").unlink()
    found = laid_out(Run.open(tmp_path / "run"), tmp_path / "set")
    assert "The run was not finished" in card(found)["README.md"].decode()
    assert "The run was not finished" not in described.readme


@pytest.mark.slow
def test_a_long_run_is_counted_over_some_of_its_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = demo_run(tmp_path / "run", "shard_size=1")
    monkeypatch.setattr("instructgen.publishing.figures.MOST_SHARDS", 3)
    readme = card(laid_out(run, tmp_path / "set"))["README.md"].decode()
    assert "counted over 3 of 8 shards, drawn by seed" in readme
    assert figures_of(run).before.samples < 54
    assert f"{run.summary().tally.accepted} samples of 3 tasks" in readme
