"""A list of replies in a file or in the recipe in; completions out, without a model: for dry runs and examples.

The file is YAML or JSON: a list of replies, or a mapping with any of ``slots`` (by ``context/asker/attempt/round/
position``, or any head of it), ``digests`` (by a request's digest) and ``list``. A reply is a text, or a mapping with
``text`` and perhaps ``finish`` and ``thoughts``. A digest wins over a slot, a longer slot over a shorter one, and what
neither names is answered from the list, in the order of asking.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, TypeAdapter, ValidationError, model_validator

from ..component import Component, explain_validation
from ..digests import digest_bytes
from ..errors import RequestRefused, SetupError, TeacherStop
from ..records import Completion, Context, Request, Slot


class ScriptedReply(BaseModel):
    """One reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    finish: str = "stop"
    thoughts: str | None = None


class Script(BaseModel):
    """All replies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: dict[str, str | ScriptedReply] = {}
    digests: dict[str, str | ScriptedReply] = {}
    list: tuple[str | ScriptedReply, ...] = ()


class Scripted(Component):
    """Answers from a list."""

    name: ClassVar[str] = "scripted"
    version: ClassVar[int] = 1

    file: Path | None = None
    """YAML or JSON file of replies."""
    replies: tuple[str, ...] = ()
    """Replies written into the recipe, instead of a file."""
    at_end: Literal["cycle", "stop", "refuse"] = "cycle"
    """When the list is used up: begin anew, stop the run, or refuse the request."""
    latency_ms: float = Field(default=0.0, ge=0)
    """Milliseconds that an answer takes."""

    _next: int = PrivateAttr(default=0)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.file is None) == (not self.replies):
            raise ValueError("give either 'file' or 'replies'")
        return self

    def identity(self, request: Request, context: Context) -> Mapping[str, object]:  # noqa: ARG002
        """Give the digest of the replies."""
        return {"script": _read(self.file)[1] if self.file else digest_bytes(repr(self.replies).encode())}

    async def complete(
        self,
        slot: Slot,
        digest: str,
        request: Request,  # noqa: ARG002
        context: Context,  # noqa: ARG002
    ) -> Completion:
        """Give the reply that the script has. Raises SetupError for a bad file, TeacherStop at the list's end."""
        script = _read(self.file)[0] if self.file else Script(list=self.replies)
        found = script.digests.get(digest) or self._by_slot(script, slot) or self._in_turn(script)
        reply = ScriptedReply(text=found) if isinstance(found, str) else found
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        return Completion(
            slot=slot,
            digest=digest,
            text=reply.text,
            thoughts=reply.thoughts,
            finish=reply.finish,
            model="scripted",
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )

    def width(self) -> int:
        """Give 1 without latency, else enough to overlap."""
        return 64 if self.latency_ms else 1

    def settled(self) -> Mapping[str, str]:
        """Nothing is to be settled."""
        return {}

    async def close(self) -> None:
        """Nothing is open."""

    @staticmethod
    def _by_slot(script: Script, slot: Slot) -> str | ScriptedReply | None:
        steps = [slot.context, slot.asker, str(slot.attempt), str(slot.round), str(slot.position)]
        heads = ("/".join(steps[:n]) for n in range(len(steps), 0, -1))
        return next((script.slots[head] for head in heads if head in script.slots), None)

    def _in_turn(self, script: Script) -> str | ScriptedReply:
        number, self._next = self._next, self._next + 1
        if number < len(script.list):
            return script.list[number]
        if not script.list or self.at_end == "refuse":
            raise RequestRefused("no_scripted_reply", "the script names neither this slot nor this digest")
        if self.at_end == "stop":
            raise TeacherStop(f"the script's {len(script.list)} replies are used up; add some, or set at_end: cycle")
        return script.list[number % len(script.list)]


@lru_cache(maxsize=8)
def _read(file: Path) -> tuple[Script, str]:
    try:
        data = file.read_bytes()
        given = yaml.safe_load(data)
    except (OSError, yaml.YAMLError) as error:
        raise SetupError(f"{file}: cannot be read as YAML ({' '.join(str(error).split())[:200]})") from None
    try:
        script = TypeAdapter(Script).validate_python({"list": given} if isinstance(given, list) else given)
    except ValidationError as error:
        raise SetupError(f"{file}: {explain_validation(error, Script)}") from None
    return script, digest_bytes(data)
