"""The command `import`: files in; what became of every record, and the refused ones with their reasons, out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from rich.progress import Progress, TaskID
from rich.text import Text

from engine.batches import Arrival, Events, Ingested, LookAlike, Observations, Refusal
from engine.cli.asking import answers
from engine.cli.common import changing, moment_of
from engine.cli.output import console, print_json
from engine.cli.words import WrongWords, choose
from engine.language.settings import check_zone
from engine.look_alikes import REMEDY, told
from engine.loops.book import Book
from engine.plan import Plan
from engine.sources.formulas import REFUSED
from engine.sources.reading import Read, read_file
from engine.sources.refused import write_refused
from engine.sources.table import Meant
from engine.sources.tables import PIECE, read_tables
from engine.sources.targets import KINDS, ImportOptions, looked_at
from engine.store.ingest.ingest import Ingest
from engine.store.ingest.pieces import Pieces
from engine.store.recorded import recorded_names
from engine.wording import counted

SHOWN = 10
"""Refused rows that are printed, all of which are in the file; and ids that look like others."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, as the command says it."""

    kind: str
    files: tuple[Path, ...]
    maps: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    wheres: tuple[str, ...] = ()
    only_mapped: bool = False
    history: bool = False
    timezone: str | None = None
    dry_run: bool = False
    keep_good: bool = False
    as_of: str | None = None
    database: str | None = None
    """What answers those of the files that are queries."""
    timeout: int | None = None
    copies: Mapping[Path, Path] = field(default_factory=dict)
    """Where the answer to each query lies."""

    def content(self, file: Path) -> Path:
        return self.copies.get(file, file)

    def name(self, file: Path) -> str:
        """What a file is called: where several folders have one of that name, with its folder."""
        is_alone = all(other == file or other.name != file.name for other in self.files)
        return file.name if is_alone else str(file)


@dataclass(slots=True)
class Said:
    """What a file said; its good records lie in `pieces`."""

    pieces: Pieces
    records: int = 0
    naive_times: int = 0
    refused: list[Refusal] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """The metrics or events that good records are of."""

    def takes(self, read: Read) -> None:
        self.records += read.records
        self.naive_times += read.naive_times
        self.refused += read.refused
        if read.batch is not None:
            self.pieces.add(read.batch)
        if isinstance(read.batch, Observations):
            self.names.update(read.batch.metric.values)
        elif isinstance(read.batch, Events):
            self.names.update(read.batch.name.values)


@dataclass(frozen=True, slots=True)
class Imported:
    """What the files said, and what became of it."""

    said: Mapping[Path, Said]
    done: Ingested
    meant: Meant
    """The columns that were looked at."""
    unrecorded: tuple[str, ...] = ()
    """What the workspace uses, of which there is neither a record nor a `from`."""

    @property
    def records(self) -> int:
        return sum(said.records for said in self.said.values())

    @property
    def naive_times(self) -> int:
        return sum(said.naive_times for said in self.said.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """How far an import is, as a bar says it."""

    progress: Progress
    bar: TaskID

    def more(self, records: int) -> None:
        self.progress.advance(self.bar, records)

    def applies(self, records: int) -> None:
        self.progress.update(self.bar, description="Applying", total=records, completed=0)


def import_files(folder: Path, order: Order, *, as_json: bool) -> int:
    """All files in one transaction; exit code 1 where a row was refused."""
    _options(order)
    with answers(order.files, order.database, order.timeout, quiet=as_json) as copies:
        order = replace(order, copies=copies)
        with changing(folder) as book:
            imported = take(book, order, quiet=as_json)
        written = _write_refused(order, imported)
    if as_json:
        print_json(_document(order, imported))
    else:
        _show(order, imported, written)
    return 1 if imported.done.refused else 0


def take(book: Book, order: Order, *, piece: int = PIECE, quiet: bool = True) -> Imported:
    """Reads the files and applies them: all of it or, where a row is refused and the good ones are not asked for,
    nothing. `piece`: how many cells are in memory together."""
    plan = Plan(book.workspace())
    options = _options(order)
    with ExitStack() as stack:
        shown = stack.enter_context(_bar(quiet=quiet))
        said: dict[Path, Said] = {}
        for file in order.files:
            said[file] = Said(stack.enter_context(Pieces()))
            for read in read_file(order.content(file), options, plan.catalog, plan.settings.company.timezone, piece):
                said[file].takes(read.of(order.name(file)))
                shown.more(read.records)
        done = _apply(book, plan, order, said, shown)
    recorded = recorded_names(book.database)
    if order.dry_run:
        recorded |= frozenset().union(*(one.names for one in said.values()))
    return Imported(said, done, looked_at(options, plan.catalog), tuple(sorted(plan.uncovered - recorded)))


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Shown]:
    shown = console()
    with Progress(console=shown, transient=True, disable=quiet or not shown.is_terminal) as progress:
        yield Shown(progress, progress.add_task("Reading", total=None))


def _options(order: Order) -> ImportOptions:
    zone = order.timezone
    if zone is not None:
        try:
            zone = check_zone(zone)
        except ValueError as error:
            raise WrongWords(f"{error}.") from None
    return ImportOptions(
        kind=choose(order.kind, KINDS, "kind of import"),
        maps=_pairs(order.maps, "--map TARGET=COLUMN"),
        sets=_pairs(order.sets, "--set TARGET=VALUE"),
        wheres=_pairs(order.wheres, "--where COLUMN=VALUE"),
        only_mapped=order.only_mapped,
        timezone=zone,
    )


def _pairs(said: tuple[str, ...], form: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in said:
        key, sign, value = one.partition("=")
        if not sign or not key.strip():
            raise WrongWords(f"{one!r} is not written like {form}.")
        if key.strip() in found:
            raise WrongWords(f"{key.strip()!r} stands twice in {form.split()[0]}. Leave one out.")
        found[key.strip()] = value
    return found


def _apply(book: Book, plan: Plan, order: Order, said: Mapping[Path, Said], shown: Shown) -> Ingested:
    """The store sees the good rows even where others were refused, so that all that is wrong is said at once."""
    refused = tuple(refusal for one in said.values() for refusal in one.refused)
    stops = bool(refused) and not order.keep_good
    files = [one.pieces for one in said.values() if one.pieces.count]
    if not files:
        return Ingested(refused=refused)
    arrival = Arrival(
        at=moment_of(order.as_of, book),
        source=", ".join(file.name for file in order.files),
        history=order.history,
        dry_run=order.dry_run or stops,
        keep_good=order.keep_good,
        refused=len(refused),
    )
    zone, series = plan.settings.company.timezone, plan.kept_series
    shown.applies(sum(one.records for one in said.values()))
    done = Ingest(book.database).apply(files, plan.catalog, arrival, zone, series, shown.more)
    every = tuple(sorted((*refused, *done.refused)))
    if every and not order.keep_good:
        return Ingested(refused=every)
    return replace(done, refused=every)


def _write_refused(order: Order, imported: Imported) -> tuple[str, ...]:
    """The files' names."""
    written: list[str] = []
    for file in imported.said:
        mine = [refusal for refusal in imported.done.refused if refusal.file == order.name(file)]
        if mine and not order.dry_run:
            write_refused(
                file.with_name(f"{file.name}{REFUSED}"), mine, read_tables(order.content(file), meant=imported.meant)
            )
            written.append(f"{order.name(file)}{REFUSED}")
    return tuple(written)


def _document(order: Order, imported: Imported) -> dict[str, object]:
    done = imported.done
    return {
        "kind": order.kind,
        "read": imported.records,
        "applied": done.applied,
        "unchanged": done.unchanged,
        "corrected": done.corrected,
        "held": done.held,
        "refused": [{"file": one.file, "line": one.line, "reason": one.reason} for one in done.refused],
        "look_alikes": [asdict(one) for one in done.look_alikes],
        "dry_run": order.dry_run,
        "id": done.import_id,
        "odd": list(done.odd),
        "naive_times": imported.naive_times,
        "unrecorded": list(imported.unrecorded),
        "stuck": [{"reason": reason, "records": count} for reason, count in done.stuck],
    }


def _show(order: Order, imported: Imported, written: tuple[str, ...]) -> None:
    shown, done, records = console(), imported.done, imported.records
    for refusal in done.refused[:SHOWN]:
        shown.print(Text(f"{refusal.file}:{refusal.line}: ", style="bold") + Text(refusal.reason, style="red"))
    if len(done.refused) > SHOWN:
        shown.print(Text(f"… and {len(done.refused) - SHOWN:,} more."))
    if done.refused and not order.keep_good:
        shown.print(
            Text(f"{len(done.refused):,} of {counted(records, 'record')} can't be taken, so nothing was changed.")
        )
        it, lies = ("it", "It lies") if len(done.refused) == 1 else ("them", "They lie")
        where = f"{lies} in {', '.join(written)}. " if written else ""
        shown.print(Text(f"{where}Mend {it}, or take the good ones with --keep-good."))
        return
    would = "would be " if order.dry_run else ""
    said = [f"{done.applied:,} {would}applied", f"{done.unchanged:,} unchanged", f"{done.corrected:,} corrected"]
    said += [f"{done.held:,} held until their account comes"] if done.held else []
    said += [f"{len(done.refused):,} refused"] if done.refused else []
    shown.print(Text(f"{order.kind}: {counted(records, 'record')} read · {' · '.join(said)}"))
    if not records and order.wheres:
        shown.print(Text(f"No row has {' and '.join(order.wheres)}. A cell must be the same, letter by letter."))
    for reason, count in done.stuck:
        shown.print(Text(f"{counted(count, 'record')} held before can't be taken: {reason}.", style="yellow"))
    if done.stuck:
        shown.print(Text("  They wait on: mend that and import these accounts once more, or take their import back."))
    _show_look_alikes(done.look_alikes)
    for one in done.odd:
        shown.print(Text(f"Odd: {one}. What fires is held until you release it.", style="yellow"))
    if done.odd and done.import_id is not None:
        shown.print(Text(f"  If it is wrong, take it back: pulsebook import undo {done.import_id}"))
    if imported.naive_times:
        zone = order.timezone or "the company's zone"
        times = counted(imported.naive_times, "time had no offset and was", "times had no offset and were")
        shown.print(Text(f"{times} read in {zone}.", style="yellow"))
    if imported.unrecorded and order.kind in ("observations", "events"):
        names = ", ".join(imported.unrecorded)
        shown.print(
            Text(f"Used, but without a record so far: {names}. What rests on them is not known.", style="yellow")
        )
        shown.print(Text("  If nothing happened yet, say `from: DATE` for them in rules/catalog.yaml."))


def _show_look_alikes(found: Sequence[LookAlike]) -> None:
    shown = console()
    for one in found[:SHOWN]:
        shown.print(Text(f"{told(one)}.", style="yellow"))
    if len(found) > SHOWN:
        shown.print(Text(f"… and {len(found) - SHOWN:,} more."))
    if found:
        shown.print(Text(f"  {REMEDY}"))
