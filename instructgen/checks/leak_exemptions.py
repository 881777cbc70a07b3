"""What lets a wording through that else shows a leak: nothing in, patterns of stretches, turns and questions out.

What can be read in the picture lets a wording through where it stands before it, in the answer or its question, or
where the noun is fixed to it: "the text on the sign". A sign elsewhere in the answer does not: "According to the text,
a man waits beside a sign" is a leak.
"""

from functools import partial

from .wording import WordingRule, wording

_READABLE = (
    r"signs?|stickers?|(?:black|white|bill|score|chalk|bulletin|notice|message|departure|menu|sign|clip|info)?boards?"
    r"|screens?|monitors?|displays?|pages?|books?|posters?"
    r"|banners?|papers?|packag\w+|tickets?|receipts?|documents?|forms?|plaques?|menus?|letters?|notes?|charts?|graphs?"
    r"|diagrams?|maps?|slides?|websites?|articles?|reports?|newspapers?|magazines?|tags?|flyers?|leaflets?|brochures?"
    r"|memes?|cartoons?|comics?|drawings?|paintings?|prints?|envelopes?|cheques?|badges?|stamps?|coins?|tombstones?"
    r"|gravestones?|logos?|phones?|laptops?|computers?|televisions?|tv|museums?|exhibits?|covers?"
)
_SURFACE = r"labels?|cards?|bottles?|jars?|cans?|cups?|mugs?|shirts?|t-shirts?|jerseys?|walls?|cakes?|bus(?:es)?|box"
_SMALL_SURFACE = r"labels?|cards?|bottles?|jars?|cans?|shirts?|t-shirts?|jerseys?|box"
_ONE = r"(?:the|this|that|its|his|her|their|a|an|each|any|every|one|some|most|several|two)"
_BETWEEN = r"(?: (?!and\b|or\b|but\b)[\w'-]+){0,2}"
_BEARER = (
    r"(?:signs?|stickers?|(?:black|white|bill|score|chalk|bulletin|notice|message|departure|menu|sign|clip"
    r"|info)?boards?|screens?|monitors?|displays?|pages?|books?|posters?|banners?|packag\w+|tickets?"
    r"|receipts?|plaques?|menus?|charts?|graphs?|diagrams?|maps?|slides?|websites?|newspapers?|magazines?|flyers?"
    r"|leaflets?"
    r"|brochures?|memes?|cartoons?|comics?|paintings?|envelopes?|cheques?|badges?|stamps?|coins?|tombstones?"
    r"|gravestones?"
    r"|logos?|museums?|exhibits?|drawings?|subtitles?)"
)
"""Of what can be read, that which is never a teacher's own source; "notes", "report" and "document" may be."""
THERE = wording(
    rf"\b(?:(?:in|by|at|from|of) {_ONE}{_BETWEEN} {_BEARER}"
    rf"|(?:on|across) {_ONE}{_BETWEEN} (?:{_READABLE}|{_SMALL_SURFACE}))\b",
    r"\b(?:reads|reading [\"“']|printed|spelled|handwritten|engraved)",
    r"\b(?:notes?|notices?|letters?|forms?|papers?|tags?|reports?|documents?|words?) (?:on|at|by|pinned|taped|hung"
    r"|hanging"
    r"|attached|stuck|printed|written)\b",
    r"\bmentioned (?:earlier|above|before|previously)\b",
    r"\b(?:earlier|previously|already|just|we|i) mentioned\b",
    rf"\b(?:the|a|an|this|its) (?:\w+ )?(?:{_BEARER}|label|card)(?: [\w'-]+){{0,3}} (?:is|are|was|does|doesn't"
    rf"|isn't)\b",
)
""""on the sign", "by a board": the wording speaks of what can be read there, or of what was said before."""
ATTACHED = wording(
    rf"(?: (?:text|printed|written|shown|visible|displayed|painted|stuck|posted|hanging|pinned|that (?:is|are|can be)"
    rf"|\w+ed))?(?: \w+)? (?:on|in|at|below|above|beneath|under|of|by|from|next to|across|beside|inside|around|along"
    rf"|over|behind) (?:{_ONE} )?(?:[\w'-]+ ){{0,2}}(?:{_READABLE}|{_SURFACE})\b",
    r"(?: \w+)? (?:at|along|across|in|near|on) the (?:very )?(?:bottom|top|corner|upper|lower|middle|foot|back)\b",
    r"(?: \w+)? (?:below|above|beneath|under|underneath|beside) (?:it|them|each|every|the|a|an|his|her|its)\b",
)
"""Right after a noun: "… on the sign", "… below the drawing"."""
VISIBLE = wording(
    r"\b(?:meme|newspaper|magazine|poster|cartoon|comic|subtitles?|screen(?:shot)?|album|exhibit|museum|tv"
    r"|television)\b",
    r"\b(?:overla(?:y|id)|watermark|chart|graph|diagram|figure|plot|axis|slide|page)\b",
    r"\bclosed caption|\bcaptions? (?:below|above|beneath|under|on) (?:it|them|each|every|the|a|an|his|her)\b",
)
"""Something that bears a caption."""
VISIBLE_CAPTION = wording(
    r"\breads?\b|\bprinted\b|\bwritten (?:on|below|under|above|across|beneath|in (?!the captions))|\breading [\"“']",
    r"\b(?:meme|newspaper|magazine|poster|cartoon|comic|subtitles?|screen(?:shot)?|album|exhibit)\b",
    r"\b(?:overla(?:y|id)|watermark|chart|graph|diagram|figure|plot|axis|slide|video|page)\b",
    r"\b(?:at|along|across|in|near|on) the (?:very )?(?:bottom|top|corner|upper|lower|middle)\b",
)
"""A caption that the picture shows."""
INSTRUMENT = wording(
    rf"\b(?:{_READABLE}|{_SURFACE}|clocks?|watch(?:es)?|thermometers?|scales?|speedometers?|gauges?|\w*meters?|scores?"
    r"|timetables?|schedules?|calendars?|compass(?:es)?|rules?|laws?|regulations?|traditions?|customs?|legends?"
    r"|recipes?"
    r"|sizes?|heights?|colou?rs?|shapes?|orders?|seasons?|experts?|stud(?:y|ies)|banner|logo|lettering|numbers?"
    r"|inscription"
    r"|text (?:on|above|below)|caption (?:on|below|above|under)|tattoos?|wind|sun|shadows?|forecasts?|guides?|man"
    r"|woman)\b"
)
"""What people read something off, in "according to the clock"."""
SPEAKS_OF_PLACES = wording(
    r"\b(?:gps|maps?|latitude|longitude|compass|navigation|detection (?:model|system|software|demo))\b"
)
"""Coordinates of the world, not of the picture."""
SOMETHING_TO_READ = wording(
    rf"\b(?:{_BEARER}|reads|(?:written|printed|painted) (?:on|in|at|across|by hand)|lettering|handwriting|headlines?"
    rf"|drawers?"
    r"|products?|spices?|wine)\b"
)
"""Somewhere there is something to read."""
ASKS_TO_READ = wording(
    r"\bwithout mentioning\b|\b(?:write|give|form|compose|use|in) (?:me |us )?(?:just )?(?:a|one|two|three|few|\d+)"
    r"(?: \w+)? (?:sentences?|paragraphs?|summar(?:y|ies))\b",
    r"\b(?:read|reads|text|written|printed|words?|lettering|spell(?:s|ed)?|inscriptions?|headlines?|titles?|memes?"
    r"|logos?)\b",
    rf"\b(?:{_READABLE}|labels?|captions?|data)\b(?: [\w'-]+){{0,3}} (?:say|says|mean|means|show|shows|tell|tells|list"
    rf"|lists"
    r"|mention|mentions|announce|advertise|state|states|describe)\b(?! about)",
    rf"\b(?:on|in|from|according to) (?:the|this|that|his|her|its|their|each) (?:[\w'-]+ ){{0,2}}(?:{_READABLE}"
    rf"|labels?)\b",
    r"\bdo(?:es)? (?:the|this|that|it) (?:[\w'-]+ ){0,3}(?:say|read)(?! about)\b|\bdata\b",
)
"""The question is about something to read."""
ASKS_CAPTION = wording(
    r"\b(?:write|suggest|give|propose|create|provide|generate|compose|come up with|make up|choose|pick|think of|draft"
    r"|best|good|funny|fitting|suitable|appropriate)\b[^.?!]*\b(?:caption|title|headline)",
    r"\bcaption (?:this|the) (?:image|picture|photo)",
    r"\bwhat (?:does|is) the caption\b|\b(?:diagram|chart|graph|map|slide|figure|plot)\b",
)
"""The question wants a caption, or is about a chart."""
ASKS_CAPTIONS = wording(
    r"\b(?:captions|annotations?|metadata)\b|\bwhat (?:does|is) the caption\b"
    r"|\b(?:diagram|chart|graph|map|slide|figure|plot|meme|cartoon|comic)\b"
)
"""The question wants several captions, or is about a chart."""
ASKS_TO_READ_CAPTION = wording(
    r"\bwhat (?:does|is|do|are) the (?:\w+ )?(?:captions?|annotations?)\b|\bread the captions?\b",
    r"\b(?:diagram|chart|graph|map|slide|figure|plot|meme|cartoon|comic)\b",
)
"""The question is about a caption in the picture, or about a chart."""
ASKS_DESCRIPTION = wording(r"\bdescri(?:be|ption)")
"""The question wants a description."""
ASKS_PLACE = wording(
    r"\b(?:give|provide|return|output|draw|locate|mark|what (?:is|are))\b[^.?!]*\b(?:coordinates?|bounding)"
)
"""The question wants numbers."""

untold = partial(
    WordingRule,
    who="gpt",
    unless_after=ATTACHED,
    unless_clause=THERE,
    unless_before=SOMETHING_TO_READ,
    unless_asked=ASKS_TO_READ,
)
"""A rule for answers, as most are that tell of a text: it counts unless there is something in the picture to read."""
