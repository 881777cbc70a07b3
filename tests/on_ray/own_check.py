"""A check of one's own, which workers find by its dotted path."""

from typing import ClassVar

from instructgen.component import Component
from instructgen.records import Context, Sample, Verdict


class OddWords(Component):
    """Doubts samples with an odd number of words."""

    name: ClassVar[str] = "odd_words"
    version: ClassVar[int] = 1

    def verdict(self, sample: Sample, context: Context) -> Verdict:
        """Judge."""
        odd = sum(len(turn.text.split()) for turn in sample.turns) % 2
        return Verdict(check=self.name, outcome="doubtful" if odd else "pass", reason="odd_words" if odd else None)
