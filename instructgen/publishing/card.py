"""A laid out dataset in; the files that describe it out: the card with its small pictures, Croissant, recipe, prompts.

The same run gives the same bytes: dates are those of the journal.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..reporting.charts import thousands as number
from . import card_tables as tables
from . import card_terms
from .croissant import HUB, croissant
from .croissant_about import about
from .figures import RunFigures, figures_of
from .laid_out import LaidOut
from .markdown import code, escaped
from .metadata import from_the_hub, metadata
from .provenance import recipe_digest, texts
from .samples import ShownSample, shown_samples
from .terms import UNKNOWN, terms_table

_TEMPLATES = Path(__file__).with_name("templates")


def card(laid_out: LaidOut) -> Mapping[str, bytes]:
    """Give the describing files by their path in the repository. Raises SetupError for a run that is damaged."""
    figures = figures_of(laid_out.run)
    samples = shown_samples(laid_out)
    pictures = {_picture_name(n): each.picture for n, each in enumerate(samples, 1) if each.picture}
    readme = _environment().get_template("card.jinja").render(_values(laid_out, figures, samples))
    return {
        "README.md": (re.sub(r"\n{3,}", "\n\n", readme).rstrip() + "\n").encode(),
        "croissant.json": croissant(laid_out, about(laid_out, figures)),
        **pictures,
        **texts(laid_out.run),
    }


def unknowns(laid_out: LaidOut) -> list[str]:
    """Say what the card does not know and its maker should tell, a line each; nothing when all is known."""
    built, terms = laid_out.run.built, terms_table(laid_out.terms)
    lines = []
    if laid_out.license == UNKNOWN:
        lines.append("the dataset's licence is not decided: name one with --license")
    if laid_out.license == "other":
        lines.append("the licence has no identifier: add its text to the dataset as a file LICENSE")
    if terms.source(built.source) is None:
        lines.append("the terms of annotations and pictures are not known: add the source to a table of --terms")
    players = {role: str(getattr(teacher, "model", teacher.name)) for role, teacher in built.teachers.items()}
    lines += [
        f"the terms of what {model} writes are not known: add it to a table of --terms"
        for model in sorted({players[role] for role in built.recipe.attempts})
        if terms.model(model) is None
    ]
    return lines


def _environment() -> Environment:
    """Give the templates' environment, in which every value that is no Markdown is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else escaped(str(value)),
    )
    environment.filters["code"] = code
    return environment


def _values(laid_out: LaidOut, figures: RunFigures, samples: list[ShownSample]) -> Mapping[str, object]:
    run, terms = laid_out.run, terms_table(laid_out.terms)
    source, recipe = terms.source(run.built.source), run.built.recipe
    rejected = figures.rejected()
    field = source.image_licences.field if source and source.image_licences else ""
    return {
        "metadata": Markup(metadata(laid_out)),
        "name": laid_out.repo.partition("/")[2],
        "repo": Markup(laid_out.repo),
        "hub": Markup(HUB),
        "about": f"{recipe.about.rstrip('.')}." if recipe.about else "",
        "rows": number(sum(map(laid_out.rows, laid_out.tasks))),
        "tasks": [Markup(task) for task in laid_out.tasks],
        "first_split": Markup(next(iter(laid_out.configs[laid_out.tasks[0]]))),
        "writers": tables.writers(figures),
        "configs": tables.configs(laid_out),
        "several_splits": len({split for splits in laid_out.configs.values() for split in splits}) > 1,
        "told": laid_out.told,
        "columns": tables.columns(laid_out),
        "pictures": laid_out.pictures,
        "samples": [_shown(n, each) for n, each in enumerate(samples, 1)],
        "version": run.facts.instructgen,
        "source": source,
        "source_words": source.title if source else from_the_hub(run.built.source) or "a source of its maker's own",
        "seed": recipe.seed,
        "digest": Markup(recipe_digest(run)),
        "first": figures.first[:10],
        "last": figures.last[:10],
        "made": tables.made(laid_out),
        "models": tables.models(figures),
        "texts": tables.texts(run),
        "finished": figures.finished,
        "funnel": tables.funnel(laid_out, figures),
        "rejected": tables.rejected(rejected) if rejected else "",
        "rejected_shown": tables.MOST_REASONS,
        "more_reasons": len(rejected) if len(rejected) > tables.MOST_REASONS else 0,
        "rates": tables.rates(figures),
        "drawn": f"{figures.counted} of {figures.shards} shards, drawn by seed"
        if figures.counted < figures.shards
        else "",
        "noted": tables.noted(figures),
        "reviews": tables.reviews(run),
        "errors": tables.errors(run),
        "faults": tables.faults(figures),
        "cost": tables.cost(figures),
        "licence": card_terms.licence(laid_out),
        "terms": card_terms.terms(laid_out, figures, source, terms),
        "image_field": field,
        "image_licences": card_terms.image_licences(laid_out, source),
        "cite": Markup(card_terms.citations(laid_out, figures, source)),
    }


def _picture_name(number: int) -> str:
    return f"assets/sample-{number}.jpg"


def _shown(number: int, sample: ShownSample) -> Mapping[str, object]:
    return {
        "task": sample.task,
        "id": sample.id,
        "pictures": sample.pictures,
        "file": Markup(_picture_name(number)) if sample.picture else "",
        "turns": Markup("\n>\n").join(Markup(f"> **{escaped(role)}.** {escaped(text)}") for role, text in sample.turns),
    }
