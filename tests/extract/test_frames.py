"""Videos encoded on the spot, red growing by the second: which frames are taken, their files, a run with them."""

import io
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageStat
from runs import command, rows, succeeds, write_recipe

from instructgen.extract.frames import FramesExtractor
from instructgen.records import Found, Image

pytestmark = pytest.mark.extras

FPS = 10


def video(seconds: int, size: tuple[int, int] = (160, 96), form: str = "mp4") -> bytes:
    """Encode a video that is black at first and red at its end."""
    import av

    data = io.BytesIO()
    with av.open(data, "w", format=form) as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(seconds * FPS):
            picture = Pillow.new("RGB", size, (round(255 * number / (seconds * FPS)), 0, 0))
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return data.getvalue()


def frames(extractor: FramesExtractor, data: bytes) -> tuple[Image, ...]:
    (found,) = extractor.look([data])
    assert isinstance(found, Found) and found.frames is not None
    return found.frames


def redness(file: Path) -> float:
    with Pillow.open(file) as picture:
        return ImageStat.Stat(picture.convert("RGB")).mean[0] / 255


def test_frames_are_spread_evenly_and_show_their_second(tmp_path: Path) -> None:
    for number, seconds in ((1, 40), (4, 40), (8, 4)):
        found = frames(FramesExtractor(folder=tmp_path, number=number), video(seconds))
        middles = [seconds * (n + 0.5) / number for n in range(number)]
        assert [frame.seconds for frame in found] == pytest.approx(middles, abs=1 / FPS)
        assert [redness(tmp_path / (f.path or "")) * seconds for f in found] == pytest.approx(middles, abs=seconds / 30)


def test_one_every_so_many_seconds(tmp_path: Path) -> None:
    found = frames(FramesExtractor(folder=tmp_path, every=2.5), video(9, form="matroska"))
    assert [frame.seconds for frame in found] == [0, 2.5, 5, 7.5]


def test_a_video_with_fewer_frames_gives_each_once(tmp_path: Path) -> None:
    seconds = [frame.seconds or 0 for frame in frames(FramesExtractor(folder=tmp_path, number=50), video(1))]
    assert seconds == sorted(set(seconds)) and FPS - 2 < len(seconds) <= FPS


def test_large_frames_are_shrunk(tmp_path: Path) -> None:
    found = frames(FramesExtractor(folder=tmp_path, number=1, longest_side=80), video(1))
    assert (found[0].width, found[0].height) == (80, 48)


def test_frames_that_are_there_are_not_decoded_again_and_are_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    here, there = FramesExtractor(folder=tmp_path / "here"), FramesExtractor(folder=tmp_path / "there")
    data = video(2)
    found = frames(here, data)
    times = {file: file.stat().st_mtime_ns for file in (tmp_path / "here").rglob("*.jpg")}
    assert frames(here, data) == found == frames(there, data)
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "here").rglob("*.jpg")} == times
    for frame in found:
        assert (tmp_path / "here" / (frame.path or "")).read_bytes() == (
            tmp_path / "there" / (frame.path or "")
        ).read_bytes()


@pytest.mark.parametrize("data", [b"", b"no video", video.__doc__.encode() if video.__doc__ else b""])
def test_what_is_no_video_is_a_fault_and_leaves_nothing(tmp_path: Path, data: bytes) -> None:
    (fault,) = FramesExtractor(folder=tmp_path).look([data])
    assert getattr(fault, "reason", "") == "bad_video"
    assert not [file for file in tmp_path.rglob("*") if file.is_file() or file.name.endswith(".tmp")]


def test_a_run_has_the_frames_in_the_videos_place_and_what_follows_looks_at_them(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    for seconds in (2, 4):
        (tmp_path / "clips" / f"{seconds}.mp4").write_bytes(video(seconds))
        (tmp_path / "clips" / f"{seconds}.txt").write_text("A curtain turns red.\n")
    (tmp_path / "clips" / "broken.mp4").write_bytes(video(2)[:900])
    colour = {"use": "extract_colour:ColourExtractor", "ledger": str(tmp_path / "ledger")}
    tree = {
        "source": {"use": "folder", "images": "clips", "endings": [".mp4"]},
        "extract": {"frames": {"folder": "frames", "number": 2}, "colour": colour},
        "teacher": {"use": "scripted", "replies": ["A curtain turns red."]},
        "tasks": {"detail": {"use": "prompted", "form": "description"}},
        "output": {"images": "bytes"},
    }
    recipe = write_recipe(tmp_path / "recipe.yaml", tree)
    succeeds("run", recipe, "--out", tmp_path / "run")
    short, long, broken = rows(tmp_path / "run", "contexts")
    assert [image["seconds"] for image in short["images"]] == [0.5, 1.5]
    assert [image["seconds"] for image in long["images"]] == [1, 3]
    assert [p["seconds"] for p in long["passages"]] == [1, 3]
    assert (broken["kind"], broken["reason"]) == ("fault", "bad_video")
    samples = rows(tmp_path / "run", "samples")
    assert samples and all(len(sample["images"]) == 2 for sample in samples)
    assert all(image["bytes"].startswith(b"\xff\xd8") for sample in samples for image in sample["images"])
    assert command("run", recipe, "--out", tmp_path / "run").code == 0
