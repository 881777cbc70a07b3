"""The wordings in which a teacher shows that it read text instead of a picture: nothing in, a list of rules out.

They come in families: sources that are named (`leak_sources.py`), the speaker as a language model, what is not told,
what is only told, the request itself, and remnants of its layout. Let through (`leak_exemptions.py`): text that is
visible in the picture, what was "mentioned earlier", and what the question itself asked for.
"""

from .leak_exemptions import ASKS_DESCRIPTION, ASKS_TO_READ, THERE
from .leak_sources import BOXES, LONE_NOUN, PICTURE, SOURCES
from .wording import WordingRule, needs, wording

_TOLD = r"(?:mentioned|specified|stated|provided|listed|indicated|disclosed|detailed|noted|elaborated|clarified)"
_AI = r"(?:ai|artificial intelligence|(?:large )?(?:vision[- ])?language model|text-based|virtual assistant)"
_TALK = r"(?:questions?|answers?|dialogues?|conversations?|q&a)"
_BEFORE = r"(?! (?:earlier|above|before|previously))"

_SPEAKERS = (
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            rf"\b(?:as|being) an? {_AI}\b",
            rf"\bi(?: am|'m) (?:just |only )?an? {_AI}\b",
            r"\blanguage model (?:trained|developed|created|like me)\b",
            r"\bmy (?:training data|knowledge cut-?off)\b",
            r"\bi (?:am|was) (?:trained|developed|created) by\b|\bi work with text\b",
        ),
        needs("ai artificial language text virtual training knowledge trained developed created"),
    ),
    WordingRule(
        "speaks_as_model",
        "fail",
        wording(
            r"\bwithout (?:actually |directly )?(?:seeing|viewing|having seen|access to) (?:the |this |an? )?"
            rf"(?:actual )?{PICTURE}\b",
            rf"\bi (?:(?:can't|cannot|can not)|am (?:unable|not able) to) (?:actually |directly )?(?:see|view) the "
            rf"(?:actual )?{PICTURE}\b",
        ),
        needs("without cannot t not unable"),
        also=needs("seeing seen viewing access see view"),
    ),
)

_TELLING = (
    WordingRule(
        "untold_detail",
        "fail",
        wording(
            rf"\b(?:is|are|was|were|has|have)(?:n't| not| never)(?: been)? (?:\w+ly )?(?:further )?{_TOLD}\b",
            r"\b(?:is|are|was|were)(?:n't| not| never) (?:\w+ly )?(?:described|given)\b(?! (?:to|by|an?|any|the) )",
            r"\bno (?:explicit |specific |further |direct |clear |additional )?(?:mention|information|details?) "
            r"(?:of|about|on|regarding|concerning|(?:(?:is|was|are|were) )?(?:provided|given|available|made)|as to)\b",
            rf"\b(?:is|are|was|were) (?:\w+ly |also |only |never )?mentioned\b{_BEFORE}",
            r"\b(?:not|never) (?:explicitly|specifically|directly|clearly)? ?(?:mentioned|specified|stated)\b",
            r"\bas (?:mentioned|stated|listed|specified)(?= in\b|,|\.|;)",
            r"\bwithout (?:more|further|additional) (?:information|context|details)\b",
            r"\b(?:left|remains?|are|is|goes|go) (?:un(?:specified|mentioned|stated)|unsaid)\b",
            r"\b(?:the|any|no|a|explicit) mention of\b|\bnothing (?:is|was) (?:mentioned|stated|specified)\b",
            r"\b(?:does|do|did)(?:n't| not) (?:explicitly |specifically )?(?:mention|specify)\b",
        ),
        needs("mentioned specified stated provided listed mention information detail details context indicated")
        | needs("described disclosed detailed noted elaborated clarified unspecified unmentioned unstated unsaid given")
        | needs("specify"),
        unless_sentence=THERE,
    ),
    WordingRule(
        "told_detail",
        "fail",
        wording(
            r"(?<!can )(?<!could )\b(?:is|are|was|were|being|gets?|got) (?:\w+ly |also |only )?described (?:\w+ly )?"
            r"(?:as|to be|in the)\b",
            r"\bas described(?: in\b|,|\.)",
            r"\b(?:it|there) is (?:noted|mentioned|stated|specified) (?:that|in the)\b",
            r"\byou(?:'ve| have)? (?:(?:described|listed)\b|(?:provided|supplied)(?=[,.;!]|\Z))",
        ),
        needs("described noted mentioned stated specified provided listed supplied"),
        unless_sentence=THERE,
        unless_asked=ASKS_TO_READ,
    ),
)

_REQUEST = (
    WordingRule(
        "request_mentioned",
        "fail",
        wording(
            r"\b(?:as per|per|following|according to|based on) (?:the|your) (?:instructions?|requests?|prompts?)\b",
            r"\b(?:the|this|your) prompt (?:asks?|says?|wants?|requires?|mentions?|does|is|provides?|gives?)\b"
            r"(?! for (?:an?|the) (?:password|code|pin|user))",
            rf"\bhere(?:'s| is| are) (?:the |a |an |another |some |\w+ )?(?:\w+ )?{_TALK}(?! that)\b",
            r"\b(?:example|sample|reference) (?:conversations?|dialogues?|questions?|answers?|descriptions?)\b",
            r"\bas (?:you )?(?:requested|instructed)\b",
            r"\bthe user(?:'s)? (?:asks?|asked|wants?|question|request|prompt)\b",
        ),
        needs("instruction instructions request requests requested prompt prompts question questions answer answers")
        | needs("dialogue dialogues conversation conversations q instructed user description descriptions"),
        also=needs("per following according based the this your here as example sample reference"),
        unless_sentence=THERE,
    ),
    WordingRule(
        "layout_remnant",
        "fail",
        wording(
            r"\A\W*(?:question|answer|q\d*|a\d+|description|user|assistant|human|gpt|system) ?\d*\W?[:：]",
            r"(?:^|\n)[ \t]*\W?\W?(?:question|answer) ?\d*:\W?\W?[ \t]*(?=\n|\Z)",
            r"\n[ \t]*\W?\W?question ?\d* ?:",
            r"(?:^|\n)[ \t]*===+[ \t]*(?=\n|\Z)|```",
            r'[{,]\s*\\?"(?:turns|question|answer|description|role|content|from|value)\\?"\s*:',
            r"</?(?:answer|question|think|thinking|response|reply)>",
        ),
        needs("question answer description q q1 q2 q3 a1 a2 a3 turns content think thinking response reply user")
        | needs("assistant human gpt system"),
        signs=("===", "```"),
        marks=":：=`<",
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
        r"\b(?:is|are) (?:said to be|referred to as|label(?:l)?ed as)\b",
    ),
    needs("described description mentioned said noted wrote referred labeled labelled"),
    unless_sentence=THERE,
    unless_asked=ASKS_DESCRIPTION,
)

RULES = (*_SPEAKERS, *BOXES, *SOURCES, *_TELLING, *_REQUEST, LONE_NOUN, _TOLD_PERHAPS)
"""In the order in which they count: what fails before what is doubtful."""

_AS_ONE_WHO_SEES = "Speak as someone who sees the picture; never name {} as a source."
HINTS = {
    "speaks_as_model": "Speak as someone who looks at the picture, never as a language model.",
    "box_mentioned": "Say where things are in words; never mention boxes, coordinates or detections.",
    "coordinates": "Say where things are in words; write no coordinates.",
    "caption_mentioned": _AS_ONE_WHO_SEES.format("captions or annotations"),
    "description_mentioned": _AS_ONE_WHO_SEES.format("a description"),
    "text_mentioned": _AS_ONE_WHO_SEES.format("text, data or information"),
    "objects_listed": _AS_ONE_WHO_SEES.format("a list of objects or labels"),
    "untold_detail": "Ask and answer only what the picture surely shows; never say that something is not mentioned.",
    "told_detail": "Say what things are, not how they are described.",
    "request_mentioned": "Write the text itself; do not speak of the request.",
    "layout_remnant": "Keep labels, separators and JSON out of the texts of questions and answers.",
    "source_noun": "Leave out words such as caption, annotation and context unless the picture shows one.",
    "described_as": "Say what things are, not how they are described.",
    "prompt_text": "Use words of your own; repeat nothing from the instructions or the examples.",
}
