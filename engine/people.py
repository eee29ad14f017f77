"""An account's owner and the teammates in; who is meant by `owner` and `manager` today, out."""

from collections.abc import Mapping
from datetime import date

from engine.domain import Teammate


def owner_of(owner: str | None, teammates: Mapping[str, Teammate], day: date, fallback: str) -> str:
    """The account's owner if that is a teammate who is not away, else their backup, else the fallback."""
    return _present(owner, teammates, day) or fallback


def manager_of(owner: str | None, teammates: Mapping[str, Teammate], day: date, fallback: str) -> str:
    """The owner's manager, or that one's backup, else the fallback. The owner may be away."""
    teammate = teammates.get(owner) if owner else None
    return _present(teammate.manager if teammate else None, teammates, day) or fallback


def assignee_of(assign: str, owner: str | None, teammates: Mapping[str, Teammate], day: date, fallback: str) -> str:
    """Whose a task becomes. `assign`: owner, manager or a teammate's address; `owner`: the account's."""
    if assign == "manager":
        return manager_of(owner, teammates, day, fallback)
    return owner_of(owner if assign == "owner" else assign, teammates, day, fallback)


def _present(email: str | None, teammates: Mapping[str, Teammate], day: date) -> str | None:
    """That teammate, or the first in the line of backups who is there; None where the line ends or goes in a circle."""
    seen: set[str] = set()
    while email and email in teammates and email not in seen:
        if not teammates[email].is_away(day):
            return email
        seen.add(email)
        email = teammates[email].backup
    return None
