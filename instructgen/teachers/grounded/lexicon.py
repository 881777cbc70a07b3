"""Word lists in; what a lower-case word can be in a caption out: noun, adjective, verb form, preposition, determiner.

The lists are closed and small: a caption phrase is used only where its words are known, or where an unknown word can
only be a noun and another caption or a box repeats it. They were chosen for everyday scenes.
"""

from ...vocabulary import COLORS, MATERIALS, plural_of


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PEOPLE = _set(
    """man woman boy girl child kid baby guy lady gentleman toddler adult teenager person human player rider skier
    surfer skateboarder snowboarder pedestrian passenger batter pitcher catcher umpire spectator bride groom worker
    driver officer policeman chef cook student skater cyclist bicyclist motorcyclist biker runner athlete fan cowboy
    soldier sailor pilot waiter waitress vendor customer shopper performer musician singer teacher doctor nurse
    farmer fisherman referee goalie swimmer diver boarder shepherd jockey hiker climber tourist photographer friend
    mother father parent son daughter brother sister grandmother grandfather couple family infant clown princess
    boyfriend girlfriend wife husband astronaut dancer painter guitarist firefighter teen youth male female
    competitor participant visitor traveler commuter businessman conductor guard speaker host guest crowd team
    audience crew class"""
)
ANIMALS = _set(
    """dog cat horse cow bird elephant giraffe zebra bear sheep goat puppy kitten duck goose pigeon parrot owl eagle
    swan seagull flamingo ostrich penguin crow pelican hawk chicken rooster hen peacock heron lamb ram bull calf ox
    bison buffalo pony donkey mule foal deer elk moose camel llama monkey ape gorilla lion tiger leopard cheetah fox
    wolf rabbit bunny squirrel mouse rat hamster pig hog fish shark whale dolphin seal turtle tortoise frog lizard
    snake butterfly bee spider insect animal pet cub bug kangaroo rhino rhinoceros hippo antelope gazelle panda
    cattle feline canine kitty pup crab gull herd flock parakeet hummingbird finch robin bulldog poodle terrier"""
)
ROOMS = _set(
    """kitchen bathroom bedroom office restaurant classroom garage library museum restroom hallway gym cafe bakery
    cafeteria studio closet shop store supermarket hospital church apartment house hotel workshop barn attic basement
    dining_room living_room bed_room bath_room waiting_room hotel_room conference_room bar pub kitchenette"""
)
OUTDOORS = _set(
    """street road beach field park ocean lake river sea mountain hill forest yard lawn pasture meadow desert garden
    sidewalk highway parking_lot pond farm harbor runway tarmac slope hillside woods savanna city_street ski_slope
    intersection plaza backyard playground zoo driveway dock pier shore bay grassland crosswalk skate_park baseball_field
    tennis_court soccer_field grass_field ball_field ski_resort mountainside countryside coast ballpark trail"""
)
PLACES = (
    ROOMS
    | OUTDOORS
    | _set(
        """room court station airport building train_station bus_stop market stadium arena lobby enclosure pen cage
        train_track track pool city town sky water stage stall terminal platform ramp bridge tunnel alley
        square neighborhood island subway booth cabin tent stable zoo_enclosure food_court baseball_game"""
    )
)
GARMENTS = _set(
    """shirt hat helmet jacket coat dress tie suit glasses sunglasses shoe boot glove scarf sweater shorts pants jeans
    skirt uniform vest cap hoodie costume wetsuit tuxedo robe apron goggles backpack headphones mask sandals sock
    t-shirt wet_suit bikini swimsuit outfit clothes clothing bow_tie overalls gown hood jersey necklace watch ring
    beanie turban collar harness crown earrings bandana mitten headband gear blazer lanyard"""
)
MASS = _set(
    """snow water grass food bread traffic furniture sand luggage rice broccoli fruit meat cheese sauce lettuce cake
    pizza wood metal equipment dirt mud ice rain smoke fog hay straw gravel cereal salad soup pasta spinach corn
    chocolate cream frosting icing sugar butter milk coffee tea beer wine juice soda paper cardboard clothing gear
    surf foam foliage vegetation shrubbery baggage silverware trash garbage graffiti hair fur wool cloth fabric leather
    chicken bacon ham beef pork seafood sushi gravy mustard ketchup syrup honey jelly dough cement concrete
    stone brick glass plastic tile carpet marble granite machinery scenery sunlight sunshine light darkness shade
    tennis baseball soccer football basketball frisbee golf cricket volleyball polo hockey chess music literature
    pepperoni parsley cilantro basil garlic pie toast yogurt hummus guacamole salsa avocado cabbage celery kale
    asparagus cauliflower zucchini squash tofu shrimp salmon tuna turkey lamb fish mail jewelry artwork art lace moss ivy
    steam dust confetti toilet_paper popcorn granola oatmeal lumber rubble debris"""
)
PLURAL_ONLY = _set(
    """people men women children scissors skis glasses sunglasses pants jeans shorts goggles headphones clothes
    cattle stairs tongs binoculars pajamas tights trunks groceries dishes surroundings outskirts overalls sandals
    earrings french_fries fries utensils electronics toiletries condiments appliances sprinkles suds nachos"""
)
THINGS = _set(
    """table bench phone bed chair couch sofa desk plate bowl cup glass bottle fork knife spoon bus train car truck van
    boat ship plane airplane jet bike bicycle motorcycle scooter skateboard surfboard snowboard kite umbrella
    frisbee ball bat racket racquet net sign clock tower tree wall window door mirror sink toilet tub bathtub shower
    towel counter countertop cabinet drawer shelf stove oven microwave refrigerator fridge freezer toaster blender
    lamp light television tv screen monitor computer laptop keyboard mouse remote controller camera cell cellphone
    telephone tablet book magazine newspaper paper pen pencil picture photo painting poster map letter box bag
    suitcase purse handbag basket bucket jar vase pot pan tray flower rose plant bush leaf branch log rock fence
    gate post pole hydrant meter wire rope chain cable rail rug mat carpet blanket pillow sheet cushion curtain
    floor ceiling roof chimney balcony step ladder bridge ramp track fountain statue sculpture flag banner balloon
    toy doll bear block puzzle game sandwich burger hotdog banana apple orange carrot tomato potato onion pepper
    mushroom strawberry grape lemon lime pear peach pineapple watermelon vegetable veggie berry cherry pizza cake
    donut doughnut cookie pastry muffin bagel croissant waffle pancake omelet egg cupcake pie dessert snack meal
    breakfast lunch dinner drink beverage slice piece wave board sail paddle oar wagon cart carriage trailer tractor
    helicopter engine wheel tire seat handle saddle leash bridle candle fan heater fireplace radio speaker guitar
    piano drum microphone instrument violin trumpet trophy medal award wing tail trunk tusk beak feather neck head
    face eye ear nose mouth tongue tooth hand arm finger leg foot paw knee shoulder back lap chest belly beard
    mustache horn mane hoof toothbrush hairbrush comb razor soap dispenser faucet drain pipe hose sponge brush broom
    mop vacuum bin can dumpster barrel crate container case cover lid cap napkin tablecloth straw stick sword shield
    gun cannon tank frame display exhibit stand stall booth cone barrier sticker label logo menu receipt ticket card
    envelope package gift present bow ribbon cross steeple dome arch column windowsill ledge curb awning canopy tarp
    kennel crib stroller wheelchair basin parachute propeller cockpit locomotive caboose trolley tram taxi limousine
    ambulance raft canoe kayak yacht sailboat anchor buoy lighthouse windmill skyscraper monument castle palace
    temple cathedral hut shed house building home school factory office store shop restaurant hotel road street
    cloud sun moon star rainbow shadow reflection puddle waterfall cliff boulder hill mountain valley bun roll patty
    topping filling sausage bean pea nut noodle chip cracker olive pickle herb spice bouquet wreath pumpkin cactus
    fern palm bamboo vine notebook binder folder printer scanner projector whiteboard chalkboard globe microscope
    telescope rocket satellite spaceship spacesuit calculator charger cord plug outlet switch thermostat timer scale
    mixer kettle teapot coffeepot mug saucer pitcher carafe goblet ladle spatula whisk grater skillet wok grill
    coaster placemat kickstand headlight windshield bumper camper jeep sedan pickup bookshelf bookcase dresser
    nightstand stool ottoman armchair recliner loveseat mattress bedspread comforter quilt headboard hammock swing
    slide trampoline goal basketball football baseball mitt base mound dugout scoreboard bleacher hoop puck ski lift
    flagpole mailbox billboard banister railing stairway staircase stair path walkway pathway lane nest cage
    racetrack wii console joystick device item object tool machine appliance decoration ornament figurine mannequin
    bowtie necktie pair hole crack stripe spot pattern design word number bookstore dish stack pile cave tortilla"""
)
ADJECTIVES = _set(
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
    handmade homemade knit knitted woven pink-haired red-haired sleeveless long-sleeved short-sleeved turned tied mounted
    wii nintendo soft-serve extra-large medium mid-sized medium-sized regular normal typical identical similar matching
    loaded carved barbed wired corded cordless leather silk cotton denim turning playful curious alert calm rough choppy
    clear blue overcast hazy night daytime foreign unusual strange odd funny interesting unique cool amazing"""
)
CLOSED_CLASS_ADJECTIVES = COLORS | frozenset(MATERIALS) | ADJECTIVES
VAGUE = _set(
    """nice beautiful pretty lovely cute adorable interesting unique strange odd funny cool amazing very unusual
    different various delicious tasty famous regular normal typical simple several many other another same real whole
    certain amusing"""
)
"""Adjectives that say nothing that could be seen and checked."""

_TRANSITIVE = [
    "ride",
    "hold",
    "eat",
    "wear",
    "carry",
    "pull",
    "throw",
    "catch",
    "hit",
    "swing",
    "kick",
    "watch",
    "cut",
    "use",
    "read",
    "feed",
    "brush",
    "prepare",
    "cook",
    "push",
    "hug",
    "pet",
    "chase",
    "cross",
    "climb",
    "face",
    "serve",
    "toss",
    "block",
    "pour",
    "grab",
    "drink",
    "lick",
    "bite",
    "chew",
    "sniff",
    "smell",
    "touch",
    "taste",
    "open",
    "close",
    "wash",
    "clean",
    "dry",
    "fix",
    "repair",
    "paint",
    "draw",
    "hang",
    "lift",
    "move",
    "pick",
    "stir",
    "slice",
    "chop",
    "spread",
    "bake",
    "fry",
    "roast",
    "display",
    "sell",
    "buy",
    "examine",
    "inspect",
    "check",
    "photograph",
    "groom",
    "milk",
    "herd",
    "guard",
    "lead",
    "follow",
    "walk",
    "fly",
    "play",
    "drive",
    "surround",
    "enjoy",
    "pass",
    "hand",
    "bring",
    "enter",
    "leave",
    "board",
    "unload",
    "load",
    "pack",
    "unpack",
    "dribble",
    "kiss",
    "squeeze",
    "wave",
    "raise",
    "lower",
    "flip",
    "balance",
    "blow",
    "light",
    "type",
    "steer",
    "row",
    "paddle",
    "tow",
    "haul",
    "drag",
    "roll",
    "bat",
    "pitch",
    "nibble",
    "munch",
    "nuzzle",
    "cuddle",
    "trim",
    "shear",
    "shave",
    "comb",
    "style",
    "tie",
    "button",
    "zip",
    "adjust",
    "operate",
    "control",
    "sort",
    "arrange",
    "decorate",
    "frost",
    "devour",
    "dig",
    "build",
    "assemble",
    "mow",
    "water",
    "plow",
    "sweep",
    "mop",
    "vacuum",
    "scrub",
]
_INTRANSITIVE = [
    "sit",
    "stand",
    "lie",
    "lay",
    "walk",
    "run",
    "jump",
    "fly",
    "play",
    "ride",
    "sleep",
    "rest",
    "lean",
    "kneel",
    "crouch",
    "graze",
    "swim",
    "surf",
    "ski",
    "skate",
    "skateboard",
    "snowboard",
    "smile",
    "laugh",
    "talk",
    "look",
    "gaze",
    "stare",
    "peek",
    "wait",
    "pose",
    "float",
    "sail",
    "travel",
    "move",
    "drive",
    "land",
    "hang",
    "perch",
    "roam",
    "wander",
    "gather",
    "compete",
    "crawl",
    "hop",
    "leap",
    "dive",
    "splash",
    "drink",
    "eat",
    "work",
    "cook",
    "shop",
    "relax",
    "nap",
    "lounge",
    "bathe",
    "wade",
    "march",
    "parade",
    "perform",
    "dance",
    "sing",
    "speak",
    "cycle",
    "bike",
    "glide",
    "slide",
    "swing",
    "squat",
    "bend",
    "stretch",
    "reach",
    "approach",
    "stroll",
    "hike",
    "camp",
    "bark",
    "yawn",
]
LIGHT_VERBS = _set(
    "take make have do get give go put try prepare start begin attempt come show enjoy face pass light style close "
    "hand surround display leave enter board pose reach attend use approach"
)
"""Verbs whose object does not answer "what is the subject …ing?" on its own."""
_OTHER = [
    "take",
    "make",
    "have",
    "do",
    "get",
    "give",
    "go",
    "put",
    "try",
    "start",
    "attempt",
    "show",
    "reach",
    "attend",
]
_DOUBLING = _set(
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
STATIVE = _set(
    """parked perched seated stopped docked tied chained attached mounted filled covered topped surrounded lined
    stacked piled displayed painted decorated gathered dressed stuck placed located situated lit loaded packed
    arranged wrapped curled crowded hung leaned propped tucked held carved served scattered posed set"""
)
"""Participles that say what state something is in."""
CONTENT_STATIVE = {"filled": "with", "covered": "with in by", "topped": "with", "surrounded": "by with",
    "lined": "with", "loaded": "with", "packed": "with", "decorated": "with", "stacked": "with", "piled": "with",
    "crowded": "with", "wrapped": "in with", "dressed": "in as"}  # fmt: skip

PREPOSITIONS = _set(
    """on in at under underneath beneath above over behind beside near by against along across around through inside
    outside between among with of off from into onto toward towards down up past below atop alongside beyond during
    within without for to as like while during amidst amongst after before"""
)
PLACING = _set(
    """on in at under underneath beneath above over behind beside near by against along across around through inside
    outside between among atop alongside past below beyond down up within off into onto toward towards from"""
)
COMPOUND_PREPOSITIONS = {
    "next to": "next to", "in front of": "in front of", "on top of": "on", "close to": "close to", "in back of": "behind",
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
DETERMINERS = _set(
    "a an the some several many two three four five six seven eight nine ten eleven twelve his her its "
    "their this that these those another few numerous multiple one both each every any no lots couple"
)
POSSESSIVES = _set("his her its their")
CROWD_WORDS = _set(
    "group herd bunch flock pack team crowd row line pair couple family set collection stack pile lot "
    "variety assortment number bouquet series fleet school swarm gang trio handful string"
)
"""In "a GROUP of MEMBERS" the members are what is seen."""
MEASURES = _set(
    "plate bowl cup glass bottle piece slice pan tray basket box bag pot jar bucket vase cart mug platter "
    "crate truck loaf sheet roll body patch stretch field display case shelf block bed bottle can carton pitcher rack "
    "bin stand spoonful container picture painting statue"
)
VIEW_WORDS = _set(
    "picture photo photograph image view shot close-up closeup up scene portrait selfie snapshot pic "
    "drawing painting collage"
)

_SINGULARS = PEOPLE | ANIMALS | PLACES | GARMENTS | THINGS
SINGULAR = frozenset(w.replace("_", " ") for w in _SINGULARS) - PLURAL_ONLY
PLURALS = {plural_of(word): word for word in sorted(SINGULAR - MASS)} | {w: w for w in PLURAL_ONLY}
PLURALS |= {f"{n[:-1]}ies" if n.endswith("y") else f"{n}s": n for n in ("fruit", "vegetable", "pizza", "cake", "beer",
    "wine", "salad", "sauce", "cheese", "soup", "pie", "shrimp", "stone", "brick", "tile", "paper", "light", "rock",
    "glass", "chicken", "lamb", "fish", "turkey", "frisbee", "carpet", "cloth", "fabric", "meat")}  # fmt: skip
PLURALS |= {"men": "man", "women": "woman", "children": "child", "people": "person", "persons": "person"}
PLURALS = {k: v for k, v in PLURALS.items() if k not in SINGULAR or k in ("sheep", "cattle", "fish", "deer")}
