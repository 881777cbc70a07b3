"""A run's recipe and the copies of what it uses in; what is not as it was when the run was made out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..assemble import Built
from ..digests import digest_bytes
from ..forms import FORMS
from ..opening import differences
from ..run_folder import RunFacts, RunFolder
from .found import Difference, Verified


def verify_copies(folder: RunFolder, facts: RunFacts, found: Verified) -> None:
    """Hold the copies of prompts, seeds and schemas against the digests in ``run.json``."""
    for name, digest in _noted(facts, "texts").items():
        found.add("setup", _copy(folder, name, str(digest)))
    for name in _noted(facts, "forms"):
        if name in FORMS:
            text = json.dumps(FORMS[name].schema, indent=1) + "\n"
            found.add("setup", _copy(folder, f"schemas/{name}.json", digest_bytes(text.encode())))


def _noted(facts: RunFacts, key: str) -> Mapping[str, Any]:
    noted = facts.shaping.get(key)
    return noted if isinstance(noted, dict) else {}


def _copy(folder: RunFolder, name: str, expected: str) -> Iterator[Difference]:
    path = folder.path / name
    if not path.is_file():
        yield Difference(name, "is missing; the run was made with it")
        return
    digest = digest_bytes(path.read_bytes())
    if digest != expected:
        yield Difference(name, "is not what the run was made with", column="digest", expected=expected, found=digest)


def verify_recipe(built: Built, facts: RunFacts, found: Verified) -> None:
    """Hold the recipe, key by key, against what shaped the run; a component of another version shows there, too."""
    shaping = json.loads(json.dumps(built.shaping()))
    lines = differences(facts.shaping, shaping)
    found.add("setup", [Difference("recipe.yaml", f"is not what the run was made with: {line}") for line in lines])
