"""A word in; the COCO class that it names out: the 80 classes with plurals, supercategories, synonyms and near words.

Plurals come from a closed table, because general singularisers break words (``bus`` → ``bu``). A *synonym* names
the class as writers of captions do; a *near* word is too close to it to support or to contradict a box (a ``goat``
boxed as sheep, a ``desk`` boxed as dining table). Words outside the table are open vocabulary: they follow general
rules and name no class. A *vocabulary* of other classes (LVIS, Objects365, Open Images, one's own) is read from a file.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .errors import SetupError


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
    "luggage": "luggage", "cattle": "cattle", "scissors": "scissors", "skis": "skis", "series": "series",
    "bison": "bison", "buffalo": "buffalo", "cactus": "cacti", "potato": "potatoes", "tomato": "tomatoes",
    "hero": "heroes", "buffalo wing": "buffalo wings", "moose": "moose", "shrimp": "shrimp", "salmon": "salmon",
    "squid": "squid",
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """One class."""

    name: str
    plural: str
    supercategory: str
    synonyms: frozenset[str]
    """Singular and plural forms that name the class, its own name among them."""
    near: frozenset[str]
    """Singular and plural forms that neither support nor contradict it."""
    plurals: frozenset[str]
    """Those forms, of either kind, that are plurals and no singulars too."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Classes, and the words that name them."""

    classes: Mapping[str, Named]
    by_word: Mapping[str, str]
    """Class by each form of its name and synonyms; where two classes share a form, the first has it."""
    near: Mapping[str, tuple[str, ...]]
    """Classes by each form that is near to them."""
    weak: frozenset[str]
    """Classes that annotators often left out: their absence proves little."""

    def label(self, label: str) -> str | None:
        """Give the class that a box's label names, as a name (``tennis racket``, ``bow_(weapon)``) or as a synonym."""
        if label in self.classes:
            return label
        word = plain_name(label)
        return word if word in self.classes else self.by_word.get(word)


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


def plain_name(name: str) -> str:
    """Give a class's name as it is written in text: ``Bow_(weapon)`` → ``bow``."""
    return " ".join(re.sub(r"\(.*?\)", " ", name.lower()).replace("_", " ").split())


def _forms(words: str) -> tuple[frozenset[str], frozenset[str]]:
    """Give the forms of a list of words, and those of them that are plurals only."""
    forms, plurals, singulars = set[str](), set[str](), set[str]()
    for word in words.split():
        singular, _, plural = word.replace("_", " ").partition("/")
        plural = plural or plural_of(singular)
        forms |= {singular, plural}
        plurals.add(plural)
        singulars.add(singular)
    return frozenset(forms), frozenset(plurals - singulars)


def _named(line: str) -> Named:
    name, plural, supercategory, synonyms, near = (*line.split("|"), "", "", "", "")[:5]
    name = " ".join(name.split()) if "|" in line else name.strip()
    word = plain_name(name)
    many = plural.strip() or plural_of(word)
    own = {name, word, many} | (set() if word.endswith("s") or "|" not in line else {f"{word}s"})
    (forms, plurals), (near_forms, near_plurals) = _forms(synonyms), _forms(near)
    many_only = plurals | near_plurals | (own - {name, word})
    return Named(name, many, supercategory.strip(), forms | own, near_forms - forms - own, frozenset(many_only))


def vocabulary_of(lines: Iterable[str], weak: frozenset[str] = frozenset()) -> Vocabulary:
    """Read ``name | plural | supercategory | synonyms | near words`` lines; all but the name may be left out."""
    classes: dict[str, Named] = {}
    for line in lines:
        if line.strip() and not line.startswith("#"):
            named = _named(line)
            classes.setdefault(named.name, named)
    by_word: dict[str, str] = {}
    near: dict[str, tuple[str, ...]] = {}
    for named in classes.values():
        for word in sorted(named.synonyms):
            by_word.setdefault(word, named.name)
        for word in named.near:
            near[word] = (*near.get(word, ()), named.name)
    by_word.update({plain_name(name): name for name in reversed(classes)})
    return Vocabulary(classes, by_word, near, weak & classes.keys())


@cache
def read_vocabulary(path: Path) -> Vocabulary:
    """Read a file of classes, one a line; raises SetupError when it cannot be read or holds none."""
    try:
        found = vocabulary_of(path.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"vocabulary {path}: cannot be read ({error}); give a text file of one class a line") from None
    if not found.classes:
        raise SetupError(f"vocabulary {path}: holds no class; write one name a line, as in 'alarm clock'")
    return found


CLASSES: Mapping[str, Named] = {}
_SHIPPED = Path(__file__).with_name("coco_vocabulary.txt").read_text(encoding="utf-8").splitlines()
COCO = vocabulary_of(_SHIPPED, WEAKLY_ANNOTATED)
"""The 80 classes of COCO."""
CLASSES = COCO.classes
"""They by COCO's name."""


def class_of(word: str) -> str | None:
    """Give the COCO class that a lower-case noun or compound names as a synonym, or None."""
    return COCO.by_word.get(word)


def near_classes(word: str) -> frozenset[str]:
    """Give the classes that a lower-case noun is near to, whose boxes it neither supports nor contradicts."""
    return frozenset(COCO.near.get(word, ()))
