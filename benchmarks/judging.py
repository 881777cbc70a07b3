"""Samples in; what each check of the table says of them out, counted as alarms or catches, and listed for reading."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from figures import Figure
from grammar import count_claims, place_claims
from labelled import Pair

from instructgen.checks import TABLE
from instructgen.component import Component, Site, resolve
from instructgen.library import Library
from instructgen.protocols import Check
from instructgen.records import Verdict

WANTED = ("objects", "counts", "positions", "answer_agreement", "leaks", "refusal", "repetition", "truncation")
"""The checks that are measured one by one."""
CLAIMS = {"counts": count_claims, "positions": place_claims}
"""What false alarms of a check are counted by, where it is not texts."""

Level = Literal["reject", "doubtful", "pass"]
LEVELS: tuple[Level, ...] = ("reject", "doubtful", "pass")


def rule_checks(fields: Mapping[str, Mapping[str, object]] | None = None) -> dict[str, Check]:
    """Build every rule check of the table; those that ask or need a whole run are left out.

    ``fields`` are a check's in place of its defaults.
    """
    site = Site("bench", Library.beside(None))
    built: dict[str, Check] = {}
    for name in TABLE:
        found = resolve(name, TABLE, "check", "benchmark")
        assert issubclass(found, Component)
        if not hasattr(found, "verdict"):
            continue
        check = found.build((fields or {}).get(name, {}), site, f"checks.{name}")
        assert isinstance(check, Check)
        built[name] = check
    return built


def level(verdicts: Iterable[Verdict]) -> Level:
    """Give the worst of some verdicts, at the level of a check whose failing rejects."""
    outcomes = {v.outcome for v in verdicts}
    return "reject" if "fail" in outcomes else "doubtful" if "doubtful" in outcomes else "pass"


@dataclass
class Bench:
    """Judges, counts, and keeps what went wrong."""

    checks: dict[str, Check]
    listed: list[dict[str, object]] = field(default_factory=list)
    part: str = ""
    """What is being measured, for the list. Of a part that is called sealed, only ids are listed."""

    def verdicts(self, pair: Pair, names: Sequence[str]) -> list[Verdict]:
        """Judge one sample by the named checks that there are."""
        return [self.checks[n].verdict(pair.sample, pair.context) for n in names if n in self.checks]

    def lacking(self, names: Sequence[str]) -> list[str]:
        """Give those of the named checks that the table lacks."""
        return [name for name in names if name not in self.checks]

    def absent(self, names: Sequence[str]) -> tuple[str, ...]:
        """Give the named checks where the table has none of them."""
        return () if any(n in self.checks for n in names) else tuple(names)

    def passing(self, pairs: Iterable[Pair], checks: Sequence[str]) -> list[Pair]:
        """Give the good samples that the named checks pass: only there is what they say next due to what is planted."""
        return [pair for pair in pairs if level(self.verdicts(pair, checks)) == "pass"]

    def alarms(
        self, name: str, pairs: Iterable[Pair], checks: Sequence[str], goal: float | None, by_claims: bool = False
    ) -> Figure:
        """Count false alarms on good samples: texts, or with ``by_claims`` failing spans among the claims made."""
        absent, hits, doubtful, cases = self.absent(checks), 0, 0, 0
        for pair in () if absent else pairs:
            found = self.verdicts(pair, checks)
            if by_claims:
                claims = sum(CLAIMS[checks[0]](t.text) for t in pair.sample.turns if t.role == "gpt")
                hits += (wrong := sum(max(1, len(v.evidence)) for v in found if v.outcome == "fail"))
                cases += max(claims, wrong)
                doubtful += sum(v.outcome == "doubtful" for v in found)
            else:
                hits += (reached := level(found)) == "reject"
                doubtful += reached == "doubtful"
                cases += 1
            if level(found) == "reject":
                self._keep("false alarm", name, pair, found, None)
        return Figure(name, "at most", hits, cases, doubtful, goal, absent=absent)

    def catches(
        self,
        name: str,
        planted: Iterable[tuple[Pair, str]],
        checks: Sequence[str],
        goal: float | None = None,
        with_doubtful: float | None = None,
        of_wordings: bool = False,
    ) -> Figure:
        """Count how many bad samples, each with its wrong words, a check catches.

        ``of_wordings`` counts the different wrong words instead: caught are those that are caught wherever they are.
        """
        absent = self.absent(checks)
        worst: dict[str, Level] = {}
        for number, (pair, words) in enumerate(() if absent else planted):
            found = self.verdicts(pair, checks)
            reached = level(found)
            case = words if of_wordings else str(number)
            worst[case] = max(worst.get(case, reached), reached, key=LEVELS.index)
            if reached != "reject":
                self._keep("miss" if reached == "pass" else "only doubtful", name, pair, found, words)
        hits, doubtful = (sum(reached == wanted for reached in worst.values()) for wanted in LEVELS[:2])
        return Figure(name, "at least", hits, len(worst), doubtful, goal, with_doubtful, absent)

    def write(self, path: Path) -> None:
        """Write every false alarm and miss, one JSON line each."""
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in self.listed)

    def _keep(self, what: str, figure: str, pair: Pair, verdicts: Sequence[Verdict], words: str | None) -> None:
        turns = pair.sample.turns
        row: dict[str, object] = {"what": what, "part": self.part, "figure": figure, "sample": pair.sample.id}
        if "sealed" in self.part:
            self.listed.append(row)
            return
        self.listed.append(
            row
            | {
                "planted": words,
                "turns": [turn.text for turn in turns],
                "verdicts": [
                    {
                        "check": v.check,
                        "outcome": v.outcome,
                        "reason": v.reason,
                        "spans": [[turns[s.turn].text[s.start : s.end], s.contradicts] for s in v.evidence],
                    }
                    for v in verdicts
                    if v.outcome != "pass"
                ],
                "boxes": sorted(box.label + (" (crowd)" if box.crowd else "") for box in pair.context.boxes),
                "captions": list(pair.context.captions),
            }
        )
