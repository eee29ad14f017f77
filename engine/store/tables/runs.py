"""What playbooks set going: runs, tasks, messages on their way."""

from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from engine.store.tables.fields import Row, id_field, json_field, moment_field


class RunRow(Row, table=True):
    __tablename__ = "run"
    __table_args__ = (
        Index("run_by_account", "account_seq", "playbook", "started_day"),
        Index("run_in_doubt", "playbook", "doubted_at"),
    )
    id: str = Field(primary_key=True)
    account_seq: int
    playbook: str
    version: str
    rule: str
    started_at: int = moment_field()
    started_day: int
    position: int = 0
    waiting_since: int | None = moment_field(nullable=True)
    firing: dict[str, Any] = json_field()
    ended_at: int | None = moment_field(nullable=True, index=True)
    end: str | None = None
    end_reason: str | None = None
    cause: str
    doubted_at: int | None = moment_field(nullable=True)
    """When something came in, or was taken back, that reaches back to its firing; None: that was looked into."""
    doubted_by: str | None = None
    """What that was, in words."""


class TaskRow(Row, table=True):
    __tablename__ = "task"
    id: int | None = id_field()
    key: str = Field(unique=True)
    account_seq: int = Field(index=True)
    run_id: str = Field(index=True)
    playbook: str
    step: str
    template: str
    title: str
    body: str
    assignee: str
    due: int | None = None
    state: str
    cancel_with_run: bool = False
    created_at: int = moment_field()
    day: int
    done_at: int | None = moment_field(nullable=True)
    snoozed_until: int | None = None
    note: str | None = None
    cause: str


class DeliveryRow(Row, table=True):
    """One message on its way. `try_at`: when it is due (none: not by itself); `attempts` is the fencing number.

    `to` is as the action says; `address` what it was looked up as when it left. `claimed_until`: a try is under way.
    A notice to the operator has no account, and no run whose step it is.
    """

    __tablename__ = "delivery"
    id: int | None = id_field()
    key: str = Field(unique=True)
    account_seq: int | None = Field(default=None, index=True)
    run_id: str | None = None
    playbook: str | None = None
    step: str | None = None
    channel: str
    template: str | None = None
    to: str | None = None
    address: str | None = None
    subject: str | None = None
    text: str
    sender_name: str | None = None
    reply_to: str | None = None
    marketing: bool = False
    outbox_only: bool = False
    """Decided by a look at the distant past: it goes to the outbox, whatever the credentials."""
    state: str
    reason: str | None = None
    decided_at: int = moment_field()
    day: int
    try_at: int | None = moment_field(nullable=True, index=True)
    attempts: int = 0
    answers: int | None = None
    """The message in whose thread it stands; it leaves after that one, or not at all."""
    bundle: str | None = Field(default=None, index=True)
    """Of what a release told, the release; once it is known what leaves in one message, that message's name."""
    looks_back: int = 0
    """How often a doubtful try has been looked for at the receiver."""
    claimed_until: int | None = moment_field(nullable=True)
    claimed_at: int | None = moment_field(nullable=True)
    reference: str | None = None
    settled_at: int | None = moment_field(nullable=True)
    version: str
    cause: str


class PaceRow(Row, table=True):
    """When the next message may go to that Slack channel; of a pool, who had the `last` turn."""

    __tablename__ = "pace"
    lane: str = Field(primary_key=True)
    next: int = moment_field()
    last: str | None = None
