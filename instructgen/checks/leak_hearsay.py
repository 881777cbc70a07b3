"""The wordings of one who was told, and did not see: nothing in, a list of rules out.

Verbs of telling, and nouns for texts, that people who write about pictures hardly ever use: "mention" stands in none of
30,000 captions, regions and questions by people, "dataset", "prompt" and "detected" in none either.
"""

from .leak_exemptions import ASKS_TO_READ, ATTACHED, INSTRUMENT, SOMETHING_TO_READ, THERE, VISIBLE, untold
from .leak_sources import PICTURE
from .wording import WordingRule, wording

_MINE = (
    r"(?:sources?|notes|data|information|info|inputs?|instructions|prompts?|brief(?:ing)?|records?|texts?|material|task"
    r"|training|knowledge|descriptions?|captions?|labels?|list|summary|sentences|annotations|transcript|details given)"
)
_PUT = (
    r"(?:puts? it|has it|have it|says?|states?|notes?|mentions?|tells?|reports?|describes?|writes?|wrote|claims?"
    r"|indicates?|specif(?:y|ies)|calls? it|reads?|suggests?|impl(?:y|ies))"
)

HEARSAY = (
    WordingRule(
        "told_detail",
        "fail",
        wording(
            r"\byou (?:say|tell me|told us|mention|describe|write|specify) (?:that|of|in|it|the)\b|\bas you (?:say"
            r"|put it|mention)\b"
            r"|\b(?:story|word) (?:goes|has it)\b",
            r"\b(?:person|people|viewer|one|writer|author|those|somebody|someone|whoever) (?:who "
            r"|that )?(?:\w+ )?(?:wrote|took"
            r" (?:the )?notes|writing|labelling|labeling|captioning|annotating|describing) (?:it|this|the (?:captions?"
            r"|description"
            r"|text|image|picture|scene|labels?)|down|it down)\b|\b(?:took|taken|take) notes\b|\bthose who saw (?:it"
            r"|the)\b",
            rf"\b(?:in the absence of|lacking|not having|deprived of|missing) (?:the|this|any"
            rf"|an) (?:actual )?{PICTURE}\b",
            rf"\bmy (?:\w+ )?{_MINE}\b|(?<!for )\byour (?:\w+ )?(?:{_MINE}|message|words|question|wording|request)\b",
            r"\b(?:you|the user|the asker|the questioner) (?:have |had |just |also |'ve )*(?:said|told|gave|wrote"
            r"|described"
            r"|listed|specified|supplied)\b",
            r"\bor so (?:the|it|i|they|one|my|we)\b|\breading between the lines\b|\bat face value\b|\bin the words of\b"
            r"|\b(?:much|little|nothing|only|all|words?|text|have|had|anything) (?:\w+ )?to go (?:by|on)\b"
            r"|\bto (?:quote|paraphrase)\b"
            r"|\bword for word\b|\bverbatim\b",
            r"\bi (?:gather|read|hear|heard|learn|learned|learnt|understand|am informed|infer|deduce|take it)"
            r"(?: \w+ly)? (?:that|from)\b|\bwe (?:read|learn|hear) (?:that|from|of)\b",
            rf"\b(?:those|people|someone|somebody|whoever|observers?|witness(?:es)?|everyone|persons?) (?:who )?(?:saw"
            rf"|have"
            rf" seen|has seen|had seen|viewed|looked at|described|wrote about) (?:the|this) {PICTURE}",
        ),
        who="gpt",
        unless_after=ATTACHED,
        unless_clause=THERE,
        unless_before=VISIBLE,
        unless_asked=ASKS_TO_READ,
    ),
    WordingRule(
        "untold_detail",
        "fail",
        wording(
            r"\bas (?:given|written|told|reported|described|listed|annotated|noted|recorded|labell?ed|tagged|specified)"
            r"(?: (?:above|here|there|earlier))?(?=[,.;:]|\Z)|\bas can be read\b|\bin (?:textual|written|text"
            r"|verbal) form\b",
            r"\bno (?:\w+ ){1,3}(?:is|are|was|were|has been) (?:given|stated|shared|provided|supplied|described"
            r"|annotated|recorded"
            r"|conveyed)\b|\b(?:nothing|anything|everything|all) (?:else |more )?(?:is|was|has been) (?:described"
            r"|shared|conveyed)\b",
            r"\b(?:known|given|provided|supplied) (?:objects|items|elements|things|facts|positions|categories"
            r"|classes)\b"
            r"|\b(?:objects|items|elements|things|facts|positions|details) (?:that (?:are|were) )?(?:given|provided"
            r"|supplied|listed"
            r"|described|annotated)\b|\b(?:image|picture|photo|scene) (?:\w+ )?(?:as (?:described|told|captioned"
            r"|written|given)"
            r"|(?:that )?(?:i was told|was described|has been described|was told))\b|\b(?:was|is"
            r"|been) (?:summari[sz]ed|captioned)\b"
            r"|\b(?:image|picture|photo|scene) (?:has been|was|is) (?:\w+ )?described\b",
            r"(?<!worth )(?<!not to )(?<!to )(?<!should )\bmention(?:s|ed|ing)?\b(?! (?:earlier|above|before"
            r"|previously|it\b))",
            r"\b(?:is|are|was|were|not|be|as|been|nor|un|and|or) specified\b|\bspecif(?:y|ies)\b",
            r"\b(?:is|are|was|were|not|as|been|explicitly|clearly|it) stated\b|(?<!united )(?<!the )\bstates (?:that"
            r"|whether|how)\b",
            r"\bdescribed (?:here|above|in (?!detail)|for (?:me|us)|to (?:me|us))|\bthe (?:\w+ )?described\b"
            r"|\b(?:reportedly|purportedly|allegedly)\b|\bhearsay\b|\bunspecified\b|\bunmentioned\b|\bunstated\b"
            r"|\bnot (?:described|elaborated)\b",
            rf"\bas (?:the|one|my|another|each|both|all|several|some|two|an?) (?!saying|proverb|song"
            rf"|old saying)(?:[\w-]+ )"
            rf"{{1,3}}{_PUT}\b(?! (?:to|for|goodbye|hello))",
        ),
        unless_clause=THERE,
        unless_before=SOMETHING_TO_READ,
        unless_asked=ASKS_TO_READ,
    ),
    WordingRule(
        "text_mentioned",
        "fail",
        wording(
            r"(?:\A|[.!?,;:(] ?|\bthat )according to (?:the|these|this|those|what|one|all|several|both|a|most|some"
            r"|each|two) "
            r"(?:[\w'-]+ ?){1,3}",
        ),
        unless_after=INSTRUMENT,
        unless_clause=INSTRUMENT,
        unless_asked=ASKS_TO_READ,
    ),
    untold(
        "data_mentioned",
        "fail",
        wording(
            r"\b(?<!for )(?:the|this|your|preceding|source) (?:(?!other)\w+ )?(?:texts?|keywords|markup|phrasing"
            r"|wording|inventory|transcript"
            r"|facts|listing)\b(?! ?[:,]? ?[\"“'])(?! (?:that )?(?:reads|saying|spelling|on|in|at|above"
            r"|below))(?! (?:is|are) (?:partly|in|on|too|blur|hard|small|written|printed|not|visible|legible"
            r"|readable|cut|covered|facing|handwritten|white|black|red|blue|large|faded|upside|torn|made|by"
            r"|attached))(?! (?:box|"
            r"message|field|facing|hang))",
            r"\b(?:the|this|your|my|one|an|each|every|first|second) (?:\w+ )?(?:notes?|reports?|records?|files?"
            r"|sources?|entry"
            r"|entries|hints?|story|statements?|details|context|line)(?: (?:for|of|about|on|to) (?:the|this|"
            r"that|each) \w+| i have| i was given)? (?:\w+ly |also |only )?(?:mentions?|says?|lists?|states?|puts?"
            r"|places?|has him"
            r"|has her|has it|have it|tells|implies|specif(?:y|ies)|indicates? that|calls?)\b",
            r"\b(?:first|second|third|last|next|only) (?:item|entry|thing|object) (?:on|in) the list\b"
            r"|\bthe structured\b"
            r"|\b(?:going|looking|reading|searching|working) through the (?:list|entries|labels|notes|text)\b",
            r"\bdata ?sets?\b|\bdatabases?\b",
            r"\b(?:the|this|that|original|given|user|text|system)(?:'s)? (?:\w+ )?prompts?\b(?! (?:on|for|arrival"
            r"|service))",
            r"\b(?:the|this) (?:\w+ )?input\b(?! (?:of|jack|and|port|device|field|box|socket|cable|on|side))",
            r"\b(?:the|these|all|five|both|your) sentences\b",
            r"\b(?:the|this|all|available|limited) (?:info|information) (?:is|says|does|i|we|given|available|alone"
            r"|at hand)\b",
            r"\bthe data\b(?! ?(?:cent|cable|on\b|from\b|shown|display|stream|port))",
            rf"\b(?:{PICTURE}|scene)'s (?:labels?|data|tags?|text|entry|record|listing|caption|file|description"
            rf"|metadata)\b",
            r"\binstances? (?:of|labell?ed|in the (?:list|data))\b|\b(?:structured|tabular|textual|raw) (?:data|input"
            r"|info)",
            r"\b(?:the|these|your|this) (?:provided|supplied) (?!image|picture|photo|visual|chair|seat|space|food"
            r"|towel|bowl"
            r"|equipment|water|meal|scene)\w+",
            r"\b(?:these|your|first|second|third|last|two|five|four|few|preceding) lines? (?:says?|mentions?"
            r"|describes?|above"
            r"|given|of text|tells?|states?|adds?)\b|\bscene graph\b",
            r"\bthe labels (?:say|mention|include|list|contain|indicate|suggest|show|tell|give|name|imply|do not"
            r"|don't)\b",
        ),
    ),
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            r"\bbox(?:es)? (?:for|around|of class|that marks?|marking|spanning|covering|enclosing) (?:an?|the|each"
            r"|person|\w+)\b"
            r"(?= |\.|,)(?! (?:cat|kitten|of|lid|top|cookies|shoes|tools))|\bboxed (?:person|man|woman|dog|cat|car"
            r"|object|area|region)",
            r"\bbox(?:es)? (?:is|are|was|were) (?:given|provided|listed|annotated|assigned)\b|\bboxes (?:labell?ed"
            r"|tagged) (?:as )?"
            r"[\"“']?(?:person|dog|cat|car|chair)|\b(?:person|people|man|woman|boy|girl|car|bus|truck|chair|couch"
            r"|bicycle|bike|dog"
            r"|horse|object|detection) box(?:es)?\b(?! (?:office|with|against|in|on))",
            r"\b(?:layout|arrangement|positions?|sizes?|view|order|overlap|geometry) of (?:the|all|both) boxes\b"
            r"|\b(?:view of|light of"
            r"|taking|considering|follows from|rests on|based on|clear from|inferred from|evidence is|according to"
            r"|go by) the box(?:es)?\b",
            r"\((?:0?\.\d+|class|category|label)\b|\b(?:has|have|in|with|under|of) the (?:category|class)\b"
            r"|'s (?:class|category|label)"
            r" is\b|\bgoing by (?:its|the|his|her) labels?\b|\b(?:objects?|items?|thing|region"
            r"|area) labell?ed (?:as )?\w+",
            r"(?<![\d.$€£])0?\.\d+ ?(?:to|by|-|–|and) ?0?\.\d+(?! ?(?:cm|mm|m|km|kg|g|%|percent|inch|in|miles|met|feet"
            r"|ft|lit|l)\b)"
            r"|\bedge (?:\w+ ){0,4}(?:at|is|near|around) 0?\.\d|\bposition \(?\d+ ?[,/]|\bat \(\d+ ?, ?\d+\)"
            r"|\b\d+ ?(?:%|percent) (?:of"
            r"|across|down|from) (?:the )?(?:\w+'s )?(?:width|height|left|top|right|bottom|way)\b",
            r"\bdetect(?:ed|ions?|s|ors?)?\b",
            r"\bobject (?:recognition|detection|segmentation)\b|\bclassifier\b|\bsegmentation\b|\bpredicted (?:label"
            r"|class|box)",
            r"\bbox(?:es)? (?:around|surrounding|enclosing|for|belonging to) (?:the|her|his|each|this|that) (?!cat\b"
            r"|kittens?\b)",
        ),
        unless_sentence=wording(
            r"\b(?:smoke|gas|metal|motion|movement|cameras?|sensors?|radar|security|alarm|lane|speed|detectives?"
            r"|police|hard to"
            r"|scent|smell|sniff\w*|dogs? can|cardboard|wooden)\b"
        ),
    ),
)
