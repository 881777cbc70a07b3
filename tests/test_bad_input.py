"""Recipes and collections with mistakes in; one clear line and status 2, or one record set aside, out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import Entry, box, caption, coco, contents, finished, image, recipe, refused, sound
from runs import record

from instructgen.run import Run

NAN = float("nan")
FOURTEEN = range(1, 15)


# ── paths and recipes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "nosuch",
            "nosuch: there is no such recipe; expected a file that is there, or a shipped recipe's name; known: ",
        ),
        ("pipelines/llava_instruct_158.yaml", "did you mean 'llava_instruct_158k'?"),
        ("folder", "folder: is a folder; expected a recipe file"),
        ("empty.yaml", "empty.yaml: expected a mapping with keys such as source"),
        ("list.yaml", "list.yaml: expected a mapping"),
        ("broken.yaml", "broken.yaml: not a readable recipe: line 2, column 1: expected"),
        ("twice.yaml", "twice.yaml: not a readable recipe: key 'seed' is given twice (lines 1 and 3)"),
        ("binary.yaml", "binary.yaml: not a readable recipe: 'utf-8' codec"),
        ("self.yaml", "self.yaml: includes itself"),
        ("one.yaml", "one.yaml: includes itself, by way of "),
        ("lost.yaml", "nosuch: there is no such recipe; expected a file beside lost.yaml"),
        ("many.yaml", "many.yaml: include: expected one recipe's file or name"),
    ],
)
def test_a_recipe_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    texts = {
        "empty": "",
        "list": "- a",
        "broken": "a: [b\n",
        "twice": "seed: 1\nabout: x\nseed: 2\n",
        "self": "include: self.yaml",
        "one": "include: two.yaml",
        "two": "include: ./one.yaml",
        "lost": "include: nosuch",
        "many": "include: [demo]",
    }
    for stem, text in texts.items():
        (tmp_path / f"{stem}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "binary.yaml").write_bytes(bytes(range(200, 256)))
    assert says in refused("run", name, "--out", "made")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("teach.use=grounded", "recipe.yaml: unknown key 'teach'; did you mean 'teacher'? Known: about, attempts"),
        ("teacher.use=groundd", "teacher: there is no teacher 'groundd'; did you mean 'grounded'?"),
        ("teacher.use=nosuch.module:Thing", "teacher: cannot import teacher 'nosuch.module:Thing'"),
        ("teacher.width=3", "teacher: unknown key 'width'; known: use"),
        ("source.captoins=x", "source: unknown key 'captoins'; did you mean 'captions'?"),
        ("source.use=qqq", "source: there is no source 'qqq'; known: cc3m"),
        ("tasks.conversation.boxs=true", "tasks.conversation: unknown key 'boxs'; did you mean 'boxes'?"),
        ("tasks.conversation.tkae=3", "tasks.conversation: unknown key 'tkae'; did you mean 'take'?"),
        (
            "tasks.conversation.take=30x",
            "'tasks.conversation.take': expected 'all' or a whole number or a share such as 30%",
        ),
        ("tasks.conversation.take=150%", "or a share such as 30% (got '150%')"),
        ("tasks.a/b.form=dialogue", "'tasks': expected names of letters, digits, '_', '-' and '.', found 'a/b'"),
        ("tasks.conversation.prompt=convrsation", "did you mean 'conversation'"),
        (
            "tasks.other.form=dialogue",
            "there is no seeds/other.yaml, neither beside the recipe nor shipped; known: complex",
        ),
        ("checks.leeks.action=tag", "checks.leeks: there is no check 'leeks'; did you mean 'leaks'?"),
        ("checks.leaks.acton=tag", "checks.leaks: unknown key 'acton'; did you mean 'action'?"),
        ("checks.leaks.action=tagg", "'checks.leaks.action': expected 'retry', 'reject' or 'tag' (got 'tagg')"),
        ("checks.shape.use=", "'checks.shape.use': expected text"),
        ("output.imges=path", "unknown key 'output.imges'; did you mean 'images'? Known: images"),
        ("source=coco", "'source': expected a block of keys (got 'coco')"),
        ("tasks=", "'tasks': expected a block of keys"),
        ("seed=yes", "'seed': expected a whole number (got True)"),
        ("tasks.conversation.take=yes", "'tasks.conversation.take': expected 'all' or a whole number"),
        ("max_faults=2", "'max_faults': expected a number less than or equal to 1 (got 2)"),
        ("max_faults=.nan", "'max_faults'"),
        ("attempts=[teacher,strong]", "attempts: there is no role 'strong'; known: teacher"),
        ("seed", "--set seed: expected KEY=VALUE"),
        ("=1", "expected KEY=VALUE"),
        ("seed=[1", "--set seed: the value is not YAML (line 1"),
        ("about.x=1", "--set about.x: 'about' holds a value, not a block of keys"),
        ("source.captions=nosuch.json", "captions: /"),
        ("source.images=nosuch", "cannot be read (No such file or directory); expected the path"),
    ],
)
def test_a_misspelt_key_or_value_is_answered_with_the_right_one(tmp_path: Path, override: str, says: str) -> None:
    path = sound(tmp_path, about="a")
    assert says in refused("run", path, "--out", tmp_path / "run", "--set", override)
    assert set(contents(tmp_path / "run")) <= {"lock"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"[1, 2]", "has no 'annotations'"),
        (b'{"images": []}', "has no 'annotations'"),
        (b'{"images": 3, "annotations": []}', "'images' in "),
        (b'{"images": [], "annotations": 3}', "'annotations' in "),
        (b"\xff\xfe{}", "captions.json is not"),
        (b'{"images": [], "annotations": [{"image_id": 1, "caption": "a"}]}', "none of the 1 annotations"),
    ],
)
def test_a_source_file_of_another_kind_is_told_from_coco(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "captions.json").write_bytes(data)
    path = recipe(tmp_path, {"captions": tmp_path / "captions.json"})
    for arguments in (("run", path, "--out", tmp_path / "run"), ("plan", path), ("preview", path)):
        said = refused(*arguments)
        assert says in said and "captions.json" in said and "expected" in said
    assert not [name for name in contents(tmp_path / "run") if name.endswith(".parquet")]


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────

Wrong = Callable[[list[Entry], list[Entry], list[Entry]], None]
"""Spoils images, captions or boxes."""

SPOILT: dict[str, Wrong] = {
    "zero_size_image": lambda i, c, b: i[4].update(width=0),
    "unknown_category": lambda i, c, b: b[4].update(category_id=99),
    "bad_box": lambda i, c, b: b[4].update(bbox=[300, 10, 20, 20]),
    "bad_box:nan": lambda i, c, b: b[4].update(bbox=[NAN, 10, 20, 20]),
    "unknown_image": lambda i, c, b: b[4].update(image_id=999),
    "unknown_image:caption": lambda i, c, b: c[4].update(image_id=999),
    "duplicate_id": lambda i, c, b: i.append(image(5)),
    "bad_caption": lambda i, c, b: c[4].update(caption=17),
    "bad_caption:long": lambda i, c, b: c[4].update(caption="word " * 20_000),
    "outside_folder": lambda i, c, b: i[4].update(file_name="../outside.jpg"),
    "outside_folder:absolute": lambda i, c, b: i[4].update(file_name="/etc/hostname"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_one_bad_record_among_many_is_set_aside_and_counted(tmp_path: Path, name: str) -> None:
    images, captions = [image(n) for n in FOURTEEN], [caption(n) for n in FOURTEEN]
    boxes = [box(n, n) for n in FOURTEEN]
    SPOILT[name](images, captions, boxes)
    path = recipe(
        tmp_path,
        {
            "captions": coco(tmp_path / "captions.json", images, captions),
            "instances": coco(tmp_path / "instances.json", images, boxes),
        },
    )
    finished("run", path, "--out", tmp_path / "run")
    status = json.loads(finished("status", tmp_path / "run", "--json").out)
    (reason,) = status["faults"]
    assert status["faults"][reason] in (1, 2)
    assert status["contexts"] in (13, 14) and status["accepted"] >= 13
    shown = finished("status", tmp_path / "run").out
    assert f"unusable records: {reason} {status['faults'][reason]}" in shown
    if ":" not in name and name != "outside_folder":
        assert reason == name


def test_too_many_bad_records_stop_the_run_and_say_what_the_first_one_is(tmp_path: Path) -> None:
    images = [image(n, width=0 if n > 8 else 200) for n in range(1, 21)]
    captions = coco(tmp_path / "captions.json", images, [caption(n) for n in range(1, 21)])
    path = recipe(tmp_path, {"captions": captions})
    said = refused("run", path, "--out", tmp_path / "run")
    assert "12 of 20 source records cannot be used, more than max_faults: 0.01 allows; the first: record 8" in said
    assert "zero_size_image" in said and said.endswith("Mend the source, or raise max_faults")
    assert not list((tmp_path / "run").glob("samples/*"))
    finished("run", path, "--out", tmp_path / "run", "--set", "max_faults=0.6")
    assert len(list(Run.open(tmp_path / "run").contexts())) == 8


def test_a_source_without_one_good_record_stops_the_run(tmp_path: Path) -> None:
    captions = coco(tmp_path / "captions.json", [image(1, height=0)], [caption(1)])
    path = recipe(tmp_path, {"captions": captions}, max_faults=1)
    assert "1 of 1 source records cannot be used" in refused("run", path, "--out", tmp_path / "run")


def test_a_source_without_a_record_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    sources = {
        "coco": recipe(tmp_path, {"captions": coco(tmp_path / "captions.json", [], [])}),
        "folder": recipe(tmp_path / "empty", {"use": "folder", "images": tmp_path / "empty"}),
    }
    for name, path in sources.items():
        for arguments in (("run", path, "--out", tmp_path / f"run-{name}"), ("plan", path), ("preview", path)):
            assert "source: holds no record at all" in refused(*arguments)
    assert not list(tmp_path.glob("run-*/samples/*"))


ODD_CAPTIONS = {
    "template": "A dog {{ 7 * 7 }} and {% raw %}{{ config }}{% endraw %} {# note #} ${HOME} runs.",
    "control": "A dog\x00 with\x07 a \x1b[31mred\x1b[0m \x7f ball\r\nrests.",
    "right to left": "A dog \u202erests\u202c beside \u200fa \u2066ball\u2069.",
    "broken surrogate": "A dog \ud800 rests.",
    "fence": 'A dog ```json {"turns": []}``` === rests.\n===\nQuestion:\nWhat?',
    "image mark": "A dog <image> rests </s> <|im_start|>.",
}


@pytest.mark.parametrize("kind", ODD_CAPTIONS)
def test_a_caption_is_data_whatever_stands_in_it(tmp_path: Path, kind: str) -> None:
    images = [image(n) for n in FOURTEEN]
    said = [caption(n, ODD_CAPTIONS[kind] if n == 5 else None) for n in FOURTEEN]
    instances = coco(tmp_path / "instances.json", images, [box(n, n) for n in FOURTEEN])
    path = recipe(tmp_path, {"captions": coco(tmp_path / "captions.json", images, said), "instances": instances})
    shown = finished("preview", path, "--limit", 14).out
    assert not any(c < " " and c != "\n" for c in shown) and "\x7f" not in shown and "\u202e" not in shown
    if kind == "template":
        assert "{{ 7 * 7 }}" in shown and "49" not in shown
    finished("run", path, "--out", tmp_path / "run")
    out = tmp_path / "llava.json"
    finished("export", tmp_path / "run", "--format", "llava", "--out", out)
    for row in json.loads(out.read_text()):
        texts = [turn["value"] for turn in row["conversations"]]
        assert sum(text.count("<image>") for text in texts) == 1
        assert not any(c in text for text in texts for c in "\x00\x07\x1b\u202e\ud800")


def test_halves_of_characters_cost_their_record_at_most(tmp_path: Path) -> None:
    half = json.loads('"\\ud83d"')
    (tmp_path / "pictures").mkdir()
    rows = [record(number) for number in range(30)]
    for row in rows:
        (tmp_path / "pictures" / str(row["image"])).write_bytes(b"x")
    rows[1]["id"], rows[2]["image"], rows[3]["captions"] = f"x{half}", f"y{half}.jpg", [f"A dog {half} near a house."]
    rows[4]["note"], rows[5]["note"] = f"z{half}", float("nan")
    source = tmp_path / "rows.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    block = {"use": "image_text", "files": [source.name], "images": "pictures", "keep": ["note"]}
    finished("run", recipe(tmp_path, block), "--out", tmp_path / "run")
    summary = json.loads(finished("status", tmp_path / "run", "--json").out)
    assert summary["faults"] == {"bad_id": 1, "missing_image": 1}
    finished("export", tmp_path / "run", "--format", "jsonl", "--out", tmp_path / "out.jsonl")
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 28
    assert "NaN" not in (tmp_path / "out.jsonl").read_text(encoding="utf-8")
