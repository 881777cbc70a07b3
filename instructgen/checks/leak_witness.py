"""The wordings of one who passes on what others wrote: nothing in, a list of rules out.

They come by word class: those who saw ("the observers agree"), what they left ("accounts vary", "the second line has"),
its grammar ("the plural tells us"), the way it came ("that reached me", "I can only relay"), and areas that no one
would name who looks at a picture ("the rectangle around the dog").
"""

from .leak_exemptions import (
    ASKS_DESCRIPTION,
    ASKS_TO_READ,
    ASKS_TO_READ_CAPTION,
    ATTACHED,
    THERE,
    VISIBLE,
    untold,
)
from .wording import WordingRule, wording

_FEW = r"(?:all|both|most|some|several|one|two|three|four|five|each|none|only|another|a few|the other|the)"
_SEERS = r"(?:observers?|witness(?:es)?|viewers?|describers?|writers?|respondents?|eyewitness(?:es)?)"
_PIECES = (
    r"(?:statements?|accounts?|versions?|sentences?|lines?|entr(?:y|ies)|rows?|remarks?|phrases?|wordings?|snippets?"
    r"|particulars|items on the list|testimon(?:y|ies)|write-?ups?|summar(?:y|ies)|briefings?|bullet points?|sources?)"
)
_PUT = (
    r"(?:speaks?|say|says|said|call|calls|called|puts?|has|have|had|names?|named|lists?|wrote|writes?|notes?|noted|adds?"
    r"|bears?|leaves?|mentions?|claims?|states?|tells?|agrees?|concurs?|differs?|disagrees?|var(?:y|ies)|conflicts?"
    r"|diverges?|refers?|places?|describes?|reports?|talks?|goes|makes?|gives?|uses?|settles?|counts?|recalls?)"
)
_HOW = (
    r"(?:(?:only|just|merely|simply|even|also|all|both|at hand|here|above|seems? to|do|does|did|not|don't|doesn't) )*"
)
_SAY = (
    r"(?:speaks?|say|says|said|call|calls|called|names?|named|wrote|writes?|notes?|noted|mentions?|claims?|states?"
    r"|agrees?|concurs?|differs?|disagrees?|describes?|reports?|recalls?)"
)
_NTH = r"(?:first|second|third|fourth|fifth|last|next|opening|closing|final|one|two|three|four|five|\d)"
_SENT = r"(?:handed|fed|passed|sent|supplied|furnished|left|told|briefed|equipped|provided|presented)"
_AREA = r"(?:rectangles?|outlines?|regions?|extents?|zones?|bounds|spots?|spans?|ranges?|intervals?)"
_GRAMMAR = (
    r"(?:phrase|adjective|adverb|noun|verb|plural|singular|participle|tense|choice of words|word choice|wording"
    r"|preposition)"
)

WITNESS = (
    WordingRule(
        "caption_mentioned",
        "fail",
        wording(
            r"(?:\A|[.!?;:] )(?:the|one|another|each) captions? (?:also |only )?(?:says?|mentions?|states?"
            r"|notes?) that\b|\bthe captions (?:do|did) not (?:provide|give|say|mention|tell)\b",
        ),
        who="gpt",
        unless_before=VISIBLE,
        unless_asked=ASKS_TO_READ_CAPTION,
    ),
    WordingRule(
        "told_detail",
        "fail",
        wording(
            rf"\b{_FEW} (?:of the |the |out of )?(?:\w+ )?{_SEERS} {_HOW}{_SAY}\b",
            r"\b(?:one|two|three|four|several|most|all|some) (?:out )?of (?:the )?(?:four|five|six|several) (?:people"
            rf"|persons|viewers|observers)? ?{_SAY}\b",
            rf"\b(?:one|another|some|a) (?:person|people|viewer|contributor) (?:{_HOW})(?:wrote|writes|called (?:it|him"
            r"|her|them)|calls (?:it|him|her|them)|described|noted|recalled)\b",
            r"\b(?:whoever|those who|people who|anyone who|the person who|the ones who) (?:\w+ )?(?:summed|wrote|noted"
            r"|described|saw|looked at|viewed|put|jotted) (?:up |it|down |this|that |about |the (?:picture|image|photo"
            r"|scene))",
            r"\b(?:what|as) (?:the )?others (?:have )?(?:saw|seen|wrote|written|noted|said|told)\b"
            r"|\bwhat (?:they|people|he|she) (?:have |has )?(?:put|set|wrote|written|jotted|noted|took) down\b"
            r"|\bthey (?:all |both )(?:write|wrote|note|noted|say|agree) that\b",
            r"\b(?:different|various|several|some|most|other) people (?:describe|word|phrase)[sd]? (?:the|this|it)\b"
            r"|\bthe word of (?:the|those|others|people)\b"
            r"|\bsecond-?hand (?:account|knowledge|info|report|description)",
            r"\b(?:nobody|no one|none of them|everybody|everyone) (?:\w+ly )?(?:noted|recorded|remarked|specified|wrote"
            r"|jotted|reported)\b",
            r"\b(?:one|most|some|two|three|all) of the (?:writers|describers|annotators|captioners)\b"
            r"|\b(?:annotators?|captioners?|describers?|labell?ers?)'s?(?= )",
            r"\b(?:word is that|there is talk of|rumou?r has it|so i(?:'m| am) told|i am told|i'm told)\b",
            r"\b(?:the|all|these|those|both|most|some|my|your)? ?(?:accounts|statements|versions|testimonies|witnesses"
            r"|observers) (?:\w+ly )?(?:var(?:y|ies)|differs?|agrees?|disagrees?|conflicts?|diverges?|match|concur|are"
            r" (?:at odds|divided|unanimous|split|silent|consistent))\b",
            r"\bi (?:can |could |will |shall |may )?(?:only |merely |just |simply )?(?:relay|pass on|restate|reproduce"
            r"|report back|parrot)\b",
            r"\b(?:that|which|what|all|little that|word|news|as) (?:\w+ )?reached me\b|\bcame (?:down )?to me in\b",
            rf"\bi(?:'ve| have)? (?:was|were|am|been|had been) (?:only |just |merely )?{_SENT} (?:only |just |with )?"
            r"(?:a|the|some|few|several|no|nothing|these|this|five|words|text)\b(?! (?:glimpse|seat|drink|menu|table))",
            r"\b(?:no one|nobody|nothing|none of (?:it|them|this|that)) (?:has |have |had )?(?:ever )?(?:tells?|told"
            r"|informs?|informed|lets?) (?:me|us)\b",
        ),
        who="gpt",
        unless_after=ATTACHED,
        unless_clause=THERE,
        unless_asked=ASKS_TO_READ,
    ),
    untold(
        "text_mentioned",
        "fail",
        wording(
            rf"\b(?:the|my|these|those|your|only one of the|one of the|each of the) (?:\w+ )?(?:statements?|particulars"
            rf"|briefings?|snippets?|remarks?|summar(?:y|ies))(?: (?:at hand|in front of me|before me|i have"
            rf"|given|here))? {_HOW}{_PUT}\b",
            rf"\bone of the (?:\w+ )?{_PIECES} {_HOW}{_SAY}\b|\bthe material (?:in front of me )?{_HOW}{_SAY}\b",
            rf"\b(?:in|from|by|per|of) (?:the )?(?:{_NTH} (?:line|sentence|statement|remark|entry)|(?:line|sentence"
            r"|statement|remark|entry) (?:one|two|three|four|five|\d))\b(?! (?:of|on|at|for|behind|from) )",
            rf"\b(?:line|sentence|statement|remark|entry) (?:one|two|three|four|five|\d) {_HOW}{_PUT}\b",
            r"\b(?:material|text|words|notes|lines|sentences|statements|papers?) (?:(?:that (?:is|are|lies?) )?(?:in"
            r" front of|before|available to|with) me|at my disposal)\b",
            r"\b(?:two|three|four|five|several|all|both|the|rows?|entries|items?|lines?)(?: \w+)? (?:entries|rows)"
            r" (?:bear|carry|named|called|labell?ed|that say|saying|for)\b|\b\w+ entr(?:y|ies), so\b"
            r"|\brows that say\b|\bthe item (?:called|named|labell?ed)\b",
            r"\b(?:whole|entire|full|complete) list\b(?! of)|\b(?:is|are|was|were) (?:itemi[sz]ed|enumerated)\b",
            r"\b(?:picture|photo|image|scene|photograph) (?:is|was|has been|gets) (?:\w+ly )?(?:summed up"
            r"|put into words|rendered as|phrased|worded|paraphrased)\b",
            r"\b(?:report|text|list|notes?|account|material|brief|lines|words) (?:that )?i (?:work|am working|go"
            r"|have to go|draw|rely|base)(?: \w+)? (?:from|by|on|with)\b",
            r"\b(?:actual|real|original) (?:photograph|photo|picture|image)\b|\b(?:see|look at|check|consult|need) the"
            r" (?:photo|picture|image|photograph) itself\b|\bi have no information\b|(?:\A|[.;:,?] |\bis |\bare )not"
            r" (?:provided|given|supplied)(?=[.;,!]|\Z)|\b(?:objects|things|items) (?:that (?:are|were) )?named\b",
            r"\b(?:is|are|was|were) recorded (?:on|at|as|in|near|twice|once)\b|\b(?:place|position|location|size|spot)"
            r" (?:of [\w ]{2,20} )?(?:is|was) given as\b|\bthe lines above\b",
            r"\b(?:have|has|had|is|down) in writing\b|\b(?:it|this|her|him|them|that) from the words\b"
            r"|\bjudging by the words\b|\bin the absence of (?:any|a) visuals?\b|\blaid eyes on (?:it|the)\b"
            r"|\bwords to go\b",
            rf"\bthe {_GRAMMAR}(?: [\"“'][^\"”']{{1,40}}[\"”'])? (?:suggests?|tells?|implies|imply|settles?|indicates?"
            r"|points?|leaves?|makes?|shows?|is used|hints?|gives?)\b",
            rf"\bthe use of (?:the |an? )?(?:\w+ )?(?:{_GRAMMAR}|word|term|plural)\b",
            r"\b(?:does|do|did)(?: not|n't) come up\b(?! (?:to|the|with|on|here|for|from|out)\b)",
            r"\bcomes up nowhere\b|\b(?:never|nowhere|not once) comes? up\b",
            r"\b(?:stay|staying|keep|keeping|stick|sticking|limit|limiting)(?: \w+)? (?:strictly )?(?:within|to"
            r"|close to|with) what (?:is|was|has been|i|we)\b",
            r"\bphotographer's (?:notes?|caption|account|description)\b|\bpicture it from\b",
            r"\b(?:is|was|were|are)(?: not|n't| never) (?:\w+ )?(?:spelled out|spelt out|made (?:clear|explicit|known)"
            r"|laid down|put down|set out|passed on|conveyed|disclosed|handed down|on record)\b",
        ),
    ),
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            rf"\bthe (?:\w+ )?{_AREA} (?:belonging to|given for|assigned to|marked for|recorded for|allotted to"
            r"|set for|marked as|labell?ed|tagged) (?:the|an?|each|both|this|that|him|her|it)\b",
            r"\bthe (?:rectangles?|extents?) (?:drawn )?(?:around|of) (?:the|an?|each|both|him|her|it|them)\b",
            r"\b(?:his|her|its|their|\w+'s) (?:horizontal|vertical)? ?(?:extents?|x-range|y-range|horizontal range"
            r"|vertical range|bounds)\b",
            r"\b(?:area|spot|place|region|position)s? (?:given|recorded|noted|reported|listed) for\b",
        ),
        unless_clause=THERE,
        unless_asked=ASKS_DESCRIPTION,
    ),
)
