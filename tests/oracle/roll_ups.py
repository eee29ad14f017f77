"""A `roll_up` and one account's look in; the scores of its contacts, or children, in one number out (section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tests.oracle.files import Written
from tests.oracle.numbers import exact
from tests.oracle.wanted import fits

if TYPE_CHECKING:
    from tests.oracle.look import Judged

Weighted = tuple[float, float]
"""A value, with its weight."""


def rolled_up(judged: Judged, definition: Written) -> float | None:
    """Their mean, the lowest, or Σ w·v / Σ w; None where nobody has a value."""
    of = {"contacts": _of_contacts, "children": _of_children}[definition["of"]]
    found = list(of(judged, definition))
    if not found:
        return None
    match definition["take"]:
        case "worst":
            return min(value for value, _ in found)
        case _:
            total = sum(exact(weight) * exact(value) for value, weight in found)
            return round(total / sum(exact(weight) for _, weight in found) * 10_000) / 10_000


def _of_contacts(judged: Judged, definition: Written) -> Iterator[Weighted]:
    """Each scored by its own records."""
    for email in sorted(judged.seen.contacts()):
        contact = {"email": email, **judged.account.contacts.get(email, {})}
        if _is_wanted(contact, definition):
            value = judged.of_contact(email).score(definition["roll_up"]).value
            if value is not None:
                yield value, 1.0


def _of_children(judged: Judged, definition: Written) -> Iterator[Weighted]:
    """As their last looks left them, without those that have left."""
    for child in judged.company.children_of(judged.account):
        weight = child.attributes.get(definition.get("weight", ""), 0.0) if "weight" in definition else 1.0
        value = judged.everybody[child.id].values.get(definition["roll_up"]) if child.id in judged.everybody else None
        if value is None or weight <= 0 or child.has_left(judged.at):
            continue
        if _is_wanted({"id": child.id, **child.attributes}, definition):
            yield value, weight


def _is_wanted(properties: Mapping[str, Any], definition: Written) -> bool:
    """A blank one never counts."""
    where = definition.get("where", {})
    return all(fits(wanted, properties.get(name)) is True for name, wanted in where.items())
