"""A delivery's row in; who is meant by it today, what it answers, and why it must not leave, out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from engine.domain import DeliveryState, Reason, Teammate
from engine.store.among import among
from engine.store.delivery_rows import EMAIL, SLACK, answer_key
from engine.store.listing import Offices, receiver
from engine.store.tables.accounts import AccountRow, ContactRow
from engine.store.tables.runs import DeliveryRow

DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]
ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]
CONTACT = ContactRow.__table__  # type: ignore[attr-defined]
NO_CONSENT, RECIPIENT_GONE = "no_consent", "recipient_gone"
NOTHING_TO_ANSWER = "nothing_to_answer"


def answered_by(connection: Connection, row: Any) -> Any:
    """The message that a row answers; None: it answers none."""
    if row.answers is None:
        return None
    return connection.execute(select(DELIVERY).where(DELIVERY.c.id == row.answers)).one()


def are_corrected(connection: Connection, lead: Any, ids: Sequence[int]) -> bool:
    """Whether all of these messages, which leave as one, were tried and are to be answered by now: what they tell was
    never true."""
    if lead.channel != SLACK or not lead.attempts:
        return False
    keys = select(DELIVERY.c.key).where(among(DELIVERY.c.id, ids))
    answers = [answer_key(key) for key in connection.execute(keys).scalars()]
    count = select(func.count()).where(among(DELIVERY.c.key, answers))
    return connection.execute(count).scalar_one() == len(answers)


def account_of(connection: Connection, seq: int | None) -> tuple[str | None, str | None]:
    """Id and owner; neither where it is a notice."""
    if seq is None:
        return None, None
    id_, owner = connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.owner).where(ACCOUNT.c.seq == seq)).one()
    return id_, owner


def meant_by(
    row: Any, owner: str | None, people: Mapping[str, Teammate], offices: Offices, *, is_doubtful: bool
) -> str | None:
    """Who is meant today; what may have arrived is looked for, and repeated, where it went. A message that is answered
    is answered there, too."""
    if (is_doubtful or row.state == DeliveryState.SENT) and row.address is not None:
        return str(row.address)
    if row.channel == EMAIL:
        return str(row.to)
    return receiver(row.to, owner, people, offices)


def address_of(channel: str, meant: str | None, people: Mapping[str, Teammate]) -> str | None:
    teammate = people.get(meant) if meant and channel == SLACK else None
    return teammate.slack_id if teammate and teammate.slack_id else meant


def refusal_of(connection: Connection, row: Any, answered: Any, *, is_corrected: bool) -> str | None:
    """Consent may have been taken back, and people leave, meanwhile. What it answers may never have left; what it tells
    may have turned out wrong while it was tried."""
    if is_corrected:
        return str(Reason.SOURCE_CORRECTED)
    if answered is not None and (answered.state != DeliveryState.SENT or answered.reference is None):
        return NOTHING_TO_ANSWER
    if row.channel != EMAIL:
        return None
    mine = (CONTACT.c.account_seq == row.account_seq, CONTACT.c.email == row.to)
    contact = connection.execute(select(CONTACT.c.listed, CONTACT.c.consent).where(*mine)).one_or_none()
    if contact is None or not contact.listed:
        return RECIPIENT_GONE
    return NO_CONSENT if row.marketing and contact.consent is not True else None
