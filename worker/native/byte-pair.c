#include "byte-pair.h"

#include "lanes.h"

enum { most_places = 24, none = -1 };

struct pair_lanes {
  byte_lanes first;
  byte_lanes second;
  size_t distance;
};

static inline WITH_LANES struct pair_lanes lanes_of_pair(const struct byte_pair *pair,
                                                         const struct searched_texts *searched) {
  const uint8_t *bytes = searched->texts[0].bytes + pair->place;
  struct pair_lanes filled = {lanes_filled(bytes[0]), lanes_filled(bytes[pair->distance]), pair->distance};
  return filled;
}

static inline WITH_LANES uint64_t stops_at(const struct pair_lanes *pair, const uint8_t *bytes) {
  byte_lanes first = lanes_equal(lanes_of(bytes), pair->first);
  return lanes_set(lanes_and(first, lanes_equal(lanes_of(bytes + pair->distance), pair->second)));
}

static WITH_LANES size_t count_stops(const struct byte_pair *chosen, const struct searched_texts *searched,
                                     const uint8_t *sample, size_t length) {
  struct pair_lanes pair = lanes_of_pair(chosen, searched);
  size_t stops = 0;
  for (size_t at = 0; at + pair.distance + lanes <= length; at += lanes)
    stops += (size_t)__builtin_popcountll(stops_at(&pair, sample + at));
  return stops;
}

void byte_pair_choose(struct byte_pair *pair, const struct searched_texts *searched, const uint8_t *sample,
                      size_t length) {
  size_t end = searched->shortest, least = (size_t)-1;
  for (size_t first = end > most_places ? end - most_places : 0; first < end; first++) {
    for (size_t second = first + 1; second < end; second++) {
      struct byte_pair weighed = {first, second - first};
      size_t stops = count_stops(&weighed, searched, sample, length);
      if (stops < least) least = stops, *pair = weighed;
    }
  }
}

WITH_LANES int64_t byte_pair_find(const struct byte_pair *chosen, const struct searched_texts *searched,
                                  const uint8_t *block, size_t length, size_t from) {
  struct pair_lanes pair = lanes_of_pair(chosen, searched);
  size_t place = chosen->place, position = from + place;
  for (; position + pair.distance + lanes <= length; position += lanes) {
    for (uint64_t stops = stops_at(&pair, block + position); stops != 0; stops &= stops - 1) {
      size_t start = position + (size_t)__builtin_ctzll(stops) / lane_bits - place;
      if (is_only_text(searched, block, length, start)) return (int64_t)start;
    }
  }
  for (; position < length; position++)
    if (is_only_text(searched, block, length, position - place)) return (int64_t)(position - place);
  return none;
}
