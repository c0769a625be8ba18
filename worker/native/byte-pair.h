#ifndef IOT_LOG_BYTE_PAIR_H
#define IOT_LOG_BYTE_PAIR_H

#include "searched-texts.h"

/* Finds one text in its exact case by two of its bytes and their distance. That costs half as much as a look-up. */
struct byte_pair {
  /* The offset of the first byte in the text. */
  size_t place;
  size_t distance;
};

/* Chooses two bytes near the text's end: the pair that is the rarest in a sample of the log. */
void byte_pair_choose(struct byte_pair *pair, const struct searched_texts *searched, const uint8_t *sample,
                      size_t length);

/* The first hit at or after `from`, or -1. */
int64_t byte_pair_find(const struct byte_pair *pair, const struct searched_texts *searched, const uint8_t *block,
                       size_t length, size_t from);

#endif
