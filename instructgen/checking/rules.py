"""A recipe's name, or none, in; the checks that are to judge a dataset out, with what a fail of each does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .. import checks
from ..assemble import Borrowed, build_checks
from ..component import Site, resolve
from ..errors import SetupError
from ..protocols import Check, Dependent, Measured, RunCheck
from ..recipe import CheckBlock, load

DEFAULTS = "llava_instruct"
"""The shipped recipe whose actions count where the user names none."""


@dataclass
class Rules:
    """The checks that judge, by their names."""

    alone: dict[str, Check]
    """Those that judge one sample at a time."""
    together: dict[str, RunCheck]
    """Those that hold samples against each other."""
    actions: dict[str, str]
    left_out: list[str]
    """Those that would have to ask somebody."""

    @classmethod
    def build(cls, recipe: str | None, settings: Sequence[str], own_words: Mapping[str, Sequence[str]]) -> "Rules":
        """Build a recipe's checks, or all there are: with the actions of the shipped recipe, else ``tag``.

        Of the latter those stay out that lack what they need, such as a benchmark's file. Raises SetupError.
        """
        for text in settings:
            if not text.startswith("checks."):
                raise SetupError(f"--set {text}: expected a field of a check, such as checks.length.max_words=300")
        loaded, library = load(recipe or DEFAULTS, settings)
        blocks, named = dict(loaded.checks), set(loaded.checks)
        if recipe is None:
            blocks |= {name: CheckBlock() for name in checks.TABLE if name not in blocks and not _asks(name, name)}
            tags = [name for name, block in blocks.items() if "action" not in block.model_fields_set]
            blocks |= {name: blocks[name].model_copy(update={"action": "tag"}) for name in tags}
        asking = [name for name, block in blocks.items() if _asks(name, block.use or name)]
        blocks = {name: block for name, block in blocks.items() if name not in asking}
        loaded = loaded.model_copy(update={"checks": blocks})
        alone, _, together = build_checks(loaded, Site("", Borrowed(library), own_words=own_words))
        together = {name: check for name, check in together.items() if _ready(check, needed=name in named)}
        return cls(alone, together, {name: block.action for name, block in blocks.items()}, asking)

    @property
    def names(self) -> list[str]:
        """Those that judge, by name."""
        return [*self.alone, *self.together]

    @property
    def measured(self) -> dict[str, Measured]:
        """Those that have figures."""
        both = {**self.alone, **self.together}
        return {name: check for name, check in both.items() if isinstance(check, Measured)}


def _ready(check: RunCheck, needed: bool) -> bool:
    """Tell whether a check has what it needs. Raises SetupError for one that was asked for and has not."""
    try:
        if isinstance(check, Dependent):
            check.ready()
    except SetupError:
        if needed:
            raise
        return False
    return True


def _asks(name: str, use: str) -> bool:
    """Tell whether a check would have to ask somebody."""
    return hasattr(resolve(use, checks.TABLE, "check", f"checks.{name}"), "rounds")
