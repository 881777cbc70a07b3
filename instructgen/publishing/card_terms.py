"""What is known of terms in; what the card says of licences and how to cite out, as Markdown. Nothing is guessed."""

from collections import Counter
from datetime import date

from markupsafe import Markup

from ..reporting.charts import percent
from ..reporting.charts import thousands as number
from .card_tables import model_spending
from .croissant import HUB
from .figures import RunFigures
from .laid_out import LaidOut
from .markdown import code, escaped, link, table
from .metadata import from_the_hub
from .terms import UNKNOWN, SourceTerms, TermsTable, licences

NOT_KNOWN = "**not known: fill in**"
MOST_LICENCES = 20


def licence(laid_out: LaidOut) -> Markup:
    """Say what the set as a whole is under."""
    name = laid_out.license
    if name == UNKNOWN:
        return Markup(
            "The licence of this set is **not decided**: until its maker names one, nothing is granted. What the terms "
            "below leave open is for its maker to settle."
        )
    page = licences().get(name)
    shown = f"[`{name}`]({page})" if page else f"`{name}`"
    return Markup(
        f"The maker of this set puts what is theirs in it under {shown}. That cannot give more than the terms below do."
    )


def terms(laid_out: LaidOut, figures: RunFigures, source: SourceTerms | None, known: TermsTable) -> Markup:
    """Give the terms of annotations, pictures and models' output, one a line."""
    rows: list[tuple[object, ...]] = []
    if source is None:
        hub = from_the_hub(laid_out.run.built.source)
        whose = link(code(hub), f"{HUB}/{hub}") if hub else "a source that the table does not know"
        rows += [(what, whose, Markup(NOT_KNOWN), "") for what in ("annotations", "pictures")]
    else:
        day = _day(source.known)
        rows.append(("annotations", source.title, _linked(source.annotations, source.annotations_url), day))
        rows.append(("pictures", source.title, _linked(source.images, source.images_url), day))
    for model in model_spending(figures):
        found = known.model(model)
        if found is None:
            rows.append(("output of a model", code(model or "unknown"), Markup(NOT_KNOWN), ""))
        else:
            whose = Markup(f"{code(model)}: {escaped(found.title)}")
            rows.append(("output of a model", whose, _linked(found.output, found.url), _day(found.known)))
    return table(("what", "of", "terms", "as of"), rows)


def _day(day: date) -> str:
    return str(day).replace("-", "\N{NON-BREAKING HYPHEN}")


def _linked(text: str, url: str | None) -> Markup:
    return Markup(f"{escaped(text)} ({link('terms', url)})") if url else escaped(text)


def image_licences(laid_out: LaidOut, source: SourceTerms | None) -> Markup | str:
    """Count the samples by the licence of their picture; nothing where the rows do not hold it."""
    if source is None or source.image_licences is None:
        return ""
    counts: Counter[str] = Counter()
    for task in laid_out.tasks:
        if source.image_licences.field in laid_out.features[task]:
            counts += _counted(laid_out, task, source.image_licences.field)
    rows = []
    for value, samples in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_LICENCES]:
        known = source.image_licences.values.get(value)
        named = link(known.name, known.url) if known else Markup(NOT_KNOWN)
        rows.append((code(value or "none given"), named, number(samples), percent(samples, counts.total())))
    return table((source.image_licences.field, "licence", "samples", "of all"), rows, 2) if rows else ""


def _counted(laid_out: LaidOut, task: str, column: str) -> Counter[str]:
    import pyarrow.parquet as pq

    counts: Counter[str] = Counter()
    for file in (file for files in laid_out.configs[task].values() for file in files):
        with pq.ParquetFile(laid_out.folder / file.path) as parquet:
            for batch in parquet.iter_batches(columns=[column]):
                for found in batch.column(0).value_counts().to_pylist():
                    counts[_plain(found["values"])] += found["counts"]
    return counts


def _plain(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def citations(laid_out: LaidOut, figures: RunFigures, source: SourceTerms | None) -> str:
    """Give what to cite, as BibTeX: the set, and where it comes from."""
    return "\n".join([citation(laid_out, figures), *([source.cite] if source and source.cite else [])]).rstrip()


def citation(laid_out: LaidOut, figures: RunFigures) -> str:
    """Give the set's own entry of a bibliography."""
    maker, _, name = laid_out.repo.partition("/")
    lines = {
        "title": f"{{{name}}}",
        "author": f"{{{maker}}}",
        **({"year": figures.last[:4]} if figures.last else {}),
        "publisher": "Hugging Face",
        "url": f"{HUB}/{laid_out.repo}",
        "note": f"made with instructgen {laid_out.run.facts.instructgen}",
    }
    fields = "\n".join(f"  {key:9} = {{{value}}}," for key, value in lines.items())
    return f"@misc{{{name},\n{fields}\n}}\n"
