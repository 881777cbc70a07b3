"""The wordings that speak of boxes, detections and numbers of a picture: nothing in, a list of rules out."""

from .leak_exemptions import ASKS_PLACE, SPEAKS_OF_PLACES, THERE, VISIBLE
from .leak_sources import PICTURE
from .wording import WordingRule, needs, wording

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
            r"\bbounding[- ]?(?:box(?:es)?|regions?|rectangles?|areas?|polygons?)\b|\bbbox(?:es)?\b|\b[xy][- ](?:coordinates?|range|axis|values?)\b|\b[xy]1 ?[,=]",
            # The noun, not the verb: "her bag coordinates with the outfit".
            r"\bcoordinates\b(?! (?:with|the|its|his|her|their|our|traffic|all|between|well|perfectly|nicely|them|a|an"
            r"|and) )",
            r"\bthe coordinates\b|\bbox(?:es)? (?:given|provided|listed)\b(?! (?:to|by|away|out))",
            r"\b(?:object|box) (?:detections?|detectors?|detection|annotations?|positions|locations|sizes|areas?)\b",
            r"\bthe detected (?!smoke|gas|movement|motion)\w",
            r"\bdetected (?:objects?|items?|things?|instances?|classes|categories|boxes|persons?|people)\b",
            r"\bthe detections?\b(?! (?:camera|device|dog|area))|\bthe detector (?:found|sees?|saw|reports?|picks?|gives?)\b",
            rf"\b(?:its|their|whose|{_WHAT}'s|both|two) (?:\w+ )?box(?:es)?,? {_OF_BOXES}\b",
            rf"\b(?:box(?:es)?|rectangles?|region) (?:that (?:is|are) )?(?:of|for|around|labell?ed|assigned to|drawn around"
            rf"|enclosing) (?:the|a|each) (?:{_WHAT}) (?:{_OF_BOXES}|tells?|suggests?|shows?|indicates?)\b",
            r"\b(?:size|height|width|area|edges?|position|location|cent(?:re|er)|overlap)s? of (?:its|his|her|their|"
            r"both|(?:the |each )?\w+'s) box(?:es)?\b|\bbox(?:'s)? (?:size|height|width|area|cent(?:re|er))\b",
            r"\b(?:comparing|compare|judging (?:by|from)|according to|based on) (?:the |their |both )+box(?:es)?\b",
            r"\b(?:the|these|both|their) boxes (?:indicate|suggest|show|impl|tell|say|confirm|reveal|place|put|give|do not|don't"
            r"|barely|nearly|almost|hardly|do|touch|overlap|intersect)",
            r"\b(?:an?|the|each|every|all|only|two|three|four|one) annotated (?!score|edition|copy|book|map|bibliography|drawing"
            r"|page|diagram|with|by|text)",
            r"\b\d+ ?(?:px|pixels)\b|\bpixel (?:coordinates?|positions?|values?|location)|\b(?:confidence|probability)"
            r"(?: score| level| value)?(?: of|:|=| is)? ?(?:0?\.\d+|\d\d ?%)",
            r"\b(?:annotated|labell?ed) (?:objects?|items?|box(?:es)?|instances?|regions?|categories|classes)\b",
            r"\b(?:confidence|detection) scores?\b|\bnormali[sz]ed (?:position|location|coordinate|units?|x|y|width|height)",
            r"\b(?:horizontally|vertically|across|down|from the (?:left|top)),? (?:at|from|between|around|roughly|about)? ?"
            r"0?\.\d|\b0?\.\d+ (?:across|down|horizontally|vertically|from the (?:left|top)|of the (?:way|width|height"
            rf"|frame|{PICTURE}))\b",
            r"\b(?:width|height|area|position|centre|center|offset)s? (?:of|is|at|near|around|about|value|close to)"
            r"(?: (?:about|around|roughly|only|just|nearly|some|approximately))* 0?\.\d(?!\d* ?(?:m|cm|km|in|feet|met))",
        ),
        needs(
            "bounding boundingbox coordinates detection detections detected detector detectors annotation score scores"
        )
        | needs("annotations x1 y1 x y bbox bboxes coordinate box boxes annotated labeled labelled positions locations")
        | needs(
            "normalized normalised width widths height heights area areas position positions center centre offset 0"
        )
        | needs(
            "px pixels pixel confidence probability bounding across down horizontally vertically confidence rectangle rectangles region"
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
        signs=("0.", "[", "(.", "=.", " ."),
        marks="0123456789",
        unless_quoted=False,
    ),
    WordingRule(
        "data_mentioned",
        "fail",
        wording(
            r"\b(?:in|from|of|by|within|for) (?:the|this|a|my) (?:\w+ )?data ?sets?\b|\bdata ?set (?:sample|entry|lists?)\b"
            r"|\bground[- ]truth\b|\bfile ?name (?:says|suggests|mentions|indicates|implies)\b",
            r"\b(?:crowd ?|human )?(?:workers|labell?ers?|labelers?|captioners?|annotators?|describers?) (?:who|saw|called"
            r"|counted|noted|wrote|said|put|did|does|do)\b",
            r"\b(?:nobody|no one|none of (?:those|the people)|whoever|those|someone|somebody|the (?:person|people|one)|people"
            r"|everyone|one of those) (?:who )?(?:wrote|described|labell?ed|annotated|captioned)\b",
        ),
        needs(
            "dataset datasets data truth filename file workers labelers labeler labeller labellers describers describer"
        )
        | needs("wrote described labeled labelled annotated captioned captioners annotators annotator captioner"),
        unless_before=VISIBLE,
        unless_clause=THERE,
    ),
)
