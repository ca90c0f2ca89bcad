"""PostGIS on the same line, on a server of its own that is gone afterwards."""

import numpy as np

import cluster


def positions_per_second(longitudes, latitudes):
    """ST_LineInterpolatePoint calls a second, or None where there is no PostGIS."""
    try:
        cluster.binaries()
    except cluster.Wrong as wrong:
        print(f"    {wrong}: left out")
        return None
    text = ",".join(f"{x} {y}" for x, y in zip(longitudes.tolist(), latitudes.tolist()))
    count = 2000
    with cluster.running("postgis", "-c fsync=off -c jit=off") as server:
        server.sql("CREATE EXTENSION postgis; CREATE TABLE line (geom geometry);"
                   f"INSERT INTO line VALUES (ST_GeomFromText('LINESTRING({text})', 4326));")
        sql = ("EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON) SELECT "
               "max(ST_X(ST_LineInterpolatePoint(geom, (i * 0.6180339887) % 1))) "
               f"FROM line, generate_series(1, {count}) i;")
        times = []
        for _ in range(3):
            plan = server.sql(sql)
            times.append(float(plan.split("Execution Time:")[1].split()[0]) / 1e3)
    return count / float(np.median(times))
