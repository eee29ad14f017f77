"""Arguments in; names and days that are meant, or what is wrong with them, out."""

from collections.abc import Sequence
from datetime import date

from engine.errors import PulsebookError
from engine.language.base import parse_day
from engine.workspace.spots import suggestion


class WrongWords(PulsebookError):
    """An argument that can't be understood; the message says what is."""


def day_of_text(said: str) -> date:
    try:
        return parse_day(said)
    except ValueError as error:
        raise WrongWords(f"{error}.") from None


def choose(said: str, kinds: Sequence[str], what: str) -> str:
    """One of some words; raises WrongWords with the nearest."""
    if said in kinds:
        return said
    raise WrongWords(f"There is no {what} {said!r}. {suggestion(said, kinds, 'There is none yet.')}")
