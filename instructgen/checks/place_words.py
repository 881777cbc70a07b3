"""Nothing in; the words and the pattern by which phrases of place are read out: see ``places``."""

import re
from typing import Literal

from ..text import word_set

Across = Literal["left", "right", "centre", ""]
Down = Literal["top", "bottom", ""]
How = Literal["left", "right", "above", "below", "on", "near"]

WORDS = word_set(
    "left right leftmost rightmost top bottom upper lower center centre middle above below beneath under underneath on"
    " next near beside close"
)
"""A text that has none of these says nothing of where things are."""

VIEW = (
    r"(?:image|picture|photo|photograph|scene|frame|shot|view|screen|snapshot|(?:[a-z]+ ?)?room|bathroom|bedroom"
    r"|kitchen|court|beach|yard|garden)\b"
)
"""The picture, or what fills it: its sides are the picture's."""
OF_VIEW = rf"(?: (?:of|in|within) (?:the |this )(?:entire |whole )?{VIEW})"
FILLING = (
    "take up",
    "takes up",
    "taking up",
    "occupy",
    "occupies",
    "occupying",
    "fill",
    "fills",
    "filling",
    "dominate",
    "dominates",
    "dominating",
    "cover",
    "covers",
    "covering",
)
FILLS = "|".join(FILLING)
"""What does so to a side is there."""
PART = (
    r"(?: (?:side|half|part|portion|edge|corner|border|margin|third|section|area|end|quadrant|foreground"
    r"|background))"
)
PHRASE = re.compile(
    r"\b(?:(?P<its>(?:on|to|at) its (?P<hand>left|right))"
    rf"|(?P<prep>on|to|in|at|towards?|along|near|by|against|{FILLS}) (?:the )?"
    r"(?:(?:image|picture|photo|frame|scene)'s )?(?:(?:very|(?P<far>far|extreme)|immediate) )?"
    r"(?:(?:(?P<down>upper|lower|top|bottom)[ -])?(?P<across>left|right)(?:[ -]?(?:hand|most))?"
    r"(?:[ -](?P<down3>upper|up|lower|top|bottom))?"
    rf"(?P<part>{PART})?(?P<view>{OF_VIEW})?"
    rf"|(?:(?P<down2>upper|lower|top|bottom)(?P<part2>{PART}|[ -](?:center|centre|middle))?"
    rf"|(?:very |exact )?(?P<centre>center|centre|middle)(?P<part3>{PART})?)(?P<view2>{OF_VIEW})?)"
    r"|(?P<above>above)|(?P<below>below|beneath|under|underneath)"
    r"|(?P<on>on(?: top of)?)|(?P<near>next to|near|beside|close to))\b",
    re.IGNORECASE,
)
PART_SHOWS = re.compile(
    rf"(?:left|right)(?:[ -]?hand)?{PART}?{OF_VIEW}? (?:shows|has|holds|contains|features|displays|includes|reveals"
    r"|is (?:occupied|taken up|filled|dominated) by)\b",
    re.IGNORECASE,
)
"""Stands after "the", or "upper", where a part of the picture is the subject."""
BARE_SIDE = re.compile(
    r"(?:the )?(?:(?P<down>upper|lower|top|bottom)[ -])?(?P<across>left|right)(?:[ -]?hand)?"
    rf"(?:{PART})?(?:{OF_VIEW})?(?=[.,;!]|$)",
    re.IGNORECASE,
)
"""An answer that names no more than a side."""
BOUNDED = word_set("half third edge border margin quadrant portion corner")
"""After these "upper" and "lower" are the picture's without its being named."""
ADJECTIVES: dict[str, Across] = {"left": "left", "leftmost": "left", "right": "right", "rightmost": "right"}
OPENERS = frozenset(ADJECTIVES) | word_set(
    "on to in at toward towards along near above below beneath under underneath next beside close by against"
    " take takes taking occupy occupies occupying fill fills filling dominate dominates dominating"
    " cover covers covering"
)
"""Each phrase of place begins with one of these."""
SIDES = word_set(
    "left right leftmost rightmost upper lower top bottom center centre middle left-hand right-hand upper-left top-left"
    " lower-left bottom-left upper-right top-right lower-right bottom-right"
)
EDGES = word_set("edge border margin corner end")
"""Of a side, these are its outermost part."""
NOTED_PARTS = EDGES | word_set("side half part background foreground")
"""What may follow "left" in a note: "clock upper left corner"."""
SIDES_OR_OPENERS = SIDES | OPENERS
RELATING = word_set("on above below beneath under underneath next near beside close")
"""Of the openers these may relate two things without a side being named."""
ASKING = word_set("is are was were does do did can which")
"""What begins so may be answered by "yes", or by "left"."""
YES = word_set("yes yeah yep correct indeed")
NEARBY = word_set("on in at against near beside by with along down under behind across over inside outside")
"""What is in or at something is where that is: "a clock on the wall at the upper right"."""
WHERE = word_set("where where's which side part locate position find left right located placed positioned situated")
"""A question with one of these asks for places."""
OWNERS = word_set("his her its their my your our whose")

LINKS = word_set(
    "is are was were be been being can could seen visible that which who there also both all located positioned"
    " situated placed found standing sitting lying laying resting shown pictured seated parked stands sits lies appears"
    " appear sit stand lie just slightly directly immediately currently partially further farther away"
    " back closer out right hang hangs"
    " rest rests wait waits sleep sleeps float floats fly flies graze grazes play plays walk walks"
    " made asleep awake upright has have had over down up far off way bit little them alone together"
    " trot trots lurks looms form forms"
)
"""Words that may stand between a thing and where it is."""
NOT_LINKS = word_set(
    "building ceiling clothing painting railing king wing ring string thing something everything nothing evening"
    " morning awning wedding crossing bed red shed sled weed seed feed family belly jelly holding wearing carrying"
    " facing looking turning leaning pointing heading touching throwing hitting having including featuring showing"
    " containing turned faced"
)
"""These end as participles and adverbs do, yet name a thing, take one, or say which way it looks."""
MOVING = word_set(
    "moving driving walking running riding pulling pushing flying passing coming going sailing swimming jumping"
)
"""With "to the left" these say which way something goes, not where it is."""
TOWARDS = word_set("to toward towards")
TAKING = word_set("wearing holding carrying playing eating using swinging reading drinking watching")
"""What is worn or held is where its bearer is: "a woman wearing a hat on the left"."""
FRONTED = word_set(
    "there is are you we one can see be i stands sits lies appears seen find notice has sit stand lie have spot also"
    " someone somebody placed put been left make out there's here's you'll we'll seems"
)
ADVERBS = word_set(
    "away down up overhead back far over directly just farther further out there high low off immediately slightly"
)
"""These may stand before a phrase of place that opens its clause."""
DEPTHS = word_set("foreground background distance")
ASIDES = word_set("next in near beside behind just partly partially almost close under above on at by half barely")
"""With these what stands between "on the right" and its thing may begin: "on the right, next to a wall, is a dog"."""
KINDS = word_set("one animal object item thing vehicle figure")
"""Of these, what is on the right "is a dog"."""
LOOKING = word_set(
    "looks faces turns points heads leans gazes stares glances moves shifts swerves veers extends stretches reaches"
)
"""With "on the left" these say which way, not where."""
LEADS = word_set("and while also but with then additionally meanwhile")
ARTICLES = word_set(
    "a an the this that these those another one two three four five six several some many few its his her"
)
STOPS = word_set(
    "of in on at by with without to from for into onto over under above below behind beside near and or but nor as"
    " is are was were has have had that which who whose where while his her their its if not no"
)
PAST_SIDE = word_set(
    "of in on at by with without to from for over under above below behind beside near and or but as is are was were"
    " has have that which who while there you we i can also appears seems looks stands sits a an the cut only partly"
    " partially just he she it they"
)
"""What may follow a bare "on the left"; a noun there would be what is left."""
NEGATION = word_set("not no never neither nor n't isn't aren't cannot or instead rather if would might could whether t")
HEADS = word_set(
    "with of by near beside in on at behind under holding wearing riding carrying using watching next to from"
)
VERBS = word_set("is are was were can sits stands lies appears hangs")
AMOUNTS = word_set(
    "group pair couple herd flock crowd lot row line bunch number team cluster stack pile plate bowl slice piece cup"
    " glass bottle kind type variety set family half part most some all each one two three member members"
)
"""Before "of" these leave what comes after the thing that is spoken of."""
PRONOUNS = word_set("it they he she this that these those it's they're he's she's that's")
THINGS, PEOPLE, SEVERAL = word_set("it"), word_set("him her"), word_set("them")
"""What may stand for the second thing, if no noun follows."""
COUNTING = word_set("all both each two three four five six of")
"""So an answer may begin: "all three of them are on the left"."""


ACROSS: dict[str, Across] = {"left": "left", "right": "right", "centre": "centre", "": ""}
DOWN: dict[str, Down] = {"upper": "top", "top": "top", "lower": "bottom", "bottom": "bottom", "": ""}
HOWS: tuple[How, ...] = ("above", "below", "on", "near")


def is_link(low: str, towards: bool = False) -> bool:
    """Tell whether a word may stand between a thing and where it is; ``towards``: and "to the left"."""
    if towards and low in MOVING:
        return False
    return low in LINKS or (low.endswith(("ing", "ed", "ly")) and low not in NOT_LINKS)
