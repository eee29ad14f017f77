"""Whom a mail may reach, and what waits until a person approves it, on both databases."""

import pytest
from sqlalchemy import update

from engine.store.database import Database
from engine.store.deliveries import DeliveryError, approve, claim, discard, next_try
from engine.store.tables.accounts import ContactRow
from tests.store.delivery_records import NOON, changes, claimed, later, mail, people, state, terms
from tests.store.records import entries, put

CONTACT = ContactRow.__table__  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _people(database: Database) -> None:
    people(database)


@pytest.mark.parametrize(
    ("to", "marketing", "refusal"),
    [
        pytest.param("marta@acme.example", True, None, id="agreed"),
        pytest.param("paul@acme.example", True, "no_consent", id="did not agree"),
        pytest.param("paul@acme.example", False, None, id="did not agree, but it is service"),
        pytest.param("nina@acme.example", True, "recipient_gone", id="no contact any more"),
        pytest.param("nina@acme.example", False, "recipient_gone", id="no contact any more, for service"),
    ],
)
def test_a_mail_leaves_only_to_who_is_there_and_agreed(
    database: Database, to: str, marketing: bool, refusal: str | None
) -> None:
    mail(database, to, marketing=marketing)

    assert claimed(database).refusal == refusal


def test_consent_taken_back_while_a_mail_waits_holds(database: Database) -> None:
    mail(database)
    put(database, entries("contacts", {"account": "acme", "email": "marta@acme.example", "consent": False}))

    assert claimed(database).refusal == "no_consent"


def test_who_is_only_known_from_records_is_not_written_to(database: Database) -> None:
    mail(database)
    with database.writing() as connection:
        connection.execute(update(CONTACT).values(listed=False))

    assert claimed(database).refusal == "recipient_gone"


def test_a_mail_that_may_have_left_is_not_refused_afterwards(database: Database) -> None:
    mail(database, "paul@acme.example")
    claimed(database)

    assert claimed(database, later(minutes=15)).refusal is None


def waiting_for_approval(database: Database) -> int:
    return mail(database, reason="approval", try_at=None)


def test_what_waits_for_approval_leaves_once_it_is_approved(database: Database) -> None:
    id_ = waiting_for_approval(database)
    assert (claim(database, terms(later(days=9))), next_try(database)) == (None, None)

    approve(database, id_, later(days=9))

    assert claimed(database, later(days=9)).id == id_
    assert changes(database) == [("delivery", str(id_), "reason", "approval", None)]


@pytest.mark.parametrize("decide", [approve, discard])
def test_nothing_is_decided_of_a_message_before_it_was_written(database: Database, decide: object) -> None:
    assert callable(decide)
    id_ = waiting_for_approval(database)

    with pytest.raises(DeliveryError, match=rf"Delivery {id_} was written at .*Z, later than this\. Say a later"):
        decide(database, id_, later(days=-9))

    assert (state(database, id_), changes(database)) == (("waiting", "approval"), [])


@pytest.mark.parametrize(("said", "reason"), [("", "discarded"), ("they moved", "discarded: they moved")])
def test_what_is_discarded_never_leaves(database: Database, said: str, reason: str) -> None:
    id_ = waiting_for_approval(database)

    discard(database, id_, NOON, said)

    assert state(database, id_) == ("not_sent", reason)
    assert claim(database, terms(later(days=9))) is None
    assert changes(database) == [
        ("delivery", str(id_), "state", "waiting", "not_sent"),
        ("delivery", str(id_), "reason", "approval", reason),
    ]


@pytest.mark.parametrize("decide", [approve, discard])
def test_only_what_waits_for_approval_can_be_decided(database: Database, decide: object) -> None:
    assert callable(decide)
    due, sent = mail(database), mail(database, state="sent", try_at=None)
    advice = (
        "Only one that waits for approval can be approved or discarded: `pulsebook list deliveries` shows which do."
    )

    for id_, message in (
        (due, f"Delivery {due} is on its way already. {advice}"),
        (sent, f"Delivery {sent} is sent already. {advice}"),
        (999, "There is no delivery 999. `pulsebook list deliveries` shows them all."),
    ):
        with pytest.raises(DeliveryError) as error:
            decide(database, id_, NOON)
        assert str(error.value) == message
    assert changes(database) == []
