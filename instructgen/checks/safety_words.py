"""Words that a dataset for the public should not hold unseen: nothing in, a table of words and what they pass for out.

The table is short and plain on purpose: it finds what nobody wants in, and leaves matters of taste alone. Kinds are
what the findings are counted by.
"""

from .wording import wording

KINDS = {
    "sexual": (
        "porn porno pornographic pornography hentai masturbate masturbates masturbating masturbation orgasm blowjob"
        " genitals genitalia penis vagina dildo bdsm fetish erotic nude nudes nudity naked topless"
    ),
    "violence": (
        "gore gory beheaded beheading decapitated mutilated mutilation massacre corpse corpses murdered murdering"
        " tortured torturing dismembered bloodied stabbed"
    ),
    "self_harm": "suicide suicidal selfharm",
    "hate": (
        "nigger niggers faggot faggots kike kikes gook gooks wetback wetbacks tranny trannies raghead ragheads"
        " subhuman subhumans untermensch"
    ),
    "drugs": "cocaine heroin meth methamphetamine fentanyl lsd",
    "profanity": (
        "fuck fucks fucked fucking fucker motherfucker shit shits shitty bullshit asshole assholes cunt cunts bitch"
        " bitches"
    ),
}

KIND_OF = {word: kind for kind, words in KINDS.items() for word in words.split()}

HARMLESS = wording(
    r"\bnaked (?:eye|trees?|branch(?:es)?|twigs?|bulbs?|cakes?|flames?|mole[- ]rats?)\b",
    r"\bnude[- ](?:colou?r(?:ed)?|tones?|shades?|lips?|lipstick|heels|shoes|pumps|polish|nails|make-?up)\b",
    r"\bsuicide squad\b|\btopless (?:bus|car|jeep|convertible)\b|\bal gore\b|\bgore[- ]tex\b",
    r"\bpenis (?:fish|plant)\b",
)
"""Phrases in which such a word means something else."""
