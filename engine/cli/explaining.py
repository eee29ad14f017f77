"""The commands `why` and `account show`: how scores come about, and where each rule stands."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from engine.arithmetic import views
from engine.cli.common import open_book
from engine.cli.listing import accounts_of, in_use, offices
from engine.cli.output import band_style, console, print_json, sparkline, table
from engine.cli.words import choose
from engine.language.views import LETTERS, Ladder
from engine.loops import explaining
from engine.loops.book import Book
from engine.store import listing, score_lists
from engine.store.people import teammates
from engine.telling import MeasureTitle

DAYS_DRAWN = 60
NEAR = 0.01
"""Each of a score's parts is kept to four decimals: their sum is the score but for so much."""
ANSWERS = {True: Text("yes", style="green"), False: Text("no"), None: Text("unknown", style="yellow")}


def why(folder: Path, account: str, rule: str | None, *, as_json: bool) -> None:
    """Scores with their parts, then each rule (or one) with its answer and what decides it."""
    with open_book(folder) as book:
        looked = explaining.look_at(book, account, book.clock.now())
        if rule is not None:
            choose(rule, tuple(looked.plan.rules), "rule")
        scores, rules = explaining.scores(looked), explaining.rules(looked, rule)
        effects, contacts = explaining.effects(looked), explaining.contacts(looked)
        if as_json:
            at = looked.snapshot.at
            told = {"scores": scores, "rules": rules, "effects": effects, "contacts": contacts}
            print_json({"account": account, "at": at, **told})
            return
        shown = console()
        if looked.has_left:
            shown.print(Text(f"{account} has left: it has no score, and nothing fires for it.", style="yellow"))
        elif rule is None:
            for score in scores:
                _show_score(shown, book, score, looked.currency)
            _show_contacts(shown, contacts)
            for effect in effects:
                shown.print(Text(f"{effect['by']} on {effect['score']} by {effect['rule']}: {effect['because']}"))
        _show_rules(shown, rules, in_depth=rule is not None)


def _show_score(shown: Console, book: Book, score: dict[str, Any], currency: str) -> None:
    shown.print(headline(book, score))
    plan = book.judge().plan
    letters = plan.letters.get((score["score"], score["model"]), LETTERS)
    shares = adding_up([part["contribution"] for part in score["measures"]], (score["value"], score["base"]))
    rows = [
        (
            part["measure"],
            _value(part, plan.measure_titles.get(part["measure"]), letters, currency),
            part["points"],
            part["weight"],
            share,
            part["age"],
        )
        for part, share in zip(score["measures"], shares, strict=True)
    ]
    shown.print(table(None, ("measure", "value", "points", "weight", "adds", "days old"), rows))
    shown.print()


def adding_up(amounts: Sequence[float | None], totals: Sequence[float | None]) -> list[float | None]:
    """Amounts to one decimal, some of them rounded the other way, so that what is shown adds up to what is shown of
    their total: of `totals` the one that it is, or else the sum itself. (The largest remainder method.)"""
    known = [amount for amount in amounts if amount is not None]
    total = math.fsum(known)
    total = next((one for one in totals if one is not None and abs(one - total) < NEAR), total)
    tenths = [math.floor(10 * amount) for amount in known]
    left = round(10 * float(f"{total:.1f}")) - sum(tenths)
    by_rest = sorted(range(len(known)), key=lambda place: tenths[place] - 10 * known[place])
    for place in by_rest[: max(left, 0)]:
        tenths[place] += 1
    rounded = iter(tenths)
    return [None if amount is None else next(rounded) / 10 for amount in amounts]


def _show_contacts(shown: Console, contacts: list[dict[str, Any]]) -> None:
    """Whoever has a score of contacts, with it."""
    names = tuple(contacts[0]["scores"]) if contacts else ()
    rows = [
        (one["email"], one["name"], one["role"], *(_shortly(one["scores"][name]) for name in names))
        for one in contacts
        if any(said["value"] is not None for said in one["scores"].values())
    ]
    if rows:
        shown.print(table(None, ("contact", "name", "role", *names), rows))
        shown.print()


def _shortly(score: dict[str, Any]) -> str | None:
    return None if score["value"] is None else f"{score['value']:.1f} {score['band']}"


def _value(part: dict[str, Any], title: MeasureTitle | None, letters: Ladder, currency: str) -> object:
    """As its measure says that it is shown; a plain number stays one, so that it stands right."""
    if title is None or title.show == "number" or part["value"] is None:
        return part["value"]
    return views.shown(part["value"], title.show, points=part["points"], letters=letters, currency=currency)


def headline(book: Book, score: dict[str, Any]) -> Text:
    """The score, its band in colour and word, and how it came to differ from its base."""
    name = Text(f"{score['score']}: ", style="bold")
    if score["value"] is None:
        covered = "none" if not score["coverage"] else f"{score['coverage']:.0%}"
        return name + Text(f"unknown, for {covered} of its weight has data")
    style = band_style(score["band"], [band.band for band in in_use(book).scores[score["score"]][0].bands])
    said = name + Text(f"{score['value']:.1f} {score['band']}", style=style)
    if score["base"] is not None and score["value"] != score["base"]:
        said += Text(f" (base {score['base']:.1f}, with context {score['adjusted']:.1f})")
    return said


def _show_rules(shown: Console, rules: list[dict[str, Any]], *, in_depth: bool) -> None:
    if in_depth:
        for rule in rules:
            shown.print(Text(f"{rule['rule']}: {rule['sentence']}", style="bold"))
            shown.print(Text(f"State: {rule['state']}. True now: ") + ANSWERS[rule["answer"]])
            shown.print(Text(rule["because"]))
            if rule["reason"]:
                shown.print(Text(f"The last firing was {rule['reason']}", style="yellow"))
        return
    rows = [(rule["rule"], rule["state"], ANSWERS[rule["answer"]], rule["sentence"]) for rule in rules]
    shown.print(table(None, ("rule", "state", "true now", "when"), rows))


def show(folder: Path, account: str, *, as_json: bool) -> None:
    """Scores, their course, runs, tasks and messages of one account."""
    with open_book(folder) as book:
        asked = listing.Asked(account=account)
        found = accounts_of(book, asked)
        if not found:
            raise explaining.NoSuchAccount(account)
        workspace = in_use(book)
        days = score_lists.scores(book.database, asked, workspace.settings.company.timezone)
        document = {
            **found[0],
            "days": days,
            "runs": listing.runs(book.database, asked, workspace.settings.company.timezone),
            "tasks": listing.tasks(book.database, asked),
            "deliveries": listing.deliveries(book.database, asked, offices(book)),
            "decisions": listing.decisions(book.database, asked),
            "facts": listing.facts(book.database, asked, workspace.settings.company.timezone),
        }
        if as_json:
            print_json(document)
            return
        _show_account(console(), book, document)


def _owner(book: Book, owner: str | None) -> str:
    """With who takes what is theirs, where that is somebody else today."""
    with book.database.asking() as connection:
        us = teammates(connection)
    taker = listing.receiver("owner", owner, us, offices(book))
    if taker == owner:
        return str(owner)
    why = "" if owner is None else ", who is away" if owner in us else ", who is no teammate"
    return f"{owner or '–'}{why}: {taker} takes what is theirs"


def _show_account(shown: Console, book: Book, document: dict[str, Any]) -> None:
    shown.print(
        Text(f"{document['name'] or document['id']}", style="bold") + Text(f"  owner {_owner(book, document['owner'])}")
    )
    for score in document["scores"]:
        mine = [day for day in document["days"] if day["score"] == score]
        course = sparkline([day["value"] for day in mine[-DAYS_DRAWN:]])
        shown.print(headline(book, mine[-1]) + Text(f"  {course}"))
    document = {**document, "facts": [fact for fact in document["facts"] if fact["withdrawn_at"] is None]}
    for kind, columns in (
        ("facts", ("id", "day", "fact", "properties", "last_day", "reason")),
        ("decisions", ("day", "rule", "state", "because", "reason")),
        ("runs", ("playbook", "started_day", "ended_day", "end")),
        ("tasks", ("id", "title", "assignee", "due", "state")),
        ("deliveries", ("id", "day", "channel", "template", "to", "state", "reason")),
    ):
        rows = [[one[column] for column in columns] for one in document[kind][-10:]]
        if rows:
            shown.print()
            shown.print(table(kind.capitalize(), columns, rows))
