"""The table of terms: the shipped one, the user's own, sources and models that are in neither; licences of pictures."""

from pathlib import Path

import pytest
import yaml
from laying import laid_out
from runs import record, succeeds

from instructgen.checks import TABLE
from instructgen.errors import SetupError
from instructgen.publishing import card_tables
from instructgen.publishing.card import card
from instructgen.publishing.layout import Wanted
from instructgen.publishing.metadata import from_the_hub
from instructgen.publishing.terms import annotation_files, terms_table
from instructgen.run import Run
from instructgen.sources.cc3m import Cc3mSource
from instructgen.sources.coco import CocoSource
from instructgen.sources.image_text import ImageTextSource


def test_the_shipped_table_is_dated_and_names_its_pages() -> None:
    table = terms_table()
    for name, entry in (*table.sources.items(), *table.models.items()):
        assert entry.known.year >= 2025, name
    assert all(terms.page for terms in table.sources.values())


@pytest.mark.parametrize(
    ("files", "known"),
    [
        (("captions_train2017.json", "instances_train2017.json"), "COCO (Common Objects in Context)"),
        (("captions_val2014.json", None), "COCO (Common Objects in Context)"),
        (("captions_train2017.json", "mine.json"), None),
        (("captions.json", "instances.json"), None),
    ],
)
def test_a_source_is_known_by_all_its_files_names(files: tuple[str, str | None], known: str | None) -> None:
    captions, instances = (Path("/data") / name if name else None for name in files)
    found = terms_table().source(CocoSource(captions=captions, instances=instances, images=Path("/data/images")))
    assert (found.title if found else None) == known


def test_other_sources_are_known_likewise() -> None:
    conceptual = terms_table().source(Cc3mSource(captions=Path("/data/Train_GCC-training.tsv")))
    assert conceptual
    assert conceptual.title.startswith("Conceptual Captions")
    assert terms_table().source(ImageTextSource(files=(Path("/data/my.jsonl"),))) is None
    assert terms_table().source(object()) is None
    assert from_the_hub(ImageTextSource(hub="some-lab/photos")) == "some-lab/photos"
    assert [*annotation_files(ImageTextSource(files=(Path("/x/a.csv"), Path("/x/b.csv"))))] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("gpt-4o-mini-2024-07-18", "openai"),
        ("o4-mini", "openai"),
        ("openai/gpt-oss-120b", "gpt-oss"),
        ("claude-sonnet-4-5", "anthropic"),
        ("gemini-2.5-flash", "gemini"),
        ("google/gemma-3-27b-it", "gemma"),
        ("meta-llama/Llama-3.2-11B-Vision-Instruct", "llama-3"),
        ("meta-llama/Llama-2-13b-chat-hf", "llama-2"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", "qwen"),
        ("grounded", "rule"),
    ],
)
def test_a_model_is_known_by_its_name(model: str, key: str) -> None:
    assert terms_table().model(model) == terms_table().models[key]


def test_errors_are_known_of_checks_that_there_are() -> None:
    known = yaml.safe_load((Path(card_tables.__file__).with_name("known_errors.yaml")).read_text(encoding="utf-8"))
    assert known.keys() <= TABLE.keys()
    assert all(set(said) == {"alarms", "finds"} for said in known.values())


@pytest.mark.parametrize("model", ["", "my-gpt-4o", "Qwen/Qwen2.5-VL-72B-Instruct", "llava-hf/llava-v1.6-34b-hf", "o"])
def test_a_model_that_is_not_in_the_table_is_not_guessed(model: str) -> None:
    assert terms_table().model(model) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sources: {mine: {title: Mine}}\nmodels: {}\n", "'sources.mine.files' is required"),
        ("sources: {}\nmodels: {a: {title: A, models: '(', output: x, known: 2026-01-01}}\n", "a regular expression"),
        ("sources: [\n", "cannot be read as a table of terms (line 2"),
        (None, "cannot be read as a table of terms"),
    ],
)
def test_a_table_that_cannot_be_read_is_told(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "terms.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SetupError) as told:
        terms_table(path)
    assert str(told.value).startswith(f"{path}: ")
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_samples_are_counted_by_the_licence_of_their_picture(tmp_path: Path) -> None:
    import json

    rows = [{**record(n), "license": (4, 4, 1, 99, None)[n % 5]} for n in range(10)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    licences = "{field: license, values: {'4': {name: CC BY 2.0, url: 'https://x/by'}, '1': {name: NC, url: u}}}"
    (tmp_path / "terms.yaml").write_text(
        "sources: {rows: {title: My rows, files: rows.jsonl, page: p, annotations: mine, images: theirs, "
        f"image_licences: {licences}, known: 2026-01-01}}}}\nmodels: {{}}\n"
    )
    (tmp_path / "recipe.yaml").write_text(
        "source: {use: image_text, files: [rows.jsonl], keep: [license]}\nteacher: {use: grounded}\n"
        "tasks: {conversation: {form: dialogue}}\n"
    )
    succeeds("run", tmp_path / "recipe.yaml", "--out", tmp_path / "run")
    run = Run.open(tmp_path / "run")
    found = laid_out(run, tmp_path / "set", Wanted(pictures="reference"), terms=tmp_path / "terms.yaml")
    readme = card(found)["README.md"].decode()
    assert "[CC BY 2.0](<https://x/by>) | 4 | 40.0 % |" in readme
    assert "<code>99</code> | **not known: fill in** | 2 |" in readme
    assert "<code>none given</code> | **not known: fill in** | 2 |" in readme
    assert "CHAIR was not measured" in readme
