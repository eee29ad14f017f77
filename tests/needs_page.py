"""`docs/needs.md` in; each need with where it is met and what shows it, out."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "needs.md"
ROW = re.compile(r"^\| ([NX]\d+) \| .+? \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
LATER = ("not yet: ", "not planned")


@dataclass(frozen=True, slots=True)
class Need:
    """A line of the page. `shown`: by a scenario or a test; empty where the need is not met."""

    number: str
    where: str
    shown: str

    @property
    def is_for_later(self) -> bool:
        return self.where.startswith(LATER)

    @property
    def scenario(self) -> str | None:
        """The name of the scenario that shows it."""
        found = re.fullmatch("scenario “(.+)”", self.shown)
        return found.group(1) if found else None

    @property
    def test(self) -> tuple[str, str]:
        """The file and the name of the test that shows it."""
        file, _, name = self.shown.strip("`").partition("::")
        return file, name


NEEDS = tuple(Need(*found) for found in ROW.findall(PAGE.read_text()))


def numbered(scenario: str) -> str:
    """A scenario's name behind the numbers of the needs that it shows."""
    return " ".join((*_BY_SCENARIO[scenario], scenario))


_BY_SCENARIO: defaultdict[str, list[str]] = defaultdict(list)
for need in NEEDS:
    if need.scenario is not None:
        _BY_SCENARIO[need.scenario].append(need.number)
