"""Runs that are taken back in; their open tasks closed, what waits of them withdrawn, their messages answered, out."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from engine.clock import microseconds
from engine.domain import DeliveryState, Reason
from engine.judged import Retraction
from engine.store.assigning import OPEN
from engine.store.delivery_rows import SLACK, answer_key
from engine.store.doubts import settle_doubts
from engine.store.saving.deliveries import CANCELLED, DELIVERY, TASK
from engine.store.tables.accounts import AccountRow
from engine.store.writing import upsert

if TYPE_CHECKING:
    from engine.store.saving.save import Saving

ACCOUNT = AccountRow.__table__  # type: ignore[attr-defined]

NOTE = "source corrected"
WAITING, SENT, UNKNOWN = (str(state) for state in (DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.UNKNOWN))


def save_retractions(saving: "Saving") -> int:
    """How many messages are answered. Mails to customers are never followed by another."""
    settle_doubts(saving.connection, [one for one in saving.judged.doubts if one.run.account in saving.seq_of])
    mine = [one for one in saving.judged.retracted if one.run.account in saving.seq_of]
    return sum(_retract(saving, one) for one in mine)


def _retract(saving: "Saving", one: Retraction) -> int:
    connection, at = saving.connection, microseconds(saving.judged.snapshot.at)
    open_tasks = (TASK.c.run_id == one.run.id, TASK.c.state == OPEN)
    noted = func.coalesce(TASK.c.note + "; ", "") + NOTE
    connection.execute(update(TASK).where(*open_tasks).values(state=CANCELLED, note=noted))
    mine = (DELIVERY.c.account_seq == saving.seq_of[one.run.account], DELIVERY.c.run_id == one.run.id)
    idle = (*mine, DELIVERY.c.claimed_until.is_(None), DELIVERY.c.state == WAITING)
    withdrawn = {"state": str(DeliveryState.NOT_SENT), "reason": str(Reason.SOURCE_CORRECTED), "try_at": None}
    connection.execute(update(DELIVERY).where(*idle).values(**withdrawn, settled_at=at))
    # What waits by now is being sent at this moment; what is in doubt is still looked for.
    left = or_(DELIVERY.c.state.in_((SENT, WAITING)), (DELIVERY.c.state == UNKNOWN) & DELIVERY.c.try_at.is_not(None))
    told = select(DELIVERY, ACCOUNT.c.name.label("account_name")).join(ACCOUNT, ACCOUNT.c.seq == DELIVERY.c.account_seq)
    told = told.where(*mine, DELIVERY.c.channel == SLACK, left)
    answers = [_answer(saving, one, row, at) for row in connection.execute(told.order_by(DELIVERY.c.id)).all()]
    upsert(connection, DELIVERY, ["key"], answers, [])
    return len(answers)


def _answer(saving: "Saving", one: Retraction, told: Any, at: int) -> dict[str, Any]:
    """It stands in the thread of what was told, or leaves not at all. Where that may tell of many, it says of whom."""
    same = ("account_seq", "run_id", "playbook", "step", "channel", "template", "to", "outbox_only")
    return {
        **{name: getattr(told, name) for name in same},
        "key": answer_key(told.key),
        "answers": told.id,
        "text": one.text if told.bundle is None else f"*{told.account_name or one.run.account}* · {one.text}",
        "marketing": False,
        "state": WAITING,
        "decided_at": at,
        "day": int(saving.judged.snapshot.today[saving.judged.snapshot.accounts.index(one.run.account)]),
        "try_at": microseconds(saving.office.now),
        "attempts": 0,
        "looks_back": 0,
        "version": saving.judged.version,
        "cause": saving.judged.cause,
    }
