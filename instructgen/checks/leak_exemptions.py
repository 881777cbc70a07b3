"""What lets a wording through that else shows a leak: nothing in, patterns of sentences, turns and questions out."""

from .wording import wording

_READABLE = (
    r"signs?|stickers?|boards?|blackboard|whiteboard|billboards?|screens?|monitors?|displays?|pages?|books?|posters?"
    r"|banners?|papers?|packag\w+|tickets?|receipts?|documents?|forms?|plaques?|menus?|letters?|notes?|charts?|graphs?"
    r"|diagrams?|maps?|slides?|websites?|articles?|reports?|newspapers?|magazines?|tags?|flyers?|leaflets?|brochures?"
)
_SURFACE = (
    r"labels?|cards?|bottles?|jars?|cans?|shirts?|t-shirts?|jerseys?|walls?|tables?|covers?|cakes?|bus(?:es)?|box"
)
_ONE = r"(?:the|this|that|its|his|her|a|an|each|any|every|one)"
THERE = wording(
    rf"\b(?:(?:in|by|at|from) {_ONE}"
    rf"(?: (?!and\b|or\b|but\b)[\w'-]+){{0,2}} (?:{_READABLE})"
    rf"|(?:on|across) {_ONE}(?: (?!and\b|or\b|but\b)[\w'-]+){{0,2}} (?:{_READABLE}|{_SURFACE}))\b",
    r"\b(?:reads|reading [\"“']|printed|spelled|handwritten|engraved)",
    r"\bmentioned (?:earlier|above|before|previously)\b",
    r"\b(?:earlier|previously|already|just|we|i) mentioned\b",
)
""""on the sign", "by a board": the wording speaks of what can be read there, or of what was said before."""
VISIBLE = wording(
    r"\b(?:reads?|written (?!in the captions)|printed)\b|\breading [\"“']",
    r"\b(?:meme|newspaper|magazine|poster|cartoon|comic|subtitles?|screen(?:shot)?|album|exhibit)\b",
    r"\b(?:overla(?:y|id)|watermark|chart|graph|diagram|figure|plot|axis|slide|video|page)\b",
    r"\bclosed caption|\bcaptions? (?:below|above|beneath|under|on) (?:it|them|each|every|the|a|an|his|her)\b",
    r"\b(?:at|along|across|in|near|on) the (?:very )?(?:bottom|top|corner|upper|lower|middle)\b",
)
"""A caption that the picture shows."""
SPEAKS_OF_PLACES = wording(
    r"\b(?:gps|maps?|latitude|longitude|compass|navigation|detection (?:model|system|software|demo))\b"
)
"""Coordinates of the world, not of the picture."""
SOMETHING_TO_READ = wording(
    rf"\b(?:{_READABLE}|reads|written|printed|quotes?|titles?|headlines?|memes?|logos?|lettering|writing|language"
    r"|handwriting|painted|drawers?|products?|spices?|wine)\b"
)
"""Somewhere in the turn there is something to read."""
ASKS_TO_READ = wording(
    rf"\b(?:{_READABLE}|read|text|written|words?|says?|title|headline|meme|logo|caption|data|labels?)\b"
)
"""The question is about something to read."""
ASKS_CAPTION = wording(
    r"\b(?:write|suggest|give|propose|create|provide|generate|compose|come up with|make up|choose|pick|think of|draft"
    r"|best|good|funny|fitting|suitable|appropriate)\b[^.?!]*\b(?:caption|title|headline)",
    r"\bcaption (?:this|the) (?:image|picture|photo)",
    r"\bwhat (?:does|is) the caption\b|\b(?:diagram|chart|graph|map|slide|figure|plot)\b",
)
"""The question wants a caption, or is about a chart."""
ASKS_DESCRIPTION = wording(r"\bdescri(?:be|ption)")
"""The question wants a description."""
ASKS_PLACE = wording(
    r"\b(?:give|provide|return|output|draw|locate|mark|what (?:is|are))\b[^.?!]*\b(?:coordinates?|bounding)"
)
"""The question wants numbers."""
