"""The texts of a workspace's files in; what each of them says, entry by entry, and what can't be read, out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar

from engine.errors import Problem, PulsebookError, Severity
from engine.language.catalog import Attribute, Catalog, Event, FactKind, Metric
from engine.language.measures import Measure
from engine.language.playbooks import Playbook
from engine.language.rules import Rule
from engine.language.scenarios import Scenario
from engine.language.scores import Score
from engine.language.settings import Settings
from engine.workspace.nodes import Node, text_of
from engine.workspace.reading import Form
from engine.workspace.spots import Spot
from engine.workspace.toml_nodes import read_toml
from engine.workspace.yaml_nodes import NO_TEXT, read_yaml

Sources = Mapping[str, str]
"""The text of every file of a workspace, by its path relative to the workspace, with `/`."""

M = TypeVar("M", covariant=True)

SETTINGS, CATALOG, MEASURES = "pulsebook.toml", "rules/catalog.yaml", "rules/measures.yaml"
LARGEST = 5_000_000
"""Characters of a file."""
TEMPLATE_KINDS = ("slack", "email", "task")
SCENARIOS = "tests/scenarios/"
FOLDERS = ("rules", "rules/scores", "playbooks", *(f"templates/{kind}" for kind in TEMPLATE_KINDS), "tests/scenarios")
TOPS = ("rules", "playbooks", "templates", "tests/scenarios")
"""Below these a file in any other folder is named, so that nobody waits for what it says."""
_TEMPLATE = re.compile(r"templates/(slack|email|task)/([^/]+)\.j2")
_SECTIONS: Final = {"attributes": "attribute", "metrics": "metric", "events": "event", "facts": "fact"}

_CATALOG_FORMS: Final = {
    "attributes": Form[object](Attribute, "attribute"),
    "metrics": Form[object](Metric | None, "metric"),
    "events": Form[object](Event | None, "event"),
    "facts": Form[object](FactKind | None, "fact"),
}
_SETTINGS, _CATALOG = Form[Settings](Settings, SETTINGS), Form[Catalog](Catalog, "the catalog")
_MEASURE, _RULE = Form[Measure](Measure, "measure"), Form[Rule](Rule, "rule")
_SCORE, _PLAYBOOK = Form[Score](Score, "score"), Form[Playbook](Playbook, "playbook")
_SCENARIO = Form[Scenario](Scenario, "scenario")


@dataclass(frozen=True, slots=True)
class Read(Generic[M]):
    """One entry: its name as it stands there, where it stands, and what it says (None: it has mistakes).

    `readable`: the same or, of one with mistakes, what it says without them, where that can be told; `left` leads
    through what is left of it then.
    """

    name: str
    spot: Spot
    model: M | None
    readable: M | None
    left: Spot


@dataclass
class Files:
    """What the files say. `unread`: kinds of which some names may be missing, since a file can't be read."""

    settings: Settings | None = None
    settings_spot: Spot | None = None
    catalog: Catalog = field(default_factory=Catalog)
    catalog_spot: Spot | None = None
    broken: frozenset[str] = frozenset()
    """Names of the catalog whose entries have mistakes."""
    measures: list[Read[Measure]] = field(default_factory=list)
    scores: list[Read[Score]] = field(default_factory=list)
    rules: list[Read[Rule]] = field(default_factory=list)
    playbooks: list[Read[Playbook]] = field(default_factory=list)
    scenarios: list[Read[Scenario]] = field(default_factory=list)
    templates: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(kind, name) to (file, text)."""
    unread: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class NoWorkspace(PulsebookError):
    def __init__(self, folder: Path) -> None:
        if folder.is_dir():
            named = "This folder" if folder == Path() else str(folder)
            said = f"{named} is no workspace: no {SETTINGS} lies in it."
        else:
            said = f"There is no folder {folder}."
        super().__init__(f"{said} Go into a workspace, name it with -C DIR, or make one with `pulsebook init DIR`.")


def read_sources(folder: Path) -> Sources:
    """The files of a workspace, read from its folder. What is no UTF-8 is kept in a form that `load` refuses.

    Raises NoWorkspace where the folder has none.
    """
    found = [folder / SETTINGS, *(path for name in FOLDERS for path in sorted((folder / name).glob("*.*")))]
    found += [path for name in TOPS for path in sorted((folder / name).rglob("*.*"))]
    texts = {path.relative_to(folder).as_posix(): path for path in found if path.is_file() and _is_ours(path.name)}
    shown = {name: path for name, path in texts.items() if not any(map(_is_hidden, name.split("/")))}
    if not shown:
        raise NoWorkspace(folder)
    return {name: _text(path) for name, path in shown.items()}


def _is_hidden(part: str) -> bool:
    return part.startswith(".")


def _is_ours(name: str) -> bool:
    return name == SETTINGS or name.endswith((".yaml", ".yml", ".j2"))


def _is_lost(file: str) -> bool:
    """It looks like one of ours, and lies where none is looked for."""
    is_below = any(file.startswith(f"{top}/") for top in TOPS)
    return is_below and _folder(file) not in FOLDERS and _is_ours(file.rpartition("/")[2])


def _text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(4 * LARGEST)
    return data.decode("utf-8", "surrogateescape").removeprefix("\ufeff").replace("\r\n", "\n")


def read_files(sources: Sources) -> Files:
    """Every file as the kind that its path says; unknown ones are left alone."""
    files = Files()
    for file in sorted(sources):
        text = sources[file]
        odd = NO_TEXT.search(text)
        if _is_lost(file):
            there = ", ".join(f"{folder}/" for folder in FOLDERS)
            message = "the file is not read: nothing is looked for in this folder"
            files.problems.append(Problem(file, 1, message, f"Move it. Files are read from {there}.", Severity.WARNING))
        elif len(text) > LARGEST:
            _refuse(files, file, Problem(file, 1, "the file is larger than 5 MB", "Split it."))
        elif odd is not None:
            _refuse(files, file, _no_text(file, text.count("\n", 0, odd.start()) + 1, odd[0]))
        else:
            _read_file(files, file, text)
    if SETTINGS not in sources:
        files.problems.append(Problem(SETTINGS, 1, "there is no such file", "Add it, with [company] and [people]."))
    if not {CATALOG, "rules/catalog.yml"} & sources.keys():
        files.problems.append(Problem(CATALOG, 1, "there is no such file", "Add it, with the names that may come in."))
    if CATALOG not in sources:
        files.unread |= _kinds(CATALOG)
    return files


def _no_text(file: str, line: int, character: str) -> Problem:
    wrong = "holds a zero byte" if character == "\0" else "is not UTF-8"
    return Problem(file, line, f"the file {wrong}", "Save it as UTF-8.")


def _refuse(files: Files, file: str, problem: Problem) -> None:
    files.problems.append(problem)
    files.unread |= _kinds(file)


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _kinds(file: str) -> set[str]:
    """The kinds whose names a file may hold."""
    if file == CATALOG:
        return {"attribute", "metric", "event", "fact"}
    if file == MEASURES:
        return {"measure"}
    template = _TEMPLATE.fullmatch(file)
    if template:
        return {f"{template.group(1)} template"}
    folders = {"rules": "rule", "rules/scores": "score", "playbooks": "playbook", "tests/scenarios": "scenario"}
    return {folders[_folder(file)]} if _folder(file) in folders else set()


def _read_file(files: Files, file: str, text: str) -> None:
    template = _TEMPLATE.fullmatch(file)
    if template:
        files.templates[template.group(1), template.group(2)] = (file, text)
    elif file == SETTINGS:
        _read_settings(files, file, text)
    elif file.endswith(".yml") and _folder(file) in FOLDERS:
        name = file.rpartition("/")[2].removesuffix(".yml")
        files.problems.append(Problem(file, 1, "files that end in .yml are not read", f"Rename it to {name}.yaml."))
        files.unread |= _kinds(f"{file.removesuffix('.yml')}.yaml")
    elif file.endswith(".yaml") and _kinds(file):
        node, problems = read_yaml(file, text)
        files.problems.extend(problems)
        if node is None or () in node.unread():
            files.unread |= _kinds(file)
        if node is not None and (node.is_mapping or node.is_list or node.is_whole):
            _read_entries(files, file, node)


def _read_settings(files: Files, file: str, text: str) -> None:
    node, problems = read_toml(file, text)
    files.problems.extend(problems)
    if node is not None:
        files.settings_spot = Spot(file, node, SETTINGS)
        files.settings, problems = _SETTINGS.read(files.settings_spot)
        files.problems.extend(problems)


def _read_entries(files: Files, file: str, node: Node) -> None:
    if file == CATALOG:
        _read_catalog(files, file, node)
    elif file == MEASURES:
        files.measures.extend(_measures(files, file, node))
    elif _folder(file) == "rules/scores":
        files.scores.append(_entry(files, _SCORE, file, node))
    elif _folder(file) == "playbooks":
        files.playbooks.append(_entry(files, _PLAYBOOK, file, node))
    elif _folder(file) == "rules":
        files.rules.extend(_entry(files, _RULE, file, item) for item in _items(files, file, node, "rule"))
    else:
        items = _items(files, file, node, "scenario")
        files.scenarios.extend(_entry(files, _SCENARIO, file, item) for item in items)


def _items(files: Files, file: str, node: Node, kind: str) -> tuple[Node, ...]:
    if node.is_list or node.value is None:
        return tuple(node.items)
    message = f"a list of {kind}s is wanted here"
    files.problems.append(Problem(file, node.at[0], message, f"Begin each with `- {kind}: …`.", column=node.at[1]))
    files.unread.add(kind)
    return ()


def _entry(files: Files, form: Form[M], file: str, node: Node) -> Read[M]:
    name = text_of(node.child(form.name))
    model = text_of(node.child("model")) if form.name == "score" else None
    said = f"{form.name} {name!r}" if name else f"a {form.name}"
    spot = Spot(file, node, f"{said}, model {model!r}" if model else said)
    if not name or form.name in node.twice:
        files.unread.add(form.name)
    return _read(files, form, name or "", spot)


def _read(files: Files, form: Form[M], name: str, spot: Spot) -> Read[M]:
    model, problems = form.read(spot) if spot.node.is_whole else (None, ())
    if model is not None:
        return Read(name, spot, model, model, spot)
    readable, left, further = form.read_partly(spot)
    files.problems.extend((*problems, *further))
    return Read(name, spot, None, readable, left)


def _measures(files: Files, file: str, node: Node) -> Iterator[Read[Measure]]:
    if not node.is_mapping and node.value is not None:
        message, remedy = "a mapping of measures is wanted here", "Write each as `name: {count: EVENT, over: 28d}`."
        files.problems.append(Problem(file, node.at[0], message, remedy, column=node.at[1]))
        files.unread.add("measure")
    for name, inner in node.entries.items():
        spot = Spot(file, inner, f"measure {name!r}")
        yield _read(files, _MEASURE, name, spot)


def _read_catalog(files: Files, file: str, node: Node) -> None:
    """Entry by entry, so that one mistake does not make all names unknown."""
    node = node if node.value is not None else Node({}, node.at)
    files.catalog_spot = Spot(file, node, "the catalog")
    good: dict[str, dict[str, object]] = {}
    broken: set[str] = set()
    for section, form in _CATALOG_FORMS.items():
        inside = node.child(section)
        for name, entry in (inside.entries if inside else {}).items():
            whole = entry.is_whole
            read, problems = form.read(Spot(file, entry, f"{form.name} {name!r}")) if whole else (None, ())
            files.problems.extend(problems)
            if problems or not whole:
                broken.add(name)
            else:
                good.setdefault(section, {})[name] = read if read is not None else {}
    rest = {
        key: Node({}, inner.at) if key in _SECTIONS and (inner.is_mapping or inner.value is None) else inner
        for key, inner in node.entries.items()
        if inner.is_whole or key in _SECTIONS
    }
    bare = Node(rest, node.at, node.keys) if node.is_mapping else node
    catalog, problems = _CATALOG.read(Spot(file, bare, "the catalog"))
    files.problems.extend(problems)
    files.broken = frozenset(broken)
    if catalog is None:
        files.unread |= {_SECTIONS[section] for section in _SECTIONS if not _is_mapping(node.child(section))}
    files.unread |= {kind for section, kind in _SECTIONS.items() if (section,) in node.unread()}
    said = {"outcomes": catalog.outcomes if catalog else ()}
    files.catalog = Catalog.model_validate({**good, **said})


def _is_mapping(node: Node | None) -> bool:
    return node is None or node.is_mapping or node.value is None
