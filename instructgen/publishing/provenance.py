"""A run in; what a published dataset holds of how it was made out: recipe, prompts and seeds, and their digests.

Of the recipe, all that shapes the result is published. What only says where things are on the maker's machines or
network is not: of paths the last name stands, addresses and the like are left out.
"""

from collections.abc import Mapping
from pathlib import PurePath

import yaml

from ..component import Component, is_placement
from ..digests import digest, digest_bytes
from ..recipe import load
from ..run import Run

_HEAD = "# What this dataset was made by. Paths are shortened to their last names; addresses are left out.\n"


def texts(run: Run) -> Mapping[str, bytes]:
    """Give recipe, prompts and seeds by their path in the published set."""
    return {
        "recipe.yaml": published_recipe(run).encode(),
        **{f"{kind}/{name}": text.encode() for (kind, name), text in sorted(run.built.texts.items())},
    }


def digests(run: Run) -> Mapping[str, str]:
    """Give the digests of prompts and seeds by their path: what the columns ``prompt`` and ``seeds`` hold."""
    return {f"{kind}/{name}": digest_bytes(text.encode()) for (kind, name), text in sorted(run.built.texts.items())}


def recipe_digest(run: Run) -> str:
    """Digest all that shapes the run: equal digests mean the same recipe, prompts, seeds and component versions."""
    return digest(run.built.shaping())


def published_recipe(run: Run) -> str:
    """Give the resolved recipe as YAML, less what is private."""
    recipe, _ = load(run.folder.recipe)
    built = run.built
    tree = recipe.model_dump(mode="json", exclude_none=True)
    blocks = [(tree["source"], built.source), (tree["teacher"], built.teachers["teacher"])]
    blocks += [(tree["extract"][name], extractor) for name, extractor in built.extractors.items()]
    blocks += [(block, built.teachers[role]) for role, block in tree["roles"].items()]
    blocks += [(tree["tasks"][name], task) for name, task in built.tasks.items()]
    checks: Mapping[str, object] = {**built.checks, **built.asked_checks, **built.run_checks}
    blocks += [(block, checks[name]) for name, block in tree["checks"].items()]
    for block, component in blocks:
        for key in _private(component) & block.keys():
            del block[key]
    return _HEAD + yaml.safe_dump(_shortened(tree), sort_keys=False, allow_unicode=True, width=110)


def _private(component: object) -> set[str]:
    """Give the fields that say where something is and are not to be shown: addresses, headers, proxies."""
    fields = type(component).model_fields if isinstance(component, Component) else {}
    return {name for name, info in fields.items() if is_placement(info) and not info.repr}


def _shortened(value: object) -> object:
    """Give a tree with every absolute path shortened to its last name."""
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shortened(inner) for inner in value]
    if isinstance(value, str):
        text = str(value)
        return PurePath(text).name if PurePath(text).is_absolute() else text
    return value
