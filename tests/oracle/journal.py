"""What happened to a workspace, in order: files, imports, what people did, looks. Both sides read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edit:
    """Files that are written (None: removed)."""

    files: Mapping[str, str | None]


@dataclass(frozen=True)
class Import:
    """`pulsebook import KIND FILE … --as-of …`; `files`: the CSV texts."""

    as_of: str
    kind: str
    files: Sequence[str]
    history: bool = False
    timezone: str | None = None


@dataclass(frozen=True)
class State:
    """`pulsebook fact ACCOUNT NAME PROP=VALUE … --as-of …`"""

    as_of: str
    account: str
    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    since: str | None = None
    until: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Override:
    """`pulsebook override ACCOUNT --score … --as-of …`"""

    as_of: str
    account: str
    value: float
    until: str
    of: str | None = None


@dataclass(frozen=True, order=True)
class TaskKey:
    """Which task: a step of a run is taken once, and a rule starts one run in a look."""

    account: str
    playbook: str
    rule: str
    step: str
    run_started: str


@dataclass(frozen=True)
class Finish:
    """`pulsebook task done ID --as-of …`"""

    as_of: str
    task: TaskKey


@dataclass(frozen=True)
class Assign:
    """`pulsebook task assign ID EMAIL --as-of …`"""

    as_of: str
    task: TaskKey
    email: str


@dataclass(frozen=True)
class Settle:
    """`pulsebook delivery approve ID` or `discard`, of a message that waits for approval."""

    as_of: str
    delivery: TaskKey
    approved: bool


@dataclass(frozen=True)
class Look:
    """`pulsebook run --as-of …`"""

    as_of: str


Entry = Edit | Import | State | Override | Finish | Assign | Settle | Look
