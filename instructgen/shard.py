"""One context and one task in; an outcome out: what was accepted, what failed for good and why, or why it was declined.

Then a shard's outcomes, in source order, become its Parquet parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from .assemble import Built
from .drive import Answers, play
from .errors import Declined, NotAsked, RecordError, ReplyFault
from .parts import Columns, turn_columns, verdict_columns
from .protocols import Scored
from .records import Completion, Context, Request, Sample, Slot, Verdict
from .responses import fault_verdict

Judged = tuple[Sample, list[Verdict]]
Rated = tuple[Verdict, Mapping[str, int]]
"""An asked check's verdict, and the scores in it."""

SETTLED_BY_SERVER = frozenset({"refused_request", "content_filter"})
"""Reasons that the same teacher would give again, as it would each that begins with ``bad_image``: only another role is
worth a further attempt."""

NO_ANSWER = "no_answer"
"""Reason of a request that was tried to the limit of retries. The journal knows nothing of it, so no further attempt is
made on the strength of it: the next start asks again, and the same journal gives the same samples."""


@dataclass(slots=True)
class Attempt:
    """One attempt that did not end well."""

    number: int
    reason: str
    """``check:reason``, ``reply:reason`` or ``not_asked``."""
    detail: str
    samples: list[Judged]


@dataclass(slots=True)
class Outcome:
    """What became of one context in one task."""

    context: str
    task: str
    accepted: list[Judged] = field(default_factory=list)
    losers: list[tuple[Sample, str]] = field(default_factory=list)
    """Samples of the last readable attempt that failed, each with its reason, or that of a later attempt."""
    failed: list[Attempt] = field(default_factory=list)
    unreadable: Attempt | None = None
    """The last attempt, when a reply of it could not be read."""
    declined: Declined | None = None
    not_asked: bool = False
    rated: list[Rated] | None = None
    """What asked checks said of the last attempt whose samples they saw; None where none was asked."""

    def lose(self, attempt: Attempt, readable: bool) -> None:
        """Note an attempt with an unreadable reply; ``readable``: other replies of it could be read and were judged.

        Where none could, the losers of an earlier attempt are lost for this reason now, and not a second time.
        """
        self.failed.append(attempt)
        if readable or not self.losers or self.unreadable is not None:
            self.unreadable = attempt
        if not readable:
            self.losers = [(sample, attempt.reason) for sample, _ in self.losers]

    @property
    def reasons(self) -> list[str]:
        """Why samples failed for good, one reason a sample; empty when none did."""
        reasons = [reason for _, reason in self.losers]
        return reasons if self.unreadable is None else [*reasons, self.unreadable.reason]


class Judge:
    """Plays contexts through tasks and holds the samples to the checks, as a recipe says."""

    def __init__(self, built: Built) -> None:
        """Take what the recipe built."""
        self._built = built
        self._checks = list(built.checks.values())
        self.actions: dict[str, str] = {name: block.action for name, block in built.recipe.checks.items()}
        self._names = list(built.checks)
        self._asked_checks = built.asked_checks
        self._attempts = list(enumerate(built.recipe.attempts, 1))
        self._seed = built.recipe.seed

    async def settle(self, context: Context, task: str, answers: Answers) -> Outcome:
        """Go through the attempts until every sample passes; the last readable attempt keeps those that pass."""
        outcome = Outcome(context.id, task)
        hints: list[Verdict] = []
        last_role = ""
        for number, role in self._attempts:
            if outcome.failed and role == last_role and _of_server(outcome.failed[-1]):
                continue
            last_role = role
            try:
                samples, fault = await self._attempt(context, task, number, role, hints, answers)
                judged = [(sample, self.verdicts(sample, context)) for sample in samples]
                if self._asked_checks and judged:
                    await self._ask(outcome, number, judged, context, answers)
            except Declined as error:
                outcome.declined = error
                return outcome
            except NotAsked as error:
                outcome.not_asked = True
                outcome.unreadable = Attempt(number, error.reason, error.detail, [])
                outcome.failed.append(outcome.unreadable)
                return outcome
            if fault is not None:
                hints = [fault_verdict(fault)] if isinstance(fault, ReplyFault) else []
                if judged:
                    self._sort(outcome, number, judged)
                outcome.lose(Attempt(number, f"reply:{fault.reason}", fault.detail, []), bool(judged))
                if fault.reason == NO_ANSWER:
                    return outcome
                continue
            outcome.unreadable = None
            hints = self._sort(outcome, number, judged)
            if not hints:
                return outcome
        return outcome

    def _sort(self, outcome: Outcome, number: int, judged: Sequence[Judged]) -> list[Verdict]:
        """Sort an attempt's samples into the outcome; give the verdicts that ask for another attempt."""
        outcome.accepted, outcome.losers, again = [], [], []
        lost: list[Judged] = []
        for sample, verdicts in judged:
            failing = self._failing(verdicts)
            if not failing:
                outcome.accepted.append((sample, verdicts))
                continue
            outcome.losers.append((sample, f"{failing[0].check}:{failing[0].reason}"))
            lost.append((sample, verdicts))
            again += [v for v in failing if self.actions[v.check] == "retry"]
        if lost:
            outcome.failed.append(Attempt(number, outcome.losers[0][1], "", lost))
        return again

    def _failing(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        return [v for v in verdicts if v.outcome == "fail" and self.actions[v.check] != "tag"]

    async def _ask(
        self, outcome: Outcome, number: int, judged: Sequence[Judged], context: Context, answers: Answers
    ) -> None:
        """Have the asked checks judge the samples that no rule sets aside, all at the same time.

        Their verdicts stand after those of the rules. Raises NotAsked.
        """
        passed = [(sample, verdicts) for sample, verdicts in judged if not self._failing(verdicts)]
        found = await answers.together(
            [
                self.asked_verdict(name, sample, number, context, answers)
                for sample, _ in passed
                for name in self._asked_checks
            ]
        )
        outcome.rated, each = [], iter(found)
        for _, verdicts in passed:
            for check in self._asked_checks.values():
                verdict = next(each)
                verdicts.append(verdict)
                outcome.rated.append((verdict, check.scores(verdict) if isinstance(check, Scored) else {}))

    async def asked_verdict(
        self, name: str, sample: Sample, number: int, context: Context, answers: Answers
    ) -> Verdict:
        """Have an asked check judge one sample of attempt ``number``. Raises NotAsked.

        What goes wrong in the asking is the judge's fault and not the sample's: it makes it doubtful, with the reason.
        """
        asker = f"{sample.task}#{sample.id.rpartition('/')[2]}!{name}"

        async def answer(round_number: int, requests: Sequence[Request]) -> Sequence[Completion]:
            return await answers.round(
                slots(context, asker, number, round_number, requests), requests, "teacher", context
            )

        try:
            verdict = await play(self._asked_checks[name].rounds(sample, context), answer)
        except NotAsked:
            raise
        except RecordError as error:
            return Verdict(check=name, outcome="doubtful", reason=error.reason, hint=error.detail or None)
        return verdict if verdict.check == name else verdict.model_copy(update={"check": name})

    async def _attempt(
        self, context: Context, task: str, number: int, role: str, hints: Sequence[Verdict], answers: Answers
    ) -> tuple[list[Sample], RecordError | None]:
        """Play one attempt: its samples, and the fault where a reply could not be read or the server refused.

        Raises Declined and NotAsked.
        """
        draw = Random(f"{self._seed}:{context.id}:{task}:{number}")

        async def answer(round_number: int, requests: Sequence[Request]) -> Sequence[Completion]:
            return await answers.round(slots(context, task, number, round_number, requests), requests, role, context)

        try:
            samples = await play(self._built.tasks[task].rounds(context, number, hints, draw), answer)
        except (Declined, NotAsked):
            raise
        except RecordError as error:
            return self._named(error.kept if isinstance(error, ReplyFault) else (), role), error
        return self._named(samples, role), None

    def _named(self, samples: Sequence[Sample], role: str) -> list[Sample]:
        """Name the teacher in the samples' origin: a task sees completions only, who plays the role is known here."""
        name = self._built.teachers[role].name
        teacher = {"teacher": name}
        return [
            s if s.origin.teacher == name else s.model_copy(update={"origin": s.origin.model_copy(update=teacher)})
            for s in samples
        ]

    def verdicts(self, sample: Sample, context: Context) -> list[Verdict]:
        """Hold a sample to every check, in the recipe's order; verdicts bear the check's name in the recipe."""
        verdicts = []
        for name, check in zip(self._names, self._checks, strict=True):
            verdict = check.verdict(sample, context)
            verdicts.append(verdict if verdict.check == name else verdict.model_copy(update={"check": name}))
        return verdicts


def slots(context: Context, asker: str, attempt: int, number: int, requests: Sequence[Request]) -> list[Slot]:
    """Give the slots of a round's requests."""
    return [
        Slot(context=context.id, asker=asker, attempt=attempt, round=number, position=position)
        for position in range(len(requests))
    ]


def _of_server(attempt: Attempt) -> bool:
    reason = attempt.reason.removeprefix("reply:")
    return reason in SETTLED_BY_SERVER or reason.startswith("bad_image")


# ── the rejected part ────────────────────────────────────────────────────────────────────────────────────────


def rejected_rows(outcome: Outcome, actions: Mapping[str, str]) -> list[Columns]:
    """Give the rows of the rejected part: one for a declined context, one for each sample that failed for good."""
    base: Columns = {"context": outcome.context, "task": outcome.task, "detail": ""}
    unit = f"{outcome.context}/{outcome.task}"
    history = [_attempt_columns(attempt, actions) for attempt in outcome.failed]
    if outcome.declined is not None:
        declined = outcome.declined
        return [
            {**base, "id": unit, "kind": "declined", "reason": declined.reason, "detail": declined.detail}
            | {"attempts": history}
        ]
    kind = "not_asked" if outcome.not_asked else "rejected"
    rows: list[Columns] = [
        {**base, "id": sample.id, "kind": kind, "reason": reason, "attempts": history}
        for sample, reason in outcome.losers
    ]
    if outcome.unreadable is not None:
        lost = outcome.unreadable
        row = {**base, "id": unit, "kind": kind, "reason": lost.reason, "detail": lost.detail, "attempts": history}
        rows.append(row)
    return rows


def _attempt_columns(attempt: Attempt, actions: Mapping[str, str]) -> Columns:
    return {
        "attempt": attempt.number,
        "reason": attempt.reason,
        "detail": attempt.detail,
        "samples": [
            {
                "id": sample.id,
                "conversations": turn_columns(sample.turns),
                "verdicts": verdict_columns(verdicts, actions),
            }
            for sample, verdicts in attempt.samples
        ],
    }
