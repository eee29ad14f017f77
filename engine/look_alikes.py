"""An id in; what it looks like to people, and what is odd in it, out.

Ids are compared exactly. That two of them look alike is told, and nothing follows from it by itself.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from engine.batches import LookAlike
from engine.judged import Finding, FindingKind

UNSEEN = re.compile("[\\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff]")
"""Blanks, fillers and selectors of variants. (Characters that only format have the category Cf.)"""
NAMED = 3
REMEDY = (
    "Nothing was merged. Where two are one account, take the import back (`pulsebook import undo`) if it made a second "
    "one, and say the other id as an alias (`pulsebook import aliases`)."
)


def looks(id_: str) -> frozenset[str]:
    """What an id may be taken for; two ids look alike where these have one in common.

    It is the form NFKC, without what is not seen, each letter as the Latin one that it looks like (by the confusables
    of https://www.unicode.org/reports/tr39/), without regard to case. A capital and its small letter may look like
    different ones (the Greek Nu like N, and like v), so both are taken.
    """
    if id_.isascii():
        return frozenset([UNSEEN.sub("", id_).casefold()])
    plain = unicodedata.normalize("NFKC", id_)
    seen = "".join(char for char in plain if unicodedata.category(char) != "Cf" and not UNSEEN.match(char))
    return frozenset([_latin(seen).casefold(), _latin(seen.casefold())])


def _latin(text: str) -> str:
    return "".join(_looks_like(char) for char in text)


@lru_cache(4096)
def _looks_like(char: str) -> str:
    """The Latin letter, else the first character of any kind, that this one is easily taken for."""
    if char.isascii() or not char.isalpha():
        return char
    # Its table takes 30 ms to read, which only ids with other letters than Latin ones are worth.
    from confusable_homoglyphs.confusables import is_confusable

    found = is_confusable(char) or [{"homoglyphs": []}]
    others: list[str] = [one["c"] for one in found[0]["homoglyphs"] if len(one["c"]) == 1]
    letter = next((other for other in others if other.isascii() and other.isalpha()), None)
    if letter == "l" and char.isupper():
        return "I"  # Unicode takes the capital I for a small l, too: case is not what we ask here.
    return letter or min([char, *others])


def shown(id_: str) -> str:
    """An id between quotes, with the names of characters in it that are taken for others or not seen."""
    odd = [char for char in dict.fromkeys(id_) if not char.isascii() and looks(char) != {char.casefold()}]
    names = [unicodedata.name(char, f"U+{ord(char):04X}") for char in odd[:NAMED]]
    return f"{id_!r} (with {', '.join(names)})" if names else repr(id_)


def told(one: LookAlike) -> str:
    """Where it stands, and what it looks like."""
    return f"{one.file}:{one.line}: {shown(one.id)} looks like {shown(one.like)}"


def finding(number: int, found: Sequence[LookAlike], at: datetime, day: int) -> Finding:
    """What is told of an import that brought ids which look like others."""
    count = "An id" if len(found) == 1 else f"{len(found):,} ids"
    named = "; ".join(told(one) for one in found[:NAMED])
    more = " …" if len(found) > NAMED else ""
    return Finding(
        key=f"{FindingKind.LOOK_ALIKE}/{number}",
        kind=FindingKind.LOOK_ALIKE,
        name=f"import {number}",
        text=f"{count} of the import {number} may be taken for others. {named}{more}. {REMEDY}",
        at=at,
        day=day,
        accounts=tuple(dict.fromkeys(id_ for one in found for id_ in (one.like, one.id))),
    )
