#include "fingerprints.h"

#include <stdlib.h>
#include <string.h>

#include "lanes.h"

enum { groups = 8, most_places = 24, least_fingerprint_bytes = 2, none = -1 };
/* The cost of a stop, in look-ups of a byte in all lanes (measured: 20 ns and 0.8 ns). */
enum { cost_of_stop = 25 };

static int compare_fingerprints(const void *one, const void *other) {
  return memcmp(one, other, most_fingerprint_bytes);
}

/*
 * Texts with neighbouring fingerprints share a group, so that the tables stay sparse. Returns 0 without memory, and then
 * leaves the fingerprints unchanged.
 */
static int set_fingerprints(struct fingerprints *fingerprints, const struct searched_texts *searched, size_t place,
                            size_t width) {
  uint8_t (*sorted)[most_fingerprint_bytes] = calloc(searched->count, sizeof *sorted);
  if (!sorted) return 0;
  memset(fingerprints, 0, sizeof *fingerprints);
  fingerprints->place = place;
  fingerprints->width = width;
  for (size_t at = 0; at < searched->count; at++) memcpy(sorted[at], searched->texts[at].bytes + place, width);
  qsort(sorted, searched->count, sizeof *sorted, compare_fingerprints);
  for (size_t at = 0; at < searched->count; at++) {
    uint8_t group = (uint8_t)(1u << (at * groups / searched->count));
    for (size_t k = 0; k < width; k++) {
      uint8_t byte = sorted[at][k];
      uint8_t other = searched->ignore_case && byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 0x20) : byte;
      fingerprints->low[k][byte & 15] |= group;
      fingerprints->high[k][byte >> 4] |= group;
      fingerprints->high[k][other >> 4] |= group;
    }
  }
  free(sorted);
  return 1;
}

static size_t most_width(const struct searched_texts *searched) {
  return searched->shortest < most_fingerprint_bytes ? searched->shortest : most_fingerprint_bytes;
}

int fingerprints_begin(struct fingerprints *fingerprints, const struct searched_texts *searched) {
  size_t width = most_width(searched);
  return set_fingerprints(fingerprints, searched, searched->shortest - width, width);
}

struct tables {
  byte_lanes low[most_fingerprint_bytes];
  byte_lanes high[most_fingerprint_bytes];
};

static inline WITH_LANES struct tables tables_of(const struct fingerprints *fingerprints) {
  struct tables tables;
  for (int k = 0; k < most_fingerprint_bytes; k++) {
    tables.low[k] = lanes_of_table(fingerprints->low[k]);
    tables.high[k] = lanes_of_table(fingerprints->high[k]);
  }
  return tables;
}

/* The positions where a fingerprint may begin, as bits of lanes_set. */
static inline WITH_LANES uint64_t stops_at(const struct tables *tables, const uint8_t *bytes, size_t width) {
  byte_lanes found = look_up(lanes_of(bytes), tables->low[0], tables->high[0]);
  found = lanes_and(found, look_up(lanes_of(bytes + 1), tables->low[1], tables->high[1]));
  if (width > 2) found = lanes_and(found, look_up(lanes_of(bytes + 2), tables->low[2], tables->high[2]));
  return lanes_set(found);
}

static WITH_LANES size_t count_stops(const struct fingerprints *fingerprints, const uint8_t *sample, size_t length) {
  struct tables tables = tables_of(fingerprints);
  size_t stops = 0;
  for (size_t at = 0; at + lanes + most_fingerprint_bytes - 1 <= length; at += lanes)
    stops += (size_t)__builtin_popcountll(stops_at(&tables, sample + at, fingerprints->width));
  return stops;
}

void fingerprints_choose(struct fingerprints *fingerprints, const struct searched_texts *searched,
                         const uint8_t *sample, size_t length) {
  struct fingerprints best = *fingerprints;
  size_t least = (size_t)-1;
  for (size_t width = least_fingerprint_bytes; width <= most_width(searched); width++) {
    size_t last = searched->shortest - width;
    for (size_t place = last + 1 > most_places ? last + 1 - most_places : 0; place <= last; place++) {
      size_t cost = length / lanes * width;
      if (!set_fingerprints(fingerprints, searched, place, width)) break;
      cost += cost_of_stop * count_stops(fingerprints, sample, length);
      if (cost < least) least = cost, best = *fingerprints;
    }
  }
  *fingerprints = best;
}

/* Compiled for each width, so that the loop has no unneeded look-up. */
static inline __attribute__((always_inline)) WITH_LANES int64_t find_by(const struct fingerprints *fingerprints,
                                                                        const struct searched_texts *searched,
                                                                        const uint8_t *block, size_t length,
                                                                        size_t from, size_t width) {
  struct tables tables = tables_of(fingerprints);
  size_t place = fingerprints->place, position = from + place;
  for (; position + lanes + width - 1 <= length; position += lanes) {
    for (uint64_t stops = stops_at(&tables, block + position, width); stops != 0; stops &= stops - 1) {
      size_t start = position + (size_t)__builtin_ctzll(stops) / lane_bits - place;
      if (is_hit(searched, block, length, start)) return (int64_t)start;
    }
  }
  for (; position < length; position++)
    if (is_hit(searched, block, length, position - place)) return (int64_t)(position - place);
  return none;
}

WITH_LANES int64_t fingerprints_find(const struct fingerprints *fingerprints, const struct searched_texts *searched,
                                     const uint8_t *block, size_t length, size_t from) {
  return fingerprints->width > 2 ? find_by(fingerprints, searched, block, length, from, 3)
                                 : find_by(fingerprints, searched, block, length, from, 2);
}
