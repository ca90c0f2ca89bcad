"""Positions for the columns of pandas, Polars and DuckDB. Each is imported where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence

import numpy as np

from ._route import Route

if TYPE_CHECKING:
    import duckdb as _duckdb
    import pandas as _pandas

COLUMNS = ("longitude", "latitude", "bearing", "leg", "finished")


def pandas(route: Route, table: "_pandas.DataFrame", metres: str, *, prefix: str = "",
           columns: Sequence[str] = COLUMNS) -> "_pandas.DataFrame":
    """The table with the positions at a column of official metres, whatever its index. NaN leads to NaN."""
    found = route.positions(table[metres].to_numpy(dtype=np.float64, na_value=np.nan), columns=columns)
    return table.assign(**{prefix + name: getattr(found, name) for name in columns})


def polars(route: Route, table: Any, metres: str, *, prefix: str = "", columns: Sequence[str] = COLUMNS) -> Any:
    """The frame, or lazy frame, with the positions at a column of official metres, worked out batch by batch.

    A null leads to NaN.
    """
    import polars as pl

    kinds = {"longitude": pl.Float64, "latitude": pl.Float64, "bearing": pl.Float64, "leg": pl.UInt32,
             "finished": pl.Boolean}

    def fill(series: Any) -> Any:
        column = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
        found = route.positions(column, columns=columns)
        return pl.DataFrame({prefix + name: getattr(found, name) for name in columns}).to_struct(series.name)

    kind = pl.Struct({prefix + name: kinds[name] for name in columns})
    place = pl.col(metres).map_batches(fill, return_dtype=kind, is_elementwise=True).alias("milequest_positions")
    return table.with_columns(place).unnest("milequest_positions")


def duckdb(route: Route, connection: "_duckdb.DuckDBPyConnection", name: str) -> None:
    """Makes functions of SQL that take official metres (DOUBLE): ``NAME_longitude``, ``NAME_latitude``,
    ``NAME_bearing``, ``NAME_leg``, ``NAME_finished``. They work on Arrow columns; NULL leads to NULL.
    """
    import pyarrow as pa

    kinds = {"longitude": "DOUBLE", "latitude": "DOUBLE", "bearing": "DOUBLE", "leg": "UINTEGER",
             "finished": "BOOLEAN"}

    def function(column: str) -> Any:
        def fill(metres: Any) -> Any:
            values = metres.combine_chunks() if isinstance(metres, pa.ChunkedArray) else metres
            numbers = values.to_numpy(zero_copy_only=False)
            found = getattr(route.positions(numbers, columns=[column]), column)
            return pa.array(found, mask=np.asarray(values.is_null()))

        return fill

    for column, kind in kinds.items():
        connection.create_function(f"{name}_{column}", function(column), ["DOUBLE"], kind, type="arrow")
