"""A turn and the question before it in; what the turn says of where things are out.

"The left side" and "yes" say something only by the question, as "a dog" does to "what is to the left of the couch?".
"""

from collections.abc import Iterator, Sequence

from ..text import word_set
from .mentions import Mention
from .place_orders import in_order
from .place_reader import PlaceReader, openers_of
from .place_words import ACROSS, ADJECTIVES, ASKING, BARE_SIDE, DOWN, NEGATION, PHRASE, WHERE, YES, How
from .places import AskedPlace, PairPlace, Place, Relation, Side, SidePlace
from .sentences import Tokens


def places_of(text: str, tokens: Tokens, mentions: Sequence[Mention], asked: AskedPlace | None) -> Iterator[Place]:
    """Give what a turn says of where things are; ``asked`` is what was asked of places, if anything."""
    openers = openers_of(tokens)
    if not openers and asked is None:
        return
    reader = PlaceReader(text, tokens, mentions, asked, openers)
    if asked and tokens.low and (place := _answered(reader, asked)):
        yield place
    yield from in_order(text, tokens, mentions)
    yield from reader.places()


def asked_place(text: str, tokens: Tokens, mentions: Sequence[Mention]) -> AskedPlace | None:
    """Give what a question asks of places: where a thing is, or what is at a place."""
    if not mentions and not any(map(ADJECTIVES.__contains__, tokens.low)):
        return None
    if compared := _compared(tokens, mentions):
        return compared
    openers = openers_of(tokens) if tokens.low[0] in ("what", "what's", "who", "who's", "which") else ()
    if openers and (found := _asked_for(PlaceReader(text, tokens, mentions, None, openers))):
        return found
    things = [mention for mention in mentions if not mention.near]
    # "Which side of the table is the cup on?"
    things.sort(key=lambda mention: tokens.low[max(0, mention.first - 2)] in _BESIDE)
    low = set(tokens.low)
    if not things:
        return None
    if WHERE.isdisjoint(low):
        return _only_thing(text, things)
    if tokens.low[0] not in ASKING:
        other = things[1] if len(things) > 1 and {"relation", "relative", "respect"} & low else None
        return AskedPlace(tuple(things), other=other)
    stated = [
        place
        for place in PlaceReader(text, tokens, things, None, openers_of(tokens)).places()
        if not isinstance(place, PairPlace)
    ]
    other = things[1] if len(things) > 1 and tokens.low[things[1].first - 2] in _BESIDE else None
    return AskedPlace(tuple(things), other=other, stated=stated[0] if len(stated) == 1 and "or" not in low else None)


_BESIDE = word_set("of to from than")


def _compared(tokens: Tokens, things: Sequence[Mention]) -> AskedPlace | None:
    """Give what "which is farther left, the cup or the plate?" asks: the answer names what is so of the other."""
    low = set(tokens.low)
    if len(things) != 2 or "or" not in low or low.isdisjoint(("farther", "further", "more", "closer", "nearer")):
        return None
    how: How | None = "left" if "left" in low else "right" if "right" in low else None
    return AskedPlace((), how=how, between=(things[0], things[1])) if how and {"left", "right"} - low else None


def _only_thing(text: str, things: Sequence[Mention]) -> AskedPlace | None:
    """Give the only thing that a question names, which an answer may take up: "Is there a dog? Yes, on the left"."""
    thing = things[0]
    if len(things) > 1 or "?" not in text or not thing.certain or thing.polarity not in ("asserted", "asked"):
        return None
    return AskedPlace((thing._replace(polarity="asserted"),), presence=True)


def _asked_for(reader: PlaceReader) -> AskedPlace | None:
    """Give the place of a question such as "what is to the left of the dog?"."""
    for at in reader.openers:
        match = PHRASE.match(reader.line, reader.tokens.starts[at])
        if match is None or any(mention.first < at for mention in reader.mentions):
            continue
        ended = reader.things.past(at, match.end())
        how = reader.how(match)
        other = reader.things.after(ended + 1 if match["across"] else ended, fronted=False) if how else None
        if how and other:
            return AskedPlace((), None, how, other)
        if side := reader.side(match, ended):
            return AskedPlace((), side)
    return None


def _answered(reader: PlaceReader, asked: AskedPlace) -> Place | None:
    """Give what an answer states by its question: "yes", "the left", or what is at the place asked for."""
    if asked.presence:
        return None
    if asked.things:
        return _bare_answer(reader, asked)
    thing = reader.things.after(0, fronted=True)
    if thing is None or reader.things.word(thing.last) in NEGATION:
        return None
    if asked.how and asked.between:
        names = [other.name for other in asked.between]
        if names.count(thing.name) != 1:
            return None
        other = asked.between[1 - names.index(thing.name)]
        return Relation((thing,), asked.how, thing.start, thing.end, other)
    if asked.how and asked.other:
        return Relation((thing,), asked.how, thing.start, thing.end, asked.other)
    side = asked.side and asked.side._replace(start=thing.start, end=thing.end)
    return SidePlace((thing,), side, among=True) if side else None


def _bare_answer(reader: PlaceReader, asked: AskedPlace) -> Place | None:
    """Give the place of "the left side" or of "yes"."""
    if asked.stated and reader.things.word(0) in YES:
        start, end = reader.tokens.starts[0], reader.tokens.ends[0]
        if isinstance(asked.stated, Relation):
            return asked.stated._replace(start=start, end=end)
        return asked.stated._replace(side=asked.stated.side._replace(start=start, end=end))
    match = BARE_SIDE.match(reader.line)
    if match is None:
        return None
    across, down = ACROSS[match["across"].lower()], DOWN[(match["down"] or "").lower()]
    if asked.other and across in ("left", "right"):
        return Relation(asked.things[:1], "left" if across == "left" else "right", *match.span(), asked.other)
    return SidePlace(asked.things[:1], Side(*match.span(), across, down, False, True), among=False)
