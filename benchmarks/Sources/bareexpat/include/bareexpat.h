#include <stddef.h>

/// Parses GPX, collecting latitude, longitude and byte of every track point and its elevation.
/// Returns the number of points, or -1.
long bare_expat_points(const char *bytes, size_t count);
