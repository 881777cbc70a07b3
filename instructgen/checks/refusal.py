"""A sample in; whether the teacher declined to answer, apologised, saw no picture or no message, or left a gap out.

Only answers are judged. "I can't see any dog" is a definite answer about the picture and passes; "I can't see the
image" is not. An answer that the picture does not tell ("cannot be determined") is doubtful: it may be right, but a
set full of them teaches a model to give up. English only.
"""

from typing import ClassVar

from ..component import Component
from ..records import Context, Sample, Verdict
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
        "placeholder",
        "fail",
        wording(
            r"\A\W*(?:n/a|null|nan|undefined|error|todo|tbd|lorem ipsum"
            r"|no (?:answer|response|output|description|caption)"
            r"|(?:answer|response|description) (?:here|unavailable|not available)|insert \w+ here)\W*\Z"
        ),
        needs("null nan undefined error todo tbd lorem answer response output description caption insert"),
        signs=("n/a",),
        who="gpt",
        unless_quoted=False,
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
    version: ClassVar[int] = 2

    def verdict(self, sample: Sample, context: Context) -> Verdict:  # noqa: ARG002
        """Judge the answers."""
        return judge(self.name, _BOOK, HINTS, sample, _PASSED)
