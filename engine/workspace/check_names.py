"""All names of a workspace in; those that can't be, and those that stand twice, out."""

import re
from collections.abc import Iterable, Iterator

from engine.errors import Problem
from engine.workspace.files import Read
from engine.workspace.names import Names
from engine.workspace.spots import Spot

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TITLE = re.compile(r"[a-z][a-z0-9_-]*")
_NAME_REMEDY = "Use small letters, digits and _, beginning with a letter."
_TITLE_REMEDY = "Use small letters, digits, _ and -, beginning with a letter."


def is_title(name: str) -> bool:
    """May a rule, a playbook, a step, a band, a group or a template be called so?"""
    return _TITLE.fullmatch(name) is not None


def check_names(names: Names) -> Iterator[Problem]:
    files = names.files
    yield from _catalog(names)
    for read in files.measures:
        if not _NAME.fullmatch(read.name):
            yield read.spot.says(" has a name that can't be", _NAME_REMEDY)
    for score in files.scores:
        if score.name and not _NAME.fullmatch(score.name):
            yield score.spot.at("score").says(" has a name that can't be", _NAME_REMEDY)
        if score.model is not None:
            yield from _inside_score(score.spot, score.model.groups, [band.band for band in score.model.bands])
    for kind, reads in (("rule", files.rules), ("playbook", files.playbooks)):
        yield from _titled(kind, reads)
        yield from twice(reads)
    for (_, name), (file, _) in files.templates.items():
        if not is_title(name):
            yield Problem(file, 1, f"template {name!r} has a name that can't be", _TITLE_REMEDY)


def twice(reads: Iterable[Read[object]]) -> Iterator[Problem]:
    """Entries whose name another has already."""
    seen: dict[str, Spot] = {}
    for read in reads:
        first = seen.setdefault(read.name, read.spot)
        if read.name and first is not read.spot:
            yield read.spot.says(f" stands twice (first in {first.file}:{first.line})", "Rename one of the two.")


def _titled(kind: str, reads: Iterable[Read[object]]) -> Iterator[Problem]:
    for read in reads:
        if read.name and not is_title(read.name):
            yield read.spot.at(kind).says(" has a name that can't be", _TITLE_REMEDY)


def _inside_score(spot: Spot, groups: Iterable[str], bands: Iterable[str]) -> Iterator[Problem]:
    for group in groups:
        if not is_title(group):
            message = f" has a group with a name that can't be: {group!r}"
            yield spot.at("groups", group).says(message, _TITLE_REMEDY, key=True)
    for place, band in enumerate(bands):
        if not is_title(band):
            message = f" has a band with a name that can't be: {band!r}"
            yield spot.at("bands", place, "band").says(message, _TITLE_REMEDY)


def _catalog(names: Names) -> Iterator[Problem]:
    spot, catalog = names.files.catalog_spot, names.catalog
    if spot is None:
        return
    for section in ("attributes", "metrics", "events", "facts"):
        for name, entry in getattr(catalog, section).items():
            if not _NAME.fullmatch(name):
                yield spot.at(section, name).says(f" has a name that can't be: {name!r}", _NAME_REMEDY, key=True)
            for prop in getattr(entry, "properties", ()):
                if not _NAME.fullmatch(prop):
                    at = spot.at(section, name, "properties", prop)
                    yield at.says(f" has a property with a name that can't be: {prop!r}", _NAME_REMEDY, key=True)
    for place, outcome in enumerate(catalog.outcomes):
        if not _NAME.fullmatch(outcome):
            message = f" has an outcome with a name that can't be: {outcome!r}"
            yield spot.at("outcomes", place).says(message, _NAME_REMEDY)
