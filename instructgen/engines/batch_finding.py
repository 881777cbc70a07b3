"""A batch that may have been begun in; what the service lists of it out.

Told to begin a batch, a service may do so without its answer arriving. A second one would be paid for, so the batch is
looked for in the service's list, by the run's own name for it in the metadata, or by its file where a service keeps
none; and since a list may lag behind, for ``listing_seconds`` before it counts as not begun.
"""

import asyncio
import time
from collections.abc import Callable

from ..batched import Found, Limits, Service
from ..batches import Batch

_SLACK = 86_400.0
"""Seconds by which the clocks of a service and of this machine may differ."""


async def find_begun(
    service: Service, batch: Batch, limits: Limits, halted: Callable[[], Exception | None]
) -> Found | None:
    """Look for a batch until the service must have listed it; raises what ``halted`` gives, and TeacherStop."""
    until = batch.sent + limits.listing_seconds
    while True:
        last = time.time() >= until
        same = await asyncio.to_thread(_same, service, batch)
        if same or last:
            break
        await _sleep(min(limits.poll_seconds, max(0.05, until - time.time())), halted)
    for another in same[1:]:  # begun twice after all: what has not been done yet is not paid
        await asyncio.to_thread(service.cancel, another.batch)
    return same[0] if same else None


def _same(service: Service, batch: Batch) -> list[Found]:
    """Give the batches at the service that are this one, the oldest first."""
    same = []
    for found in service.listed():
        if found.created and found.created < batch.sent - _SLACK:
            break
        if found.name == batch.id or (found.name is None and found.input_file == batch.file):
            same.append(found)
    return sorted(same, key=lambda found: found.created)


async def _sleep(seconds: float, halted: Callable[[], Exception | None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        error = halted()
        if error is not None:
            raise error
        await asyncio.sleep(min(0.2, max(0.0, end - time.monotonic())))
