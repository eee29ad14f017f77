"""Whose public holidays a company may have."""

import pytest

from engine.calendar import check_country


@pytest.mark.parametrize("code", ["DE", "DE-BY", "US-CA", "GB-SCT", "DEU"])
def test_a_country_or_a_region_with_known_holidays_is_taken(code: str) -> None:
    check_country(code)


@pytest.mark.parametrize("code", ["XX", "XX-BY", "DE-XX", "de", "HolidayBase", ""])
def test_any_other_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="no public holidays are known for"):
        check_country(code)
