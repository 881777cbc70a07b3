"""A sample in; whether the teacher declined to answer, apologised, saw no picture or no message, or left a gap out.

Only answers are judged. "I can't see any dog" is a definite answer about the picture and passes; "I can't see the
image" is not. An answer that the picture does not tell ("cannot be determined") is doubtful: it may be right, but a
set full of them teaches a model to give up. English only.
"""

import re
from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Span, Verdict
from .wording import RuleBook, WordingRule, judge, needs, wording

_PASSED = Verdict(check="refusal", outcome="pass")

_CANNOT = (
    r"(?:can't|cannot|can not|could not|couldn't|won't be able to|will not be able to|won't|will not"
    r"|(?:am|'m) (?:currently |still )?(?:unable|not able|not capable) (?:to|of))"
)
_PICTURE = r"(?:images?|pictures?|photos?|photographs?|visuals?|visual content|attachments?|files?|links?)"
_PICTURE_WORDS = needs(
    "image images picture pictures photo photos photograph photographs visual visuals attachment attachments file files"
    " link links"
)
_GIVEN = r"(?:provided|attached|given|included|uploaded|shared|available)"
_HELP = (
    r"(?:assist|help|provide|fulfil|comply|answer|generate|create|continue|complete|describe|engage|discuss|share|offer"
    r"|respond|do that|identify (?:the |real |this |that )?(?:person|people|individual|someone))"
)
_SORRY = r"(?:i'm|i am|we're|my apologies|apologies|i apologi[sz]e|sorry)"
_NOT = (
    r"(?:can't|cannot|can not|unable|not able|couldn't|could not|won't|don't|do not|no image|need more|must decline"
    r"|(?:'m|am|are) (?:unable|not able)|(?:is|was) no|isn't|wasn't|haven't|didn't)"
)
_FIND_OUT = r"(?:determine|tell|ascertain|say|know|confirm|verify)"

RULES = (
    WordingRule(
        "no_image",
        "fail",
        wording(
            rf"\bwithout (?:the|an|any) (?:actual )?{_PICTURE},",
            rf"\b(?:no|without an?|without the) (?:actual )?{_PICTURE} (?:(?:was|is|has been|were|are|have been) )?"
            rf"(?:{_GIVEN}|to (?:view|see|look at|analy[sz]e))\b",
            rf"\bi ?{_CANNOT} (?:directly |actually |physically )?"
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
        needs("provided attached included uploaded shared available access ability vision eyes provide upload share")
        | needs(
            "attach send cannot unable capable able load analyze analyse process t without given view open include"
        ),
        also=_PICTURE_WORDS | needs("access ability vision eyes context details information"),
        who="gpt",
    ),
    WordingRule(
        "no_image",
        "fail",
        wording(rf"\bno {_PICTURE} (?:here|above|below|to (?:provide|describe|caption))\b"),
        needs("here above below provide describe caption"),
        also=_PICTURE_WORDS,
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
        needs("see find receive received have get visible available accessible failed broken seem appear attached")
        | needs("provided"),
        also=_PICTURE_WORDS,
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
        needs("way ability need clarify specify rephrase no"),
        also=needs(
            "seeing viewing looking see information context details question message request input clarify specify"
        )
        | needs("prompt ability rephrase"),
        who="gpt",
    ),
    WordingRule(
        "empty_message",
        "fail",
        wording(
            r"\b(?:message|input|prompt|text|request|query) (?:is|was|appears|seems|looks|got|has been|came through)"
            r"(?: to (?:be|have been))?(?: like it was)? (?:empty|blank|incomplete|cut off|missing|truncated)\b",
            r"\byou (?:have not|haven't|did not|didn't|forgot to) (?:provide|include|enter|ask|attach|share|give|specif"
            r"|upload|add|submit)",
            r"\bnothing (?:was|has been) (?:sent|provided|attached|uploaded|entered)\b",
            r"\bhow (?:can|may) i (?:help|assist) you\b|\blet me know (?:if|how|what) (?:you|i)\b",
        ),
        needs("empty blank incomplete cut missing truncated provide provided include included enter entered ask asked")
        | needs("attach attached share shared give given specify specified upload uploaded add submit assist help let")
        | needs("sent"),
        also=needs("message input prompt text request query you i nothing question"),
        who="gpt",
    ),
    WordingRule(
        "refusal",
        "fail",
        wording(
            rf"\bi ?{_CANNOT} (?:\w+ly )?{_HELP}",
            rf"\b{_SORRY}\b[^.!?\n\"]{{0,70}}\b(?:i|we|you|there|it|image) ?(?:\w+ ){{0,2}}{_NOT}\b",
            rf"\b{_SORRY}\b[^.!?\n\"]{{0,20}}\bfor (?:the|any) (?:confusion|misunderstanding|mistake|inconvenience)\b",
            r"\A\W*(?:i'm|i am)(?: very| so| really)? sorry\b",
            r"\b(?:sorry about that|my apologies)\b",
            r"\bi(?:'d| would)? (?:prefer not to|rather not)\b",
            rf"\bi ?{_CANNOT} identify (?:who|individuals|people|persons|anyone)\b",
            r"\bi (?:must|have to|need to) (?:decline|refuse)\b",
            r"\b(?:against|violates?) (?:my|our|openai's|the) (?:\w+ )?"
            r"(?:guidelines|polic(?:y|ies)|programming|terms)\b",
            r"\bi(?:'m| am) (?:just |only )?(?:not (?:allowed|permitted|comfortable|capable)|programmed)\b",
        ),
        needs(
            "sorry apologies apologize apologise cannot t unable capable able decline refuse against violates violate"
        )
        | needs("allowed permitted comfortable programmed not prefer rather"),
        also=needs("i we sorry apologies against violate violates"),
        who="gpt",
    ),
    WordingRule(
        "no_image",
        "fail",
        wording(
            rf"\b(?:the |your |this |any )?{_PICTURE} (?:\w+ ){{0,2}}(?:did|does|do|has|have|could|was|were|is|are)(?: not|n't)"
            r" (?:yet )?(?:been )?(?:come through|arrived?|received|found|open|display|support|available to|accessible"
            r"|visible to|reach)",
            rf"\b(?:no|not any|isn't any) {_PICTURE} (?:for me|to look at|was|were|has|have|in (?:your|this|the) (?:message"
            r"|prompt|chat|conversation|request)|came|arrived|received|found|attached)\b",
            rf"\b{_PICTURE} not (?:found|loaded|available|provided|received|supported)\b",
            rf"\b(?:which|what) {_PICTURE} (?:do|did|are) you\b|\bforg[eo]t to (?:attach|upload|send|include|add)\b"
            r"|\bdid you forget\b|\b(?:re-?send|re-?upload)\b",
            rf"\b(?:once|if|when|until|unless|as soon as|after) you (?:can |could |would )?(?:send|share|upload|provide|attach"
            rf"|describe|supply|tell me what) (?:me )?(?:the|a|an|your|it|that|this)?\b",
            r"\b(?:please|kindly|pls|could you|can you|would you)(?: please)? (?:\w+ )?(?:resend|re-?upload|supply|send|give|attach"
            r"|upload|share|describe|provide|tell) (?:me |us )?(?:with )?(?:the|an?|your|more|another|it|pic|again|what)\b",
            rf"\b(?:can't|cannot|can not|unable to|not able to|not trained to|not (?:built|designed|made|equipped) to|don't|do not"
            rf"|never|lack the \w+ to|not capable of) (?:\w+ly )?(?:process|processing|perceive|perceiving|interpret|interpreting"
            rf"|view|viewing|see|seeing|analy[sz]e|open|handle|read|receive|look at|access) (?:any |the |an? |your )?"
            rf"(?:{_PICTURE}|attachments|visual)\b(?! (?:of|on|in|hang|frame|behind|above))",
            rf"\b(?:images?|image|picture|photo|visual) (?:analysis|recognition|inputs?|processing) (?:is|are|isn't|aren't)",
            r"\bi (?:only |just |can only )?(?:work|deal|operate|handle|understand) (?:only |just |exclusively )?(?:with|in|on)? ?"
            r"(?:text|words|written)\b|\blimited to (?:text|words|written|language)\b|\btext-(?:based|only) (?:model|ai|assistant)"
            r"|\b(?:large )?language model\b",
            rf"\b(?:without|not having|never having) (?:access to |seeing |viewing |looking at |seen |a look at )?(?:the|this|that|an?|any)"
            rf" (?:actual )?{_PICTURE}(?= ?[,.;!?]|\Z| i )",
            r"\bi (?:only )?(?:received|got|see) an? (?:empty|blank|incomplete)\b|n't able to (?:open|view|see|load|access) (?:the|your|any)"
            r" (?:file|image|picture|photo|attachment|link)|\bnothing (?:was|has been|is) (?:received|uploaded|attached|sent)\b|\bno eyes\b|\b(?:view|open|see|access) attachments\b",
            rf"\bi (?:have|had) (?:not|n't|no) (?:\w+ )?(?:received|got|been (?:given|shown|sent)|information|access|way)\b"
            rf"|\b(?:haven't|have not|hasn't|never) (?:\w+ )?received (?:it|the|any|an?)\b"
            rf"|\bdescribing (?:{_PICTURE}) is\b",
        ),
        _PICTURE_WORDS
        | needs(
            "resend reupload attach upload send supply describe share attachments language text words written visual received"
        )
        | needs("uploaded attached sent eyes forget information access pic pls kindly upload provide image analysis"),
        also=needs(
            "t not no never which what once if when until unless after please kindly pls could can would forget forgot"
        )
        | needs(
            "empty blank incomplete resend reupload model limited only work without nothing cannot unable lack is are describing text as i"
        ),
        who="gpt",
    ),
    WordingRule(
        "refusal",
        "fail",
        wording(
            rf"\bi(?:'m| am)? ?{_CANNOT} (?:\w+ly )?(?:be of|comment|speculate|discuss|respond|fulfil|say who|say anything"
            r"|name (?:this|the|that) (?:person|man|woman)|complete|give an answer|answer)\b",
            r"\b(?:can't|cannot|can not|couldn't|won't|will not|unable to) do (?:it|that|this|so)\b(?! (?:alone|without|by))",
            r"\bi (?:do not|don't) (?:really |honestly |actually |even )?(?:know|understand|see|get)(?: that| this| the answer"
            r"| what (?:the|this) (?:picture|image|photo)[\w ]*| what you (?:mean|want|would))?(?=[.!,;]|\Z)",
            r"\bi (?:don't|do not|didn't|have not|haven't|have no|had no) (?:have )?(?:enough |any |sufficient |the )?(?:information"
            r"|context|details|data|comment|answer|idea)\b",
            r"\bnot (?:enough|sufficient) (?:information|context|detail|data)s?\b|\binsufficient (?:information|data|context)\b",
            r"\b(?:more|further|additional) (?:information|context|details?) (?:is|are|would be|was|were) (?:needed|required"
            r"|necessary|helpful)\b",
            r"\b(?:your |this |the )?(?:question|request|query|prompt|task|message)s? (?:cannot|can't|can not|could not|couldn't|was"
            r"|is|has been|were)(?: not)? (?:be )?(?:answered|processed|completed|fulfilled|handled|understood|refused|denied"
            r"|rejected|declined|unanswerable|unclear|not clear)\b|\brequest (?:refused|denied|rejected|failed|blocked)\b",
            r"\b(?:an? )?error (?:has )?occurred\b|\A\W*error\b|\b(?:please )?try again(?: later)?[.!]|\btimed out\b",
            r"(?:\bnot|n't) (?:possible|allowed|appropriate|right|permitted|able) for me\b|\bimpossible for me\b"
            r"|\b(?:in)?appropriate (?:for me|to (?:comment|speculate|describe|discuss|identify))\b|\bit's not my place\b",
            r"\bfor (?:privacy|safety|legal|ethical|security) reasons\b|\bi (?:refuse|decline|regret)\b|\bregrettably\b"
            r"|\brather not (?:say|speculate|answer|comment|guess|describe)\b|\bno comment\b",
            r"\b(?:beyond|outside|out of|exceeds) (?:what i|my|the scope|the range of what i|of what i)\b|\bmy (?:abilities"
            r"|capabilities|reach|limitations|limits|training|skills) (?:are|is|do|does|don't|as|prevent|end)?\b"
            r"|\bin(?: a)? position to (?:comment|answer|say|help|describe)\b|\bnot something (?:that )?i\b|\bout of my reach\b",
            r"(?:\A|[.!?,;:] )as an? (?:\w+ ){0,2}(?:ai|assistant|language model|chatbot|llm|model)\b",
            r"\bcontent (?:was |has been )?(?:removed|filtered|blocked|withheld|unavailable|hidden|not available)\b|\bredacted\b"
            r"|\b(?:the|this) (?:assistant|model|ai|system|bot) (?:is|was|cannot|can't|could not|couldn't|does not|refuses|declined)\b"
            r"|\bconsult (?:a|an|your) (?:professional|expert|doctor|specialist)",
            r"\bi(?:'m| am) not (?:quite |really |entirely )?sure what (?:you|to)\b|\bwhat do you mean\b|\bno idea(?=[.,!;]|\Z)",
            r"\b(?:cannot|can't|unable to|not able to|impossible to) (?:determine|tell|say|answer|know|judge|describe)[\w ']{0,20}"
            r"without (?:seeing|the|access|an?|viewing|more|further|looking)\b",
            r"\A\W*(?:sorry|apologies|my apologies)\W*\Z|\A\W*(?:i )?(?:really |simply |just )?(?:cannot|can't|can not|couldn't)"
            r" (?:tell|say|answer|determine)(?: that| this| it| you)?\W*\Z",
        ),
        needs(
            "comment speculate discuss respond fulfil fulfill complete answer do know understand see get information context"
        )
        | needs(
            "details detail data idea question request query prompt task message error try timed me appropriate inappropriate"
        )
        | needs(
            "privacy safety legal ethical security refuse decline regret regrettably rather beyond outside exceeds abilities"
        )
        | needs(
            "capabilities reach limitations limits training skills position something ai assistant language chatbot llm model"
        )
        | needs(
            "content redacted consult sure mean sorry apologies tell say determine judge describe name place who bot system"
        )
        | needs("questions requests be system"),
        also=needs(
            "i me my t not cannot unable no more further insufficient error occurred again please reasons regrettably"
        )
        | needs(
            "redacted removed consult sorry apologies refused denied rejected failed blocked filtered withheld unavailable what"
        )
        | needs(
            "answered processed unanswerable inappropriate appropriate beyond outside assistant model ai additional timed"
        ),
        who="gpt",
    ),
    WordingRule(
        "chatter",
        "fail",
        wording(
            r"\A\W*(?:sure|certainly|of course|okay|ok|hello|hi)?\W*(?:i'?d be |i'm |i am |i would be )?(?:happy|glad|pleased) to"
            r" (?:help|assist)\b|\A\W*i hope (?:this|that) helps\b|\A\W*thank(?:s| you) for (?:your|the|asking|sharing)\b"
            r"|\A\W*you(?:'re| are) welcome\b|\A\W*great question\W+(?:let me|i'll|i will|\Z)",
            r"\bi(?:'m| am) ready (?:for|to|when)\b|\bwould you like me to\b|\bshall i (?:go on|continue|proceed|write|describe)\b"
            r"|\bwhat would you like\b|\byou'?d like (?:me )?to (?:discuss|know|ask|see|do)\b|\bget back to you\b",
            r"\btips (?:for|on) (?:writing|describing)\b|\bi have written\b|\bi(?:'ve| have) (?:made a mistake|answered|written)\b"
            r"|\b(?:my|the) (?:previous|earlier|last) (?:reply|answer|response|message)\b|\bformat you (?:asked|wanted|requested)\b",
            r"\b(?:give|ask|send|tell) me (?:the|your|a) (?:first|next) (?:question|image|task)\b",
        ),
        needs(
            "happy glad pleased hope thank thanks welcome question ready like shall back tips written mistake answered reply"
        )
        | needs("answer response message format previous image task"),
        also=needs("help assist helps for re are let ready me i you my the"),
        who="gpt",
    ),
    WordingRule(
        "chatter",
        "doubtful",
        wording(
            r"\b(?:i )?hope (?:this|that) helps\b|\bfeel free to ask\b|\banything else i can (?:help|do|assist)\b",
            r"\bgreat question\b|\bhappy to help\b|\bif you have any (?:more |other |further )?questions\b",
        ),
        needs("hope feel else great happy questions"),
        also=needs("helps ask help do assist question questions"),
        who="gpt",
    ),
    WordingRule(
        "undetermined",
        "doubtful",
        wording(
            rf"\b(?:cannot|can't|can not|could not|couldn't) (?:be )?(?:\w+ly )?(?:be )?{_FIND_OUT}",
            rf"\b(?:impossible|not possible|difficult|hard|unable|not able) to (?:\w+ly )?{_FIND_OUT}",
            r"\b(?:is|are|it's) (?:unclear|unknown|not clear|uncertain)\b|\bnot enough information\b",
        ),
        needs("determine determined tell ascertain ascertained say said know known confirm confirmed verify verified")
        | needs("unclear unknown clear uncertain information"),
        also=needs("cannot t not impossible difficult hard unable unclear unknown uncertain"),
        who="gpt",
    ),
)

_BOOK = RuleBook(RULES)

_GAP = re.compile(
    r"\W*(?:n/a\b.{0,20}|not applicable|nil|null|nan|undefined|error|unanswerable|unknown|skip(?:ped)?|redacted|x{3,}|asdf\w*"
    r"|(?:todo|tbd|lorem ipsum|to be (?:filled|added|determined|written|done)|placeholder)\b.*"
    r"|no (?:answer|response|output|description|caption|comment|data|text)(?: \w+)?"
    r"|(?:error|warning)\W+no .*"
    r"|(?:your |the |an? )?(?:answer|response|reply|description|caption|text)"
    r" ?(?:here|goes here|unavailable|not available|missing|pending|tbd)"
    r"|(?:insert|put|write|add|fill in|enter) (?:\w+ ){0,2}(?:here|answer|text|description|response|caption)(?: here)?"
    r"|(?:a|q|answer|question|response|assistant|reply) ?[:：])\W*",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETED = re.compile(
    r"[\[{<(]+ ?(?:answer|response|reply|text|description|caption|blank|empty|none|null|image|\w+ answer) ?[\]}>)]+\W*"
)
_NOTHING = re.compile(r"\W*none\W*", re.IGNORECASE)
_ASKS_WHICH = re.compile(r"\b(?:how (?:many|much)|which|any)\b", re.IGNORECASE)
_GAP_LENGTH = 60
"""Characters up to which an answer may be nothing but a gap."""

HINTS = {
    "no_image": "Answer as someone who has the picture before them; never ask for it.",
    "empty_message": "Write the answer itself; do not remark on the message.",
    "refusal": "Answer the question; ask only questions that can be answered.",
    "placeholder": "Write the answer itself.",
    "chatter": "End with the answer; offer no further help.",
    "undetermined": "Ask only what the picture surely answers.",
}


class RefusalCheck(Component):
    """Finds refusals, apologies, and answers that saw no picture or no message."""

    name: ClassVar[str] = "refusal"
    version: ClassVar[int] = 3

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge the answers; one that holds nothing goes before wordings."""
        for number, turn in enumerate(sample.turns):
            if (
                len(turn.text) <= _GAP_LENGTH
                and turn.role == "gpt"
                and _is_gap(turn.text, sample.turns[number - 1].text)
            ):
                span = Span(turn=number, start=0, end=len(turn.text))
                hint = HINTS["placeholder"]
                return Verdict(check=self.name, outcome="fail", reason="placeholder", evidence=(span,), hint=hint)
        return judge(self.name, _BOOK, HINTS, sample, _PASSED)


def _is_gap(text: str, question: str) -> bool:
    """Tell whether a short answer holds nothing; "none" says something only of how many and which."""
    if text.isascii() and not any(map(str.isalnum, text)):
        return bool(text) and not text.isspace()
    if _NOTHING.fullmatch(text):
        return not _ASKS_WHICH.search(question)
    return _GAP.fullmatch(text) is not None or _BRACKETED.fullmatch(text.strip()) is not None
