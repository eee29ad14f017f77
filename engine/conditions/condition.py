"""A mapping that reads aloud in; a condition out: one of the forms, or others combined."""

from typing import Annotated, Self, get_args

from pydantic import Discriminator, Field, Tag, model_validator

from engine.conditions import forms
from engine.language.base import Count, Entry, Mistake


class AllOf(Entry):
    """Every one of them."""

    all: Annotated[tuple["Condition", ...], Field(min_length=1)]
    """All of these."""


class AnyOf(Entry):
    """One of them at least."""

    any: Annotated[tuple["Condition", ...], Field(min_length=1)]
    """Any of these."""


class NotThat(Entry):
    """The opposite; unknown stays unknown."""

    not_: "Condition" = Field(alias="not")
    """What must be false."""


class AtLeastOf(Entry):
    """So many of them at least."""

    at_least: Count
    """How many."""
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]
    """Of these."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.at_least > len(self.of):
            raise Mistake(f"{self.at_least} of {len(self.of)} can never hold; lower it or add conditions", "at_least")
        return self


FORMS: dict[str, type[Entry]] = {
    "score is": forms.ScoreIs,
    "score band": forms.ScoreBand,
    "score crossing": forms.ScoreCrossing,
    "score trend": forms.ScoreTrend,
    "score declining": forms.ScoreDeclining,
    "measure is": forms.MeasureIs,
    "measure against usual": forms.MeasureAgainstUsual,
    "fact within": forms.FactWithin,
    "fact active": forms.FactActive,
    "event count": forms.EventCount,
    "event across": forms.EventAcross,
    "event none": forms.EventNone,
    "account is": forms.AccountIs,
    "date in": forms.DateIn,
    "rule active": forms.RuleActive,
    "rule fired": forms.RuleFired,
    "is known": forms.Known,
    "task is": forms.TaskIs,
    "all of": AllOf,
    "any of": AnyOf,
    "not that": NotThat,
    "at least of": AtLeastOf,
}
"""Every form by its name; the union below is made of exactly these."""

SUBJECTS = ("score", "measure", "fact", "event", "account", "date", "rule", "task", "all", "any", "not", "at_least")
"""A condition is told by the first of these keys that it has."""


def form_of(value: object) -> str | None:
    """The name of the form that a mapping is written in, by the keys it has; None where no key tells."""
    if isinstance(value, Entry):
        return next((name for name, form in FORMS.items() if type(value) is form), None)
    if not isinstance(value, dict):
        return None
    keys = set(value)
    subject = next((key for key in SUBJECTS if key in keys), None)
    if subject is None:
        return None
    if subject in ("score", "measure", "date") and "known" in keys:
        return "is known"
    simple = {"all": "all of", "any": "any of", "not": "not that"}
    simple |= {"account": "account is", "date": "date in", "task": "task is"}
    if subject in simple:
        return simple[subject]
    choices: dict[str, tuple[tuple[set[str], str], ...]] = {
        "score": (
            ({"band"}, "score band"),
            (set(forms.CROSSINGS), "score crossing"),
            ({"declining"}, "score declining"),
            ({"drops", "rises", "over"}, "score trend"),
            (set(), "score is"),
        ),
        "measure": (({"against", "falls", "rises"}, "measure against usual"), (set(), "measure is")),
        "fact": (({"active"}, "fact active"), (set(), "fact within")),
        "event": (({"none_in"}, "event none"), ({"across"}, "event across"), (set(), "event count")),
        "rule": (({"in_last"}, "rule fired"), (set(), "rule active")),
        "at_least": ((set(), "at least of"),),
    }
    return next(name for telling, name in choices[subject] if not telling or telling & keys)


Condition = Annotated[
    Annotated[forms.ScoreIs, Tag("score is")]
    | Annotated[forms.ScoreBand, Tag("score band")]
    | Annotated[forms.ScoreCrossing, Tag("score crossing")]
    | Annotated[forms.ScoreTrend, Tag("score trend")]
    | Annotated[forms.ScoreDeclining, Tag("score declining")]
    | Annotated[forms.MeasureIs, Tag("measure is")]
    | Annotated[forms.MeasureAgainstUsual, Tag("measure against usual")]
    | Annotated[forms.FactWithin, Tag("fact within")]
    | Annotated[forms.FactActive, Tag("fact active")]
    | Annotated[forms.EventCount, Tag("event count")]
    | Annotated[forms.EventAcross, Tag("event across")]
    | Annotated[forms.EventNone, Tag("event none")]
    | Annotated[forms.AccountIs, Tag("account is")]
    | Annotated[forms.DateIn, Tag("date in")]
    | Annotated[forms.RuleActive, Tag("rule active")]
    | Annotated[forms.RuleFired, Tag("rule fired")]
    | Annotated[forms.Known, Tag("is known")]
    | Annotated[forms.TaskIs, Tag("task is")]
    | Annotated[AllOf, Tag("all of")]
    | Annotated[AnyOf, Tag("any of")]
    | Annotated[NotThat, Tag("not that")]
    | Annotated[AtLeastOf, Tag("at least of")],
    Discriminator(
        form_of,
        custom_error_type="no_condition",
        custom_error_message=f"a condition names one of: {', '.join(SUBJECTS)}",
    ),
]

for _form in (AllOf, AnyOf, NotThat, AtLeastOf):
    _form.model_rebuild()


def forms_in_union() -> tuple[type[Entry], ...]:
    """The classes of the union, in its order: what a test of every form must draw from."""
    return tuple(get_args(part)[0] for part in get_args(get_args(Condition)[0]))


def parts(condition: Entry) -> tuple[Entry, ...]:
    """The conditions directly inside of one that combines others."""
    if isinstance(condition, AllOf):
        return condition.all
    if isinstance(condition, AnyOf):
        return condition.any
    if isinstance(condition, NotThat):
        return (condition.not_,)
    return condition.of if isinstance(condition, AtLeastOf) else ()


def walk(condition: Entry) -> tuple[Entry, ...]:
    """The condition and everything inside it, outermost first."""
    return (condition, *(inner for part in parts(condition) for inner in walk(part)))
