"""A random generator and a country in; names of companies, persons and their addresses out."""

import unicodedata
from dataclasses import dataclass

import numpy as np

from engine.demo.course import Rng


@dataclass(frozen=True, slots=True)
class Country:
    """What names are made of there. Company names are `surname trade`, `place trade` or two surnames and a trade."""

    code: str
    currency: str
    zones: tuple[str, ...]
    weight: float
    first: tuple[str, ...]
    last: tuple[str, ...]
    places: tuple[str, ...]
    trades: tuple[tuple[str, str], ...]
    """As the name of a company says it, and as an industry."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ENGLISH_TRADES = (
    ("Logistics", "logistics"),
    ("Engineering", "engineering"),
    ("Foods", "food"),
    ("Interiors", "retail"),
    ("Packaging", "manufacturing"),
    ("Analytics", "software"),
    ("Dental Group", "health"),
    ("Hotels", "hospitality"),
    ("Printing", "media"),
    ("Solar", "energy"),
)

COUNTRIES = (
    Country(
        "DE",
        "EUR",
        ("Europe/Berlin",),
        30,
        _words("Anna Jonas Katrin Lukas Miriam Stefan Lena Tobias Sabine Felix Julia Markus Nele Henrik Yasemin Paul"),
        _words("Brandt Vogel Lindner Kramer Seidel Hofmann Wiese Ahrens Bauer Köhler Yıldız Petersen Reuter Winkler"),
        _words("Nordhafen Rheintal Elbufer Isarwerk Alstertor Schwarzwald Havelland Weserblick"),
        (
            ("Logistik", "logistics"),
            ("Maschinenbau", "manufacturing"),
            ("Feinkost", "food"),
            ("Möbelwerke", "retail"),
            ("Medien", "media"),
            ("Software", "software"),
            ("Kliniken", "health"),
            ("Energie", "energy"),
            ("Verpackung", "manufacturing"),
            ("Spedition", "logistics"),
        ),
    ),
    Country(
        "GB",
        "GBP",
        ("Europe/London",),
        16,
        _words("Olivia Harry Amelia Oliver Priya Callum Grace Imran Hannah Rhys Isla Marcus Zara Ewan"),
        _words("Whitcombe Ashdown Carter Okafor Pemberton Hughes Lowe Sinclair Marsh Bellamy Fraser Dhillon"),
        _words("Thornbury Harbourside Kestrel Pennine Fairwater Oakhurst Tideway Marlowe"),
        ENGLISH_TRADES,
    ),
    Country(
        "FR",
        "EUR",
        ("Europe/Paris",),
        11,
        _words("Camille Julien Élodie Mathieu Chloé Antoine Inès Nicolas Manon Hugo Léa Karim"),
        _words("Morvan Delmas Rousseau Lefèvre Garnier Benali Chevalier Perrin Marchand Leclerc Girard Fabre"),
        _words("Loirac Valmont Rivemer Montclar Atlantis Armorique"),
        (
            ("Transports", "logistics"),
            ("Ateliers", "manufacturing"),
            ("Traiteur", "food"),
            ("Énergies", "energy"),
            ("Hôtels", "hospitality"),
            ("Santé", "health"),
            ("Conseil", "services"),
            ("Emballages", "manufacturing"),
        ),
    ),
    Country(
        "NL",
        "EUR",
        ("Europe/Amsterdam",),
        8,
        _words("Sanne Daan Femke Bram Lotte Ruben Anouk Thijs Noor Jeroen"),
        _words("Visser Bakker Hoekstra Mulder Kuipers Dekker Postma Veenstra Smit Brouwer"),
        _words("Maasoever Waterland Noorderhaven Polderzicht"),
        (
            ("Techniek", "engineering"),
            ("Transport", "logistics"),
            ("Bouw", "construction"),
            ("Kwekerijen", "food"),
            ("Zorggroep", "health"),
            ("Installaties", "energy"),
        ),
    ),
    Country(
        "ES",
        "EUR",
        ("Europe/Madrid",),
        7,
        _words("Lucía Javier Marta Álvaro Elena Pablo Nuria Sergio Carmen Iván"),
        _words("Ortega Navarro Ibáñez Serrano Molina Castaño Vidal Robles Herrero Pascual"),
        _words("Levante Sierranorte Guadalmar Costaviva"),
        (
            ("Logística", "logistics"),
            ("Alimentación", "food"),
            ("Hoteles", "hospitality"),
            ("Ingeniería", "engineering"),
            ("Clínicas", "health"),
            ("Renovables", "energy"),
        ),
    ),
    Country(
        "SE",
        "SEK",
        ("Europe/Stockholm",),
        5,
        _words("Elsa Oskar Maja Erik Wilma Nils Ingrid Axel Tova Samir"),
        _words("Lindqvist Sandberg Nyström Ekdahl Holmgren Åkesson Forsberg Wallin"),
        _words("Mälardalen Skärgården Norrsken Västerås"),
        (("Bygg", "construction"), ("Åkeri", "logistics"), ("Teknik", "engineering"), ("Tryckeri", "media")),
    ),
    Country(
        "PL",
        "PLN",
        ("Europe/Warsaw",),
        4,
        _words("Agnieszka Piotr Katarzyna Tomasz Magdalena Jakub Zofia Marek"),
        _words("Wójcik Zieliński Dąbrowski Lis Wrona Mazur Sikora Gajewski"),
        _words("Bałtyk Wisła Karpaty Mazury"),
        (("Meble", "retail"), ("Transport", "logistics"), ("Opakowania", "manufacturing"), ("Systemy", "software")),
    ),
    Country(
        "US",
        "USD",
        ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
        13,
        _words("Emily Jason Maria Tyler Aisha Kevin Rachel Diego Megan Andre Laura Brian Mei Jordan"),
        _words("Harlan Bennett Ramirez Whitlock Nguyen Calloway Foster Delgado Reyes Osborne Kessler Tran"),
        _words("Cedar Lakeshore Redwood Prairie Bluewater Granite Juniper Summit"),
        ENGLISH_TRADES,
    ),
    Country(
        "AU",
        "AUD",
        ("Australia/Sydney", "Australia/Perth"),
        3,
        _words("Charlotte Liam Ruby Jack Mia Cooper Anh Tahlia"),
        _words("Mackenzie Doyle Papas Nolan Whelan Tran Burke Rossi"),
        _words("Coral Wattle Southern Banksia"),
        ENGLISH_TRADES,
    ),
    Country(
        "JP",
        "JPY",
        ("Asia/Tokyo",),
        3,
        _words("Haruka Kenji Yui Takumi Aoi Daichi Emi Ryo"),
        _words("Takeda Mori Kobayashi Ishikawa Fujita Nakano Hayashi Endo"),
        _words("Aozora Minato Sakura Hikari"),
        (("Seiki", "manufacturing"), ("Systems", "software"), ("Foods", "food"), ("Logistics", "logistics")),
    ),
)

_WEIGHTS = np.array([country.weight for country in COUNTRIES])


def pick_country(rng: Rng) -> Country:
    return COUNTRIES[int(rng.choice(len(COUNTRIES), p=_WEIGHTS / _WEIGHTS.sum()))]


def company_name(rng: Rng, country: Country, taken: set[str]) -> tuple[str, str]:
    """(A name that is not in `taken`, its industry); the name is added to `taken`."""
    while True:
        trade, industry = country.trades[int(rng.integers(len(country.trades)))]
        one, other = (str(last) for last in rng.choice(country.last, 2, replace=False))
        place = str(rng.choice(country.places))
        name = str(rng.choice([f"{one} {trade}", f"{place} {trade}", f"{one} & {other}", f"{one} & {other} {trade}"]))
        if name not in taken:
            taken.add(name)
            return name, industry


def person_names(rng: Rng, country: Country, count: int) -> list[str]:
    """Different names of persons. Where the country has no more, later ones get a second family name."""
    names: dict[str, None] = {}
    while len(names) < count:
        first, last = str(rng.choice(country.first)), str(rng.choice(country.last))
        name = f"{first} {last}"
        if name in names:
            name = f"{name}-{rng.choice(country.last)}"
        names.setdefault(name)
    return list(names)


_SPELLED = {ord(one): other for one, other in {"ä": "ae", "ö": "oe", "ü": "ue", "ł": "l", "ı": "i"}.items()}


def plain(text: str) -> str:
    """Small letters, digits and dots only: what an address is made of."""
    spelled = text.lower().translate(_SPELLED)
    letters = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "".join(letter for letter in letters.replace(" ", ".") if letter.isalnum() or letter == ".")
