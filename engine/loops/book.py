"""A workspace's folder in; its database and the version in use, ready to look, out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from engine.arithmetic.windows import joined
from engine.clock import Clock, SystemClock
from engine.errors import Problem, PulsebookError
from engine.language.settings import Settings
from engine.pipeline import Judge
from engine.plan import Plan
from engine.snapshot import Needs
from engine.store.database import Database
from engine.store.glancing import database_url
from engine.store.versions import StoredVersion, files_of, put_in_use, version_in_use
from engine.workspace import Loaded, Workspace, load, read_sources, running


class NothingInUse(PulsebookError):
    """No version was ever put into use."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Nothing was run in {folder} yet. Check the files with `pulsebook check`, then `pulsebook run`."
        )


@dataclass
class Book:
    """An open workspace: its files as they are in the folder, its database, a clock.

    `judge` is of the version in use, whatever the folder says by now; it is made anew when another comes into use.
    """

    folder: Path
    loaded: Loaded
    sources: Mapping[str, str]
    database: Database
    clock: Clock = field(default_factory=SystemClock)
    _judges: dict[str, Judge] = field(default_factory=dict)
    _plans: dict[str, Plan | None] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, clock: Clock | None = None, database: Database | None = None) -> "Book":
        """Reads the files and opens the database that they name; makes its tables where there are none.

        Raises WorkspaceBroken where the settings can't be read, DatabaseUnusable where the database can't be opened.
        """
        sources = running(read_sources(folder))
        loaded = _loaded(tuple(sources.items()))
        if database is None:
            database = Database.open(database_url(_settings(loaded, folder)), folder)
        database.migrate()
        return cls(folder, loaded, sources, database, clock or SystemClock())

    def on(self, database: Database) -> "Book":
        """The same files at the same time, with another database."""
        return Book(self.folder, self.loaded, self.sources, database, self.clock)

    def workspace(self) -> Workspace:
        """The folder's files; raises WorkspaceBroken where they have mistakes."""
        return self.loaded.checked()

    def mistakes(self) -> tuple[Problem, ...]:
        """Why the folder's files can't be put into use."""
        return self.loaded.problems if self.loaded.workspace is None else ()

    def put_in_use(self) -> tuple[Problem, ...]:
        """Puts the folder's files into use if they check clean; else says what is wrong and keeps what there was."""
        # All that imports rest on takes 20 ms to be loaded, and most commands put nothing into use.
        from engine.store.ingest.ingest import Ingest

        workspace = self.loaded.workspace
        if workspace is None:
            return self.mistakes()
        plan = Plan(workspace)
        self._plans[workspace.version] = plan
        # Of the same files another release may keep other counts.
        Ingest(self.database).fill_series(plan.kept_series)
        if version_in_use(self.database) != workspace.version:
            stored = StoredVersion(workspace.version, dict(self.sources))
            put_in_use(self.database, stored, self.clock.now(), (*plan.rules, *plan.across))
        return ()

    def judge(self) -> Judge:
        """The judge of the version in use."""
        version = version_in_use(self.database)
        if version is None:
            raise NothingInUse(self.folder)
        if version not in self._judges:
            plan = self.plan(version)
            if plan is None:
                raise NothingInUse(self.folder)
            self._judges = {version: Judge(plan, self.plan)}
        return self._judges[version]

    def plan(self, version: str) -> Plan | None:
        """The plan of a version that was in use at some time."""
        if version not in self._plans:
            workspace = self._workspace_of(version)
            self._plans[version] = Plan(workspace) if workspace else None
        return self._plans[version]

    def _workspace_of(self, version: str) -> Workspace | None:
        """Most often that of the folder, which is read already."""
        if self.loaded.workspace is not None and self.loaded.workspace.version == version:
            return self.loaded.workspace
        stored = files_of(self.database, version)
        return _loaded(tuple(stored.files.items())).workspace if stored else None

    def needs(self, plan: Plan, versions: frozenset[str]) -> Needs:
        """What a look has to read: what the version in use needs, and the versions whose runs are still under way."""
        others = (self.plan(version) for version in sorted(versions - {plan.version}))
        return joined(plan.needs, *(other.needs for other in others if other is not None))

    def settings(self) -> Settings:
        """Of the version in use, else of the folder."""
        version = version_in_use(self.database)
        plan = self.plan(version) if version else None
        return plan.settings if plan else self.workspace().settings


@lru_cache(8)
def _loaded(sources: tuple[tuple[str, str], ...]) -> Loaded:
    """What was read a moment ago in this process is not read again, so that many commands in one process are quick."""
    return load(dict(sources))


def _settings(loaded: Loaded, folder: Path) -> Settings:
    if loaded.workspace is not None:
        return loaded.workspace.settings
    if loaded.settings is not None:
        return loaded.settings
    loaded.checked()
    raise NothingInUse(folder)
