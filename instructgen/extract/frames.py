"""A video in; frames of it out, written as JPEG files and named by their seconds.

A video's frames lie in a folder named after the digest of its bytes and of the fields that shape them. It takes that
name when it is whole, so that frames which are there are not decoded again, and are the same for every run.
"""

import io
import math
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..component import PLACEMENT, Component
from ..digests import digest, digest_bytes
from ..errors import RecordError, SetupError
from ..records import Context, Found, Image
from .decoding import need

_LEAP = 10.0
"""Seconds to the next wanted frame from which on the decoder jumps to the key frame before it."""


class FramesExtractor(Component):
    """Puts frames in the place of videos (PyAV, FFmpeg's libraries).

    The contexts' images must be videos, as ``folder`` gives them with ``endings: [.mp4]``. Extractors that follow look
    at the frames.
    """

    name: ClassVar[str] = "frames"
    version: ClassVar[int] = 1

    folder: Annotated[Path, PLACEMENT]
    """Where the frames are written. The images of contexts are relative to it: keep it as long as the run."""
    number: int = Field(default=8, ge=1, le=1000)
    """Frames a video, spread evenly: the middles of as many equal parts."""
    every: float | None = Field(default=None, gt=0)
    """Seconds from a frame to the next, from the first on, in place of ``number``."""
    longest_side: int = Field(default=1024, ge=16)
    """Pixels; larger frames are shrunk."""
    quality: int = Field(default=90, ge=1, le=95)
    """Of the JPEG files."""
    threads: Annotated[int, PLACEMENT] = Field(default=2, ge=1)
    """Videos decoded at once; each is held in memory whole."""

    @property
    def batch(self) -> int:
        """Give one."""
        return 1

    def identity(self) -> None:
        """Give nothing: frames that are there are found in their folder."""
        need(self.name, "av")

    def looks_at(self, context: Context) -> bool:
        """Tell whether there is a video."""
        return bool(context.images)

    def image_root(self) -> Path:
        """Give the folder of the frames."""
        return self.folder

    def stamp(self) -> Mapping[str, str]:
        """Give nothing: there are no other files."""
        return {}

    def look(self, pictures: Sequence[bytes]) -> list[Found | RecordError]:
        """Give each video's frames."""
        return [self._one(data) for data in pictures]

    def _one(self, data: bytes) -> Found | RecordError:
        name = digest_bytes(f"{digest(self.shaping())}{digest_bytes(data)}".encode())
        place = self.folder / name[:2] / name
        try:
            if not place.is_dir():
                self._write(data, place)
            return Found(frames=tuple(_frame(file, self.folder) for file in sorted(place.glob("*.jpg"))))
        except RecordError as error:
            return error
        except OSError as error:
            raise SetupError(f"extract: frames: {place}: cannot be written ({error.strerror or error})") from None

    def _write(self, data: bytes, place: Path) -> None:
        """Write a video's frames into a folder that takes its name when it is whole."""
        unready = place.with_name(f".{place.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        shutil.rmtree(unready, ignore_errors=True)
        unready.mkdir(parents=True)
        try:
            for seconds, picture in self._frames(data):
                picture.thumbnail((self.longest_side, self.longest_side))
                with (unready / f"{seconds:010.3f}.jpg").open("wb") as file:
                    picture.save(file, "JPEG", quality=self.quality)
                    file.flush()
                    os.fsync(file.fileno())
            if not any(unready.iterdir()):
                raise RecordError("bad_video", "holds no frame that can be decoded")
            try:
                unready.rename(place)
            except OSError:  # another run was quicker
                if not place.is_dir():
                    raise
        finally:
            shutil.rmtree(unready, ignore_errors=True)

    def _frames(self, data: bytes) -> Iterator[tuple[float, Any]]:
        import av

        try:
            with av.open(io.BytesIO(data)) as container:
                if not container.streams.video:
                    raise RecordError("bad_video", "holds no pictures")
                yield from _picked(container, self._wanted(_length(data)))
        except (av.FFmpegError, ValueError, EOFError) as error:
            raise RecordError("bad_video", f"cannot be decoded ({' '.join(str(error).split())[:150]})") from None

    def _wanted(self, length: float) -> list[float]:
        """Give the seconds from the video's start of which frames are wanted."""
        if self.every is None:
            return [length * (n + 0.5) / self.number for n in range(self.number)]
        return [n * self.every for n in range(max(1, math.ceil(length / self.every)))]


def _length(data: bytes) -> float:
    """Give the seconds from the first frame to the end of the last, from the packets: no header's word is needed."""
    import av

    first, last = None, 0.0
    with av.open(io.BytesIO(data)) as container:
        for packet in container.demux(container.streams.video[0]):
            if packet.pts is None:
                continue
            start = float(packet.pts * packet.time_base)
            first = start if first is None else min(first, start)
            last = max(last, start + float((packet.duration or 0) * packet.time_base))
    if first is None:
        raise RecordError("bad_video", "holds no frame with a time")
    return last - first


def _picked(container: Any, wanted: Sequence[float]) -> Iterator[tuple[float, Any]]:
    """Give, for each wanted second, the first frame that is not before it, or the last there is; each once."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    begin = None
    given, frame = -1.0, None
    frames = container.decode(stream)
    for target in wanted:
        if begin is not None and target - given > _LEAP:
            container.seek(int((begin + target) / stream.time_base), stream=stream)
            frames = container.decode(stream)
            frame = None
        while frame is None or frame.time is None or frame.time - begin < target - 1e-6:
            following = next(frames, None)
            if following is None:
                break
            frame = following
            begin = frame.time if begin is None else begin
        if frame is not None and frame.time is not None and frame.time - begin > given:
            given = frame.time - begin
            yield round(given, 3), _upright(frame)


def _upright(frame: Any) -> Any:
    """Give a frame as Pillow's picture, turned as the video says."""
    picture = frame.to_image()
    turned = int(getattr(frame, "rotation", 0) or 0) % 360
    return picture.rotate(turned, expand=True) if turned else picture


def _frame(file: Path, root: Path) -> Image:
    from PIL import Image as Pillow

    with Pillow.open(file) as picture:
        width, height = picture.size
    return Image(path=file.relative_to(root).as_posix(), width=width, height=height, seconds=float(file.stem))
