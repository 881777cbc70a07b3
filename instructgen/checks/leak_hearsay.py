"""The wordings of one who was told, and did not see: nothing in, a list of rules out.

Verbs of telling, and nouns for texts, that people who write about pictures hardly ever use: "mention" stands in none of
30,000 captions, regions and questions by people, "dataset", "prompt" and "detected" in none either.
"""

from .leak_exemptions import ASKS_TO_READ, ATTACHED, INSTRUMENT, SOMETHING_TO_READ, THERE, VISIBLE
from .leak_sources import PICTURE
from .wording import WordingRule, needs, wording

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
            rf"\bmy (?:\w+ )?{_MINE}\b|(?<!for )\byour (?:\w+ )?(?:{_MINE}|message|words|question|wording|request)\b",
            r"\b(?:you|the user|the asker|the questioner) (?:have |had |just |also |'ve )*(?:said|told|gave|wrote|described"
            r"|listed|specified|supplied)\b",
            r"\bor so (?:the|it|i|they|one|my|we)\b|\breading between the lines\b|\bat face value\b|\bin the words of\b"
            r"|\b(?:much|little|nothing|only|all|words?|text|have|had|anything) (?:\w+ )?to go (?:by|on)\b|\bto (?:quote|paraphrase)\b"
            r"|\bword for word\b|\bverbatim\b",
            r"\bi (?:gather|read|hear|heard|learn|learned|learnt|understand|am informed|infer|deduce|take it)"
            r"(?: \w+ly)? (?:that|from)\b|\bwe (?:read|learn|hear) (?:that|from|of)\b",
            rf"\b(?:those|people|someone|somebody|whoever|observers?|witness(?:es)?|everyone|persons?) (?:who )?(?:saw|have"
            rf" seen|has seen|had seen|viewed|looked at|described|wrote about) (?:the|this) {PICTURE}",
        ),
        needs(
            "my your you user asker questioner so reading face words go quote paraphrase verbatim gather read hear heard"
        )
        | needs(
            "learn learned learnt understand informed infer deduce take those people someone somebody whoever observer"
        )
        | needs("observers witness witnesses everyone person persons word"),
        also=needs("source sources notes data information info input inputs instructions prompt prompts brief briefing")
        | needs(
            "record records text texts material task training knowledge description descriptions caption captions label"
        )
        | needs(
            "labels list summary sentences annotations transcript details message words question wording request said"
        )
        | needs("told gave wrote described listed specified supplied the it i they one my we lines value by on quote")
        | needs("paraphrase verbatim word that from of this"),
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
            r"(?<!worth )(?<!not to )(?<!to )(?<!should )\bmention(?:s|ed|ing)?\b(?! (?:earlier|above|before|previously|it\b))",
            r"\b(?:is|are|was|were|not|be|as|been|nor|un|and|or) specified\b|\bspecif(?:y|ies)\b",
            r"\b(?:is|are|was|were|not|as|been|explicitly|clearly|it) stated\b|(?<!united )(?<!the )\bstates (?:that|whether|how)\b",
            r"\bdescribed (?:here|above|in (?!detail)|for (?:me|us)|to (?:me|us))|\bthe (?:\w+ )?described\b"
            r"|\b(?:reportedly|purportedly|allegedly)\b|\bhearsay\b|\bunspecified\b|\bunmentioned\b|\bunstated\b"
            r"|\bnot (?:described|elaborated)\b",
            rf"\bas (?:the|one|my|another|each|both|all|several|some|two|an?) (?!saying|proverb|song|old saying)(?:[\w-]+ )"
            rf"{{1,3}}{_PUT}\b(?! (?:to|for|goodbye|hello))",
        ),
        needs("mention mentions mentioned mentioning specified specify specifies stated states described reportedly")
        | needs("purportedly allegedly hearsay unspecified unmentioned unstated elaborated as"),
        also=needs(
            "mention mentions mentioned mentioning specified specify specifies stated states described reportedly"
        )
        | needs(
            "purportedly allegedly hearsay unspecified unmentioned unstated elaborated puts put has have says say state"
        )
        | needs(
            "notes note tells tell reports report describes describe writes write wrote claims claim indicates indicate"
        )
        | needs("calls reads read suggests suggest implies imply"),
        unless_clause=THERE,
        unless_before=SOMETHING_TO_READ,
        unless_asked=ASKS_TO_READ,
    ),
    WordingRule(
        "text_mentioned",
        "fail",
        wording(
            r"(?:\A|[.!?,;:(] ?|\bthat )according to (?:the|these|this|those|what|one|all|several|both|a|most|some|each|two) "
            r"(?:[\w'-]+ ?){1,3}",
        ),
        needs("according"),
        unless_after=INSTRUMENT,
        unless_clause=INSTRUMENT,
        unless_asked=ASKS_TO_READ,
    ),
    WordingRule(
        "data_mentioned",
        "fail",
        wording(
            r"\bdata ?sets?\b|\bdatabases?\b",
            r"\b(?:the|this|that|original|given|user|text|system)(?:'s)? (?:\w+ )?prompts?\b(?! (?:on|for|arrival|service))",
            r"\b(?:the|this) (?:\w+ )?input\b(?! (?:of|jack|and|port|device|field|box|socket|cable|on|side))",
            r"\b(?:the|these|all|five|both|your) sentences\b",
            r"\b(?:the|this|all|available|limited) (?:info|information) (?:is|says|does|i|we|given|available|alone|at hand)\b",
            r"\bthe data\b(?! ?(?:cent|cable|on\b|from\b|shown|display|stream|port))",
            rf"\b(?:{PICTURE}|scene)'s (?:labels?|data|tags?|text|entry|record|listing|caption|file|description|metadata)\b",
            r"\binstances? (?:of|labell?ed|in the (?:list|data))\b|\b(?:structured|tabular|textual|raw) (?:data|input|info)",
            r"\b(?:the|these|your|this) (?:provided|supplied) (?!image|picture|photo|visual|chair|seat|space|food|towel|bowl"
            r"|equipment|water|meal|scene)\w+",
            r"\b(?:these|your|first|second|third|last|two|five|four|few|preceding) lines? (?:says?|mentions?|describes?|above"
            r"|given|of text|tells?|states?|adds?)\b|\bscene graph\b",
            r"\bthe labels (?:say|mention|include|list|contain|indicate|suggest|show|tell|give|name|imply|do not|don't)\b",
        ),
        needs(
            "dataset datasets data database databases prompt prompts input sentences info information labels label tags tag"
        )
        | needs(
            "text entry record listing caption file description metadata instance instances structured tabular textual raw"
        )
        | needs("provided supplied lines line graph"),
        unless_after=ATTACHED,
        unless_clause=THERE,
        unless_before=SOMETHING_TO_READ,
        unless_asked=ASKS_TO_READ,
    ),
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            r"\bdetect(?:ed|ions?|s)?\b",
            r"\bobject (?:recognition|detection|segmentation)\b|\bclassifier\b|\bsegmentation\b|\bpredicted (?:label|class|box)",
            r"\bbox(?:es)? (?:around|surrounding|enclosing|for|belonging to) (?:the|her|his|each|this|that) (?!cat\b|kittens?\b)",
        ),
        needs("detect detected detection detections detects recognition segmentation classifier predicted box boxes"),
        also=needs("detect detected detection detections detects recognition segmentation classifier predicted around")
        | needs("surrounding enclosing for belonging"),
        unless_sentence=wording(
            r"\b(?:smoke|gas|metal|motion|movement|cameras?|sensors?|radar|security|alarm|lane|speed|detectives?|police|hard to"
            r"|scent|smell|sniff\w*|dogs? can|cardboard|wooden)\b"
        ),
    ),
)
