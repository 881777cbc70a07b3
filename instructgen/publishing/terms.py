"""Names of files and models in; the terms that are known of them out, from a dated table that the user may replace.

What is not in the table is not known: None, never a guess. Licences by their identifiers on the Hub are here, too.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from ..component import Component, explain_validation
from ..errors import SetupError
from ..library import shipped
from ..recipe import yaml_fault

SHIPPED = Path(__file__).with_name("terms.yaml")


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"expected a regular expression ({error})") from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
"""A regular expression that must match a whole name, whatever its letter case."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Dated(_Entry):
    known: date
    """The day as of which the entry is right."""


class ImageLicence(_Entry):
    """A licence that a source's records refer to."""

    name: str
    url: str


class ImageLicences(_Entry):
    """How a source's records say under which licence each picture is."""

    field: str
    """The source's field; the recipe must keep it."""
    values: dict[str, ImageLicence]


class SourceTerms(_Dated):
    """What is known of a source."""

    title: str
    files: Pattern
    """Names of its annotation files; ``shipped/`` stands for the folder of what comes with instructgen."""
    page: str
    annotations: str
    """Terms of its annotations, in a few words."""
    annotations_url: str | None = None
    images: str
    """Terms of its pictures, in a few words."""
    images_url: str | None = None
    image_licences: ImageLicences | None = None
    languages: list[str] = []
    """Of its texts, as ISO 639-1 codes."""
    cite: str | None = None
    """As BibTeX."""


class OutputTerms(_Dated):
    """What is known of the terms of a model's output."""

    title: str
    models: Pattern
    output: str
    """In a few words."""
    url: str | None = None


class TermsTable(_Entry):
    """A table of terms."""

    sources: dict[str, SourceTerms]
    models: dict[str, OutputTerms]

    def source(self, source: object) -> SourceTerms | None:
        """Give the terms of a source whose annotation files all have names that one entry knows."""
        names = list(annotation_files(source))
        known = (terms for terms in self.sources.values() if all(_matches(terms.files, name) for name in names))
        return next(known, None) if names else None

    def model(self, name: str) -> OutputTerms | None:
        """Give the terms of a model's output, by the model's name."""
        return next((terms for terms in self.models.values() if _matches(terms.models, name)), None)


def annotation_files(source: object) -> Iterable[str]:
    """Give the names of the files that a source reads, less its pictures; from ``shipped/`` on for what we ship."""
    if not isinstance(source, Component):
        return
    for name in type(source).model_fields:
        value = getattr(source, name)
        for path in value if isinstance(value, tuple) else (value,):
            if isinstance(path, Path) and name != "images":
                own = shipped() in path.parents
                yield f"shipped/{path.relative_to(shipped()).as_posix()}" if own else path.name


def _matches(pattern: str, name: str) -> bool:
    return re.fullmatch(pattern, name, re.IGNORECASE) is not None


@lru_cache(maxsize=16)
def terms_table(path: Path | None = None) -> TermsTable:
    """Read a table of terms, the shipped one if left out; raises SetupError that names file and entry."""
    file = path or SHIPPED
    try:
        return TermsTable.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise SetupError(f"{file}: {explain_validation(error, TermsTable)}") from None
    except yaml.YAMLError as error:
        raise SetupError(f"{file}: cannot be read as a table of terms ({yaml_fault(error)})") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{file}: cannot be read as a table of terms ({' '.join(str(error).split())[:200]})") from None


# ── licences ─────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def licences() -> Mapping[str, str | None]:
    """Give the Hub's identifiers of licences, each with its page at SPDX where it has one."""
    names = yaml.safe_load(Path(__file__).with_name("licences.yaml").read_text(encoding="utf-8"))
    return {name: f"https://spdx.org/licenses/{spdx}.html" if spdx else None for name, spdx in names.items()}


UNKNOWN = "unknown"
"""The identifier of a licence that nobody has decided on."""


def need_licence(name: str) -> str:
    """Give a licence's identifier as the Hub writes it. Raises SetupError for one that the Hub does not know."""
    known = name.lower()
    if known not in licences():
        near = [each for each in licences() if each.startswith(known)] or get_close_matches(known, licences(), 3)
        meant = f"; did you mean {', '.join(near[:3])}?" if near else "."
        raise SetupError(
            f"--license {name}: the Hub knows no such licence{meant} Its identifiers are listed at"
            " https://huggingface.co/docs/hub/repositories-licenses"
        )
    return known
