"""The examples on real data: every command of their READMEs runs as it stands and no record of a file goes missing."""

import json
import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.examples.playing import Played, rows_of
from tests.shell import commands

Follow = Callable[[str], Played]
EVERY = pytest.mark.parametrize("name", ["telco", "ravenstack", "cdnow"])


@EVERY
def test_the_commands_run_as_they_stand(follow: Follow, name: str) -> None:
    played = follow(name)

    assert played.shell.failed == {}
    assert played.shell.printed["pulsebook check"] == "All files check clean.\n"


@EVERY
def test_n10_no_record_goes_missing(follow: Follow, name: str) -> None:
    played = follow(name)
    ends = ("applied", "unchanged", "corrected", "held")

    counted = {command: sum(said[end] for end in ends) + len(said["refused"]) for command, said in played.imports}

    assert counted == {command: len(rows_of(command, played.folder)) for command, _ in played.imports}
    assert [(said["refused"], said["held"]) for _, said in played.imports] == [([], 0)] * len(played.imports)


@EVERY
def test_a_text_under_commands_is_what_the_last_of_them_prints(follow: Follow, name: str) -> None:
    played = follow(name)
    pairs = [(commands((one,))[-1], after.text) for one, after in pairwise(played.blocks) if after.language == "text"]

    assert pairs == [(command, played.shell.printed[command]) for command, _ in pairs]


@EVERY
def test_nothing_leaves_and_the_messages_lie_in_the_outbox(follow: Follow, name: str) -> None:
    played = follow(name)
    sent = [one for one in played.listed("deliveries") if one["state"] == "sent"]

    assert {one["reason"] for one in sent} == {"outbox"}
    assert len(list((played.folder / "outbox").iterdir())) == len(sent)
    assert [one["text"] for one in sent if re.search(r"\b(unknown|None|nan)\b", one["text"])] == []


@EVERY
def test_the_last_file_again_changes_nothing(follow: Follow, name: str) -> None:
    played = follow(name)
    command, first = played.imports[-1]

    again = json.loads(played.shell.give(f"{command} --json"))

    assert (again["applied"], again["corrected"], again["unchanged"]) == (0, 0, first["read"])
