"""Totals and planar positions of all teams, as a DuckDB user would ask for them."""

import sys

import duckdb

walks, vertices, output = sys.argv[1:]
duckdb.sql(f"""
COPY (
  WITH vertices AS (
    SELECT measure, longitude, latitude,
      lead(measure) OVER w AS next_measure, lead(longitude) OVER w AS next_longitude,
      lead(latitude) OVER w AS next_latitude
    FROM read_parquet('{vertices}') WINDOW w AS (ORDER BY measure)
  ), totals AS (
    SELECT team_id, count(*) AS activities, sum(distance_meters) AS distance_meters
    FROM read_csv('{walks}', header = true, columns = {{
      'team_id': 'BIGINT', 'distance_meters': 'DECIMAL(18, 2)'}})
    GROUP BY team_id
  )
  SELECT team_id, activities, distance_meters,
    longitude + (least(distance_meters, (SELECT max(measure) FROM vertices)) - measure)
      / (next_measure - measure) * (next_longitude - longitude) AS longitude,
    latitude + (least(distance_meters, (SELECT max(measure) FROM vertices)) - measure)
      / (next_measure - measure) * (next_latitude - latitude) AS latitude
  FROM totals ASOF JOIN (SELECT * FROM vertices WHERE next_measure IS NOT NULL) v
    ON totals.distance_meters >= v.measure
  ORDER BY team_id
) TO '{output}' (HEADER)
""")
