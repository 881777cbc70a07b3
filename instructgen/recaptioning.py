"""A dataset's path or name and a few words in; the recipe that writes its captions anew out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .library import Library
from .recipe import Recipe, load
from .sources.detected import detect

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
    found = detect(Path(dataset), images)
    said = {
        "teacher.use": teacher,
        "teacher.model": model,
        "teacher.base_url": base_url,
        "tasks.recaption.style": style,
    }
    chosen = [f"{key}={json.dumps(value)}" for key, value in said.items() if value is not None]
    source = {key: _absolute(value) for key, value in found.block.items()}
    recipe, library = load(RECIPE, [f"source={json.dumps(source)}", *chosen, *settings])
    return Recaptioning(recipe, library, f"{dataset}: {found.said}")


def _absolute(value: object) -> object:
    return str(value.resolve()) if isinstance(value, Path) else value
