"""The wordings in which a teacher shows that it read text instead of a picture: nothing in, a list of rules out.

They come in families: sources that are named (`leak_sources.py`), the speaker as a language model, what is not told,
what is only told, the request itself, and remnants of its layout. Let through (`leak_exemptions.py`): text that is
visible in the picture, what was "mentioned earlier", and what the question itself asked for.
"""

from .leak_boxes import BOXES
from .leak_exemptions import ASKS_DESCRIPTION, ASKS_TO_READ, THERE
from .leak_hearsay import HEARSAY
from .leak_sources import PICTURE, SOURCES
from .leak_unseen import LONE_NOUN, UNSEEN
from .leak_witness import WITNESS
from .wording import WordingRule, wording

_TOLD = (
    r"(?:mentioned|specified|stated|provided|listed|indicated|disclosed|detailed|noted|elaborated|clarified|reported"
    r"|recorded|documented|spelled out|addressed|annotated|touched (?:up)?on|gone into|brought up|commented on)"
)
_FULLY = r"(?:\w+ly |also |only |never |not |just |even |further |both |all |once |twice |being )*"
_AI = (
    r"(?:ai|artificial intelligence|(?:large |multimodal )*(?:vision[- ])?language model|text-(?:based|only)"
    r"|(?:virtual|visual|digital) assistant|llm|chat ?bot|assistant)"
)
_TALK = r"(?:questions?|answers?|dialogues?|conversations?|q&a|response|reply)"
_BEFORE = r"(?! (?:earlier|above|before|previously))"
_SEE = r"(?:see|view|look at|inspect|examine|check|access|verify)"
_SEEING = (
    r"(?:seeing|viewing|having (?:seen|viewed)|access to|looking at|a look at|(?:a |the )?(?:view|sight) of|being able "
    r"to see|inspecting|being shown)"
)

_SPEAKERS = (
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            rf"\b(?:as|being|acting as|in my role as|speaking as) (?:an?|the|your) (?:\w+ )?{_AI}\b"
            r"(?! (?:coach|referee|manager|chef|cook|to the|professor|teacher|of the))",
            rf"\bi(?: am|'m) (?:just |only )?an? (?:\w+ )?{_AI}\b",
            r"\blanguage model (?:trained|developed|created|like me)\b",
            r"\bmy (?:training data|knowledge cut-?off|context window|prompt|instructions)\b",
            r"\bi (?:am|was) (?:trained|developed|created) (?:by|on|to)\b|\bi (?:only )?work (?:only )?with text\b",
        ),
    ),
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            rf"\bwithout (?:actually |directly |ever )?{_SEEING} (?:the |this |an? |it)?(?:actual )?(?:{PICTURE}\b|\Z)",
            rf"\bi (?:(?:can't|cannot|can not|couldn't|could not|haven't|have not|didn't|did not|never|am not able to)"
            rf"|am (?:unable|not able) to|have never|have no way (?:to|of)) (?:actually |directly |really )?"
            rf"(?:{_SEE}|seen|saw|seeing|viewing|viewed|looked at) (?:the |this |it )(?:actual )?(?:{PICTURE}\b"
            rf"|for myself"
            r"|myself|itself|visually|directly)",
            rf"\b(?:as (?:though|if) i (?:were|was|am)|as if) (?:looking at|seeing|viewing) (?:the |this )?{PICTURE}\b",
            rf"\b(?:if|had) i (?:could|had|were able to) (?:only )?(?:see|seen|view|look at) (?:the "
            rf"|this )?{PICTURE}\b",
            rf"\bi (?:have|had|do)(?: not|n't)? (?:have )?(?:not )?(?:no |any )?(?:visual )?access to (?:the |this )"
            rf"(?:\w+ )?{PICTURE}\b|\b{PICTURE} (?:itself )?(?:(?:is|was)(?: not|n't)|wasn't ever) (?:shown|available"
            r"|visible|given|provided) to me\b|\bsight unseen\b|\b(?:unseen|imagined) "
            rf"{PICTURE}\b",
        ),
        who="gpt",
    ),
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            rf"\b(?:i|we)(?: have|'ve| had)?(?: not|n't| never) (?:actually |ever )?(?:been shown|seen|looked at"
            rf"|viewed|had a"
            rf" (?:look|glimpse)) (?:at |of )?(?:the|this|any|a) {PICTURE}\b",
            r"\b(?:haven't|not having|never having) (?:seen|viewed|looked at) (?:the|this|any) (?:image|picture|photo"
            r"|scene)",
            r"\bvisual (?:input|access|confirmation|verification|data)\b|\bno (?:eyes|pixels|vision)\b"
            r"|\b(?:verify|confirm|check) (?:it |this |that )?visually\b",
            r"\b(?:from|by|with|on|through) (?:the )?text alone\b|\btext-only\b|\bhidden from me\b"
            r"|\bin my mind's eye\b",
            r"\bi(?:'ll| will| shall| can| must| have to|'m| am|'d| would)? (?:pretend|pretending|imagine|imagining"
            r"|act as (?:if"
            r"|though)) (?:that |to )?(?:i (?:can|could|see|am|was|were)|see|be looking)",
        ),
        unless_asked=ASKS_TO_READ,
        who="gpt",
    ),
)

_TELLING = (
    WordingRule(
        "untold_detail",
        "fail",
        wording(
            rf"\b(?:is|are|was|were|has|have|being)(?:n't| not| never"
            rf"| nowhere)(?: been)? {_FULLY}(?:further )?{_TOLD}\b",
            rf"\b(?:is|are|was|were|has been|goes|go) (?:nowhere|neither) {_FULLY}{_TOLD}\b",
            r"\b(?:is|are|was|were)(?:n't| not| never) (?:\w+ly )?(?:described|given|said|told|named|revealed to me"
            r"|made (?:explicit|clear to me)|part of (?:my|the) (?:input|data|text))\b(?! (?:to|by|an?|any|the|with) )",
            r"\bno (?:\w+ )?(?:mention|information|info|details?|word|reference|data|indication given|hint given)s? "
            r"(?:of|about|on|regarding|concerning|to (?:any|a|the)|(?:(?:is|was|are|were) )?(?:provided|given|available"
            r"|made|supplied)|as to|anywhere)\b",
            rf"\b(?:is|are|was|were|gets?|being) {_FULLY}(?:mentioned|specified|stated|annotated)\b{_BEFORE}",
            r"\b(?:not|never|nowhere) (?:explicitly|specifically|directly|clearly)? ?(?:mentioned|specified|stated)\b",
            r"\bas (?:mentioned|stated|listed|specified|noted|reported|indicated)(?= in (?!the (?:sign|book"
            r"|poster)\b)\b"
            r"|,|\.|;)",
            r"\bwithout (?:more|further|additional|any|other) (?:information|info|context|details|data)\b",
            r"\b(?:left|remains?|are|is|goes|go|stays?) (?:un(?:specified|mentioned|stated|told|reported|described"
            r"|named)"
            r"|unsaid)\b",
            r"\b(?:the|any|no|a|an|explicit|without|makes?|made|only|sole|one|two|every|repeated) mentions? of\b"
            r"|\bnothing (?:is|was) (?:mentioned|stated|specified|noted)\b",
            r"\b(?:does|do|did)(?:n't| not) (?:explicitly |specifically )?(?:mention|specify)\b",
            r"\b(?:is|are|was|were) (?:also |not )?(?:reported|stated|noted|recorded|listed|documented|said"
            r"|mentioned) to "
            r"(?:be|have|wear|hold|sit|stand)\b|\bnot (?:included|contained|covered|given) in the (?:data|text|input"
            r"|info)",
        ),
        unless_clause=THERE,
        unless_asked=ASKS_TO_READ,
    ),
    WordingRule(
        "told_detail",
        "fail",
        wording(
            rf"(?<!can )(?<!could )\b(?:is|are|was|were|being|gets?|got) {_FULLY}described (?:\w+ly )?"
            r"(?:as|to be|in the)\b",
            r"\bas described(?: in\b|,|\.)|\bdescribed (?:here )?as (?:having|being|wearing|an?)\b",
            rf"\b(?:it|there|this|that|which|what) (?:is|was|has been|'s|'s been) {_FULLY}(?:noted|mentioned|stated"
            rf"|specified|said"
            r"|written|reported|recorded|told|described|listed)(?: here| there)? (?:that|whether|how many|who|where"
            r"|what"
            r"|in (?:the|this|my|your))\b",
            r"\byou(?:'ve| have)? (?:(?:described|listed|told me|gave me|wrote|sent me|supplied|mentioned)\b"
            r"|(?:provided|supplied)(?=[,.;!]|\Z))",
            r"\bthe (?:photo|picture|image|scene) is (?:summari[sz]ed|captioned|tagged|annotated|described)\b",
            r"\ball (?:i|that i) (?:know|have|was told|am told|can go by|have to go on)\b"
            r"|\bi(?: can|'m)? (?:only|merely|just) (?:know|go by|have|rely on|go on|working from|work from|repeat"
            r"|relay)\b"
            r"|\bi only know\b",
        ),
        unless_clause=THERE,
        unless_asked=ASKS_TO_READ,
    ),
)

_REQUEST = (
    WordingRule(
        "request_mentioned",
        "fail",
        wording(
            r"\b(?:as per|per|following|according to|based on|in (?:line|accordance|keeping) with|to comply with"
            r"|(?:keep(?:ing)?|stick(?:ing)?) (?:to|within)|as (?:asked|required|requested|specified|demanded) (?:by"
            r"|in)"
            r"|obeying|respecting|under|given) (?:the|your|my) (?:system )?(?:instructions?|requests?|prompts?"
            r"|guidelines?"
            r"|task|rules given|word limit|format|system message)\b(?! of the (?:game|coach|teacher|road))",
            r"\b(?:the|this|your|my) (?:system )?(?:prompt|instructions|task|system message) (?:only |just |also "
            r"|\w+ly )?(?:asks?|says?|wants?|requires?"
            r"|mentions?|does|is to|provides?|gives?|states?|tells?|calls? for|specif(?:y|ies)|forbids?|did|do not"
            r"|don't)\b"
            r"(?! for (?:an?|the) (?:password|code|pin|user))",
            rf"\bhere(?:'s| is| are) (?:the |a |an |another |some |my |your )?(?:[\w-]+ ){{0,3}}{_TALK}"
            r"(?! (?:that|on|in|for visitors)\b)(?:\b|:)",
            r"\b(?:example|sample|reference) (?:conversations?|dialogues?|questions?|answers?|descriptions?"
            r"|outputs?)\b",
            r"\b(?:a|one) (?:suitable|possible|good|sample|plausible) (?:answer|question|reply|response|conversation)"
            r"(?: (?:to|for) (?:the|this|that) (?:question|conversation|dialogue|task))? (?:would be|might be|could be"
            r"|is)\b",
            r"\bas (?:you )?(?:requested|instructed|per your)\b|\bwords? (?:limit|count) (?:of|is|was|given)\b",
            r"\bthe user(?:'s)? (?:asks?|asked|wants?|question|request|prompt)\b",
            r"\bi(?: am|'m| was| have been) (?:asked|instructed|told|supposed|required) to (?:write|describe|answer"
            r"|act|"
            r"pretend|generate|imagine|respond|speak|talk|avoid|not|produce|give|be)\b",
            r"\A\W*(?:sure|certainly|of course|absolutely|okay|ok|got it|understood|no problem)[!,.:]+ (?:here|let"
            r"|below|i'll|i will"
            r"|i can|the following)\b|\blet me (?:construct|write|generate|compose|create|produce|formulate"
            r"|rephrase)\b",
            r"\b(?:this|the|my) (?:answer|response|reply) (?:is based|should|avoids|follows|does not (?:mention|refer)"
            r"|relies)\b"
            r"|\b(?:generated|model|sample|plausible|expected) (?:question|answer|response|reply|conversation"
            r"|output)s?\b",
            r"\b(?:meets?|satisf(?:y|ies)|fulfils?) (?:the|your|all) (?:\w+ )?(?:requirements|criteria|request"
            r"|constraints)\b"
            r"|\b(?:required|requested|specified|desired) (?:format|length|style|tone)\b|\breasoning question\b",
            r"\bquestion: [^\n]{1,200}\banswer: ",
            r"\bin[- ]context examples?\b|\bfew[- ]shot\b|\b(?:the|this) (?:conversation|dialogue) (?:should|must)\b",
        ),
        unless_clause=THERE,
    ),
    WordingRule(
        "request_mentioned",
        "fail",
        wording(
            r"\bhere(?:'s| is| are) (?:the |a |an |another |some |my |your )?(?:[\w-]+ ){0,3}(?:descriptions?"
            r"|captions?|version)"
            r"(?! (?:that|on|in|for visitors)\b)(?:\b|:)"
        ),
        unless_clause=THERE,
        unless_asked=ASKS_DESCRIPTION,
    ),
    WordingRule(
        "layout_remnant",
        "fail",
        wording(
            r"\A\W*(?!<)(?:question|answer|q\d*|a\d+|description|user|assistant|human|gpt|system|caption|response"
            r"|output|input"
            r"|context|note) ?\d*\W?[:：](?!\d)",
            r"\A\W*(?:caption|description|sentence|context|question|answer) ?\d{1,2}\b\W",
            r"(?:^|\n)[ \t]*\W?\W?(?:question|answer|assistant|user) ?\d*:\W?\W?[ \t]*(?=\n|\Z)",
            r"\n[ \t]*\W?\W?(?:question|assistant|user|human) ?\d* ?:",
            r"(?:^|\n)[ \t]*===+[ \t]*(?=\n|\Z)|```",
            r'[{,]\s*\\?"(?:turns|question|answer|description|role|content|from|value|caption|label|bbox)\\?"\s*:',
            r"</?(?:answer|question|think|thinking|response|reply|caption|box|ref|output|context)>",
        ),
        unless_quoted=False,
        by_lines=True,
    ),
)

_TOLD_PERHAPS = WordingRule(
    "described_as",
    "doubtful",
    wording(
        r"\b(?:is|are|was|were) (?:\w+ly )?described\b|\b(?:as|the) descri(?:bed|ption)\b",
        r"\b(?:as )?you (?:mentioned|said|noted|wrote)\b",
    ),
    unless_clause=THERE,
    unless_asked=ASKS_DESCRIPTION,
)

RULES = (*_SPEAKERS, *BOXES, *SOURCES, *_TELLING, *_REQUEST, *HEARSAY, *UNSEEN, *WITNESS, LONE_NOUN, _TOLD_PERHAPS)
"""In the order in which they count: what fails before what is doubtful."""

_AS_ONE_WHO_SEES = "Speak as someone who sees the picture; never name {} as a source."
HINTS = {
    "speaks_as_model": "Speak as someone who looks at the picture, never as a language model.",
    "box_mentioned": "Say where things are in words; never mention boxes, coordinates or detections.",
    "coordinates": "Say where things are in words; write no coordinates.",
    "caption_mentioned": _AS_ONE_WHO_SEES.format("captions or annotations"),
    "description_mentioned": _AS_ONE_WHO_SEES.format("a description"),
    "text_mentioned": _AS_ONE_WHO_SEES.format("text, data or information"),
    "data_mentioned": _AS_ONE_WHO_SEES.format("the data or who labelled it"),
    "objects_listed": _AS_ONE_WHO_SEES.format("a list of objects or labels"),
    "untold_detail": "Ask and answer only what the picture surely shows; never say that something is not mentioned.",
    "told_detail": "Say what things are, not how they are described.",
    "request_mentioned": "Write the text itself; do not speak of the request.",
    "layout_remnant": "Keep labels, separators and JSON out of the texts of questions and answers.",
    "source_noun": "Leave out words such as caption, annotation and context unless the picture shows one.",
    "described_as": "Say what things are, not how they are described.",
    "prompt_text": "Use words of your own; repeat nothing from the instructions or the examples.",
}
