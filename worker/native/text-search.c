#include "text-search.h"

#include <stdlib.h>
#include <string.h>

#include "byte-pair.h"
#include "fingerprints.h"
#include "lanes.h"
#include "searched-texts.h"

enum { least_sample = 4 * 1024, greatest_sample = 16 * 1024, none = -1 };

struct text_search {
  struct searched_texts searched;
  struct fingerprints fingerprints;
  struct byte_pair pair;
  /* A sample of the log has decided which bytes to search. */
  int is_chosen;
};

int text_search_is_supported(void) { return lanes_are_supported(); }

struct text_search *text_search_create(const uint8_t *texts, const uint32_t *lengths, size_t count, int ignore_case,
                                       int whole_word) {
  struct text_search *search = calloc(1, sizeof *search);
  if (!search) return NULL;
  if (!searched_texts_fill(&search->searched, texts, lengths, count, ignore_case, whole_word) ||
      !fingerprints_begin(&search->fingerprints, &search->searched)) {
    text_search_destroy(search);
    return NULL;
  }
  return search;
}

void text_search_destroy(struct text_search *search) {
  searched_texts_clear(&search->searched);
  free(search);
}

/* The start of a hit in the first line with a hit at or after `from`, or `none`. */
static int64_t find(struct text_search *search, const uint8_t *block, size_t length, size_t from) {
  const struct searched_texts *searched = &search->searched;
  int is_pair = searched->count == 1 && !searched->ignore_case;
  size_t place;
  if (!search->is_chosen && length >= least_sample) {
    size_t sample = length < greatest_sample ? length : greatest_sample;
    search->is_chosen = 1;
    if (is_pair) byte_pair_choose(&search->pair, searched, block, sample);
    else fingerprints_choose(&search->fingerprints, searched, block, sample);
  }
  is_pair = is_pair && search->is_chosen;
  place = is_pair ? search->pair.place : search->fingerprints.place;
  if (from + place >= length) return none;
  return is_pair ? byte_pair_find(&search->pair, searched, block, length, from)
                 : fingerprints_find(&search->fingerprints, searched, block, length, from);
}

size_t text_search_find_runs(struct text_search *search, const uint8_t *block, size_t length, size_t from,
                             struct line_run *runs, size_t room) {
  size_t count = 0;
  for (int64_t hit; (hit = find(search, block, length, from)) != none;) {
    size_t start = (size_t)hit;
    const uint8_t *end = memchr(block + hit, '\n', length - (size_t)hit);
    while (start > from && block[start - 1] != '\n') start--;
    from = end ? (size_t)(end - block) + 1 : length;
    if (count == 0 || runs[count - 1].end != start) {
      if (count == room) break;
      runs[count++] = (struct line_run){(uint32_t)start, (uint32_t)from, 1};
    } else {
      runs[count - 1].end = (uint32_t)from;
      runs[count - 1].lines++;
    }
  }
  return count;
}
