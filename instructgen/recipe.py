"""A recipe file and overrides in; a validated recipe out.

A recipe is one YAML file. ``include`` takes another one first; later keys win, block by block, and setting another
``use`` drops the former block's fields. A path in a file is relative to that file's folder, one given by an override
to the current folder.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from .component import did_you_mean, explain_validation
from .errors import SetupError
from .library import Library


def _share(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)?%", text) or float(text[:-1]) > 100:
        raise ValueError("expected a share such as 30%")
    return text


Take = Literal["all"] | Annotated[int, Field(ge=0, strict=True)] | Annotated[str, AfterValidator(_share)]
Action = Literal["retry", "reject", "tag"]


class Block(BaseModel):
    """A block whose further keys are the component's own fields."""

    model_config = ConfigDict(extra="allow", frozen=True)

    use: str = ""
    """Which component: its name, or ``module:Class``. The other keys of the block are the component's fields."""

    def fields(self) -> dict[str, object]:
        """Give the component's own fields."""
        return dict(self.__pydantic_extra__ or {})


class TaskBlock(Block):
    """A task of the recipe."""

    use: str = "prompted"
    """Which task: its name, or ``module:Class``. The other keys of the block are the task's own fields."""
    take: Take = "all"
    """How many of the source's contexts it gets: ``all``, a number, or a share such as ``30%``."""


class CheckBlock(Block):
    """A check of the recipe."""

    action: Action = "retry"
    """What a ``fail`` does: another attempt, set the sample aside, or only tag it. A run-wide check, which judges when
    it is too late to ask again, rejects unless it is told to tag."""


class Output(BaseModel):
    """How accepted samples are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    images: Literal["path", "bytes"] = "path"
    """``path``: references only; ``bytes``: the original files inside the Parquet parts."""


class Recipe(BaseModel):
    """A recipe as written, resolved: includes and overrides applied."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = ""
    """One line that says what the dataset is."""
    seed: int = Field(default=42, strict=True)
    """Every draw derives from it."""
    max_faults: float = Field(default=0.01, ge=0, le=1)
    """Share of source records that may be unreadable before the run stops; ten are always allowed."""
    shard_size: int = Field(default=1000, ge=1, le=1000)
    """Source records a shard; fixed at a run's start. Repeated ids are told apart a thousand records at a time: in a
    larger shard one could stand twice."""
    source: Block
    """Where contexts come from."""
    extract: dict[str, Block] = {}
    """What is found in the pictures themselves, in this order, and added to the contexts: text, boxes, frames."""
    teacher: Block
    """Who answers."""
    roles: dict[str, Block] = {}
    """Further players by name: a strong teacher for later attempts, a judge."""
    attempts: list[str] = Field(default=["teacher"], min_length=1)
    """Who is asked at each attempt, in order; a later one is asked only for what failed."""
    overlap: bool = True
    """Whether one image may serve several tasks."""
    tasks: dict[str, TaskBlock] = Field(min_length=1)
    """Tasks by name; the name is the stem of prompt and seeds."""
    checks: dict[str, CheckBlock] = {}
    """Checks by name."""
    output: Output = Output()
    """How accepted samples are written."""

    @field_validator("tasks")
    @classmethod
    def _names_fit_into_ids(cls, tasks: dict[str, TaskBlock]) -> dict[str, TaskBlock]:
        wrong = [name for name in tasks if not re.fullmatch(r"[\w.-]+", name)]
        if wrong:
            raise ValueError(f"expected names of letters, digits, '_', '-' and '.', found {wrong[0]!r}")
        return tasks


class Located(str):
    """Text of a recipe that knows which folder it is relative to, should it be a path."""

    __slots__ = ("folder",)
    folder: Path


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────


def load(path: Path | str, overrides: Iterable[str] = ()) -> tuple[Recipe, Library]:
    """Read a recipe file (or the name of a shipped recipe), apply ``key.sub=value`` overrides, validate.

    Raises SetupError with file, key and the nearest right key.
    """
    file = Path(path)
    if not file.is_file():
        if file.is_dir():
            raise SetupError(f"{file}: is a folder; expected a recipe file (YAML)")
        file = _named(Library.beside(None), str(path), "a file that is there, or a shipped recipe's name")
    library = Library.beside(file)
    tree = _read(file, library, ())
    for override in overrides:
        _override(tree, override)
    return validated(tree, str(file)), library


def _named(library: Library, name: str, expected: str) -> Path:
    known = library.names("pipelines")
    if name.removesuffix(".yaml") in known:
        return library.find("pipelines", name)
    raise SetupError(f"{name}: there is no such recipe; expected {expected}{did_you_mean(Path(name).stem, known)}")


def validated(tree: Mapping[str, object], where: str) -> Recipe:
    """Validate a recipe tree; raises SetupError."""
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        raise SetupError(f"{where}: {explain_validation(error, Recipe)}") from None


class _UniqueKeys(yaml.SafeLoader):
    """A YAML loader that refuses a key given twice and takes dates for text: fields hold none, but an api-version."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(k, deep=True) for k, _ in node.value]
        twice = [(k, n.start_mark.line + 1) for k, (n, _) in zip(keys, node.value, strict=True) if keys.count(k) > 1]
        if twice:
            raise yaml.YAMLError(f"key '{twice[0][0]}' is given twice (lines {twice[0][1]} and {twice[1][1]})")
        return super().construct_mapping(node, deep)


_UniqueKeys.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _read(file: Path, library: Library, above: tuple[Path, ...]) -> dict[str, object]:
    if file.resolve() in above:
        raise SetupError(f"{file}: includes itself, by way of {above[-1]}; take the include out")
    try:
        tree = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise SetupError(f"{file}: not a readable recipe: {yaml_fault(error)}") from None
    if not isinstance(tree, dict):
        raise SetupError(f"{file}: expected a mapping with keys such as source, teacher, tasks")
    own = {str(k): _located(v, file.resolve().parent) for k, v in tree.items()}
    include = own.pop("include", None)
    if include is None:
        return own
    if not isinstance(include, str):
        raise SetupError(f"{file}: include: expected one recipe's file or name (got {include!r})")
    beside = file.parent / include
    other = beside if beside.is_file() else _named(library, include, f"a file beside {file} or a shipped recipe's name")
    return _merged(_read(other, library, (*above, file.resolve())), own)


def yaml_fault(error: Exception) -> str:
    """Say in one line where YAML text is wrong and how; nothing of the text is shown."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def _located(value: object, folder: Path) -> object:
    if isinstance(value, dict):
        return {str(k): _located(v, folder) for k, v in value.items()}
    if isinstance(value, list):
        return [_located(v, folder) for v in value]
    if isinstance(value, str):
        text = Located(value)
        text.folder = folder
        return text
    return value


def _merged(first: Mapping[str, object], second: Mapping[str, object]) -> dict[str, object]:
    """Give ``first`` with ``second`` over it; another ``use`` drops the former block's fields."""
    if "use" in second and "use" in first and second["use"] != first["use"]:
        return dict(second)
    merged = dict(first)
    for key, value in second.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _override(tree: dict[str, object], override: str) -> None:
    """Apply one ``key.sub=value``; the value is read as YAML."""
    key, equals, text = override.partition("=")
    keys = key.strip().split(".")
    if not equals or not all(keys):
        raise SetupError(f"--set {key}: expected KEY=VALUE, such as teacher.use=openai_chat")
    try:
        value = _located(yaml.load(text, Loader=_UniqueKeys) if text.strip() else None, Path.cwd())
    except yaml.YAMLError as error:
        raise SetupError(f"--set {key}: the value is not YAML ({yaml_fault(error)})") from None
    block: dict[str, object] = tree
    for step in keys[:-1]:
        inner = block.get(step)
        if not isinstance(inner, dict):
            if inner is not None:
                raise SetupError(f"--set {key}: '{step}' holds a value, not a block of keys")
            inner = {}
            block[step] = inner
        block = inner
    if keys[-1] == "use" and block.get("use") not in (None, value):
        block.clear()
    block[keys[-1]] = value
