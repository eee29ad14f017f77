"""What looks concluded: scores and their parts, rules and their decisions."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary
from sqlmodel import Field

from engine.store.tables.fields import Row, id_field, json_field, moment_field


class ScoreVersionRow(Row, table=True):
    """The code under which a score version stands in series and stays. `bands`: name and lower edge, lowest first."""

    __tablename__ = "score_version"
    code: int | None = id_field()
    fingerprint: str = Field(unique=True)
    score: str
    model: str
    bands: list[tuple[str, float]] = Field(sa_column=Column(JSON, nullable=False, server_default="[]"))


class ScoreRow(Row, table=True):
    """The present of one score of one account, and its stay."""

    __tablename__ = "score"
    account_seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    score: str = Field(primary_key=True)
    model: str | None = None
    version: int = 0
    base: float | None = None
    adjusted: float | None = None
    value: float | None = None
    coverage: float | None = None
    band: str | None = None
    stay_band: str | None = None
    """The last known band: a stay goes on through unknowns."""
    stay_version: int = 0
    """The code of the score version that knew it."""
    came_from: str | None = None
    since: int | None = None
    seen: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    overridden: bool = False
    before_band: str | None = None
    before_came_from: str | None = None
    before_since: int | None = None
    elsewhere: str | None = None
    """What `seen` was under other versions."""
    at: int = moment_field()
    day: int


class BreakdownRow(Row, table=True):
    """The parts of one score at the last look of each account of a block, packed."""

    __tablename__ = "breakdown"
    score: str = Field(primary_key=True)
    block: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    parts: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RuleVersionRow(Row, table=True):
    """The version of a rule that looks are by, and the moment of the first of them."""

    __tablename__ = "rule_version"
    rule: str = Field(primary_key=True)
    fingerprint: str
    since: int = moment_field()


class StandingRow(Row):
    """Where a rule stands; what it stands there for is the table's."""

    state: str
    fingerprint: str
    since: int = moment_field()
    since_day: int
    fired_at: int | None = moment_field(nullable=True)
    fired_day: int | None = None
    told_at: int | None = moment_field(nullable=True)
    told_day: int | None = None


class EpisodeRow(StandingRow, table=True):
    """A rule's state for one account; no row is inactive and never fired."""

    __tablename__ = "episode"
    account_seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    rule: str = Field(primary_key=True)


class GroupEpisodeRow(StandingRow, table=True):
    """The state of a rule that counts across accounts, for one value of its attribute; days are the company's."""

    __tablename__ = "group_episode"
    rule: str = Field(primary_key=True)
    group: str = Field(primary_key=True)


class DecisionRow(Row, table=True):
    __tablename__ = "decision"
    __table_args__ = (Index("decision_by_account", "account_seq", "rule", "at"),)
    id: int | None = id_field()
    account_seq: int
    rule: str
    move: str
    at: int = moment_field()
    day: int
    evidence: dict[str, Any] = json_field()
    because: str
    playbook: str | None = None
    run_id: str | None = None
    reason: str | None = None
    fingerprint: str
    version: str
    cause: str


class FindingRow(Row, table=True):
    """Something about many accounts at once, or about a feed. Days are the company's."""

    __tablename__ = "finding"
    id: int | None = id_field()
    key: str = Field(unique=True)
    """What it tells of, so that it is opened once: `quiet/NAME/DAY`, `across/RULE/GROUP/MOMENT`."""
    kind: str
    name: str
    group: str | None = None
    text: str
    accounts: list[str] = json_field()
    at: int = moment_field()
    day: int
    ended_at: int | None = moment_field(nullable=True, index=True)
    ended_day: int | None = None
