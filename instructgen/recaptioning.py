"""A dataset's path or name and a few words in; the recipe that writes its captions anew out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from . import teachers as known_teachers
from .component import resolve
from .errors import SetupError
from .library import Library
from .recipe import Recipe, load
from .sources.detected import detect
from .sources.hub import fetched, is_hub_name

RECIPE = "recaption"


class Recaptioning(NamedTuple):
    """What is to be carried out."""

    recipe: Recipe
    library: Library
    said: str
    """What the dataset was found to be."""


def recaptioning(
    dataset: str,
    *,
    images: Path | None = None,
    style: str | None = None,
    teacher: str | None = None,
    model: str | None = None,
    base_url: str | None = None,
    settings: Iterable[str] = (),
) -> Recaptioning:
    """Find out what ``dataset`` is, and make the shipped recipe read it; ``settings`` have the last word.

    Raises SetupError for what is no dataset, and for a setting that is none.
    """
    settings = tuple(settings)
    of_hub = is_hub_name(dataset)
    given = _of_source(settings)
    split = given.get("split")
    place = fetched(dataset, split if isinstance(split, str) else None) if of_hub else Path(dataset)
    found = detect(place, images, given)
    said = {"teacher.model": model, "teacher.base_url": base_url, "tasks.recaption.style": style}
    chosen = [f"{key}={json.dumps(value)}" for key, value in said.items() if value is not None]
    if teacher is not None:
        chosen.insert(0, f"teacher={json.dumps(_block_of(teacher))}")
    source = {key: _absolute(value) for key, value in found.block.items()}
    recipe, library = load(RECIPE, [f"source={json.dumps(source)}", *chosen, *settings])
    played = resolve(recipe.teacher.use, known_teachers.TABLE, "teacher", "--teacher").model_fields
    if "model" in played and not recipe.teacher.fields().get("model"):
        raise SetupError("--model: expected the name of a model that sees, as the server at --base-url calls it")
    return Recaptioning(recipe, library, f"{dataset}: {found.said}{f' (fetched to {place})' if of_hub else ''}")


def _block_of(teacher: str) -> dict[str, object]:
    """Give the block of another teacher: it decodes as the recipe says, as far as it has the fields for that."""
    known = resolve(teacher, known_teachers.TABLE, "teacher", "--teacher").model_fields
    decoding = load(RECIPE)[0].teacher.fields()
    return {"use": teacher, **{key: value for key, value in decoding.items() if key in known}}


def _of_source(settings: Iterable[str]) -> dict[str, object]:
    """Give the fields of the source that are set: they decide how a dataset is looked at."""
    recipe = load(RECIPE, [text for text in settings if text.startswith("source.")])[0]
    return recipe.source.fields()


def _absolute(value: object) -> object:
    if isinstance(value, list):
        return [_absolute(each) for each in value]
    return str(value.absolute()) if isinstance(value, Path) else value
