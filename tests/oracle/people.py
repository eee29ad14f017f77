"""Owner, manager, an email or a pool, and a day of the company's, in; a teammate's email out (section 8)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Teammates = Mapping[str, Mapping[str, Any]]


def teammate(to: str, owner: str | None, teammates: Teammates, fallback: str, day: date) -> str:
    """`owner`, `manager` (the owner's, who may be away) or an email; where there is none: the fallback."""
    named = {"owner": owner, "manager": teammates.get(owner or "", {}).get("manager")}.get(to, to)
    return _who_is_there(named, teammates, day) or fallback


def _who_is_there(email: str | None, teammates: Teammates, day: date) -> str | None:
    """That teammate; who is away has a backup, who may be away as well."""
    asked: list[str] = []
    while email is not None and email in teammates and email not in asked:
        if not is_away(teammates[email], day):
            return email
        asked.append(email)
        email = teammates[email].get("backup")
    return None


def is_away(teammate: Mapping[str, Any], day: date) -> bool:
    since, until = teammate.get("away_from"), teammate.get("away_until")
    return (since is not None or until is not None) and (since or day) <= day <= (until or day)


def pool(name: str, teammates: Teammates, day: date) -> list[str]:
    """By email, those who are there."""
    return sorted(email for email, one in teammates.items() if name in _pools(one) and not is_away(one, day))


def _pools(teammate: Mapping[str, Any]) -> list[str]:
    return [one.strip() for one in (teammate.get("pools") or "").split(";")]


def least_loaded(members: Iterable[str], open_tasks: Mapping[str | None, int]) -> str:
    """The fewest open tasks, then by email."""
    return min(members, key=lambda email: (open_tasks.get(email, 0), email))


def in_turn(members: list[str], last: str | None) -> str:
    """The next one by email after the last, then the first again."""
    later = [email for email in members if last is not None and email > last]
    return later[0] if later else members[0]


def contact_for(role: str, marketing: bool, contacts: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The first by email address of those who have the role and, for marketing, consent."""
    fitting = [
        email for email, one in contacts.items() if one.get("role") == role and (one.get("consent") or not marketing)
    ]
    return min(fitting, default=None)
