"""Accounts that are told of together in; the text of the one Slack message that tells of them, out."""

from collections.abc import Iterator
from decimal import Decimal

from engine.bundles import Bundle, Mention
from engine.channels.slack_blocks import MESSAGE, headline
from engine.channels.text import one_line, shortened, size
from engine.clock import day_of
from engine.conditions.sentence import Titles
from engine.template_filters import money

LINE = 220
"""UTF-16 units that one account gets of its own message."""
ROOM_FOR_THE_REST = 100
"""Units that are kept for how many more there are, and for the mark of a message that is repeated."""


def text_of(bundle: Bundle, titles: Titles, currency: str | None) -> str:
    """As a template would render it: what happened and what it is worth, what to do, why it is one message, then the
    accounts, the largest first, as many as Slack takes. `currency`: the company's."""
    opening = "\n".join([*_opening(bundle, titles, currency), "", "*The largest first*"])
    room = MESSAGE - ROOM_FOR_THE_REST - size(opening)
    is_owned_by_many = len({mention.owner for mention in bundle.mentions}) > 1
    items: list[str] = []
    for mention in bundle.mentions:
        item = _item(mention, currency, names_owner=is_owned_by_many)
        room -= size(item) + 1
        if room < 0:
            return "\n".join([opening, *items, f"… {len(bundle.mentions) - len(items):,} more"])
        items.append(item)
    return "\n".join([opening, *items])


def _opening(bundle: Bundle, titles: Titles, currency: str | None) -> Iterator[str]:
    usually = "" if bundle.usual is None else f" (usually {bundle.usual:,.0f})"
    yield f"*{len(bundle.mentions):,} accounts at once*{usually}: {_what(bundle, titles)}"
    if worth := _worth(bundle, currency):
        yield f"{worth} a year in all"
    yield ""
    if bundle.tasks:
        yield f"Next: {bundle.tasks:,} tasks wait in the queues; begin with the largest accounts"
    number = bundle.release.rpartition(" ")[2]
    yield f"They were held, then released (pulsebook sweep show {number}), so one message tells of all"
    yield f"Each by itself: pulsebook list deliveries --from {day_of(bundle.day)}"


def _what(bundle: Bundle, titles: Titles) -> str:
    """The rule that fired; of several, the accounts of each."""
    rules = bundle.rules.most_common()
    if len(rules) == 1:
        return titles.of("rule", rules[0][0])
    return ", ".join(f"{titles.of('rule', rule)} ({count:,})" for rule, count in rules)


def _worth(bundle: Bundle, currency: str | None) -> str:
    sums: dict[str | None, Decimal] = {}
    for mention in bundle.mentions:
        code = mention.currency or currency
        if mention.value is not None:
            sums[code] = sums.get(code, Decimal()) + mention.value
    return " and ".join(money(amount, code) for code, amount in sums.items())


def _item(mention: Mention, currency: str | None, *, names_owner: bool) -> str:
    name, said = one_line(mention.name), headline(mention.text)
    parts = [shortened(said if name in said else f"{name}: {said}", LINE)]
    if mention.value is not None:
        parts.append(f"{money(mention.value, mention.currency or currency)} a year")
    if names_owner and mention.owner:
        parts.append(one_line(mention.owner))
    return f"• {' · '.join(parts)}"
