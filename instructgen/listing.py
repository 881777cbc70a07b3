"""Names in; what there is and what its fields mean out, read from the components themselves."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from . import checks, exports, extract, sources, tasks, teachers
from .component import Component, did_you_mean, is_placement, resolve
from .digests import plain
from .errors import SetupError
from .library import Library
from .recipe import CheckBlock, Output, Recipe, TaskBlock, load
from .run import Run
from .tracing import trace

TABLES: dict[str, Mapping[str, str]] = {
    "sources": sources.TABLE,
    "extractors": extract.TABLE,
    "tasks": tasks.TABLE,
    "teachers": teachers.TABLE,
    "checks": checks.TABLE,
    "exports": exports.TABLE,
}

BLOCKS: dict[str, type[BaseModel]] = {
    "recipe": Recipe,
    "\na block of 'tasks'": TaskBlock,
    "\na block of 'checks'": CheckBlock,
    "\nthe block 'output'": Output,
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
            about = inspect.getdoc(resolve(name, TABLES[each], each, "list")) or ""
            yield f"  {name:22} {_said(about)[0]}"


def explain(name: str) -> Iterator[str]:
    """Say what a component is and what its fields mean; ``recipe`` explains a recipe's own keys.

    Also a component of one's own as ``module:Class``, a recipe by name or file, and a record of a run as ``ID@RUN``.
    """
    if name == "recipe":
        for title, block in BLOCKS.items():
            yield from _fields(title, block)
        return
    if "@" in name:
        wanted, _, folder = name.partition("@")
        yield from trace(Run.open(folder), wanted)
        return
    recipe = name.endswith(".yaml") or name in Library.beside(None).names("pipelines")
    if recipe:
        yield from _recipe(name)
    if ":" in name:
        yield from _component(name, resolve(name, {}, "component", "explain"), "component of your own")
        return
    found = [(kind, table) for kind, table in TABLES.items() if name in table]
    if not found and not recipe:
        known = ["recipe", *(n for table in TABLES.values() for n in table)]
        raise SetupError(f"there is nothing called '{name}' to explain{did_you_mean(name, known)}")
    for kind, table in found:
        yield from _component(name, resolve(name, table, kind, "explain"), kind[:-1])


def _component(name: str, component: type[object], kind: str) -> Iterator[str]:
    if not issubclass(component, Component):
        raise SetupError(f"{name} is not a Component")
    yield from _fields(f"{name} ({kind}, version {component.version})", component)


def _recipe(name: str) -> Iterator[str]:
    """Say where a recipe's file is, then its text, after which all it includes."""
    recipe, library = load(name)
    file = Path(name) if Path(name).is_file() else library.find("pipelines", name)
    yield f"{file}: {recipe.about}"
    yield ""
    yield file.read_text(encoding="utf-8").rstrip()
    yield ""
    yield "Its keys are explained by 'instructgen explain recipe', what its blocks use by 'instructgen explain NAME'."


def _fields(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield title
    yield from (f"  {line}" for line in _said(model.__doc__ or ""))
    said = field_docs(model)
    for key, info in model.model_fields.items():
        default = "required" if info.is_required() else f"default {_shown(info.get_default(call_default_factory=True))}"
        where = "; only where or how fast, shapes no result" if is_placement(info) else ""
        yield f"\n  {key}: {_type_name(info.annotation)}, {default}{where}"
        yield from (f"      {line}" for line in _said(said.get(key, "")))


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Give the docstring below each field, from the source: pydantic would read it whenever the class is imported."""
    docs: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or each is BaseModel:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for field, below in pairwise(body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    docs[name] = text
    return docs


def _shown(default: object) -> str:
    return str(plain(default)) if isinstance(default, BaseModel) else repr(default)


def _type_name(annotation: object) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is None or annotation is NoneType:
        return "None"
    if origin is Annotated:
        return _type_name(arguments[0])
    if origin in (Union, UnionType):
        return " | ".join(map(_type_name, arguments))
    if origin is Literal:
        return " | ".join(map(str, arguments))
    if isinstance(origin, type):
        return f"{origin.__name__}[{', '.join('...' if a is ... else _type_name(a) for a in arguments)}]"
    return getattr(annotation, "__name__", str(annotation))


def _said(doc: str) -> list[str]:
    """Give the lines of a docstring as a terminal shows them."""
    return inspect.cleandoc(doc).replace("``", "`").splitlines() or [""]
