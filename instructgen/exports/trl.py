"""Samples or pairs in; a folder of Parquet files as TRL's SFTTrainer and DPOTrainer read them out.

Pictures are the library's ``Image`` type, which TRL needs, over the very bytes of the files. Other trainers' loaders
compress such pictures anew; for those there are other formats.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from ..records import Turn
from .content_parts import messages
from .folder_exports import Asked, PairsExport
from .folders import DatasetFolder
from .rows import Json
from .tables import write_tables

_PICTURE: Json = {"type": "image", "text": None}


class TrlExport(PairsExport):
    """Writes ``messages`` and ``images``; of pairs ``prompt``, ``chosen``, ``rejected`` and ``images``."""

    name: ClassVar[str] = "trl"
    version: ClassVar[int] = 1

    images: Literal["embed"] = "embed"
    """The pictures' own bytes lie in the files."""

    def _fill(self, asked: Asked, folder: DatasetFolder) -> int:
        import pyarrow.parquet as pq
        from datasets import Features, Image, List, Value

        text = Value("string")
        spoken = List({"role": text, "content": List({"type": text, "text": text})})
        columns = ("prompt", "chosen", "rejected") if self.pairs else ("messages",)
        features = Features({"id": text, **dict.fromkeys(columns, spoken), "images": List(Image())})
        paths = write_tables(folder.path / "data", features.arrow_schema, self._rows(asked))
        for path in paths:
            folder.note(f"data/{path.name}")
        return sum(pq.read_metadata(path).num_rows for path in paths)

    def _rows(self, asked: Asked) -> Iterator[dict[str, Any]]:
        for sample, rejected in asked:
            names = self.image_names(sample)
            turns = messages(sample.turns, [_PICTURE] * len(names))
            row: dict[str, Any] = {"id": self.row_id(sample)}
            if rejected is None:
                row["messages"] = turns
            else:
                worse = messages([Turn(role="gpt", text=rejected)], ())
                row |= {"prompt": turns[:-1], "chosen": turns[-1:], "rejected": worse}
            pictures = [self.picture_bytes(sample.id, image) for image in sample.images]
            row["images"] = [{"bytes": data, "path": path} for data, path in zip(pictures, names, strict=True)]
            yield row
