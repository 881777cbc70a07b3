"""A context in; requests made of a prompt and seeds, and samples made of the replies, out.

Most of the family is this one task with another prompt, other seeds and another form.
"""

from collections.abc import Sequence
from random import Random
from typing import ClassVar, Literal

from pydantic import Field, PrivateAttr

from ..component import Component, did_you_mean, site_of
from ..errors import Declined, ReplyFault, SetupError
from ..prompt import Prompt
from ..protocols import Rounds
from ..records import Completion, Context, Origin, Request, Sample, Turn, Verdict
from ..responses import read
from ..seeds import read_seeds

ROLE = "teacher"
TOKEN = "<image>"
ASPECTS = "aspects"

NOUNS = {"dialogue": "dialogues", "single_question": "questions with their answers", "description": "descriptions"}


class PromptedTask(Component):
    """Ask a teacher with a prompt and seeds; one sample a reply.

    A reply that cannot be read is a ReplyFault. Where an attempt makes several ``samples``, the fault carries those
    that could be read; a lost one shows as a gap in the samples' numbers, and with its reason among the rejected.
    A sample that the teacher declines, because the context does not hold enough for so many, is left out.
    """

    name: ClassVar[str] = "prompted"
    version: ClassVar[int] = 1

    form: Literal["dialogue", "single_question", "description"]
    """The shape of the replies."""
    prompt: str | None = None
    """Stem of the file in ``prompts/``; the task's own key if left out."""
    seeds: str | None = None
    """Stem of the file in ``seeds/``; the task's own key if left out."""
    boxes: bool = True
    """Show the teacher the boxes; ``false`` leaves it with captions and passages."""
    picture: bool = False
    """Send the pictures themselves as well, for teachers that see."""
    samples: int = Field(default=1, ge=1, le=20)
    """How many different samples to ask for, each in a request of its own; raised later, only new ones are asked."""
    questions: str | None = None
    """For descriptions: the pool in the seeds file that the human turn is drawn from; ``detailed`` if left out.

    The teacher does not see it: the prompt has to ask for replies that fit every wording of the pool.
    """
    min_facts: int = Field(default=1, ge=1)
    """Captions, boxes and passages that a context must hold, together, or be declined as ``poor_context``."""
    max_tokens: int | None = Field(default=None, ge=1)
    """Longest reply, in the teacher's tokens; longer ones are rejected as cut off."""

    _key: str = PrivateAttr()
    _teacher: str = PrivateAttr()
    _prompt: Prompt = PrivateAttr()
    _pool: tuple[str, ...] = PrivateAttr(default=())

    def model_post_init(self, context: object) -> None:
        """Load and check prompt and seeds; raises SetupError."""
        site = site_of(context)
        prompt, seeds = self.prompt or site.name, self.seeds or site.name
        where = f"seeds/{seeds}.yaml"
        sown = read_seeds(site.materials.text("seeds", seeds), where, self.form)
        self._key, self._teacher = site.name, site.teacher
        self._prompt = Prompt(
            site.materials.text("prompts", prompt), f"prompts/{prompt}.jinja", sown, self.boxes, self.picture
        )
        if self.form == "description":
            pool = self.questions or "detailed"
            if pool not in sown.pools:
                raise SetupError(f"{where}: there is no pool '{pool}'{did_you_mean(pool, list(sown.pools))}")
            self._pool = sown.pools[pool]
        elif self.questions:
            raise SetupError(f"tasks.{site.name}: 'questions' is for descriptions; the teacher writes the others")

    @property
    def prompt_digest(self) -> str:
        """The digest of the prompt's text."""
        return self._prompt.digest

    @property
    def seeds_digest(self) -> str:
        """The digest of the seeds file's text."""
        return self._prompt.seeds.digest

    def own_words(self) -> Sequence[str]:
        """Give the system message and every turn of the seeds' replies."""
        return [self._prompt.system, *(turn.text for seed in self._prompt.seeds.seeds for turn in seed.reply.turns)]

    def rounds(self, context: Context, attempt: int, hints: Sequence[Verdict], draw: Random) -> Rounds[list[Sample]]:
        """Ask once for each sample. Every draw is made before the asking, sample by sample."""
        self._decline(context)
        opened = [self._drawn(draw) for _ in range(self.samples)]
        completions = yield [self._request(context, number, hints) for number in range(self.samples)]
        samples: list[Sample] = []
        fault: ReplyFault | None = None
        declined: Declined | None = None
        for number, ((first, question), completion) in enumerate(zip(opened, completions, strict=True)):
            try:
                turns = read(completion, self.form)
            except ReplyFault as unreadable:
                fault = fault or unreadable
                continue
            except Declined as too_little:
                declined = declined or too_little
                continue
            if question:
                turns = (Turn(role="human", text=question), *turns)
            samples.append(
                self._sample(context, attempt, number, with_image(turns, len(context.images), first), completion)
            )
        if fault:
            fault.kept = samples
            raise fault
        if declined and not samples:
            raise declined
        return samples

    def _decline(self, context: Context) -> None:
        if self.picture and not context.images:
            raise Declined("no_picture", "the task sends the picture, and the context has none")
        facts = len([caption for caption in context.captions if caption and not caption.isspace()])
        facts += len(context.passages) + (len(context.boxes) if self.boxes else 0)
        if not facts and not self.picture:
            raise Declined("empty_context", "it holds nothing that the task shows")
        if facts < self.min_facts and not self.picture:
            raise Declined("poor_context", f"it holds {facts} facts, the task wants {self.min_facts}")

    def _drawn(self, draw: Random) -> tuple[bool, str]:
        """Draw whether the image comes first, and the question of a description."""
        first = draw.random() < 0.5
        return first, draw.choice(self._pool) if self._pool else ""

    def _request(self, context: Context, number: int, hints: Sequence[Verdict]) -> Request:
        notes = list(dict.fromkeys(verdict.hint for verdict in hints if verdict.hint))
        if number:
            notes.insert(0, self._share(number))
        messages = self._prompt.messages(context, notes)
        return Request(role=ROLE, messages=messages, form=self.form, max_tokens=self.max_tokens)

    def _share(self, number: int) -> str:
        """Say which of several samples a request is, and what it should turn to.

        How many there are is left out, so that raising ``samples`` leaves what was asked for before as it was.
        """
        note = f"This is number {number + 1} of several different {NOUNS[self.form]} about this picture"
        aspects = self._prompt.seeds.pools.get(ASPECTS, ())
        if aspects:
            return f"{note}; where the picture allows it, turn to {aspects[number % len(aspects)]}."
        return f"{note}; turn to other things than the first that come to mind."

    def _sample(
        self, context: Context, attempt: int, number: int, turns: tuple[Turn, ...], completion: Completion
    ) -> Sample:
        slot = completion.slot
        origin = Origin(
            context=context.id,
            task=self._key,
            attempt=attempt,
            teacher=self._teacher,
            model=completion.model,
            prompt=self._prompt.digest,
            seeds=self._prompt.seeds.digest,
            slots=(f"{slot.attempt}/{slot.round}/{slot.position}",),
            requests=(completion.digest,),
        )
        name = f"{context.id}/{self._key}/{number}"
        return Sample(id=name, task=self._key, images=context.images, turns=turns, origin=origin)


def with_image(turns: tuple[Turn, ...], images: int, first: bool) -> tuple[Turn, ...]:
    """Put ``<image>``, once for each image, on lines of its own before or after the first human turn's words."""
    if not images:
        return turns
    tokens = "\n".join([TOKEN] * images)
    said = turns[0].text
    text = f"{tokens}\n{said}" if first else f"{said}\n{tokens}"
    return (Turn(role="human", text=text), *turns[1:])
