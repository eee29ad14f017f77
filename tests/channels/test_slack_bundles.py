"""What one message about many accounts says, and that Slack takes it, however many they are and whatever they say."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundles import Bundle, Mention
from engine.channels.slack_blocks import PLAIN, blocks, shown
from engine.channels.slack_bundles import text_of
from engine.conditions.sentence import Titles
from tests.servers.slack_limits import refusal

HARBOUR = Mention("Harbour & Lane", "🔴 *Harbour & Lane* fell to 31\nNext", "fell", Decimal(84000), "EUR", "Ana Ruiz")
BO = Mention("Bo", "A call is open", "low-nps", None, None, "Jo Park")
TITLES = Titles({("rule", "fell"): "fell into red"})


def bundle(*mentions: Mention, tasks: int = 2, usual: float | None = 2) -> Bundle:
    return Bundle("release 3", mentions, tasks, 20515, usual)


def test_it_says_what_happened_what_to_do_why_it_is_one_and_who_they_are() -> None:
    assert shown(text_of(bundle(HARBOUR, BO), TITLES, "EUR")) == (
        "2 accounts at once (usually 2): fell into red (1), low nps (1)\n"
        "€84,000 a year in all\n"
        "\n"
        "Next: 2 tasks wait in the queues; begin with the largest accounts\n"
        "They were held, then released (pulsebook sweep show 3), so one message tells of all\n"
        "Each by itself: pulsebook list deliveries --from 2026-03-03\n"
        "\n"
        "The largest first\n"
        "• 🔴 Harbour & Lane fell to 31 · €84,000 a year · Ana Ruiz\n"
        "• Bo: A call is open · Jo Park"
    )


def test_what_is_not_known_or_the_same_for_all_is_left_out() -> None:
    said = shown(text_of(bundle(BO, BO, tasks=0, usual=None), TITLES, "EUR"))

    assert said.splitlines()[:2] == ["2 accounts at once: low nps", ""]
    assert "Next" not in said
    assert said.endswith("• Bo: A call is open\n• Bo: A call is open")


def test_amounts_in_several_currencies_are_not_added() -> None:
    acme = Mention("Acme", "Acme fell", "fell", Decimal(500), None, None)

    said = shown(text_of(bundle(HARBOUR, HARBOUR, acme), TITLES, "CHF"))

    assert "\n€168,000 and 500 CHF a year in all\n" in said


mentions = st.builds(
    Mention,
    name=st.text(min_size=1, max_size=60),
    text=st.text(min_size=1, max_size=600),
    rule=st.just("fell"),
    value=st.none() | st.decimals(0, 10**9, places=2),
    currency=st.none(),
    owner=st.none() | st.just("Ana"),
)


@settings(max_examples=20)
@given(st.lists(mentions, min_size=1, max_size=8), st.integers(1, 200))
def test_slack_takes_it_and_each_account_is_listed_or_counted(some: list[Mention], times: int) -> None:
    text = text_of(bundle(*some * times), TITLES, "EUR")

    assert refusal({"text": "news", "blocks": blocks(f"(possible repeat) {text}")}) is None
    _, _, listed = text.partition("*The largest first*\n")
    *items, last = listed.split("\n")
    left = int(last.split()[1].replace(",", "")) if last.startswith("… ") else 0
    assert len(items) + (last.startswith("• ") or left) == len(some) * times


@pytest.mark.parametrize("count", [12, 500])
def test_cut_to_plain_text_it_still_says_where_all_are_listed(count: int) -> None:
    said = shown(text_of(bundle(*[HARBOUR] * count), TITLES, "EUR"), PLAIN)

    assert "pulsebook list deliveries --from 2026-03-03" in said
