"""A turn's words in; what kind of question it is, how it opens, and its verb–noun pairs out.

Closed lists of our own and rules of a line each, for English: good for comparing two datasets or two runs, no parse.
A verb that is not in the list makes no pair; the noun is the last word of the phrase after the verb.
"""

from collections.abc import Iterator, Sequence

from ..text import word_set

_YES_NO = word_set(
    "is are was were am do does did can could has have had will would should shall may might must isn aren wasn weren "
    "don doesn didn couldn hasn haven hadn won wouldn shouldn"
)
"""Words that open a question which can be answered with yes or no; ``isn't`` is split at its apostrophe."""
_ASKING = word_set("what how where when why who whose whom which")
_SECOND = {
    "what": {"color": "what colour", "colour": "what colour", "colors": "what colour", "colours": "what colour"}
    | dict.fromkeys(("kind", "kinds", "type", "types", "sort"), "what kind")
    | {"number": "how many"},
    "how": dict.fromkeys(("many", "much"), "how many"),
}
_LEADING = word_set("please so and but also now in on at from to for with by of based given")
"""What may stand before the word that tells a question's kind."""

_VERBS = word_set(
    "add analyse analyze answer ask assess attach board break bring brush build buy call capture carry catch check "
    "choose clean climb compare complete consider contain contribute convey cook count cover create cross cut "
    "describe detail determine discuss display draw drink drive eat elaborate encourage enhance enjoy ensure "
    "estimate evaluate examine explain explore express face feed fill find fly follow give guess hang help hit hold "
    "identify illustrate imagine indicate infer influence interpret involve jump keep kick know label lean learn "
    "leave lie list listen locate look make match mention move name note notice observe occupy offer open order "
    "outline pack park perform photograph pick place play point prepare present protect provide pull push put "
    "rank reach read recommend rest reveal ride run say see sell serve share show sit skate ski sleep speculate spot "
    "stand state suggest summarise summarize support surf surround swing take tell throw touch transport travel "
    "use visit wait walk wash watch wear write"
)
"""Verbs of instructions, and of what people and things do in pictures. Words that are mostly nouns are left out."""

_DOUBLED = word_set("cut hit put run sit")


def _forms(verb: str) -> Iterator[str]:
    """Give a verb's forms by rule; irregular past forms are left out."""
    yield verb
    if verb.endswith("e") and verb not in ("see", "lie"):
        yield from (f"{verb}s", f"{verb}d", f"{verb[:-1]}ing")
    elif verb in _DOUBLED:
        yield from (f"{verb}s", f"{verb}{verb[-1]}ing")
    elif verb.endswith("y") and verb[-2] not in "aeou":
        yield from (f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing")
    else:
        yield from (f"{verb}{'es' if verb.endswith(('s', 'sh', 'ch', 'o')) else 's'}", f"{verb}ed", f"{verb}ing")


_BASE = {form: verb for verb in _VERBS for form in _forms(verb)} | {"lying": "lie"}
_IMPERATIVE = _VERBS - word_set("face place park board label see spot notice know")
"""Verbs with which a request begins, also after ``could you``; ``can you see`` asks."""

_DETERMINERS = word_set(
    "a an the this that these those my your his her its our their some any each every all both no another other "
    "one two three four five six several many more most such s"
)
_SKIPPED = _DETERMINERS | word_set(
    "at on in up out down off over to for from with by of into onto through about me us him them you"
)
"""What may stand between a verb and its noun phrase."""
_ENDS = word_set(
    "at on in up out down off over to for from with by of into onto through about and or but as than then while when "
    "where what who whose which why how if because so that is are was were be been being am do does did can could has "
    "have had will would should may might must not it he she they we i you here there together along near next behind "
    "beside under above below around between before after during without within across against like everything "
    "something anything nothing everyone someone anyone somewhere anywhere whether whichever whatever"
)
"""Words that end a noun phrase."""


def kind(words: Sequence[str]) -> str:
    """Give the kind of a question from its lower-case words: one of a dozen names, ``other`` for the rest."""
    for at, word in enumerate(words[:4]):
        if word in _ASKING:
            return _asking(words, at)
        if word in _YES_NO:
            asked = words[at + 1 : at + 2] == ["you"] and not _IMPERATIVE.isdisjoint(words[at + 2 : at + 4])
            return "request" if asked else "yes or no"
        if word in _IMPERATIVE:
            return "request"
        if word not in _LEADING:
            break
    return next((_asking(words, at) for at, word in enumerate(words) if word in _ASKING), "other")


def _asking(words: Sequence[str], at: int) -> str:
    """Give the kind that the question word at ``at`` makes, together with the word after it."""
    word = words[at]
    seconds = _SECOND.get(word, {})
    return seconds.get(words[at + 1] if at + 1 < len(words) else "", "who" if word in ("whose", "whom") else word)


def opening(words: Sequence[str]) -> str:
    """Give the first three words."""
    return " ".join(words[:3])


def verb_noun_pairs(words: Sequence[str]) -> Iterator[str]:
    """Give each verb of the list with the noun that follows it, such as ``hold umbrella``."""
    for at, word in enumerate(words):
        verb = _BASE.get(word)
        if verb is None or (at and words[at - 1] in _DETERMINERS):
            continue
        noun = _noun_after(words, at + 1)
        if noun:
            yield f"{verb} {noun}"


def _noun_after(words: Sequence[str], at: int) -> str:
    """Give the last word of the noun phrase that begins at ``at``, or nothing."""
    end = min(len(words), at + 6)
    while at < end and words[at] in _SKIPPED:
        at += 1
    noun = ""
    for word in words[at:end]:
        if word in _ENDS or word in _DETERMINERS or (noun and (word in _BASE or word.endswith(("ing", "ly")))):
            break
        noun = word
    return noun if noun.isalpha() and 2 < len(noun) < 20 else ""
