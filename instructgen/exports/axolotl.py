"""Samples in; JSON Lines for Axolotl's ``chat_template`` datasets out.

Pictures are parts of the content: of an ``images`` column Axolotl uses only the first, and puts it behind the text. A
URL stands under ``path``, too, so that all rows have the same keys.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..records import Sample
from .content_parts import messages
from .folder_exports import LinesExport
from .rows import Json


class AxolotlExport(LinesExport):
    """Writes ``messages``, in whose content pictures are parts of their own."""

    name: ClassVar[str] = "axolotl"
    version: ClassVar[int] = 1

    def _row(self, sample: Sample, rejected: str | None, paths: Sequence[str]) -> Mapping[str, Json]:
        del rejected
        return {"messages": messages(sample.turns, [{"type": "image", "path": path} for path in paths])}
