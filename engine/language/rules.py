"""rules/*.yaml in; rules out."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from engine.conditions.condition import Condition
from engine.conditions.forms import EventAcross
from engine.language.base import Days, Entry, Hold, Mistake, Number, Text, YesNo, parse_share

Severity = Literal["low", "medium", "high"]


class Adjust(Entry):
    """Points added to a score while the rule is active."""

    score: str
    """The score that is changed."""
    by: Number
    """The points added; below 0 they are taken away."""
    fades: Days | None = None
    """The points go down evenly to 0 over so many days."""


def _part(value: object) -> float:
    share = parse_share(value)
    if not 0 < share <= 1:
        raise ValueError(f"{value!r} is no part to soften by; write more than 0% and at most 100%")
    return share


Part = Annotated[float, BeforeValidator(_part, json_schema_input_type=str)]


class Soften(Entry):
    """Bad measures (below 50 points) move towards 50 while the rule is active."""

    score: str
    """The score that is changed."""
    group: str | None = None
    """All measures of this group of the score …"""
    measures: tuple[str, ...] = ()
    """… or these measures of it."""
    by: Part
    """How far: 100% makes a bad measure neutral."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if self.group is not None and self.measures:
            raise ValueError("it is told twice what is softened; say one of: group, measures")
        if self.group is None and not self.measures:
            raise ValueError("it is not said what is softened; say one of: group, measures")
        return self


class Cap(Entry):
    """The adjusted score is at most this while the rule is active."""

    score: str
    """The score that is changed."""
    at_most: Annotated[Number, Field(ge=0, le=100)]
    """The most that it can be, 0 to 100."""


class Rule(Entry):
    """A condition and what follows from it."""

    rule: str
    """The rule's name: its identity."""
    when: Condition
    """What must be true."""
    for_: Hold | None = Field(default=None, alias="for")
    """It must have been true for so long before it fires."""
    clear_at: Condition | None = None
    """Once active it stays so until this is true (and `when` is false)."""
    every: Hold | None = None
    """While active it fires again after so long."""
    severity: Severity = "medium"
    """How bad it is; for people and templates."""
    because: Text | None = None
    """The sentence that says why, as a template. Default: the condition's own."""
    label: Text | None = None
    """What it is called where people read it."""
    play: str | None = None
    """The playbook that it starts."""
    backfill: YesNo = False
    """When the rule is new: fire for what is already true, instead of taking it as seen."""
    adjust: Adjust | None = None
    """While active: adds points to a score. A rule has one of the three effects at most."""
    soften: Soften | None = None
    """While active: bad measures of a score weigh less."""
    cap: Cap | None = None
    """While active: a score is at most so much."""
    finding: Text | None = None
    """Of a rule that counts `across` accounts: what is told when it fires for a group, as a template."""

    @property
    def effect(self) -> Adjust | Soften | Cap | None:
        return self.adjust or self.soften or self.cap

    @property
    def across(self) -> EventAcross | None:
        """The condition of a rule that counts across accounts."""
        return self.when if isinstance(self.when, EventAcross) else None

    @property
    def title(self) -> str:
        return self.label or self.rule.replace("-", " ").replace("_", " ").capitalize()

    @model_validator(mode="after")
    def _one_effect(self) -> Self:
        if sum(effect is not None for effect in (self.adjust, self.soften, self.cap)) > 1:
            raise ValueError("a rule has one effect on a score: adjust, soften or cap; split it in two")
        return self

    @model_validator(mode="after")
    def _across_finds(self) -> Self:
        if self.across is None:
            if self.finding is not None:
                raise Mistake("a finding is made by a rule that counts `across` accounts; say `because`", "finding")
            return self
        if self.finding is None:
            raise ValueError("it counts `across` accounts, but has no finding; say `finding`: what is to be told")
        for key in ("clear_at", "because", "play", "adjust", "soften", "cap"):
            if getattr(self, key) is not None:
                raise Mistake("a rule `across` accounts has a finding as its only effect; delete this", key)
        return self
