"""A sample and its task's own words in; whether it shows that the teacher read text instead of a picture out.

`leak_words.py` holds the wordings (sources that are named, what is not told, the speaker as a language model, the
request and remnants of its layout), `echo.py` finds repeated stretches of the prompt and its examples. The wordings are
English; coordinates, layout and echo serve every language that puts blanks between words.
"""

from typing import ClassVar

from pydantic import Field, PrivateAttr

from ..component import Component, site_of
from ..records import Context, Sample, Verdict
from .echo import Echo
from .leak_words import HINTS, RULES
from .wording import RuleBook, judge

_ALL = RuleBook(RULES)
_PASSED = Verdict(check="leaks", outcome="pass")


class LeaksCheck(Component):
    """Finds mentions of the text that stood in for the picture, and words of the prompt."""

    name: ClassVar[str] = "leaks"
    version: ClassVar[int] = 4

    prompt_words: int = Field(default=8, ge=4)
    """So many words in a row that also stand in the task's instructions (the first of its own texts) are an echo."""
    seed_words: int = Field(default=14, ge=4)
    """So many words in a row that also stand in one of its examples are an echo. Good answers share plain phrases with
    good examples, so this is longer."""
    coordinates: bool = False
    """Let coordinates and boxes through: for tasks about regions."""

    _echoes: dict[str, tuple[Echo, Echo]] = PrivateAttr(default_factory=dict)
    _book: RuleBook = PrivateAttr(default=_ALL)

    def model_post_init(self, context: object) -> None:
        """Take the tasks' own words from the site."""
        for task, texts in site_of(context).own_words.items():
            self._echoes[task] = Echo(texts[:1], self.prompt_words), Echo(texts[1:], self.seed_words)
        if self.coordinates:
            self._book = RuleBook([rule for rule in RULES if rule.reason not in ("coordinates", "box_mentioned")])

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; a wording that fails goes before an echo, an echo before doubtful wordings."""
        worded = judge(self.name, self._book, HINTS, sample, _PASSED)
        if worded.outcome == "fail":
            return worded
        spans = tuple(span for echo in self._echoes.get(sample.task, ()) for span in echo.spans(sample.turns))
        if not spans:
            return worded
        hint = HINTS["prompt_text"]
        return Verdict(check=self.name, outcome="fail", reason="prompt_text", evidence=spans, hint=hint)
