#ifndef IOT_LOG_FINGERPRINTS_H
#define IOT_LOG_FINGERPRINTS_H

#include "searched-texts.h"

/*
 * Where one of many texts may stand, 16 or 32 positions at a time. Of each text two or three bytes at one place are
 * looked for, as Hyperscan's Teddy does it (https://www.usenix.org/conference/nsdi19/presentation/wang-xiang): for the
 * low and the high half of each byte a table tells in which of 8 groups of texts it occurs, and only where all tables
 * agree the texts are compared.
 */
enum { most_fingerprint_bytes = 3, half_byte_values = 16 };

struct fingerprints {
  uint8_t low[most_fingerprint_bytes][half_byte_values];
  uint8_t high[most_fingerprint_bytes][half_byte_values];
  /* Where in each text its fingerprint lies, and how many bytes it has. */
  size_t place;
  size_t width;
};

/* For as long as there is no sample: the end of the shortest text. 0 when there is no memory for it. */
int fingerprints_begin(struct fingerprints *fingerprints, const struct searched_texts *searched);

/* Chooses the place and the width that cost least in a sample of the log. */
void fingerprints_choose(struct fingerprints *fingerprints, const struct searched_texts *searched,
                         const uint8_t *sample, size_t length);

/* The first hit at or after `from`, or -1. */
int64_t fingerprints_find(const struct fingerprints *fingerprints, const struct searched_texts *searched,
                          const uint8_t *block, size_t length, size_t from);

#endif
