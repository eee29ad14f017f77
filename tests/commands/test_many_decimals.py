"""Numbers come in with all their digits: what is measured of them, and what is compared, has 4 decimals."""

from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.commands.conftest import Told, empty

WORKSPACE = {
    "rules/catalog.yaml": """
attributes: {target: {type: number}, fee_share: {type: number}, volume: {type: number}}
metrics: {rate: {}}
events: {call: {from: 2026-01-01, properties: {cost: number}}}
facts: {fee: {properties: {each: number}}}
""",
    "rules/measures.yaml": """
spent: {sum: call.cost, over: 2d}
dear: {count: call, over: 2d, where: {cost: {above: 0.000015}}}
rates: {sum: rate, over: 7d}
target: {attribute: target}
""",
    "rules/scores/health.yaml": """
score: health
goal: See what is spent
measures:
  - {measure: spent, weight: 0.33333, curve: [[0, 0], [1, 100]]}
  - {measure: dear, weight: 0.33333, curve: [[0, 0], [20000, 100]]}
  - {measure: rates, weight: 0.33334, curve: [[0, 0], [10, 100]]}
bands: [{band: low, from: 0}, {band: high, from: 50}]
""",
    "rules/all.yaml": """
- {rule: spends, when: {measure: spent, above: 0.02879}, backfill: true}
- {rule: spends-more, when: {measure: spent, above: 0.02881}, backfill: true}
- {rule: fee, when: {fact: fee, within: 30d, where: {each: {above: 0.00001}}}, backfill: true}
- {rule: no-fee, when: {fact: fee, within: 30d, where: {each: {above: 0.00002}}}, backfill: true}
- {rule: promised, when: {account: {target: {at_least: 0.9999}}}, backfill: true}
- {rule: promised-more, when: {account: {target: {at_least: 0.99996}}}, backfill: true}
- {rule: equal, when: {account: {fee_share: 0.02545, volume: 297140787173.4299}}, backfill: true}
- rule: at-least
  when: {account: {fee_share: {at_least: 0.02545}, volume: {at_most: 297140787173.4299}}}
  backfill: true
- rule: another
  when: {any: [{account: {fee_share: {not: 0.02545}}}, {account: {volume: {above: 297140787173.4299}}}]}
  backfill: true
""",
}


@pytest.fixture
def spending(folder: Path, command: Told) -> None:
    """1,440 calls of 0.00002 each, seven rates of 0.33333333, a fee of 0.00002, and a promise of 0.99994."""
    empty(folder)
    for name, text in WORKSPACE.items():
        (folder / name).write_text(text)
    calls = "".join(f"acme,2026-03-0{1 + number % 2},call,0.00002\n" for number in range(1_440))
    (folder / "calls.csv").write_text(f"account,at,event,cost\n{calls}")
    rates = "".join(f"acme,2026-02-2{day},0.33333333\n" for day in range(4, 9)) + "acme,2026-03-01,0.33333333\n"
    (folder / "rates.csv").write_text(f"account,at,rate\n{rates}acme,2026-03-02,0.33333333\n")
    (folder / "accounts.csv").write_text("id,target,fee_share,volume\nacme,0.99994,0.02545,297140787173.4299\n")
    (folder / "fees.csv").write_text("account,at,fact,each\nacme,2026-03-01,fee,0.00002\n")
    for kind, file in [("accounts", "accounts"), ("events", "calls"), ("observations", "rates"), ("facts", "fees")]:
        command("import", kind, f"{file}.csv", "--as-of", "2026-03-02")
    command("run", "--as-of", "2026-03-02")


@pytest.mark.usefixtures("spending")
def test_measures_rest_on_all_digits(command: Told) -> None:
    with freeze_time("2026-03-02T12:00:00Z"):
        parts = command("why", "acme")["scores"][0]["measures"]

    assert {part["measure"]: part["value"] for part in parts} == {"spent": 0.0288, "dear": 1_440, "rates": 2.3333}


@pytest.mark.usefixtures("spending")
def test_so_do_conditions_and_what_is_compared_has_4_decimals(command: Told) -> None:
    fired = {decision["rule"] for decision in command("list", "decisions")}

    assert fired == {"spends", "fee", "promised", "equal", "at-least"}


@pytest.mark.usefixtures("spending")
def test_the_same_files_again_change_nothing(command: Told) -> None:
    for kind, file in [("accounts", "accounts"), ("events", "calls"), ("observations", "rates"), ("facts", "fees")]:
        done = command("import", kind, f"{file}.csv")
        assert (done["applied"], done["corrected"]) == (0, 0)
