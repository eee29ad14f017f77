"""A scalar, a list, or a mapping of bounds in; what a value must be, frozen, out."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from engine.language.base import Entry, Number, YesNo

BOUNDS = {"below": "<", "at_most": "<=", "at_least": ">=", "above": ">"}


def _scalar(value: object) -> object:
    """A text, or true/false; numbers and dates stay text until the type of the field is known."""
    if isinstance(value, bool):
        return value
    return str(value) if isinstance(value, int | float) else value


Scalar = Annotated[bool | str, BeforeValidator(_scalar)]


class Bounds(Entry):
    """At least one of the four bounds; several hold together."""

    below: Number | None = None
    """Less than this."""
    at_most: Number | None = None
    """This or less."""
    at_least: Number | None = None
    """This or more."""
    above: Number | None = None
    """More than this."""

    @property
    def bounds(self) -> tuple[tuple[str, float], ...]:
        """Each bound given, as (operator, number)."""
        given = ((sign, getattr(self, key)) for key, sign in BOUNDS.items())
        return tuple((sign, bound) for sign, bound in given if bound is not None)

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if not self.bounds:
            raise ValueError("no bound is given; say below, at_most, at_least or above")
        return self


class Wanted(Entry):
    """What a property or an attribute must be, where a value or a list does not say it."""

    not_: Scalar | tuple[Scalar, ...] | None = Field(default=None, alias="not")
    """Neither this value nor one of these."""
    below: Scalar | None = None
    """Less than this."""
    at_most: Scalar | None = None
    """This or less."""
    at_least: Scalar | None = None
    """This or more."""
    above: Scalar | None = None
    """More than this."""
    known: YesNo | None = None
    """`false`: there is no value. Only of attributes."""

    @property
    def bounds(self) -> tuple[tuple[str, bool | str], ...]:
        given = ((sign, getattr(self, key)) for key, sign in BOUNDS.items())
        return tuple((sign, bound) for sign, bound in given if bound is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = (self.not_ is not None) + bool(self.bounds) + (self.known is not None)
        if kinds != 1:
            raise ValueError(
                "it must be told in one way; say one of: not, known, or bounds (below, at_most, at_least, above)"
            )
        return self


def _kind_of_want(value: object) -> str:
    if isinstance(value, Wanted | dict):
        return "wanted"
    return "list" if isinstance(value, list | tuple) else "value"


Want = Annotated[
    Annotated[Scalar, Tag("value")]
    | Annotated[tuple[Scalar, ...], Field(min_length=1), Tag("list")]
    | Annotated[Wanted, Tag("wanted")],
    Discriminator(_kind_of_want),
]
Where = Annotated[dict[str, Want], Field(min_length=1)]
"""Every entry holds: a value, a list (any of), or `{not: …}`, bounds, `{known: …}`."""
