"""A context in; one sample of two rounds out: first a description, then a question that goes beyond it.

A task is a generator that never does input or output. It yields requests, is sent their completions, and returns
samples; ``instructgen`` asks, journals and replays. Played again with the same completions it makes the same samples.
"""

from collections.abc import Sequence
from random import Random
from typing import ClassVar

from pydantic import Field, PrivateAttr

from instructgen.component import Component, site_of
from instructgen.errors import Declined
from instructgen.prompt import Prompt
from instructgen.protocols import Rounds
from instructgen.records import Completion, Context, Message, Origin, Request, Sample, Turn, Verdict
from instructgen.responses import read
from instructgen.seeds import read_seeds


class LookTwiceTask(Component):
    """Describe the picture, then ask and answer one question that the description leaves open."""

    name: ClassVar[str] = "look_twice"
    version: ClassVar[int] = 1

    follow_up: str = Field(
        default="Now look again. Write one question about the picture that the description does not answer, and its "
        "answer.",
        min_length=1,
    )
    """What the second request says after the description."""

    _prompt: Prompt = PrivateAttr()
    _openings: tuple[str, ...] = PrivateAttr()

    def model_post_init(self, context: object) -> None:
        """Load prompt and seeds; raises SetupError."""
        site = site_of(context)
        seeds = read_seeds(site.materials.text("seeds", site.name), f"seeds/{site.name}.yaml", "description")
        self._prompt = Prompt(site.materials.text("prompts", site.name), f"prompts/{site.name}.jinja", seeds)
        self._openings = seeds.pools["openings"]

    def own_words(self) -> Sequence[str]:
        """Give what must not turn up in a sample."""
        seeds = self._prompt.seeds.seeds
        return [self._prompt.system, self.follow_up, *(turn.text for seed in seeds for turn in seed.reply.turns)]

    def rounds(self, context: Context, attempt: int, hints: Sequence[Verdict], draw: Random) -> Rounds[list[Sample]]:
        """Ask twice; the second request holds the first reply. Raises Declined and ReplyFault."""
        if not context.images or not context.captions:
            raise Declined("poor_context", "a picture and at least one caption are needed")
        opening = draw.choice(self._openings)
        messages = self._prompt.messages(context, [verdict.hint for verdict in hints if verdict.hint])
        (first,) = yield [Request(role="teacher", messages=messages, form="description")]
        (described,) = read(first, "description")
        # Without the seeds: their replies are descriptions, and this round wants another form.
        again = (
            messages[0],
            messages[-1],
            Message(role="assistant", parts=(described.text,)),
            Message(role="user", parts=(self.follow_up,)),
        )
        (second,) = yield [Request(role="teacher", messages=again, form="single_question")]
        human = Turn(role="human", text=f"<image>\n{opening}")
        turns = (human, described, *read(second, "single_question"))
        return [self._sample(context, attempt, turns, (first, second))]

    def _sample(self, context: Context, attempt: int, turns: tuple[Turn, ...], replies: Sequence[Completion]) -> Sample:
        task = replies[0].slot.asker
        slots = tuple(f"{r.slot.attempt}/{r.slot.round}/{r.slot.position}" for r in replies)
        origin = Origin(
            context=context.id,
            task=task,
            attempt=attempt,
            teacher="teacher",
            model=replies[-1].model,
            prompt=self._prompt.digest,
            seeds=self._prompt.seeds.digest,
            slots=slots,
            requests=tuple(reply.digest for reply in replies),
        )
        return Sample(id=f"{context.id}/{task}/0", task=task, images=context.images[:1], turns=turns, origin=origin)
