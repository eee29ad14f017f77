"""A plan and a moment in; what a look has to read for it, out."""

from collections.abc import Collection
from datetime import datetime

from engine.loops.book import Book
from engine.plan import Plan
from engine.store.due import versions_under_way
from engine.store.reading import Wanted


def wanted_of(
    book: Book,
    plan: Plan,
    at: datetime,
    *,
    accounts: Collection[str] | None = None,
    blocks: Collection[int] | None = None,
) -> Wanted:
    """What a look by a plan has to read: of some accounts, or of whole blocks."""
    return Wanted(
        needs=book.needs(plan, versions_under_way(book.database)),
        catalog=plan.catalog,
        scores=tuple(plan.scores),
        company_zone=plan.settings.company.timezone,
        at=at,
        accounts=accounts,
        blocks=None if accounts is not None else blocks,
    )
