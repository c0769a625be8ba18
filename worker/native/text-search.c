#include "text-search.h"

#include <stdlib.h>
#include <string.h>

#include "lanes.h"

enum { fingerprint_bytes = 3, groups = 8, table_bytes = 16, none = -1 };
enum { least_sample = 4 * 1024, greatest_sample = 16 * 1024, most_places = 24 };
/* Texts are hashed by their beginning: the long ones, which are the rule, by more of it than a short one has. */
enum { short_texts, long_texts, classes, long_bytes = 8 };

struct text {
  const uint8_t *bytes;
  size_t length;
  /* The next text of the same class and hash, or none. */
  int next;
};

struct text_class {
  /* Bytes of the shortest one; 0 without any. */
  size_t hashed;
  unsigned hash_shift;
  int *first_of_hash;
};

struct text_search {
  uint8_t low[fingerprint_bytes][table_bytes];
  uint8_t high[fingerprint_bytes][table_bytes];
  /* Where in each text its fingerprint lies, and how many bytes it has. */
  size_t place;
  size_t width;
  /* Of one text in its exact case: how far behind that place the second of two rare bytes lies; else 0. */
  size_t distance;
  int is_placed;
  size_t shortest;
  int whole_word;
  uint64_t letter_case;
  uint8_t fold[256];
  struct text_class by_class[classes];
  size_t count;
  struct text *texts;
  uint8_t *bytes;
};

int text_search_is_supported(void) { return lanes_are_supported(); }

static int is_word_byte(uint8_t byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';
}

static uint64_t load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* Of the first and the last bytes of the hashed part. Bytes that differ in the bit of the case may hash alike. */
static size_t hash_of(const struct text_search *search, const struct text_class *class, const uint8_t *start) {
  uint64_t first = 0, last;
  if (class->hashed >= sizeof first) {
    first = load_word(start);
    last = load_word(start + class->hashed - sizeof last);
  } else {
    for (size_t at = 0; at < class->hashed; at++) first = first << 8 | start[at];
    last = first;
  }
  first = (first | search->letter_case) * 0x9e3779b97f4a7c15u;
  last = (last | search->letter_case) * 0xc2b2ae3d27d4eb4fu;
  return (size_t)((first ^ last) * 0x9e3779b97f4a7c15u >> class->hash_shift);
}

static int compare_fingerprints(const void *one, const void *other) {
  return memcmp(one, other, fingerprint_bytes);
}

/*
 * Texts whose fingerprints are neighbours share a group, so that the tables stay sparse. 0 without memory for it; the
 * search is then as it was.
 */
static int place_fingerprints(struct text_search *search, size_t place) {
  uint8_t (*sorted)[fingerprint_bytes] = calloc(search->count, sizeof *sorted);
  if (!sorted) return 0;
  search->place = place;
  memset(search->low, 0, sizeof search->low);
  memset(search->high, 0, sizeof search->high);
  for (size_t at = 0; at < search->count; at++) memcpy(sorted[at], search->texts[at].bytes + place, search->width);
  qsort(sorted, search->count, fingerprint_bytes, compare_fingerprints);
  for (size_t at = 0; at < search->count; at++) {
    uint8_t group = (uint8_t)(1u << (at * groups / search->count));
    for (size_t k = 0; k < search->width; k++) {
      uint8_t byte = sorted[at][k];
      uint8_t other = search->letter_case != 0 && byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 0x20) : byte;
      search->low[k][byte & 15] |= group;
      search->high[k][byte >> 4] |= group;
      search->high[k][other >> 4] |= group;
    }
  }
  for (size_t k = search->width; k < fingerprint_bytes; k++) {
    memset(search->low[k], 0xff, table_bytes);
    memset(search->high[k], 0xff, table_bytes);
  }
  free(sorted);
  return 1;
}

static int fill_class(struct text_search *search, struct text_class *class, int is_long) {
  size_t slots = 64;
  class->hash_shift = 64 - 6;
  while (slots < 8 * search->count) slots *= 2, class->hash_shift--;
  for (size_t at = 0; at < search->count; at++) {
    size_t length = search->texts[at].length;
    if ((length >= long_bytes) == is_long && (class->hashed == 0 || length < class->hashed)) class->hashed = length;
  }
  if (class->hashed == 0) return 1;
  class->first_of_hash = malloc(slots * sizeof *class->first_of_hash);
  if (!class->first_of_hash) return 0;
  for (size_t slot = 0; slot < slots; slot++) class->first_of_hash[slot] = none;
  for (size_t at = 0; at < search->count; at++) {
    struct text *text = &search->texts[at];
    int *slot;
    if ((text->length >= long_bytes) != is_long) continue;
    slot = &class->first_of_hash[hash_of(search, class, text->bytes)];
    text->next = *slot;
    *slot = (int)at;
  }
  return 1;
}

struct text_search *text_search_create(const uint8_t *texts, const uint32_t *lengths, size_t count, int ignore_case,
                                       int whole_word) {
  struct text_search *search = calloc(1, sizeof *search);
  size_t total = 0;
  if (!search) return NULL;
  for (size_t at = 0; at < count; at++) total += lengths[at];
  search->bytes = malloc(total);
  search->texts = calloc(count, sizeof *search->texts);
  if (!search->bytes || !search->texts) goto fail;
  search->count = count;
  search->whole_word = whole_word;
  search->letter_case = ignore_case ? 0x2020202020202020u : 0;
  for (unsigned byte = 0; byte < 256; byte++)
    search->fold[byte] = (uint8_t)(ignore_case && byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte);
  for (size_t at = 0; at < total; at++) search->bytes[at] = search->fold[texts[at]];
  search->shortest = lengths[0];
  for (size_t at = 0, start = 0; at < count; start += lengths[at++]) {
    search->texts[at].bytes = search->bytes + start;
    search->texts[at].length = lengths[at];
    if (lengths[at] < search->shortest) search->shortest = lengths[at];
  }
  search->width = search->shortest < fingerprint_bytes ? search->shortest : fingerprint_bytes;
  search->is_placed = count > 1 && search->shortest == search->width;
  if (!fill_class(search, &search->by_class[short_texts], 0)) goto fail;
  if (!fill_class(search, &search->by_class[long_texts], 1)) goto fail;
  if (!place_fingerprints(search, search->shortest - search->width)) goto fail;
  return search;
fail:
  text_search_destroy(search);
  return NULL;
}

void text_search_destroy(struct text_search *search) {
  free(search->bytes);
  free(search->texts);
  for (int class = 0; class < classes; class++) free(search->by_class[class].first_of_hash);
  free(search);
}

static int is_text(const struct text_search *search, const struct text *text, const uint8_t *start) {
  for (size_t at = 0; at < text->length; at++)
    if (search->fold[start[at]] != text->bytes[at]) return 0;
  return 1;
}

static int is_whole_word(const uint8_t *block, size_t length, size_t start, size_t end) {
  if (start > 0 && is_word_byte(block[start - 1])) return 0;
  return end == length || !is_word_byte(block[end]);
}

static int is_hit_of(const struct text_search *search, const struct text_class *class, const uint8_t *block,
                     size_t length, size_t start) {
  if (class->hashed == 0 || class->hashed > length - start) return 0;
  for (int at = class->first_of_hash[hash_of(search, class, block + start)]; at != none; at = search->texts[at].next) {
    const struct text *text = &search->texts[at];
    if (text->length > length - start || !is_text(search, text, block + start)) continue;
    if (!search->whole_word || is_whole_word(block, length, start, start + text->length)) return 1;
  }
  return 0;
}

static int is_hit(const struct text_search *search, const uint8_t *block, size_t length, size_t start) {
  return is_hit_of(search, &search->by_class[long_texts], block, length, start) ||
         is_hit_of(search, &search->by_class[short_texts], block, length, start);
}

struct tables {
  byte_lanes low[fingerprint_bytes];
  byte_lanes high[fingerprint_bytes];
};

static inline WITH_LANES struct tables tables_of(const struct text_search *search) {
  struct tables tables;
  for (int k = 0; k < fingerprint_bytes; k++) {
    tables.low[k] = lanes_of_table(search->low[k]);
    tables.high[k] = lanes_of_table(search->high[k]);
  }
  return tables;
}

/* Where a fingerprint may begin: a bit for each position, as lanes_set gives it. */
static inline WITH_LANES uint64_t stops_at(const struct tables *tables, const uint8_t *bytes) {
  byte_lanes found = look_up(lanes_of(bytes), tables->low[0], tables->high[0]);
  found = lanes_and(found, look_up(lanes_of(bytes + 1), tables->low[1], tables->high[1]));
  return lanes_set(lanes_and(found, look_up(lanes_of(bytes + 2), tables->low[2], tables->high[2])));
}

static WITH_LANES int64_t find_from(const struct text_search *search, const uint8_t *block, size_t length,
                                    size_t position) {
  struct tables tables = tables_of(search);
  for (; position + lanes + fingerprint_bytes - 1 <= length; position += lanes) {
    for (uint64_t stops = stops_at(&tables, block + position); stops != 0; stops &= stops - 1) {
      size_t start = position + (size_t)__builtin_ctzll(stops) / lane_bits - search->place;
      if (is_hit(search, block, length, start)) return (int64_t)start;
    }
  }
  for (; position < length; position++)
    if (is_hit(search, block, length, position - search->place)) return (int64_t)(position - search->place);
  return none;
}

/* One text in its exact case: where two of its bytes stand at their distance. That costs half as much. */
struct pair {
  byte_lanes first;
  byte_lanes second;
  size_t distance;
};

static inline WITH_LANES struct pair pair_of(const struct text_search *search) {
  const uint8_t *text = search->texts[0].bytes + search->place;
  struct pair pair = {lanes_filled(text[0]), lanes_filled(text[search->distance]), search->distance};
  return pair;
}

static inline WITH_LANES uint64_t pair_stops_at(const struct pair *pair, const uint8_t *bytes) {
  byte_lanes first = lanes_equal(lanes_of(bytes), pair->first);
  return lanes_set(lanes_and(first, lanes_equal(lanes_of(bytes + pair->distance), pair->second)));
}

static inline int is_only_text(const struct text_search *search, const uint8_t *block, size_t length, size_t start) {
  const struct text *text = &search->texts[0];
  if (text->length > length - start || memcmp(block + start, text->bytes, text->length) != 0) return 0;
  return !search->whole_word || is_whole_word(block, length, start, start + text->length);
}

static WITH_LANES int64_t find_pair_from(const struct text_search *search, const uint8_t *block, size_t length,
                                         size_t position) {
  struct pair pair = pair_of(search);
  for (; position + pair.distance + lanes <= length; position += lanes) {
    for (uint64_t stops = pair_stops_at(&pair, block + position); stops != 0; stops &= stops - 1) {
      size_t start = position + (size_t)__builtin_ctzll(stops) / lane_bits - search->place;
      if (is_only_text(search, block, length, start)) return (int64_t)start;
    }
  }
  for (; position < length; position++)
    if (is_only_text(search, block, length, position - search->place)) return (int64_t)(position - search->place);
  return none;
}

static WITH_LANES size_t count_pair_stops(const struct text_search *search, const uint8_t *sample, size_t length) {
  struct pair pair = pair_of(search);
  size_t stops = 0;
  for (size_t at = 0; at + pair.distance + lanes <= length; at += lanes)
    stops += (size_t)__builtin_popcountll(pair_stops_at(&pair, sample + at));
  return stops;
}

static WITH_LANES size_t count_stops(const struct text_search *search, const uint8_t *sample, size_t length) {
  struct tables tables = tables_of(search);
  size_t stops = 0;
  for (size_t at = 0; at + lanes + fingerprint_bytes - 1 <= length; at += lanes)
    stops += (size_t)__builtin_popcountll(stops_at(&tables, sample + at));
  return stops;
}

static void choose_place(struct text_search *search, const uint8_t *sample, size_t length) {
  size_t last = search->shortest - search->width, best = last, least = (size_t)-1;
  for (size_t place = last + 1 > most_places ? last + 1 - most_places : 0; place <= last; place++) {
    size_t stops;
    if (!place_fingerprints(search, place)) return;
    stops = count_stops(search, sample, length);
    if (stops < least) least = stops, best = place;
  }
  place_fingerprints(search, best);
}

/* The two bytes of the text's end that meet least often at their distance. */
static void choose_pair(struct text_search *search, const uint8_t *sample, size_t length) {
  size_t end = search->shortest, least = (size_t)-1, place = 0, distance = 0;
  for (size_t first = end > most_places ? end - most_places : 0; first < end; first++) {
    for (size_t second = first + 1; second < end; second++) {
      size_t stops;
      search->place = first;
      search->distance = second - first;
      stops = count_pair_stops(search, sample, length);
      if (stops >= least) continue;
      least = stops;
      place = first;
      distance = second - first;
    }
  }
  search->place = place;
  search->distance = distance;
}

int64_t text_search_find(struct text_search *search, const uint8_t *block, size_t length, size_t from) {
  int is_pair = search->count == 1 && search->letter_case == 0;
  if (!search->is_placed && length >= least_sample) {
    size_t sample = length < greatest_sample ? length : greatest_sample;
    search->is_placed = 1;
    if (is_pair) choose_pair(search, block, sample);
    else choose_place(search, block, sample);
  }
  if (from + search->place >= length) return none;
  return search->distance > 0 ? find_pair_from(search, block, length, from + search->place)
                          : find_from(search, block, length, from + search->place);
}
