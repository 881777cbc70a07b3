"""A component's YAML block in; the component out: its fields are the options, their docstrings the documentation.

A name resolves through a plain table ``name → "module:Class"``, imported on use. A dotted path works wherever a
name does, so a user's own component needs no registration.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

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
    own_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For checks: each task's prompt and few-shot texts, which must not turn up in a sample."""
    settled: Mapping[str, str] = field(default_factory=dict)
    """What an earlier start of the same run settled about the server."""


class Component(BaseModel):
    """A source, task, teacher, check or export: frozen fields, built from a YAML block."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: ClassVar[str]
    version: ClassVar[int]

    @classmethod
    def build(cls, block: Mapping[str, object], site: Site, where: str) -> Self:
        """Build the component; a wrong field is a SetupError that names ``where`` and the nearest right field."""
        try:
            return cls.model_validate(dict(block), context=site)
        except ValidationError as error:
            raise SetupError(f"{where}: {explain_validation(error, list(cls.model_fields))}") from None

    def shaping(self) -> dict[str, object]:
        """Give the fields that shape the result: all but placement and None, with name and version."""
        shaping = {k: plain(getattr(self, k)) for k, f in type(self).model_fields.items() if not is_placement(f)}
        return {"use": self.name, "version": self.version, **{k: v for k, v in shaping.items() if v is not None}}


def site_of(info_or_context: ValidationInfo | object) -> Site:
    """Give the site from pydantic's validation context; for ``model_post_init`` and validators."""
    context = getattr(info_or_context, "context", info_or_context)
    if not isinstance(context, Site):
        raise SetupError("a component of this kind is built by Component.build, which tells it where it works")
    return context


def is_placement(info: FieldInfo) -> bool:
    """Tell whether a field only says where or how fast."""
    return any(isinstance(m, _Placement) for m in info.metadata)


def explain_validation(error: ValidationError, known: list[str]) -> str:
    """Put pydantic's errors into one line, with the nearest right name for a misspelt key."""
    parts = []
    for e in error.errors(include_url=False)[:5]:
        at = ".".join(str(p) for p in e["loc"]) or "value"
        if e["type"] == "extra_forbidden":
            wrong = str(e["loc"][-1])
            parts.append(f"unknown key '{at}'{did_you_mean(wrong, known)}")
        elif e["type"] == "missing":
            parts.append(f"'{at}' is required")
        else:
            shown = repr(e["input"])
            parts.append(f"'{at}': {e['msg']}" + (f" (got {shown})" if len(shown) <= 60 else ""))
    return "; ".join(parts)


def did_you_mean(wrong: str, known: list[str]) -> str:
    """Give a tail for an error message: the nearest right name, and the list."""
    near = get_close_matches(wrong, known, n=1, cutoff=0.5)
    tail = f"; did you mean '{near[0]}'?" if near else ""
    return f"{tail} Known: {', '.join(sorted(known))}" if known else tail


def resolve(use: str, table: Mapping[str, str], kind: str, where: str) -> type[Any]:
    """Find a component's class by its name in ``table`` or by a dotted path (``package.module:Class``)."""
    target = table.get(use, use if ":" in use or "." in use else "")
    if not target:
        raise SetupError(f"{where}: there is no {kind} '{use}'{did_you_mean(use, list(table))}")
    module_name, _, class_name = target.replace(":", ".").rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise SetupError(f"{where}: cannot import {kind} '{use}' ({error})") from None
    if not isinstance(found, type):
        raise SetupError(f"{where}: '{use}' is not a class")
    return found
