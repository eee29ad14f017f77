"""How each mistake in a score is reported."""

import pytest

from engine.errors import Problem, Severity
from tests.workspace.base import ENGAGEMENT, HEALTH, Edit, mistake, problems_of

NPS = "  - {measure: nps, group: relationship, weight: 2, curve: [[0, 0], [60, 100]]}\n"
GREEN = "  - {band: green, from: 70}\n"


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "a weight of nothing",
            HEALTH,
            "weight: 3",
            "weight: 0",
            6,
            "score 'health', measures.weight: '0' is no weight",
            "Write a number above 0, or delete the entry.",
        ),
        mistake(
            "a curve that goes back",
            HEALTH,
            "[[0, 0], [20, 60], [60, 100]]",
            "[[0, 0], [60, 60], [20, 100]]",
            6,
            "score 'health', measures.curve: the curve goes from 60 to 20",
            "Let its values rise from point to point.",
        ),
        mistake(
            "a curve of texts",
            HEALTH,
            "points: {1: [monthly], 4: [yearly], 5: else}",
            "curve: [[0, 0], [1, 1]]",
            9,
            "score 'health' puts 'plan_name' on a curve, but it is a text",
            'Use points with lists of texts, like {1: ["monthly"], 5: else}.',
        ),
        mistake(
            "a level of numbers for a text",
            HEALTH,
            "1: [monthly]",
            '1: "< 5"',
            9,
            "score 'health' compares 'plan_name' with a number, but it is a text",
            "List the texts of that level, like [monthly].",
        ),
        mistake(
            "a level of texts for a number",
            HEALTH,
            '1: "< 0.2"',
            "1: [low]",
            7,
            "score 'health' lists texts for 'seat_share', but it is a number",
            'Write a bound, like "< 20".',
        ),
        mistake(
            "levels without else",
            HEALTH,
            '3: "< 0.5", 5: else',
            '3: "< 0.5"',
            7,
            "score 'health', measures.points: some values have no level",
            "Write `else` for the highest.",
        ),
        mistake(
            "a sixth level",
            HEALTH,
            "5: else}",
            "6: else}",
            7,
            "score 'health', measures.points.6: '6' is no level",
            "Write 1 to 5.",
        ),
        mistake(
            "a score of an unknown measure",
            HEALTH,
            "measure: nps,",
            "measure: npss,",
            8,
            "score 'health' speaks of an unknown measure 'npss'",
            "Did you mean 'nps'?",
        ),
        mistake(
            "a measure without a group",
            HEALTH,
            "group: relationship, weight: 2",
            "weight: 2",
            8,
            "score 'health', measures: 'nps' names no group",
            "Say one of: product, relationship.",
        ),
        mistake(
            "a measure of an unknown group",
            HEALTH,
            "group: relationship, weight: 2",
            "group: relation, weight: 2",
            8,
            "score 'health', measures.group: 'nps' names an unknown group 'relation'",
            "Say one of: product, relationship.",
        ),
        mistake(
            "group without measure",
            HEALTH,
            "groups: {product: 60, relationship: 40}",
            "groups: {product: 60, relationship: 40, money: 5}",
            4,
            "score 'health', groups.money: the group 'money' has no measure",
            "Give it one or delete it.",
        ),
        mistake(
            "a model chosen by a score",
            HEALTH,
            "groups: {",
            "when: {score: engagement, above: 3}\ngroups: {",
            4,
            "score 'health' chooses its accounts by what is judged only after the models are chosen",
            "Use account, date, fact, event and measure conditions in its `when`.",
        ),
        mistake(
            "points that fade and do not",
            ENGAGEMENT,
            "fades: 90d, cap: 30",
            "fades: 90d, over: 30d",
            5,
            "score 'engagement', points.over: an event that fades does not count in full over a window too",
            "Leave out one.",
        ),
        mistake(
            "a score of an unknown score",
            HEALTH,
            "  - {measure: nps,",
            "  - {score: engagment, group: product}\n  - {measure: nps,",
            8,
            "score 'health' speaks of an unknown score 'engagment'",
            "Did you mean 'engagement'?",
        ),
        mistake(
            "coverage above everything",
            HEALTH,
            "primary: true",
            "primary: true\nmin_coverage: 150%",
            4,
            "score 'health', min_coverage: '150%' is more than everything",
            "Write at most 100%.",
        ),
        mistake(
            "a stage that nobody reaches",
            HEALTH,
            GREEN,
            f"{GREEN}views: {{stage: {{leaving: 0, champion: 101}}}}\n",
            14,
            "score 'health', views.stage.champion: stage 'champion' from 101 can never be reached",
            "A score ends at 100, so begin it lower or delete it.",
        ),
        mistake(
            "a view that needs no entry",
            HEALTH,
            GREEN,
            f"{GREEN}views: {{rank: {{first: 0}}}}\n",
            14,
            "score 'health' has an unknown key 'rank' under views",
            "Keys: letter, stage.",
        ),
        mistake(
            "a fourth pile",
            HEALTH,
            "{band: green, from: 70}",
            "{band: green, from: 70, pile: champion}",
            13,
            "score 'health', bands.pile: 'champion' is no choice",
            "Choose one of: at-risk, healthy, watch.",
        ),
        mistake(
            "piles that fall while the bands rise",
            HEALTH,
            "{band: green, from: 70}",
            "{band: green, from: 70, pile: at-risk}",
            13,
            "score 'health', bands: band 'green' is in the pile 'at-risk', but the band below it in 'watch'",
            "Let the piles rise with the bands.",
        ),
        mistake(
            "more measures than anyone looks through",
            HEALTH,
            NPS,
            NPS * 8,
            5,
            "score 'health' has 11 measures",
            "More than ten hide each other; keep those that tell most.",
            Severity.WARNING,
        ),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_to_do(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        mistake(
            "a gap below the first band",
            HEALTH,
            "{band: red, from: 0, label: At risk}",
            "{band: red, from: 10, label: At risk}",
            11,
            "score 'health', bands: from 0 to 10 is a gap between the bands",
            "Begin the first at 0.",
        ),
        mistake(
            "bands that overlap",
            HEALTH,
            "{band: green, from: 70}",
            "{band: green, from: 40}",
            13,
            "score 'health', bands: band 'green' from 40 overlaps 'yellow' from 40",
            "Let the edges rise from band to band.",
        ),
        mistake(
            "a gap below the first letter",
            HEALTH,
            GREEN,
            f"{GREEN}views:\n  letter:\n    C: 10\n    A: 80\n",
            16,
            "score 'health', views.letter.C: from 0 to 10 is a gap between the letters",
            "Begin the first at 0.",
        ),
        mistake(
            "letters that overlap",
            HEALTH,
            GREEN,
            f"{GREEN}views:\n  letter:\n    C: 0\n    A: 80\n    B: 60\n",
            18,
            "score 'health', views.letter.B: letter 'B' from 60 overlaps 'A' from 80",
            "Let the edges rise from letter to letter.",
        ),
    ],
)
def test_x1_a_scale_with_a_gap_or_an_overlap_is_refused(edit: Edit, problem: Problem) -> None:
    assert problems_of(edit.sources()) == (problem,)


def test_n6_x5_ten_measures_are_no_mistake() -> None:
    assert problems_of(Edit(HEALTH, NPS, NPS * 7).sources()) == ()
