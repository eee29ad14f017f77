"""What holds of every score: it is what a plain reading of its model says, lies in 0 to 100, and adds up."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.scoring import Adjusted, Capped, Effects, Softened
from engine.snapshot import ScoreLook
from tests.score_models import Values, Written, bands, listed, look
from tests.score_oracle import Context, points_model, score
from tests.told import Account, make_account, occurred

GENERATE = settings(
    max_examples=80, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
MEASURES = ("a", "b", "c", "plan")
GROUPS = ("product", "relationship")
weights = st.sampled_from(("1", "2", "0.1", "0.7", "3.3"))
numbers = st.none() | st.integers(-20, 480).map(lambda number: number / 4)
curves = st.sampled_from(([["0", "0"], ["100", "100"]], [["-5", "80"], ["20", "10"], ["21", "95"]]))
levels = st.sampled_from(({1: "< 0", 3: "<= 20", 4: "> 60", 5: "else"}, {2: ">= 50", 5: "else"}, {4: "else"}))
plans = st.just({1: ["monthly"], 4: ["yearly", "both"], 5: "else"})


@st.composite
def entries(draw: st.DrawFn, group: str | None) -> Written:
    measure = draw(st.sampled_from(MEASURES))
    how = {"points": draw(plans)} if measure == "plan" else draw(st.sampled_from(("points", "curve")).flatmap(_how))
    unless = draw(st.sampled_from(({}, {}, {"unless": {"measure": "a", "below": "30"}})))
    return {"measure": measure, "weight": draw(weights), **how, **unless, **({"group": group} if group else {})}


def _how(key: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: levels if key == "points" else curves})


@st.composite
def models(draw: st.DrawFn) -> Written:
    grouped = draw(st.booleans())
    named: tuple[str | None, ...] = GROUPS if grouped else (None,)
    measures = [draw(entries(group)) for group in named for _ in range(draw(st.integers(1, 5)))]
    return {
        "score": "health",
        "goal": "Warn early",
        "bands": bands(),
        "measures": draw(st.permutations(measures)),
        "missing": draw(st.sampled_from(("spread", "neutral", "worst"))),
        "min_coverage": draw(st.sampled_from(("0%", "30%", "50%", "75%", "100%"))),
        **({"groups": {group: draw(weights) for group in GROUPS}} if grouped else {}),
    }


values = st.fixed_dictionaries(
    dict.fromkeys("abc", numbers)
    | {"plan": st.sampled_from((None, None, "monthly", "yearly", "both", "other")).filter(bool) | st.none()}
)
contexts = st.builds(
    Context,
    adjusts=st.lists(st.integers(-40, 40).map(lambda by: by / 4), max_size=3),
    softens=st.lists(
        st.tuples(st.sampled_from(("product", ("a",), ("b", "plan"))), st.sampled_from((0.25, 0.5, 1.0))), max_size=2
    ),
    caps=st.lists(st.integers(0, 100).map(float), max_size=2),
    override=st.none() | st.integers(0, 100).map(float),
)


def effects(contexts: Sequence[Context]) -> Effects:
    """Each account's context as rules that are active for it alone."""

    def only(row: int) -> Any:
        return np.arange(len(contexts)) == row

    return Effects(
        tuple(Adjusted(f"{row}", only(row) * by) for row, one in enumerate(contexts) for by in one.adjusts),
        tuple(_softened(f"{row}", what, by, only(row)) for row, one in enumerate(contexts) for what, by in one.softens),
        tuple(Capped(f"{row}", at_most, only(row)) for row, one in enumerate(contexts) for at_most in one.caps),
    )


def _softened(rule: str, what: str | tuple[str, ...], by: float, active: Any) -> Softened:
    return Softened(rule, what, (), by, active) if isinstance(what, str) else Softened(rule, None, what, by, active)


def in_context(model: Written, accounts: Sequence[tuple[Values, Context]]) -> ScoreLook:
    around = [context for _values, context in accounts]
    overrides = np.array([np.nan if one.override is None else one.override for one in around])
    return look(model, *[one for one, _context in accounts], effects=effects(around), overrides={"health": overrides})


shards = st.lists(st.tuples(values, contexts), min_size=1, max_size=4)


def close(expected: Sequence[float | None]) -> list[Any]:
    return [None if number is None else pytest.approx(number, abs=1e-4) for number in expected]


@settings(GENERATE, max_examples=200)
@given(models(), shards)
def test_n11_x15_a_score_is_what_a_plain_reading_of_its_model_says(
    model: Written, accounts: list[tuple[Values, Context]]
) -> None:
    found = in_context(model, accounts)

    said = [score(model, one, context) for one, context in accounts]
    assert listed(found.base) == close([one.base for one in said])
    assert listed(found.adjusted) == close([one.adjusted for one in said])
    assert listed(found.value) == close([one.value for one in said])
    assert listed(found.coverage) == close([one.coverage for one in said])
    assert list(found.band) == [one.band for one in said]
    for row, one in enumerate(said):
        assert listed(found.breakdowns[0].contribution[row]) == close(one.contributions)


@GENERATE
@given(models(), shards)
def test_x4_scores_lie_in_0_to_100_and_contributions_add_up(
    model: Written, accounts: list[tuple[Values, Context]]
) -> None:
    plain = [(one, Context(softens=context.softens)) for one, context in accounts]

    found, shown = in_context(model, accounts), in_context(model, plain)

    for numbers in (found.base, found.adjusted, found.value, found.breakdowns[0].points):
        assert not ((numbers < 0) | (numbers > 100)).any()
    sums = np.nansum(shown.breakdowns[0].contribution, axis=1)
    there = ~np.isnan(shown.value)
    assert sums[there] == pytest.approx(shown.value[there], abs=1e-4 * len(model["measures"]))


@GENERATE
@given(models(), shards)
def test_an_account_alone_scores_the_same_as_among_others(
    model: Written, accounts: list[tuple[Values, Context]]
) -> None:
    together = in_context(model, accounts)

    for row, account in enumerate(accounts):
        alone = in_context(model, [account])

        for name in ("base", "adjusted", "value", "coverage", "band"):
            assert listed(getattr(alone, name)) == listed(getattr(together, name)[[row]])
        for name in ("points", "share", "contribution"):
            both = (getattr(one.breakdowns[0], name) for one in (alone, together))
            assert np.array_equal(next(both)[0], next(both)[row], equal_nan=True)


@GENERATE
@given(models(), values, st.sampled_from(MEASURES))
def test_coverage_never_rises_when_data_are_withheld(model: Written, account: Values, withheld: str) -> None:
    assume(not any("unless" in entry for entry in model["measures"]))

    full, less = look(model, account), look(model, {**account, withheld: None})

    assert less.coverage[0] <= full.coverage[0]


def at_their_best(model: Written, measure: str) -> Written:
    """The same model, in which that measure has all points whatever it is."""
    best = {"points": {4: ["none"], 5: "else"}} if measure == "plan" else {"curve": [["0", "100"], ["1", "100"]]}
    forms = ("points", "curve")
    rated = [
        {**{key: said for key, said in one.items() if key not in forms}, **best} if one["measure"] == measure else one
        for one in model["measures"]
    ]
    return {**model, "measures": rated}


@settings(GENERATE, max_examples=200)
@given(models(), values, st.sampled_from(MEASURES))
def test_withheld_data_never_make_a_score_better_than_its_best_case(
    model: Written, account: Values, withheld: str
) -> None:
    assume(not any("unless" in entry for entry in model["measures"]))
    there = {**account, withheld: account[withheld] or ("yearly" if withheld == "plan" else 1.0)}

    best, less = look(at_their_best(model, withheld), there), look(model, {**account, withheld: None})

    if listed(less.value) != [None]:
        assert less.value[0] <= best.value[0] + 1e-4


LOGINS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(("desk", "phone"))), max_size=12)
ENTRIES = st.builds(
    dict,
    event=st.just("login"),
    add=st.sampled_from(("5", "-7.5", "40")),
).flatmap(
    lambda entry: st.builds(
        lambda *more: {**entry, **{key: value for part in more for key, value in part.items()}},
        st.sampled_from(({"fades": "4d"}, {"fades": "10d"}, {"over": "1d"}, {"over": "7d"})),
        st.sampled_from(({}, {"cap": "12"})),
        st.sampled_from(({}, {"where": {"device": "phone"}})),
    )
)


@GENERATE
@given(st.integers(0, 60), st.lists(ENTRIES, min_size=1, max_size=3), st.lists(LOGINS, min_size=1, max_size=3))
def test_x16_a_points_model_is_what_a_plain_reading_says(
    start: int, points: list[Written], logins: list[list[tuple[int, str]]]
) -> None:
    model = {"score": "health", "goal": "Warn early", "bands": bands(), "start": str(start), "points": points}
    accounts: list[Account] = [
        make_account(*[occurred("login", days, device=device) for days, device in some]) for some in logins
    ]

    found = look(model, accounts=accounts)

    assert listed(found.value) == close([points_model(model, account) for account in accounts])
    assert np.nansum(found.breakdowns[0].contribution, axis=1) == pytest.approx(found.base, abs=1e-3)
