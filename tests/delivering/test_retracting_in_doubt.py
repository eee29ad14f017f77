"""What may have reached Slack when it turns out wrong, or is answered: it is looked for, and posted no second time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.clock import SetClock
from engine.loops.delivering import Post, deliver_due
from engine.loops.looking import Guard, Order, look
from tests.delivering.company import Company
from tests.servers.running import RunningServer
from tests.store import records


def later(post: Post, minutes: int) -> None:
    """What is due is tried, minute by minute."""
    assert isinstance(post.clock, SetClock)
    for _ in range(minutes):
        post.clock.at += timedelta(minutes=1)
        deliver_due(replace(post, wall=post.clock))


def test_an_answer_that_may_have_arrived_is_looked_for_in_the_thread(post: Post, slacks: RunningServer) -> None:
    company = Company(post, slacks)
    company.nps(2, 10)
    company.look(2)
    company.nps(2.1, 60, of=2)
    slacks.faults("accept_then_500")
    company.look(3)
    slacks.faults()

    later(post, minutes=1)

    assert [one["state"] for one in company.deliveries()] == ["sent", "sent"]
    assert company.posts() == []


@pytest.mark.parametrize(
    ("day", "fault", "states", "posted"),
    [
        pytest.param(
            2, "accept_then_500", [("sent", "found in the history"), ("sent", None)], [True], id="it had arrived"
        ),
        # On another day, for it would be found where the other has arrived.
        pytest.param(
            3, "500", [("not_sent", "source_corrected"), ("not_sent", "nothing_to_answer")], [], id="it had not"
        ),
    ],
)
def test_an_alert_in_doubt_is_looked_for_and_never_posted_once_it_is_known_to_be_wrong(
    post: Post, slacks: RunningServer, day: int, fault: str, states: list[tuple[str, str | None]], posted: list[bool]
) -> None:
    company = Company(post, slacks)
    company.comes(1, records.events(*({"account": "castle", "at": "2026-03-03", "name": "trouble"} for _ in range(2))))
    company.look(1)
    company.nps(day, 10)
    slacks.faults(fault)
    company.look(day)
    assert [one["state"] for one in company.deliveries()] == ["sent", "unknown"]
    slacks.faults()
    company.nps(day + 0.1, 60, of=day)
    assert isinstance(post.clock, SetClock)
    post.clock.at += timedelta(seconds=3)
    look(company.book, Order(post.clock.at, "corrected", guard=Guard.NONE))

    later(post, minutes=6)

    assert [(one["state"], one["reason"]) for one in company.deliveries()[1:]] == states
    assert [bool(thread) for thread, _ in company.posts()] == posted
