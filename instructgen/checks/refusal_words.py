"""The wordings of an answer that is none: nothing in, a list of rules and a hint for each reason out.

Only answers are judged. "I can't see any dog" is a definite answer about the picture, "I can't see the image" is not.
"""

from .refusal_unseen import CANNOT, NO_IMAGE
from .wording import WordingRule, wording

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
    *NO_IMAGE,
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
        who="gpt",
    ),
    WordingRule(
        "refusal",
        "fail",
        wording(
            rf"\bi ?{CANNOT} (?:\w+ly )?{_HELP}",
            rf"\b{_SORRY}\b[^.!?\n\"]{{0,70}}\b(?:i|we|you|there|it|image) ?(?:\w+ ){{0,2}}{_NOT}\b",
            rf"\b{_SORRY}\b[^.!?\n\"]{{0,20}}\bfor (?:the|any) (?:confusion|misunderstanding|mistake|inconvenience)\b",
            r"\A\W*(?:i'm|i am)(?: very| so| really)? sorry\b",
            r"\b(?:sorry about that|my apologies)\b",
            r"\bi(?:'d| would)? (?:prefer not to|rather not)\b",
            rf"\bi ?{CANNOT} identify (?:who|individuals|people|persons|anyone)\b",
            r"\bi (?:must|have to|need to) (?:decline|refuse)\b",
            r"\b(?:against|violates?) (?:my|our|openai's|the) (?:\w+ )?"
            r"(?:guidelines|polic(?:y|ies)|programming|terms)\b",
            r"\bi(?:'m| am) (?:just |only )?(?:not (?:allowed|permitted|comfortable|capable)|programmed)\b",
        ),
        who="gpt",
    ),
    WordingRule(
        "refusal",
        "fail",
        wording(
            rf"\bi(?:'m| am)? ?{CANNOT} (?:\w+ly )?(?:be of|comment|speculate|discuss|respond|fulfil|say who"
            rf"|say anything"
            r"|name (?:this|the|that) (?:person|man|woman)|complete|give an answer|answer)\b",
            r"\b(?:can't|cannot|can not|couldn't|won't|will not|unable to) do (?:it|that|this|so)\b(?! (?:alone"
            r"|without|by))",
            r"\bi (?:do not|don't) (?:really |honestly |actually |even )?(?:know|understand|see|get)(?: that| this"
            r"| the answer"
            r"| what (?:the|this) (?:picture|image|photo)[\w ]*| what you (?:mean|want|would))?(?=[.!,;]|\Z)",
            r"\bi (?:don't|do not|didn't|have not|haven't|have no|had no) (?:have )?(?:enough |any |sufficient "
            r"|the )?(?:information"
            r"|context|details|data|comment|answer|idea)\b",
            r"\bnot (?:enough|sufficient) (?:information|context|detail|data)s?\b|\binsufficient (?:information|data"
            r"|context)\b",
            r"\b(?:more|further|additional) (?:information|context|details?) (?:is|are|would be|was|were) (?:needed"
            r"|required"
            r"|necessary|helpful)\b",
            r"\b(?:question|request|query|prompt|task|message)s? (?:cannot|can't|can not|could not|couldn't|was not"
            r"|is not|wasn't|isn't)"
            r" (?:be )?(?:answered|processed|completed|fulfilled|handled|understood|clear)\b"
            r"|\b(?:your|this) (?:question|request|query|prompt|message) (?:is|was|has been) (?:refused|denied"
            r"|rejected|declined"
            r"|unanswerable|unclear)\b|\brequest (?:refused|denied|rejected|failed|blocked)\b",
            r"\bno (?:question|message|request|input|prompt) (?:was|is|has been) (?:given|provided|asked|received"
            r"|sent)\b",
            r"\b(?:an? )?error (?:has )?occurred\b|\A\W*error\b|\b(?:please )?try again(?: later)?[.!]|\btimed out\b",
            r"(?:\bnot|n't) (?:possible|allowed|appropriate|right|permitted|able) for me\b|\bimpossible for me\b"
            r"|\b(?:in)?appropriate (?:for me|to (?:comment|speculate|describe|discuss|identify))\b"
            r"|\bit's not my place\b",
            r"\bfor (?:privacy|safety|legal|ethical|security) reasons\b|\bi (?:refuse|decline|regret)\b|\bregrettably\b"
            r"|\brather not (?:say|speculate|answer|comment|guess|describe)\b|\bno comment\b",
            r"\b(?:beyond|outside|out of|exceeds) (?:what i|my|the scope|the range of what i|of what i)\b"
            r"|\bmy (?:abilities"
            r"|capabilities|reach|limitations|limits|training|skills) (?:are|is|do|does|don't|as|prevent|end)?\b"
            r"|\bin(?: a)? position to (?:comment|answer|say|help|describe)\b|\bnot something (?:that )?i\b"
            r"|\bout of my reach\b",
            r"(?:\A|[.!?,;:] )as an? (?:\w+ ){0,2}(?:ai|assistant|language model|chatbot|llm|model)\b",
            r"\bcontent (?:was |has been )?(?:removed|filtered|blocked|withheld|unavailable|hidden|not available)\b"
            r"|\bredacted\b"
            r"|\b(?:the|this) (?:assistant|ai|bot|language model) (?:is unable|is not able|cannot|can't|could not"
            r"|couldn't|refuses"
            r"|declined)\b"
            r"|\bconsult (?:a|an|your) (?:professional|expert|doctor|specialist)",
            r"\bi(?:'m| am) not (?:quite |really |entirely )?sure what (?:you|to)\b|\bwhat do you mean\b"
            r"|\bno idea(?=[.,!;]|\Z)",
            r"\b(?:cannot|can't|unable to|not able to|impossible to) (?:determine|tell|say|answer|know|judge"
            r"|describe)[\w ']{0,20}"
            r"without (?:seeing|the|access|an?|viewing|more|further|looking)\b",
            r"\A\W*(?:sorry|apologies|my apologies)\W*\Z|\A\W*(?:i )?(?:really |simply |just )?(?:cannot|can't|can not"
            r"|couldn't)"
            r" (?:tell|say|answer|determine)(?: that| this| it| you)?\W*\Z",
        ),
        who="gpt",
    ),
    WordingRule(
        "chatter",
        "fail",
        wording(
            r"\A\W*(?:sure|certainly|of course|okay|ok|hello|hi)?\W*(?:i'?d be |i'm |i am |i would be )?(?:happy|glad"
            r"|pleased) to"
            r" (?:help|assist)\b|\A\W*i hope (?:this|that) helps\b|\A\W*thank(?:s| you) for (?:your|the|asking"
            r"|sharing)\b"
            r"|\A\W*you(?:'re| are) welcome\b|\A\W*great question\W+(?:let me|i'll|i will|\Z)",
            r"\bi(?:'m| am) ready (?:for|to|when)\b|\bwould you like me to\b|\bshall i (?:go on|continue|proceed|write"
            r"|describe)\b"
            r"|\bwhat would you like\b|\byou'?d like (?:me )?to (?:discuss|know|ask|see|do)\b|\bget back to you\b",
            r"\btips (?:for|on) (?:writing|describing)\b|\bi have written\b|\bi(?:'ve| have) (?:made a mistake"
            r"|answered|written)\b"
            r"|\b(?:my|the) (?:previous|earlier|last) (?:reply|answer|response|message)\b|\bformat you (?:asked|wanted"
            r"|requested)\b",
            r"\b(?:give|ask|send|tell) me (?:the|your|a) (?:first|next) (?:question|image|task)\b",
        ),
        who="gpt",
    ),
    WordingRule(
        "chatter",
        "doubtful",
        wording(
            r"\b(?:i )?hope (?:this|that) helps\b|\bfeel free to ask\b|\banything else i can (?:help|do|assist)\b",
            r"\bgreat question\b|\bhappy to help\b|\bif you have any (?:more |other |further )?questions\b",
        ),
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
        who="gpt",
    ),
)

HINTS = {
    "no_image": "Answer as someone who has the picture before them; never ask for it.",
    "empty_message": "Write the answer itself; do not remark on the message.",
    "refusal": "Answer the question; ask only questions that can be answered.",
    "placeholder": "Write the answer itself.",
    "chatter": "End with the answer; offer no further help.",
    "undetermined": "Ask only what the picture surely answers.",
}
