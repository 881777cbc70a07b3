"""The file in which findings are kept: several processes, damage, bounds, places that cannot be written."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from instructgen.found_cache import FoundCache, cache_folder
from instructgen.records import Box, Found, Image, Passage

IDENTITY = {"use": "eye", "version": 1}
FOUND = Found(
    boxes=(Box(label="dog", x1=0.1, y1=0.2, x2=0.3, y2=0.4, score=0.9),),
    passages=(Passage(kind="ocr", text="MAIN STREET", box=(0.1, 0.2, 0.3, 0.4)),),
)


def kept(most: int = 100, identity: dict[str, object] | None = None) -> FoundCache[Found]:
    return FoundCache("eye", identity or dict(IDENTITY), Found, most)


def test_findings_come_back_as_they_were() -> None:
    frames = Found(frames=(Image(path="a.jpg", seconds=1.5),))
    with kept() as cache:
        cache.keep({"a": FOUND, "b": Found(), "c": frames})
    with kept() as cache:
        assert cache.find(["a", "b", "c", "d"]) == {"a": FOUND, "b": Found(), "c": frames}
        assert not cache.notes


def test_each_identity_has_a_file_of_its_own() -> None:
    with kept() as cache:
        cache.keep({"a": FOUND})
    with kept(identity=IDENTITY | {"version": 2}) as other:
        assert other.path != cache.path and other.find(["a"]) == {}


def test_without_an_identity_nothing_is_kept(tmp_path: Path) -> None:
    with FoundCache("eye", None, Found) as cache:
        cache.keep({"a": FOUND})
        assert cache.find(["a"]) == {}
    assert not (tmp_path / "cache").exists()


def test_the_oldest_are_forgotten() -> None:
    with kept(most=10) as cache:
        for number in range(25):
            cache.keep({f"p{number}": FOUND})
        assert sorted(cache.find(f"p{n}" for n in range(25))) == sorted(f"p{n}" for n in range(15, 25))


@pytest.mark.parametrize("damage", ["garbage", "middle", "row"])
def test_a_damaged_file_is_set_aside_and_never_stops_anything(damage: str) -> None:
    with kept(most=5000) as cache:
        cache.keep({f"p{n}": FOUND for n in range(2000)})
    data = bytearray(cache.path.read_bytes())
    if damage == "garbage":
        cache.path.write_bytes(b"this is no database" * 500)
    elif damage == "middle":
        data[4096:] = b"\xff" * (len(data) - 4096)
        cache.path.write_bytes(data)
    else:
        with sqlite3.connect(cache.path) as file:
            file.execute("UPDATE found SET found = '{' WHERE picture = 'p1'")
        file.close()
    with kept(most=5000) as cache:
        assert "p1" not in cache.find(["p1", "p2"])
        cache.keep({"p1": FOUND})
        assert cache.find(["p1"]) == {"p1": FOUND}
    set_aside = [path.name for path in cache.path.parent.glob("*.damaged-*")]
    assert (len(set_aside), len(cache.notes)) == ((0, 0) if damage == "row" else (1, 1))
    assert damage == "row" or ("is damaged" in cache.notes[0] and set_aside[0] in cache.notes[0])


def test_a_place_that_cannot_be_used_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INSTRUCTGEN_CACHE", str(tmp_path / "file"))
    with kept() as cache:
        cache.keep({"a": FOUND})
        assert cache.find(["a"]) == {}
        (note,) = cache.notes
        assert "cannot be used" in note


def test_processes_share_a_file() -> None:
    script = (
        "import sys; from instructgen.found_cache import FoundCache; from instructgen.records import Found\n"
        "with FoundCache('eye', {'use': 'eye', 'version': 1}, Found) as cache:\n"
        "    for n in range(100):\n"
        "        cache.keep({f'{sys.argv[1]}-{n}': Found()}); assert cache.find([f'{sys.argv[1]}-{n}'])\n"
        "    assert not cache.notes, cache.notes\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(n)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    with kept() as cache:
        assert len(cache.find(f"{w}-{n}" for w in range(3) for n in range(100))) == 300


def test_where_the_cache_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("INSTRUCTGEN_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "instructgen"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "instructgen"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder() == Path.home() / "Library" / "Caches" / "instructgen"
