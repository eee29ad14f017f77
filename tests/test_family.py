"""Who is whose parent: what can't be is found, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.family import circles_made

ids = st.sampled_from("abcdef")


def has_circle(parent_of: dict[str, str | None]) -> bool:
    """By the definition: somebody is above themselves."""
    return any(start in above(start, parent_of) for start in parent_of)


def above(id_: str, parent_of: dict[str, str | None]) -> list[str | None]:
    found: list[str | None] = []
    for _ in parent_of:
        found.append(parent_of.get(str(found[-1] if found else id_)))
    return found


@pytest.mark.parametrize(
    ("before", "said", "expected"),
    [
        pytest.param({}, {"a": "a"}, {"a": ("a",)}, id="its own parent"),
        pytest.param({"a": "b"}, {"b": "a"}, {"b": ("b", "a")}, id="the parent of its parent"),
        pytest.param({}, {"a": "b", "b": "a"}, {"a": ("a", "b"), "b": ("b", "a")}, id="both in one file"),
        pytest.param({"a": "b"}, {"b": "a", "a": None}, {}, id="turned round"),
        pytest.param({"a": "b"}, {"b": "a", "a": "a"}, {"a": ("a",), "b": ("b", "a")}, id="with what stays of another"),
    ],
)
def test_an_account_can_not_be_above_itself(
    before: dict[str, str], said: dict[str, str | None], expected: dict[str, tuple[str, ...]]
) -> None:
    assert circles_made(before, said) == expected


@given(st.dictionaries(ids, ids), st.dictionaries(ids, st.none() | ids))
def test_what_is_left_has_no_circle_and_nothing_is_left_out_without_one(
    drawn: dict[str, str], said: dict[str, str | None]
) -> None:
    before = {id_: parent for id_, parent in drawn.items() if id_ > parent}

    made = circles_made(before, said)

    assert not has_circle({**before, **{id_: parent for id_, parent in said.items() if id_ not in made}})
    assert bool(made) == has_circle({**before, **said})
