"""Noun lists in; what a lower-case word can name out: people, animals, rooms, places, garments, stuff, things.

The lists were chosen for everyday scenes. Each holds singulars; plurals are made by ``vocabulary.plural_of``.
"""

from instructgen.text import word_set

from ...vocabulary import plural_of


def word_list(words: str) -> tuple[str, ...]:
    """Give the words of a text."""
    return tuple(words.split())


PEOPLE = word_set(
    """man woman boy girl child kid baby guy lady gentleman toddler adult teenager person human player rider skier
    surfer skateboarder snowboarder pedestrian passenger batter pitcher catcher umpire spectator bride groom worker
    driver officer policeman chef student skater cyclist bicyclist motorcyclist biker runner athlete fan cowboy
    soldier sailor pilot waiter waitress vendor customer shopper performer musician singer teacher doctor nurse
    farmer fisherman referee goalie swimmer diver boarder shepherd jockey hiker climber tourist photographer friend
    mother father parent son daughter brother sister grandmother grandfather couple family infant clown princess
    boyfriend girlfriend wife husband astronaut dancer painter guitarist firefighter teen youth male female
    competitor participant visitor traveler commuter businessman conductor guard speaker host guest crowd team
    audience crew class"""
)
ANIMALS = word_set(
    """dog cat horse cow bird elephant giraffe zebra bear sheep goat puppy kitten duck goose pigeon parrot owl eagle
    swan seagull flamingo ostrich penguin crow pelican hawk chicken rooster hen peacock heron lamb ram bull calf ox
    bison buffalo pony donkey mule foal deer elk moose camel llama monkey ape gorilla lion tiger leopard cheetah fox
    wolf rabbit bunny squirrel mouse rat hamster pig hog fish shark whale dolphin seal turtle tortoise frog lizard
    snake butterfly bee spider insect animal pet cub bug kangaroo rhino rhinoceros hippo antelope gazelle panda
    cattle feline canine kitty pup crab gull herd flock parakeet hummingbird finch robin bulldog poodle terrier"""
)
ROOMS = word_set(
    """kitchen bathroom bedroom office restaurant classroom garage library museum restroom hallway gym cafe bakery
    cafeteria studio closet shop store supermarket hospital church apartment house hotel workshop barn attic basement
    dining_room living_room bed_room bath_room waiting_room hotel_room conference_room bar pub kitchenette"""
)
OUTDOORS = word_set(
    """street road beach field park ocean lake river sea mountain hill forest yard lawn pasture meadow desert garden
    sidewalk highway parking_lot pond farm harbor runway tarmac slope hillside woods savanna city_street ski_slope
    intersection plaza backyard playground zoo driveway dock pier shore bay grassland crosswalk skate_park
    baseball_field
    tennis_court soccer_field grass_field ball_field ski_resort mountainside countryside coast ballpark trail"""
)
PLACES = (
    ROOMS
    | OUTDOORS
    | word_set(
        """room court station airport building train_station bus_stop market stadium arena lobby enclosure pen cage
        train_track track pool city town sky water stage stall terminal platform ramp bridge tunnel alley
        square neighborhood island subway booth cabin tent stable zoo_enclosure food_court baseball_game"""
    )
)
GARMENTS = word_set(
    """shirt hat helmet jacket coat dress tie suit glasses sunglasses shoe boot glove scarf sweater shorts pants jeans
    skirt uniform vest cap hoodie costume wetsuit tuxedo robe apron goggles backpack headphones mask sandals sock
    t-shirt wet_suit bikini swimsuit outfit clothes clothing bow_tie overalls gown hood jersey necklace watch ring
    beanie turban collar harness crown earrings bandana mitten headband gear blazer lanyard"""
)
MASS = word_set(
    """snow water grass food bread traffic furniture sand luggage rice broccoli fruit meat cheese sauce lettuce cake
    pizza wood metal equipment dirt mud ice rain smoke fog hay straw gravel cereal salad soup pasta spinach corn
    chocolate cream frosting icing sugar butter milk coffee tea beer wine juice soda paper cardboard clothing gear
    surf foam foliage vegetation shrubbery baggage silverware trash garbage graffiti hair fur wool cloth fabric leather
    chicken bacon ham beef pork seafood sushi gravy mustard ketchup syrup honey jelly dough cement concrete
    stone brick glass plastic tile carpet marble granite machinery scenery sunlight sunshine light darkness shade
    tennis baseball soccer football basketball frisbee golf cricket volleyball polo hockey chess music literature
    pepperoni parsley cilantro basil garlic pie toast yogurt hummus guacamole salsa avocado cabbage celery kale
    asparagus cauliflower zucchini squash tofu shrimp salmon tuna turkey lamb fish mail jewelry artwork art lace moss
    ivy
    produce cargo stuff foil seating lighting toothpaste livestock garnish junk weather transportation wildlife
    wind air space parking living dining video wii nintendo fire
    cabinetry steam dust confetti toilet_paper popcorn granola oatmeal lumber rubble debris"""
)
PLURAL_ONLY = word_set(
    """people men women children scissors skis glasses sunglasses pants jeans shorts goggles headphones clothes
    cattle stairs tongs binoculars pajamas tights trunks groceries dishes surroundings outskirts overalls sandals
    earrings french_fries fries utensils electronics toiletries condiments appliances sprinkles suds nachos"""
)
THINGS = word_set(
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

MORE_THINGS = word_set(
    """group bunch row line set collection variety assortment number series fleet swarm gang trio handful string
    couple lot teddy fire stop parking living dining video air edge surface corner background distance
    foreground country desktop motor coach structure aircraft jetliner feeder urinal cigarette headphone tulip dryer
    section area view space center setting party race tour event stream course competition interior planter mural
    overpass stoplight freeway wind piercing part lens volley patch range habitat holder cab airline plank smartphone
    burrito hamburger cupboard chandelier sneaker marker land crest wake outfield bidet panel rim toothpaste moped
    blackboard motorbike day night time sky side top bottom middle front end motorboat railroad railway crosswalk median
    business platform entrance exit entryway opening porch deck patio booth aisle cockpit hallway escalator
    elevator lounge seating_area bus_station pan shop diner grocery produce_stand candy sweet treat ingredient
    vegetation topping stack league professional police cop owner skyline hillside drawing ferry barge tugboat
    airfield hangar fairground carnival circus festival parade ceremony wedding picnic meeting race gathering
    conference tournament match trick stunt jump flip turn swing ramp_edge ring flame spark shell pebble
    driftwood branch twig stump root bark blossom petal stem bud seed cone thorn hedge tulip daisy sunflower lily
    orchid daffodil crate_stack tote duffel briefcase luggage_cart wallet pouch pocket sleeve button zipper strap buckle
    heel toe ankle wrist elbow hip thigh cheek chin lip forehead eyebrow eyelash tattoo nail whisker claw fin flipper
    antler hump spine shell jaw hood hatch trunk_lid antenna exhaust pedal gear_shift dashboard steering license
    plate_rack dishwasher washer washing sill backsplash tissue soap_dish bathrobe toiletry towel_rack
    lid drawer knob hinge lock key hook nail_clipper screw hammer wrench drill saw ax shovel rake hoe pitchfork
    wheelbarrow hose_reel sprinkler tube rod pipe_wrench wind_turbine solar generator battery socket fuse switchboard"""
)

_SINGULARS = PEOPLE | ANIMALS | PLACES | GARMENTS | THINGS | MORE_THINGS
SINGULAR = frozenset(w.replace("_", " ") for w in _SINGULARS) - PLURAL_ONLY
PLURALS = {plural_of(word): word for word in sorted(SINGULAR - MASS)} | {w: w for w in PLURAL_ONLY}
PLURALS |= {f"{n[:-1]}ies" if n.endswith("y") else f"{n}s": n for n in ("fruit", "vegetable", "pizza", "cake", "beer",
    "wine", "salad", "sauce", "cheese", "soup", "pie", "shrimp", "stone", "brick", "tile", "paper", "light", "rock",
    "glass", "chicken", "lamb", "fish", "turkey", "frisbee", "carpet", "cloth", "fabric", "meat")}  # fmt: skip
PLURALS |= {"men": "man", "women": "woman", "children": "child", "people": "person", "persons": "person"}
PLURALS = {k: v for k, v in PLURALS.items() if k not in SINGULAR or k in ("sheep", "cattle", "fish", "deer")}
