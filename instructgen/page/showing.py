"""Entries in; what the templates show of them out: cards of the grid, and all of one sample."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..records import Box, Context, Image, Verdict
from ..reviews import Review, edit_faults
from ..shard import Judge
from .filters import Filter
from .marks import Marked, bare, marked
from .reading import Asked, Entry, Finding, completions_of, context_of, story
from .table import Table, level
from .viewed import Viewed

HUES = 6
"""Colours that tell the labels of boxes, and the words about them, apart."""


class Picture(NamedTuple):
    """A picture, or why it cannot be shown."""

    name: str
    fault: str | None
    place: int
    """In the sample."""
    width: int
    height: int
    boxes: list[tuple[int, Box]]
    """The boxes in it, with their places in the context."""


class Reviewed(NamedTuple):
    """What people decided about a sample."""

    review: Review
    stale: bool
    """It is about other words than the sample has now."""
    faults: list[Verdict]
    """Why an edit does not count."""


class Card(NamedTuple):
    """A sample in the grid."""

    entry: Entry
    picture: Picture | None
    question: str
    answer: str
    reviewed: Reviewed | None
    link: Mapping[str, object]
    """The query of the link to it."""


class Beside(NamedTuple):
    """A sample of one run beside the one that another run has in its place."""

    name: str
    """``task/number``."""
    cards: tuple[Card | None, Card | None]
    same: bool
    """Both say the same words, and are accepted or rejected alike."""


def beside(first: Sequence[Card], second: Sequence[Card]) -> list[Beside]:
    """Bring what two runs made of a context together, sample by sample."""
    sides = [{card.entry.id.removeprefix(f"{card.entry.context}/"): card for card in side} for side in (first, second)]
    names = list(dict.fromkeys([*sides[0], *sides[1]]))
    tasks = list(dict.fromkeys(name.partition("/")[0] for name in names))
    found = []
    for name in sorted(names, key=lambda name: (tasks.index(name.partition("/")[0]), name)):
        one, other = (side.get(name) for side in sides)
        same = one is not None and other is not None and _looks(one) == _looks(other)
        found.append(Beside(name, (one, other), same))
    return found


def _looks(card: Card) -> tuple[object, ...]:
    # the pictures' placeholders stand first or last by the draw of a seed: they are no words
    words = [bare(turn.text) for turn in card.entry.turns]
    return card.entry.kind, words, card.entry.grave, card.reviewed and card.reviewed.review.decision


class Shower:
    """Shows the samples of one run, to a reader who has asked for some of them."""

    def __init__(self, number: int, run: Viewed, table: Table, wanted: Filter) -> None:
        """``number`` is the run's on the page."""
        self._number = number
        self._run = run
        self._table = table
        self._wanted = wanted
        self._judge = Judge(run.run.built)

    def cards(self, shown: Iterable[Entry]) -> list[Card]:
        """Show entries in the grid."""
        return [self._card(entry) for entry in shown]

    def neighbours(self, rows: Any, row: int) -> Mapping[str, object]:
        """Give the samples before and after a row among those that the reader asked for, and its place there."""
        at = int(rows.search_sorted(row))
        inside = at < len(rows) and rows[at] == row
        after = at + 1 if inside else at
        names = self._table.frame["id"]
        return {
            "before": self._link(names[int(rows[at - 1])]) if at > 0 else None,
            "after": self._link(names[int(rows[after])]) if after < len(rows) else None,
            "place": at + 1 if inside else None,
            "of": len(rows),
        }

    def whole(self, entry: Entry) -> dict[str, Any]:
        """Give all that is known of an entry."""
        context = context_of(self._table, entry.shard, entry.context)
        reviewed = self._reviewed(entry, context)
        told = story(self._table, entry)
        boxes = context.boxes if context else ()
        attempts = [
            (attempt, [(sample, [Finding(v, level(v.outcome, told.actions.get(v.check))) for v in verdicts])
                       for sample, verdicts in attempt.samples])
            for attempt in told.failed
        ]  # fmt: skip
        return {
            "context": context,
            "boxes": boxes,
            "hues": {label: place % HUES for place, label in enumerate(dict.fromkeys(box.label for box in boxes))},
            "pictures": [self._picture(entry, place, context) for place in range(len(entry.images))],
            "turns": marked(entry.turns, entry.findings, context),
            "edited": self._edited(reviewed, context),
            "reviewed": reviewed,
            "story": told,
            "attempts": attempts,
            "requests": [(asked, self._texts(asked)) for asked in told.asked],
            "completions": completions_of(self._table, entry) or [a.completion for a in told.asked if a.completion],
            "link_query": self._link(entry.id),
        }

    def _card(self, entry: Entry) -> Card:
        questions = [bare(turn.text) for turn in entry.turns if turn.role == "human"]
        answers = [turn.text for turn in entry.turns if turn.role == "gpt"]
        picture = self._picture(entry, 0, None) if entry.images else None
        question, answer = (texts[0][:400] if texts else "" for texts in (questions, answers))
        reviewed = self._reviewed(entry, None)
        return Card(entry, picture, question, answer, reviewed, self._link(entry.id))

    def _link(self, name: str) -> Mapping[str, object]:
        return {"run": self._number or "", "id": name, **self._wanted._asdict()}

    def _picture(self, entry: Entry, place: int, context: Context | None) -> Picture:
        image, pictures = entry.images[place], self._run.pictures
        pictures.remember(entry.id, entry.images)
        boxes = [
            (number, box)
            for number, box in enumerate(context.boxes if context else ())
            if box.image < len(context.images if context else ()) and _same(context, box, image)
        ]
        fault = pictures.fault(image)
        return Picture(image.path or image.url or "no path", fault, place, *pictures.size(image), boxes)

    def _reviewed(self, entry: Entry, context: Context | None) -> Reviewed | None:
        if entry.id not in self._run.reviews or not entry.turns:
            return None
        sample = entry.sample()
        review = self._run.reviews.of(sample)
        if review is None:
            stale = self._run.reviews.stale(sample)
            return Reviewed(stale, True, []) if stale else None
        faults: list[Verdict] = []
        if review.decision == "edit" and (context := context or context_of(self._table, entry.shard, entry.context)):
            faults = edit_faults(self._judge, sample.model_copy(update={"turns": review.turns}), context)
        return Reviewed(review, False, faults)

    def _edited(self, reviewed: Reviewed | None, context: Context | None) -> Sequence[Marked]:
        """Give the turns that a person wrote, in pieces."""
        if reviewed is None or reviewed.stale or reviewed.review.decision != "edit":
            return ()
        against = [Finding(verdict, "reject") for verdict in reviewed.faults]
        return marked(reviewed.review.turns, against, context)

    def _texts(self, asked: Asked) -> list[tuple[str, str]]:
        """Write a request's messages out, as they were sent; a picture by its name."""
        return [
            (
                message.role,
                "".join(f"[picture {p.path or p.url}]" if isinstance(p, Image) else str(p) for p in message.parts),
            )
            for message in asked.messages
        ]


def _same(context: Context | None, box: Box, image: Image) -> bool:
    """Tell whether a box lies in a picture: a sample may have some of its context's pictures only."""
    if context is None:
        return False
    of_box = context.images[box.image]
    return (of_box.path, of_box.url, of_box.seconds) == (image.path, image.url, image.seconds)
