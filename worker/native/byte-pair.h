#ifndef IOT_LOG_BYTE_PAIR_H
#define IOT_LOG_BYTE_PAIR_H

#include "searched-texts.h"

/* One text in its exact case: where two of its bytes stand at their distance. That costs half as much as a look-up. */
struct byte_pair {
  /* Of the first of them in the text. */
  size_t place;
  size_t distance;
};

/* The two bytes of the text's end that meet least often at their distance in a sample of the log. */
void byte_pair_choose(struct byte_pair *pair, const struct searched_texts *searched, const uint8_t *sample,
                      size_t length);

/* The first hit at or after `from`, or -1. */
int64_t byte_pair_find(const struct byte_pair *pair, const struct searched_texts *searched, const uint8_t *block,
                       size_t length, size_t from);

#endif
