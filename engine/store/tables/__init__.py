"""The tables. They never leave `engine/store/`.

Moments are microseconds since the epoch (exact, and an order of magnitude faster to read in bulk than datetimes); days
are numbers since 1970-01-01 in the account's own zone. `account_seq` is an account's consecutive number; 256 of them
make a block.
"""

from engine.store.tables import accounts, holds, housekeeping, imports, looks, records, runs, series

__all__ = ["accounts", "holds", "housekeeping", "imports", "looks", "records", "runs", "series"]
"""All of them: whoever imports one table has the whole of them in the metadata."""
