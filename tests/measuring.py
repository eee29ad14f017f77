"""Definitions as they stand in a file and accounts in; their measures, read for just these definitions, out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.arithmetic.windows import joined
from engine.language.catalog import Catalog
from engine.language.measures import Measures as Definitions
from engine.language.measures import over_of
from engine.measures import Measures
from engine.needs import of_measure, of_usual
from tests.snapshots import make_snapshot
from tests.told import CATALOG, Account, make_account

Written = Mapping[str, Any]
UNKNOWN = None
LONG_AGO = date(2020, 1, 1)


def measures(
    definitions: Mapping[str, Written], *accounts: Account, catalog: Catalog = CATALOG, **more: Any
) -> Measures:
    """`more`: what `make_snapshot` takes."""
    parsed = Definitions.model_validate(definitions).root
    windowed = [name for name in parsed if over_of(name, parsed)]
    needs = joined(
        *(of_measure(name, parsed, catalog) for name in parsed),
        *(of_usual(name, parsed, catalog) for name in windowed),
    )
    return Measures(make_snapshot(*accounts, needs=needs, catalog=catalog, **more), parsed, catalog)


def known(value: Any) -> Any:
    """NaN as None."""
    return None if value is None or value != value else value


def value(definition: Written, *records: Any, **more: Any) -> Any:
    """The measure of one account that has been there for long."""
    return known(measures({"m": definition}, make_account(*records, since=LONG_AGO), **more).value("m")[0])
