"""A word in; the COCO class that it names out: the 80 classes with plurals, supercategories, synonyms and near words.

Plurals come from a closed table, because general singularisers break words (``bus`` → ``bu``). A *synonym* names
the class as writers of captions do; a *near* word is too close to it to support or to contradict a box (a ``goat``
boxed as sheep, a ``desk`` boxed as dining table). Words outside the table are open vocabulary: they follow general
rules and name no class.
"""

from dataclasses import dataclass
from functools import lru_cache

# name | plural | supercategory | synonyms, as "singular/plural" or a plain word with a regular plural | near words
_TABLE = """\
person|people|person|man/men woman/women boy girl child/children kid baby/babies guy lady/ladies human \
gentleman/gentlemen toddler adult teenager male female someone player rider skier surfer skateboarder \
snowboarder pedestrian passenger batter pitcher catcher umpire spectator crowd couple family/families bride \
groom worker driver officer policeman/policemen chef cook student|statue mannequin doll figure
bicycle|bicycles|vehicle|bike bicyclist cyclist|moped tricycle scooter
car|cars|vehicle|automobile sedan suv taxi cab jeep hatchback convertible|van traffic vehicle truck limousine
motorcycle|motorcycles|vehicle|motorbike motor_bike dirt_bike motor_cycle|scooter moped bike biker motorcyclist
airplane|airplanes|vehicle|plane aeroplane jet jetliner airliner aircraft/aircraft biplane|helicopter glider
bus|buses|vehicle|minibus/minibuses double_decker school_bus/school_buses|van trolley tram coach
train|trains|vehicle|locomotive subway commuter_train|tram trolley railway railroad
truck|trucks|vehicle|pickup fire_truck lorry/lorries tow_truck semi|van trailer jeep suv tractor
boat|boats|vehicle|sailboat ship canoe kayak ferry/ferries yacht rowboat motorboat gondola|raft vessel dock harbor
traffic light|traffic lights|outdoor|stoplight traffic_signal stop_light|street_light signal light
fire hydrant|fire hydrants|outdoor|hydrant|fireplug
stop sign|stop signs|outdoor||sign street_sign
parking meter|parking meters|outdoor|meter|
bench|benches|outdoor|park_bench/park_benches|pew seat
bird|birds|animal|duck goose/geese seagull gull pigeon parrot owl eagle swan flamingo ostrich/ostriches \
penguin crow pelican hawk chicken rooster hen peacock heron|turkey kite flock
cat|cats|animal|kitten kitty/kitties feline|
dog|dogs|animal|puppy/puppies pup poodle terrier bulldog dachshund|canine pet hot_dog
horse|horses|animal|pony/ponies foal mare stallion|donkey mule zebra carriage
sheep|sheep|animal|lamb ram ewe|goat herd
cow|cows|animal|cattle/cattle bull calf/calves ox/oxen steer heifer|bison buffalo herd
elephant|elephants|animal||
bear|bears|animal|polar_bear grizzly/grizzlies panda|cub teddy
zebra|zebras|animal||
giraffe|giraffes|animal||
backpack|backpacks|accessory|back_pack knapsack rucksack|bag pack
umbrella|umbrellas|accessory|parasol|canopy/canopies
handbag|handbags|accessory|purse hand_bag pocketbook|bag tote
tie|ties|accessory|necktie bow_tie|suit tuxedo
suitcase|suitcases|accessory|luggage/luggage|bag trunk baggage briefcase
frisbee|frisbees|sports|frisbie|disc disk
skis|skis|sports|ski/skis|skier skiing
snowboard|snowboards|sports|snow_board|snowboarder snowboarding board
sports ball|balls|sports|ball baseball soccer_ball tennis_ball basketball football volleyball|soccer
kite|kites|sports||parasail
baseball bat|baseball bats|sports|bat|batter
baseball glove|baseball gloves|sports|mitt catcher's_mitt glove|catcher
skateboard|skateboards|sports|skate_board|skateboarder skateboarding board
surfboard|surfboards|sports|surf_board boogie_board|surfer surfing board paddleboard
tennis racket|tennis rackets|sports|racket racquet tennis_racquet|
bottle|bottles|kitchen||wine beer water soda
wine glass|wine glasses|kitchen|wineglass/wineglasses goblet|glass wine
cup|cups|kitchen|mug teacup|glass coffee tea drink
fork|forks|kitchen||silverware/silverware utensil
knife|knives|kitchen||silverware/silverware utensil blade
spoon|spoons|kitchen|ladle|silverware/silverware utensil
bowl|bowls|kitchen||container dish/dishes
banana|bananas|food||fruit
apple|apples|food||fruit
sandwich|sandwiches|food|burger hamburger cheeseburger sub panini|wrap bun toast
orange|oranges|food|tangerine mandarin clementine|fruit citrus
broccoli|broccoli|food||vegetable veggie salad
carrot|carrots|food||vegetable veggie salad
hot dog|hot dogs|food|hotdog chili_dog|sausage bun
pizza|pizzas|food||pie
donut|donuts|food|doughnut|pastry/pastries bagel
cake|cakes|food|cupcake birthday_cake wedding_cake|dessert pie pastry/pastries
chair|chairs|furniture|armchair rocking_chair recliner highchair|stool seat
couch|couches|furniture|sofa loveseat futon|seat
potted plant|potted plants|furniture|houseplant pot_plant|plant flower vase
bed|beds|furniture|bunk_bed|mattress/mattresses bedroom crib
dining table|tables|furniture|table dinner_table kitchen_table|desk counter countertop
toilet|toilets|furniture|commode urinal|bathroom restroom
tv|televisions|electronic|television tv_screen flat_screen|monitor screen
laptop|laptops|electronic|laptop_computer notebook_computer macbook|computer
mouse|computer mice|electronic|computer_mouse/computer_mice|
remote|remotes|electronic|remote_control wii_remote wiimote|controller
keyboard|keyboards|electronic|computer_keyboard|computer piano
cell phone|cell phones|electronic|cellphone phone smartphone mobile_phone iphone|telephone
microwave|microwaves|appliance|microwave_oven|
oven|ovens|appliance|stove|range grill
toaster|toasters|appliance||
sink|sinks|appliance|washbasin basin|bathroom
refrigerator|refrigerators|appliance|fridge freezer|
book|books|indoor|novel textbook|magazine notebook bookcase bookshelf library/libraries
clock|clocks|indoor|clock_tower alarm_clock|watch/watches
vase|vases|indoor||pot jar flower pitcher
scissors|scissors|indoor|shears|
teddy bear|teddy bears|indoor|stuffed_bear teddy/teddies stuffed_animal|bear toy doll
hair drier|hair driers|indoor|hair_dryer hairdryer blow_dryer|
toothbrush|toothbrushes|indoor|tooth_brush/tooth_brushes|brush/brushes
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WEAKLY_ANNOTATED = frozenset({"person", "chair", "dining table", "car", "bottle"})
"""Classes whose absence from COCO's boxes proves little (69 of 77 wrong absences that RePOPE found)."""
DOUBTFUL_COUNTS = frozenset({"book", "banana", "carrot", "bottle", "chair", "person"})
"""Classes of which COCO's annotators often boxed only some."""

NUMBER_WORDS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
NUMBERS = {word: number for number, word in enumerate(NUMBER_WORDS)}
COLORS = frozenset(
    _words(
        "red orange yellow green blue purple pink brown black white gray grey beige tan gold golden silver turquoise "
        "teal maroon violet blonde"
    )
)
MATERIALS = {
    "wooden": "wood", "wood": "wood", "metal": "metal", "metallic": "metal", "brick": "brick", "stone": "stone",
    "glass": "glass", "plastic": "plastic", "concrete": "concrete", "cement": "cement", "leather": "leather",
    "marble": "marble", "granite": "granite", "ceramic": "ceramic", "wicker": "wicker", "steel": "steel",
    "cardboard": "cardboard", "paper": "paper", "straw": "straw", "porcelain": "porcelain", "brass": "brass",
    "bronze": "bronze", "iron": "iron", "clay": "clay", "bamboo": "bamboo",
}  # fmt: skip
IRREGULAR_PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "foot": "feet", "tooth": "teeth",
    "goose": "geese", "mouse": "mice", "knife": "knives", "leaf": "leaves", "loaf": "loaves", "shelf": "shelves",
    "half": "halves", "wolf": "wolves", "calf": "calves", "life": "lives", "wife": "wives", "scarf": "scarves",
    "hoof": "hooves", "sheep": "sheep", "fish": "fish", "deer": "deer", "aircraft": "aircraft", "ox": "oxen",
    "cattle": "cattle", "scissors": "scissors", "skis": "skis", "series": "series", "bison": "bison",
    "buffalo": "buffalo", "cactus": "cacti", "potato": "potatoes", "tomato": "tomatoes", "hero": "heroes",
    "buffalo wing": "buffalo wings", "moose": "moose", "shrimp": "shrimp", "salmon": "salmon", "squid": "squid",
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """One COCO class."""

    name: str
    plural: str
    supercategory: str
    synonyms: frozenset[str]
    """Singular and plural forms that name the class, its own name among them."""
    near: frozenset[str]
    """Singular and plural forms that neither support nor contradict it."""


def plural_of(noun: str) -> str:
    """Give the plural of a singular noun or compound (``coffee cup`` → ``coffee cups``), from the table or by rule."""
    if noun in CLASSES:
        return CLASSES[noun].plural
    front, _, last = noun.rpartition(" ")
    if last in IRREGULAR_PLURALS:
        plural = IRREGULAR_PLURALS[last]
    elif last.endswith(("man",)) and last not in ("human", "german", "roman"):
        plural = f"{last[:-3]}men"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        plural = f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        plural = f"{last[:-1]}ies"
    else:
        plural = f"{last}s"
    return f"{front} {plural}" if front else plural


def article_for(phrase: str) -> str:
    """Give ``a`` or ``an`` by the sound that ``phrase`` begins with."""
    first = phrase.lower().split(" ", 1)[0]
    if first in _VOWEL_SOUND:
        return "an"
    if first.startswith(_CONSONANT_SOUND):
        return "a"
    return "an" if first[:1] in "aeiou" else "a"


_VOWEL_SOUND = frozenset(_words("hour honest suv x-ray lcd f-16 mri h l m n r s x hourglass heir eight"))
_CONSONANT_SOUND = ("uni", "use", "usu", "euro", "one", "once", "ute", "uke", "ufo", "ural")


def _forms(words: str) -> frozenset[str]:
    forms: set[str] = set()
    for word in words.split():
        singular, _, plural = word.replace("_", " ").partition("/")
        forms |= {singular, plural or plural_of(singular)}
    return frozenset(forms)


def _read(table: str) -> dict[str, Named]:
    classes: dict[str, Named] = {}
    for line in table.strip().splitlines():
        name, plural, supercategory, synonyms, near = line.split("|")
        own = {name, plural, f"{name}s"} if not name.endswith("s") else {name, plural}
        classes[name] = Named(name, plural, supercategory, _forms(synonyms) | own, _forms(near))
    return classes


CLASSES: dict[str, Named] = {}
CLASSES.update(_read(_TABLE))
"""The 80 classes by COCO's name."""

_BY_WORD: dict[str, str] = {}
for _named in CLASSES.values():
    for _word in sorted(_named.synonyms):
        _BY_WORD.setdefault(_word, _named.name)
_BY_WORD.update({name: name for name in CLASSES})


def class_of(word: str) -> str | None:
    """Give the COCO class that a lower-case noun or compound names as a synonym, or None."""
    return _BY_WORD.get(word)


@lru_cache(maxsize=4096)
def near_classes(word: str) -> frozenset[str]:
    """Give the classes that a lower-case noun is near to, whose boxes it neither supports nor contradicts."""
    return frozenset(name for name, named in CLASSES.items() if word in named.near)
