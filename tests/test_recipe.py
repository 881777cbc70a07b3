"""Recipes read, put together and built: what they mean, what shapes a result, and what does not."""

import json
from pathlib import Path

import pytest
from loopback import Teacher
from runs import KEY, asking, command, parts, recipe, succeeds, write_recipe, write_rows

from instructgen.assemble import build, dumped
from instructgen.digests import digest
from instructgen.errors import SetupError
from instructgen.recipe import Recipe, load


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    source = write_rows(tmp_path / "rows.jsonl", range(30))
    return write_recipe(tmp_path / "recipe.yaml", recipe(source, asking("http://127.0.0.1:1/v1")))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def shaped(path: Path, *overrides: str) -> str:
    """Digest all that shapes the result."""
    return digest(build(*load(path, overrides)).shaping())


# ── putting together ─────────────────────────────────────────────────────────────────────────────────────────


def test_later_keys_win_block_by_block(path: Path) -> None:
    over = written(path.with_name("over.yaml"), "include: recipe.yaml\nseed: 7\nteacher: {temperature: 0.5}\n")
    made, _ = load(over)
    assert made.seed == 7
    assert made.teacher.fields()["temperature"] == 0.5
    assert made.teacher.fields()["model"] == "loopback-small"


def test_another_use_drops_the_former_blocks_fields(path: Path) -> None:
    over = written(path.with_name("over.yaml"), "include: recipe.yaml\nteacher: {use: grounded}\n")
    assert load(over)[0].teacher.fields() == {}
    assert load(path, ["teacher.use=grounded"])[0].teacher.fields() == {}
    assert load(path, ["teacher.use=openai_chat"])[0].teacher.fields()["model"] == "loopback-small"


def test_overrides_make_blocks_that_are_not_there_and_read_yaml(path: Path) -> None:
    made, _ = load(path, ["roles.strong.use=grounded", "attempts=[teacher, strong]", "checks.length.max_words=9"])
    assert made.roles["strong"].use == "grounded"
    assert made.attempts == ["teacher", "strong"]
    assert made.checks["length"].fields()["max_words"] == 9


def test_what_looks_like_a_date_is_text(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "about: 2024-10-21\n", encoding="utf-8")
    loaded, _ = load(path, ["teacher.query.api-version=2024-10-21"])
    assert loaded.about == "2024-10-21"
    assert loaded.teacher.fields()["query"] == {"api-version": "2024-10-21"}


def test_a_path_in_a_file_is_relative_to_it_and_one_of_an_override_to_where_one_stands(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    write_rows(tmp_path / "here" / "rows.jsonl", range(3))
    monkeypatch.chdir(tmp_path / "here")
    text = "include: recipe.yaml\nsource: {files: [rows.jsonl]}\n"
    over = written(path.with_name("over.yaml"), text)
    assert len(list(build(*load(over)).source.read(0))) == 30
    assert len(list(build(*load(over, ["source.files=[rows.jsonl]"])).source.read(0))) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "mapping"),
        ("[1, 2]", "mapping"),
        ("seed: [", "over.yaml"),
        ("seed: 1\nseed: 2\n", "twice"),
        ("include: over.yaml\n", "includes itself"),
        ("include: recipe.yaml\nsede: 3\n", "sede"),
        ("include: recipe.yaml\nseed: many\n", "seed"),
        ("include: recipe.yaml\nteacher: {modle: x}\n", "modle"),
        ("include: recipe.yaml\nattempts: [teecher]\n", "teecher"),
        ("include: recipe.yaml\nattempts: []\n", "attempts"),
        ("include: recipe.yaml\ntasks: {conversation: {form: dialog}}\n", "form"),
        ("include: recipe.yaml\nchecks: {shape: {action: retri}}\n", "action"),
        ("include: recipe.yaml\nsource: {use: imagetext}\n", "image_text"),
        ("include: recipe.yaml\nshard_size: 0\n", "shard_size"),
        ("include: recipe.yaml\nshard_size: 1001\n", "'shard_size': expected a number less than or equal to 1000"),
        ("include: recipe.yaml\nmax_faults: 1.5\n", "max_faults"),
        ("include: nowhere.yaml\n", "nowhere"),
    ],
)
def test_a_wrong_recipe_is_one_line_and_nothing_is_made(path: Path, text: str, told: str) -> None:
    over, run = written(path.with_name("over.yaml"), text), path.with_name("run")
    end = command("run", over, "--out", run)
    assert end.code == 2, end
    assert told in end.err
    assert len(end.err.strip().splitlines()) == 1
    assert not (run / "run.json").exists()


@pytest.mark.parametrize("override", ["seed", "=3", "shard_size.deeper=3", "seed=[", "a..b=1"])
def test_a_wrong_override_is_named(path: Path, override: str) -> None:
    with pytest.raises(SetupError, match="--set"):
        load(path, [override])


# ── what shapes a result ─────────────────────────────────────────────────────────────────────────────────────


def test_where_and_how_fast_shape_nothing(path: Path, tmp_path: Path) -> None:
    moved = write_rows(tmp_path / "moved.jsonl", range(30))
    placed = [
        f"source.files=[{moved}]",
        f"source.images={tmp_path}",
        "teacher.base_url=http://127.0.0.1:2/v1",
        "teacher.max_in_flight=3",
        "teacher.adaptive=false",
        "teacher.timeout=5",
        "teacher.api_key_env=ANOTHER",
        "teacher.requests_per_minute=10",
        "about=Another line",
        "max_faults=0.5",
    ]
    for override in placed:
        assert shaped(path, override) == shaped(path), override


@pytest.mark.parametrize(
    "override",
    [
        "seed=43",
        "overlap=false",
        "attempts=[teacher, teacher]",
        "source.keep=[image]",
        "source.longest_caption=100",
        "teacher.model=other",
        "teacher.temperature=0.1",
        "tasks.conversation.take=10",
        "tasks.conversation.boxes=false",
        "tasks.detail.form=description",
        "checks.length.max_words=10",
        "checks.length.action=tag",
        "checks.leaks.action=tag",
        "output.images=bytes",
    ],
)
def test_what_changes_a_result_shapes_it(path: Path, override: str) -> None:
    assert shaped(path, override) != shaped(path)


def test_the_resolved_recipe_means_the_same_wherever_it_is_read(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, library = load(path, ["checks.length.max_words=10", "source.keep=[image]"])
    kept = written(tmp_path / "kept.yaml", dumped(made, build(made, library)))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert digest(build(*load(kept)).shaping()) == digest(build(made, library).shaping())
    assert isinstance(load(kept)[0], Recipe)


# ── determinism ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_recipe_gives_the_same_bytes_whatever_the_place_and_the_pace(
    path: Path, tmp_path: Path, loopback: Teacher
) -> None:
    base = f"teacher.base_url={loopback.base_url}"
    loopback.set(faults={"refusal": 0.1, "length": 0.1, "500": 0.2})
    succeeds("run", path, "--out", tmp_path / "first", "--set", base, "--set", "attempts=[teacher, teacher]")
    moved = tmp_path / "deep" / "rows.jsonl"
    moved.parent.mkdir()
    moved.write_bytes((tmp_path / "rows.jsonl").read_bytes())
    loopback.set(faults={"refusal": 0.1, "length": 0.1}, latency=0.01)
    placed = [f"source.files=[{moved}]", "teacher.max_in_flight=2", "teacher.adaptive=false", base]
    sets = [part for p in placed for part in ("--set", p)]
    succeeds("run", path, "--out", tmp_path / "second", *sets, "--set", "attempts=[teacher, teacher]")
    assert parts(tmp_path / "first") == parts(tmp_path / "second")
    assert (
        json.loads((tmp_path / "first/run.json").read_text())["shaping"]
        == (json.loads((tmp_path / "second/run.json").read_text())["shaping"])
    )


def test_grounded_gives_the_same_bytes_twice(path: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        succeeds("run", path, "--out", tmp_path / name, "--set", "teacher.use=grounded")
    assert parts(tmp_path / "first") == parts(tmp_path / "second")
