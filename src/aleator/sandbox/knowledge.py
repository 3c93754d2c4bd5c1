"""Small tables of general knowledge, as sentences and as questions.

A table pairs subjects with answers; its first wording is the sentence, the others are questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aleator.sandbox.draws import Weighted, pick
from aleator.sandbox.grammar import capitalise_sentences


@dataclass(frozen=True)
class Table:
    """Facts of one kind; slots x (subject) and y (answer)."""

    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    facts: Mapping[str, str]


TABLES: tuple[Table, ...] = (
    Table(
        ("{y} is the capital of {x}.", "The capital of {x} is {y}."),
        ("What is the capital of {x}?", "Name the capital of {x}.", "Which city is the capital of {x}?"),
        {
            "France": "Paris", "Spain": "Madrid", "Italy": "Rome", "Germany": "Berlin", "Norway": "Oslo",
            "Sweden": "Stockholm", "Poland": "Warsaw", "Greece": "Athens", "Egypt": "Cairo",
            "Kenya": "Nairobi", "Ghana": "Accra", "Morocco": "Rabat", "China": "Beijing",
            "Thailand": "Bangkok", "Vietnam": "Hanoi", "Canada": "Ottawa", "Cuba": "Havana",
            "Peru": "Lima", "Chile": "Santiago", "Austria": "Vienna", "Portugal": "Lisbon",
            "Ireland": "Dublin", "Finland": "Helsinki", "Hungary": "Budapest", "Japan": "Tokyo",
            "Iceland": "Reykjavik",
        },
    ),
    Table(
        ("{x} is in {y}.", "The city of {x} lies in {y}.", "{x} is a city in {y}."),
        ("In which country is {x}?", "Where is {x}?"),
        {
            "Paris": "France", "Tokyo": "Japan", "Boston": "the United States", "Mumbai": "India",
            "Chicago": "the United States", "Sydney": "Australia", "Milan": "Italy", "Naples": "Italy",
            "Munich": "Germany", "Hamburg": "Germany", "Geneva": "Switzerland", "Zurich": "Switzerland",
            "Porto": "Portugal", "Seville": "Spain", "Krakow": "Poland", "Bergen": "Norway",
            "Lyon": "France", "Osaka": "Japan", "Kyoto": "Japan", "Toronto": "Canada",
            "Istanbul": "Turkey", "Glasgow": "Scotland", "Auckland": "New Zealand", "Lagos": "Nigeria",
        },
    ),
    Table(
        ("{x} is in {y}.", "The country of {x} belongs to {y}."),
        ("On which continent is {x}?", "Which continent is {x} part of?"),
        {
            "Japan": "Asia", "India": "Asia", "China": "Asia", "Nepal": "Asia", "Vietnam": "Asia",
            "France": "Europe", "Spain": "Europe", "Poland": "Europe", "Norway": "Europe",
            "Greece": "Europe", "Kenya": "Africa", "Ghana": "Africa", "Morocco": "Africa",
            "Brazil": "South America", "Peru": "South America", "Chile": "South America",
            "Canada": "North America", "Mexico": "North America", "Cuba": "North America",
        },
    ),
    Table(
        ("The opposite of {x} is {y}.", "{x} is the opposite of {y}."),
        ("What is the opposite of {x}?", "Name the opposite of {x}."),
        {
            "hot": "cold", "big": "small", "old": "young", "fast": "slow", "high": "low", "wet": "dry",
            "light": "dark", "hard": "soft", "full": "empty", "early": "late", "happy": "sad",
            "open": "closed", "rich": "poor", "strong": "weak", "long": "short", "clean": "dirty",
            "loud": "quiet", "up": "down", "left": "right", "day": "night", "sweet": "sour", "near": "far",
        },
    ),
    Table(
        ("The colour of {x} is {y}.", "Most people say that the colour of {x} is {y}."),
        ("What is the colour of {x}?", "Which colour goes with {x}?"),
        {
            "grass": "green", "snow": "white", "coal": "black", "blood": "red", "the sky": "blue",
            "a ripe banana": "yellow", "chocolate": "brown", "a carrot": "orange", "a lemon": "yellow",
            "milk": "white", "a raven": "black", "a flamingo": "pink", "an aubergine": "purple",
            "an elephant": "grey", "a strawberry": "red", "spinach": "green",
        },
    ),
    Table(
        ("A young {x} is called a {y}.", "A {y} is a young {x}."),
        ("What is a young {x} called?", "What do we call a young {x}?"),
        {
            "dog": "puppy", "cat": "kitten", "cow": "calf", "horse": "foal", "sheep": "lamb", "pig": "piglet",
            "goat": "kid", "bear": "cub", "deer": "fawn", "duck": "duckling", "goose": "gosling",
            "kangaroo": "joey", "swan": "cygnet", "hen": "chick",
        },
    ),
    Table(
        ("A {x} works with {y}.", "The work of a {x} needs {y}."),
        ("What does a {x} work with?", "What does a {x} need for work?"),
        {
            "baker": "flour", "carpenter": "wood", "tailor": "cloth", "painter": "paint", "plumber": "pipes",
            "chef": "food", "teacher": "pupils", "writer": "words", "butcher": "meat", "barber": "hair",
            "dentist": "teeth", "farmer": "crops", "miner": "ore", "banker": "money", "pilot": "aircraft",
        },
    ),
    Table(
        ("{x} comes after {y}.", "{y} is followed by {x}."),
        ("Which day or month comes before {x}?", "What comes before {x}?"),
        {
            "Tuesday": "Monday", "Wednesday": "Tuesday", "Thursday": "Wednesday", "Friday": "Thursday",
            "Saturday": "Friday", "Sunday": "Saturday", "Monday": "Sunday", "February": "January",
            "March": "February", "April": "March", "May": "April", "June": "May", "July": "June",
            "August": "July", "September": "August", "October": "September", "November": "October",
            "December": "November", "January": "December",
        },
    ),
    Table(
        ("{x} is used for {y}.", "People use {x} for {y}."),
        ("What is {x} used for?", "What do people use {x} for?"),
        {
            "a hammer": "driving nails", "a saw": "cutting wood", "a pen": "writing", "an oven": "baking",
            "a needle": "sewing", "a broom": "sweeping", "a kettle": "boiling water", "a lamp": "giving light",
            "a clock": "telling the time", "a spade": "digging", "a towel": "drying", "a net": "catching fish",
            "a map": "finding the way", "a bed": "sleeping", "soap": "washing", "a camera": "taking pictures",
        },
    ),
    Table(
        ("The chemical symbol of {x} is {y}.", "{y} is the chemical symbol of {x}."),
        ("What is the chemical symbol of {x}?", "Which symbol stands for {x}?"),
        {
            "oxygen": "O", "hydrogen": "H", "helium": "He", "carbon": "C", "nitrogen": "N", "neon": "Ne",
            "sodium": "Na", "iron": "Fe", "gold": "Au", "silver": "Ag", "copper": "Cu", "tin": "Sn",
            "lead": "Pb", "zinc": "Zn", "calcium": "Ca", "potassium": "K", "uranium": "U",
        },
    ),
    Table(
        ("{x} has {y} legs.", "The number of legs of {x} is {y}."),
        ("How many legs does {x} have?",),
        {
            "a dog": "four", "a spider": "eight", "an ant": "six", "a hen": "two", "a snake": "no",
            "a horse": "four", "a bee": "six", "an owl": "two", "a beetle": "six", "a cow": "four",
        },
    ),
    Table(
        ("{x} is {y}.", "We call {y} by one word: {x}."),
        ("What does the word {x} mean?", "Define {x}.", "Explain the word {x}."),
        {
            "dawn": "the time when the sun rises", "dusk": "the time when the sun sets",
            "bread": "food made from flour, water and yeast", "a library": "a place where books are kept",
            "a bakery": "a shop that sells bread", "a harbour": "a place where ships can stay safely",
            "an island": "land with water all around it", "a river": "water that flows to the sea",
            "a friend": "a person whom one likes and trusts", "winter": "the coldest season of the year",
            "a hospital": "a place where ill people are cared for", "ice": "water that has frozen",
            "a bridge": "a way over a river or a road", "a forest": "a large area full of trees",
            "an orchard": "a garden with fruit trees", "a desert": "a dry place where little grows",
            "a widow": "a woman whose husband has died", "a recipe": "a text that says how to cook a dish",
            "a calendar": "a list of the days of the year", "an average": "a sum divided by how many there are",
        },
    ),
)  # fmt: skip

_TABLE_WEIGHTS = Weighted({index: len(table.facts) for index, table in enumerate(TABLES)})
_PAIRS = tuple(tuple(table.facts.items()) for table in TABLES)


def _draw(rng: np.random.Generator) -> tuple[Table, str, str]:
    index = _TABLE_WEIGHTS.pick(rng)
    subject, answer = pick(rng, _PAIRS[index])
    return TABLES[index], subject, answer


def question_and_answer(rng: np.random.Generator) -> tuple[str, str]:
    """A question and its answer, which is a bare word or phrase."""
    table, subject, answer = _draw(rng)
    return pick(rng, table.questions).format(x=subject), answer


def statements(rng: np.random.Generator) -> str:
    """One to five true sentences."""
    sentences: list[str] = []
    for _ in range(1 + int(rng.random() * 5)):
        table, subject, answer = _draw(rng)
        sentences.append(pick(rng, table.sentences).format(x=subject, y=answer))
    return capitalise_sentences(" ".join(sentences))
