"""What comes of a released sweep: when its messages leave, what follows them, and how one of them is taken back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.bundles import MOST_ALONE
from engine.loops.delivering import Post
from engine.loops.looking import Guard, Order, look
from engine.store.bundling import GATHERING
from engine.store.saving.save import Saved, save
from tests.servers.running import RunningServer
from tests.store import records
from tests.store.records import rows_of
from tests.storms import STORM, Storm, shown
from tests.test_holds import swept
from tests.test_looks import put

MANY = MOST_ALONE + 2
STEPS: Mapping[str, str] = {
    **STORM,
    "playbooks/save.yaml": """
playbook: save
retracts: true
steps:
  - {step: tell, slack: fell, to: "#cs"}
  - wait: 1d
  - {step: again, slack: fell, to: "#cs"}
""",
}


@pytest.fixture
def storm(post: Post, slacks: RunningServer) -> Storm:
    return Storm(post, slacks, MANY, STEPS)


def test_a_later_step_is_one_message_too(storm: Storm) -> None:
    storm.breaks_out()

    swept(storm.book, 2)
    storm.deliver()

    assert [line["text"] for line in storm.posts()] == [
        f"{MANY} accounts at once (usually 0): fell into red",
        f"{MANY} accounts at once: fell into red",
    ]
    assert storm.states() == {("sent", None): 2 * MANY}


def test_what_is_taken_back_of_one_account_names_it_in_the_thread(storm: Storm) -> None:
    storm.breaks_out()
    storm.at += timedelta(hours=1)
    put(storm.book, records.observations(("firm003", "2026-03-03", 60, "nps", None)), storm.at)

    look(storm.book, Order(storm.at, "day", guard=Guard.NONE))
    storm.deliver()

    [_, answer] = storm.posts()
    assert [answer["asked"]["thread_ts"]] == list(set(rows_of(storm.post.database, "delivery", "reference")[1:-1]))
    assert answer["text"] == "Firm003 · Corrected: what is told above was not so."


def test_it_leaves_when_all_is_saved_or_whoever_saves_it_must_be_dead(
    storm: Storm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker delivers meanwhile. Of an account that has left by then nothing is told."""
    hold = storm.comes()

    def dying(*shard: Any) -> Saved:
        save(*shard)
        storm.deliver()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("engine.loops.looking.save", dying)
        with pytest.raises(KeyboardInterrupt):
            storm.release(hold)
    assert (storm.posts(), storm.states()) == ([], {("waiting", None): MANY})

    put(storm.book, records.outcomes(("firm000", "2026-03-03", "churned")), storm.at)
    storm.at += GATHERING
    look(storm.book, Order(storm.at, "day", guard=Guard.NONE))
    storm.deliver()

    [told] = storm.posts()
    assert "Firm000" not in shown(told)
    assert storm.states() == {("sent", None): MANY - 1, ("not_sent", "account_ended"): 1}
