"""No form of the language is missing in silence from the years that are drawn: each is drawn, or named here as not."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from docs.tables import models
from engine.language.catalog import Catalog
from engine.language.measures import measure_forms
from engine.language.playbooks import Playbook
from engine.language.rules import Rule
from engine.language.scores import Score
from engine.workspace import load
from tests.test_year import SEEDS, SMALL, WHOLE
from tests.year.draw import Draw
from tests.year.files import draw_workspace
from tests.year.year import Size

FOR_PEOPLE = ("label", "show", "unit", "because", "goal", "pile", "stage")
"""Keys that change no number and no decision; what stands at them does neither."""
NOT_DRAWN = {"Playbook.retracts"}
IN_MAKE_TEST = {
    "ScoreDeclining.declining",
    "Metric.redefined",
    "Score.level: contact",
    "RollUp.of: contacts",
    "RollUp.of: children",
    "RollUp.take: mean",
    "RollUp.take: worst",
    "EventAcross.across",
    "Rule.finding",
    "Metric.quiet_after",
    "Event.quiet_after",
    "Shift.shift",
}


def drawn_in(seeds: Iterable[int], size: Size) -> set[str]:
    """What stands in the workspaces with which these years begin."""
    found: set[str] = set()
    for seed in seeds:
        workspace = load(draw_workspace(Draw(seed), size.accounts, size.days).files()).checked()
        scores = {**workspace.scores, **workspace.contact_scores}
        found.update(_said([workspace.catalog, workspace.measures, scores, workspace.rules, workspace.playbooks]))
    return found


def _said(what: Any) -> Iterator[str]:
    match what:
        case BaseModel():
            for key in what.model_fields_set:
                yield from _named(type(what), key, getattr(what, key))
                yield from _said(getattr(what, key))
        case dict():
            for one in what.values():
                yield from _said(one)
        case list() | tuple():
            for one in what:
                yield from _said(one)


def _named(model: type[BaseModel], key: str, value: object) -> Iterator[str]:
    yield f"{model.__name__}.{key}"
    if value in _choices(model, key):
        yield f"{model.__name__}.{key}: {value}"


def _choices(model: type[BaseModel], key: str) -> tuple[object, ...]:
    """Where a key takes one of some words: these, without the one that goes without saying."""
    field = model.model_fields[key]
    words = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return tuple(word for word in words if word != field.default)


def there_are() -> frozenset[str]:
    """All keys of the files, and the words that may stand at them."""
    roots: tuple[type[BaseModel], ...] = (Catalog, Score, Rule, Playbook, *measure_forms())
    every = {model for name, model in models(roots).items() if name != "Goal"}
    leaves = [model for model in every if not any(one is not model and issubclass(one, model) for one in every)]
    keys = [(model, key) for model in leaves for key in model.model_fields if key not in FOR_PEOPLE]
    return frozenset(
        name for model, key in keys for value in (None, *_choices(model, key)) for name in _named(model, key, value)
    )


def test_every_form_is_drawn_or_named_as_not_drawn() -> None:
    assert there_are() - drawn_in(SEEDS, SMALL) - drawn_in(range(20), WHOLE) == NOT_DRAWN


def test_the_forms_that_hang_together_with_others_are_drawn_in_every_make_test() -> None:
    assert IN_MAKE_TEST - drawn_in(SEEDS, SMALL) == set()
