#include "CPositionLoops.h"

// All forms of the loops must give the same bits.
#pragma STDC FP_CONTRACT OFF

#define INLINED static inline __attribute__((always_inline))

// So many spans fit into the first cache together.
enum { lookahead = 256 };

INLINED int64_t done(int64_t distance, int64_t start, int64_t end) {
  int64_t inside = distance < start ? start : distance;
  return (inside > end ? end : inside) - start;
}

INLINED double normalized(double longitude) {
  double west = longitude > 180 ? longitude - 360 : longitude;
  return west < -180 ? west + 360 : west;
}

// Finding the spans of some distances before evaluating any keeps more loads from memory under way at
// once.
INLINED void fill(
    const PositionSpan *spans, const uint32_t *buckets, int64_t shift, int64_t start, int64_t end,
    const int64_t *distances, size_t count, double *restrict latitudes,
    double *restrict longitudes) {
  uint32_t found[lookahead];
  for (size_t first = 0; first < count; first += lookahead) {
    size_t here = count - first < lookahead ? count - first : lookahead;
    const int64_t *block = distances + first;
    for (size_t i = 0; i < here; i++) {
      int64_t distance = done(block[i], start, end);
      uint32_t guess = buckets[distance >> shift];
      // The sign of a difference instead of a comparison: a branch would be guessed wrong a quarter of
      // the time.
      found[i] = guess + 1 + (uint32_t)((distance - spans[guess].end) >> 63);
    }
    for (size_t i = 0; i < here; i++) {
      const PositionSpan *span = spans + found[i];
      double along = (double)(done(block[i], start, end) - span->start);
      latitudes[first + i] =
          span->latitude0 + along * (span->latitude1 + along * span->latitude2);
      longitudes[first + i] = normalized(
          span->longitude0 + along * (span->longitude1 + along * span->longitude2));
    }
  }
}

INLINED void run(
    const PositionSpan *span, int64_t origin, const int64_t *distances, size_t count,
    double *restrict latitudes, double *restrict longitudes) {
  // By value: the compiler cannot know that the columns do not overlap the span.
  const PositionSpan s = *span;
  for (size_t i = 0; i < count; i++) {
    // A whole number below 2^52 set into the fraction of 2^52 is that number plus 2^52; vectors have no
    // other way to make a double of it.
    union { uint64_t bits; double value; } shifted = {
        UINT64_C(0x4330000000000000) | ((uint64_t)distances[i] - (uint64_t)origin)};
    double along = shifted.value - 0x1p52;
    latitudes[i] = s.latitude0 + along * (s.latitude1 + along * s.latitude2);
    longitudes[i] = s.longitude0 + along * (s.longitude1 + along * s.longitude2);
  }
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

AVX2 static void fill_avx2(
    const PositionSpan *spans, const uint32_t *buckets, int64_t shift, int64_t start, int64_t end,
    const int64_t *distances, size_t count, double *latitudes, double *longitudes) {
  fill(spans, buckets, shift, start, end, distances, count, latitudes, longitudes);
}

AVX2 static void run_avx2(
    const PositionSpan *span, int64_t origin, const int64_t *distances, size_t count,
    double *latitudes, double *longitudes) {
  run(span, origin, distances, count, latitudes, longitudes);
}
#endif

PositionLoops position_loops_best(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return PositionLoopsAVX2;
#endif
  return PositionLoopsPlain;
}

void position_loops_fill(
    PositionLoops loops, const PositionSpan *spans, const uint32_t *buckets, int64_t shift,
    int64_t start, int64_t end, const int64_t *distances, size_t count, double *latitudes,
    double *longitudes) {
#if defined(__x86_64__)
  if (loops == PositionLoopsAVX2) {
    fill_avx2(spans, buckets, shift, start, end, distances, count, latitudes, longitudes);
    return;
  }
#endif
  fill(spans, buckets, shift, start, end, distances, count, latitudes, longitudes);
}

void position_loops_run(
    PositionLoops loops, const PositionSpan *span, int64_t origin, const int64_t *distances,
    size_t count, double *latitudes, double *longitudes) {
#if defined(__x86_64__)
  if (loops == PositionLoopsAVX2) {
    run_avx2(span, origin, distances, count, latitudes, longitudes);
    return;
  }
#endif
  run(span, origin, distances, count, latitudes, longitudes);
}
