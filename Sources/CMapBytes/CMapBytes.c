#include "CMapBytes.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char bytes[] = {
#embed "map.bin"
};

const unsigned char *milequest_map_bytes(size_t *count) {
  *count = sizeof bytes;
  return bytes;
}
