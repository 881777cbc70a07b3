"""Samples in; tar shards as img2dataset writes them (KEY.jpg, KEY.txt, KEY.json) out.

A sample's files lie next to each other; its key is the shard's number and its own in it, without a dot, since what
follows the first dot names the field. The same samples give the same bytes.
"""

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

from pydantic import Field

from ..errors import SetupError
from ..records import Sample
from .folder_exports import Asked, FolderExport, in_files
from .folders import DatasetFolder
from .picture_files import ending
from .rows import Json, conversations


class WebDatasetExport(FolderExport):
    """Writes ``00000.tar`` and so on: of each sample its pictures, the first answer as ``txt``, and all as ``json``."""

    name: ClassVar[str] = "webdataset"
    version: ClassVar[int] = 1

    images: Literal["embed"] = "embed"
    """The pictures' own bytes lie in the shards."""
    rows_per_file: int = Field(default=5_000, ge=1, le=10_000)
    """Samples of one shard."""

    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        total = 0
        for number, some in in_files(iter(asked), self.rows_per_file):
            shard = f"{number:05d}.tar"
            with tarfile.open(folder.new(shard), "w", format=tarfile.USTAR_FORMAT) as tar:
                for place, (sample, _) in enumerate(some):
                    _add(tar, self._files(sample, f"{number:05d}{place:04d}"))
                    total += 1
            folder.note(shard)
        return total

    def _files(self, sample: Sample, key: str) -> Iterator[tuple[str, bytes]]:
        self.image_names(sample)
        fields: list[Json] = []
        for number, image in enumerate(sample.images):
            data = self.picture_bytes(sample.id, image)
            kind = ending(data, image.path or "")
            if not kind:
                raise SetupError(
                    f"sample {sample.id}: the picture {image.path!r} is no JPEG, PNG, WebP or GIF, and its name has no "
                    "ending to call it by; mend the source"
                )
            fields.append(f"{number + 1}{kind}" if number else kind[1:])
            yield f"{key}.{fields[-1]}", data
        row: dict[str, Json] = {"key": key, "id": self.row_id(sample), "task": sample.task, "images": fields}
        answer = sample.turns[1].text
        yield f"{key}.txt", answer.encode()
        row |= {"caption": answer, "conversations": conversations(sample)}
        yield f"{key}.json", json.dumps(row, ensure_ascii=False, allow_nan=False).encode()


def _add(tar: tarfile.TarFile, files: Iterable[tuple[str, bytes]]) -> None:
    for name, data in files:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
