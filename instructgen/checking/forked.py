"""A function and its inputs in; its results, in order, out: made by several processes where that is safe.

Processes are forked, so that what the function holds (a vocabulary, an index of annotations) is there at once and, as
long as nobody changes it, in memory once. Few results are waited for at a time: memory does not grow with the inputs.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import Any, TypeVar

from ..errors import SetupError

T = TypeVar("T")
R = TypeVar("R")

MOST = 4
"""Processes at most: whoever hands out the work can feed no more, and each has memory of its own."""

_function: Callable[[Any], Any] | None = None
"""In a forked process: what it was made for."""


def processes() -> int:
    """Give how many processes may share the work; 1 where forking is not safe, or of no use."""
    return min(MOST, len(os.sched_getaffinity(0))) if _safe() else 1


def _safe() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


def ordered(function: Callable[[T], R], inputs: Iterable[T], workers: int) -> Iterator[R]:
    """Give ``function`` of each input, in order; a single input is not worth a process.

    Inputs and results are pickled. What the function raises is raised here.
    """
    rest = iter(inputs)
    first = list(islice(rest, 2))
    if workers < 2 or len(first) < 2:
        yield from map(function, chain(first, rest))
        return
    with _pool(function, workers) as pool:
        yield from _through(pool, chain(first, rest), 2 * workers)


def apart(function: Callable[[T], R], given: T) -> R:
    """Give ``function(given)``, made in a process of its own where that is safe: its memory ends with it."""
    if not _safe():
        return function(given)
    with _pool(function, 1) as pool:
        result: R = next(_through(pool, [given], 1))
    return result


def _pool(function: Callable[[T], R], workers: int) -> ProcessPoolExecutor:
    fork = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(workers, mp_context=fork, initializer=_begin, initargs=(function,))


def _through(pool: ProcessPoolExecutor, inputs: Iterable[T], window: int) -> Iterator[Any]:
    waiting: deque[Future[Any]] = deque()
    try:
        for given in inputs:
            waiting.append(pool.submit(_call, given))
            if len(waiting) >= window:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise SetupError("a process that did part of the work was killed, most likely for want of memory") from None
    finally:
        for future in waiting:
            future.cancel()


def _begin(function: Callable[[Any], Any]) -> None:
    global _function
    _function = function
    # Ctrl-C reaches every process of the terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the first one has ended, however it did: nobody would hand it work again."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _call(given: object) -> object:
    assert _function is not None
    return _function(given)
