"""The wordings that name a source: nothing in, a list of rules out.

A noun that has no other meaning in talk of pictures ("the annotations") fails wherever it stands; a common one ("the
text") only with a preposition or a verb that makes it the source: "according to the text", "the text does not say".
"""

from .leak_exemptions import (
    ASKS_CAPTION,
    ASKS_CAPTIONS,
    ASKS_DESCRIPTION,
    ASKS_TO_READ,
    ASKS_TO_READ_CAPTION,
    ATTACHED,
    SOMETHING_TO_READ,
    THERE,
    VISIBLE,
    VISIBLE_CAPTION,
)
from .wording import WordingRule, wording

_THE = (
    r"(?:(?:the|these|those|this|that|your|its|their|my|our|all|both|each|every|one|some|any|none|most|several|of|five"
    r"|four|three|two|first|second|third|fourth|fifth|last|other|only) )*"
)
_GIVEN = (
    r"provided|given|supplied|available|listed|accompanying|attached|original|human|coco|following|above|preceding"
    r"|relevant|reference|underlying|associated|corresponding|source|background|input|human-written|crowd-?sourced"
)
_KIND = (
    rf"(?:(?:{_GIVEN}|image|images'|image's|photo|picture|scene|text|textual|written|verbal|first|second|third|other"
    r"|limited|dataset|short|brief|object|five|sparse|scant) )*"
)
_BY = (
    r"(?:according to|(?:up)?on|as per|per|from|given|by|in|using|with|across|within|of|to|alone|through|via|beyond"
    r"|following|reading|considering|combining|comparing|quote|quoting|citing|see|trust|believe)"
)
_TOLD = (
    r"(?:stated|said|mentioned|described|noted|indicated|listed|written|given|specified|reported|recorded|claimed"
    r"|summari[sz]ed|named|documented|suggested|implied|confirmed|supported|backed up)"
)
SOURCE_BY = (
    r"(?:according to|based (?:up|only |solely |purely |entirely |just |exclusively )?on|judging (?:only )?(?:by|from)"
    r"|going (?:only |just )?(?:by|on|off)|as per|per|rel(?:y|ying) (?:only |solely )?on|drawing on"
    r"|working (?:only |solely )?(?:from|with|off)|in (?:line|accordance|keeping) with|consistent with|to go (?:by|on)"
    r"|(?:taken|inferr?ed|infer|deduced?|gather(?:ed)?|known?|clear|evident|apparent|learn(?:ed|t)?|follows|derived?"
    rf"|conclude[d]?) from|{_TOLD} (?:in|by)|(?:nothing|anything|anywhere|nowhere|everything|something|word) in"
    r"|limited to|to (?:quote|cite|paraphrase)|quoting|citing|paraphrasing|trusting|combining|piecing together"
    r"|in (?:the )?(?:light|view) of|with (?:reference|respect|regard) to|taking|judged by|as far as|(?:rests?|based"
    r"|basing"
    r" (?:this|it|that|my answer)|base (?:this|it|that|my answer)) on|(?:can|could) be read in|this is from|assuming"
    r"|(?:know|tell|infer|conclude) (?:this |it |that )?from|if (?:i|we|one) (?:trust|believe|follow|read|take)s?"
    r"|sticking to|on the basis of|on the strength of|(?:by|from"
    r"|when|after|in|on) (?:reading|comparing|looking (?:at|through)|consulting|combining))"
)
_SOURCE_BY = rf"(?:{SOURCE_BY}|given|from)"
CAPTION = r"(?:captions?|captioners?|annotations?|annotators?|metadata|ground[- ]truth(?: labels?)?|alt[- ]text)"
_ONLY_SOURCE = r"(?:captions|captioners?|annotations?|annotators?|metadata|ground[- ]truth|alt[- ]text)"
_HOW = (
    r"(?:(?:also|all|only|both|just|clearly|explicitly|specifically|further|itself|themselves|simply|merely|even|then"
    r"|alone|here|together|never|actually|above|below|you gave me|i (?:have|was given)|we have) )*"
)
_NOT_SAY = (
    r"(?:do|does|did)(?: not|n't) (?:\w+ly |even |go |really )*(?:say|state|mention|specify|describe|tell|give|include"
    r"|indicate|provide|note|list|reveal|clarify|contain|cover|make|confirm|detail|show|into|help|allow|name|bring"
    r"|address|elaborate|rule|touch|refer|disclose|identify|explain|speak|talk|comment)"
)
_MENTIONS = (
    r"mention\w*|tells? (?:us|me|of)|specif(?:y|ies|ied)|describ(?:es?|ed)|notes?|names?|makes? (?:no|mention)"
    r"|gives? no"
    r"|brings? up|(?:is|are) silent|says? nothing|reports?|records?|refers? to|fails? to|omits?|lacks?|leaves? out"
    r"|goes on|puts? it|speaks? (?:of|about)|talks? (?:of|about)"
)
_TELLS = (
    rf"{_MENTIONS}|{_NOT_SAY}|impl(?:y|ies|ied)|suggests?|indicates?|refers?|hints?|emphasi[sz]es?|confirms?|adds?"
    r"|calls?|leaves? (?:open|it)|makes? (?:it|clear)|rules? out|has (?:him|her|it|them|the)|have (?:him|her|it|them"
    r"|the)"
    r"|agrees?|differs?|disagrees?|claims?|asserts?|identif(?:y|ies)|is used to describe|has it that|nor|leads? (?:me"
    r"|us)"
    r"|lets? (?:me|us) (?:know|infer|conclude)|allows? (?:me|us)|points? to|focus(?:es)?|characteri[sz]es?|depicts?"
    r"|paints?"
    r"|reveals?|(?:is|are|was|were) (?:clear|silent|vague|right|correct|accurate|unclear|brief|ambiguous"
    r"|to be (?:believed"
    r"|trusted)|explicit|mute|limited|consistent|contradictory|unanimous|at odds|too (?:short|vague|brief))"
)
_SAYS = (
    rf"{_TELLS}|sa(?:ys?|id)|states?|stated|list(?:s|ed)?|noted|provides?|gives?|given|reveal\w*|include\w*|contain\w*"
    r"|shows?|agree\w*|differs?|point(?:s|ed)?|rank|do not|don't|does not|doesn't|did not|didn't|put|place|makes?|have"
    r"|has|covers?|at hand"
)
_DATA = r"(?:information|info|details?|context|text|data|list|input|facts|sentences?|labels?|content|material)"
PICTURE = r"(?:image|picture|photo|photograph|scene)"
MARKS = r"[\"“'][^\"”]{1,40}[\"”']"
_SENTENCES = r"(?:sentences?|summar(?:y|ies)|passages?|paragraphs?|excerpts?|transcripts?|narratives?|write-?ups?)"
_TEXTS = (
    rf"(?:{_SENTENCES}|texts?|data|labels|info(?:rmation)?|facts|inputs?|records?|notes|wording|words|accounts?"
    r"|sources?|materials?|messages?|references?|reports?|tags|inventory|entr(?:y|ies)|documentation|narration|listing"
    r"|list|statements?|phrases|json|testimony|documents?|file ?name|hints? given|prompt)"
)

SOURCES = (
    WordingRule(
        "caption_mentioned",
        "fail",
        wording(
            rf"\b{SOURCE_BY} {_THE}{_KIND}{CAPTION}\b(?! ?[:,]? ?[\"“:'])",
            r"\b(?:provided|given|human|coco|dataset) (?:captions?|annotations?|labels?|metadata|sentences)\b",
            r"\b(?:captions?|annotations?|sentences) (?:above|provided|given|you gave|i (?:have|was|am))\b"
            r"(?! (?:the|this|a|it|him|her|them)\b)",
            r"\b(?:captions?|annotations?) (?:(?:number|no\.?) )?(?:\d|one|two|three|four|five)\b",
            r"\bcaption (?:writers?|authors?|number)\b|\bimage captions?\b",
            rf"\b(?:first|second|third|fourth|fifth|relevant|given|other|another|one) {CAPTION} (?:{_SAYS}|reads?)\b",
            r"\bas captioned\b|\b(?:captions?|annotations?|descriptions?)-based\b|\b(?:ms )?coco (?:entry|data|caption"
            r"|image"
            r"|photo|categor|class|label|annotation)",
            rf"\b(?:is|are) captioned\b(?! [\"“'])|\b{PICTURE} (?:does(?:n't| not) )?mentions?\b",
        ),
        unless_after=ATTACHED,
        unless_before=VISIBLE,
        unless_asked=ASKS_TO_READ_CAPTION,
    ),
    WordingRule(
        "caption_mentioned",
        "fail",
        wording(
            rf"\b{_BY} {_THE}{_KIND}{CAPTION}\b(?! ?[:,]? ?[\"“:'])",
            rf"\b{CAPTION} {_HOW}(?:{_SAYS})\b",
        ),
        unless_after=ATTACHED,
        unless_before=VISIBLE,
        unless_clause=VISIBLE_CAPTION,
        unless_asked=ASKS_CAPTION,
    ),
    WordingRule(
        "caption_mentioned",
        "fail",
        wording(rf"\b{_ONLY_SOURCE}\b(?! ?[:,]? ?[\"“'])"),
        unless_after=ATTACHED,
        unless_before=VISIBLE,
        unless_clause=VISIBLE_CAPTION,
        unless_asked=ASKS_CAPTIONS,
    ),
    WordingRule(
        "description_mentioned",
        "fail",
        wording(
            rf"\b(?:{_SOURCE_BY}|in|by|to|with|of) (?:the|this|that|your|these|those|an?|one of the|all|both|my) "
            rf"{_THE}{_KIND}descriptions?\b(?! (?:of|on|for) )",
            rf"\b(?:the|this|your|that|each|every|an?|any|no|one|two|these|most|some|several|{_GIVEN}|first|second) "
            rf"{_THE}{_KIND}descriptions? {_HOW}(?:{_SAYS})\b",
            rf"\b(?:the|these|all|both|five|your|given|provided) {_KIND}(?:\w+ )?descriptions\b(?! (?:of|on|for) )",
            r"\bdescriptions? (?:(?:that )?(?:i|we) (?:have|had|was|were|am)|to go (?:by|on)|provided|given|above)\b",
            r"\b(?:image|photo|picture|scene|text|textual|written|provided|given|your) descriptions?\b(?! of)",
        ),
        unless_after=ATTACHED,
        unless_before=VISIBLE,
    ),
    WordingRule(
        "description_mentioned",
        "fail",
        wording(r"\b(?:the|this|your) description(?! of\b| on\b| for\b|:)\b"),
        unless_after=ATTACHED,
        unless_before=VISIBLE,
        unless_clause=THERE,
        unless_asked=ASKS_DESCRIPTION,
    ),
    WordingRule(
        "text_mentioned",
        "fail",
        wording(
            rf"\b(?:the|this|your|no|these|any|all|my) (?:provided|given|supplied) (?:\w+ )?(?:{_DATA}|{_TEXTS})\b",
            rf"\b{_TEXTS} (?:provided|given|supplied|sent|handed) (?:to|here|above)(?: me| us)?\b",
            rf"\b(?:{_DATA}|{_TEXTS}) (?:that )?you(?:'ve| have| had)? (?:just )?(?:provided|given|gave|supplied"
            rf"|shared|sent"
            r"|mentioned|listed|wrote|written|described)\b",
            r"\b(?:provided|given|supplied|sent|handed|told|described|conveyed|relayed|available|reported|fed|shared)"
            r"(?: only| just)? (?:to|with) me\b|\b(?:told|informed) me (?:that|about|only|nothing|of)\b",
            rf"\b(?:says?|states?|tells|goes|reads|suggests?) (?:the|our|your) {_KIND}(?:{_DATA}|{_TEXTS})\b",
            rf"\bthe (?:reference|allusion|references) to\b|\b(?:the|no|any|this) {PICTURE}(?:'s)? (?:file )?(?:data"
            rf"|info"
            rf"|information|text|file name)\b|\b(?:file|scene|caption|annotation|label|position|location|layout"
            rf"|numerical"
            rf"|numeric|spatial) (?:data|info|information|text|file|values)\b",
            r"\b(?:little|nothing|not much|much|more|all that|what|only thing) (?:else |more )?(?:is|was)? ?known\b"
            r"|\bit is (?:not |un)known (?:that|whether|what|how|who|where|why)\b",
            rf"\b(?:{_SOURCE_BY}) (?:the |these |those |what )?(?:available|existing|known|limited) (?:details"
            rf"|facts)\b",
            rf"\btextual \w+|\b(?:written|verbal|spatial|positional) (?:{_DATA}|{_TEXTS}|evidence|clues?|hints?"
            rf"|account)\b"
            rf"|\byour (?:text|message|notes) (?:{_SAYS})\b",
            rf"\b(?:{_DATA}|{_TEXTS}|nouns) (?:that )?(?:we|i)(?:'ve| have|'m| had| was| were| am| got| received"
            r"| possess| can (?:access|go by|use)| go by| rely on| work with)\b"
            r"|\b(?:in|from|with) (?:your|my) input\b",
            rf"\b(?:you|i|we)(?:'ve| have| had| was| were)? (?:gave|given|sent|handed|provided|received|got) (?:me "
            rf"|us )?"
            rf"(?:the|this|these|a|only|some) {_KIND}(?:{_DATA}|{_TEXTS})\b",
            r"\b(?:we|i|one)(?: (?:are|were|was|am|is|have been|had been)|'re|'m|'ve been)(?: not|n't| only| just"
            r"| never)? "
            r"(?:told|informed|provided|given)\b"
            r"(?! (?:an?|the) (?:\w+ )?(?:glimpse|view|sense|look|peek|impression|choice))",
            rf"\b(?:the|this|your|my|our) input {_HOW}(?:{_SAYS})\b",
            rf"\b{_DATA} (?:(?:that )?(?:is|are|was|were) )?(?:provided|given|supplied)\b"
            r"(?! (?:by|in|on|at|to) (?:\w+ ){0,2}\w)",
            rf"\b(?:{_SOURCE_BY}) {_THE}{_KIND}(?:information|info|facts|input)\b"
            r"(?! (?:of|on|at|desk|board|booth|sign|cent|count))",
            r"\b(?:the|this|your|any|no|more|available|limited|my|little) (?:(?:available|limited|provided|given) )?"
            r"(?:information|info|details|context|facts|data) (?:available|at hand|above|we have|i have|about|on hand|"
            r"at my disposal|to go (?:on|by))\b(?! the (?:sign|board|city|town|event|park|show|tour))",
            rf"\b(?:the|this|your) information {_HOW}(?:{_TELLS})\b",
            # "The context suggests" may well be said of what can be seen.
            rf"\b(?:the|this|your) (?:context|details) {_HOW}(?:{_MENTIONS}|{_NOT_SAY})\b"
            r"|\bas (?:noted|stated|mentioned|given|described)(?: \w+)? in the context\b",
            r"\b(?:from|given|by|on|of|to|in|with) (?:the little |the )?what(?: little)? (?:is|was|has been|'s|i"
            r"|we)(?:'ve|'m| have| am| was| were"
            r"| had| can)?(?: been)?(?: \w+ly)? (?:said|described|written|given|provided|told|stated|known?|mentioned"
            r"|listed|reported|read|gather|supplied|recorded)\b",
        ),
        unless_after=ATTACHED,
        unless_clause=THERE,
        unless_before=VISIBLE,
    ),
    WordingRule(
        "text_mentioned",
        "fail",
        wording(
            rf"\b(?:{_SOURCE_BY}) {_THE}{_KIND}(?:labels|sentences?|summary|transcript)\b(?! (?:on|in|of|at|from) )",
            rf"\b{SOURCE_BY} (?:the|this|these|those|your|my|our|all|both|one|two|a|any|only|either|each) {_THE}{_KIND}"
            rf"{_TEXTS}\b(?! (?:on|in|at|below|written|printed|displayed|visible|shown|that (?:is|are|reads"
            rf"|says)) )(?! ?[\"“:])",
            rf"\b(?:{_SOURCE_BY}|in|by|with|to) (?:the|this|these|those|your|all|both|one of) {_THE}{_KIND}"
            r"(?:text|data|sentences?|summary)\b"
            r"(?! (?:on|in|of|at|from|below|above|written|printed|displayed|visible|shown|that (?:is|are|reads"
            r"|says)) )(?! ?[\"“:])",
            rf"\b(?:the|this|your|my|our|these|first|second|third|last|only|no|one|another|each) {_THE}{_KIND}"
            rf"(?:texts?|data|passage|paragraph|summary(?: of the {PICTURE})?|excerpt|transcript|narrative"
            rf"|account|source|record|report|inventory|documentation|write-?up|wording|entry|filename|json|input"
            rf"|source material|tag|nouns?|sentences)s?(?: (?:of|for) (?:the|this) {PICTURE}| given"
            rf"| above)? {_HOW}(?:{_TELLS}"
            r"|puts?|says?|reads?|include|includes|list|lists)\b",
            r"\b(?:the|these|both|all|neither the) (?:boxes|sentences|labels|texts?|tags) (?:nor|or"
            r"|and) (?:the )?(?:boxes"
            r"|sentences|labels|text|captions|descriptions|data|tags)\b",
            r"\bit (?:does(?:n't| not)|never) (?:explicitly |actually |directly )?(?:say|tell us)\b(?! (?:to|much))",
            r"\bnothing (?:else |more |further )?(?:is|was|has been|gets) (?:\w+ly )?(?:said|told|written|known"
            r"|reported)\b"
            r"(?!,)|\bnothing (?:says|tells|states|mentions|specifies|was given|is given)\b|\bnowhere (?:is it"
            r"|does it)\b"
            r"|\b(?:not a|no) word (?:on|about|of|is said)\b",
            r"\bthe data (?:shows?|lists?|says?|gives?|has|contains?|includes?)\b",
            r"\bthe json (?:shows?|lists?|says?|gives?|has|contains?|includes?)\b",
            rf"\b{_THE}{_KIND}sentences? {_HOW}(?:{_TELLS}|states?|says?)\b|\bsentences? about\b",
            r"\b(?:the|these|all|both) (?:\w+ )?sentences (?:are|is|agree|differ)\b",
            r"\b(?:the|this|your) list (?:includes?|contains?|shows?|mentions?|gives?|has)\b|\bin the list\b",
            rf"\b(?:words?|phrase|term|wording|expression|label|tag|category|adjective|adverb|verb|noun|plural"
            rf"|singular) {MARKS},? (?:suggests?|impl(?:y|ies)"
            r"|indicates?|hints?|points?|is used|are used|appears? (?:in|twice|once|only))\b",
            rf"\b(?:instances?|labels?|class|category|tags?|entr(?:y|ies)|objects?) (?:of |for |labell?ed |tagged "
            rf"|called "
            rf"|named |as )?{MARKS}",
        ),
        unless_after=ATTACHED,
        unless_clause=THERE,
        unless_asked=ASKS_TO_READ,
        unless_before=SOMETHING_TO_READ,
    ),
)
