"""Facts of accounts in, conclusions out: durable-rules, and the only file that imports it.

What the library can't do is kept outside: one flat fact per account, one session at a time, deleted after each use but
never after an error; no timer threads; no values that its reader misreads; no more ways to match than its stack holds.
"""

import math
from collections.abc import Mapping
from typing import Any

from engine.conditions.constants import DECIMALS
from engine.conditions.tree import MOST_COLUMNS, MOST_WAYS, Tree, columns_of, patterns, tests, ways
from engine.errors import PulsebookError

try:
    from durable.engine import Host
except ImportError as error:  # CPython 3.13 dropped PyEval_CallObject, which the published C source calls
    raise PulsebookError(
        f"durable-rules can't be imported ({error}). On Python 3.13 build it with "
        'CC="gcc -DPyEval_CallObject=PyObject_CallObject" and reinstall: '
        "pip install --force-reinstall --no-cache-dir durable-rules==2.0.28"
    ) from error

LARGEST = 1e15
LONGEST = 10_000
"""Characters of a text; the library keeps lengths in 16 bits, and takes the rest for the whole."""
EVALUATIONS = 100_000
"""After so many a host is replaced: each evaluation loses about 11 bytes, each host 0.7 MB."""

RULESET = "accounts"
KIND = "account"
SESSION = "s"
"""Always the same: sessions are found by a hash of 32 bits, and two ids may meet."""


class NetworkError(PulsebookError):
    """durable-rules could not be asked; the message says about what."""


class _Host(Host):  # type: ignore[misc]
    """A host without the two timer threads, which read the clock and run actions in threads of their own."""

    def _run(self) -> None:
        pass


class Network:
    """Labelled conditions, compiled once; `decide` gives the labels that are true of a fact."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        """Raises NetworkError where they are more than one fact may be asked about, or have a constant out of bounds.

        The host is made when it is first needed, so a network that decides nothing costs nothing.
        """
        self._trees = dict(trees)
        names = sorted({column.name for tree in trees.values() for column in columns_of(tree)})
        _refuse_walls(self._trees, len(names))
        # The library tells keys apart by a hash of 32 bits, in which two columns' names may meet; these don't.
        self._keys = {name: f"c{number}" for number, name in enumerate(names)}
        self._concluded: list[str] = []
        self._host: _Host | None = None
        self._left = 0

    def decide(self, fact: Mapping[str, str | float]) -> frozenset[str]:
        """The labels of the conditions that are true of a fact; a column that is not there is unknown.

        `fact`: values by column name; columns that no condition speaks of are passed over.
        Raises NetworkError for a value that the library would misread, and where the library fails.
        """
        if not self._trees:
            return frozenset()
        fact = {name: _within(value) for name, value in fact.items()}
        refuse_misread(fact)
        asked = {self._keys[name]: value for name, value in fact.items() if name in self._keys}
        # A host stays given up unless all goes well: after an error its state can't be deleted without a crash.
        host, self._host = self._ready(), None
        self._concluded.clear()
        try:
            state = host.assert_fact(RULESET, {"kind": KIND, "sid": SESSION, **asked})
        except Exception as error:
            raise _failed(fact, error) from error
        # The library swallows what an action raises, and hands it on in the state.
        if state is None or "exception" in state:
            raise _failed(fact, state and state["exception"])
        host.delete_state(RULESET, SESSION)
        self._host = host
        return frozenset(self._concluded)

    def _ready(self) -> _Host:
        if self._host is None or self._left <= 0:
            self._host = _Host({RULESET: self._rules()})
            self._left = EVALUATIONS
        self._left -= 1
        return self._host

    def _rules(self) -> dict[str, Any]:
        """One rule per way to match; and one for every fact, for a state in which no action ran can't be deleted."""
        rules: dict[str, Any] = {
            f"r{number}w{way}": {"all": [{"m": {"$and": [{"kind": KIND}, *pattern]}}], "run": self._concludes(label)}
            for number, (label, tree) in enumerate(self._trees.items())
            for way, pattern in enumerate(patterns(tree, self._keys.__getitem__))
        }
        return {**rules, "always": {"all": [{"m": {"kind": KIND}}], "run": lambda _context: None}}

    def _concludes(self, label: str) -> Any:
        def action(_context: Any) -> None:
            self._concluded.append(label)

        return action


def _refuse_walls(trees: Mapping[str, Tree], columns: int) -> None:
    """durable-rules gives error 303 where a fact leaves more than 64 tests open (MAX_STACK_SIZE in its events.c)."""
    count = sum(ways(tree) for tree in trees.values())
    if count > MOST_WAYS or columns > MOST_COLUMNS:
        raise NetworkError(
            f"A round has {count} ways to match and {columns} columns; "
            f"the rule engine holds {MOST_WAYS} and {MOST_COLUMNS}. Split it."
        )
    for tree in trees.values():
        for test in tests(tree):
            refuse_misread({test.column.name: test.value})


def _within(value: str | float) -> str | float:
    """What is larger than any bound of a file can be is asserted as just above them: the library would misread it."""
    if not isinstance(value, float) or not LARGEST <= abs(value) < math.inf:
        return value
    return math.copysign(math.nextafter(LARGEST, 0), value)


def refuse_misread(fact: Mapping[str, str | float]) -> None:
    """Refuses what the library's own JSON reader gets wrong: exponents, NaN, booleans, very long texts."""
    for name, value in fact.items():
        wrong = _misread(value)
        if wrong:
            raise NetworkError(f"Column {name} holds {_short(value)}; {wrong}. Correct it where it comes from.")


def _misread(value: object) -> str | None:
    if isinstance(value, str):
        return f"a text has at most {LONGEST:,} characters" if len(value) > LONGEST else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "a fact holds numbers and texts only"
    if not math.isfinite(value) or abs(value) >= LARGEST or round(value, DECIMALS) != value:
        return f"a number is below {LARGEST:.0e} in size and has at most {DECIMALS} decimals"
    return None


def _failed(fact: Mapping[str, str | float], why: object) -> NetworkError:
    shown = ", ".join(f"{name} = {_short(value)}" for name, value in sorted(fact.items()))
    return NetworkError(f"The rule engine failed on {shown[:500]}: {why}. Please report this.")


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
