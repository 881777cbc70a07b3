"""Runs in; the page's application out: what each address shows, and what the one that changes something does."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ..errors import RequestRefused, UserError
from ..found_cache import cache_folder
from ..records import Turn
from ..reviews import append, review_of
from .compare import SHOWN, Sides, contexts_of, rows_of, shared
from .filters import STATES, Filter
from .guard import Guard
from .marks import bare, restored
from .pictures import SIDES
from .reading import Entry, entries
from .showing import Shower, beside
from .table import Table
from .viewed import Viewed

A_PAGE = 48
"""Samples on a page of the grid: its rows are full with two, three, four, six or eight in each."""

CONTEXTS_A_PAGE = 12
_HERE = Path(__file__).parent
_STATIC = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
_PLACEHOLDER = _HERE / "static" / "no-picture.svg"


class Page:
    """What the addresses of the page do. Each runs in a thread: none holds up the others."""

    def __init__(self, runs: Sequence[Viewed], token: str, reviewer: str) -> None:
        """``reviewer`` is under whose name decisions are kept, ``token`` what a form must bear to change something."""
        self.runs = runs
        self.reviewer = reviewer
        self._token = token
        loader = FileSystemLoader(_HERE / "templates")
        self._templates = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
            bytecode_cache=Compiled(str(cache_folder() / "page")),
        )  # fmt: skip
        self._templates.filters.update(number=lambda value: f"{value:,}", breakable=breakable)
        self._templates.globals.update(link=link, token=token, reviewer=reviewer, runs=runs)

    def grid(self, request: Request) -> Response:
        """Show samples beside each other."""
        number, run, table = self._run(request.query_params)
        wanted = Filter.of(request.query_params)
        found = run.rows(table, wanted)
        pages = max(1, -(-len(found) // A_PAGE))
        at = _page(request.query_params.get("page", ""), pages)
        shower = Shower(number, run, table, wanted)
        cards = shower.cards(entries(table, found[(at - 1) * A_PAGE : at * A_PAGE].to_list()))
        return self._show(
            "grid.html",
            {"number": number, "run": run, "wanted": wanted, "facets": run.facets(table), "states": STATES}
            | {"cards": cards, "found": len(found), "total": len(table.frame), "at": at, "pages": pages}
            | {"search": run.search(table, wanted, patience=0)},
        )

    def sample(self, request: Request) -> Response:
        """Show one sample in full."""
        number, run, table = self._run(request.query_params)
        entry = self._entry(run, table, request.query_params)
        wanted = Filter.of(request.query_params)
        shower = Shower(number, run, table, wanted)
        return self._show(
            "sample.html",
            {
                "number": number,
                "run": run,
                "wanted": wanted,
                "entry": entry,
                "said": request.query_params.get("said", ""),
            }
            | {"near": shower.neighbours(run.rows(table, wanted), entry.row), **shower.whole(entry), "bare": bare},
        )

    def compare(self, request: Request) -> Response:
        """Show two runs side by side on the contexts that both have."""
        if len(self.runs) < 2:
            raise HTTPException(404, "There is one run only: give two, instructgen view RUN RUN2.")
        query = request.query_params
        tables = [run.fresh() for run in self.runs]
        task, shown, context = (query.get(name, "") for name in ("task", "shown", "context"))
        found = shared(Sides(tables[0], tables[1]), task, shown if shown in SHOWN else "")
        names = [context] if context else []
        pages = 1 if context else max(1, -(-len(found.rows) // CONTEXTS_A_PAGE))
        at = _page(query.get("page", ""), pages)
        if not context:
            names = contexts_of(tables[0], found.rows[(at - 1) * CONTEXTS_A_PAGE : at * CONTEXTS_A_PAGE].to_list())
        pairs = []
        for name in names:
            cards = [
                Shower(n, self.runs[n], table, Filter()).cards(entries(table, rows_of(table, name, task)))
                for n, table in enumerate(tables)
            ]
            if any(cards):
                pairs.append((name, beside(*cards)))
        tasks = sorted({*self.runs[0].facets(tables[0]).tasks, *self.runs[1].facets(tables[1]).tasks})
        return self._show(
            "compare.html",
            {"pairs": pairs, "shared": found, "at": at, "pages": pages, "tasks": tasks}
            | {"task": task, "shown": shown, "context": context, "number": -1},
        )

    def review(self, request: Request) -> Response:
        """Keep a decision about a sample; it is on the disk before the answer leaves."""
        form: Mapping[str, str] = request.scope["form"]
        _, run, table = self._run(form)
        entry = self._entry(run, table, form)
        decision = form.get("decision", "")
        sample = entry.sample()
        if not entry.turns or decision not in ("accept", "reject", "edit"):
            raise HTTPException(400, "A decision is accept, reject or edit, about a sample that has words.")
        turns: list[Turn] = []
        if decision == "edit":
            texts = [form.get(f"turn{place}", "").replace("\r\n", "\n") for place in range(len(entry.turns))]
            turns = [
                Turn(role=turn.role, text=restored(turn.text, text.strip()))
                for turn, text in zip(entry.turns, texts, strict=True)
            ]
        note = form.get("note", "").replace("\r\n", "\n").strip()
        try:
            made = review_of(sample, decision, self.reviewer, turns, note)  # type: ignore[arg-type]
        except ValidationError as error:
            raise HTTPException(400, error.errors()[0]["msg"]) from None
        append(run.run.folder, [made])
        run.note_reviews()
        back = {key: value for key, value in form.items() if key in ("run", "id", *Filter._fields) and value}
        return RedirectResponse(link("/sample", **back, said=decision), 303)

    def picture(self, request: Request) -> Response:
        """Give a copy of a picture that a sample of the run has."""
        _, run, table = self._run(request.query_params)
        query = request.query_params
        place, side = query.get("place", ""), query.get("side", "")
        if place.isdecimal() and side in map(str, SIDES):
            images = run.pictures.recall(query.get("id", "")) or self._entry(run, table, query).images
            if int(place) < len(images):
                try:
                    kind, data = run.pictures.copy(images[int(place)], int(side))
                except (RequestRefused, OSError):
                    return FileResponse(_PLACEHOLDER, media_type="image/svg+xml")
                return Response(data, media_type=kind, headers={"cache-control": "private, max-age=300"})
        raise HTTPException(404, "The run has no such picture.")

    def static(self, request: Request) -> Response:
        """Give one of the page's own files."""
        name = request.path_params["name"]
        if name not in _STATIC:
            raise HTTPException(404, "There is no such file.")
        return FileResponse(_HERE / "static" / name, media_type=_STATIC[name], headers={"cache-control": "no-cache"})

    def error(self, _request: Request, error: Exception) -> Response:
        """Say in words what is wrong."""
        status, said = 500, " ".join(str(error).split())
        if isinstance(error, HTTPException):
            status, said = error.status_code, error.detail
        return self._show("error.html", {"said": said, "number": -1}, status)

    def _run(self, query: Mapping[str, str]) -> tuple[int, Viewed, Table]:
        number = query.get("run", "0") or "0"
        if not number.isdecimal() or int(number) >= len(self.runs):
            raise HTTPException(404, "There is no such run on this page.")
        run = self.runs[int(number)]
        return int(number), run, run.fresh()

    def _entry(self, run: Viewed, table: Table, query: Mapping[str, str]) -> Entry:
        row = run.find(table, query.get("id", ""))
        found = entries(table, [row]) if row is not None else []
        if not found:
            more = "" if run.index.read >= run.index.total else " It may still come: the run is being read."
            raise HTTPException(404, f"{run.name} has no sample '{query.get('id', '')}'.{more}")
        return found[0]

    def _show(self, name: str, values: Mapping[str, Any], status: int = 200) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(values), status)


class Compiled(FileSystemBytecodeCache):
    """Keeps compiled templates, as compiling them takes half of the first page; where nothing can be kept, it does not.

    They lie in the user's own cache and never in a run's folder, which may come from others: they are executed.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is kept of a template; one that is damaged is compiled, and kept anew."""
        with contextlib.suppress(Exception):  # unpickling what is damaged may raise nearly anything
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def link(path: str, **query: object) -> str:
    """Write a link; what is empty is left out of its query."""
    asked = urlencode({key: value for key, value in query.items() if value not in ("", None)})
    return f"{path}?{asked}" if asked else path


def breakable(name: str) -> Markup:
    """Write a sample's id so that a line may break behind its slashes."""
    return Markup("/<wbr>").join(name.split("/"))


def _page(asked: str, pages: int) -> int:
    """Read the number of a page, from 1; the nearest that there is."""
    if asked == "last":
        return pages
    return min(max(int(asked), 1), pages) if asked.isdecimal() and len(asked) < 12 else 1


def application(runs: Sequence[Viewed], port: int, token: str, reviewer: str) -> Guard:
    """Give the page over runs, as the server at ``port`` is to serve it."""
    page = Page(runs, token, reviewer)
    handlers: dict[Any, Callable[[Request, Exception], Response]] = {HTTPException: page.error, UserError: page.error}
    routes = [
        Route("/", page.grid),
        Route("/sample", page.sample),
        Route("/compare", page.compare),
        Route("/review", page.review, methods=["POST"]),
        Route("/picture", page.picture),
        Route("/static/{name}", page.static),
    ]
    return Guard(Starlette(routes=routes, exception_handlers=handlers), port, token)
