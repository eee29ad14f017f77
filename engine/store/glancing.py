"""A database's URL in; the names of which it has a record, out: a glance that loads nothing else of the store."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from engine.errors import PulsebookError
from engine.language.settings import Settings

ENV = "env:"
RECORDED = "select name from recorded"
PREFIX = "sqlite:///"
SECONDS = 2
"""How long a server is waited for."""


def database_url(settings: Settings, environ: Mapping[str, str] | None = None) -> str:
    """The URL of the workspace's database; `env:NAME` is read from the environment."""
    return url_meant(settings.database.url, "[database] url", environ)


def url_meant(said: str, place: str, environ: Mapping[str, str] | None = None) -> str:
    """The URL that is said at a place; `env:NAME` is read from the environment."""
    if not said.startswith(ENV):
        return said
    name = said.removeprefix(ENV)
    found = (os.environ if environ is None else environ).get(name)
    if not found:
        raise PulsebookError(f"{place} is in the environment variable {name}, which is not set. Set it.")
    return found


def names_recorded(url: str, folder: Path) -> frozenset[str] | None:
    """None: there is no database or no table so far, or it can't be asked. Nothing is made."""
    if url.startswith(PREFIX):
        return _of_file(folder / url.removeprefix(PREFIX))
    return None if url.startswith("sqlite:") else _of_server(url)


def _of_file(file: Path) -> frozenset[str] | None:
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=SECONDS)) as connection:
            return frozenset(name for (name,) in connection.execute(RECORDED))
    except sqlite3.Error:
        return None


def _of_server(url: str) -> frozenset[str] | None:
    try:
        import psycopg
    except ModuleNotFoundError:
        return None
    try:
        with psycopg.connect(url, connect_timeout=SECONDS) as connection:
            return frozenset(name for (name,) in connection.execute(RECORDED))
    except psycopg.Error:
        return None
