"""The wordings of one who has no picture before them, or whose notes show through: nothing in, a list of rules out."""

from .leak_exemptions import (
    ASKS_CAPTION,
    ASKS_DESCRIPTION,
    ASKS_TO_READ,
    VISIBLE_CAPTION,
    untold,
)
from .leak_sources import CAPTION, PICTURE
from .wording import WordingRule, wording

_PICTURES = r"(?:images?|pictures?|photos?|photographs?|visuals?|pixels)"

_THINGS = ("person", "object", "obj", "box", "region")

UNSEEN = (
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            r"\bi (?:can't|cannot|can not|am unable to|couldn't) (?:confirm|verify) (?:this|it|that|visually|by"
            r"|with)\b|\bfirst-?hand\b"
            r"|\bmy own eyes\b|\bnot (?:visible|available|accessible|known) to me\b",
            r"\bi\b[^.;!?]{0,25}(?:can't|cannot|can not|unable to|not able to|couldn't|could not|don't|do not|didn't"
            r"|haven't"
            r"|have not|never|no way (?:to|of)|incapable of|without)(?: \w+){0,2} (?:see|seen|saw|seeing|view\w*"
            r"|access\w*"
            r"|look(?:ed|ing)? at|perceive|inspect\w*|open|process\w*|analy[sz]e|have|had|been shown|receive\w*|get"
            r"|got)"
            r"(?: (?:the|this|any|an?|your|actual|real|original|access to|sight of|eyes on|look at))* "
            rf"(?:{_PICTURES}|scene)\b(?! (?:of|on|in|hang|frame|behind|that|album|clearly))",
            rf"\b{_PICTURES} (?:itself |file )?(?:is|was|were|are|being)(?:n't| not) (?:\w+ly )?(?:visible|available"
            rf"|accessible"
            r"|here|attached|provided|given|present|in front of me|at hand|included|shown|before me)\b",
            rf"\bi (?:have|had|got|was given|see) no (?:\w+ )?{_PICTURES}\b(?! (?:of|on))"
            rf"|\bno (?:\w+ )?{_PICTURES} (?:was|were|is|are|has been) (?:\w+ly )?(?:provided|given|attached|shown"
            rf"|included)\b",
            rf"\bif i (?:were to |try to |had to )?(?:imagine|picture|visuali[sz]e|envision)\b|\bas i (?:imagine"
            rf"|picture) (?:it|the)"
            rf"|\b(?:imagining|picturing|visuali[sz]ing|envisioning) (?:the|this) (?:scene|{PICTURE})\b",
        ),
        who="gpt",
    ),
    untold(
        "told_detail",
        "fail",
        wording(
            r"\b(?:details|information|info|data) (?:is|are) (?:scarce|sparse|limited|few|lacking|missing|thin"
            r"|incomplete|absent)\b",
            r"\b(?:is|are|remains?|was|were|left) (?:unknown|not known|undisclosed|unreported|unlisted|undefined"
            r"|undocumented)\b"
            r"|\b(?:cannot|can't|can not|could not|couldn't) be (?:\w+ly )?(?:confirmed|verified|deduced|gleaned)\b",
            r"\b(?:is|are|was|were) (?:\w+ly )?(?:implied|indicated)\b|\bper (?:your|the|my|our|these|this"
            r"|instructions|request)\b",
            r"\b(?:segmentation|instance|object) masks?\b|\bkeypoints?\b|\bpolygons?\b|\bocr\b|\b(?:hidden"
            r"|invisible) text\b",
            r"\b(?:from|by|of|on|given|with) what (?:little )?(?:i|we)(?: have|'ve)?(?: been able to| can"
            r"| could)? (?:gather(?:ed)?"
            r"|understand|understood|hear|heard|learn(?:ed|t)?|know|glean(?:ed)?|read)\b",
            r"\bthe (?:numbers|figures|values|measurements|decimals|fractions|percentages) (?:say|put|place|show"
            r"|suggest|tell|indicate"
            r"|given|for the|imply|mean|locate|i |we )|\bby the numbers\b",
            r"\b(?:identified|recogni[sz]ed|catalogu?ed) (?:objects|items|things|categories|classes)\b"
            r"|\b(?:hypothetical|fictional|imaginary|imagined) (?:image|scene|picture|photo)\b",
            rf"\b(?:{PICTURE}) (?:details|info|information|data|summary|notes|labels|tags|report|record)\b",
            r"\bthe (?:aforementioned|above-mentioned|stated|specified|noted|reported|listed|cited) (?!building"
            r"|price)\w+",
            r"\b(?:it|one|another|the other|the rest|others|the first|the second|the third) (?:says|states|has it"
            r"|speaks of|tells us)"
            r"(?: that| so| it| he| she| there| how)?\b|\b(?:if|as) i (?:read|understand)\b",
            r"\b(?:by|in) one account\b|\b(?:one|each|every) (?:version|account|source|telling) (?:of|has|says|puts"
            r"|calls)\b"
            r"|\baccounts (?:differ|agree)\b|\bto my knowledge\b|\bwhat i know\b|\bmy understanding\b",
            r"\bas (?:relayed|conveyed|summari[sz]ed|outlined|recounted)\b|\bwhat little (?:i|we|is)\b|\b(?:text"
            r"|caption)-(?:derived|like)\b",
            r"\b(?:available|limited|partial|incomplete|scarce|sparse|minimal|scant|second-?hand) (?:information|info"
            r"|data|evidence"
            r"|context|details?|descriptions?|text|knowledge|accounts?|reports?)\b",
            r"\b(?:by|from) all accounts\b|\bsecond-?hand\b(?! (?:shop|book|store|car|cloth|bike|market|furniture|item"
            r"|goods))"
            r"|\b(?:supposedly|purported)\b",
            r"(?<!commonly )(?<!often )(?<!also )(?<!usually )(?<!what )\b(?:is|are|was|were) (?:referred to as"
            r"|labell?ed as|termed"
            r"|worded|phrased)\b|\bthe way (?:it|this|that|he|she) is (?:described|worded|phrased|put)\b",
            r"\bthe (?:writer|author|observer|narrator|describer|labell?er|speaker|reporter|witness)(?:s|es)? (?:says?"
            r"|notes?|calls?"
            r"|mentions?|describes?|saw|sees|reports?|wrote|chose|used|writes|of the (?:caption|text|description))\b",
            r"\b(?:these|exact|given|provided|few|whose) words\b|\bthe words (?:used|given|say|tell|describe|suggest"
            r"|imply)\b"
            r"|\btext (?:says|mentions|describes|indicates|states|tells)\b|\b(?:this|the|each) (?:sample|training set"
            r"|record)\b"
            r"(?! (?:on|in|player|store|shop|tray|is (?:on|in|play)))",
            r"\b(?:a|one|another|each|every|no|any|some) captions? (?:says?|reads?|has|have|speaks?|tells?)\b",
        ),
    ),
    WordingRule(
        "box_mentioned",
        "fail",
        wording(
            r"\b(?:person|man|woman|dog|chair|car|object|obj|box|region|instance)[_#]\d|\b(?:person|object"
            r"|box) ?\d{1,2}\b"
            r"(?! ?(?:is|are|of)? ?(?:years|cm|m\b|feet))"
        ),
        who="gpt",
    ),
    WordingRule(
        "layout_remnant",
        "fail",
        wording(
            r"\A\W*(?:\w+ ){0,2}(?:captions?|descriptions?|context|input|output|boxes|objects|labels|annotations?"
            r"|summary|source"
            r"|data|metadata|response|detections?)\b\W{0,3}[:：](?! ?\d)",
            r"[\[(][^\])]{0,30}\b(?:source|captions?|bbox|annotations?|descriptions?|prompt|input"
            r"|dataset)\b[^\])]{0,30}[\])]",
        ),
        who="gpt",
        unless_asked=wording(ASKS_CAPTION.pattern, ASKS_DESCRIPTION.pattern, ASKS_TO_READ.pattern, r"\blist\b"),
    ),
)

LONE_NOUN = WordingRule(
    "source_noun",
    "doubtful",
    wording(rf"\b{CAPTION}\b", r"\b(?:based on|given|in) (?:the|this) context\b(?! of)"),
    unless_sentence=VISIBLE_CAPTION,
    unless_asked=ASKS_CAPTION,
)
