"""The wordings in which a teacher shows that it read text instead of a picture: nothing in, a list of rules out.

A rule that fails needs a source's noun with a verb or preposition that makes it the source ("according to the
captions", "the description mentions"). The bare noun is doubtful. Let through: text visible in the picture, what was
"mentioned earlier", and what the question itself asked for.
"""

from .wording import WordingRule, needs, wording

# A caption, title or label that the picture shows.
_VISIBLE = wording(
    r"\b(?:reads?|reading|written (?!in the captions)|printed)\b",
    r"\b(?:meme|newspaper|magazine|poster|cartoon|comic|subtitles?|screen(?:shot)?)\b",
    r"\b(?:overla(?:y|id)|watermark|chart|graph|diagram|figure|plot|axis|table|map|slide|video|signs?|page|book)\b",
    r"\bclosed caption",
    r"\b(?:at|along|across|in|near|on) the (?:very )?(?:bottom|top|corner|upper|lower|left|right|middle)\b",
)
_SHOWN_PAPER = wording(
    r"\b(?:signs?|labels?|boards?|screens?|pages?|books?|posters?|papers?|packages?|packaging|tickets?|receipts?)\b",
    r"\b(?:documents?|forms?|plaques?|menus?|job description|product description|report|article|letter|question)\b",
    r"\bmentioned (?:earlier|above|before|previously)\b",
    r"\b(?:earlier|previously|already|just|you|we|i) mentioned\b",
)
_SPEAKS_OF_PLACES = wording(
    r"\b(?:gps|map|latitude|longitude|compass|navigation|detection (?:model|system|software|demo))\b"
)
_ASKS_CAPTION = wording(
    r"\b(?:write|suggest|give|propose|create|provide|generate|compose|come up with|make up|choose|pick|think of|draft"
    r"|best|good|funny|fitting|suitable|appropriate)\b[^.?!]*\b(?:caption|title|headline)",
    r"\bcaption (?:this|the) (?:image|picture|photo)",
    r"\bwhat (?:does|is) the caption\b|\b(?:diagram|chart|graph|map|slide|figure|plot)\b",
)
_ASKS_DESCRIPTION = wording(r"\bdescri(?:be|ption)")
_ASKS_PLACE = wording(
    r"\b(?:give|provide|return|output|draw|locate|mark|what (?:is|are))\b[^.?!]*\b(?:coordinates?|bounding)"
)

_THE = r"(?:(?:the|these|those|this|that|your|its|their|all|both|each|one|some|any|of|five|four|three|two|several) )*"
_KIND = (
    r"(?:(?:provided|given|image|photo|picture|scene|text|textual|above|following|available|accompanying|original"
    r"|human|coco|first|second|third|other|limited) )*"
)
_BY = r"(?:according to|(?:up)?on|as per|per|from|given|by|in|using|with|across|within|of)"
_CAPTION = r"(?:captions?|annotations?|metadata|object lists?|ground[- ]truth(?: labels?)?)"
_SAYS = (
    r"(?:(?:also|all|only|both|just|clearly|explicitly|specifically|further) )*"
    r"(?:mention|sa(?:ys?|id)\b|states?\b|stated\b|describe|indicate|suggest|specif|list(?:s|ed)?\b|notes?\b|noted\b"
    r"|provide|gives?\b|given\b|tells?\b|refers?\b|impl(?:y|ies)\b|confirm|reveal|include|contain|emphasi|shows?\b|agree"
    r"|do not|don't|does not|doesn't|did not|didn't)"
)
_TOLD = r"(?:mentioned|specified|stated|provided|listed)"
_DATA = r"(?:information|details?|context|text|data|list|input)"
_AI = r"(?:ai|artificial intelligence|(?:large )?(?:vision[- ])?language model|text-based|virtual assistant)"
_CAPTION_WORDS = needs("caption captions annotation annotations metadata truth")

FAILING = (
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            rf"\bas an? {_AI}\b",
            rf"\bi(?: am|'m) (?:just |only )?an? {_AI}\b",
            r"\blanguage model (?:trained|developed|created|like me)\b",
            r"\bmy (?:training data|knowledge cut-?off)\b",
            r"\bi (?:am|was) (?:trained|developed|created) by\b",
        ),
        needs("ai artificial language text virtual training knowledge trained developed created"),
    ),
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            r"\bbounding[- ]?box(?:es)?\b",
            r"\b(?:normali[sz]ed|pixel|box|image|object|spatial|provided|given) coordinates\b",
            r"\b(?:by|from|based on|according to|with|of|per) (?:the|their|its|these|those) coordinates\b",
            r"\bthe coordinates (?:of|provided|given|indicate|show|suggest|are)\b",
            r"\b[xy][- ]coordinates?\b",
            r"\b(?:object|box) (?:detections?|annotations?)\b|\bdetected objects\b|\b[xy]1 ?[,=]",
        ),
        needs("bounding boundingbox coordinates detection detections detected annotation annotations x1 y1 coordinate"),
        unless_sentence=_SPEAKS_OF_PLACES,
        unless_asked=_ASKS_PLACE,
    ),
    WordingRule(
        "coordinates",
        "fail",
        wording(
            r"[\[({] ?(?:0?\.\d+|[01](?:\.0+)?)(?: ?, ?(?:0?\.\d+|[01](?:\.0+)?))+ ?[\])}]",
            r"(?:\b0?\.\d{2,} ?, ?){3}0?\.\d{2,}",
            r"\[ ?\d{1,4}(?: ?, ?\d{1,4}){3} ?\]",
        ),
        signs=("0.", "[", "(."),
        unless_quoted=False,
    ),
    WordingRule(
        "caption_mentioned",
        "fail",
        wording(
            rf"\b{_BY} {_THE}{_KIND}{_CAPTION}\b(?! ?[:,]? ?[\"“:'])",
            rf"\b{_CAPTION} {_SAYS}",
            r"\b(?:provided|given|human|coco|dataset) (?:captions?|annotations?|labels?|metadata|sentences)\b",
            r"\b(?:captions?|sentences) (?:above|below|provided|given)\b(?! (?:the|this|a|it|him|her|them)\b)",
        ),
        _CAPTION_WORDS | needs("lists list labels sentences"),
        unless_sentence=_VISIBLE,
        unless_asked=_ASKS_CAPTION,
    ),
    WordingRule(
        "description_mentioned",
        "fail",
        wording(
            r"\b(?:according to|based (?:up)?on|from|per|in) (?:the|this|that|your|these) "
            rf"{_KIND}descriptions?\b(?! of)",
            rf"\b(?:the|this|your|given|provided) {_KIND}descriptions? {_SAYS}",
            rf"\b(?:the|this|your|no) (?:provided|given) {_DATA}\b",
            rf"\b{_DATA} (?:provided|given)\b"
            r"(?! (?:by|in|on) (?:\w+ ){0,2}(?:images?|photos?|pictures?|signs?|scene))",
        ),
        needs("description descriptions provided given"),
        unless_sentence=_SHOWN_PAPER,
    ),
    WordingRule(
        "untold_detail",
        "fail",
        wording(
            rf"\b(?:is|are|was|were|has|have)(?:n't| not| never)(?: been)? (?:\w+ly )?{_TOLD}\b",
            r"\bno (?:explicit |specific |further |direct )?(?:mention|information|details?) "
            r"(?:of|about|on|regarding|is|was|are|were|provided|given|available)\b",
            r"\b(?:is|are|was|were) (?:\w+ly |also |only )?mentioned\b(?! (?:earlier|above|before|previously))",
            r"\bas (?:mentioned|stated|listed)(?= in\b|,)",
            r"\bwithout (?:more|further|additional) (?:information|context|details)\b",
        ),
        needs("mentioned specified stated provided listed mention information detail details context"),
        unless_sentence=_SHOWN_PAPER,
    ),
    WordingRule(
        "layout_remnant",
        "fail",
        wording(
            r"\A\W*(?:question|answer|q\d+|a\d+|description) ?\d*\W?[:：]",
            r"(?:^|\n)[ \t]*\W?\W?(?:question|answer) ?\d*:\W?\W?[ \t]*(?=\n|\Z)",
            r"\n[ \t]*\W?\W?question ?\d* ?:",
            r"(?:^|\n)[ \t]*===+[ \t]*(?=\n|\Z)|```",
            r'[{,]\s*\\?"(?:turns|question|answer|description|role|content|from|value)\\?"\s*:',
            r"</?(?:answer|question|think|thinking|response|reply)>",
        ),
        needs("question answer description q1 q2 q3 a1 a2 a3 turns content think thinking response reply"),
        signs=("===", "```"),
        marks=":：=`<",
        unless_quoted=False,
        by_lines=True,
    ),
)

DOUBTFUL = (
    WordingRule(
        "source_noun",
        "doubtful",
        wording(rf"\b{_CAPTION}\b"),
        _CAPTION_WORDS,
        unless_sentence=_VISIBLE,
        unless_asked=_ASKS_CAPTION,
    ),
    WordingRule(
        "described_as",
        "doubtful",
        wording(r"\b(?:is|are|was|were) (?:\w+ly )?described\b|\b(?:as|the) descri(?:bed|ption)\b"),
        needs("described description"),
        unless_sentence=_SHOWN_PAPER,
        unless_asked=_ASKS_DESCRIPTION,
    ),
)

RULES = (*FAILING, *DOUBTFUL)

HINTS = {
    "speaks_as_model": "Speak as someone who looks at the picture, never as a language model.",
    "box_mentioned": "Say where things are in words; never mention boxes, coordinates or detections.",
    "coordinates": "Say where things are in words; write no coordinates.",
    "caption_mentioned": "Speak as someone who sees the picture; never name captions or annotations as a source.",
    "description_mentioned": "Speak as someone who sees the picture; never name a description as a source.",
    "untold_detail": "Ask and answer only what the picture surely shows; never say that something is not mentioned.",
    "layout_remnant": "Keep labels, separators and JSON out of the texts of questions and answers.",
    "source_noun": "Leave out words such as caption and annotation unless the picture shows one.",
    "described_as": "Say what things are, not how they are described.",
    "prompt_text": "Use words of your own; repeat nothing from the instructions or the examples.",
}
