"""A request's form and a context in; a correct, plainly worded reply by rule out, with no model.

The reply is drawn from what boxes show and captions say; what cannot be told safely is not told. Only the form, the
slot and the context are looked at, so that the same slot always gets the same reply.
"""

from datetime import UTC, datetime
from random import Random
from typing import ClassVar

from pydantic import PrivateAttr

from ...component import Component
from ...digests import digest as digest_of
from ...digests import plain
from ...errors import Declined
from ...forms import pairs_reply, reply_text
from ...records import Completion, Context, Reply, Request, Slot, Turn
from .box_questions import box_candidates
from .caption_facts import CaptionFacts, read_captions
from .caption_questions import caption_candidates
from .description import describe
from .dialogue import deal
from .reasoning import reasoning_candidates
from .scene import Scene, read_boxes
from .wordings import read_wordings

_REMEMBERED = 8


class GroundedTeacher(Component):
    """The built-in teacher: writes from captions and boxes by rule, without a model or a key."""

    name: ClassVar[str] = "grounded"
    version: ClassVar[int] = 2

    _read: list[tuple[Context, CaptionFacts, Scene]] = PrivateAttr(default_factory=list)

    def identity(self, request: Request, context: Context) -> dict[str, object]:  # noqa: ARG002
        """Give name, version and a digest of the context without its row and its images' sizes and times."""
        seen = {
            "id": context.id,
            "images": [{k: v for k, v in i.__dict__.items() if k not in ("size", "mtime_ns")} for i in context.images],
            "captions": context.captions,
            "boxes": plain(context.boxes),
            "passages": plain(context.passages),
        }
        return {"use": self.name, "version": self.version, "context": digest_of(seen)}

    async def complete(self, slot: Slot, digest: str, request: Request, context: Context) -> Completion:
        """Write the reply that ``slot`` always gets; its finish is ``declined`` where the context holds too little."""
        try:
            text, finish = reply_text(request.form, self.reply(slot, request.form, context), structured=True), "stop"
        except Declined as declined:
            text, finish = str(declined), "declined"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Completion(slot=slot, digest=digest, text=text, finish=finish, model=self.name, usd=0.0, at=now)

    def reply(self, slot: Slot, form: str, context: Context) -> Reply:
        """Write the typed reply; raises Declined."""
        if len(context.images) > 1:
            raise Declined("several_pictures", "the grounded teacher writes about one picture at a time")
        facts, scene = self._understood(context)
        draw = Random(f"{slot.context}:{slot.asker}:{slot.attempt}:{slot.round}:{form}")
        if form == "description":
            text = describe(facts, scene, slot.position, draw)
            if not text:
                raise Declined("too_little_context", "captions and boxes give fewer than two sentences")
            return Reply(turns=(Turn(role="gpt", text=text),))
        if form == "dialogue":
            candidates = caption_candidates(facts, draw) + box_candidates(scene, draw)
            pairs = deal(candidates, read_wordings("captions", "boxes"), (3, 5), slot.position + 1, draw)
        elif form == "single_question":
            candidates = reasoning_candidates(facts, scene, draw)
            pairs = deal(candidates, read_wordings("reasoning"), (1, 1), slot.position + 1, draw)
        else:
            raise Declined("unknown_form", f"the grounded teacher does not write the form '{form}'")
        if not pairs:
            raise Declined("too_little_context", f"captions and boxes do not hold enough for a {form}")
        return pairs_reply(pairs)

    def settled(self) -> dict[str, str]:
        """Give nothing: there is no server."""
        return {}

    def width(self) -> int:
        """One: it answers without waiting."""
        return 1

    async def close(self) -> None:
        """Do nothing: there are no connections."""

    def _understood(self, context: Context) -> tuple[CaptionFacts, Scene]:
        for known, facts, scene in self._read:
            if known is context:
                return facts, scene
        facts = read_captions(context)
        scene = read_boxes(context, facts)
        self._read.append((context, facts, scene))
        del self._read[:-_REMEMBERED]
        return facts, scene
