"""Teachers in; what their servers are doing, and what was counted at them over all starts of a run, out."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..protocols import Teacher, Watched

Figures = dict[str, dict[str, float]]
"""By role and name."""


def states(teachers: Mapping[str, Teacher]) -> dict[str, str]:
    """Say by role what its servers are doing, as far as that is known."""
    said = {role: teacher.state() for role, teacher in teachers.items() if isinstance(teacher, Watched)}
    return {role: state for role, state in said.items() if state}


def counted(teachers: Mapping[str, Teacher]) -> Figures:
    """Give what was counted at the teachers' servers since this start."""
    found = {role: dict(teacher.figures()) for role, teacher in teachers.items() if isinstance(teacher, Watched)}
    return {role: figures for role, figures in found.items() if figures}


def summed(*parts: Mapping[str, Mapping[str, float]]) -> Figures:
    """Add figures of several starts, or of several workers; of what was most, the most."""
    total: Figures = {}
    for part in parts:
        for role, figures in part.items():
            known = total.setdefault(role, {})
            for name, value in figures.items():
                so_far = known.get(name, 0.0)
                known[name] = max(so_far, value) if name.endswith("_most") else so_far + value
    return total


def of_workers(told: Iterable[Mapping[str, Any]], teachers: Mapping[str, Teacher]) -> Figures:
    """Add up what workers counted at servers of their own; where all look at the same ones, the longest look counts."""
    total: Figures = {}
    for said in told:
        for role, figures in said["served"].items():
            teacher = teachers[role]
            if isinstance(teacher, Watched) and teacher.own_servers:
                total = summed(total, {role: figures})
            elif figures.get("seconds", 0.0) >= total.get(role, {}).get("seconds", 0.0):
                total[role] = dict(figures)
    return total


def rates(served: Mapping[str, Mapping[str, float]]) -> Figures:
    """Give what a reader wants of the figures: tokens a second, shares, and means over the time watched."""
    return {role: _rates(figures) for role, figures in served.items() if figures}


def _rates(figures: Mapping[str, float]) -> dict[str, float]:
    seconds, queries = figures.get("seconds", 0.0), figures.get("prefix_queries", 0.0)
    plain = ("seconds", "answered", "prompt_tokens", "reply_tokens")
    found = {name: figures[name] for name in plain if name in figures}
    if seconds > 0:
        found["reply_tokens_per_second"] = figures.get("reply_tokens", 0.0) / seconds
        found |= {f"mean_{name}": figures.get(name, 0.0) / seconds for name in ("running", "waiting", "kv_cache")}
        found["most_kv_cache"] = figures.get("kv_cache_most", 0.0)
    if queries > 0:
        found["prefix_cache_hits"] = figures.get("prefix_hits", 0.0) / queries
    return {name: round(value, 4) for name, value in found.items()}
