"""What messages tell of days and of people: today is where the account is, and a task is with somebody."""

from pathlib import Path

import pytest

from tests.commands.conftest import Told, empty

CATALOG = """
attributes: {renewal_date: {type: date}}
facts: {call: {}}
"""
RULES = """
- {rule: due, when: {date: renewal_date, in_last: 1d}, backfill: true, play: renew}
"""
PLAYBOOK = """
playbook: renew
steps:
  - {step: ask, task: ask, assign: WHOM}
  - {step: tell, slack: note, to: "#cs"}
"""
NOTE = "{{ account.renewal_date | in_days }}, today {{ today }}, with {{ tasks.ask.assignee }}\n"
TEAM = """email,manager,away_from,away_until,backup
ana@us.example,mia@us.example,,,
mia@us.example,,,,
bob@us.example,,2026-03-01,2026-03-31,mia@us.example
"""


@pytest.mark.parametrize(
    ("whom", "becomes"),
    [
        ("owner", "ana@us.example"),
        ("manager", "mia@us.example"),
        ("ana@us.example", "ana@us.example"),
        ("bob@us.example", "mia@us.example"),
    ],
)
def test_a_message_says_today_where_the_account_is_and_who_has_the_task(
    folder: Path, command: Told, whom: str, becomes: str
) -> None:
    empty(folder)
    for path, text in {
        "rules/catalog.yaml": CATALOG,
        "rules/all.yaml": RULES,
        "playbooks/renew.yaml": PLAYBOOK.replace("WHOM", whom),
        "templates/task/ask.j2": "Ask\n",
        "templates/slack/note.j2": NOTE,
        "team.csv": TEAM,
        "accounts.csv": "id,timezone,owner,renewal_date\nhon,Pacific/Honolulu,ana@us.example,2026-03-10\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    command("import", "teammates", "team.csv", "--as-of", "2026-03-09")
    command("import", "accounts", "accounts.csv", "--as-of", "2026-03-09")

    command("run", "--as-of", "2026-03-11T02:00:00Z")

    [message] = command("list", "deliveries")
    assert message["text"] == f"today, today 2026-03-10, with {becomes}"
    assert [task["assignee"] for task in command("list", "tasks")] == [becomes]
