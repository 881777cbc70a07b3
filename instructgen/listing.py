"""Names in; what there is and what its fields mean out, read from the components themselves."""

import inspect
from collections.abc import Iterator, Mapping
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from . import checks, exports, sources, tasks, teachers
from .component import Component, did_you_mean, is_placement, resolve
from .errors import SetupError
from .library import Library
from .recipe import Recipe, load

TABLES: dict[str, Mapping[str, str]] = {
    "sources": sources.TABLE,
    "tasks": tasks.TABLE,
    "teachers": teachers.TABLE,
    "checks": checks.TABLE,
    "exports": exports.TABLE,
}


def lines(kind: str | None) -> Iterator[str]:
    """List recipes and components of a kind, or all; raises SetupError for an unknown kind."""
    kinds = ["recipes", *TABLES]
    if kind is not None and kind not in kinds:
        raise SetupError(f"there is no kind '{kind}'{did_you_mean(kind, kinds)}")
    for each in [kind] if kind else kinds:
        yield f"{each}:"
        if each == "recipes":
            library = Library.beside(None)
            for name in library.names("pipelines"):
                yield f"  {name:22} {load(library.find('pipelines', name))[0].about}"
            continue
        for name in sorted(TABLES[each]):
            yield f"  {name:22} {_first_line(resolve(name, TABLES[each], each, 'list'))}"


def explain(name: str) -> Iterator[str]:
    """Say what a component is and what its fields mean; ``recipe`` explains a recipe's own keys."""
    if name == "recipe":
        yield from _fields("recipe", Recipe.__doc__ or "", Recipe.model_fields)
        return
    found = [(kind, table) for kind, table in TABLES.items() if name in table]
    if not found:
        known = ["recipe", *(n for table in TABLES.values() for n in table)]
        raise SetupError(f"there is nothing called '{name}' to explain{did_you_mean(name, known)}")
    for kind, table in found:
        component = resolve(name, table, kind, "explain")
        if issubclass(component, Component):
            title = f"{name} ({kind[:-1]}, version {component.version})"
            yield from _fields(title, component.__doc__ or "", component.model_fields)


def _fields(title: str, about: str, fields: Mapping[str, FieldInfo]) -> Iterator[str]:
    yield title
    yield from (f"  {line}" for line in inspect.cleandoc(about).splitlines())
    for key, info in fields.items():
        default = "required" if info.is_required() else f"default {info.get_default(call_default_factory=True)!r}"
        where = "; only where or how fast, shapes no result" if is_placement(info) else ""
        yield f"\n  {key}: {_type_name(info.annotation)}, {default}{where}"
        yield from (f"      {line}" for line in inspect.cleandoc(info.description or "").splitlines())


def _type_name(annotation: object) -> str:
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    if get_origin(annotation) is not None and str(get_origin(annotation)) == "typing.Literal":
        return " | ".join(map(str, get_args(annotation)))
    return str(annotation).replace("typing.", "").replace("pathlib.", "")


def _first_line(found: type[object]) -> str:
    return (inspect.getdoc(found) or "").partition("\n")[0]
