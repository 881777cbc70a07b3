"""The wordings that name a source: nothing in, a list of rules out.

A noun that has no other meaning in talk of pictures ("the annotations") fails wherever it stands; a common one ("the
text") only with a preposition or a verb that makes it the source: "according to the text", "the text does not say".
"""

from .leak_exemptions import ASKS_CAPTION, ASKS_PLACE, ASKS_TO_READ, SOMETHING_TO_READ, SPEAKS_OF_PLACES, THERE, VISIBLE
from .wording import WordingRule, needs, wording

_THE = (
    r"(?:(?:the|these|those|this|that|your|its|their|all|both|each|every|one|some|any|none|most|several|of|five|four"
    r"|three|two|first|second|third|fourth|fifth|last|other|only) )*"
)
_GIVEN = r"provided|given|supplied|available|listed|accompanying|original|human|coco|following|above|preceding"
_KIND = (
    rf"(?:(?:{_GIVEN}|image|images'|image's|photo|picture|scene|text|textual|written|verbal|first|second|third|other"
    r"|limited|dataset|short|object) )*"
)
_BY = (
    r"(?:according to|(?:up)?on|as per|per|from|given|by|in|using|with|across|within|of|to|alone|through|via|beyond"
    r"|following|reading|considering)"
)
_SOURCE_BY = r"according to|based (?:up|only |solely |purely )?on|judging (?:by|from)|going by|as per|per|given|from"
_CAPTION = r"(?:captions?|captioners?|annotations?|annotators?|metadata|ground[- ]truth(?: labels?)?)"
_ONLY_SOURCE = r"(?:captions|captioners?|annotations?|annotators?|metadata|ground[- ]truth)"
_HOW = (
    r"(?:(?:also|all|only|both|just|clearly|explicitly|specifically|further|itself|themselves|simply|merely|even|then"
    r"|alone|here|together) )*"
)
_NOT_SAY = (
    r"(?:do|does|did)(?: not|n't) (?:\w+ly )?(?:say|state|mention|specify|describe|tell|give|include|indicate|provide"
    r"|note|list|reveal|clarify|contain|cover|make|confirm|detail|show)"
)
_MENTIONS = r"mention\w*|tells? (?:us|me|of)|specif(?:y|ies|ied)|describ(?:es?|ed)|notes?|names?|makes? no|gives? no"
_TELLS = (
    rf"{_MENTIONS}|{_NOT_SAY}|impl(?:y|ies|ied)|suggests?|indicates?|refers?|hints?|emphasi[sz]es?|confirms?|adds?"
    r"|speaks? (?:of|about)|talks? (?:of|about)|calls?|leaves? (?:open|out|it)|makes? it"
)
_SAYS = (
    rf"{_TELLS}|sa(?:ys?|id)|states?|stated|list(?:s|ed)?|noted|provides?|gives?|given|reveal\w*|include\w*|contain\w*"
    r"|shows?|agree\w*|differs?|point(?:s|ed)?|rank|do not|don't|does not|doesn't|did not|didn't|put|place|makes?|have"
    r"|has"
)
_DATA = r"(?:information|details?|context|text|data|list|input|facts|sentences?|labels?|content)"
PICTURE = r"(?:image|picture|photo|photograph|scene)"
_THINGS = r"(?:objects?|items?|things?|classes|categories|labels?|elements|animals|people)"
_MARKS = r"[\"“'][^\"”]{1,40}[\"”']"
_CAPTION_WORDS = needs(
    "caption captions captioner captioners annotation annotations annotator annotators metadata truth"
)

BOXES = (
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            r"\bbounding[- ]?box(?:es)?\b|\bbbox(?:es)?\b|\b[xy][- ](?:coordinates?|range)\b|\b[xy]1 ?[,=]",
            # The noun, not the verb: "her bag coordinates with the outfit".
            r"\bcoordinates\b(?! (?:with|the|its|his|her|their|our|traffic|all|between|well|perfectly|nicely|them|a|an"
            r"|and) )",
            r"\bthe coordinates\b|\bbox(?:es)? (?:given|provided|listed)\b(?! (?:to|by|away|out))",
            r"\b(?:object|box) (?:detections?|detectors?|annotations?|positions|locations)\b",
            r"\bthe detected (?!smoke|gas|movement|motion)\w",
            r"\bdetected (?:objects?|items?|things?|instances?|classes|categories|boxes|persons?|people)\b",
            r"\bthe detections?\b(?! (?:camera|device|dog|area))",
            r"\b(?:its|their|whose) box(?:es)? (?:covers?|spans?|overlaps?|reach(?:es)?|occup(?:y|ies)|extends?"
            r"|touch(?:es)?|lies?|starts?|ends?)\b",
            r"\b(?:annotated|labell?ed) (?:objects?|items?|box(?:es)?|instances?|regions?|categories|classes)\b",
        ),
        needs("bounding boundingbox coordinates detection detections detected detector detectors annotation")
        | needs(
            "annotations x1 y1 x y bbox bboxes coordinate box boxes annotated labeled labelled positions locations"
        ),
        unless_sentence=SPEAKS_OF_PLACES,
        unless_asked=ASKS_PLACE,
    ),
    WordingRule(
        "coordinates",
        "fail",
        wording(
            r"[\[({] ?(?:0?\.\d+|[01](?:\.0+)?)(?: ?, ?(?:0?\.\d+|[01](?:\.0+)?))+ ?[\])}]",
            r"(?:\b0?\.\d{2,} ?, ?){3}0?\.\d{2,}",
            r"\[ ?\d{1,4}(?: ?, ?\d{1,4}){3} ?\]",
            r"(?<![\d.$€£])0?\.\d{2,} ?(?:,|and|by|/|to|-|–) ?0?\.\d{2,}(?!\d)"
            r"(?! ?(?:cm|mm|m|km|kg|g|%|percent|inch|in|miles|\$))",
            r"\b[xy](?:min|max|[12])? ?= ?0?\.\d",
        ),
        signs=("0.", "[", "(.", "=.", " ."),
        marks="0123456789",
        unless_quoted=False,
    ),
)

SOURCES = (
    WordingRule(
        "caption_mentioned",
        "fail",
        wording(
            rf"\b{_BY} {_THE}{_KIND}{_CAPTION}\b(?! ?[:,]? ?[\"“:'])",
            rf"\b{_CAPTION} {_HOW}(?:{_SAYS})\b",
            rf"\b{_ONLY_SOURCE}\b(?! ?[:,]? ?[\"“'])",
            r"\b(?:provided|given|human|coco|dataset) (?:captions?|annotations?|labels?|metadata|sentences)\b",
            r"\b(?:captions?|annotations?|sentences) (?:above|provided|given)\b(?! (?:the|this|a|it|him|her|them)\b)",
            r"\bcaption (?:writers?|authors?|one|two|three|four|five|number)\b|\bimage captions?\b",
            rf"\b(?:is|are) captioned\b|\b{PICTURE} (?:does(?:n't| not) )?mentions?\b",
        ),
        _CAPTION_WORDS | needs("captioned labels sentences mention mentions"),
        unless_sentence=VISIBLE,
        unless_asked=ASKS_CAPTION,
    ),
    WordingRule(
        "description_mentioned",
        "fail",
        wording(
            rf"\b(?:{_SOURCE_BY}|in|by|to|with|of) (?:the|this|that|your|these|an?) {_KIND}descriptions?\b"
            r"(?! (?:of|on|for) )",
            rf"\b(?:the|this|your|that|each|an?|any|no|first|second|one|these|{_GIVEN}) {_KIND}descriptions? "
            rf"{_HOW}(?:{_SAYS})\b",
            rf"\b(?:the|these|all|both|your|given|provided) {_KIND}descriptions\b(?! (?:of|on|for) )",
            r"\bdescriptions? (?:(?:that )?(?:i|we) (?:have|had|was|were|am)|to go (?:by|on)|provided|given|above)\b",
            r"\b(?:image|photo|picture|scene|text|textual|provided|given|your) descriptions?\b(?! of)",
        ),
        needs("description descriptions"),
        unless_sentence=THERE,
    ),
    WordingRule(
        "text_mentioned",
        "fail",
        wording(
            rf"\b(?:the|this|your|no|these|any) (?:provided|given|supplied) (?:\w+ )?{_DATA}\b",
            rf"\b(?:{_SOURCE_BY}) (?:the |these |those )?(?:available|existing|known|limited) details\b",
            rf"\b(?:textual|written|verbal|spatial|positional) {_DATA}\b|\byour (?:text|message) (?:{_SAYS})\b",
            rf"\b{_DATA} (?:that )?(?:we|i) (?:have|had|was|were|am)\b|\b(?:in|from) your input\b",
            r"\b(?:we|i) (?:are|were|was|am|have been)(?: not|n't)? (?:told|informed|provided|given)\b"
            r"(?! (?:an?|the) (?:\w+ )?(?:glimpse|view|sense|look|peek|impression|choice))",
            rf"\b(?:the|this|your) input {_HOW}(?:{_SAYS})\b",
            rf"\b{_DATA} (?:(?:that )?(?:is|are|was|were) )?(?:provided|given|supplied)\b"
            r"(?! (?:by|in|on|at|to) (?:\w+ ){0,2}\w)",
            rf"\b(?:{_SOURCE_BY}) {_THE}{_KIND}(?:information|facts|input)\b"
            r"(?! (?:of|on|at|desk|board|booth|sign|cent|count))",
            r"\b(?:the|this|your|any|no|more|available|limited) (?:(?:available|limited|provided|given) )?"
            r"(?:information|details|context|facts) (?:available|at hand|above|we have|i have)\b",
            rf"\b(?:the|this|your) information {_HOW}(?:{_TELLS})\b",
            # "The context suggests" may well be said of what can be seen.
            rf"\b(?:the|this|your) (?:context|details) {_HOW}(?:{_MENTIONS}|{_NOT_SAY})\b",
            r"\b(?:from|given) what (?:is|was|has been) (?:said|described|written|given|provided|told|stated|known"
            r"|mentioned)\b",
        ),
        needs("provided given supplied information context facts input details what told informed textual written")
        | needs("verbal spatial positional have had was were your"),
        also=needs("provided given supplied information context facts input details said described written told known")
        | needs("stated mentioned informed data text sentences sentence message list labels content detail"),
        unless_sentence=THERE,
    ),
    WordingRule(
        "text_mentioned",
        "fail",
        wording(
            rf"\b(?:{_SOURCE_BY}) {_THE}{_KIND}(?:labels|sentences?)\b(?! (?:on|in|of|at|from) )",
            rf"\b(?:{_SOURCE_BY}|in|by|with|to) (?:the|this|these|those|your|all|both|one of) {_THE}{_KIND}"
            r"(?:text|data|sentences?|summary)\b"
            r"(?! (?:on|in|of|at|from|below|above|written|printed|displayed|visible|shown|that) )(?! ?[\"“:])",
            rf"\b(?:the|this|your|first|second|third|last) (?:(?:{_GIVEN}) )?"
            rf"(?:text|data|passage|paragraph|summary(?: of the {PICTURE})?|excerpt|statement) {_HOW}"
            rf"(?:{_TELLS}|puts?|says? that)\b",
            r"\bit does(?:n't| not) (?:say|tell us)\b(?! (?:to|much))",
            r"\bnothing (?:is|was) (?:said|told) (?:about|of)\b",
            r"\bthe data (?:shows?|lists?|says?|gives?|has|contains?|includes?)\b",
            rf"\b{_THE}{_KIND}sentences? {_HOW}(?:{_TELLS}|states?|says?)\b|\bsentences? about\b",
            r"\b(?:the|these|all|both) (?:\w+ )?sentences (?:are|is|agree|differ)\b",
            r"\b(?:the|this|your) list (?:includes?|contains?|shows?|mentions?|gives?)\b|\bin the list\b",
            rf"\b(?:word|phrase|term|wording|expression|label|tag|category) {_MARKS},? (?:suggests?|impl(?:y|ies)"
            r"|indicates?|hints?|points?)\b",
        ),
        needs("text data labels sentence sentences word phrase term wording expression label tag category passage")
        | needs("summary paragraph excerpt statement say said told list"),
        unless_sentence=THERE,
        unless_asked=ASKS_TO_READ,
        unless_turn=SOMETHING_TO_READ,
    ),
    WordingRule(
        "objects_listed",
        "fail",
        wording(
            rf"\b(?:listed|mentioned) {_THINGS}\b",
            rf"\b{_THINGS} (?:(?:that )?(?:are|is|were) )?(?:listed|detected|annotated)\b",
            rf"\b{_THINGS} mentioned\b(?! (?:earlier|above|before|previously))",
            r"\blists? of (?:the )?(?:objects?|labels?|detected|items? (?:in|shows?|includes?|contains?)|things? in)\b",
            r"\b(?:object|label|category|class) (?:lists?|labels?|categories|tags"
            r"|counts|instances)\b(?! (?:in|on|at) )",
        ),
        needs("listed list lists label labels tags categories detected annotated mentioned counts instances"),
        unless_sentence=THERE,
        unless_asked=ASKS_TO_READ,
    ),
)

LONE_NOUN = WordingRule(
    "source_noun",
    "doubtful",
    wording(rf"\b{_CAPTION}\b", r"\b(?:based on|given|in) (?:the|this) context\b(?! of)"),
    _CAPTION_WORDS | needs("context"),
    unless_sentence=VISIBLE,
    unless_asked=ASKS_CAPTION,
)
