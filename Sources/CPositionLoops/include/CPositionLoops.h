// The two inner loops of position columns, each compiled for what the processor at hand can do.
//
// In C because Swift has no way to compile one function for several processors and choose between
// them when the program runs. All forms give the same bits: no multiplication is fused with an
// addition, and each position is worked out by itself.
#ifndef CPOSITIONLOOPS_H
#define CPOSITIONLOOPS_H

#include <stddef.h>
#include <stdint.h>

// Quadratics of one span in micrometres of official distance from its start. One cache line.
typedef struct {
  // Micrometres from the start of the lap where it begins, and where the next one does.
  int64_t start;
  int64_t end;
  double latitude0;
  double latitude1;
  // NaN marks a span that only the exact geodesic answers.
  double latitude2;
  double longitude0;
  double longitude1;
  double longitude2;
} PositionSpan;

// What the loops are compiled for.
typedef enum {
  // Every processor of the architecture.
  PositionLoopsPlain = 0,
  // Processors of the x86 family with AVX2, which take four positions at once.
  PositionLoopsAVX2 = 1,
} PositionLoops;

// The best that this processor can do.
PositionLoops position_loops_best(void);

// Fills latitudes and longitudes at distances in any order. Those outside `start` to `end` are answered
// as the nearer of the two. `buckets[d >> shift]` is the span that holds `d`, or the one before it.
//
// - Complexity: O(count).
void position_loops_fill(
    PositionLoops loops, const PositionSpan *spans, const uint32_t *buckets, int64_t shift,
    int64_t start, int64_t end, const int64_t *distances, size_t count, double *latitudes,
    double *longitudes);

// Fills latitudes and longitudes at distances that lie in one span, less than 2^52 micrometres after
// `origin`, where the span starts. Longitudes are not brought into -180 to 180.
//
// - Complexity: O(count).
void position_loops_run(
    PositionLoops loops, const PositionSpan *span, int64_t origin, const int64_t *distances,
    size_t count, double *latitudes, double *longitudes);

#endif
