"""Totals and planar positions of all teams, as a Polars user would ask for them."""

import sys

import polars as pl

walks, vertices, output = sys.argv[1:]
line = (
    pl.scan_parquet(vertices)
    .with_columns(
        next_measure=pl.col("measure").shift(-1),
        next_longitude=pl.col("longitude").shift(-1),
        next_latitude=pl.col("latitude").shift(-1),
    )
    .drop_nulls()
    .set_sorted("measure")
)
length = pl.scan_parquet(vertices).select(pl.col("measure").max()).collect().item()
(
    pl.scan_csv(walks, schema={"team_id": pl.Int64, "distance_meters": pl.Float64})
    .group_by("team_id")
    .agg(activities=pl.len(), distance_meters=pl.col("distance_meters").sum())
    .with_columns(place=pl.min_horizontal("distance_meters", pl.lit(length)))
    .sort("place")
    .join_asof(line, left_on="place", right_on="measure")
    .with_columns(
        share=(pl.col("place") - pl.col("measure")) / (pl.col("next_measure") - pl.col("measure"))
    )
    .select(
        "team_id",
        "activities",
        "distance_meters",
        longitude=pl.col("longitude")
        + pl.col("share") * (pl.col("next_longitude") - pl.col("longitude")),
        latitude=pl.col("latitude")
        + pl.col("share") * (pl.col("next_latitude") - pl.col("latitude")),
    )
    .sort("team_id")
    .collect(engine="streaming")
    .write_csv(output)
)
