"""The queries among the files of an import in; where the answer to each lies, out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.cli.output import console
from engine.cli.words import WrongWords
from engine.sources.queries import TIMEOUT, fetch, is_query
from engine.store.glancing import url_meant


@contextmanager
def answers(
    files: Sequence[Path], database: str | None, timeout: int | None, *, quiet: bool
) -> Iterator[Mapping[Path, Path]]:
    """By query; the answers last as long as the block. Each is there as a whole before anything of it is read.

    `timeout`: seconds; None: as long as is usual. Raises WrongWords, and FileUnreadable where there is no whole answer.
    """
    queries = [file for file in files if is_query(file)]
    if not queries and (database is not None or timeout is not None):
        raise WrongWords(
            "--database and --timeout are for queries. Write yours into a file like use.sql and name that."
        )
    if queries and database is None:
        raise WrongWords(f"{queries[0].name} is a query. Say what answers it, like --database env:WAREHOUSE_URL.")
    with TemporaryDirectory(prefix="pulsebook-") as folder:
        copies = {query: Path(folder, str(place), query.name) for place, query in enumerate(queries)}
        for query, copy in copies.items():
            copy.parent.mkdir()
            with _waiting(query.name, quiet=quiet):
                fetch(query, url_meant(str(database), "--database"), timeout or TIMEOUT, copy)
        yield copies


@contextmanager
def _waiting(name: str, *, quiet: bool) -> Iterator[None]:
    shown = console()
    with nullcontext() if quiet or not shown.is_terminal else shown.status(f"Asking {name}"):
        yield
