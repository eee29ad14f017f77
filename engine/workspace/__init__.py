"""The files of a workspace in; one checked Workspace and all Problems out."""

from engine.workspace.compiling import Compiled
from engine.workspace.files import Sources, read_sources
from engine.workspace.loading import Loaded, PlacedScenario, Workspace, load, running, version_of
from engine.workspace.order import Level, Ordered
from engine.workspace.schema import schemas

__all__ = [
    "Compiled",
    "Level",
    "Loaded",
    "Ordered",
    "PlacedScenario",
    "Sources",
    "Workspace",
    "load",
    "read_sources",
    "running",
    "schemas",
    "version_of",
]
