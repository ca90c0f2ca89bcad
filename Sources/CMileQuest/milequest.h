// libmilequest: where a distance along a route leads, for columns of distances.
//
// A route is opened from the bytes of a file and named by a number, its handle. Every function that can
// fail answers MQ_OK (0) or the reason as an MQ_… code, and writes its results only where it answers MQ_OK,
// except as said of MQ_SPACE. mq_error_message() then tells what was wrong, where, and what to do.
//
// - Threads: every function may be called from any number of threads at once, for the same route too. A
//   route that is closed while others use it goes when the last of them is done.
// - Pointers: results that are not wanted may be NULL. Columns belong to the caller, are aligned as their
//   type asks, hold `count` items, and must not overlap the columns that are read. A count of 0 reads and
//   writes nothing.
// - Distances are whole micrometres (int64_t), official ones: bent by an official length or by markers
//   where there are any. Coordinates are degrees on WGS84. NaN stands for an unknown number.
// - Text is UTF-8. Text that is answered goes into the caller's `buffer` of `capacity` bytes with a zero
//   after it, and `length` tells its bytes without the zero. Where it does not fit, the function answers
//   MQ_SPACE, `length` is set all the same, and `buffer` is untouched; so NULL and 0 ask for the length.
#ifndef MILEQUEST_H
#define MILEQUEST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version of this interface. A library answers the same from mq_version(), or a greater number where
// all of this still holds.
#define MQ_VERSION 1

enum {
  MQ_OK = 0,
  // A pointer is NULL, badly aligned or a number out of range.
  MQ_ARGUMENT = 1,
  // No open route has this handle.
  MQ_HANDLE = 2,
  // The options are wrong, or wrong for this file.
  MQ_OPTION = 3,
  // The file cannot be read as a route.
  MQ_FILE = 4,
  // The route cannot be measured: a join is undecided, it has no length, its calibration does not fit.
  MQ_ROUTE = 5,
  // The text is longer than the buffer.
  MQ_SPACE = 6,
  // A text is not a distance.
  MQ_TEXT = 7,
  // A result is beyond what a distance holds, ±9.2 billion km.
  MQ_OVERFLOW = 8,
};

// MQ_VERSION of the library.
int32_t mq_version(void);

// MARK: Errors, of the last function that failed on this thread

// A sentence for people, a line for each error of a file: "trail.gpx:12:7: … [latitude-range]". Valid until
// the next function fails on this thread; empty where none has.
const char *mq_error_message(void);

// A stable name for the kind of fault, such as "join-unresolved", "distance-unit", "option"; valid as the
// message is.
const char *mq_error_name(void);

// Line and column in the file, from 1; 0 where there is none.
void mq_error_place(int64_t *line, int64_t *column);

// MARK: Routes

// Opens a route from the bytes of a file: GPX, GeoJSON, KML, TCX, FIT, encoded polyline, also packed.
//
// - file_name: may be NULL. It is not read; its ending helps where the bytes do not tell the format, and
//   messages begin with it.
// - options: each "name=value", named as on the command line: from=FORMAT, track=NAME|NUMBER (may be
//   repeated), joins=POLICY, joins-below=DISTANCE=POLICY, joins-above=DISTANCE=POLICY, join=N=POLICY (these
//   three may be repeated), official-length=DISTANCE, calibrate=markers, calibrate-every=N, laps=N,
//   there-and-back=true|false, lap-join=POLICY. POLICY is walk, ferry or counted.
// - route: the handle, never 0 and never one that was given before.
//
// O(bytes + vertices), and 64 bytes a stretch of 250 m for the table of positions.
int32_t mq_route_open(
    const uint8_t *bytes, size_t size, const char *file_name, const char *const *options,
    size_t option_count, uint64_t *route);

// Closes a route; its handle means nothing from then on.
int32_t mq_route_close(uint64_t route);

// Official distances in micrometres: of the start (0 unless it is marked otherwise), of the end of the
// course, its length, that of a lap and of a pass; and the geometric length of a pass in metres.
int32_t mq_route_measure(
    uint64_t route, int64_t *start, int64_t *end, int64_t *length, int64_t *lap_length,
    int64_t *pass_length, double *geometric_metres);

// How many there are of each.
int32_t mq_route_counts(
    uint64_t route, size_t *parts, size_t *vertices, size_t *waypoints, size_t *laps,
    size_t *warnings);

// The name of the route; empty where it has none.
int32_t mq_route_name(uint64_t route, char *buffer, size_t capacity, size_t *length);

// What was noticed while the route was opened, counted from 0.
int32_t mq_route_warning(
    uint64_t route, size_t index, char *buffer, size_t capacity, size_t *length);

// The index of the first vertex of each part; `count` is that of the parts.
int32_t mq_route_part_starts(uint64_t route, uint64_t *starts, size_t count);

// The vertices of all parts; `count` is that of the vertices. Elevations in metres, NaN where unknown.
int32_t mq_route_vertices(
    uint64_t route, double *longitudes, double *latitudes, double *elevations, size_t count);

// The waypoints in the order of the file; `count` is that of the waypoints. Distances along the first pass
// in micrometres, offsets from the line in metres, and the waypoints' own coordinates.
int32_t mq_route_waypoints(
    uint64_t route, int64_t *distances, double *offsets, double *longitudes, double *latitudes,
    double *elevations, size_t count);

enum { MQ_WAYPOINT_NAME = 0, MQ_WAYPOINT_STORY = 1, MQ_WAYPOINT_TYPE = 2 };

// A text of a waypoint, counted from 0; empty where it has none.
int32_t mq_route_waypoint_text(
    uint64_t route, size_t index, int32_t kind, char *buffer, size_t capacity, size_t *length);

// The route as a GeoJSON file, with so many decimals of a degree, 0 to 15.
int32_t mq_route_geojson(
    uint64_t route, int32_t digits, char *buffer, size_t capacity, size_t *length);

// MARK: Positions

// All about one position as JSON: what `milequest position --format json` tells of it, to the byte.
int32_t mq_position_json(
    uint64_t route, int64_t distance, char *buffer, size_t capacity, size_t *length);

// The positions at distances in micrometres. Before the start is the start, beyond the end the end.
//
// - bearings: degrees in [0, 360), NaN where the route has no extent.
// - legs: the leg of the lap, from 1.
// - finished: 1 where the distance is at or beyond the end.
//
// O(1) expected a distance, about 3 ns; nothing is allocated where longitudes and latitudes are both wanted.
// Within 50 nm of mq_position_json, and to the bit what `milequest progress` writes for teams that are no
// fewer than the vertices of the route.
int32_t mq_positions(
    uint64_t route, const int64_t *distances, size_t count, double *longitudes, double *latitudes,
    double *bearings, uint32_t *legs, uint8_t *finished);

// The same at distances in metres, each rounded to a micrometre, half to even. NaN leads to NaN, leg 0, not
// finished; infinity to the end, and -infinity to the start.
int32_t mq_positions_metres(
    uint64_t route, const double *distances, size_t count, double *longitudes, double *latitudes,
    double *bearings, uint32_t *legs, uint8_t *finished);

// The place of the route that is nearest to each coordinate.
//
// - tolerance: metres that a place may be further away than the nearest and still count as a pass; not
//   negative. 25 is usual.
// - near: NULL, or for each coordinate the distance in micrometres whose pass is meant where the route comes
//   by more than once. Without it the nearest place of the first lap is answered.
// - offsets: metres from the coordinate to the place.
// - place_longitudes, place_latitudes: the place on the line.
// - cut_short: 1 where the line is near itself so often that the search ended early; only without `near`.
//
// A coordinate that is none (NaN, a latitude beyond ±90) has the distance INT64_MIN and the offset NaN.
// O(vertices) for the first call of a route, then O(log vertices) expected a coordinate.
int32_t mq_nearest(
    uint64_t route, const double *longitudes, const double *latitudes, const int64_t *near,
    size_t count, double tolerance, int64_t *distances, double *offsets, double *place_longitudes,
    double *place_latitudes, uint8_t *cut_short);

// MARK: Distances

// Reads text such as "3.1 mi", "12km" or "800 m", rounded half to even to a micrometre, once and exactly.
//
// - default_unit: the unit of a bare number (mi, km, m, ft, yd); NULL demands that the text names one.
int32_t mq_distance_parse(
    const char *text, size_t size, const char *default_unit, int64_t *distance);

// A distance as text in a unit, with so many decimals (0 to 12), or exactly where `decimals` is negative.
int32_t mq_distance_text(
    int64_t distance, const char *unit, int32_t decimals, char *buffer, size_t capacity,
    size_t *length);

// The exact sum, the same in any order; MQ_OVERFLOW if it is more than a distance can hold.
int32_t mq_distance_sum(const int64_t *distances, size_t count, int64_t *sum);

// Metres to micrometres, rounded half to even; INT64_MIN marks a value that is not a distance (NaN, infinity,
// beyond ±9.2 billion km).
int32_t mq_distances_of_metres(const double *metres, size_t count, int64_t *distances);

// What must be walked to reach places of a route on a quest of its own length, in micrometres:
// ceil(place · quest_length / route_length), exactly; 0 before the start, the quest's length beyond the end.
int32_t mq_thresholds(
    int64_t quest_length, int64_t route_length, const int64_t *places, size_t count,
    int64_t *thresholds);

// What must be walked to reach a percentage, 0 to 100, of a quest: ceil(quest_length · percent / 100).
int32_t mq_threshold_percent(int64_t quest_length, int32_t percent, int64_t *threshold);

#ifdef __cplusplus
}
#endif

#endif
