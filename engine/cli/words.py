"""Arguments in; names and days that are meant, or what is wrong with them, out."""

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from engine.errors import PulsebookError
from engine.language.base import parse_day


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
    near = get_close_matches(said, kinds, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(kinds)}."
    raise WrongWords(f"There is no {what} {said!r}. {hint}")
