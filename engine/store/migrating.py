"""An open transaction in; the tables of this version out, by Alembic."""

from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from engine.store.database import MIGRATIONS, DatabaseUnusable

_one_at_a_time = Lock()
"""Alembic's `op` is one for the whole process: two threads would each write to the other's database."""


def configuration(connection: Connection) -> Config:
    """Alembic's settings for the package's migrations, on this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest() -> str | None:
    """The newest migration that is shipped."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head()


def upgrade(connection: Connection) -> None:
    """Brings the tables to the newest migration; raises DatabaseUnusable where they are newer than that."""
    try:
        with _one_at_a_time:
            command.upgrade(configuration(connection), "head")
    except CommandError as error:
        raise DatabaseUnusable(
            f"The database was made by a newer Pulsebook ({error}). Install that version, or use another database."
        ) from error
