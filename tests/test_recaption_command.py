"""A dataset of any kind in, by the command line; a run, a dataset with both captions and LLaVA's rows out."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from loopback import Teacher
from loopback_hub import hub
from recaption_sets import caption, cc3m, folder, hf_dataset, hf_parquet, hf_rows, jpeg, llava_rows, webdataset
from runs import asked, command, ended, key, rows, start, succeeds  # noqa: F401

from instructgen.recaptioning import recaptioning

Made = tuple[Path, Path | None]


def _saved(root: Path) -> Made:
    hf_dataset(range(9)).save_to_disk(root)
    return root, None


def _with_metadata(root: Path) -> Made:
    names = [p.relative_to(root).as_posix() for p in sorted(folder(root, 5).rglob("*.jpg"))]
    lines = [
        json.dumps({"file_name": name, "text": caption(n), "n": n, "caption": "x"}) for n, name in enumerate(names)
    ]
    (root / "metadata.jsonl").write_text("\n".join(lines))
    return root, None


KINDS: dict[str, tuple[Callable[[Path], Made], int]] = {
    "folder": (lambda root: (folder(root, 7), None), 7),
    "metadata": (_with_metadata, 5),
    "webdataset": (lambda root: (webdataset(root, 2, 5), None), 10),
    "parquet": (lambda root: (hf_parquet(root, 2, 7), None), 14),
    "saved": (_saved, 9),
    "llava": (lambda root: llava_rows(root, 6), 6),
    "cc3m": (lambda root: cc3m(root, 10), 8),
}


def arguments(made: Made, teacher: Teacher, out: Path, *more: str) -> list[object]:
    dataset, images = made
    apart = ["--images", images] if images else []
    server = ["--model", "loopback-small", "--base-url", teacher.base_url, "--set", "teacher.proxy="]
    return ["recaption", dataset, *apart, *server, "--out", out, *more]


def dataset(run: Path, out: Path, *settings: str) -> Any:
    import datasets

    succeeds("export", run, "--format", "captions", "--out", out, *(x for s in settings for x in ("--set", s)))
    return datasets.load_dataset(str(out), split="train", cache_dir=str(out.parent / "cache"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("key")
def test_a_dataset_is_recaptioned_and_nothing_is_asked_twice(kind: str, loopback: Teacher, tmp_path: Path) -> None:
    make, count = KINDS[kind]
    made = make(tmp_path / "d")
    given = arguments(made, loopback, tmp_path / "run", "--style", "fused")
    assert asked(succeeds(*given)) == count
    body = json.loads(loopback.server.last_body)
    picture, question = body["messages"][-1]["content"]
    seen = base64.b64decode(picture["image_url"]["url"].partition(";base64,")[2].encode(), validate=True)
    known = [jpeg(n, kind) for n in (*range(14), *range(10_000, 10_005)) for kind in ("JPEG", "PNG")]
    assert seen in known  # whichever picture was asked about last
    assert question["text"].startswith("Describe this picture in detail.")
    assert (body["temperature"], body["max_tokens"], "response_format" in body) == (0.0, 512, False)
    assert asked(succeeds(*given)) == 0
    succeeds("export", tmp_path / "run", "--format", "captions", "--out", tmp_path / "out")
    table = pq.read_table(tmp_path / "out/data/train-00000-of-00001.parquet")
    assert table.num_rows == count
    assert {"caption", "recaption"} < set(table.column_names)
    succeeds("export", tmp_path / "run", "--format", "llava", "--images", "copy", "--out", tmp_path / "llava")
    samples = json.loads((tmp_path / "llava" / "train.json").read_text())
    assert all((tmp_path / "llava" / s["image"]).read_bytes() in known for s in samples)
    assert [s["conversations"][1]["value"] for s in samples] == table["recaption"].to_pylist()
    assert all(s["conversations"][0]["value"].count("<image>") == 1 for s in samples)


@pytest.mark.usefixtures("key")
def test_columns_and_pictures_come_out_as_they_went_in(loopback: Teacher, tmp_path: Path) -> None:
    made = (hf_parquet(tmp_path / "d", 2, 7), None)
    told = succeeds(*arguments(made, loopback, tmp_path / "run"))
    assert "a Hugging Face dataset in Parquet of 14 rows in 2 files, pictures in 'image'" in told
    table = dataset(tmp_path / "run", tmp_path / "out")
    before = hf_rows(range(14))
    for name in ("image", "caption", "score", "rank", "safe"):
        assert table[name][:] == before[name], name
    assert table.features["rank"].dtype == "int64"
    assert table.features["safe"].dtype == "bool"
    assert table.column_names == ["image", "caption", "score", "rank", "safe", "recaption"]
    paths = dataset(tmp_path / "run", tmp_path / "paths", "images=none")
    assert paths["image"][9] == "data/train-00001-of-00002.parquet/image/2"
    succeeds("export", tmp_path / "run", "--format", "hf", "--out", tmp_path / "hf")
    succeeds("export", tmp_path / "run", "--format", "jsonl", "--out", tmp_path / "rows.jsonl")
    assert json.loads((tmp_path / "rows.jsonl").read_text().splitlines()[3])["source_image"] == "3.jpg"


@pytest.mark.usefixtures("key")
def test_a_run_that_was_limited_goes_on_where_it_stopped(loopback: Teacher, tmp_path: Path) -> None:
    made = (webdataset(tmp_path / "d", 2, 5), None)
    given = arguments(made, loopback, tmp_path / "run", "--set", "shard_size=4")
    assert asked(succeeds(*given, "--limit", 6)) == 6
    first = dataset(tmp_path / "run", tmp_path / "six")
    assert asked(succeeds(*given)) == 4
    table = dataset(tmp_path / "run", tmp_path / "all")
    assert table["recaption"][:6] == first["recaption"][:]
    assert table["key"][:] == [f"{n:09d}" for n in (*range(5), *range(10_000, 10_005))]
    assert [row["bytes"] for row in table["image"]] == [jpeg(n) for n in (*range(5), *range(10_000, 10_005))]
    assert table["image"][7]["path"] == "000010002.jpg"


@pytest.mark.usefixtures("key")
def test_rows_without_a_caption_are_null_or_left_out(loopback: Teacher, tmp_path: Path) -> None:
    loopback.set(faults={"length": 0.4})
    made = (hf_parquet(tmp_path / "d", 1, 12), None)
    succeeds(*arguments(made, loopback, tmp_path / "run", "--set", "attempts=[teacher]"))
    rejected = {row["context"]: row["reason"] for row in rows(tmp_path / "run", "rejected")}
    assert set(rejected.values()) == {"reply:length"}
    assert 0 < len(rejected) < 12
    table = dataset(tmp_path / "run", tmp_path / "out")
    assert table.num_rows == 12
    assert sum(new is None for new in table["recaption"]) == len(rejected)
    assert table["caption"][:] == [caption(n) for n in range(12)]
    left = dataset(tmp_path / "run", tmp_path / "left", "uncaptioned=leave_out")
    assert left.num_rows == 12 - len(rejected)
    assert None not in left["recaption"][:]


@pytest.mark.usefixtures("key")
def test_a_broken_picture_is_one_rows_fault(loopback: Teacher, tmp_path: Path) -> None:
    root = folder(tmp_path / "d", 6)
    (root / "p000.jpg").write_bytes(b"")
    (root / "p001.jpg").write_bytes(jpeg(1)[:200])
    (root / "p003.jpg").write_bytes(b"no picture at all" * 50)
    succeeds(*arguments((root, None), loopback, tmp_path / "run"))
    assert {row["context"] for row in rows(tmp_path / "run", "rejected")} == {"p000.jpg", "p001.jpg", "p003.jpg"}
    table = dataset(tmp_path / "run", tmp_path / "out", "images=embed")
    assert [bool(new) for new in table["recaption"]] == [False, False, False, True, True, True]
    assert table["image"][2] == {"bytes": b"no picture at all" * 50, "path": "p003.jpg"}
    assert table["image"][0] == {"bytes": None, "path": "p000.jpg"}


@pytest.mark.usefixtures("key")
def test_two_styles_make_two_columns(loopback: Teacher, tmp_path: Path) -> None:
    short = "tasks.short={use: recaption, style: short, max_tokens: 64}"
    given = arguments((folder(tmp_path / "d", 4), None), loopback, tmp_path / "run", "--set", short)
    assert asked(succeeds(*given)) == 8
    table = dataset(tmp_path / "run", tmp_path / "out")
    assert table.column_names == ["image", "caption", "recaption", "short"]
    succeeds("export", tmp_path / "run", "--format", "captions", "--task", "short", "--out", tmp_path / "one")
    assert not (tmp_path / "one" / "README.md").exists()


@pytest.mark.usefixtures("key")
def test_the_published_rows_of_coco118k_have_these_ids_paths_and_words(loopback: Teacher, tmp_path: Path) -> None:
    (tmp_path / "train2017").mkdir()
    images = [{"id": n, "file_name": f"{n:012d}.jpg", "width": 48, "height": 32} for n in (9, 25)]
    for n in (9, 25):
        (tmp_path / f"train2017/{n:012d}.jpg").write_bytes(jpeg(n))
    annotations = [{"id": n, "image_id": n, "caption": caption(n)} for n in (9, 25)]
    (tmp_path / "captions.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    fields = {
        "source.captions": tmp_path / "captions.json",
        "source.images": tmp_path / "train2017",
        "teacher.model": "loopback-large",
        "teacher.base_url": loopback.base_url,
        "teacher.proxy": "''",
    }
    given = [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
    succeeds("run", "llava_recap_coco118k", *given, "--out", tmp_path / "run")
    shape = ("--set", "ids=context", "--set", "prefix=coco/train2017/")
    succeeds("export", tmp_path / "run", "--format", "llava", *shape, "--out", tmp_path / "recap.json")
    first, _ = json.loads((tmp_path / "recap.json").read_text())
    assert (first["id"], first["image"]) == ("000000000009", "coco/train2017/000000000009.jpg")
    assert first["conversations"][0] == {
        "from": "human",
        "value": "<image>\nPlease generate detailed descriptions of the given image.",
    }
    assert len(first["conversations"]) == 2


@pytest.mark.slow
def test_a_dataset_of_the_hub_is_fetched_once(loopback: Teacher, tmp_path: Path) -> None:
    root = hf_parquet(tmp_path / "d", 1, 5)
    (root / "README.md").write_text("# Pictures")
    (root / "data/test-00000-of-00001.parquet").write_bytes(b"never fetched")
    with hub("somebody/pictures", root) as there:
        home = {"HF_ENDPOINT": there.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}
        given = arguments((Path("somebody/pictures"), None), loopback, tmp_path / "run")
        unsaid = ended(start(*given, **home))
        assert (unsaid.code, there.fetched) == (2, [])
        assert "somebody/pictures: has the splits test, train; say which by --set source.split=NAME" in unsaid.err
        given += ["--set", "source.split=train"]
        first = ended(start(*given, **home))
        assert first.code == 0, first.err
        assert "somebody/pictures: a Hugging Face dataset in Parquet of 5 rows" in first.err
        assert there.fetched == ["data/train-00000-of-00001.parquet"]
        second = ended(start(*given, **home))
        assert (asked(first.err), asked(second.err)) == (5, 0)
        assert len(there.fetched) == 1
        third = ended(start(*arguments((Path("somebody/nothing"), None), loopback, tmp_path / "no"), **home))
        assert (third.code, third.err.count("\n")) == (2, 1)
        assert "cannot be fetched from the Hugging Face Hub" in third.err
    assert not (tmp_path / "no").exists()


def test_another_teacher_decodes_as_the_recipe_says(tmp_path: Path) -> None:
    photos = str(folder(tmp_path / "photos", 2))
    teacher = recaptioning(photos, teacher="vllm_server", model="org/sees").recipe.teacher
    decoding = {"temperature": 0.0, "reply_format": "plain"}
    assert (teacher.use, teacher.fields()) == ("vllm_server", {**decoding, "model": "org/sees"})
    assert recaptioning(photos, model="m").recipe.teacher.fields() == {**decoding, "model": "m"}
    assert recaptioning(photos, teacher="scripted").recipe.teacher.fields() == {}


def test_what_is_wrong_is_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    photos = folder(tmp_path / "photos", 2)
    for given, says in (
        ((tmp_path / "nowhere",), "there is no such file or folder"),
        ((tmp_path / "empty",), "holds no picture"),
        ((photos,), "--model: expected the name of a model that sees"),
        ((photos, "--model", "m", "--style", "poetic"), "there is no prompts/recaption_poetic.jinja"),
        ((photos, "--model", "m", "--teacher", "vlm"), "there is no teacher 'vlm'"),
        ((photos, "--model", "m", "--set", "tasks.recaption.stile=short"), "did you mean 'style'"),
    ):
        failed = command("recaption", *given, "--out", tmp_path / "run")
        assert failed.code == 2, failed
        assert says in failed.err
        assert failed.err.splitlines()[-1].startswith("instructgen: ")
        assert not list((tmp_path / "run").glob("*.json"))
