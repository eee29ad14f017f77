"""The command `import undo`: the number of an import in; what became of it, out."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from engine.cli.common import changing, moment_of
from engine.cli.options import MOST
from engine.cli.output import console, print_json
from engine.cli.words import WrongWords
from engine.clock import day_of
from engine.store.imports import TakenBack, take_back
from engine.wording import counted

UNDO = "undo"
SHOWN = 5


def check_options(*said: object) -> None:
    """Raises WrongWords where an option of `import` was said beside `undo`, which has none of them: a `--dry-run` above
    all must not take anything back."""
    if any(said):
        raise WrongWords("`import undo ID` takes no options of `import` but --as-of and --json. Leave them out.")


def undo(folder: Path, words: Sequence[str], *, as_of: str | None, as_json: bool) -> None:
    """Takes one import back."""
    if len(words) != 1 or not words[0].isdecimal() or int(words[0]) > MOST:
        raise WrongWords("Write `pulsebook import undo ID`; `pulsebook list imports` shows the IDs.")
    with changing(folder) as book:
        workspace = book.workspace()
        zone = workspace.settings.company.timezone
        done = take_back(book.database, int(words[0]), moment_of(as_of, book), workspace.catalog, zone)
    if as_json:
        print_json(_document(done))
    else:
        _show(done)


def _document(done: TakenBack) -> dict[str, object]:
    return {
        "id": done.number,
        "kind": done.kind,
        "source": done.source,
        "accounts": done.accounts,
        "staying": list(done.staying),
        "was_undone": done.was_undone,
        "filled": None if done.filled is None else day_of(done.filled),
    }


def _show(done: TakenBack) -> None:
    shown, named = console(), f"The import {done.number} ({done.kind} from {done.source})"
    if done.was_undone:
        shown.print(Text(f"{named} was taken back before. Nothing was changed."))
        return
    shown.print(Text(f"{named} is taken back. {counted(done.accounts, 'account is', 'accounts are')} due for a look."))
    if done.staying:
        more = " …" if len(done.staying) > SHOWN else ""
        one, many = "account that it had brought stays", "accounts that it had brought stay"
        said = f"{counted(len(done.staying), one, many)}, for somebody looked at or spoke of them since: "
        shown.print(Text(f"{said}{', '.join(done.staying[:SHOWN])}{more}", style="yellow"))
    if done.filled is not None:
        shown.print(Text("Scores of past days were filled in, some perhaps by it. To work them out anew:"))
        shown.print(Text(f"  pulsebook fill --from {day_of(done.filled)} --again"))
