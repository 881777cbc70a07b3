"""Requests that a journal lacks in; their number, tokens and price out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .assemble import Built
from .batched import Batched
from .errors import RecordError, SetupError
from .forms import laid_out_message
from .money.prices import Price, PriceList, price_list
from .money.tokens import MESSAGE_TOKENS, count
from .protocols import Teacher
from .records import Context, Image, Message, Origin, Reply, Request, Sample, Slot, Usage

REPLY_TOKENS = 250
"""Reply length assumed where nothing has been measured: that of a usual conversation."""


def model_of(teacher: Teacher) -> str:
    """Give the model that a teacher asks; its component's name when it has none."""
    return str(getattr(teacher, "model", teacher.name))


def free(teacher: Teacher) -> bool:
    """Tell whether a teacher asks no model at all."""
    return not hasattr(teacher, "model")


def table_of(teacher: Teacher) -> PriceList:
    """Give a teacher's own price table, or the shipped one. Raises SetupError."""
    own: Path | None = getattr(teacher, "prices", None)
    return price_list(own)


def price_of(teacher: Teacher) -> Price | None:
    """Give a teacher's price from its own table or the shipped one; None when the model is not there."""
    return table_of(teacher).price(model_of(teacher))


def price_now(model: str, built: Built) -> Price | None:
    """Give the price of a model that answered, by the tables of those who were asked; None when it is in none."""
    asked = [teacher for teacher in built.teachers.values() if not free(teacher)]
    named = (price for teacher in asked if (price := table_of(teacher).price(model)) is not None)
    return next(named, price_of(asked[0]) if len(asked) == 1 else None)


class RequestTokens:
    """Counts the prompt tokens of requests; the shared first messages of a task are counted once."""

    def __init__(self, teacher: Teacher) -> None:
        """The ``teacher``'s model decides on the encoding, where that is known, and its price on pictures' tokens."""
        price = price_of(teacher)
        self._model = model_of(teacher)
        self._pictures = price.pictures if price else None
        self._side: int | None = getattr(teacher, "max_image_side", None)
        self._cached_from = price.cached_from if price else 0
        self._known: dict[int, tuple[Message, int]] = {}
        self.unseen = False
        """There were pictures of which it is not known how many tokens they are."""

    def shared_and_all(self, request: Request) -> tuple[int, int]:
        """Give the tokens of all but the last message, where servers cache as many, and of the whole prompt."""
        *first, last = request.messages
        shared = sum(self._of_shared(request.form, message) for message in first)
        return shared if shared >= self._cached_from else 0, shared + self._of(request.form, last)

    def _of_shared(self, form: str, message: Message) -> int:
        known = self._known.get(id(message))
        if known is None or known[0] is not message:
            known = self._known[id(message)] = (message, self._of(form, message))
        return known[1]

    def _of(self, form: str, message: Message) -> int:
        parts = laid_out_message(form, message, structured=True).parts
        words = sum(count(part, self._model).tokens for part in parts if isinstance(part, str))
        return MESSAGE_TOKENS + words + sum(self._picture(part) for part in parts if isinstance(part, Image))

    def _picture(self, image: Image) -> int:
        if self._pictures is None:
            self.unseen = True
            return 0
        return self._pictures.tokens(image.width, image.height, self._side)


class RoleTokens:
    """Counts the prompt tokens of requests as the model of each role does."""

    def __init__(self, built: Built) -> None:
        """``built`` says who plays the roles."""
        self._built = built
        self._known: dict[str, RequestTokens] = {}

    def shared_and_all(self, role: str, request: Request) -> tuple[int, int]:
        """Give the tokens of all but the last message, which servers can cache, and of the whole prompt."""
        counter = self._known.get(role)
        if counter is None:
            counter = self._known[role] = RequestTokens(self._built.teachers[role])
        return counter.shared_and_all(request)

    def unseen(self) -> set[str]:
        """Give the models to which pictures are so many tokens as is not known."""
        teachers = self._built.teachers
        return {model_of(teachers[r]) for r, c in self._known.items() if c.unseen and not free(teachers[r])}


def expected(built: Built, task: str, request: Request, context: Context) -> Iterator[tuple[str, Request]]:
    """Give the requests that each asked check would first make of the one sample that ``request`` is expected to bring.

    The sample is not there yet: a few-shot reply of the request stands in for it.
    """
    if not built.asked_checks:
        return
    shots = (part.turns for message in request.messages for part in message.parts if isinstance(part, Reply))
    origin = Origin(
        context=context.id, task=task, attempt=1, teacher="", model="", prompt="", seeds="", slots=(), requests=()
    )
    sample = Sample(id=f"{context.id}/{task}/0", task=task, images=context.images, turns=next(shots, ()), origin=origin)
    for name, check in built.asked_checks.items():
        try:
            requests = next(check.rounds(sample, context))
        except (RecordError, StopIteration):
            continue
        for asking in requests:
            if asking.role not in built.teachers:
                raise SetupError(f"checks.{name} asks the role '{asking.role}', which the recipe does not have")
            yield name, asking


@dataclass
class Lack:
    """What a journal lacks, by role."""

    built: Built
    requests: dict[str, int] = field(default_factory=dict)
    prompt: dict[str, int] = field(default_factory=dict)
    """Prompt tokens."""
    _counter: RoleTokens = field(init=False)

    def __post_init__(self) -> None:
        self._counter = RoleTokens(self.built)

    def add(self, slot: Slot, request: Request, role: str, context: Context) -> None:
        """Take in one request, and those that asked checks are expected to make of the sample that it brings."""
        self._add(request, role)
        if slot.round == 0 and "!" not in slot.asker:
            for _, asking in expected(self.built, slot.asker, request, context):
                self._add(asking, asking.role)

    def _add(self, request: Request, role: str) -> None:
        self.requests[role] = self.requests.get(role, 0) + 1
        self.prompt[role] = self.prompt.get(role, 0) + self._counter.shared_and_all(role, request)[1]

    def describe(self) -> str:
        """Say what would be asked for and its price."""
        if not self.requests:
            return "asks for nothing: the journal holds every reply"
        return "asks for " + "; ".join(self._describe(role, number) for role, number in self.requests.items())

    def _describe(self, role: str, number: int) -> str:
        teacher = self.built.teachers[role]
        text = (
            f"{number} request{'s' * (number != 1)} of {role} ({model_of(teacher)}, {self.prompt[role]} prompt tokens"
        )
        if free(teacher):
            return f"{text}, free)"
        price = price_of(teacher)
        if price is None:
            return f"{text}; its price is not in the table)"
        usage = Usage(prompt=self.prompt[role], reply=REPLY_TOKENS * number)
        return f"{text}, about ${price.usd(usage, isinstance(teacher, Batched)):.4f} at {REPLY_TOKENS} tokens a reply)"
