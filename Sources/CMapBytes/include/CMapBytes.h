#pragma once
#include <stddef.h>

/// The bytes that `routes/tools/make_map.py` writes, which says what they are.
const unsigned char *milequest_map_bytes(size_t *count);
