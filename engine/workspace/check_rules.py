"""The rules in; unknown names, effects that hit nothing, circles, and what durable-rules could not be asked, out."""

from collections.abc import Iterator

from engine.conditions.compile import compile_condition
from engine.conditions.condition import Condition
from engine.conditions.forms import EventAcross
from engine.conditions.tree import MOST_WAYS, ways
from engine.errors import Problem
from engine.language.rules import Adjust, Rule, Soften
from engine.rules import RuleTrees, fits, moves
from engine.workspace.check_conditions import check_across, check_condition
from engine.workspace.names import Names
from engine.workspace.nodes import text_of
from engine.workspace.order import Ordered, cycles, needs
from engine.workspace.reading import Form
from engine.workspace.spots import Spot, suggestion

_CONDITION = Form[Condition](Condition, "condition")
_STARTS = " starts an unknown"


def check_rules(names: Names) -> Iterator[Problem]:
    for read in names.files.rules:
        if read.readable is not None:
            yield from _check_rule(read.readable, read.left, names)
        else:
            yield from _check_what_is_readable(read.spot, names)
    yield from _circles(names)


def _check_what_is_readable(spot: Spot, names: Names) -> Iterator[Problem]:
    """Of a rule that can't be read without its mistake: its conditions, each by itself, and the playbook it starts."""
    play = text_of(spot.node.child("play"))
    if play is not None:
        yield from names.unknown("playbook", play, spot.at("play"), _STARTS)
    for key in ("when", "clear_at"):
        node = spot.node.child(key)
        condition, _ = _CONDITION.read(Spot(spot.file, node, spot.subject)) if node else (None, ())
        if isinstance(condition, EventAcross) and key == "when":
            yield from check_across(condition, spot.at(key), names)
        elif condition is not None:
            yield from check_condition(condition, spot.at(key), names)


def _check_rule(rule: Rule, spot: Spot, names: Names) -> Iterator[Problem]:
    if rule.across is not None:
        yield from check_across(rule.across, spot.at("when"), names)
        return
    problems = [*check_condition(rule.when, spot.at("when"), names)]
    if rule.clear_at is not None:
        problems += check_condition(rule.clear_at, spot.at("clear_at"), names)
    yield from problems
    if rule.play is not None:
        yield from names.unknown("playbook", rule.play, spot.at("play"), _STARTS)
    yield from _check_effect(rule, spot, names)
    if not problems and _is_readable(rule, names):
        yield from _check_walls(rule, spot, names)


def _is_readable(rule: Rule, names: Names) -> bool:
    """Can its conditions be compiled, or do they speak of entries that have mistakes themselves?"""
    try:
        _trees(rule, names)
    except ValueError:
        return False
    return True


def _trees(rule: Rule, names: Names) -> RuleTrees:
    when = compile_condition(rule.when, names.catalog)
    clear_at = compile_condition(rule.clear_at, names.catalog) if rule.clear_at else None
    return RuleTrees(rule, when, clear_at, "")


def _check_walls(rule: Rule, spot: Spot, names: Names) -> Iterator[Problem]:
    asked = moves(_trees(rule, names))
    if not fits(asked):
        count = sum(ways(move.tree) for move in asked)
        message = f" can be matched in {count:,} ways, over all its moves; at most {MOST_WAYS} can be asked at once"
        remedy = "Split it: give a part of the condition a rule of its own, and speak of that: {rule: …, active: true}."
        yield spot.at("when").says(message, remedy, key=True)


def _check_effect(rule: Rule, spot: Spot, names: Names) -> Iterator[Problem]:
    effect = rule.effect
    if effect is None:
        return
    at = spot.at(type(effect).__name__.lower())
    yield from names.unknown("score", effect.score, at.at("score"), " has an effect on an unknown")
    if isinstance(effect, Adjust) and effect.by == 0:
        yield at.at("by").warns(" adds 0 points, which changes nothing", "Say how many, like -10.")
    models = names.models(effect.score)
    if not isinstance(effect, Soften) or models is None:
        return
    groups = {group for model in models for group in model.groups}
    measures = {weighed.name for model in models for weighed in model.measures}
    if effect.group is not None and effect.group not in groups:
        remedy = suggestion(effect.group, groups, "Name measures instead: the score has no groups.")
        yield at.at("group").says(f" softens an unknown group {effect.group!r} of {effect.score}", remedy)
    for place, measure in enumerate(effect.measures):
        if measure not in measures:
            message = f" softens {measure!r}, which is no measure of {effect.score}"
            yield at.at("measures", place).says(message, suggestion(measure, measures, "Name a measure of the score."))


def _circles(names: Names) -> Iterator[Problem]:
    scores = {read.name: names.models(read.name) or () for read in names.files.scores}
    rules = [read.model for read in names.files.rules if read.model is not None]
    spots = {Ordered("rule", read.name): read.spot for read in names.files.rules}
    spots |= {Ordered("score", read.name): read.spot for read in names.files.scores}
    for circle in cycles(needs(scores, rules)):
        rule_first = next((place for place, item in enumerate(circle) if item.kind == "rule"), 0)
        turned = (*circle[rule_first:], *circle[:rule_first], circle[rule_first])
        message = f" rests on itself: {' → '.join(item.name for item in turned)}"
        yield spots[turned[0]].says(message, "Take one of them out of the circle: none can be judged first.")
