"""Files, and what people say by hand, in; the company's records changed by them (section 12)."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from tests.oracle import taking
from tests.oracle.files import Workspace
from tests.oracle.journal import Import, Override, State
from tests.oracle.moments import as_of, day_in, end_of
from tests.oracle.records import Account, Company, Fact, Held, Overriding, Row, Value
from tests.oracle.taking import Arrival
from tests.oracle.values import attribute_type, read_value


def arrive(company: Company, workspace: Workspace, said: Import) -> None:
    at = as_of(said.as_of, workspace.zone)
    arrival = Arrival(workspace.catalog, workspace.zone, at, said.timezone or workspace.zone, said.history)
    for text in said.files:
        _file(company, arrival, said.kind, csv.DictReader(io.StringIO(text)))


def state(company: Company, workspace: Workspace, said: State) -> None:
    """A fact that somebody states is like a row of a file."""
    at = as_of(said.as_of, workspace.zone)
    row = {
        "account": said.account,
        "fact": said.name,
        "at": said.since or at.isoformat(),
        "until": said.until or "",
        "source": "by hand",
        "reason": said.reason or "",
        **said.properties,
    }
    _file(company, Arrival(workspace.catalog, workspace.zone, at, workspace.zone), "facts", [row])


def override(company: Company, workspace: Workspace, said: Override) -> None:
    account = company.accounts[said.account]
    until = end_of(date.fromisoformat(said.until), account.zone(workspace.zone))
    at = as_of(said.as_of, workspace.zone)
    account.overrides.append(Overriding(said.of or workspace.primary, said.value, at, until))


def _file(company: Company, arrival: Arrival, kind: str, rows: Iterable[Row]) -> None:
    """The k-th identical row of a file is the k-th such thing; rows for nobody wait for their account."""
    company.files += 1
    came = []
    for row in rows:
        match kind:
            case "teammates":
                _teammate(company, row)
            case "accounts":
                _account(company, arrival, row)
            case "aliases":
                company.aliases[row["alias"].strip()] = row["account"].strip()
                _held_rows_of(company, arrival, row["alias"].strip())
            case _:
                came.append(Held(company.files, arrival, kind, row))
    _rows(company, came)


def _rows(company: Company, came: list[Held]) -> None:
    """Of one file."""
    seen, roles = Counter[object](), _roles(company, came)
    for one in came:
        _row(company, one, seen)
    for name, had in roles.items():
        _assert_role_changes(company.accounts[name], came[0].arrival, had)


def _roles(company: Company, came: list[Held]) -> dict[str, dict[str, Any]]:
    """Per account whose contacts come, the roles that its contacts have."""
    said = (company.account(one.row["account"].strip()) for one in came if one.kind == "contacts")
    return {one.id: _roles_of(one) for one in said if one is not None}


def _roles_of(account: Account) -> dict[str, Any]:
    return {email: contact.get("role") for email, contact in account.contacts.items()}


def _row(company: Company, came: Held, seen: Counter[object]) -> None:
    said = came.row["account"].strip()
    account = company.account(said)
    if account is None:
        company.held.setdefault(said, []).append(came)
    elif taking.TAKES[came.kind](company, account, came.arrival, came.row, seen) and came.arrival.history:
        account.seeds = True


def _held_rows_of(company: Company, arrival: Arrival, said: str) -> None:
    """What waited for an account comes now, file by file as it was read, on days where the company is by now."""
    waiting = company.held.pop(said, []) if company.account(said) else []
    waiting = [replace(one, arrival=replace(one.arrival, company_zone=arrival.company_zone)) for one in waiting]
    for file in dict.fromkeys(came.file for came in waiting):
        _rows(company, [came for came in waiting if came.file == file])


def _teammate(company: Company, row: Row) -> None:
    known = company.teammates.setdefault(row["email"].strip(), {})
    for column, text in row.items():
        known[column] = read_value(text, "date" if column in ("away_from", "away_until") else "text", "UTC")


def _account(company: Company, arrival: Arrival, row: Row) -> None:
    """A second row for an id updates the columns it has; a blank clears."""
    name = row["id"].strip()
    is_new = name not in company.accounts
    account = company.accounts.setdefault(name, Account(name))
    was: dict[str, Value] = dict(account.attributes)
    for column, text in row.items():
        value = read_value(text, attribute_type(arrival.catalog, column), arrival.zone)
        account.attributes.pop(column, None)
        if value is not None:
            account.attributes[column] = value
    if is_new:
        _held_rows_of(company, arrival, name)
    else:
        _assert_changes(account, arrival, was)


def _assert_changes(account: Account, arrival: Arrival, was: dict[str, Value]) -> None:
    """`when_changes`: from one value to another, neither blank."""
    for name, kind in arrival.catalog.get("facts", {}).items():
        attribute: str = (kind or {}).get("when_changes", "")
        old, new = was.get(attribute), account.attributes.get(attribute)
        if old is not None and new is not None and old != new:
            _assert_now(account, arrival, name, {"was": old, "now": new})


def _assert_role_changes(account: Account, arrival: Arrival, had: dict[str, Any]) -> None:
    """`when_role_changes`: who had the role has it no longer; the first by address who got it meanwhile is `now`."""
    has = _roles_of(account)
    for name, kind in arrival.catalog.get("facts", {}).items():
        role = (kind or {}).get("when_role_changes")
        if role is None:
            continue
        gained = sorted(email for email in has if has[email] == role and had.get(email) != role)
        now = {"now": gained[0]} if gained else {}
        for email in sorted(email for email in had if had[email] == role and has[email] != role):
            _assert_now(account, arrival, name, {"was": email, **now})


def _assert_now(account: Account, arrival: Arrival, name: str, properties: dict[str, Value]) -> None:
    day = day_in(arrival.at, account.zone(arrival.company_zone))
    until = taking.end_of_fact(account, arrival, name, day, "")
    account.facts.append(Fact(name, arrival.at, day, until, False, properties))
