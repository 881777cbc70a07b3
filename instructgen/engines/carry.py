"""An opened run in; the run carried out: event loop, Ctrl-C, progress, report."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine

from rich.console import Console

from ..batched import Batched
from ..batches import Batches
from ..errors import SetupError
from ..opening import Opened
from ..report import Summary, summarise, write_report
from ..run_checks import judge_run
from .batch_engine import BatchEngine
from .cluster import Pool
from .engine import Engine, quicken
from .local import LocalEngine
from .progress import Progress
from .scale import RayEngine
from .sharing import Sharing


def carry_out(
    opened: Opened,
    *,
    offline: bool = False,
    detach: bool = False,
    pool: Pool | None = None,
    sharing: Sharing | None = None,
    console: Console | None = None,
) -> tuple[Engine, Summary]:
    """Carry a run out as far as it goes, write its report, and give the engine and the figures.

    With a ``pool`` of workers it is carried out on Ray, else on this machine, after all that is in the store of
    ``sharing`` was brought in. ``detach``: where batches are asked, end when they are sent. ``engine.stopping`` tells
    whether it was stopped by the user. Errors that end the run are raised after everything in flight has been
    journaled.
    """
    console = console or Console(stderr=True)
    if opened.spending is not None:
        if sharing is not None:
            sharing.bring_journals()
        opened.spending.count(opened.built, opened.folder, opened.facts)
    if pool is None and sharing is not None:
        sharing.pull(lambda line: console.print(line, soft_wrap=True, highlight=False, markup=False))
    engine = _engine(opened, offline=offline, detach=detach, pool=pool, sharing=sharing)
    quicken()
    try:
        _runner()(_attended(engine, opened, console))
    except asyncio.CancelledError:
        engine.stop()
    summary = summarise(opened.folder, opened.built, opened.facts)
    write_report(opened.folder, summary, opened.built.recipe.about)
    if opened.built.run_checks or opened.folder.shards("verdicts"):
        _judge_run(opened, summary, stopped=engine.stopping)
    facts = opened.folder.facts()
    if facts is not None and not summary.open and not engine.stopping:
        opened.folder.write_facts(facts.model_copy(update={"finished": True}))
    return engine, summary


def _engine(opened: Opened, *, offline: bool, detach: bool, pool: Pool | None, sharing: Sharing | None) -> Engine:
    """Choose who carries the run out. Raises SetupError for what does not go together."""
    by_batch = [role for role, teacher in opened.built.teachers.items() if isinstance(teacher, Batched)]
    pending = Batches.of(opened.folder.path).pending()
    if detach and not by_batch:
        raise SetupError("--detach: nobody in the recipe is asked by batches; leave it out, or set use: openai_batch")
    if pool is not None and (by_batch or pending):
        role = by_batch[0] if by_batch else pending[0].role
        raise SetupError(
            f"--engine ray: {role} is asked by batches, which one machine gathers and collects; leave it out"
        )
    if pool is not None:
        return RayEngine(opened, pool, offline=offline, sharing=sharing)
    if not offline and (by_batch or pending):
        return BatchEngine(opened, detach=detach)
    return LocalEngine(
        opened.built,
        opened.folder,
        opened.facts,
        opened.supply,
        offline=offline,
        strays=opened.strays,
        cashier=opened.spending.cashier() if opened.spending else None,
    )


def _judge_run(opened: Opened, summary: Summary, *, stopped: bool) -> None:
    """Have the run-wide checks judge a run that is finished; before that they have not seen all they compare."""
    if stopped or summary.open:
        return
    summary.run_wide = judge_run(opened.folder, opened.built, summary.finished, summary.footers)
    write_report(opened.folder, summary, opened.built.recipe.about)


def _runner() -> Callable[[Coroutine[object, object, None]], None]:
    if sys.platform == "win32":
        return asyncio.run
    import uvloop

    return uvloop.run


async def _attended(engine: Engine, opened: Opened, console: Console) -> None:
    """Run the engine with a progress display; the first Ctrl-C finishes what is in flight, the second stops."""
    loop = asyncio.get_running_loop()

    def interrupted() -> None:
        if engine.stopping:
            engine.stop_now()
        else:
            engine.stop()
            console.print("stopping: finishing what is in flight; Ctrl-C again stops at once", highlight=False)

    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(name, interrupted)
    showing = asyncio.create_task(Progress(engine, opened.facts, opened.supply.extending.looked, console).show())
    try:
        await engine.run()
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)
