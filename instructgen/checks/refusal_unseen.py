"""The wordings of an answer that saw no picture: nothing in, a list of rules out."""

from .wording import WordingRule, wording

CANNOT = (
    r"(?:can't|cannot|can not|could not|couldn't|won't be able to|will not be able to|won't|will not"
    r"|(?:am|'m) (?:currently |still )?(?:unable|not able|not capable) (?:to|of))"
)
_PICTURE = r"(?:images?|pictures?|photos?|photographs?|visuals?|visual content|attachments?|files?|links?)"
_GIVEN = r"(?:provided|attached|given|included|uploaded|shared|available)"
NO_IMAGE = (
    WordingRule(
        "no_image",
        "fail",
        wording(
            rf"\bwithout (?:the|an|any) (?:actual )?{_PICTURE},",
            rf"\b(?:no|without an?|without the) (?:actual )?{_PICTURE} (?:(?:was|is|has been|were|are|have been) )?"
            rf"(?:{_GIVEN}|to (?:view|see|look at|analy[sz]e))\b",
            rf"\bi ?{CANNOT} (?:directly |actually |physically )?"
            r"(?:see|view|access|open|load|process|analy[sz]e|look at) "
            rf"(?:the |any |this |that |your |an? |these |those )?(?:actual |provided |attached )?{_PICTURE}\b",
            r"\bi do(?: not|n't) have (?:(?:direct )?access to|the ability to|vision|eyes)",
            r"\b(?:please|could you|can you|if you(?: (?:can|could|would))?) (?:please )?"
            r"(?:provide|upload|share|attach|send|describe) (?:me |us )?(?:with )?"
            r"(?:the |an? |your |more |another )?(?:\w+ )?"
            rf"(?:{_PICTURE}|context|details|information)\b",
            rf"\b{_PICTURE} (?:is|was|did|does|has|could)(?: not|n't) (?:been )?(?:{_GIVEN}|attach|include|upload|load"
            r"|come through|be (?:loaded|displayed|opened))",
        ),
        who="gpt",
    ),
    WordingRule(
        "no_image",
        "fail",
        wording(rf"\bno {_PICTURE} (?:here|above|below|to (?:provide|describe|caption))\b"),
        who="gpt",
    ),
    WordingRule(
        "no_image",
        "fail",
        wording(
            r"\bi (?:(?:do|did|can|could|have)(?: not|n't)|cannot|can't) (?:actually )?(?:see|find|received?|have|get) "
            rf"(?:an?|any|the|your) (?:actual )?{_PICTURE}\b(?! (?:of|on|in (?!your|the message)|with|frame|hang))",
            rf"\bthere (?:(?:does(?:n't| not)) (?:seem|appear) to be|is no|isn't) (?:an? |any )?{_PICTURE} "
            r"(?:in your|attached|in the message|provided)",
            rf"\b{_PICTURE} (?:\w+ ){{0,3}}(?:is not|isn't|not) (?:visible|available|accessible) to me\b",
            rf"\b{_PICTURE} (?:failed to load|(?:seems to be|appears to be|is) broken)\b",
        ),
        who="gpt",
    ),
    WordingRule(
        "no_image",
        "fail",
        wording(
            r"\bno way of (?:seeing|viewing|looking at)\b|\black the ability to (?:see|view)\b",
            rf"\bi(?:'d| would)? need (?:to see (?:the |this |an? )?{_PICTURE}"
            r"|(?:more|further|additional) (?:information|context|details))\b",
            r"\b(?:please|could you|can you) (?:please )?(?:clarify|specify|rephrase)\b",
            r"\b(?:is|was) no (?:question|message|request|input|prompt) (?:in|to|here|provided|given)\b",
        ),
        who="gpt",
    ),
    WordingRule(
        "no_image",
        "fail",
        wording(
            rf"\b(?:the |your |this |any )?{_PICTURE} (?:\w+ ){{0,2}}(?:did|does|do|has|have|could|was|were|is"
            rf"|are)(?: not|n't)"
            r" (?:yet )?(?:been )?(?:come through|arrived?|received|found|open|display|support|available to|accessible"
            r"|visible to|reach)",
            rf"\b(?:no|not any|isn't any) {_PICTURE} (?:for me|to look at|was|were|has|have|in (?:your|this"
            rf"|the) (?:message"
            r"|prompt|chat|conversation|request)|came|arrived|received|found|attached)\b",
            rf"\b{_PICTURE} not (?:found|loaded|available|provided|received|supported)\b",
            rf"\b(?:which|what) {_PICTURE} (?:do|did|are) you\b|\bforg[eo]t to (?:attach|upload|send|include|add)\b"
            r"|\bdid you forget\b|\b(?:re-?send|re-?upload)\b",
            r"\b(?:once|if|when|until|unless|as soon as|after) you (?:can |could |would )?(?:send|share|upload|provide"
            r"|attach"
            r"|describe|supply|tell me what) (?:me )?(?:the|a|an|your|it|that|this)?\b",
            r"\b(?:please|kindly|pls|could you|can you|would you)(?: please)? (?:\w+ )?(?:resend|re-?upload|supply"
            r"|send|give|attach"
            r"|upload|share|describe|provide|tell) (?:me |us )?(?:with )?(?:the|an?|your|more|another|it|pic|again"
            r"|what)\b",
            rf"\b(?:can't|cannot|can not|unable to|not able to|not trained to|not (?:built|designed|made|equipped) to"
            rf"|don't|do not"
            rf"|never|lack the \w+ to|not capable of) (?:\w+ly )?(?:process|processing|perceive|perceiving|interpret"
            rf"|interpreting"
            rf"|view|viewing|see|seeing|analy[sz]e|open|handle|read|receive|look at|access) (?:any |the |an? |your )?"
            rf"(?:{_PICTURE}|attachments|visual)\b(?! (?:of|on|in|hang|frame|behind|above))",
            r"\b(?:images?|image|picture|photo|visual) (?:analysis|recognition|inputs?|processing) (?:is|are|isn't"
            r"|aren't)",
            r"\bi (?:only |just |can only )?(?:work|deal|operate|handle|understand) (?:only |just "
            r"|exclusively )?(?:with|in|on)? ?"
            r"(?:text|words|written)\b|\blimited to (?:text|words|written|language)\b|\btext-(?:based|only) (?:model"
            r"|ai|assistant)"
            r"|\b(?:large )?language model\b",
            rf"\b(?:without|not having|never having) (?:access to |seeing |viewing |looking at |seen "
            rf"|a look at )?(?:the|this|that|an?|any)"
            rf" (?:actual )?{_PICTURE}(?= ?[,.;!?]|\Z| i )",
            r"\bi (?:only )?(?:received|got|see) an? (?:empty|blank|incomplete)\b|n't able to (?:open|view|see|load"
            r"|access) (?:the|your|any)"
            r" (?:file|image|picture|photo|attachment|link)|\bnothing (?:was|has been|is) (?:received|uploaded"
            r"|attached|sent)\b|\bno eyes\b|\b(?:view|open|see|access) attachments\b",
            rf"\bi (?:have|had) (?:not|n't|no) (?:\w+ )?(?:received|got|been (?:given|shown|sent)|information|access"
            rf"|way)\b"
            rf"|\b(?:haven't|have not|hasn't|never) (?:\w+ )?received (?:it|the|any|an?)\b"
            rf"|\bdescribing (?:{_PICTURE}) is\b",
        ),
        who="gpt",
    ),
)
