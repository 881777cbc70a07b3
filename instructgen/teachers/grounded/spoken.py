"""A caption in; its words out, with what to skip at its beginning, whether it is plain, and where phrases end."""

import re

from instructgen.text import word_set

from .lexicon import ING, PLAIN, PREPOSITIONS, STATIVE, THIRD, VIEW_WORDS

_TOKEN = re.compile(r"[a-z0-9][a-z0-9'’-]*|[.,;:!?\"()]")
_UNSAFE = word_set(
    """no not without instead nobody none never statue statues sculpture sculptures drawing cartoon mural poster
    mannequin mannequins photoshop photoshopped edited seem seems seemingly appear appears appearing might maybe
    possibly probably may would could or pretend pretending imitation fake toy toys if except than reflection
    reflections reflected reflecting character caption captions unable isn't don't doesn't aren't can't cannot
    won't screen screens"""
)
"""A caption with one of these is left alone: it denies, supposes or depicts."""
_UNSAFE_TEXT = ("painting of", "looks like", "look like", "looking like", "about to", "ready to", "trying to",
    "attempting to", "empty of", "on tv", "on the tv", "on the television", "on television", "on a television",
    "image of the")  # fmt: skip
HAVING = word_set("has have features contains includes containing featuring including contain feature")
AGAIN = word_set("""is are was were be being has have had""")
JOINTS = word_set("""while as and that which who where when but to because so beside""")
PUNCTUATION = frozenset('.,;:!?"()')
PARTICLES = word_set("""up down out around together away back off over along by outside inside""")
_LEADS = (
    "there is", "there are", "there 's", "here is", "here are", "this is", "these are", "it is", "it 's", "we see",
    "shown is", "pictured is", "i see",
)  # fmt: skip


def words_of(caption: str) -> list[str]:
    """Give a caption's words and marks in lower case."""
    return _TOKEN.findall(caption.lower().replace("’", "'").replace("side by side", ""))


_TRIGGERS = word_set("painting like about ready trying attempting empty tv television image")
"""At least one of these words is in each of the unsafe texts."""


def safe(words: list[str]) -> bool:
    """Tell whether a caption says plainly what is seen: it denies, supposes and depicts nothing."""
    if len(words) > 80 or not _UNSAFE.isdisjoint(words):
        return False
    if _TRIGGERS.isdisjoint(words):
        return True
    text = " ".join(words)
    return not any(unsafe in text for unsafe in _UNSAFE_TEXT)


def lead(words: list[str]) -> int:
    """Skip "there is", "a picture of" and the like."""
    at = 0
    if " ".join(words[:2]) in _LEADS:
        at = 2
    for _ in range(2):
        step = at
        while step < len(words) and step - at < 5 and words[step] != "of":
            if words[step] not in VIEW_WORDS and words[step] not in _VIEW_ADJECTIVES:
                break
            step += 1
        if step > at and words[step : step + 1] == ["of"] and words[step - 1] in VIEW_WORDS:
            at = step + 1
    return at


_VIEW_ADJECTIVES = word_set(
    """a an the this close black and white very old blurry nice beautiful color high angle low overhead aerial
    vintage up large small outdoor indoor great side front top night good clear"""
)


def boundary(words: list[str], at: int) -> bool:
    """Tell whether a phrase that ends before ``at`` is whole: the next word starts something else."""
    if at >= len(words):
        return True
    word = words[at]
    return (
        word in PUNCTUATION or word in PREPOSITIONS or word in ING or word in STATIVE or word in AGAIN
        or word in JOINTS or word in HAVING or word in THIRD or word in PLAIN or word in ("next", "close")
    )  # fmt: skip
