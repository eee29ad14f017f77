"""A Parquet file in; its records piece by piece, out."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from engine.sources.lines import FileUnreadable
from engine.sources.table import Meant, Table, cut

WITHOUT_TEXT = (pl.Duration, pl.Object)


def parquet_tables(path: Path, piece: int, meant: Meant) -> Iterator[Table]:
    """Raises FileUnreadable where there is no record, and for a column that is meant and holds no plain values."""
    try:
        file = pl.scan_parquet(path)
        rows = max(1, piece // max(1, len(file.collect_schema())))
        first = 1
        for frame in file.collect_batches(chunk_size=rows, maintain_order=True):
            if frame.height:
                columns = {
                    name.strip(): cut(_as_text(path.name, cells))
                    for name, cells in frame.to_dict().items()
                    if meant(name.strip()) or not (_is_nested(cells.dtype) or cells.dtype in WITHOUT_TEXT)
                }
                yield Table(path.name, columns, np.arange(first, first + frame.height, dtype=np.int64))
            first += frame.height
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileUnreadable(
            f"{path.name} can't be read as Parquet ({str(error).splitlines()[0].rstrip('.')}). Write it again."
        ) from None
    if first == 1:
        raise FileUnreadable(f"{path.name} has no records. Export it again.")


def _is_nested(kind: pl.DataType) -> bool:
    return kind.is_nested() or kind == pl.Binary


def _as_text(file: str, cells: pl.Series) -> pl.Series:
    kind = cells.dtype
    if kind == pl.String:
        return cells
    if isinstance(kind, pl.Datetime):
        suffix = "Z" if kind.time_zone else ""
        zoned = cells.dt.convert_time_zone("UTC") if kind.time_zone else cells
        return zoned.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f") + suffix
    if _is_nested(kind):
        raise FileUnreadable(f"{file}: column {cells.name!r} holds lists or bytes. Write one plain value a cell.")
    if kind in WITHOUT_TEXT:
        said = f"{file}: column {cells.name!r} holds values of the type {kind}, which have no one text."
        raise FileUnreadable(f"{said} Write numbers or texts.")
    text = cells.cast(pl.String)
    # Who writes whole numbers with blanks among them by pandas gets floats: `7.0` is the id 7.
    return text.str.strip_suffix(".0") if kind.is_float() else text
