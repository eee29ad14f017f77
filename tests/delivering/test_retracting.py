"""An alert that a correction proves wrong is answered in its thread, its work is closed, and nothing new is posted."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import SetClock
from engine.loops.delivering import Post
from engine.loops.explaining import look_at, rules
from engine.loops.looking import Guard, Order, look
from engine.store import listing
from engine.store.imports import take_back
from engine.store.ingest.by_hand import withdraw_fact
from engine.store.listing import Asked
from tests.delivering.company import FILES, Company
from tests.servers.running import RunningServer
from tests.store import records
from tests.store.records import rows_of
from tests.test_looks import on


@pytest.fixture
def company(post: Post, slacks: RunningServer) -> Company:
    """Castle falls to 10 on day 2, and that is posted."""
    made = Company(post, slacks)
    made.nps(2, 10)
    made.look(2)
    assert made.posts() == [(None, "Castle fell: 10")]
    return made


def correct(company: Company) -> None:
    company.nps(2.1, 60, of=2)


def correct_on_the_next_day(company: Company) -> None:
    company.nps(3, 60, of=2)


def take_the_import_back(company: Company) -> None:
    number = rows_of(company.database, "import", "id")[-1]
    take_back(company.database, number, on(2) + timedelta(hours=2), company.book.judge().plan.catalog, "UTC")


SOURCES: Mapping[str, tuple[Callable[[Company], None], str]] = {
    "a correction": (correct, "test"),
    "a correction on the next day": (correct_on_the_next_day, "test"),
    "an import that is taken back": (take_the_import_back, "was taken back"),
}


@pytest.mark.parametrize(("mend", "source"), SOURCES.values(), ids=SOURCES)
class TestAnAlertThatWasNeverTrue:
    def test_is_answered_in_its_thread_and_nothing_else_is_posted(
        self, company: Company, mend: Callable[[Company], None], source: str
    ) -> None:
        mend(company)
        for day in (3, 4, 5):
            company.look(day)

        [(_, _), (thread, text)] = company.posts()
        alert, answer = (one for one in company.deliveries() if one["state"] == "sent")
        assert thread == rows_of(company.database, "delivery", "reference")[alert["id"] - 1]
        assert text.startswith("Corrected: what is told above was not so.")
        assert answer["answers"] == alert["id"]
        assert "Health of 4 Mar 2026: 10 as told, 60 by what is known now" in answer["text"]
        assert source in answer["text"].splitlines()[-2]

    def test_has_its_run_ended_its_task_closed_and_its_rule_ready_to_fire(
        self, company: Company, mend: Callable[[Company], None], source: str
    ) -> None:
        mend(company)
        company.look(3)
        [task] = listing.tasks(company.database, Asked())
        [run] = listing.runs(company.database, Asked(), "UTC")

        company.nps(6, 5)
        company.look(6)

        assert (task["state"], task["note"], run["end"]) == ("cancelled", "source corrected", "source_corrected")
        assert source in run["end_reason"]
        assert company.decided() == [("04", "fell", "fired"), ("05", "fell", "retracted"), ("08", "fell", "fired")]
        assert len(listing.runs(company.database, Asked(), "UTC")) == 2


def told(company: Company) -> list[str]:
    return [state for _, _, state in company.decided()]


def test_a_later_value_of_the_same_day_is_no_correction(company: Company) -> None:
    company.nps(2.2, 95, of=2, at="23:00")

    company.look(3)

    assert told(company) == ["fired", "cleared"]
    assert len([thread for thread, _ in company.posts() if thread]) == 0


def test_what_turns_out_true_after_all_stays(company: Company) -> None:
    company.nps(2.1, 20, of=2)
    company.look(3)

    assert "retracted" not in told(company)


def test_what_was_not_true_then_and_is_now_stays_as_it_is_told_and_its_work_is_to_be_done(company: Company) -> None:
    correct_on_the_next_day(company)
    company.nps(3, 20)
    company.look(3)

    assert told(company) == ["fired"]
    assert [task["state"] for task in listing.tasks(company.database, Asked())] == ["open"]


def test_a_message_that_waits_is_not_sent(company: Company) -> None:
    assert isinstance(company.post.clock, SetClock)
    company.post.clock.at = on(3)
    look(company.book, Order(on(3), "day 3", guard=Guard.NONE))
    correct_on_the_next_day(company)

    company.look(3.1)

    assert [(one["step"], one["state"], one["reason"]) for one in company.deliveries()] == [
        ("tell", "sent", None),
        ("again", "not_sent", "source_corrected"),
        ("tell", "sent", None),
    ]


@pytest.fixture
def withdrawn(post: Post, slacks: RunningServer) -> Company:
    """Castle had bad news on day 1, and that was posted; on day 2, before the look, they are withdrawn."""
    made = Company(post, slacks)
    made.comes(1, records.facts({"account": "castle", "at": "2026-03-03", "name": "bad_news"}))
    made.look(1)
    [fact] = rows_of(made.database, "fact", "id")
    withdraw_fact(made.database, fact, on(2))
    return made


def test_a_fact_that_is_withdrawn_takes_back_what_it_brought_about(withdrawn: Company) -> None:
    withdrawn.look(2)

    assert told(withdrawn) == ["fired", "fired", "cleared", "retracted"]
    assert [bool(thread) for thread, _ in withdrawn.posts()] == [False, True]
    assert withdrawn.deliveries()[-1]["text"].splitlines()[1:3] == [
        "Health of 3 Mar 2026: 10 as told, 60 by what is known now",
        "Source: the fact bad_news was withdrawn",
    ]


def test_an_answer_names_all_that_came_before_the_look_that_found_out(withdrawn: Company) -> None:
    """Which of it was the correction can't be told."""
    withdrawn.nps(2.1, 50, of=1)
    withdrawn.nps(2.2, 60, of=1)

    withdrawn.look(2)

    assert withdrawn.deliveries()[-1]["text"].splitlines()[2] == "Source: the fact bad_news was withdrawn, test"


def test_an_answer_speaks_only_of_what_its_rule_rests_on(post: Post, slacks: RunningServer) -> None:
    company = Company(post, slacks)
    company.nps(2, 50)
    company.comes(2, records.events(*({"account": "castle", "at": "2026-03-04", "name": "trouble"} for _ in range(2))))
    company.look(2)

    take_the_import_back(company)
    company.nps(2.5, 60, of=2)
    company.look(3)

    [*_, answer] = company.deliveries()
    assert answer["text"].splitlines()[1] == "Not so by what is known now: trouble at least 2 times within 7 days"


@pytest.mark.parametrize("approve", ["auto", "ask"])
def test_a_customer_who_has_had_the_mail_gets_no_second_one_within_the_cooldown(
    post: Post, slacks: RunningServer, approve: str
) -> None:
    save = f"playbook: save\napprove: {approve}\ncooldown: 30d\nretracts: true\nsteps:\n"
    mail = {
        "playbooks/save.yaml": f"{save}  - {{step: thank, email: thanks, to: champion, class: service}}\n",
        "templates/email/thanks.j2": "Subject: Thanks\n\nThank you.\n",
    }
    company = Company(post, slacks, {**FILES, **mail})
    company.comes(
        0, records.entries("contacts", {"account": "castle", "email": "kim@castle.example", "role": "champion"})
    )
    company.nps(2, 10)
    company.look(2)
    correct_on_the_next_day(company)
    company.look(3)

    company.nps(6, 5)
    company.look(6)

    assert told(company) == ["fired", "retracted", "fired"]
    states = [one["state"] for one in company.deliveries() if one["channel"] == "email"]
    assert states == (["sent"] if approve == "auto" else ["not_sent", "waiting"]), "one that nobody let go is no mail"


def test_a_run_that_had_ended_is_answered_too_and_keeps_when_it_ended(post: Post, slacks: RunningServer) -> None:
    company = Company(post, slacks)
    moments = [{"account": "castle", "name": "trouble", "at": f"2026-03-03T0{hour}:00"} for hour in (8, 9)]
    company.comes(1, records.events(*moments))
    company.look(1)

    take_the_import_back(company)
    company.look(2.2)

    [run] = listing.runs(company.database, Asked(), "UTC")
    assert (run["end"], run["ended_day"]) == ("source_corrected", "2026-03-03")
    assert [bool(thread) for thread, _ in company.posts()] == [False, True]


def test_an_attribute_that_is_another_today_is_no_correction(post: Post, slacks: RunningServer) -> None:
    company = Company(post, slacks)
    company.comes(1, records.accounts({"id": "castle", "plan": "trial"}))
    company.look(1)
    company.comes(2, records.accounts({"id": "castle", "plan": "pro"}))
    company.nps(2, 60, of=0)

    company.look(2)

    assert told(company) == ["fired", "cleared"]


def test_a_playbook_that_does_not_ask_for_it_is_left_alone(post: Post, slacks: RunningServer) -> None:
    files = {name: text.replace("retracts: true\n", "") for name, text in FILES.items()}
    company = Company(post, slacks, files)
    company.nps(2, 10)
    company.look(2)
    correct(company)

    company.look(3)

    assert told(company) == ["fired"]
    assert [bool(thread) for thread, _ in company.posts()] == [False, False]


def test_without_credentials_the_answer_is_a_file_that_names_the_other(
    offline: Post, slacks: RunningServer, tmp_path: Path
) -> None:
    company = Company(offline, slacks)
    company.nps(2, 10)
    company.look(2)
    correct(company)
    company.look(2.5)

    alert, answer = company.deliveries()

    assert (answer["state"], answer["reason"], answer["answers"]) == ("sent", "outbox", alert["id"])
    files = {path.name: path.read_text() for path in (tmp_path / "outbox").iterdir()}
    [name] = [name for name, text in files.items() if "Castle fell" in text]
    assert any(f"Slack, to #cs, in the thread of {name}" in text for text in files.values())


def test_why_says_what_was_taken_back_and_what_is_known_now(company: Company) -> None:
    correct(company)
    company.look(3)

    [rule] = rules(look_at(company.book, "castle", on(3)), "fell")

    said = "Health of 4 Mar 2026: 10 as told, 60 by what is known now"
    assert (rule["state"], rule["answer"]) == ("inactive", False)
    assert rule["reason"].startswith(f"taken back on 2026-03-05: {said}; ")


def test_looking_again_takes_nothing_back_twice(company: Company) -> None:
    correct(company)
    company.look(3)
    before = company.decided(), company.deliveries()

    correct(company)
    company.look(3)
    company.nps(3.1, 61, of=2)
    company.look(3.2)

    assert (company.decided(), company.deliveries()) == before
