"""A teacher's pictures: read once, encoded once, sent by address where the server may read them."""

import asyncio
import base64
import io
import json
import tarfile
from pathlib import Path

import pytest
from PIL import Image as Pillow

from instructgen.errors import RequestRefused, TeacherStop
from instructgen.pictures.fit import Limits
from instructgen.records import Image
from instructgen.teachers import pictures as module
from instructgen.teachers.pictures import Pictures

LIMITS = Limits(10**6, 200)


def jpeg(size: tuple[int, int] = (60, 40), colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


async def prepared(pictures: Pictures, *paths: str) -> tuple[list[dict[str, object]], list[str]]:
    """Prepare pictures as the teacher does; give their identities and URLs."""
    images = [Image(path=path) for path in paths]
    await pictures.read_ahead(images)
    digests, urls = pictures.digests(images), await pictures.urls(images)
    return digests, [json.loads(bytes(urls[image])) for image in images]


def sent(pictures: Pictures, *paths: str) -> list[str]:
    return asyncio.run(prepared(pictures, *paths))[1]


def bytes_of(url: str) -> tuple[str, bytes]:
    kind, _, data = url.removeprefix("data:").partition(";base64,")
    return kind, base64.b64decode(data)


def test_a_picture_is_read_once_for_its_identity_and_for_sending(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "large.jpg").write_bytes(jpeg((900, 600)))

    async def read_then_sent() -> list[str]:
        pictures, images = Pictures(tmp_path, LIMITS), [Image(path="a.jpg"), Image(path="large.jpg")]
        await pictures.read_ahead(images)
        for file in tmp_path.iterdir():
            file.unlink()
        pictures.digests(images)
        return [json.loads(bytes(url)) for url in (await pictures.urls(images)).values()]

    whole, shrunk = map(bytes_of, asyncio.run(read_then_sent()))
    assert whole == ("image/jpeg", jpeg())
    with Pillow.open(io.BytesIO(shrunk[1])) as copy:
        assert copy.size == (200, 133)


def test_many_tasks_that_ask_about_a_picture_have_it_read_and_encoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large.jpg").write_bytes(jpeg((900, 600)))
    done, read, fit = list[str](), Pictures._read, Pictures._fit

    def reading(pictures: Pictures, image: Image, path: str) -> module._Held:
        done.append("read")
        return read(pictures, image, path)

    def fitting(pictures: Pictures, held: module._Held, image: Image, path: str) -> module._Held:
        done.append("fit")
        return fit(pictures, held, image, path)

    monkeypatch.setattr(Pictures, "_read", reading)
    monkeypatch.setattr(Pictures, "_fit", fitting)

    async def together() -> list[list[str]]:
        pictures = Pictures(tmp_path, LIMITS)
        return [urls for _, urls in await asyncio.gather(*[prepared(pictures, "large.jpg") for _ in range(20)])]

    assert len({urls[0] for urls in asyncio.run(together())}) == 1
    assert done == ["read", "fit"]


def test_what_is_kept_is_bounded_and_what_was_dropped_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_KEPT", 5000)
    names = [f"{n}.jpg" for n in range(20)]
    for n, name in enumerate(names):
        (tmp_path / name).write_bytes(jpeg((20 + n, 40)))

    async def all_read_first() -> tuple[list[str], Pictures]:
        pictures, images = Pictures(tmp_path, LIMITS), [Image(path=name) for name in names]
        await pictures.read_ahead(images)
        pictures.digests(images)
        return [json.loads(bytes(url)) for url in (await pictures.urls(images)).values()], pictures

    urls, pictures = asyncio.run(all_read_first())
    assert [bytes_of(url)[1] for url in urls] == [jpeg((20 + n, 40)) for n in range(20)]
    assert 0 < pictures._held_bytes <= 5000
    assert pictures._held_bytes == sum(len(held.data) + module._ENTRY for held in pictures._held.values())


def test_a_broken_picture_has_an_identity_and_is_refused_when_it_is_sent(tmp_path: Path) -> None:
    (tmp_path / "cut.jpg").write_bytes(jpeg()[:-50])
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 90)

    async def both_ways(name: str) -> str:
        pictures, images = Pictures(tmp_path, LIMITS), [Image(path=name)]
        await pictures.read_ahead(images)
        assert pictures.digests(images)[0]["bytes"]
        for _ in range(2):
            with pytest.raises(RequestRefused) as refused:
                await pictures.urls(images)
        return refused.value.reason

    assert asyncio.run(both_ways("cut.jpg")) == "bad_image_cut_off"
    assert asyncio.run(both_ways("bad.png")) == "bad_image_damaged"


def test_a_missing_picture_is_refused_before_it_has_an_identity(tmp_path: Path) -> None:
    with pytest.raises(RequestRefused, match="bad_image_missing"):
        asyncio.run(Pictures(tmp_path, LIMITS).read_ahead([Image(path="none.jpg")]))
    with pytest.raises(RequestRefused, match="bad_image_missing"):
        Pictures(tmp_path, LIMITS).digests([Image(path="none.jpg")])


def test_identities_are_the_same_ahead_or_at_once_and_tell_limits_apart(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    image = [Image(path="a.jpg")]
    plain = Pictures(tmp_path, LIMITS).digests(image)
    assert asyncio.run(prepared(Pictures(tmp_path, LIMITS, tmp_path), "a.jpg"))[0] == plain
    assert Pictures(tmp_path, LIMITS._replace(verify=True)).digests(image) == plain
    assert Pictures(tmp_path, LIMITS._replace(longest_side=100)).digests(image) != plain
    assert Pictures(tmp_path, LIMITS._replace(most_pixels=10**6)).digests(image) != plain
    assert "max_pixels" not in plain[0]


# ── by address ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder that the server may read, with a picture of each kind, and one outside of it."""
    folder = tmp_path / "sh äre%d"
    folder.mkdir()
    (folder / "a b.jpg").write_bytes(jpeg())
    (folder / "large.jpg").write_bytes(jpeg((900, 600)))
    (tmp_path / "own.jpg").write_bytes(jpeg())
    (folder / "link.jpg").symlink_to(tmp_path / "own.jpg")
    with tarfile.open(folder / "0.tar", "w") as tar:
        entry = tarfile.TarInfo("a.jpg")
        entry.size = len(jpeg())
        tar.addfile(entry, io.BytesIO(jpeg()))
    return folder


@pytest.mark.parametrize("verify", [False, True])
def test_only_what_is_sent_unchanged_and_lies_as_a_file_of_its_own_goes_by_address(shared: Path, verify: bool) -> None:
    pictures = Pictures(shared.parent, LIMITS._replace(verify=verify), shared)
    names = ["a b.jpg", "large.jpg", "link.jpg", "0.tar/a.jpg"]
    found = sent(pictures, *[f"{shared.name}/{name}" for name in names], "own.jpg")
    assert found[0] == (shared / "a b.jpg").as_uri()
    assert "%20" in found[0] and "%25" in found[0] and found[0].isascii()
    assert [url[:23] for url in found[1:]] == ["data:image/jpeg;base64,"] * 4
    assert bytes_of(found[3])[1] == jpeg()


def test_a_folder_beside_with_a_longer_name_is_not_the_shared_one(shared: Path) -> None:
    (shared.parent / "sh äre%d2").mkdir()
    (shared.parent / "sh äre%d2/a.jpg").write_bytes(jpeg())
    assert sent(Pictures(shared.parent, LIMITS, shared), "sh äre%d2/a.jpg")[0].startswith("data:")


def test_a_shared_folder_that_is_not_there_stops_the_run(shared: Path) -> None:
    with pytest.raises(TeacherStop, match=r"local_media: there is no folder .*/none"):
        sent(Pictures(shared, LIMITS, shared / "none"), "a b.jpg")


# ── the loop stays free ──────────────────────────────────────────────────────────────────────────────────────


def test_the_event_loop_goes_on_while_pictures_are_encoded(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(4)]
    for name in names:
        Pillow.effect_noise((1500, 1500), 90).convert("RGB").save(tmp_path / name, compress_level=1)

    async def longest_pause() -> tuple[float, float]:
        pictures, loop = Pictures(tmp_path, LIMITS), asyncio.get_running_loop()
        began, pauses = loop.time(), [0.0]
        work = asyncio.gather(*[prepared(pictures, name) for name in names])
        while not work.done():
            before = loop.time()
            await asyncio.sleep(0.001)
            pauses.append(loop.time() - before)
        await work
        return sorted(pauses)[-3], loop.time() - began

    pause, whole = asyncio.run(longest_pause())
    assert pause < whole / 3
