"""A component's YAML block in; the component out: its fields are the options, their docstrings the documentation.

A name resolves through a plain table ``name → "module:Class"``, imported on use. A dotted path works wherever a
name does, so a user's own component needs no registration.
"""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo
from pydantic.fields import FieldInfo

from .digests import plain
from .errors import SetupError


@dataclass(frozen=True)
class _Placement:
    """Marks a field that only says where or how fast: it shapes no digest and no fingerprint."""


PLACEMENT = _Placement()
"""Put it into ``Annotated[..., PLACEMENT]``."""


class Materials(Protocol):
    """Where a component finds prompts and seeds: by file name, as text."""

    def text(self, kind: str, name: str) -> str:
        """Give the text of ``prompts/NAME`` or ``seeds/NAME``; raises SetupError when there is none."""


@dataclass(frozen=True)
class Site:
    """What a component is told about the place it works in, besides its own fields."""

    name: str
    """Its key in the recipe: the task's or role's or check's name."""
    materials: Materials
    image_root: Path | None = None
    """Folder that image paths are relative to."""
    teacher: str = "teacher"
    """For tasks: the component that answers first attempts."""
    own_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For checks: each task's prompt and few-shot texts, which must not turn up in a sample."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """For checks: the roles that can be asked, each with the name of the component that plays it."""
    logs: Path | None = None
    """Folder for what servers say; None where nothing is asked."""
    settled: Mapping[str, str] = field(default_factory=dict)
    """What an earlier start of the same run settled about the server."""


class Component(BaseModel):
    """A source, task, teacher, check or export: frozen fields, built from a YAML block."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    version: ClassVar[int]

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Make private attributes quick to read.

        Pydantic finds them only after an ordinary look-up has failed, error text and all: 1.3 µs each, some twenty
        times a sample.
        """
        for private in cls.__private_attributes__:
            setattr(cls, private, _reader(private))

    @classmethod
    def build(cls, block: Mapping[str, object], site: Site, where: str, beside: Sequence[str] = ()) -> Self:
        """Build the component; a wrong field is a SetupError that names ``where`` and the nearest right field.

        ``beside`` are keys that the block may hold for others, such as a task's ``take``.
        """
        try:
            return cls.model_validate(dict(block), context=site)
        except ValidationError as error:
            raise SetupError(f"{where}: {explain_validation(error, cls, beside)}") from None

    def shaping(self) -> dict[str, object]:
        """Give the fields that shape the result: all but placement and None, with name and version."""
        shaping = {k: plain(getattr(self, k)) for k, f in type(self).model_fields.items() if not is_placement(f)}
        return {"use": self.name, "version": self.version, **{k: v for k, v in shaping.items() if v is not None}}


def _reader(name: str) -> property:
    """Give a property that reads a private attribute from where pydantic keeps it."""
    return property(lambda component: component.__pydantic_private__[name])


def site_of(info_or_context: ValidationInfo | object) -> Site:
    """Give the site from pydantic's validation context; for ``model_post_init`` and validators."""
    context = getattr(info_or_context, "context", info_or_context)
    if not isinstance(context, Site):
        raise SetupError("a component of this kind is built by Component.build, which tells it where it works")
    return context


def is_placement(info: FieldInfo) -> bool:
    """Tell whether a field only says where or how fast."""
    return any(isinstance(m, _Placement) for m in info.metadata)


def first_fault(error: ValidationError) -> str:
    """Give the first of pydantic's errors in a few words, with the place in the record where it has one."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def explain_validation(error: ValidationError, model: type[BaseModel], beside: Sequence[str] = ()) -> str:
    """Put pydantic's errors into one line, with the nearest right name for a misspelt key of ``model``.

    What was given is shown, unless its field is one that is kept out of ``repr``: it may be a secret.
    """
    said: dict[str, list[str]] = {}
    tails: dict[str, str] = {}
    for e in error.errors(include_url=False)[:8]:
        within, names = _within(model, e["loc"])
        at = ".".join(names)
        if e["type"] == "extra_forbidden":
            known = [*within.model_fields, *(beside if within is model else ())] if within else []
            said[f"unknown key '{at}'{did_you_mean(names[-1], known) or '; no keys are known here'}"] = []
        elif e["type"] == "missing":
            said[f"'{at}' is required"] = []
        else:
            start, words = f"'{at}': " if at else "", _expected(e["type"], e["msg"])
            told = said.setdefault(start, [])
            told.append(words.removeprefix("expected ") if told else words)
            shown, top = repr(e["input"]), model.model_fields.get(names[0]) if names else None
            secret = top is not None and not top.repr
            tails[start] = f" (got {shown})" if names and len(shown) <= 60 and not secret else ""
    return "; ".join(start + " or ".join(words) + tails.get(start, "") for start, words in said.items())


_EXPECTED = {
    "model_type": "expected a block of keys",
    "model_attributes_type": "expected a block of keys",
    "dict_type": "expected a block of keys",
    "list_type": "expected a list",
    "tuple_type": "expected a list",
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "path_type": "expected a path",
}
"""Our words for pydantic's, by kind of error."""


def _expected(kind: str, said: str) -> str:
    """Put what pydantic says of a value into our words."""
    said = said.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    said = said.replace("Input should be greater", "expected a number greater")
    said = said.replace("Input should be less", "expected a number less").replace("Input should be", "expected")
    return _EXPECTED.get(kind, said.replace("String should match pattern", "expected text of the form"))


def _within(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[type[BaseModel] | None, list[str]]:
    """Give the model in which the last step of ``loc`` is a key, and the steps that a user would write."""
    names: list[str] = []
    inner: type[BaseModel] | None = model
    for number, step in enumerate(loc):
        names.append(str(step))
        if number + 1 == len(loc):
            break
        info = inner.model_fields.get(str(step)) if inner else None
        if info is not None:
            found = list(_models(info.annotation))
            inner = found[0] if found else None
            if inner is None and not _is_collection(info.annotation):
                break  # what follows names a member of a union, which a user does not write
    return inner, names


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not get_args(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _is_collection(annotation: object) -> bool:
    return get_origin(annotation) in (dict, list, tuple) or any(map(_is_collection, get_args(annotation)))


def did_you_mean(wrong: str, known: Sequence[str]) -> str:
    """Give a tail for an error message: the nearest right name, and the list."""
    if not known:
        return ""
    near = get_close_matches(wrong, known, n=1, cutoff=0.5)
    listed = ", ".join(sorted(known))
    return f"; did you mean '{near[0]}'? Known: {listed}" if near else f"; known: {listed}"


def resolve(use: str, table: Mapping[str, str], kind: str, where: str) -> type[Any]:
    """Find a component's class by its name in ``table`` or by a dotted path (``package.module:Class``)."""
    target = table.get(use, use if ":" in use or "." in use else "")
    if not target:
        raise SetupError(f"{where}: there is no {kind} '{use}'{did_you_mean(use, list(table))}")
    module_name, _, class_name = target.replace(":", ".").rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise SetupError(
            f"{where}: cannot import {kind} '{use}' ({error}); modules of your own are found on PYTHONPATH"
        ) from None
    if not isinstance(found, type):
        raise SetupError(f"{where}: '{use}' is not a class")
    return found
