"""A sample and the one of the same id in another run in; two requests, and a verdict on which is better, out.

Judges lean to a place: GPT-4 keeps its choice in only 65 % of pairs when the two are swapped (Zheng et al. 2023,
MT-Bench). So both orders are asked, and where they disagree neither counts as better.
"""

from pathlib import Path
from typing import ClassVar

from pydantic import PrivateAttr

from ..component import Component, site_of
from ..errors import Declined
from ..prompt import Prompt
from ..protocols import Rounds
from ..ratings import Choice, read_choice
from ..records import Context, Request, Sample, Verdict
from ..seeds import NO_SEEDS
from .judge import see_evidence, see_that_somebody_judges
from .other_run import OtherRun

_SHOWN = 300


class ComparisonCheck(Component):
    """Ask a judge whether a sample or that of the same id in another run is better. Costs two requests a sample.

    It fails only where the judge prefers the other in both orders. Reasons of passes: ``this_better``, ``tie``,
    ``identical`` (nothing is asked), and where the order changed the choice ``flipped_to_first``, ``flipped_to_second``
    (the judge took whatever stood there) and ``flipped_to_tie``. Doubtful: ``no_counterpart``, and a judge's fault.
    """

    name: ClassVar[str] = "comparison"
    version: ClassVar[int] = 1

    against: Path
    """Folder of the other run. Only its finished shards count. Finished shards of this run are not compared again when
    the other run changes."""
    role: str = "judge"
    """Who is asked: a key of the recipe's ``roles``. Best a model of neither run's family."""
    vision: bool = False
    """Send the pictures as well, for judges that see."""
    prompt: str = "comparison"
    """Stem of the file in ``prompts/`` that says what counts."""

    _prompt: Prompt = PrivateAttr()
    _other: OtherRun = PrivateAttr()

    def model_post_init(self, context: object) -> None:
        """Load and check the prompt, and see that there is somebody to ask; raises SetupError."""
        site = site_of(context)
        see_that_somebody_judges(site, self.role)
        text, where = site.materials.text("prompts", self.prompt), f"prompts/{self.prompt}.jinja"
        beside = frozenset({"first", "second"})
        self._prompt = Prompt(text, where, NO_SEEDS, picture=self.vision, beside=beside)
        self._other = OtherRun(self.against)

    def ready(self) -> None:
        """See that there is a run to compare with; raises SetupError."""
        self._other.ready()

    def rounds(self, sample: Sample, context: Context) -> Rounds[Verdict]:
        """Ask in both orders at once. Raises ReplyFault, and Declined where there is nothing to judge by."""
        see_evidence(context, self.vision)
        turns = self._other.turns(sample.id, context.row)
        if turns is None:
            raise Declined("no_counterpart", f"{self.against} has no sample {sample.id}")
        if turns == sample.turns:
            return Verdict(check=self.name, outcome="pass", reason="identical")
        other = sample.model_copy(update={"turns": turns})
        completions = yield [self._request(context, sample, other), self._request(context, other, sample)]
        (as_first, why), (as_second, _) = map(read_choice, completions)
        return self._verdict(as_first, as_second, why)

    def _request(self, context: Context, first: Sample, second: Sample) -> Request:
        messages = self._prompt.messages(context, beside={"first": first, "second": second})
        return Request(role=self.role, messages=messages, form="comparison")

    def _verdict(self, as_first: Choice, as_second: Choice, why: str) -> Verdict:
        """Judge by the choices made when the sample stood first and when it stood second."""
        if (as_first, as_second) == ("second", "first"):
            hint = f"Another try was found better: {why[:_SHOWN]}"
            return Verdict(check=self.name, outcome="fail", reason="other_better", hint=hint)
        if (as_first, as_second) == ("first", "second"):
            return Verdict(check=self.name, outcome="pass", reason="this_better")
        if as_first == as_second == "tie":
            return Verdict(check=self.name, outcome="pass", reason="tie")
        place = as_first if as_first == as_second else "tie"
        return Verdict(check=self.name, outcome="pass", reason=f"flipped_to_{place}")
