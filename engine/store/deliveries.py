"""Rows of deliveries in; claims under a fencing number out, and what came of each try written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from engine.clock import microseconds, moment, second
from engine.domain import DeliveryState, Teammate
from engine.errors import PulsebookError
from engine.letters import Receipt
from engine.store.among import among
from engine.store.bundling import Together, bundle_of, is_lead, together_with
from engine.store.changes import keep_changes
from engine.store.database import Database
from engine.store.delivery_rows import OPEN, SLACK, Claimed, is_doubtful, verdict
from engine.store.kept import kept
from engine.store.lanes import is_on
from engine.store.listing import Offices
from engine.store.people import teammates
from engine.store.receivers import account_of, address_of, answered_by, are_corrected, meant_by, refusal_of
from engine.store.tables.runs import DeliveryRow, PaceRow
from engine.store.writing import upsert

DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
PACE = PaceRow.__table__  # type: ignore[attr-defined]

SECOND = 1_000_000
"""Microseconds; what Slack wants between two messages to one channel."""
APPROVAL, PACED, DISCARDED = "approval", "pace", "discarded"
OUTBOX = "outbox"
"""Why a message was sent that a channel without credentials has written."""


class DeliveryError(PulsebookError):
    """A delivery can't be changed like that; the message says what can be done."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a claim goes by. `now` is the post's clock, by which messages are due; `real` is the time outside.
    `leases` says by channel how long a delivery stays a worker's.

    `today` is the company's day and `fallback` the teammate for whom nobody is there. `is_paced`: Slack is written to
    for real, so its channels get one message a second.
    """

    now: datetime
    real: datetime
    leases: Mapping[str, timedelta]
    today: date
    fallback: str
    is_paced: bool
    on_lane: str | None = None
    """Only what goes along this lane."""


class _Put(Enum):
    OFF = "off"
    """It was its turn, but not yet its channel's."""


def claim(database: Database, terms: Terms) -> Claimed | None:
    """The delivery that is due longest becomes this worker's until the lease ends; None: nothing is due.

    One whose earlier claim ran out is taken over as doubtful: whoever had it may have sent it and died.
    """
    while (taken := _claim_one(database, terms)) is _Put.OFF:
        continue
    return taken if isinstance(taken, Claimed) else None


def _claim_one(database: Database, terms: Terms) -> Claimed | _Put | None:
    now = microseconds(terms.now)
    with database.writing() as connection:
        row = connection.execute(*_longest_due(now=now, lane=terms.on_lane)).one_or_none()
        if row is None:
            return None
        answered = answered_by(connection, row)
        if answered is not None and answered.state in OPEN and answered.try_at is not None:
            _put_off(connection, Together(row, (row,)), max(now, answered.try_at) + SECOND)
            return _Put.OFF
        people, offices = teammates(connection), Offices(terms.fallback, terms.today)
        going = together_with(
            connection, row, lambda one, owner: meant_by(one, owner, people, offices, is_doubtful=False)
        )
        claimed = _claimed(connection, going, terms, answered, people)
        until = microseconds(claimed.until)
        if claimed.lane is not None:
            slot = _slot(connection, claimed.lane, now, until, is_new=row.reason is None and not claimed.is_doubtful)
            if slot is not None:
                _put_off(connection, going, slot)
                return _Put.OFF
        values = {
            "attempts": claimed.attempts,
            "looks_back": claimed.looks_back,
            "address": claimed.receiver,
            "claimed_at": microseconds(claimed.first_claimed_at),
            "claimed_until": until,
            "try_at": until,
        }
        _update_fenced(connection, claimed.ids, row.attempts, values)
        return claimed


@kept
def _longest_due(now: Any, lane: Any) -> Select[Any]:
    due = select(DELIVERY).where(DELIVERY.c.try_at <= now, DELIVERY.c.state.in_(OPEN), is_lead())
    due = due if lane is None else due.where(is_on(lane))
    return due.order_by(DELIVERY.c.try_at, DELIVERY.c.id).limit(1).with_for_update(skip_locked=True)


def _claimed(
    connection: Connection, going: Together, terms: Terms, answered: Any, people: Mapping[str, Teammate]
) -> Claimed:
    row = going.lead
    in_doubt, is_corrected = is_doubtful(row), are_corrected(connection, row, going.ids)
    account, owner = account_of(connection, row.account_seq)
    meant = meant_by(answered or row, owner, people, Offices(terms.fallback, terms.today), is_doubtful=in_doubt)
    address = address_of(row.channel, meant, people)
    outbox_only = row.outbox_only or (answered is not None and answered.reason == OUTBOX)
    is_paced = terms.is_paced and row.channel == SLACK and not outbox_only
    return Claimed(
        id=row.id,
        attempts=row.attempts + 1,
        until=terms.now + terms.leases[row.channel],
        first_claimed_at=terms.real if row.claimed_at is None else moment(row.claimed_at),
        is_first=row.claimed_at is None,
        is_doubtful=in_doubt,
        looks_back=row.looks_back + in_doubt,
        key=going.name or row.key,
        account=account,
        channel=row.channel,
        template=row.template,
        receiver=meant,
        address=address,
        subject=row.subject,
        text=row.text,
        sender_name=row.sender_name,
        reply_to=row.reply_to,
        day=row.day,
        outbox_only=outbox_only,
        thread=None if answered is None else answered.reference,
        lane=f"slack {address}" if is_paced else None,
        refusal=None if in_doubt else refusal_of(connection, row, answered, is_corrected=is_corrected),
        is_corrected=is_corrected,
        bundle=bundle_of(connection, going, people),
        others=tuple(id_ for id_ in going.ids if id_ != row.id),
    )


def _slot(connection: Connection, lane: str, now: int, until: int, *, is_new: bool) -> int | None:
    """When the message is to come back; None: it goes, and the lane is its own until it is settled.

    Those that come for the first time line up a second apart, so that not all of them come back at each second.
    """
    if (free_from := _locked(connection, lane)) <= now:
        _set_lane(connection, lane, until)
        return None
    if not is_new:
        return min(free_from, now + SECOND)
    line = f"{lane} line"
    slot = max(_locked(connection, line), now) + SECOND
    _set_lane(connection, line, slot)
    return slot


def _locked(connection: Connection, lane: str) -> int:
    upsert(connection, PACE, ["lane"], [{"lane": lane, "next": 0}], [])
    return int(connection.execute(select(PACE.c.next).where(PACE.c.lane == lane).with_for_update()).scalar_one())


def _set_lane(connection: Connection, lane: str, at: int) -> None:
    connection.execute(update(PACE).where(PACE.c.lane == lane).values(next=at))


def _put_off(connection: Connection, going: Together, slot: int) -> None:
    lead = going.lead
    reason = lead.reason or (PACED if lead.state == DeliveryState.WAITING else None)
    _update_fenced(connection, going.ids, lead.attempts, {"try_at": slot, "reason": reason})


def _update_fenced(
    connection: Connection, ids: Sequence[int], attempts: int, values: Mapping[str, object], *, is_claimed: bool = False
) -> bool:
    mine = update(DELIVERY).where(among(DELIVERY.c.id, ids), DELIVERY.c.attempts == attempts)
    if is_claimed:
        mine = mine.where(DELIVERY.c.claimed_until.is_not(None))
    return connection.execute(mine.values(**values)).rowcount == len(ids)


def settle(
    database: Database, claimed: Claimed, receipt: Receipt, now: datetime, tried_for: timedelta = timedelta(0)
) -> DeliveryState | None:
    """Writes down what came of a try, and gives the state that follows; `tried_for`: real time since the first try.

    None: another worker has taken the delivery over since, so nothing is written.
    """
    after = verdict(claimed, receipt, now, tried_for)
    values = {
        "state": str(after.state),
        "reason": after.reason,
        "try_at": None if after.try_at is None else microseconds(after.try_at),
        "looks_back": after.looks_back,
        "claimed_until": None,
        "claimed_at": microseconds(claimed.first_claimed_at) if after.keeps_first else None,
        "reference": after.reference,
        "settled_at": microseconds(now) if after.try_at is None else None,
    }
    with database.writing() as connection:
        if not _update_fenced(connection, claimed.ids, claimed.attempts, values, is_claimed=True):
            return None
        if claimed.lane is not None:
            _set_lane(connection, claimed.lane, microseconds(now) + SECOND)
    return after.state


def next_try(database: Database, on_lane: str | None = None) -> datetime | None:
    """When the next delivery is due, or a claim runs out; None: nothing happens by itself any more."""
    query = select(func.min(DELIVERY.c.try_at)).where(DELIVERY.c.state.in_(OPEN))
    if on_lane is not None:
        query = query.where(is_on(on_lane))
    with database.asking() as connection:
        found = connection.execute(query).scalar()
    return None if found is None else moment(found)


def count_left(database: Database) -> int:
    """How many deliveries will be tried, or looked for, again by themselves."""
    with database.asking() as connection:
        query = select(func.count()).where(DELIVERY.c.try_at.is_not(None), DELIVERY.c.state.in_(OPEN))
        return int(connection.execute(query).scalar_one())


def approve(database: Database, id_: int, now: datetime) -> None:
    """Lets a message that waits for a person's approval leave. Raises DeliveryError where it does not wait for that."""
    _decide(database, id_, now, {"reason": None, "try_at": microseconds(now)}, ("reason",))


def discard(database: Database, id_: int, now: datetime, reason: str = "") -> None:
    """A message that waits for approval will not leave. Raises DeliveryError where it does not wait for that."""
    values = {
        "state": str(DeliveryState.NOT_SENT),
        "reason": f"{DISCARDED}: {reason}" if reason else DISCARDED,
        "settled_at": microseconds(now),
    }
    _decide(database, id_, now, values, ("state", "reason"))


def _decide(
    database: Database, id_: int, now: datetime, values: Mapping[str, object], recorded: tuple[str, ...]
) -> None:
    with database.writing() as connection:
        row = connection.execute(select(DELIVERY).where(DELIVERY.c.id == id_).with_for_update()).one_or_none()
        if row is None:
            raise DeliveryError(f"There is no delivery {id_}. `pulsebook list deliveries` shows them all.")
        if (row.state, row.reason) != (DeliveryState.WAITING, APPROVAL):
            said = "on its way" if row.state == DeliveryState.WAITING else row.state
            raise DeliveryError(
                f"Delivery {id_} is {said} already. Only one that waits for approval can be approved or discarded: "
                "`pulsebook list deliveries` shows which do."
            )
        if microseconds(now) < row.decided_at:
            made = second(row.decided_at)
            raise DeliveryError(f"Delivery {id_} was written at {made}, later than this. Say a later --as-of.")
        connection.execute(update(DELIVERY).where(DELIVERY.c.id == id_).values(**values))
        keep_changes(
            connection,
            [
                {
                    "kind": "delivery",
                    "entity": str(id_),
                    "field": name,
                    "old": getattr(row, name),
                    "new": values[name],
                    "at": microseconds(now),
                    "by": None,
                    "import_id": None,
                }
                for name in recorded
            ],
        )
