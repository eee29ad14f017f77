"""The texts of a workspace's files in; one checked Workspace, or every Problem, out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain

from engine.errors import Problem, Severity, WorkspaceBroken
from engine.language.catalog import Catalog
from engine.language.measures import Measure
from engine.language.playbooks import Playbook
from engine.language.rules import Rule
from engine.language.scenarios import Scenario
from engine.language.scores import Score
from engine.language.settings import Settings
from engine.workspace.check_catalog import check_catalog
from engine.workspace.check_measures import check_measures
from engine.workspace.check_names import check_names
from engine.workspace.check_playbooks import check_playbooks
from engine.workspace.check_rules import check_rules
from engine.workspace.check_scenarios import check_scenarios
from engine.workspace.check_scores import check_scores, in_order
from engine.workspace.check_templates import check_sentences, check_templates
from engine.workspace.compiling import Compiled, compile_all
from engine.workspace.files import SCENARIOS, Files, Sources, read_files
from engine.workspace.fingerprints import LENGTH
from engine.workspace.names import Names
from engine.workspace.order import Level, Ordered, order_of
from engine.workspace.spots import Spot

_CHECKS = (
    check_names,
    check_catalog,
    check_measures,
    check_scores,
    check_rules,
    check_playbooks,
    check_templates,
    check_sentences,
    check_scenarios,
)


@dataclass(frozen=True, slots=True)
class PlacedScenario:
    """A scenario and where it stands."""

    file: str
    line: int
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Workspace:
    """Files that check clean, and what was compiled from them. Mappings keep the order of file and line."""

    version: str
    """A hash of the files; scenarios are no part of it, for they change nothing that runs."""
    settings: Settings
    catalog: Catalog
    measures: Mapping[str, Measure]
    scores: Mapping[str, tuple[Score, ...]]
    """Per score of accounts its models, in the order in which they are tried."""
    contact_scores: Mapping[str, tuple[Score, ...]]
    """The same of contacts."""
    primary: str
    """The score that stands first; empty where there is none at all."""
    rules: Mapping[str, Rule]
    playbooks: Mapping[str, Playbook]
    templates: Mapping[tuple[str, str], str]
    """(slack | email | task, name) to its text."""
    scenarios: tuple[PlacedScenario, ...]
    places: Mapping[tuple[str, str], tuple[str, int]]
    """(rule | score | playbook | measure | template | metrics | events, name) to file and line; a template's name is
    `slack/NAME`, a score of several models is where the first of them is, and the last two are of the catalog."""
    compiled: Compiled

    @property
    def levels(self) -> tuple[Level, ...]:
        return self.compiled.levels

    @property
    def order(self) -> tuple[Ordered, ...]:
        """Scores and rules, each after all that it rests on."""
        return order_of(self.levels)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of loading: a workspace, unless there is an error; and all problems, by file and line."""

    workspace: Workspace | None
    problems: tuple[Problem, ...]
    settings: Settings | None = None
    """Where they could be read, though other files have mistakes."""

    def checked(self) -> Workspace:
        """The workspace; raises WorkspaceBroken where it has mistakes."""
        if self.workspace is None:
            raise WorkspaceBroken(tuple(one for one in self.problems if one.severity is Severity.ERROR))
        return self.workspace


def load(sources: Sources) -> Loaded:
    """Read, check and compile the files of a workspace. Never raises for what stands in them."""
    files = read_files(sources)
    names = Names(files)
    found = dict.fromkeys(chain(files.problems, *(check(names) for check in _CHECKS), _not_yet(files.settings_spot)))
    problems = tuple(sorted(found, key=lambda one: (one.file, one.line, one.column, one.message)))
    if any(one.severity is Severity.ERROR for one in problems) or files.settings is None:
        return Loaded(None, problems, files.settings)
    return Loaded(_workspace(files, files.settings, version_of(sources)), problems, files.settings)


def running(sources: Sources) -> Sources:
    """Without the scenarios: what they say changes nothing that runs."""
    return {file: text for file, text in sources.items() if not file.startswith(SCENARIOS)}


def version_of(sources: Sources) -> str:
    """The hash of everything that runs."""
    run = running(sources)
    said = "\0".join(f"{file}\0{run[file]}" for file in sorted(run))
    return sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:LENGTH]


def _not_yet(spot: Spot | None) -> Iterator[Problem]:
    if spot is not None and "guards" in spot.node.entries:
        message = ": [guards] has no effect yet"
        yield spot.at("guards").warns(message, "It comes with a later version; until then nothing is held back.")


def _workspace(files: Files, settings: Settings, version: str) -> Workspace:
    measures = {read.name: read.model for read in files.measures if read.model is not None}
    every = [read.model for read in files.scores if read.model is not None]
    models = {model.score: in_order([one for one in every if one.score == model.score]) for model in every}
    scores = {name: those for name, those in models.items() if those[0].level == "account"}
    contact_scores = {name: those for name, those in models.items() if name not in scores}
    primary = next((model.score for model in every if model.primary), next(iter(scores), ""))
    rules = {read.name: read.model for read in files.rules if read.model is not None}
    playbooks = {read.name: read.model for read in files.playbooks if read.model is not None}
    scenarios = (
        PlacedScenario(read.spot.file, read.spot.line, read.model) for read in files.scenarios if read.model is not None
    )
    return Workspace(
        version=version,
        settings=settings,
        catalog=files.catalog,
        measures=measures,
        scores=scores,
        contact_scores=contact_scores,
        primary=primary,
        rules=rules,
        playbooks=playbooks,
        templates={key: text for key, (_, text) in files.templates.items()},
        scenarios=tuple(scenarios),
        places=dict(reversed(tuple(_places(files)))),
        compiled=compile_all(files.catalog, measures, scores, contact_scores, rules, playbooks),
    )


def _places(files: Files) -> Iterator[tuple[tuple[str, str], tuple[str, int]]]:
    kinds = (("measure", files.measures), ("score", files.scores), ("rule", files.rules), ("playbook", files.playbooks))
    for kind, reads in kinds:
        for read in reads:
            yield (kind, read.name), (read.spot.file, read.spot.line)
    for (kind, name), (file, _) in files.templates.items():
        yield ("template", f"{kind}/{name}"), (file, 1)
    if (spot := files.catalog_spot) is not None:
        for section, declared in (("metrics", files.catalog.metrics), ("events", files.catalog.events)):
            for name in declared:
                yield (section, name), (spot.file, spot.node.place((section, name), key=True)[0])
