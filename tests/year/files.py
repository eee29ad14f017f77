"""What was drawn in; the texts of a workspace's files out."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.year.catalog import COMPANY_ZONES, SETTINGS, TEMPLATES
from tests.year.draw import Draw
from tests.year.draw_catalog import draw_catalog
from tests.year.draw_conditions import Names
from tests.year.draw_measures import Drawn, draw_measures
from tests.year.draw_playbooks import NAMES, draw_playbook
from tests.year.draw_rules import draw_across, draw_context, draw_signals
from tests.year.draw_scores import BANDS, draw_score_of_contacts, draw_scores


@dataclass
class Drawing:
    """A workspace, to be edited. `names`: what its rules may speak of."""

    catalog: dict[str, Any]
    measures: dict[str, Drawn]
    scores: list[dict[str, Any]]
    score_of_contacts: dict[str, Any]
    rules: list[dict[str, Any]]
    playbooks: list[dict[str, Any]]
    places: dict[str, str] = field(default_factory=dict)
    """In which file a rule stands, where it was moved."""
    taken_out: list[dict[str, Any]] = field(default_factory=list)
    """Rules that may come back."""
    zone: str = COMPANY_ZONES[0]

    @property
    def names(self) -> Names:
        return Names(self.measures, BANDS, [rule["rule"] for rule in self.rules if "finding" not in rule])

    def files(self) -> dict[str, str]:
        by_file: dict[str, list[dict[str, Any]]] = {}
        for rule in self.rules:
            by_file.setdefault(self.places.get(rule["rule"], "rules/all.yaml"), []).append(rule)
        written: dict[str, Any] = {
            "rules/catalog.yaml": self.catalog,
            "rules/measures.yaml": {name: one.definition for name, one in self.measures.items()},
            **by_file,
            **{f"rules/scores/{one['score']}-{one.get('model', '')}.yaml": one for one in self.scores},
            "rules/scores/contacts.yaml": self.score_of_contacts,
            **{f"playbooks/{one['playbook']}.yaml": one for one in self.playbooks},
        }
        texts = {path: yaml.safe_dump(said, sort_keys=False, default_flow_style=None) for path, said in written.items()}
        return {"pulsebook.toml": SETTINGS.replace(COMPANY_ZONES[0], self.zone), **TEMPLATES, **texts}


def draw_workspace(draw: Draw, accounts: int, days: int) -> Drawing:
    measures = draw_measures(draw)
    context = draw_context(draw, Names(measures, {}))
    plain = [rule["rule"] for rule in context]
    scores = draw_scores(draw, measures, plain[:1])
    names = Names(measures, BANDS, plain)
    rules = context + draw_signals(draw, names, NAMES)
    for model in scores:
        _soften(draw, model, rules)
    all_names = Names(measures, BANDS, [rule["rule"] for rule in rules])
    of_contacts = draw_score_of_contacts(draw, measures)
    playbooks = [draw_playbook(draw, name, all_names) for name in NAMES]
    rules += draw_across(draw, accounts)
    return Drawing(draw_catalog(draw, days), measures, scores, of_contacts, rules, playbooks)


def _soften(draw: Draw, model: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    """Some of the effects on a score of measures soften it instead."""
    for rule in rules:
        if rule.get("adjust", {}).get("score") != model["score"] or "measures" not in model or draw.chance(0.5):
            continue
        measures = [entry["measure"] for entry in model["measures"] if "measure" in entry]
        of = {"measures": draw.some(measures, 1, 2)}
        if "groups" in model and draw.chance(0.6):
            of = {"group": draw.one(list(model["groups"]))}
        del rule["adjust"]
        rule["soften"] = {"score": model["score"], "by": draw.one(["30%", "50%", "100%"]), **of}
