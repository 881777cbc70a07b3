"""The exports that are folders: what their rows look like, where their pictures lie, and what their digests say."""

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from export_samples import LINK, PHOTO, QUESTION, export, one, sample
from PIL import Image as Picture

from instructgen.errors import SetupError
from instructgen.protocols import Export, PairExport
from instructgen.records import Image, Pair, Sample, Turn

Row = dict[str, Any]
FIRST, SECOND = Image(path="a/one.jpg"), Image(path="two.png")
EVERY = ("trl", "llama_factory", "ms_swift", "axolotl", "webdataset", "energon")
BY_PATH = ("llama_factory", "ms_swift", "axolotl")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of images: two files, and one in a tar file."""
    images = tmp_path / "images"
    (images / "a").mkdir(parents=True)
    Picture.new("RGB", (9, 7), "red").save(images / "a" / "one.jpg", quality=95)
    Picture.new("RGB", (5, 4), "blue").save(images / "two.png")
    with tarfile.open(images / "pack.tar", "w") as tar:
        tar.add(images / "two.png", "inner.jpg")  # its name says one thing, its bytes another
    return images


def rows(out: Path) -> list[Row]:
    files = sorted((out / "data").iterdir())
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def written(name: str, root: Path | None, *samples: Sample, **fields: object) -> Path:
    out = (root.parent if root else Path()) / f"{name}.out"
    assert export(name, fields, root).write(((made, {}) for made in samples), out) == len(samples)
    return out


def pairs_of(name: str, root: Path, *pairs: Pair) -> Path:
    made: Any = export(name, {"pairs": True}, root)
    assert isinstance(made, PairExport)
    assert made.write_pairs(iter(pairs), root.parent / "pairs") == len(pairs)
    return root.parent / "pairs"


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_llama_factory_has_as_many_placeholders_as_images_and_an_entry_of_its_own(root: Path) -> None:
    out = written("llama_factory", root, sample(FIRST, SECOND), sample(number=1))
    two, none = rows(out)
    assert list(two) == ["id", "conversations", "images"]
    assert two["images"] == ["a/one.jpg", "two.png"] and two["conversations"][0]["value"].count("<image>") == 2
    assert none["images"] == [] and none["conversations"][0] == {"from": "human", "value": QUESTION}
    columns = {"messages": "conversations", "images": "images"}
    entry = {"file_name": "data", "formatting": "sharegpt", "ranking": False, "columns": columns}
    assert json.loads((out / "dataset_info.json").read_text()) == {"llama_factory.out": entry}


def test_ms_swift_has_messages_of_plain_text(root: Path) -> None:
    (row,) = rows(written("ms_swift", root, sample(FIRST), prefix="/data/"))
    assert row["images"] == ["/data/a/one.jpg"]
    assert row["messages"][:2] == [
        {"role": "user", "content": f"<image>\n{QUESTION}"},
        {"role": "assistant", "content": "A dog."},
    ]


def test_axolotl_puts_pictures_into_the_content_before_or_after_the_question(root: Path) -> None:
    made = sample(FIRST), sample(SECOND, first=f"{QUESTION}\n<image>"), sample(LINK, FIRST), sample()
    first, last, both, none = (row["messages"] for row in rows(written("axolotl", root, *made)))
    picture = {"type": "image", "path": "a/one.jpg"}
    assert [message["role"] for message in first] == ["user", "assistant", "user", "assistant"]
    assert [message["content"] for message in first[:2]] == [
        [picture, {"type": "text", "text": QUESTION}],
        [{"type": "text", "text": "A dog."}],
    ]
    assert last[0]["content"] == [{"type": "text", "text": QUESTION}, {"type": "image", "path": "two.png"}]
    assert both[0]["content"] == [{"type": "image", "path": LINK.url}, picture, {"type": "text", "text": QUESTION}]
    assert none[0]["content"] == [{"type": "text", "text": QUESTION}]


def test_trl_has_the_files_own_bytes_as_the_librarys_pictures(root: Path) -> None:
    import datasets

    out = written("trl", root, sample(FIRST, SECOND), sample(number=1))
    read = datasets.load_dataset(str(out), split="train", cache_dir=str(root.parent / "cache"))
    assert str(read.features["images"]).startswith("List(Image(")
    raw = read.cast_column("images", datasets.List(datasets.Image(decode=False)))
    assert [picture["bytes"] for picture in raw[0]["images"]] == [
        (root / name).read_bytes() for name in ("a/one.jpg", "two.png")
    ]
    assert raw[0]["messages"][0]["content"][:2] == [{"type": "image", "text": None}] * 2
    assert raw[1]["images"] == [] and raw[1]["messages"][0]["content"] == [{"type": "text", "text": QUESTION}]


@pytest.mark.parametrize("name", ["webdataset", "energon"])
def test_tar_shards_have_a_samples_files_side_by_side(name: str, root: Path) -> None:
    several = sample(SECOND, Image(path="pack.tar/inner.jpg"), FIRST, number=1)
    out = written(name, root, sample(FIRST), several, sample(number=2), rows_per_file=2)
    with tarfile.open(out / "00000.tar") as tar, tarfile.open(out / "00001.tar") as last:
        assert tar.getnames() == [
            *("000000000.jpg", "000000000.txt", "000000000.json"),
            *("000000001.png", "000000001.2.png", "000000001.3.jpg", "000000001.txt", "000000001.json"),
        ]
        assert last.getnames() == ["000010000.txt", "000010000.json"]
        read = {name: file.read() for name in tar.getnames() if (file := tar.extractfile(name))}
    assert read["000000001.2.png"] == (root / "two.png").read_bytes()
    told = json.loads(read["000000001.json"])
    assert told["images"] == ["png", "2.png", "3.jpg"] and told["id"] == several.id
    assert (told["caption"], read["000000001.txt"]) == ("A dog.", b"A dog.")
    assert [turn["value"] for turn in told["conversations"]] == [turn.text for turn in several.turns]


def test_a_picture_of_which_nothing_says_what_it_is_has_no_place_in_a_shard(root: Path) -> None:
    (root / "bare").write_bytes(b"no picture")
    with pytest.raises(SetupError, match="'bare' is no JPEG"):
        written("webdataset", root, sample(Image(path="bare")))


# ── pairs ────────────────────────────────────────────────────────────────────────────────────────────────────

BETTER = sample(FIRST)
PAIR = Pair(BETTER.model_copy(update={"id": "p#1", "turns": BETTER.turns[:2]}), "A cat.")


def test_pairs_as_llama_factory_ranks_them(root: Path) -> None:
    out = pairs_of("llama_factory", root, PAIR)
    (row,) = rows(out)
    assert row["chosen"] == {"from": "gpt", "value": "A dog."} and row["rejected"] == {"from": "gpt", "value": "A cat."}
    assert [turn["from"] for turn in row["conversations"]] == ["human"]
    entry = json.loads((out / "dataset_info.json").read_text())["pairs"]
    assert entry["ranking"] and {"chosen", "rejected"} < set(entry["columns"])


def test_pairs_as_ms_swift_and_trl_read_them(root: Path) -> None:
    (row,) = rows(pairs_of("ms_swift", root, PAIR))
    assert (row["messages"][-1]["content"], row["rejected_response"]) == ("A dog.", "A cat.")
    import pyarrow.parquet as pq

    made: Any = export("trl", {"pairs": True}, root)
    made.write_pairs(iter([PAIR]), root.parent / "trl")
    (read,) = pq.read_table(root.parent / "trl" / "data").to_pylist()
    assert [m["role"] for m in read["prompt"]] == ["user"] and len(read["images"]) == 1
    assert (read["chosen"][0]["content"][0]["text"], read["rejected"][0]["content"][0]["text"]) == ("A dog.", "A cat.")


@pytest.mark.parametrize(("rejected", "fault"), [("", "turn 2 is empty"), ("an <image>", "turn 2 holds <image>")])
def test_a_rejected_answer_that_would_be_misread_stops_the_export(rejected: str, fault: str, root: Path) -> None:
    with pytest.raises(SetupError, match=f"pair p#1: .*{fault}"):
        pairs_of("ms_swift", root, PAIR._replace(rejected=rejected))


def test_formats_that_know_no_pairs_have_no_such_field() -> None:
    for name in ("axolotl", "webdataset", "energon", "llava"):
        with pytest.raises(SetupError, match="unknown key 'pairs'"):
            export(name, {"pairs": True})


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", BY_PATH)
def test_pictures_are_copied_once_byte_for_byte_also_out_of_archives(name: str, root: Path) -> None:
    packed = sample(Image(path="pack.tar/inner.jpg"), FIRST, number=1)
    out = written(name, root, sample(FIRST), packed, images="copy")
    lines = (out / "SHA256SUMS").read_text().splitlines()
    assert [line.split("  ")[1] for line in lines[:2]] == ["images/a/one.jpg", "images/pack.tar/inner.jpg"]
    assert sum("one.jpg" in line for line in lines) == 1
    assert (out / "images/a/one.jpg").read_bytes() == (root / "a/one.jpg").read_bytes()
    assert (out / "images/pack.tar/inner.jpg").read_bytes() == (root / "two.png").read_bytes()
    assert '"images/pack.tar/inner.jpg"' in (out / "data" / "train-00000-of-00001.jsonl").read_text()


def test_the_row_of_a_table_is_copied_under_a_name_that_says_what_it_is(root: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"image": [(root / "two.png").read_bytes()]}), root / "t.parquet")
    (row,) = rows(written("ms_swift", root, sample(Image(path="t.parquet/image/0")), images="copy"))
    assert row["images"] == ["images/t.parquet/image/0.png"]
    assert (root.parent / "ms_swift.out" / row["images"][0]).read_bytes() == (root / "two.png").read_bytes()


def test_pictures_are_linked(root: Path) -> None:
    out = written("llama_factory", root, sample(FIRST), sample(FIRST, number=1), images="link")
    link = out / "images" / "a" / "one.jpg"
    assert link.is_symlink() and link.resolve() == (root / "a" / "one.jpg").resolve()
    with pytest.raises(SetupError, match="nothing can link there; export with --images copy"):
        written("ms_swift", root, sample(Image(path="pack.tar/inner.jpg")), images="link")


@pytest.mark.parametrize("name", [*BY_PATH, "llava"])
def test_a_path_into_an_archive_is_no_path_that_trainers_open(name: str, root: Path) -> None:
    with pytest.raises(SetupError, match="inside an archive, which trainers do not open; export to a folder"):
        written(name, root, sample(Image(path="pack.tar/inner.jpg")))
    assert sorted(path.name for path in root.parent.iterdir()) == ["images"]


@pytest.mark.parametrize("name", EVERY)
def test_pictures_that_cannot_be_had_stop_the_export(name: str, root: Path) -> None:
    fields = {"images": "copy"} if name in BY_PATH else {}
    for made, where, fault in (
        (sample(LINK), root, "has no file, only a URL"),
        (sample(PHOTO), root, "there is no picture"),
        (sample(FIRST), None, "the images folder is not known"),
    ):
        with pytest.raises(SetupError, match=fault):
            export(name, fields, where).write(one(made), root.parent / "out")
    missing = export(name, {**fields, "missing": "keep"}, root)
    with pytest.raises(SetupError, match=r"its picture cannot be read \(train2017"):
        missing.write(one(sample(PHOTO)), root.parent / "out")
    assert sorted(path.name for path in root.parent.iterdir()) == ["images"]


def test_llava_brings_pictures_along_in_a_folder(root: Path) -> None:
    out = written("llava", root, sample(FIRST), images="copy")
    assert json.loads((out / "train.json").read_text())[0]["image"] == "images/a/one.jpg"
    assert sums_hold(out) and (out / "images/a/one.jpg").is_file()
    with pytest.raises(SetupError, match=r"rows\.json: pictures go into a folder beside the rows"):
        export("llava", {"images": "copy"}, root).write(one(sample(FIRST)), root.parent / "rows.json")


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────


def sums_hold(out: Path) -> bool:
    told = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=out, check=False)
    listed = {line.split("  ", 1)[1] for line in (out / "SHA256SUMS").read_text().splitlines()}
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    return told.returncode == 0 and listed == files - {"SHA256SUMS"}


@pytest.mark.parametrize("name", EVERY)
def test_every_file_has_its_digest_and_the_same_samples_give_the_same_files(name: str, root: Path) -> None:
    fields: Row = {} if name == "trl" else {"rows_per_file": 2}
    fields |= {"images": "copy"} if name in BY_PATH else {}
    outs = []
    for place in ("a", "b"):
        made: Export = export(name, fields, root)
        out = root.parent / place / "set"
        assert made.write(((sample(FIRST, number=n), {}) for n in range(5)), out) == 5
        outs.append(out)
    assert all(map(sums_hold, outs))
    assert outs[0].joinpath("SHA256SUMS").read_bytes() == outs[1].joinpath("SHA256SUMS").read_bytes()
    assert [path.name for path in outs[0].parent.iterdir()] == ["set"]


@pytest.mark.parametrize(
    ("shown", "size", "files"),
    [
        ((), 2, ["0", "12", "34"]),
        ((4,), 2, ["40123"]),  # one file, so that none begins without a picture
        ((3, 4), 2, ["30", "412"]),
        ((0, 2, 4), 2, ["0", "21", "43"]),
        ((0, 1, 2, 3, 4), 5, ["01234"]),
    ],
)
def test_every_file_begins_with_a_picture_where_there_are_enough(
    shown: tuple[int, ...], size: int, files: list[str], root: Path
) -> None:
    made = (sample(*((FIRST,) if n in shown else ()), number=n) for n in range(5))
    out = written("ms_swift", root, *made, rows_per_file=size)
    found = sorted((out / "data").iterdir())
    assert [path.name for path in found] == [f"train-{n:05d}-of-{len(files):05d}.jsonl" for n in range(len(files))]
    lines = ([json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in found)
    assert ["".join(row["id"].split("/")[0][-1] for row in rows) for rows in lines] == files


def test_names_that_sha256sum_escapes(root: Path) -> None:
    odd = Image(path="a\\b\nc.jpg")
    (root / str(odd.path)).write_bytes((root / "a" / "one.jpg").read_bytes())
    out = written("ms_swift", root, sample(odd), images="copy")
    assert (out / "SHA256SUMS").read_text().startswith("\\")
    assert subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=out).returncode == 0


@pytest.mark.parametrize("name", EVERY)
def test_a_folder_in_use_and_an_empty_set_are_refused(name: str, root: Path) -> None:
    out = written(name, root, sample(FIRST))
    with pytest.raises(SetupError, match="not empty; give another name, or export with overwrite=true"):
        export(name, root=root).write(one(sample(FIRST)), out)
    with pytest.raises(SetupError, match="there are no samples to export"):
        export(name, {"overwrite": True}, root).write(iter(()), out)
    assert export(name, {"overwrite": True}, root).write(one(sample(FIRST)), out) == 1
    assert sums_hold(out)


def test_turns_after_the_first_are_left_as_they_are(root: Path) -> None:
    turns = (Turn(role="human", text="  Two  blanks\n"), Turn(role="gpt", text=" And\n\nlines. "))
    made = sample().model_copy(update={"turns": turns})
    (row,) = rows(written("axolotl", root, made))
    assert [m["content"][0]["text"] for m in row["messages"]] == [turn.text for turn in turns]
