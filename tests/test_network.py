"""durable-rules decides, inside its walls."""

import importlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import network as module
from engine.conditions import tree
from engine.conditions.columns import AttributeOf, FactCount, MeasureValue, ScoreValue
from engine.conditions.filters import FilterTest
from engine.conditions.tree import MOST_COLUMNS, MOST_WAYS, All, Any, Tree
from engine.errors import PulsebookError
from engine.network import EVALUATIONS, LONGEST, Network, NetworkError

LOW = tree.Test(ScoreValue("health"), "<", 35.0)
ENTERPRISE = tree.Test(AttributeOf("segment"), "==", "enterprise")
NOT_TRIAL = tree.Test(AttributeOf("plan"), "!=", "trial")


def above(measure: str, limit: float = 0.0) -> Tree:
    return tree.Test(MeasureValue(measure), ">", limit)


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        pytest.param({"score.health": 34.9999}, {"low"}, id="one ten-thousandth below"),
        pytest.param({"score.health": 35.0}, set(), id="at the threshold"),
        pytest.param({"score.health": 35}, set(), id="the same as a whole number"),
        pytest.param({"score.health": -0.0}, {"low"}, id="minus nought"),
        pytest.param({}, set(), id="nothing known"),
        pytest.param({"account.plan": "pro"}, {"paying/fires"}, id="another text"),
        pytest.param({"account.plan": "trial"}, set(), id="the text itself"),
        pytest.param({"score.power": 1.0, "account.country": "DE"}, set(), id="columns that nobody asked for"),
        pytest.param(
            {"score.health": 3.0, "account.segment": "enterprise", "account.plan": "pro"},
            {"low", "both of “them”", "paying/fires"},
            id="several at once",
        ),
    ],
)
def test_the_labels_of_what_is_true_are_concluded(fact: Mapping[str, str | float], expected: set[str]) -> None:
    network = Network({"low": LOW, "both of “them”": All((LOW, ENTERPRISE)), "paying/fires": NOT_TRIAL})

    assert network.decide(fact) == expected


def test_one_answer_does_not_colour_the_next() -> None:
    network = Network({"low": LOW})

    assert [network.decide({"score.health": value}) for value in (10.0, 90.0, 10.0)] == [{"low"}, set(), {"low"}]


def test_without_conditions_nothing_is_concluded() -> None:
    assert Network({}).decide({"score.health": 10.0}) == frozenset()


NASTY = (
    "",
    " ",
    "a",
    'said "no"',
    "it's",
    "back\\slash",
    "\\",
    '"',
    "Müller",
    "日本",
    "😀",
    "a\nb",
    "\x00",
    "null",
    "5",
)
SAME = {text: tree.Test(AttributeOf("name"), "==", text) for text in NASTY}
OTHER = {f"not {text}": tree.Test(AttributeOf("name"), "!=", text) for text in NASTY}
NAMES = Network(SAME | OTHER)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(NASTY) | st.text())
def test_texts_are_compared_exactly(name: str) -> None:
    expected = {text for text in NASTY if text == name} | {f"not {text}" for text in NASTY if text != name}

    assert NAMES.decide({"account.name": name}) == expected


LIMITS = (0.0, 0.0001, -0.0001, 35.0, 1234567.8912, 99999999999.0001, -999999999999999.0)
NUMBERS = Network(
    {f"{sign} {limit}": tree.Test(MeasureValue("m"), sign, limit) for limit in LIMITS for sign in ("<", "==", ">=")}
)


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from([round(limit + step, 4) for limit in LIMITS for step in (-0.0001, 0.0, 0.0001) if limit > -1e14])
    | st.floats(-1e14, 1e14).map(lambda number: round(number, 4))
)
def test_numbers_are_compared_to_the_fourth_decimal(number: float) -> None:
    true = {"<": number.__lt__, "==": number.__eq__, ">=": number.__ge__}

    expected = {f"{sign} {limit}" for limit in LIMITS for sign in true if true[sign](limit)}

    assert NUMBERS.decide({"measure.m": number}) == expected


def test_as_many_columns_and_ways_as_a_round_holds_are_told_apart() -> None:
    names = [f"m{number}" for number in range(MOST_COLUMNS)]
    shares = {f"r{number}": All(tuple(map(above, names[number::MOST_WAYS]))) for number in range(MOST_WAYS)}
    network, everything = Network(shares), {f"measure.{name}": 1.0 for name in names}

    assert network.decide(everything) == set(shares)
    for number, name in enumerate(names):
        assert network.decide({**everything, f"measure.{name}": 0.0}) == set(shares) - {f"r{number % MOST_WAYS}"}


def test_columns_are_told_apart_whose_names_the_library_could_not() -> None:
    """Their hashes of 32 bits, FNV-1a, are the same."""
    network = Network({"one": above("m342290732"), "other": above("m152720517")})

    assert network.decide({"measure.m342290732": 1.0, "measure.m152720517": 0.0}) == {"one"}
    assert network.decide({"measure.m342290732": 0.0, "measure.m152720517": 1.0}) == {"other"}


@pytest.mark.parametrize(
    ("values", "others"),
    [
        pytest.param((1000001.0,), (1000002.0,), id="large numbers"),
        pytest.param(("a, b",), ("a", "b"), id="a comma inside a text"),
        pytest.param(("a; kind in b",), ("a",), id="what looks like another test"),
        pytest.param(("'a'",), ("a",), id="quotes"),
    ],
)
def test_columns_of_different_values_have_different_names(
    values: tuple[float | str, ...], others: tuple[float | str, ...]
) -> None:
    one, other = (FactCount("move", None, (FilterTest("role", "in", listed, "text"),)) for listed in (values, others))

    assert one.name != other.name


def test_a_number_that_is_larger_than_any_bound_of_a_file_lies_above_them_all() -> None:
    highest = 999_999_999_999_999.0
    network = Network({"above": above("m", highest), "low": tree.Test(MeasureValue("m"), "<", -highest)})

    assert network.decide({"measure.m": 1.8e15}) == {"above"}
    assert network.decide({"measure.m": -1e300}) == {"low"}
    with pytest.raises(NetworkError, match=r"holds 1000000000000000\.0"):
        Network({"misread": above("m", 1e15)})


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="not a number"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param(0.00001, id="five decimals"),
        pytest.param(True, id="a boolean"),
        pytest.param(None, id="nothing"),
        pytest.param([1.0], id="a list"),
        pytest.param("x" * (LONGEST + 1), id="a very long text"),
    ],
)
def test_what_the_library_would_misread_is_refused_with_its_column(value: float) -> None:
    network = Network({"low": LOW})

    with pytest.raises(NetworkError, match=re.escape("Column score.health holds")):
        network.decide({"score.health": value})
    with pytest.raises(NetworkError, match=re.escape("Column measure.m holds")):
        Network({"misread": above("m", value)})
    assert network.decide({"score.health": 1.0}) == {"low"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(Any((LOW,) * (MOST_WAYS + 1)), "49 ways to match and 1 columns", id="one way too many"),
        pytest.param(
            All(tuple(above(f"m{number}") for number in range(MOST_COLUMNS + 1))),
            "1 ways to match and 121 columns",
            id="one column too many",
        ),
    ],
)
def test_more_than_a_round_holds_is_refused_before_anybody_asks(asked: Tree, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        Network({"too much": asked})


def test_a_failure_of_the_library_names_the_fact_and_the_next_account_is_decided() -> None:
    network = Network({"enterprise": ENTERPRISE})

    with pytest.raises(NetworkError, match=r"failed on account.segment = '\\ud800'"):
        network.decide({"account.segment": "\ud800"})  # half a character: it can't be written as UTF-8

    assert network.decide({"account.segment": "enterprise"}) == {"enterprise"}


class Forgetful(list[str]):
    def append(self, label: str) -> None:
        raise MemoryError(f"no room for {label}")


def test_what_an_action_raises_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network({"low": LOW})
    with monkeypatch.context() as patched:
        patched.setattr(network, "_concluded", Forgetful())
        with pytest.raises(NetworkError, match=r"failed on score.health = 10.0: .*no room for low"):
            network.decide({"score.health": 10.0})

    assert network.decide({"score.health": 10.0}) == {"low"}


def test_a_host_is_replaced_after_its_evaluations(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts: list[object] = []

    class Counted(module._Host):
        def _run(self) -> None:
            hosts.append(self)

    monkeypatch.setattr(module, "_Host", Counted)
    monkeypatch.setattr(module, "EVALUATIONS", 3)
    network = Network({"low": LOW})

    assert [network.decide({"score.health": float(value)}) for value in range(7)] == [{"low"}] * 7
    assert len(hosts) == 3
    assert EVALUATIONS >= 100_000


def test_no_thread_is_started() -> None:
    before = threading.active_count()

    Network({"low": LOW}).decide({"score.health": 10.0})

    assert threading.active_count() == before


def test_where_the_library_can_not_be_imported_the_way_to_build_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable.engine", None)
    monkeypatch.delitem(sys.modules, "engine.network")

    with pytest.raises(PulsebookError, match='CC="gcc -DPyEval_CallObject=PyObject_CallObject" and reinstall'):
        importlib.import_module("engine.network")


MANY = """
import resource, random
from engine.conditions.columns import MeasureValue
from engine.conditions.tree import All, Any, Test
from engine.network import Network

names = [f"measure.m{number}" for number in range(12)]
tests = [Test(MeasureValue(f"m{number}"), sign, 5.0) for number in range(12) for sign in ("<", ">=")]
trees = {str(number): All((tests[number], Any((tests[-number], tests[number + 7])))) for number in range(4)}
network, drawn = Network(trees), random.Random(1)
kilobytes = []
for evaluation in range(20_001):
    fact = {name: float(drawn.randint(0, 9)) for name in names if drawn.random() > 0.3}
    network.decide(fact if evaluation % 10 else {})
    if evaluation % 5_000 == 0:
        kilobytes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(kilobytes[-1] - kilobytes[1])
"""


def test_tens_of_thousands_of_evaluations_neither_crash_nor_fill_the_memory() -> None:
    """MALLOC_PERTURB_ overwrites freed memory, so that a pointer that was freed twice or never set is not survived."""
    done = subprocess.run(
        [sys.executable, "-c", MANY],
        env={**os.environ, "MALLOC_PERTURB_": "85"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 2_000
