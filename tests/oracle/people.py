"""Who is meant by owner, manager, an email or a pool in; a teammate's email out (section 8)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Teammates = Mapping[str, Mapping[str, Any]]


def recipient(to: str, account: Mapping[str, Any], teammates: Teammates, fallback: str, today: date) -> str:
    """`owner`, `manager`, an email or a "#channel"."""
    if to == "owner":
        return owner(account, teammates, today) or fallback
    if to == "manager":
        manager = teammates.get(account.get("owner", ""), {}).get("manager")
        return manager if manager in teammates else fallback
    return to


def owner(account: Mapping[str, Any], teammates: Teammates, today: date) -> str | None:
    """The account's owner if that is a teammate who is not away; away: their backup."""
    name = account.get("owner")
    if name not in teammates:
        return None
    if not _is_away(teammates[name], today):
        return str(name)
    backup = teammates[name].get("backup")
    return backup if backup in teammates else None


def _is_away(teammate: Mapping[str, Any], today: date) -> bool:
    since, until = teammate.get("away_from"), teammate.get("away_until")
    return (since is not None or until is not None) and (since or today) <= today <= (until or today)


def pool(name: str, teammates: Teammates) -> list[str]:
    """By email."""
    return sorted(email for email, one in teammates.items() if name in _pools(one))


def _pools(teammate: Mapping[str, Any]) -> list[str]:
    return [one.strip() for one in (teammate.get("pools") or "").split(";")]


def least_loaded(members: Iterable[str], open_tasks: Mapping[str, int]) -> str:
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
