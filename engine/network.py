"""Facts of accounts in, conclusions out: durable-rules, and the only file that imports it.

What the library can't do is kept outside: one flat fact per account, one session at a time under one id, deleted after
each use but never after an error, no timer threads, no numbers that its parser misreads, no more ways to match than its
stack holds. The reasons stand in `docs/durable-rules.md`.
"""

import math
from collections.abc import Mapping
from typing import Any

from engine.conditions.tree import Tree, columns_of, pattern, ways
from engine.errors import PulsebookError

try:
    from durable.engine import Host
except ImportError as error:  # CPython 3.13 dropped PyEval_CallObject, which the published C source calls
    raise PulsebookError(
        f"durable-rules can't be imported ({error}). On Python 3.13 build it with "
        'CC="gcc -DPyEval_CallObject=PyObject_CallObject" pip install --force-reinstall durable-rules==2.0.28'
    ) from error

MOST_WAYS = 48
MOST_COLUMNS = 120
LARGEST = 1e15
DECIMALS = 4
EVALUATIONS = 200_000
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
        self._trees = dict(trees)
        _refuse_walls(self._trees)
        self._concluded: list[str] = []
        self._host: _Host | None = None
        self._left = 0

    def decide(self, fact: Mapping[str, str | float]) -> frozenset[str]:
        """The labels of the conditions that are true of a fact; a column that is not there is unknown.

        Raises NetworkError for a value that the library would misread, and where the library fails.
        """
        if not self._trees:
            return frozenset()
        refuse_misread(fact)
        host = self._ready()
        self._concluded.clear()
        try:
            state = host.assert_fact(RULESET, {"kind": KIND, "sid": SESSION, **fact})
        except Exception as error:
            self._host = None  # deleting the state after an error crashes the process: the host is given up
            raise NetworkError(f"The rule engine failed on {_shown(fact)}: {error}. Please report this.") from error
        host.delete_state(RULESET, SESSION)
        if isinstance(state, Mapping) and state.get("exception"):
            self._host = None
            raise NetworkError(f"The rule engine failed on {_shown(fact)}: {state['exception']}. Please report this.")
        return frozenset(self._concluded)

    def _ready(self) -> _Host:
        if self._host is None or self._left <= 0:
            self._host = _Host({RULESET: self._rules()})
            self._left = EVALUATIONS
        self._left -= 1
        return self._host

    def _rules(self) -> dict[str, Any]:
        """One rule per label, and one that matches every fact: a state in which no action ran can't be deleted."""
        rules: dict[str, Any] = {
            f"r{number}": {"all": [{"m": {"$and": [{"kind": KIND}, pattern(tree)]}}], "run": self._concludes(label)}
            for number, (label, tree) in enumerate(self._trees.items())
        }
        return {**rules, "always": {"all": [{"m": {"kind": KIND}}], "run": lambda _context: None}}

    def _concludes(self, label: str) -> Any:
        def action(_context: Any) -> None:
            self._concluded.append(label)

        return action


def _refuse_walls(trees: Mapping[str, Tree]) -> None:
    """durable-rules gives error 303 where a fact leaves more than 64 tests open (MAX_STACK_SIZE in its events.c)."""
    count = sum(ways(tree) for tree in trees.values())
    columns = frozenset().union(*(columns_of(tree) for tree in trees.values())) if trees else frozenset()
    if count > MOST_WAYS or len(columns) > MOST_COLUMNS:
        raise NetworkError(
            f"A round has {count} ways to match and {len(columns)} columns; "
            f"the rule engine holds {MOST_WAYS} and {MOST_COLUMNS}. Split it."
        )


def refuse_misread(fact: Mapping[str, str | float]) -> None:
    """Refuses what the library's own JSON reader gets wrong: exponents, NaN, booleans, more than 4 decimals."""
    for name, value in fact.items():
        if isinstance(value, str):
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise NetworkError(f"Column {name} holds {value!r}; a fact holds numbers and texts only.")
        if not math.isfinite(value) or abs(value) >= LARGEST or round(value, DECIMALS) != value:
            raise NetworkError(f"Column {name} holds {value!r}; a fact holds numbers below 1e15 with 4 decimals.")


def _shown(fact: Mapping[str, str | float]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in sorted(fact.items()))[:500]
