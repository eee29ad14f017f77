"""How accounts stand: their ranking with all its views, three piles, benchmarks and segments."""

import numpy as np

from engine.reports.columns import Standing
from engine.reports.scale import Scale
from engine.reports.standings import benchmarks, piles, ranking, segments
from tests.reports.making import BANDS, SCALE, make_standing, score_of


def test_the_highest_come_first_and_equals_share_a_rank() -> None:
    standing = make_standing(
        {"id": "c", "value": 50}, {"id": "b", "value": 90}, {"id": "a", "value": 50}, {"id": "d", "value": 10}
    )

    assert [(row["rank"], row["account"]) for row in ranking(standing, SCALE)] == [
        (1, "b"),
        (2, "a"),
        (2, "c"),
        (4, "d"),
    ]


def test_an_account_has_all_its_views() -> None:
    [row] = ranking(make_standing({"value": 62.5, "gained": -3, "name": "Acme", "owner": "ana"}), SCALE)

    assert row == {
        "rank": 1,
        "gained": -3.0,
        "account": "a0",
        "name": "Acme",
        "owner": "ana",
        "value": 62.5,
        "band": "yellow",
        "label": "Yellow",
        "letter": "B",
        "stage": None,
        "level": 4,
        "pile": "watch",
        "percentile": 50.0,
        "class": "middle half",
    }


def test_who_is_unknown_has_no_rank_and_takes_none() -> None:
    standing = make_standing({"value": None}, {"value": 20})

    assert [(row["rank"], row["account"], row["gained"]) for row in ranking(standing, SCALE)] == [(1, "a1", None)]


def of_two_models() -> tuple[Standing, Scale]:
    """One value, read by the model that made it."""
    trial = score_of(
        model="trial",
        views={"letter": {"low": 0, "fine": 50}, "stage": {"new": 0}},
        bands=[{**BANDS[0], "pile": "watch"}, BANDS[1], BANDS[2]],
    )
    rows = ({"value": 30, "model": "paying"}, {"value": 30, "model": "trial"}, {"value": 30, "model": None})
    return make_standing(*rows), Scale((score_of(model="paying"), trial))


def test_a_value_is_read_by_the_model_that_made_it_or_else_by_the_first() -> None:
    standing, scale = of_two_models()

    assert scale.letters(standing).tolist() == ["D", "low", "D"]
    assert scale.stages(standing).tolist() == [None, "new", None]
    assert scale.piles(standing).tolist() == ["at-risk", "watch", "at-risk"]


def test_every_known_account_lies_in_one_of_three_piles() -> None:
    standing = make_standing({"value": 10}, {"value": 45}, {"value": 50}, {"value": 80}, {"value": None})

    assert piles(ranking(standing, SCALE), SCALE) == [
        {"pile": "at-risk", "label": "At risk", "bands": ["At risk"], "accounts": 1, "share": 0.25},
        {"pile": "watch", "label": "May need more", "bands": ["Yellow"], "accounts": 2, "share": 0.5},
        {"pile": "healthy", "label": "Healthy", "bands": ["Green"], "accounts": 1, "share": 0.25},
    ]


def test_an_account_whose_band_has_gone_from_the_files_lies_in_a_pile_all_the_same() -> None:
    [row] = ranking(make_standing({"value": 80, "band": "amber"}), SCALE)

    assert (row["band"], row["label"], row["pile"]) == ("amber", None, "healthy")


def test_a_pile_of_nobody_has_no_share() -> None:
    assert [pile["share"] for pile in piles([], SCALE)] == [None, None, None]


def test_a_benchmark_of_nobody_is_unknown() -> None:
    first, *_ = benchmarks(make_standing({"value": None}))

    assert first == {"class": "top quarter", "accounts": 0, "mean": None, "lowest": None, "highest": None}


def test_segments_are_told_by_name_and_those_of_none_come_last() -> None:
    standing = make_standing(
        {"value": 20, "segment": None},
        {"value": 30, "segment": "smb"},
        {"value": 60, "segment": "smb"},
        {"value": 80, "segment": "smb"},
        {"value": None, "segment": "mid"},
    )

    mid, smb, none = segments(standing, SCALE, standing.attributes["segment"])

    assert (mid["group"], mid["accounts"], mid["unknown"], mid["mean"]) == ("mid", 1, 1, None)
    assert (smb["accounts"], smb["unknown"], smb["mean"], smb["median"]) == (3, 0, 56.6667, 60)
    assert smb["bands"] == {"red": 0.3333, "yellow": 0.3333, "green": 0.3333}
    assert (none["group"], none["accounts"]) == (None, 1)


def test_of_no_accounts_nothing_is_told() -> None:
    nobody = make_standing()

    assert ranking(nobody, SCALE) == []
    assert segments(nobody, SCALE, np.array([], dtype=np.object_)) == []
