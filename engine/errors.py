"""What a caller must handle or an operator must repair; each message ends with the way out."""

from dataclasses import dataclass
from enum import StrEnum

from engine.wording import counted


class PulsebookError(Exception):
    """Base of all errors that are meant for a person: the message says what is wrong and what to do."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a workspace's files: where, what is wrong, what to do.

    `file` is relative to the workspace; `line` and `column` count from 1 (column 0: not known).
    """

    file: str
    line: int
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}\n  {self.remedy}"


class WorkspaceBroken(PulsebookError):
    """The files have mistakes, so nothing of them is run."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(
            f"The workspace has {counted(len(problems), 'mistake')}. Run `pulsebook check` to see them all."
        )
