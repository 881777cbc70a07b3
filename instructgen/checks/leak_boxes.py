"""The wordings that speak of boxes, detections, numbers and lists of objects: nothing in, a list of rules out."""

from .leak_exemptions import ASKS_PLACE, ASKS_TO_READ, ATTACHED, SOMETHING_TO_READ, SPEAKS_OF_PLACES, THERE, VISIBLE
from .leak_sources import MARKS, PICTURE
from .wording import WordingRule, wording

_THINGS = r"(?:objects?|entit(?:y|ies)|items?|things?|classes|categories|labels?|elements|animals|people)"
_OF_BOXES = (
    r"(?:covers?|spans?|overlaps?|reach(?:es)?|occup(?:y|ies)|extends?|touch(?:es)?|lies?|starts?|ends?|begins?|runs?"
    r"|stretch(?:es)?|intersects?|coincides?|sits? (?:entirely|fully|inside|within|above|below)|is (?:wider|narrower"
    r"|taller|larger|smaller|bigger|entirely|fully|the (?:largest|smallest|biggest|widest|tallest))|takes? up|has an?"
    r"|contains? the)"
)
_WHAT = r"(?:man|woman|person|boy|girl|child|dog|cat|bird|horse|car|bus|truck|train|chair|couch|table|cup|\w+)"

BOXES = (
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            r"\bbounding[- ]?(?:box(?:es)?|regions?|rectangles?|areas?|polygons?)\b|\bbbox(?:es)?\b"
            r"|\b[xy][- ](?:coordinates?|range|axis|values?)\b|\b[xy]1 ?[,=]",
            # The noun, not the verb: "her bag coordinates with the outfit".
            r"\bcoordinates\b(?! (?:with|the|its|his|her|their|our|traffic|all|between|well|perfectly|nicely|them|a|an"
            r"|and) )",
            r"\bthe coordinates\b|\bbox(?:es)? (?:given|provided|listed)\b(?! (?:to|by|away|out))",
            r"\b(?:object|box) (?:detections?|detectors?|detection|annotations?|positions|locations|sizes|areas?)\b",
            r"\bthe detected (?!smoke|gas|movement|motion)\w",
            r"\bdetected (?:objects?|items?|things?|instances?|classes|categories|boxes|persons?|people)\b",
            r"\bthe detections?\b(?! (?:camera|device|dog|area))|\bthe detector (?:found|sees?|saw|reports?|picks?"
            r"|gives?)\b",
            rf"\b(?:its|their|whose|{_WHAT}'s|both|two) (?:\w+ )?box(?:es)?,? {_OF_BOXES}\b",
            rf"\b(?:box(?:es)?|rectangles?|region) (?:that (?:is|are) )?(?:of|for|around|labell?ed|assigned to"
            rf"|drawn around"
            rf"|enclosing) (?:the|a|each) (?:{_WHAT}) (?:{_OF_BOXES}|tells?|suggests?|shows?|indicates?)\b",
            r"\b(?:size|height|width|area|edges?|position|location|cent(?:re|er)|overlap)s? of (?:its|his|her|their|"
            r"both|(?:the |each )?\w+'s) box(?:es)?\b|\bbox(?:'s)? (?:size|height|width|area|cent(?:re|er))\b",
            r"\b(?:comparing|compare|judging (?:by|from)|according to|based on) (?:the |their |both )+box(?:es)?\b",
            r"\b(?:the|these|both|their) boxes (?:indicate|suggest|show|impl|tell|say|confirm|reveal|place|put|give"
            r"|do not|don't"
            r"|barely|nearly|almost|hardly|do|touch|overlap|intersect)",
            r"\b(?:an?|the|each|every|all|only|two|three|four|one) annotated (?!score|edition|copy|book|map"
            r"|bibliography|drawing"
            r"|page|diagram|with|by|text)",
            r"\b\d+ ?(?:px|pixels)\b|\bpixel (?:coordinates?|positions?|values?|location)|\b(?:confidence|probability)"
            r"(?: score| level| value)?(?: of|:|=| is)? ?(?:0?\.\d+|\d\d ?%)",
            r"\b(?:annotated|labell?ed) (?:objects?|items?|box(?:es)?|instances?|regions?|categories|classes)\b",
            r"\b(?:confidence|detection) scores?\b|\bnormali[sz]ed (?:position|location|coordinate|units?|x|y|width"
            r"|height)",
            r"\b(?:horizontally|vertically|across|down|from the (?:left|top)),? (?:at|from|between|around|roughly"
            r"|about)? ?"
            r"0?\.\d|\b0?\.\d+ (?:across|down|horizontally|vertically|from the (?:left|top)|of the (?:way|width|height"
            rf"|frame|{PICTURE}))\b",
            r"\b(?:width|height|area|position|centre|center|offset)s? (?:of|is|at|near|around|about|value|close to)"
            r"(?: (?:about|around|roughly|only|just|nearly|some|approximately))* 0?\.\d(?!\d* ?(?:m|cm|km|in|feet"
            r"|met))",
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
            r"\b[xy](?:min|max|[12])? ?(?:=|≈|of|is|at|around|near) ?(?:about |roughly )?0?\.\d",
        ),
        unless_quoted=False,
    ),
    WordingRule(
        "data_mentioned",
        "fail",
        wording(
            r"\b(?:in|from|of|by|within|for) (?:the|this|a|my) (?:\w+ )?data ?sets?\b|\bdata ?set (?:sample|entry"
            r"|lists?)\b"
            r"|\bground[- ]truth\b|\bfile ?name (?:says|suggests|mentions|indicates|implies)\b",
            r"\b(?:crowd ?|human )?(?:workers|labell?ers?|labelers?|captioners?|annotators?|describers?) (?:who|saw"
            r"|called"
            r"|counted|noted|wrote|said|put|did|does|do)\b",
            r"\b(?:nobody|no one|none of (?:those|the people)|whoever|those|someone|somebody|the (?:person|people|one)"
            r"|people"
            r"|everyone|one of those) (?:who )?(?:wrote|described|labell?ed|annotated|captioned)\b",
        ),
        unless_before=VISIBLE,
        unless_clause=THERE,
    ),
    WordingRule(
        "objects_listed",
        "fail",
        wording(
            rf"\b(?:listed|mentioned|tagged) {_THINGS}\b|\b{_THINGS} named (?:are|is|include)\b",
            r"\b(?:everything|anything|something|whatever|nothing|none|those|only one|the only \w+) (?:that (?:is|are"
            r"|was) |else )?"
            r"(?:mentioned|listed|described|stated)\b",
            r"\b(?:region|segment|instance|entry|sentence|annotation|bbox) (?:number |no\. ?|#)?\d\b"
            r"|\bwith (?:the )?(?:id|index|"
            r"class|category)\b (?!card|badge|tag)",
            rf"\b{_THINGS} (?:(?:that )?(?:are|is|were) )?(?:listed|detected|annotated|tagged)\b(?! with)",
            rf"\b{_THINGS} mentioned\b(?! (?:earlier|above|before|previously))",
            r"\blists? of (?:the )?(?:objects?|labels?|detected|items? (?:in|shows?|includes?|contains?)|things? in)\b",
            r"\b(?:object|label|category|class) (?:lists?|labels?|categories|tags"
            r"|counts|instances|names)\b(?! (?:in|on|at) )",
            rf"{MARKS} (?:is|are|appears?|was|were) (?:also |only |not |never )?(?:listed|mentioned|tagged|named"
            r"|annotated)\b|\b(?:is|are) listed(?! (?:on|at|by|for|in (?!the (?:image|picture|scene))))\b",
            rf"\b(?:is|are|was|were|been) (?:tagged|annotated|catalogu?ed|itemi[sz]ed) (?:as|in|here)\b"
            rf"|\btagged (?:as|with) {MARKS}|\b(?:object|item) (?:number |no\. ?|#)?\d\b",
        ),
        unless_after=ATTACHED,
        unless_clause=THERE,
        unless_before=SOMETHING_TO_READ,
        unless_asked=ASKS_TO_READ,
    ),
)
