"""The reports on revenue and on what sets accounts apart: `revenue`, `behaviour`, `outcomes`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.text import Text

from engine.cli.reporting import Desk, Form, Rows, rows_of, show_table
from engine.cli.words import WrongWords
from engine.reports import behaviour as measured
from engine.reports.columns import Document
from engine.reports.quarters import Quarter
from engine.reports.revenue import Question
from engine.reports.revenue import revenue as revenue_of
from engine.reports.standings import in_order
from engine.store.standings import happened
from engine.template_filters import money

ACCOUNTS = ("date", "account", "name", "owner", "group", "band", "at_risk", "value", "revenue", "currency")
BEHAVIOUR = ("measure", "group", "known", "low", "median", "high", "most", "points")
HAPPENED = ("quarter", "outcome", "accounts")
OUTCOMES = ("measure", "kept", "kept_median", "lost", "lost_median", "difference", "says")


def revenue(desk: Desk, form: Form, *, quarter: str | None, date: str | None, by: str | None) -> None:
    """The revenue that renews in a quarter, and what of it is at risk."""
    attribute = desk.attribute(date, type_="date", option="--date", usual="renewal_date")
    group = desk.attribute(by, type_="text", option="--by", usual="segment") if by else None
    today = desk.book.judge().plan.company.day(desk.book.clock.now())
    question = Question(_quarter(quarter) if quarter else Quarter.of(today), attribute, today, group)
    standing = desk.standing(*dict.fromkeys(name for name in (attribute, group) if name))
    found = revenue_of(standing, desk.scale, question, desk.settings)
    document = {"score": desk.score, **found}
    form.give(document, ACCOUNTS, rows_of(found["accounts"], ACCOUNTS), lambda shown: _show_revenue(shown, desk, found))


def _quarter(said: str) -> Quarter:
    try:
        return Quarter.parse(said)
    except ValueError as error:
        raise WrongWords(f"{error}.") from None


def _show_revenue(shown: Console, desk: Desk, found: Document) -> None:
    shown.print(Text(f"{found['rule']}."))
    if not found["accounts"]:
        shown.print(Text(f"No account has a {found['date']} in {found['quarter']}."))
        return
    _show_sums(shown, desk, found, found["revenue"], "At risk")
    if found["converted"]:
        shown.print()
        shown.print(Text(_rates(found["converted"])))
        _show_sums(shown, desk, found, found["converted"]["revenue"], "At risk, converted")
    threatened = [entry for entry in found["accounts"] if entry["at_risk"]]
    if threatened:
        shown.print()
        columns = (found["date"], "account", "name", "owner", desk.scale.title, "revenue")
        show_table(shown, columns, threatened, _threatened)


def _threatened(one: Document) -> Sequence[object]:
    amount = _money(one["revenue"], one["currency"])
    return one["date"], one["account"], one["name"], one["owner"], one["value"], amount


def _at_risk(sums: Sequence[Document]) -> str:
    """In each currency by itself."""
    totals: dict[str, Decimal] = {}
    for one in sums:
        if one["at_risk"]:
            totals[one["currency"]] = totals.get(one["currency"], Decimal(0)) + one["revenue"]
    return " and ".join(money(total, currency) for currency, total in sorted(totals.items())) or "nothing"


def _show_sums(shown: Console, desk: Desk, found: Document, sums: Sequence[Document], title: str) -> None:
    shown.print(Text(f"{title}: {_at_risk(sums)}", style="bold"))
    shown.print()
    months, group = list(sums[0]["months"]) if sums else [], [found["by"]] if found["by"] else []
    columns = (*group, "band", "accounts", *months, found["quarter"], "without revenue")
    show_table(shown, columns, sums, lambda one: _summed(desk, one, is_grouped=bool(group)))


def _summed(desk: Desk, one: Document, *, is_grouped: bool) -> Sequence[object]:
    amounts = (_money(amount, one["currency"]) for amount in (*one["months"].values(), one["revenue"]))
    group = [one["group"]] if is_grouped else []
    return *group, desk.band(one["band"]), one["accounts"], *amounts, one["without_revenue"]


def _money(amount: Decimal | None, currency: str) -> Text:
    return Text(money(amount, currency) if amount else "–", justify="right")


def _rates(converted: Document) -> str:
    said = [
        f"1 {one['currency']} = {one['rate']} {converted['currency']} since {one['since']}"
        for one in converted["rates"]
    ]
    rates = f"In {converted['currency']}, at {', '.join(said)}" if said else f"In {converted['currency']}"
    missing = converted["without_rate"]
    return f"{rates}; left out, for want of a rate: {', '.join(missing)}." if missing else f"{rates}."


def behaviour(desk: Desk, form: Form, *, by: str | None) -> None:
    """What accounts do, measure by measure, in each band or each group."""
    name = desk.attribute(by, type_="text", option="--by", usual="segment") if by else None
    standing = desk.standing(*([name] if name else []))
    groups = standing.attributes[name] if name else standing.bands
    order: list[Any] = [group for group in in_order(groups) if group] if name else list(desk.scale.bands)
    found = measured.behaviour(desk.parts(standing), desk.labels, groups, order)
    document = {"score": desk.score, "by": name or "band", "measures": found}

    def people(shown: Console) -> None:
        shown.print(Text(f"What {desk.scale.title} is made of, by {name or 'band'}", style="bold"))
        columns = ("measure", name or "band", "known", "lower quartile", "median", "upper quartile", "points")
        show_table(shown, columns, found, lambda one: _behaved(desk, one, is_band=name is None))

    form.give(document, BEHAVIOUR, rows_of(found, BEHAVIOUR), people)


def _behaved(desk: Desk, one: Document, *, is_band: bool) -> Sequence[object]:
    group = desk.band(one["group"]) if is_band else one["group"]
    low, middle, high = (desk.measured(one["measure"], one[key]) for key in ("low", "median", "high"))
    said = middle if one["most"] is None else f"mostly {one['most']}"
    return one["label"], group, one["known"], low, said, high, one["points"]


def outcomes(desk: Desk, form: Form, *, by_quarter: bool) -> None:
    """What happened in the end, and in what those who left differed from those who stayed.

    `by_quarter`: which of the two tables a file holds.
    """
    if by_quarter and form.csv is None:
        raise WrongWords("--quarters says which rows go to a file. Add --csv FILE, or leave it out to see both.")
    everybody = desk.everybody()
    found = measured.outcomes(desk.parts(everybody), desk.labels, everybody.left)
    figures = measured.figures(happened(desk.book.database, desk.settings.company.currency))
    document = {"score": desk.score, "outcomes": figures, "measures": found}

    def people(shown: Console) -> None:
        shown.print(Text("What happened", style="bold"))
        show_table(shown, ("quarter", "outcome", "accounts", "their revenue now"), figures, _figure)
        shown.print()
        shown.print(Text("Medians at the last look: who stayed, and who left, before it was known", style="bold"))
        columns = ("measure", "stayed", "their median", "left", "their median", "difference")
        show_table(shown, columns, found, lambda one: _compared(desk, one))

    columns, rows = _quarters(figures) if by_quarter else (OUTCOMES, rows_of(found, OUTCOMES))
    form.give(document, columns, rows, people)


def _quarters(figures: Sequence[Document]) -> tuple[Sequence[str], Rows]:
    """A row for each quarter and outcome, with a column for each currency: sums of several are never added up."""
    currencies = sorted({currency for one in figures for currency in one["revenue"]})
    rows = [[*(one[key] for key in HAPPENED), *map(one["revenue"].get, currencies)] for one in figures]
    return (*HAPPENED, *currencies), rows


def _figure(one: Document) -> Sequence[object]:
    return one["quarter"], one["outcome"], one["accounts"], _sums_of(one["revenue"])


def _sums_of(revenue: dict[str, Decimal]) -> str:
    return " and ".join(money(amount, currency) for currency, amount in revenue.items()) or "–"


def _compared(desk: Desk, one: Document) -> Sequence[object]:
    keys = ("kept_median", "lost_median", "difference")
    kept, lost, apart = (desk.measured(one["measure"], one[key]) for key in keys)
    return one["label"], one["kept"], kept, one["lost"], lost, one["says"] or apart
