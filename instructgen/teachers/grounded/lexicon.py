"""Word lists in; what a lower-case word can be in a caption out: noun, adjective, verb form, preposition, determiner.

The lists are closed and small: a caption phrase is used only where its words are known, or where an unknown word can
only be a noun and another caption or a box repeats it. They were chosen for everyday scenes.
"""

from instructgen.text import word_set

from ...vocabulary import COLORS, MATERIALS
from .nouns import word_list

ADJECTIVES = word_set(
    """small large big little tall short long young old older elderly new huge giant tiny wide narrow thin thick
    round square open closed empty full wet dry dirty clean messy neat busy crowded quiet sunny cloudy rainy snowy
    foggy stormy windy grassy sandy rocky muddy dusty rusty icy dark bright light lit dim colorful colored multicolored
    striped plaid spotted polka-dotted checkered patterned floral fancy ornate decorative antique vintage modern
    old-fashioned fresh ripe raw cooked baked fried grilled toasted sliced chopped cut peeled whole half half-eaten
    frosted glazed iced hot cold frozen warm happy smiling sad sleepy sleeping tired angry cute adorable furry fluffy
    hairy bald bearded barefoot shirtless naked blond professional male female adult wild domestic stuffed fake
    real public urban rural residential commercial industrial outdoor indoor metal metallic steep deep shallow high low
    flat curved straight bent broken torn worn cracked unfinished unmade made parked moving flying standing sitting
    floating hanging folded rolled stacked scattered various different several assorted many mixed single double lone
    electric electronic digital analog wireless portable mobile plastic wooden stainless shiny polished tiled paved
    carpeted painted decorated illuminated lighted lush leafy bare green grazing running jumping walking lovely
    beautiful pretty nice elegant handsome delicious tasty healthy spicy sweet salty creamy cheesy tan dark-haired
    gray-haired tabby calico fat skinny chubby heavy soft hard smooth rough blurry cluttered organized tidy spacious
    cozy vacant lonely abandoned ruined damaged wrecked medieval gothic victorian nearby distant upper lower
    middle central main front rear side top bottom overhead formal casual military asian american japanese chinese
    french italian german british english indian mexican african european egyptian thai greek roman polar grizzly
    siamese persian arabian clydesdale christmas birthday wedding halloween olympic navy light-colored multi-colored
    dark-colored brightly-colored fenced enclosed wooded tropical mountainous hilly coastal arctic glossy transparent
    reflective circular rectangular oval triangular octagonal pointed pointy spiky fuzzy woolly shaggy bushy
    chrome silver golden plain simple traditional classic retro rustic royal famous local national international
    two-story double-decker four-way one-way two-lane three-way four-legged long-haired short-haired high-heeled
    handmade homemade knit knitted woven pink-haired red-haired sleeveless long-sleeved short-sleeved turned tied
    mounted
    wii nintendo soft-serve extra-large medium mid-sized medium-sized regular normal typical identical similar matching
    loaded carved barbed wired corded cordless leather silk cotton denim turning playful curious alert calm rough choppy
    other rusted pregnant homeless larger smaller dried potted married asleep flowered aged hardwood natural compact
    wheeled cobblestone smart gated nearby cordless unpaved snow-covered snowcapped grass-covered
    clear blue overcast hazy night daytime foreign unusual strange odd funny interesting unique cool amazing"""
)
CLOSED_CLASS_ADJECTIVES = COLORS | frozenset(MATERIALS) | ADJECTIVES
VAGUE = word_set(
    """nice beautiful pretty lovely cute adorable interesting unique strange odd funny cool amazing very unusual
    different various delicious tasty famous regular normal typical simple several many same real whole
    certain amusing"""
)
"""Adjectives that say nothing that could be seen and checked."""

_TRANSITIVE = word_list(
    """ride hold eat wear carry pull throw catch hit swing kick watch cut use read feed brush prepare cook push hug
    pet chase cross climb face serve toss block pour grab drink lick bite chew sniff smell touch taste open
    close wash clean dry fix repair paint draw hang lift move pick stir slice chop spread bake fry roast display
    sell buy examine inspect check photograph groom milk herd guard lead follow walk fly play drive surround
    enjoy pass hand bring enter leave board unload load pack unpack dribble kiss squeeze wave raise lower flip
    balance blow light type steer row paddle tow haul drag roll bat pitch nibble munch nuzzle cuddle trim shear
    shave comb style tie button zip adjust operate control sort arrange decorate frost devour dig build assemble
    mow water plow sweep mop vacuum scrub"""
)
_INTRANSITIVE = word_list(
    """sit stand lie lay walk run jump fly play ride sleep rest lean kneel crouch graze swim surf ski skate
    skateboard snowboard smile laugh talk look gaze stare peek wait pose float sail travel move drive land hang
    perch roam wander gather compete crawl hop leap dive splash drink eat work cook shop relax nap lounge bathe
    wade march parade perform dance sing speak cycle bike glide slide swing squat bend stretch reach approach
    stroll hike camp bark yawn"""
)
LIGHT_VERBS = word_set(
    "take make have do get give go put try prepare start begin attempt come show enjoy face pass light style close "
    "hand surround display leave enter board pose reach attend use approach"
)
"""Verbs whose object does not answer "what is the subject …ing?" on its own."""
_OTHER = word_list("""take make do get give go put try start attempt reach attend""")
_DOUBLING = word_set(
    "sit run cut hit hug pet swim ski grab hop chop stir slip trip jog nap bat flip trim zip wag mop dig plan row"
    " drag get put squat let bet dip scrub tip spin skip grin sip shop tap"
) - {"row", "ski"}


def _ing(verb: str) -> str:
    if verb in _DOUBLING:
        return f"{verb}{verb[-1]}ing"
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    return f"{verb[:-1]}ing" if verb.endswith("e") and not verb.endswith("ee") else f"{verb}ing"


def _third(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"


TRANSITIVE = frozenset(_TRANSITIVE) | frozenset(_OTHER)
ING = {_ing(verb): verb for verb in (*_TRANSITIVE, *_INTRANSITIVE, *_OTHER)}
"""From ``riding`` to ``ride``."""
THIRD = {_third(verb): _ing(verb) for verb in (*_TRANSITIVE, *_INTRANSITIVE, *_OTHER)}
"""From ``rides`` to ``riding``."""
PLAIN = {verb: _ing(verb) for verb in (*_TRANSITIVE, *_INTRANSITIVE, *_OTHER)}
"""From ``ride`` to ``riding``."""
STATIVE = word_set(
    """parked perched seated stopped docked tied chained attached mounted filled covered topped surrounded lined
    stacked piled displayed painted decorated gathered dressed stuck placed located situated lit loaded packed
    full made arranged wrapped curled crowded hung leaned propped tucked held carved served scattered posed set"""
)
"""Participles that say what state something is in."""
CONTENT_STATIVE = {"filled": "with", "covered": "with in by", "topped": "with", "surrounded": "by with",
    "lined": "with", "loaded": "with", "packed": "with", "decorated": "with", "stacked": "with", "piled": "with",
    "crowded": "with", "wrapped": "in with", "dressed": "in as", "full": "of", "made": "of from"}  # fmt: skip

PREPOSITIONS = word_set(
    """on in at under underneath beneath above over behind beside near by against along across around through inside
    outside between among with of off from into onto toward towards down up past below atop alongside beyond during
    within without for to as like while during amidst amongst after before"""
)
PLACING = word_set(
    """on in at under underneath beneath above over behind beside near by against along across around through inside
    outside between among atop alongside past below beyond down up within off into onto toward towards from"""
)
COMPOUND_PREPOSITIONS = {
    "next to": "next to", "in front of": "in front of", "on top of": "on", "close to": "close to",
    "in back of": "behind",
    "on the side of": "on the side of", "at the side of": "at the side of", "by the side of": "beside",
    "along the side of": "alongside", "in the middle of": "in the middle of", "at the top of": "at the top of",
    "at the end of": "at the end of", "on the edge of": "on the edge of", "inside of": "inside", "out of": "out of",
    "outside of": "outside", "in between": "between", "up against": "against", "across from": "across from",
    "along side": "alongside", "along side of": "alongside", "in side of": "inside", "off of": "off",
    "on the back of": "on the back of", "in the back of": "in the back of", "on the front of": "on the front of",
    "in the corner of": "in the corner of", "at the edge of": "at the edge of", "at the bottom of": "at the bottom of",
    "on the bottom of": "at the bottom of", "on the top of": "on top of", "in the center of": "in the center of",
    "near the top of": "near the top of", "on a side of": "on the side of", "to the side of": "to the side of",
    "in the front of": "in front of", "on the other side of": "on the other side of", "down the side of": "down",
    "on each side of": "on each side of", "on both sides of": "on both sides of", "next too": "next to",
}  # fmt: skip
DETERMINERS = word_set(
    "a an the some several many two three four five six seven eight nine ten eleven twelve his her its "
    "their this that these those another few numerous multiple one both each every any no lots couple"
)
POSSESSIVES = word_set("his her its their")
CROWD_WORDS = word_set(
    "group herd bunch flock pack team crowd row line pair couple family set collection stack pile lot "
    "variety assortment number bouquet series fleet school swarm gang trio handful string"
)
"""In "a GROUP of MEMBERS" the members are what is seen."""
MEASURES = word_set(
    "plate bowl cup glass bottle piece slice pan tray basket box bag pot jar bucket vase cart mug platter "
    "crate truck loaf sheet roll body patch stretch field display case shelf block bed bottle can carton pitcher rack "
    "bin stand spoonful container picture painting statue"
)
VIEW_WORDS = word_set(
    "picture photo photograph image view shot close-up closeup up scene portrait selfie snapshot pic "
    "drawing painting collage"
)
