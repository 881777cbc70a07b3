"""A recipe in; the exact messages of its first requests out. Nothing is spent."""

from collections.abc import Iterator
from itertools import islice

from .assemble import build
from .component import did_you_mean
from .errors import Declined, SetupError
from .extending import Extending
from .forms import FORMS, laid_out
from .lacking import expected
from .library import Library
from .money.tokens import count
from .recipe import Recipe
from .records import Context, Fault, Image, Request, Row
from .replay import first_requests
from .selection import all_ranges
from .supply import nothing_read


def preview(
    recipe: Recipe, library: Library, *, limit: int, task: str | None = None, structured: bool = True
) -> Iterator[str]:
    """Give, for each of the first ``limit`` contexts and each task, the messages as text.

    ``structured``: as a server with JSON schemas gets them, unless the recipe says that the teacher has none.
    """
    built = build(recipe, library)
    if task is not None and task not in built.tasks:
        raise SetupError(f"--task: the recipe has no task '{task}'{did_you_mean(task, list(built.tasks))}")
    built.stamp()
    structured_by = {
        role: structured and getattr(teacher, "reply_format", None) != "plain"
        for role, teacher in built.teachers.items()
    }
    structured = structured_by[recipe.attempts[0]]
    row: Row | None = None
    for row in Extending(built).extended(islice(built.source.read(0), limit)):
        if isinstance(row.item, Fault):
            yield f"━━ record {row.item.row} cannot be used ━━ {row.item.reason}: {row.item.detail}\n"
        if not isinstance(row.item, Context):
            continue
        for name, requests in first_requests(built, all_ranges(recipe), row.item):
            if task is not None and name != task:
                continue
            if isinstance(requests, Declined):
                yield f"━━ {row.item.id} ━━ {name} ━━ declined: {requests}\n"
                continue
            for number, request in enumerate(requests, 1):
                yield _shown(f"{row.item.id} ━━ {name} ━━ request {number}", request, structured)
                for check, asking in expected(built, name, request, row.item):
                    head = (
                        f"{row.item.id} ━━ {name} ━━ request {number} ━━ check {check}, a few-shot reply as the sample"
                    )
                    yield _shown(head, asking, structured_by[asking.role])
    if row is None:
        raise nothing_read()


def _shown(head: str, request: Request, structured: bool) -> str:
    lines = [f"━━ {head} ━━ form {request.form}"]
    tokens = 0
    for message in laid_out(request, structured):
        text = "".join(f"[picture {p.path or p.url}]" if isinstance(p, Image) else str(p) for p in message.parts)
        tokens += count(text, "gpt-4o").tokens
        lines.append(f"── {message.role} ──\n{text}")
    if structured:
        lines.append(f"── reply held to ── {', '.join(_properties(request.form))} (schemas/{request.form}.json)")
    return "\n".join([*lines, f"── about {tokens} tokens ──", ""])


def _properties(form: str) -> list[str]:
    properties = FORMS[form].schema["properties"]
    return list(properties) if isinstance(properties, dict) else []
