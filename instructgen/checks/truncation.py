"""A sample in; whether an answer breaks off out: in a word, in a sentence, in a clause, in a bracket or a quotation.

A text that lacks its end mark need not be cut: captions and short answers often go without. So a missing mark counts
only where the writing shows that it would have had one: the answer has an earlier sentence with a mark, or is a
sentence in answer to a question, or the sample's other answers have their marks. Last words that cannot end anything
("the", "because", "in front of") count everywhere but in the shortest answers; the words are English.
"""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Span, Turn, Verdict
from ..text import word_set
from .words import words_of

_PASSED = Verdict(check="truncation", outcome="pass")
_HINT = "Finish every sentence; keep answers short enough to be finished."

_ENDED = frozenset(".!?。！？…।۔؟")
_AFTER_END = "\"'”’»)]}*_`"
_CUT_MARKS = frozenset(',;:-–—([{<&+="“«') - set(_AFTER_END)

_NEVER_LAST = word_set(
    "a an the and or nor because although though whereas while if unless whether than its their your our"
    " my every beneath into onto upon towards toward during among amongst amid despite via including"
    " featuring wearing"
)
_SELDOM_LAST = word_set(
    "of with from at by for to between against beside as like is are was were has have had been being am"
    " be could may might would should very several quite such where which who whose"
)
"""Words that end a text only after a relative or a question word: "the bench that she sits on", "where the dog is"."""
_TWO_LETTERS = word_set(
    "am an as at be by do go he hi id if in is it me my no of oh on or ox pj so to up us we ad ax ex uh"
    " um ok eh ha la ma pa pi tv uk eu pc dj cd bw rv nd rd st th ft lb oz cm mm km kg ml hr mr vs vw jp"
    " gb ps pm re ip er ny ca dc sf hd dr gp"
)
"""What of two letters may stand last; any other pair is the beginning of a word."""
_WITH_BY = word_set("near close flies fly passing passes pass goes go going stand stands standing drives rides")
"""Before "by" at the end."""
_RELATIVE = word_set("that which who whom whose what where how why when there yes no it they he she i we you to")
_BEFORE_OF = word_set(
    "front side top group pair bunch couple piece number lot variety kind set row stack pile part end"
    " edge middle back bottom cup plate bowl glass slice bottle because out inside sort type corner amount"
    " series sides instead full display view images picture photo area line rows lots pieces"
)
_FINITE = word_set(
    "is are was were has have had does do did can could may might would should will isn't aren't appears"
    " appear seems seem looks look shows show suggests suggest indicates indicate there's it's he's she's"
    " they're stands stand sits sit holds hold wears wear lies lie contains contain features feature"
    " includes include depicts depict presents showcases provides represents displays captures combines"
    " reflects offers helps allows makes gives creates uses consists belongs comes goes takes gets keeps"
    " leans carries rides runs walks plays eats works waits"
)
_INNER_END = re.compile(
    r"(?<![ .][A-Z])(?<!\b[A-Za-z]\.[A-Za-z])(?<!\b(?i:dr|mr|st|no|vs|jr|ft|sr))(?<!\b(?i:mrs|etc|ave|inc))"
    r"[.!?][\"”'’)]* +(?=[\"“'(]?[A-Z0-9])|[。！？]"
)
_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)]|[a-z]\))\s")
_ASKS_FOR_DESCRIPTION = re.compile(
    r"descri|caption"
    r"|\bwhat(?: is|'s| are| can| do| does)\b.{0,30}\b(?:in|see|seen|shown?|happening|going on|depicts?)\b",
    re.IGNORECASE,
)
_ASKS_FOR_DETAIL = re.compile(
    r"\bdetail|thorough|comprehensive|\bin depth\b|paragraph|\bsentence|elaborate", re.IGNORECASE
)
_ASKS_FOR_SENTENCE = re.compile(r"\b(?:why|how(?! (?:many|much|old|tall|big|far|long))|explain)\b", re.IGNORECASE)
_SUBJECTS = word_set("yes no i it they he she we you there")
"""An answer that begins with one of these is a sentence."""
_SENTENCE = 4
"""Words from which on an answer with a verb is taken for a sentence."""
_FULL = 9
"""Words from which on an answer to a question is more than a phrase."""
_LONG, _VERY_LONG = 20, 30
"""Words from which on a sentence, and any text, has an end mark even where captions have none."""


class TruncationCheck(Component):
    """Finds answers that break off."""

    name: ClassVar[str] = "truncation"
    version: ClassVar[int] = 3

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge; a cut is shown by the last line of the answer."""
        doubts: list[Verdict] = []
        for number, turn in enumerate(sample.turns):
            if turn.role != "gpt":
                continue
            text = turn.text.rstrip()
            for outcome, reason in _faults(text, number, sample.turns):
                start = max(0, text.rfind("\n") + 1, len(text) - 60)
                verdict = Verdict(
                    check=self.name,
                    outcome="fail" if outcome else "doubtful",
                    reason=reason,
                    evidence=(Span(turn=number, start=start, end=len(text)),),
                    hint=_HINT,
                )
                if outcome:
                    return verdict
                doubts.append(verdict)
        return doubts[0] if doubts else _PASSED


def _faults(text: str, number: int, turns: Sequence[Turn]) -> Iterator[tuple[bool, str]]:
    """Give what is wrong with the end of an answer, and whether it surely is."""
    if not text:
        return
    ended = has_end(text)
    if _left_open(text):
        yield not ended, "unclosed"
    if ended:
        return
    if text[-1] in _CUT_MARKS:
        yield True, "ends_on_mark"
        return
    words = words_of(turns).words[number]
    if _dangles(words):
        yield True, "ends_on_word"
        return
    if _INNER_END.search(text):
        lacking = not _unmarked_list(text)
    else:
        lacking = (
            len(words) >= _SENTENCE and text[0].isupper() and "\n" not in text and _lacks_mark(words, number, turns)
        )
    if lacking:
        yield True, "no_end_mark"


def _lacks_mark(words: Sequence[str], number: int, turns: Sequence[Turn]) -> bool:
    """Tell whether a single sentence without an end mark would have one, going by what is around it."""
    question = turns[number - 1].text.rstrip()
    sentence = not _FINITE.isdisjoint(words) or words[0] in _SUBJECTS or bool(_ASKS_FOR_SENTENCE.search(question))
    if _ASKS_FOR_DETAIL.search(question):
        return True
    if _ASKS_FOR_DESCRIPTION.search(question):
        return len(words) >= (_LONG if sentence else _VERY_LONG)
    others = [turn.text.rstrip() for n, turn in enumerate(turns) if turn.role == "gpt" and n != number and turn.text]
    marked = sum(map(has_end, others))
    if not sentence and not (len(words) >= _FULL and question.endswith("?")):
        return len(others) >= 2 and marked == len(others)
    return marked == len(others) if others else question.endswith("?") or len(words) >= _LONG


def has_end(text: str) -> bool:
    """Tell whether a text ends as a whole one does: with an end mark, or with a closing sign or symbol."""
    last = text.rstrip(_AFTER_END)[-1:]
    if last in _ENDED:
        return True
    # Closed by a bracket or quotation mark, or by a symbol such as an emoji.
    return not (text[-1].isalnum() or text[-1] in _CUT_MARKS or text[-1] in "%°$€£'’")


def _left_open(text: str) -> bool:
    """Tell whether a bracket or quotation is open at the end."""
    for opening, closing in ("()", "[]", "“”"):
        if opening in text and text.rfind(opening) > text.rfind(closing) and not text.endswith((":" + opening,)):
            return True
    if text.count('"') % 2 == 0:
        return False
    last = text.rfind('"')
    return (last == 0 or text[last - 1] in " (\n") and text[last + 1 : last + 2].isalnum()


def _dangles(words: Sequence[str]) -> bool:
    """Tell whether the last word cannot be the last of anything."""
    if len(words) < 3:
        return False
    last = words[-1]
    if len(last) == 2 and last.isascii() and last.isalpha() and last not in _TWO_LETTERS and len(words) > _SENTENCE:
        return True
    if last in _NEVER_LAST or (last == "of" and words[-2] in _BEFORE_OF):
        return True
    if last == "by" and words[-2] in _WITH_BY:
        return False
    return last in _SELDOM_LAST and len(words) > _SENTENCE and _RELATIVE.isdisjoint(words)


def _unmarked_list(text: str) -> bool:
    """Tell whether a text is a list, or lines, of which those before the last have no end mark either."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return False
    before = [line.rstrip() for line in lines[:-1] if _LIST_ITEM.match(line) or not _LIST_ITEM.match(lines[-1])]
    return bool(before) and not has_end(before[-1])
