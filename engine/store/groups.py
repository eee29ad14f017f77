"""Where rules across accounts stand for each group, in and out of the store."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Update, not_, select, update

from engine.domain import Episode, State
from engine.store.among import among
from engine.store.kept import kept
from engine.store.present import episode_of, rule_since, standing_of
from engine.store.saving.signals import save_rule_versions, standing
from engine.store.tables.looks import GroupEpisodeRow
from engine.store.writing import upsert

GROUP = GroupEpisodeRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class GroupsBefore:
    """Per rule the episodes by group, and with its fingerprint the moment of the first sweep by it."""

    episodes: Mapping[str, Mapping[str, Episode]]
    rule_since: Mapping[tuple[str, str], datetime]


def groups_before(connection: Connection) -> GroupsBefore:
    found: dict[str, dict[str, Episode]] = {}
    for group, *columns in connection.execute(*_groups()):
        episode = episode_of(group, columns)
        found.setdefault(episode.rule, {})[group] = episode
    return GroupsBefore(found, rule_since(connection))


@kept
def _groups() -> Select[Any]:
    return select(GROUP.c.group, *standing_of(GROUP))


def save_groups(
    connection: Connection, episodes: Iterable[Episode], first_by: Mapping[tuple[str, str], datetime]
) -> None:
    """Keeps episodes that changed. `first_by`: rules with a fingerprint that nobody swept by before."""
    save_rule_versions(connection, first_by)
    upsert(connection, GROUP, ["rule", "group"], [{"group": one.account, **standing(one)} for one in episodes])


def end_others(connection: Connection, rules: Collection[str]) -> None:
    """The episodes of all rules but these end: they are in the files no more."""
    connection.execute(*_ending(rules=rules))


@kept
def _ending(rules: Any) -> Update:
    gone = (not_(among(GROUP.c.rule, rules)), GROUP.c.state != State.INACTIVE)
    return update(GROUP).where(*gone).values(state=str(State.INACTIVE))
