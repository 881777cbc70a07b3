"""A recipe file and overrides in; a validated recipe out.

A recipe is one YAML file. ``include`` takes another one first; later keys win, block by block, and setting another
``use`` drops the former block's fields. A path in a file is relative to that file's folder, one given by an override
to the current folder.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .component import explain_validation
from .errors import SetupError
from .library import Library

Take = Literal["all"] | Annotated[int, Field(ge=0)] | Annotated[str, Field(pattern=r"^\d+(\.\d+)?%$")]
Action = Literal["retry", "reject", "tag"]


class Block(BaseModel):
    """A block whose further keys are the component's own fields."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

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
    """What a ``fail`` does: another attempt, set the sample aside, or only tag it."""


class Output(BaseModel):
    """How accepted samples are written."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    images: Literal["path", "bytes"] = "path"
    """``path``: references only; ``bytes``: the original files inside the Parquet parts."""


class Recipe(BaseModel):
    """A recipe as written, resolved: includes and overrides applied."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    about: str = ""
    """One line that says what the dataset is."""
    seed: int = 42
    """Every draw derives from it."""
    max_faults: float = Field(default=0.01, ge=0, le=1)
    """Share of source records that may be unreadable before the run stops; ten are always allowed."""
    shard_size: int = Field(default=1000, ge=1)
    """Source records a shard; fixed at a run's start."""
    source: Block
    """Where contexts come from."""
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
        file = Library.beside(None).find("pipelines", str(path))
    library = Library.beside(file)
    tree = _read(file, library, ())
    for override in overrides:
        _override(tree, override)
    return validated(tree, str(file)), library


def validated(tree: Mapping[str, object], where: str) -> Recipe:
    """Validate a recipe tree; raises SetupError."""
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        raise SetupError(f"{where}: {explain_validation(error, list(Recipe.model_fields))}") from None


class _UniqueKeys(yaml.SafeLoader):
    """A YAML loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(k, deep=True) for k, _ in node.value]
        twice = [k for k in keys if keys.count(k) > 1]
        if twice:
            raise yaml.YAMLError(f"key '{twice[0]}' is given twice (line {node.start_mark.line + 1})")
        return super().construct_mapping(node, deep)


def _read(file: Path, library: Library, above: tuple[Path, ...]) -> dict[str, object]:
    if file in above:
        raise SetupError(f"{file}: includes itself")
    try:
        tree = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise SetupError(f"{file}: not a readable recipe: {' '.join(str(error).split())}") from None
    if not isinstance(tree, dict):
        raise SetupError(f"{file}: expected a mapping with keys such as source, teacher, tasks")
    own = {str(k): _located(v, file.resolve().parent) for k, v in tree.items()}
    include = own.pop("include", None)
    if include is None:
        return own
    beside = file.parent / str(include)
    other = beside if beside.is_file() else library.find("pipelines", str(include))
    return _merged(_read(other, library, (*above, file)), own)


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
        raise SetupError(f"--set {override}: expected KEY=VALUE, such as teacher.use=openai_chat")
    try:
        value = _located(yaml.safe_load(text) if text.strip() else None, Path.cwd())
    except yaml.YAMLError as error:
        raise SetupError(f"--set {override}: the value is not YAML ({' '.join(str(error).split())})") from None
    block: dict[str, object] = tree
    for step in keys[:-1]:
        inner = block.get(step)
        if not isinstance(inner, dict):
            if inner is not None:
                raise SetupError(f"--set {override}: '{step}' holds a value, not a block of keys")
            inner = {}
            block[step] = inner
        block = inner
    if keys[-1] == "use" and block.get("use") not in (None, value):
        block.clear()
    block[keys[-1]] = value
