"""What renews in a quarter, and what of it is at risk: exact, and never added up across currencies by itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.language.settings import Settings
from engine.reports.quarters import Quarter
from engine.reports.revenue import Question, revenue
from engine.reports.scale import Scale
from tests.reports.making import BANDS, SCALE, make_standing, score_of

QUARTER = Quarter(2027, 1)
TODAY = date(2026, 11, 28)
Account = dict[str, Any]


def account(
    value: float | None = 20, day: str | None = "2027-02-01", amount: str | None = "100", **more: Any
) -> Account:
    return {"value": value, "renewal_date": day, "revenue": amount, **more}


def told(*accounts: Account, scale: Scale = SCALE, by: str | None = None, **rates: dict[str, float]) -> dict[str, Any]:
    company = {"name": "Us", "timezone": "UTC", "currency": "EUR"}
    settings = Settings.model_validate({"company": company, "people": {"fallback": "lea"}, "rates": rates})
    return revenue(make_standing(*accounts), scale, Question(QUARTER, "renewal_date", TODAY, by), settings)


@pytest.mark.parametrize(
    ("day", "is_in"),
    [
        pytest.param("2026-12-31", False, id="the day before"),
        pytest.param("2027-01-01", True, id="the first day"),
        pytest.param("2027-03-31", True, id="the last day"),
        pytest.param("2027-04-01", False, id="the day after"),
        pytest.param(None, False, id="no date"),
    ],
)
def test_an_account_counts_in_the_quarter_of_its_date(day: str | None, is_in: bool) -> None:
    assert len(told(account(day=day))["accounts"]) == is_in


def test_sums_are_by_band_month_and_currency_and_unknown_scores_come_last() -> None:
    found = told(
        account(value=None, amount="7"),
        account(value=80, amount="50"),
        account(amount="0.10", day="2027-01-31"),
        account(amount="0.20", day="2027-03-01"),
        account(amount="9", currency="USD"),
    )

    rows = [(one["band"], one["at_risk"], one["currency"], one["accounts"], one["revenue"]) for one in found["revenue"]]
    assert rows == [
        ("red", True, "EUR", 2, Decimal("0.30")),
        ("red", True, "USD", 1, Decimal(9)),
        ("green", False, "EUR", 1, Decimal(50)),
        (None, False, "EUR", 1, Decimal(7)),
    ]
    first = found["revenue"][0]["months"]
    assert first == {"2027-01": Decimal("0.10"), "2027-02": Decimal(0), "2027-03": Decimal("0.20")}


def test_an_account_without_revenue_is_counted_and_in_no_sum() -> None:
    [row] = told(account(amount=None), account(amount="5"))["revenue"]

    assert (row["accounts"], row["without_revenue"], row["revenue"]) == (2, 1, Decimal(5))


def test_the_accounts_at_risk_come_first_and_then_by_date() -> None:
    found = told(
        account(value=90, id="well"), account(day="2027-03-01", id="later"), account(day="2027-01-05", id="sooner")
    )

    assert [(one["account"], one["at_risk"]) for one in found["accounts"]] == [
        ("sooner", True),
        ("later", True),
        ("well", False),
    ]


def test_the_rule_names_the_bands_and_the_days() -> None:
    scale = Scale((score_of(label="Health", bands=[BANDS[0], {**BANDS[1], "pile": "at-risk"}, BANDS[2]]),))

    found = told(account(value=50), scale=scale)

    assert found["accounts"][0]["at_risk"] is True
    assert found["rule"] == (
        "At risk is the year's revenue of accounts whose Health is At risk or Yellow, "
        "with renewal_date from 2027-01-01 to 2027-03-31"
    )


def test_a_group_splits_every_sum() -> None:
    found = told(account(segment="smb"), account(segment="mid", amount="1"), account(segment=None), by="segment")

    assert [(one["group"], one["revenue"]) for one in found["revenue"]] == [("mid", 1), ("smb", 100), (None, 100)]


def test_without_rates_nothing_is_converted() -> None:
    assert told(account(currency="USD"))["converted"] is None


def test_the_newest_rate_that_is_not_after_today_is_taken_and_told() -> None:
    rates = {"2026-01-01": 0.8, "2026-11-28": 0.9, "2026-11-29": 0.5}

    converted = told(account(amount="10"), account(amount="10.01", currency="USD"), USD=rates)["converted"]

    assert converted["currency"] == "EUR"
    assert converted["rates"] == [{"currency": "USD", "since": date(2026, 11, 28), "rate": Decimal("0.9")}]
    assert [(one["currency"], one["revenue"]) for one in converted["revenue"]] == [("EUR", Decimal("19.01"))]


def test_a_currency_without_a_rate_is_left_out_and_named() -> None:
    found = told(account(currency="CHF"), account(currency="USD"), USD={"2027-01-01": 0.9}, GBP={"2026-01-01": 1.2})

    assert found["converted"]["without_rate"] == ["CHF", "USD"]
    assert found["converted"]["revenue"] == []


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        pytest.param("2027-Q1", date(2027, 1, 1), date(2027, 3, 31), id="the first"),
        pytest.param("2028-Q1", date(2028, 1, 1), date(2028, 3, 31), id="of a leap year"),
        pytest.param("2027-Q4", date(2027, 10, 1), date(2027, 12, 31), id="the last"),
    ],
)
def test_a_quarter_has_three_months(said: str, first: date, last: date) -> None:
    quarter = Quarter.parse(said)

    assert (quarter.first, quarter.last) == (first, last)
    assert Quarter.of(first) == Quarter.of(last) == quarter
    assert (str(quarter), quarter.months[0], quarter.months[-1]) == (said, f"{first:%Y-%m}", f"{last:%Y-%m}")


@pytest.mark.parametrize("said", ["2027-Q5", "2027Q1", "Q1", "0000-Q1", "9999-Q4", ""])
def test_what_is_no_quarter_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="write one like 2027-Q1"):
        Quarter.parse(said)
