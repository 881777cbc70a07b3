"""Samples in; OpenAI messages out: content parts, pictures as parts of their own.

The ``<image>`` placeholder becomes a part in its place, before or after the question's text, and does not stay in the
text, where TRL would stop at it and Axolotl would count it twice. Content is always a list of parts, for answers too,
so that a columnar loader sees one type.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from .rows import IMAGE, Joined, Json, RowsExport, each, write_rows

_ROLES = {"human": "user", "gpt": "assistant"}


class MessagesExport(RowsExport):
    """Writes ``id`` and ``messages``: a JSON array, or JSON Lines under a name in ``.jsonl``."""

    name: ClassVar[str] = "messages"
    version: ClassVar[int] = 1

    parts: Literal["image_url", "image"] = "image_url"
    """How a picture is written: ``image_url`` as in the OpenAI API, ``{"type": "image_url", "image_url": {"url": …}}``;
    ``image`` as Axolotl and transformers' chat templates read it, ``{"type": "image", "path": …}`` or ``"url"``."""

    def write(self, samples: Joined, out: Path) -> int:
        """Write all samples."""
        return write_rows(out, self._rows(samples))

    def _rows(self, samples: Joined) -> Iterator[Json]:
        for sample in each(samples):
            names = self.image_names(sample)
            pictures = [
                self._picture(name, image.path == name) for name, image in zip(names, sample.images, strict=True)
            ]
            messages: list[Json] = []
            for turn in sample.turns:
                content = _content(turn.text, pictures) if not messages else [_text(turn.text)]
                messages.append({"role": _ROLES[turn.role], "content": content})
            yield {"id": self.row_id(sample), "messages": messages}

    def _picture(self, name: str, is_path: bool) -> Json:
        if self.parts == "image_url":
            return {"type": "image_url", "image_url": {"url": name}}
        return {"type": "image", "path" if is_path else "url": name}


def _content(text: str, pictures: Sequence[Json]) -> list[Json]:
    content: list[Json] = []
    for number, words in enumerate(text.split(IMAGE)):
        if number:
            content.append(pictures[number - 1])
        if words.strip():
            content.append(_text(words.strip()))
    return content


def _text(words: str) -> Json:
    return {"type": "text", "text": words}
