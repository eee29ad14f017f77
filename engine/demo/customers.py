"""A random generator and a course in; the account behind it and its people out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.demo import names
from engine.demo.course import Course, Rng
from engine.demo.people import Country, company_name, person_names, pick_country, plain

SEGMENTS = ((names.SMB, 0.45, (4, 9)), (names.MID, 0.4, (8, 18)), (names.ENTERPRISE, 0.15, (16, 34)))
"""Name, share of the accounts, seats from and up to."""
PRICE = {names.STARTER: 690, names.PRO: 1180, names.SCALE: 1900}
"""A seat's year in euros."""
RATE = {"EUR": 1.0, "GBP": 0.86, "SEK": 11.2, "PLN": 4.3, "USD": 1.1, "AUD": 1.65, "JPY": 165.0}
"""Units of a currency for a euro, as a price list would have them."""
ROLES = ("champion", "admin", "billing")
"""Of the first contacts; all others are users."""


@dataclass(frozen=True, slots=True)
class Teammate:
    email: str
    name: str
    manager: str = ""
    slack_id: str = ""
    timezone: str = "Europe/Berlin"
    pools: tuple[str, ...] = ()
    away: tuple[int, int] | None = None
    """First and last day of an absence, in days from the newest day."""
    backup: str = ""


LEAD = "lead@larkspur.example"
JONAS, AOIFE, PRIYA = "jonas@larkspur.example", "aoife@larkspur.example", "priya@larkspur.example"
TOMAS, HANNA = "tomas@larkspur.example", "hanna@larkspur.example"
TEAM = (
    Teammate(LEAD, "Miriam Vogel", slack_id="U01MIRIAM"),
    Teammate(JONAS, "Jonas Weber", LEAD, "U02JONAS"),
    Teammate(AOIFE, "Aoife Brennan", LEAD, "U03AOIFE", "Europe/Dublin", away=(-9, 5), backup=PRIYA),
    Teammate(PRIYA, "Priya Raman", LEAD, "U04PRIYA", "Europe/London", (names.ONBOARDING,)),
    Teammate(TOMAS, "Tomás Rivera", LEAD, "U05TOMAS", "Europe/Madrid", (names.ONBOARDING, names.BILLING)),
    Teammate(HANNA, "Hanna Lindqvist", LEAD, "U06HANNA", "Europe/Stockholm", (names.BILLING,)),
)
OWNERS = (JONAS, AOIFE, PRIYA, TOMAS)


@dataclass(frozen=True, slots=True)
class Contact:
    email: str
    name: str
    role: str
    consent: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Customer:
    """An account as accounts.csv has it, and its people; those who use the product come first."""

    id: str
    name: str
    parent: str
    owner: str
    segment: str
    plan: str
    seats: int
    industry: str
    country: str
    timezone: str
    currency: str
    value: int
    since: date
    renewal_date: date
    payment_date: date
    onboarding: str
    contacts: tuple[Contact, ...]


def make_customer(rng: Rng, number: int, course: Course, until: date, taken: Sequence[set[str]]) -> Customer:
    """`taken`: names and domains of the customers before; both grow by this one's."""
    country = pick_country(rng)
    zone = str(rng.choice(country.zones))
    name, industry = company_name(rng, country, taken[0])
    segment, _, (least, most) = SEGMENTS[int(rng.choice(len(SEGMENTS), p=[share for _, share, _ in SEGMENTS]))]
    seats = int(rng.integers(least, most + 1))
    plan = str(rng.choice(course.plans))
    renewal = until + timedelta(days=int(rng.integers(*course.renews_in)))
    return Customer(
        id=f"C-{1001 + number}",
        name=name,
        parent=f"C-{1001 + int(rng.integers(number))}" if number and rng.random() < 0.03 else "",
        owner="" if rng.random() < 0.02 else str(rng.choice(OWNERS)),
        segment=segment,
        plan=plan,
        seats=seats,
        industry=industry,
        country=country.code,
        timezone=zone,
        currency=country.currency,
        value=_round(seats * PRICE[plan] * rng.uniform(0.8, 1.1) * RATE[country.currency]),
        since=_since(rng, course, until, renewal),
        renewal_date=renewal,
        payment_date=_payment_date(rng, course, until),
        onboarding=course.onboarding,
        contacts=_contacts(rng, country, zone, _domain(name, taken[1]), course, seats),
    )


def _since(rng: Rng, course: Course, until: date, renewal: date) -> date:
    """New ones by their course; the others' renewals are anniversaries."""
    days = len(course.share)
    if course.joined is not None:
        return until - timedelta(days=days - 1 - course.joined)
    years = days // 365 + 2 + int(rng.integers(0, 5))
    return renewal - timedelta(days=365 * years)


def _payment_date(rng: Rng, course: Course, until: date) -> date:
    moved = [said.details["now"] for said in course.statements if said.fact == names.PAYMENT_DATE_CHANGE]
    if moved and isinstance(moved[-1], timedelta):
        return until + moved[-1]
    return until + timedelta(days=int(rng.integers(3, 90)))


def _contacts(rng: Rng, country: Country, zone: str, domain: str, course: Course, seats: int) -> tuple[Contact, ...]:
    count = max(round(float(course.share.max()) * seats), 3)
    people = person_names(rng, country, count)
    champion = rng.random() < 0.9
    roles = [*(ROLES if champion else ("user", *ROLES[1:])), *["user"] * (count - 3)]
    consents = rng.choice(["true", "false", ""], count, p=[0.6, 0.2, 0.2])
    zones = [zone if rng.random() < 0.8 else "" for _ in people]
    return tuple(
        Contact(f"{plain(person)}@{domain}", person, role, str(consent), own)
        for person, role, consent, own in zip(people, roles, consents, zones, strict=True)
    )


def _domain(name: str, taken: set[str]) -> str:
    stem = plain(name).replace(".", "")
    domain, number = f"{stem}.example", 2
    while domain in taken:
        domain, number = f"{stem}{number}.example", number + 1
    taken.add(domain)
    return domain


def _round(amount: float) -> int:
    """To what a price list would say: two digits, and a third that is 0 or 5."""
    step: int = 5 * 10 ** max(len(str(int(amount))) - 3, 0)
    return max(int(amount / step + 0.5), 1) * step
