"""Servers in; what they count of their own work, as vLLM shows it at ``/metrics``, out.

Any server of one's own is asked once, and again every few seconds only if what it shows is vLLM's. The format is
Prometheus's plain text; names changed over vLLM's versions, and the newest one found counts.
"""

import asyncio
from collections.abc import Mapping

from .endpoints import Endpoint, Endpoints
from .http import Broken

_EVERY = 2.0
"""Seconds between two looks."""

_TIMEOUT = 5.0

_NAMES: dict[str, tuple[str, ...]] = {
    "answered": ("vllm:request_success_total",),
    "prompt_tokens": ("vllm:prompt_tokens_total",),
    "reply_tokens": ("vllm:generation_tokens_total",),
    "prefix_queries": ("vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total"),
    "prefix_hits": ("vllm:prefix_cache_hits_total", "vllm:gpu_prefix_cache_hits_total"),
    "running": ("vllm:num_requests_running",),
    "waiting": ("vllm:num_requests_waiting",),
    "kv_cache": ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"),
}
_COUNTERS = ("answered", "prompt_tokens", "reply_tokens", "prefix_queries", "prefix_hits")
_GAUGES = ("running", "waiting", "kv_cache")


def read_metrics(text: str) -> dict[str, float]:
    """Read what is wanted from Prometheus's text, added up over a server's engines; of the KV cache the fullest.

    Empty when it is not vLLM's.
    """
    found: dict[str, list[float]] = {}
    for line in text.splitlines():
        if line.startswith("vllm:"):
            name = line.partition("{")[0].partition(" ")[0]
            try:
                found.setdefault(name, []).append(float(line.rpartition(" ")[2]))
            except ValueError:
                continue
    values: dict[str, float] = {}
    for ours, names in _NAMES.items():
        given = next((found[name] for name in names if name in found), None)
        if given:
            values[ours] = max(given) if ours == "kv_cache" else sum(given)
    return values


class Watch:
    """Looks at servers again and again."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._loop = asyncio.get_running_loop()
        self._watched = list(endpoints.all)
        self._last: dict[Endpoint, tuple[float, dict[str, float]]] = {}
        self._now: dict[str, float] = {}
        self.figures: dict[str, float] = {}
        """Tokens, seconds watched, requests and share of the KV cache times those seconds, and the cache's fullest."""

    async def go_on(self) -> None:
        """Look until cancelled, or until no server is vLLM's."""
        while self._watched:
            await asyncio.sleep(_EVERY)
            await self.look()

    async def begun(self, endpoint: Endpoint) -> None:
        """Note that a server has just begun: what it has counted so far does not count."""
        self._last.pop(endpoint, None)
        self._since(endpoint, await self._shown(endpoint))

    @property
    def known(self) -> bool:
        """Whether any server has shown anything."""
        return bool(self._last)

    async def look(self) -> None:
        """Look once at every server that may show something."""
        watched = list(self._watched)
        shown = await asyncio.gather(*(self._shown(endpoint) for endpoint in watched))
        # What was noted of a server and what is added up change together: this may be cancelled while it waits.
        seen = [since for pair in zip(watched, shown, strict=True) if (since := self._since(*pair))]
        if seen:
            self._now = {}
            for since in seen:
                for name, value in since.items():
                    before = self._now.get(name, 0.0)
                    self._now[name] = max(before, value) if name in ("seconds", "kv_cache") else before + value
            self._add(self._now)

    def state(self) -> str:
        """Say how the servers are doing; empty when nothing is known."""
        now, seconds = self._now, self._now.get("seconds", 0.0)
        if not seconds:
            return ""
        queries = self.figures.get("prefix_queries", 0.0)
        parts = [f"{now.get('reply_tokens', 0.0) / seconds:.0f} tokens/s"]
        parts += [f"prefix cache {self.figures.get('prefix_hits', 0.0) / queries:.0%}"] if queries else []
        parts += [f"{now[name]:.0f} {name}" for name in ("running", "waiting") if name in now]
        parts += [f"KV cache {now['kv_cache']:.0%}"] if "kv_cache" in now else []
        return ", ".join(parts)

    async def _shown(self, endpoint: Endpoint) -> dict[str, float]:
        """Give what a server shows; empty when it gives no answer. One that shows nothing of vLLM's is left alone."""
        try:
            answer = await endpoint.pool.ask(endpoint.access.beside("/metrics"), _TIMEOUT)
        except Broken:
            return {}
        values = read_metrics(answer.body.decode("utf-8", "replace")) if answer.status == 200 else {}
        if not values:
            self._watched.remove(endpoint)
        return values

    def _since(self, endpoint: Endpoint, values: dict[str, float]) -> dict[str, float]:
        """Give what was counted since the last look, and the gauges now; empty at the first look."""
        if not values:
            return {}
        now = self._loop.time()
        before, self._last[endpoint] = self._last.get(endpoint), (now, values)
        if before is None:
            return {}
        since = {"seconds": now - before[0]}
        for name in _COUNTERS:
            if name in values:
                old = before[1].get(name, 0.0)
                since[name] = values[name] - old if values[name] >= old else values[name]  # else it has begun anew
        return since | {name: values[name] for name in _GAUGES if name in values}

    def _add(self, now: Mapping[str, float]) -> None:
        figures, seconds = self.figures, now["seconds"]
        for name, value in now.items():
            figures[name] = figures.get(name, 0.0) + (value * seconds if name in _GAUGES else value)
        figures["kv_cache_most"] = max(figures.get("kv_cache_most", 0.0), now.get("kv_cache", 0.0))
