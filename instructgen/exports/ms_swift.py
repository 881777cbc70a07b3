"""Samples or pairs in; JSON Lines as ms-swift reads them out.

ms-swift wants one ``<image>`` in the text for each of ``images``: a missing one it puts first, one too many passes
without a word. It does not find relative paths unless the environment's ``ROOT_IMAGE_DIR`` says below what.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..records import Sample
from .content_parts import ROLES
from .folder_exports import LinesExport, PairsExport
from .rows import Json


class MsSwiftExport(LinesExport, PairsExport):
    """Writes ``messages`` and ``images``; of pairs ``rejected_response`` as well."""

    name: ClassVar[str] = "ms_swift"
    version: ClassVar[int] = 1

    def _row(self, sample: Sample, rejected: str | None, paths: Sequence[str]) -> Mapping[str, Json]:
        turns: list[Json] = [{"role": ROLES[turn.role], "content": turn.text} for turn in sample.turns]
        row: dict[str, Json] = {"messages": turns, "images": list[Json](paths)}
        return row if rejected is None else {**row, "rejected_response": rejected}
