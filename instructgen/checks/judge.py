"""A sample and its context in; a request for a rating, and a verdict by the scores that come back, out.

Judges are noisy: they keep only some 65 to 85 % of their verdicts when the same thing is shown in another order (Zheng
et al. 2023, MT-Bench, on pairs), favour length, and favour their own family's answers. So by default accuracy alone can
fail a sample, and a recipe that uses this check should ``tag`` by it until its scores were held against a person's.
"""

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field, PrivateAttr

from ..component import Component, Site, did_you_mean, site_of
from ..errors import Declined, SetupError
from ..forms import ASPECTS
from ..prompt import Prompt
from ..protocols import Rounds
from ..ratings import Rating, Score, read_rating
from ..records import Context, Request, Sample, Span, Turn, Verdict
from ..seeds import NO_SEEDS

Aspect = Literal["accuracy", "completeness", "usefulness", "fluency"]

_SCORE = re.compile(rf"\b({'|'.join(ASPECTS)}) ([1-5])\b")
_QUOTES = " \t\n\"'“”„«»‘’`…."
_SHOWN = 300


class JudgeCheck(Component):
    """Ask a judge, a model in a role of its own, for scores from 1 to 5 with reasons. Costs one request a sample.

    Only samples that no rule sets aside are judged. A reply that cannot be read, or a judge that refuses, makes a
    sample ``doubtful`` with that reason, never a failure. All four scores stand in the verdict's hint.
    """

    name: ClassVar[str] = "judge"
    version: ClassVar[int] = 1

    role: str = "judge"
    """Who is asked: a key of the recipe's ``roles``. A model of another family than the teacher's judges it better."""
    least: int = Field(default=3, ge=1, le=5)
    """Lowest score that passes."""
    binding: tuple[Aspect, ...] = ("accuracy",)
    """Aspects of which a score below ``least`` fails the sample; of the others it makes it doubtful."""
    vision: bool = False
    """Send the pictures as well, for judges that see."""
    prompt: str = "judge"
    """Stem of the file in ``prompts/`` with the rubric."""

    _prompt: Prompt = PrivateAttr()

    def model_post_init(self, context: object) -> None:
        """Load and check the rubric, and see that there is somebody to ask; raises SetupError."""
        site = site_of(context)
        see_that_somebody_judges(site, self.role)
        text, where = site.materials.text("prompts", self.prompt), f"prompts/{self.prompt}.jinja"
        self._prompt = Prompt(text, where, NO_SEEDS, picture=self.vision, beside=frozenset({"sample"}))

    def rounds(self, sample: Sample, context: Context) -> Rounds[Verdict]:
        """Ask once. Raises ReplyFault, and Declined where there is nothing to judge by."""
        see_evidence(context, self.vision)
        messages = self._prompt.messages(context, beside={"sample": sample})
        (completion,) = yield [Request(role=self.role, messages=messages, form="rating")]
        return self._verdict(read_rating(completion), sample)

    def scores(self, verdict: Verdict) -> Mapping[str, int]:
        """Give the scores that a verdict of this check holds, by aspect; none where the judge's reply was no rating."""
        said = (verdict.hint or "").partition(";")[0]
        return {aspect: int(points) for aspect, points in _SCORE.findall(said)}

    def _verdict(self, rating: Rating, sample: Sample) -> Verdict:
        weak = sorted((s for s in rating.scores if s.points < self.least), key=lambda score: score.points)
        failing = [score for score in weak if score.aspect in self.binding]
        outcome: Literal["pass", "fail", "doubtful"] = (
            "fail" if failing else "doubtful" if weak or rating.drop else "pass"
        )
        worst = (failing or weak)[:1]
        reason = f"{worst[0].aspect}_{worst[0].points}" if worst else "overall_drop" if rating.drop else None
        evidence = tuple(span for score in weak for span in _spans(score, sample.turns))
        return Verdict(check=self.name, outcome=outcome, reason=reason, evidence=evidence, hint=_hint(rating, weak))


def see_that_somebody_judges(site: Site, role: str) -> None:
    """Raise SetupError unless the recipe has the role and a model plays it."""
    if role not in site.roles:
        raise SetupError(
            f"checks.{site.name}.role: there is no role '{role}'{did_you_mean(role, list(site.roles))}; say who "
            f"judges, such as roles: {{{role}: {{use: openai_chat, model: NAME}}}}"
        )
    if site.roles[role] == "grounded":
        raise SetupError(
            f"checks.{site.name}.role: the role '{role}' is played by grounded, which writes by rule and cannot judge; "
            "name a role that a model plays"
        )


def see_evidence(context: Context, vision: bool) -> None:
    """Raise Declined where a judge would have nothing to judge by: that is not worth a request."""
    if vision and not context.images:
        raise Declined("no_picture", "the judge is to see the picture, and the context has none")
    if not vision and not (context.captions or context.boxes or context.passages):
        raise Declined("no_evidence", "the context holds no captions, boxes or passages to judge by")


def _hint(rating: Rating, weak: list[Score]) -> str:
    """Write all scores and, of the low ones, why: for the report, for people, and for a teacher who tries again."""
    scores = ", ".join(f"{score.aspect} {score.points}" for score in rating.scores)
    reasons = [f"{s.aspect}: {s.reason[:_SHOWN]}" for s in weak if s.reason]
    return "; ".join([f"A judge scored the last try, from 1 to 5: {scores}", *reasons])


def _spans(score: Score, turns: tuple[Turn, ...]) -> Iterator[Span]:
    """Give where the words that a judge quotes stand: in the first turn that has them, answers before questions."""
    words = score.quote.strip(_QUOTES)
    if not words:
        return
    for role in ("gpt", "human"):
        for number, turn in enumerate(turns):
            if turn.role == role and (start := _found(words, turn.text)) >= 0:
                told = f"{score.aspect} {score.points}" + (f": {score.reason[:_SHOWN]}" if score.reason else "")
                yield Span(turn=number, start=start, end=start + len(words), contradicts=told)
                return


def _found(words: str, text: str) -> int:
    start = text.find(words)
    if start < 0 and len(text.lower()) == len(text) and len(words.lower()) == len(words):
        start = text.lower().find(words.lower())
    return start
