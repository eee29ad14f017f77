"""The commands of a person: a fact, an override, a task, a delivery."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from rich.text import Text

from engine.batches import Arrival, Facts, Ingested, coded, placed, whens
from engine.cli.common import changing, moment_of
from engine.cli.options import MOST
from engine.cli.output import console, print_json
from engine.cli.words import WrongWords, choose, day_of_text
from engine.domain import Value
from engine.language.base import written
from engine.loops.book import Book
from engine.plan import Plan
from engine.sources.cells import of_field
from engine.store import tasks
from engine.store.deliveries import approve, discard
from engine.store.ingest.by_hand import Override, end_fact, number_of, withdraw_fact
from engine.store.ingest.by_hand import override as store_override
from engine.store.ingest.ingest import Ingest

BY_HAND = "by hand"


def _say(document: Mapping[str, object], sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        console().print(Text(sentence))


def fact(
    folder: Path,
    words: list[str],
    *,
    at: str | None,
    until: str | None,
    author: str | None,
    reason: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """`ACCOUNT NAME prop=value…`, `end ID` or `withdraw ID`."""
    with changing(folder) as book:
        if words[0] in ("end", "withdraw"):
            _change_fact(book, words, author, as_of, as_json=as_json)
            return
        if len(words) < 2:
            raise WrongWords("Say which fact: pulsebook fact ACCOUNT NAME [PROP=VALUE…].")
        account, name, *pairs = words
        if not account.strip():
            raise WrongWords("The account is blank. `pulsebook list accounts` shows their ids.")
        plan = Plan(book.workspace())
        choose(name, tuple(plan.catalog.facts), "fact")
        moment = moment_of(as_of, book)
        begins, ends = day_of_text(at) if at else moment, day_of_text(until) if until else None
        _check_end(ends, begins)
        said = Facts(
            account=coded([account]),
            name=coded([name]),
            id=coded([None]),
            when=whens([begins]),
            until=whens([ends]),
            source=coded([BY_HAND]),
            author=coded([author]),
            reason=coded([reason]),
            yearly=np.zeros(1, dtype=np.bool_),
            properties=(_properties(plan, name, pairs),),
            places=placed(BY_HAND, 1),
        )
        done = _noted(book, plan, said, Arrival(moment, BY_HAND, author=author, again=True))
        number = None if done.import_id is None else number_of(book.database, done.import_id)
        waits = f"waits, for there is no account {account!r} yet"
        became = waits if done.held else "was known already" if done.unchanged else "is noted"
        numbered = "" if number is None else f" as fact {number}"
        document = {"account": account, "fact": name, "held": done.held, "id": number}
        _say(document, f"{name} of {account} {became}{numbered}.", as_json=as_json)


def _check_end(last: date | None, begins: date | datetime) -> None:
    """Days of every zone: one is let through that has passed here and not everywhere."""
    first = begins.date() - timedelta(days=1) if isinstance(begins, datetime) else begins
    if last is not None and last < first:
        raise WrongWords(f"The last day, {last}, lies before the first moment. Mend --until.")


def _noted(book: Book, plan: Plan, said: Facts, arrival: Arrival) -> Ingested:
    zone = plan.settings.company.timezone
    done = Ingest(book.database).apply(said, plan.catalog, arrival, zone, plan.kept_series)
    if done.refused:
        raise WrongWords(f"{done.refused[0].reason}.")
    return done


def _properties(plan: Plan, name: str, pairs: list[str]) -> dict[str, Value]:
    declared = plan.catalog.facts[name].properties
    found: dict[str, Value] = {}
    for pair in pairs:
        prop, sign, text = pair.partition("=")
        if not sign:
            raise WrongWords(f"{pair!r} is not written like PROP=VALUE.")
        choose(prop, tuple(declared), f"property of {name}")
        try:
            found[prop] = of_field(declared[prop], plan.settings.company.timezone)(text.strip())
        except ValueError as error:
            raise WrongWords(f"{prop}: {error}.") from None
    return found


def _change_fact(book: Book, words: list[str], author: str | None, as_of: str | None, *, as_json: bool) -> None:
    if len(words) != 2 or not words[1].isdecimal() or int(words[1]) > MOST:
        raise WrongWords(f"Say which fact by its number: pulsebook fact {words[0]} ID.")
    moment, number = moment_of(as_of, book), int(words[1])
    change, became = (end_fact, "ended") if words[0] == "end" else (withdraw_fact, "withdrawn")
    change(book.database, number, moment, author)
    _say({"fact": number, "state": became}, f"Fact {number} is {became}.", as_json=as_json)


def override(
    folder: Path,
    account: str,
    score: float,
    *,
    of: str | None,
    until: str,
    reason: str,
    author: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """Gives a score a value until the end of a day."""
    with changing(folder) as book:
        workspace = book.workspace()
        name = choose(of, tuple(workspace.scores), "score") if of else workspace.primary
        if not 0 <= score <= 100:
            raise WrongWords(f"A score lies in 0 to 100, not at {written(score)}.")
        if not reason.strip():
            raise WrongWords("The reason is blank. Say why, for whoever reads it later.")
        moment, last = moment_of(as_of, book), day_of_text(until)
        _check_end(last, moment)
        said = Override(account, name, score, moment, last, reason, author)
        store_override(book.database, said, workspace.settings.company.timezone)
        document = {"account": account, "score": name, "value": score, "until": said.until}
        _say(document, f"{name} of {account} is {written(score)} until {until}.", as_json=as_json)


def task_done(folder: Path, task: int, *, note: str | None, as_of: str | None, as_json: bool) -> None:
    with changing(folder) as book:
        tasks.finish(book.database, task, moment_of(as_of, book), note)
        _say({"task": task, "state": "done"}, f"Task {task} is done.", as_json=as_json)


def task_snooze(folder: Path, task: int, *, until: str, reason: str, as_of: str | None, as_json: bool) -> None:
    with changing(folder) as book:
        moment, last = moment_of(as_of, book), day_of_text(until)
        _check_end(last, moment)
        tasks.snooze(book.database, task, last, reason, moment)
        _say({"task": task, "snoozed_until": until}, f"Task {task} rests until {until}.", as_json=as_json)


def task_assign(folder: Path, task: int, email: str, *, as_of: str | None, as_json: bool) -> None:
    with changing(folder) as book:
        tasks.assign(book.database, task, email, moment_of(as_of, book))
        _say({"task": task, "assignee": email}, f"Task {task} is {email}'s now.", as_json=as_json)


def delivery_approve(folder: Path, delivery: int, *, as_of: str | None, as_json: bool) -> None:
    with changing(folder) as book:
        approve(book.database, delivery, moment_of(as_of, book))
        _say({"delivery": delivery, "state": "waiting"}, f"Delivery {delivery} may leave.", as_json=as_json)


def delivery_discard(folder: Path, delivery: int, *, reason: str | None, as_of: str | None, as_json: bool) -> None:
    with changing(folder) as book:
        discard(book.database, delivery, moment_of(as_of, book), reason or "")
        _say({"delivery": delivery, "state": "not_sent"}, f"Delivery {delivery} is never sent.", as_json=as_json)
