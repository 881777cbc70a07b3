"""The name of a prompt, seeds file or recipe in; its text out: the user's own folder first, then the shipped ones.

Shipped files lie beside the package in a checkout or an editable install, and inside it in a wheel.
"""

from dataclasses import dataclass
from pathlib import Path

from .component import did_you_mean
from .errors import SetupError

KINDS = {"prompts": ".jinja", "seeds": ".yaml", "pipelines": ".yaml"}


def shipped() -> Path:
    """Give the folder that holds the shipped ``prompts``, ``seeds`` and ``pipelines``."""
    package = Path(__file__).resolve().parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent


@dataclass(frozen=True)
class Library:
    """A list of folders, each with ``prompts``, ``seeds`` or ``pipelines`` in it; earlier ones win."""

    folders: tuple[Path, ...]

    @classmethod
    def beside(cls, recipe: Path | None) -> "Library":
        """Give the library of a recipe file: its own folder, that folder's parent, then what is shipped."""
        own = (recipe.resolve().parent, recipe.resolve().parent.parent) if recipe else ()
        return cls((*own, shipped()))

    def find(self, kind: str, name: str) -> Path:
        """Give the file ``KIND/NAME`` (its ending may be left out); raises SetupError with the nearest name."""
        file = name if name.endswith(KINDS[kind]) else name + KINDS[kind]
        for folder in self.folders:
            path = folder / kind / file
            if path.is_file():
                return path
        raise SetupError(
            f"there is no {kind}/{file}, neither beside the recipe nor shipped{did_you_mean(name, self.names(kind))}"
        )

    def text(self, kind: str, name: str) -> str:
        """Give the text of a file that ``find`` finds."""
        path = self.find(kind, name)
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(f"{path}: cannot be read as UTF-8 text ({error})") from None

    def names(self, kind: str) -> list[str]:
        """List the names that ``find`` would find, sorted."""
        return sorted({p.stem for f in self.folders for p in (f / kind).glob(f"*{KINDS[kind]}")})
