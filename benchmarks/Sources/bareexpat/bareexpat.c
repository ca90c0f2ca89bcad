#include "bareexpat.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  XML_Parser parser;
  double *values;
  long *places;
  long count, capacity;
  int in_elevation;
  char text[64];
  int length;
} State;

static void start(void *data, const char *name, const char **attributes) {
  State *state = data;
  if (strcmp(name, "trkpt") == 0) {
    if (state->count == state->capacity) {
      state->capacity = state->capacity ? state->capacity * 2 : 1024;
      state->values = realloc(state->values, state->capacity * 3 * sizeof(double));
      state->places = realloc(state->places, state->capacity * sizeof(long));
    }
    double latitude = 0, longitude = 0;
    for (int i = 0; attributes[i]; i += 2) {
      if (strcmp(attributes[i], "lat") == 0) latitude = strtod(attributes[i + 1], NULL);
      else if (strcmp(attributes[i], "lon") == 0) longitude = strtod(attributes[i + 1], NULL);
    }
    state->values[3 * state->count] = latitude;
    state->values[3 * state->count + 1] = longitude;
    state->values[3 * state->count + 2] = 0;
    state->places[state->count] = XML_GetCurrentByteIndex(state->parser);
    state->count++;
  } else if (strcmp(name, "ele") == 0) {
    state->in_elevation = 1;
    state->length = 0;
  }
}

static void end(void *data, const char *name) {
  State *state = data;
  if (state->in_elevation && strcmp(name, "ele") == 0) {
    state->in_elevation = 0;
    state->text[state->length] = 0;
    if (state->count) state->values[3 * state->count - 1] = strtod(state->text, NULL);
  }
}

static void text(void *data, const char *bytes, int count) {
  State *state = data;
  if (!state->in_elevation || state->length + count >= (int)sizeof state->text) return;
  memcpy(state->text + state->length, bytes, count);
  state->length += count;
}

long bare_expat_points(const char *bytes, size_t count) {
  State state = {0};
  state.parser = XML_ParserCreate(NULL);
  XML_SetUserData(state.parser, &state);
  XML_SetElementHandler(state.parser, start, end);
  XML_SetCharacterDataHandler(state.parser, text);
  int ok = XML_Parse(state.parser, bytes, (int)count, 1) == XML_STATUS_OK;
  XML_ParserFree(state.parser);
  free(state.values);
  free(state.places);
  return ok ? state.count : -1;
}
