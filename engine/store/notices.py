"""A sentence for whoever runs Pulsebook in; a Slack message on its way to `[people] fallback`, out."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine.clock import microseconds
from engine.domain import DeliveryState
from engine.store.delivery_rows import SLACK
from engine.store.tables.runs import DeliveryRow
from engine.store.writing import upsert

if TYPE_CHECKING:
    from engine.store.saving.save import Office

DELIVERY = DeliveryRow.__table__  # type: ignore[attr-defined]


def save_notice(
    connection: Connection, key: str, text: str, at: datetime, office: "Office", *, version: str, cause: str
) -> None:
    """Tells the operator something, in the transaction in which it comes about.

    `key` names what it tells of: under it a notice leaves once, however often it is saved.
    """
    notice = {
        "key": f"notice/{key}",
        "channel": SLACK,
        "to": office.fallback,
        "text": text,
        "marketing": False,
        "outbox_only": office.outbox_only,
        "state": str(DeliveryState.WAITING),
        "decided_at": microseconds(at),
        "day": office.company_day,
        "try_at": microseconds(office.now),
        "attempts": 0,
        "looks_back": 0,
        "version": version,
        "cause": cause,
    }
    upsert(connection, DELIVERY, ["key"], [notice], [])
