"""A seeds file's text in; typed few-shot examples and pools of wordings out.

A seeds file is YAML: ``about``, ``pools`` (name → list of wordings; may be left out), and ``seeds``, each a
``context`` (captions, boxes as ``[label, x1, y1, x2, y2]``, with ``crowd`` as a sixth item where the box is around a
group, and passages) and the ``reply`` that we would like: a list of question and answer for a dialogue, one question
and answer, or one description. A file of pools alone is for tasks that ask without examples.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Self, TypeVar

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from .component import explain_validation
from .digests import digest_bytes
from .errors import SetupError
from .forms import pairs_reply
from .records import Box, Context, Passage, Reply, Turn

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True)
class Seed:
    """A hand-written few-shot example."""

    context: Context
    reply: Reply


@dataclass(frozen=True)
class Seeds:
    """A task's seeds file."""

    about: str
    pools: Mapping[str, tuple[str, ...]]
    seeds: tuple[Seed, ...]
    digest: str
    """Digest of the file's text."""


NO_SEEDS = Seeds("", {}, (), "")
"""For prompts without few-shot examples."""


def read_seeds(text: str, where: str, form: str) -> Seeds:
    """Read a seeds file whose replies have ``form``; raises SetupError naming the file and line or seed number."""
    file = _validated(_FILE, _yaml(text, where), where, _File)
    read = []
    for number, raw in enumerate(file.seeds, 1):
        at = f"{where}: seed {number}"
        seed = _validated(_SEED, raw, at, _Seed)
        if not (seed.context.captions or seed.context.boxes or seed.context.passages):
            raise SetupError(f"{at}: its context is empty; give captions or boxes")
        context = Context(
            id=f"seed-{number}",
            row=number - 1,
            captions=seed.context.captions,
            boxes=seed.context.boxes,
            passages=seed.context.passages,
        )
        read.append(Seed(context, _reply(form, seed.reply, at)))
    return Seeds(file.about, file.pools, tuple(read), digest_bytes(text.encode()))


def _box(row: object) -> object:
    if not isinstance(row, list) or len(row) not in (5, 6) or row[5:] not in ([], ["crowd"]):
        raise ValueError("expected [label, x1, y1, x2, y2], or 'crowd' as a sixth item")
    label, x1, y1, x2, y2 = row[:5]
    box = Box(label=label, x1=x1, y1=y1, x2=x2, y2=y2, crowd=len(row) == 6)
    if not (box.x1 < box.x2 and box.y1 < box.y2):
        raise ValueError("expected x1 < x2 and y1 < y2")
    return box


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _SeedContext(_Strict):
    captions: tuple[Words, ...] = ()
    boxes: tuple[Annotated[Box, BeforeValidator(_box)], ...] = ()
    passages: tuple[Passage, ...] = ()


class _Seed(_Strict):
    context: _SeedContext
    reply: object


class _File(_Strict):
    about: Words
    pools: dict[str, Annotated[tuple[Words, ...], Field(min_length=1)]] = {}
    seeds: list[object] = []

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not self.seeds and not self.pools:
            raise ValueError("expected 'seeds', a list of examples, or 'pools' for a task that asks without any")
        return self


class _Pair(_Strict):
    question: Words
    answer: Words


class _Description(_Strict):
    description: Words


_FILE = TypeAdapter(_File)
_SEED = TypeAdapter(_Seed)
_DIALOGUE = TypeAdapter(Annotated[list[_Pair], Field(min_length=1)])
_PAIR = TypeAdapter(_Pair)
_DESCRIPTION = TypeAdapter(_Description)

T = TypeVar("T")


def _reply(form: str, raw: object, at: str) -> Reply:
    at = f"{at}: reply (form '{form}')"
    if form == "description":
        described = _validated(_DESCRIPTION, raw, at, _Description)
        return Reply(turns=(Turn(role="gpt", text=described.description),))
    single = form == "single_question"
    pairs = [_validated(_PAIR, raw, at, _Pair)] if single else _validated(_DIALOGUE, raw, at, _Pair)
    return pairs_reply([(pair.question, pair.answer) for pair in pairs])


def _validated(adapter: TypeAdapter[T], raw: object, at: str, model: type[BaseModel]) -> T:
    try:
        return adapter.validate_python(raw)
    except ValidationError as error:
        raise SetupError(f"{at}: {explain_validation(error, model)}") from None


def _yaml(text: str, where: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SetupError(f"{where}:{line}: not YAML ({error.problem})") from None
    except yaml.YAMLError as error:
        raise SetupError(f"{where}: not YAML ({' '.join(str(error).split())})") from None
