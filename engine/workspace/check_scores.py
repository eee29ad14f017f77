"""The score models in; what does not fit the measures, the other models or the other scores, out."""

from collections.abc import Iterator, Sequence

from engine.errors import Problem
from engine.language.scores import PointsEntry, Score, Weighed
from engine.workspace.check_conditions import check_condition, check_where
from engine.workspace.check_levels import check_of_contacts, judged_later
from engine.workspace.files import Read
from engine.workspace.names import Names
from engine.workspace.spots import Spot

MOST_MEASURES = 10
"""More than that and no single one can move the score; a warning."""


def check_scores(names: Names) -> Iterator[Problem]:
    for read in names.files.scores:
        if read.readable is not None:
            yield from _check_model(read.readable, read.left, names)
    for name in dict.fromkeys(read.name for read in names.files.scores):
        models = [read for read in names.files.scores if read.name == name]
        if names.models(name) is not None:
            yield from _check_together(models)
    yield from _one_primary(names)


def in_order(models: Sequence[Score]) -> tuple[Score, ...]:
    """By `order`; where that is the same, those that score only some accounts first."""
    return tuple(sorted(models, key=lambda model: (model.order, model.when is None)))


def _check_model(score: Score, spot: Spot, names: Names) -> Iterator[Problem]:
    if score.level == "contact":
        yield from check_of_contacts(score, spot, names)
    for place, weighed in enumerate(score.measures):
        yield from _check_weighed(weighed, spot.at("measures", place), names)
    for place, entry in enumerate(score.points):
        yield from _check_entry(entry, spot.at("points", place), names)
    if score.when is not None:
        yield from check_condition(score.when, spot.at("when"), names)
        if score.level == "account":
            message = " chooses its accounts by what is judged only after the models are chosen"
            remedy = "Use account, date, fact, event and measure conditions in its `when`."
            yield from judged_later(score.when, spot.at("when"), message, remedy)
    if len(score.measures) > MOST_MEASURES:
        message = f" has {len(score.measures)} measures"
        yield spot.at("measures").warns(message, "More than ten hide each other; keep those that tell most.", key=True)


def _check_weighed(weighed: Weighed, spot: Spot, names: Names) -> Iterator[Problem]:
    if weighed.unless is not None:
        yield from check_condition(weighed.unless, spot.at("unless"), names)
    if weighed.score is not None:
        yield from names.unknown("score", weighed.score, spot.at("score"))
        return
    yield from names.unknown("measure", weighed.name, spot.at("measure"))
    type_ = names.measure_type(weighed.name)
    if type_ == "text" and weighed.curve is not None:
        message = f" puts {weighed.name!r} on a curve, but it is a text"
        yield spot.at("curve").says(
            message, 'Use points with lists of texts, like {1: ["monthly"], 5: else}.', key=True
        )
    for level, test in weighed.points or ():
        at = spot.at("points", str(level))
        if type_ == "text" and test.operator in ("<", "<=", ">", ">="):
            message = f" compares {weighed.name!r} with a number, but it is a text"
            yield at.says(message, "List the texts of that level, like [monthly].")
        if type_ == "number" and test.operator == "in":
            yield at.says(f" lists texts for {weighed.name!r}, but it is a number", 'Write a bound, like "< 20".')


def _check_entry(entry: PointsEntry, spot: Spot, names: Names) -> Iterator[Problem]:
    if entry.event is not None:
        yield from names.unknown("event", entry.event, spot.at("event"))
        yield from check_where("event", entry.event, entry.where, spot, names)
    if entry.when is not None:
        yield from check_condition(entry.when, spot.at("when"), names)


def _check_together(reads: Sequence[Read[Score]]) -> Iterator[Problem]:
    """The models of one score: other names, the same bands, and none in the shadow of another."""
    models = [(read.model, read.spot) for read in reads if read.model is not None]
    first, first_spot = models[0]
    for model, spot in models:
        if model.level != first.level:
            message = f" scores {model.level}s, but {first_spot.file} scores {first.level}s"
            yield spot.at("level").says(message, "Give all models of a score the same `level`.", key=True)
    bands = [band.band for band in first.bands]
    seen: dict[str, Spot] = {}
    for model, spot in models:
        if model.model_name in seen:
            there = seen[model.model_name]
            message = f" stands twice (first in {there.file}:{there.line})"
            yield spot.says(message, "Give each model of the score its own `model` name.")
        seen.setdefault(model.model_name, spot)
        other = [band.band for band in model.bands]
        if other != bands:
            message = f" has the bands {', '.join(other)}, but {first_spot.file} has {', '.join(bands)}"
            yield spot.at("bands").says(message, "Name the bands of all models of a score alike.", key=True)
    spots = {id(model): spot for model, spot in models}
    ordered = in_order([model for model, _ in models])
    last = next((place for place, model in enumerate(ordered) if model.when is None), len(ordered))
    for model in ordered[last + 1 :]:
        shadow = spots[id(ordered[last])]
        message = f" can never score: {shadow.file} comes before it and scores every account"
        yield spots[id(model)].says(message, "Give the earlier one a `when`, or this one a lower `order`.")


def _one_primary(names: Names) -> Iterator[Problem]:
    scores = names.there("score")
    if names.is_open("score") or len(scores) < 2 or any(read.model is None for read in names.files.scores):
        return
    primary = [read for read in names.files.scores if read.name in scores and read.model and read.model.primary]
    if not primary:
        remedy = f"Write `primary: true` in one of: {', '.join(sorted(scores))}."
        first = next(read for read in names.files.scores if read.name in scores)
        yield first.spot.says(": no score is the primary one", remedy)
    for read in primary:
        if read.name != primary[0].name:
            message = f" is primary, but {primary[0].name!r} is so already"
            yield read.spot.at("primary").says(message, "Leave `primary: true` in one of them.")
