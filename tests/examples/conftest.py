"""The name of an example in; a folder in which its README was followed from the first command to the last, out."""

from collections.abc import Callable, Iterator

import pytest

from tests.examples.playing import CDNOW, Played, play


@pytest.fixture(scope="session")
def follow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Played]]:
    """Each example is followed once, however many tests look at it."""
    done: dict[str, Played] = {}

    def following(name: str) -> Played:
        if name == "cdnow" and not CDNOW.exists():
            pytest.skip(f"the orders of CDNOW are not at {CDNOW}: set the environment variable CDNOW to their path")
        if name not in done:
            done[name] = play(name, tmp_path_factory.mktemp(name) / name)
        return done[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDNOW", str(CDNOW))
        patch.setenv("COLUMNS", "120")
        yield following
