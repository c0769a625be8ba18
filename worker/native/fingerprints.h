#ifndef IOT_LOG_FINGERPRINTS_H
#define IOT_LOG_FINGERPRINTS_H

#include "searched-texts.h"

/*
 * Finds where one of many texts may be, at 16 or 32 positions at a time. It searches two or three bytes of each text at
 * one place, like Hyperscan's Teddy (https://www.usenix.org/conference/nsdi19/presentation/wang-xiang). For the low and
 * the high half of each byte a table gives the groups of texts, of 8, in which it occurs. Only if all tables agree, the
 * texts are compared.
 */
enum { most_fingerprint_bytes = 3, half_byte_values = 16 };

struct fingerprints {
  uint8_t low[most_fingerprint_bytes][half_byte_values];
  uint8_t high[most_fingerprint_bytes][half_byte_values];
  /* The offset of the fingerprint in each text, and its number of bytes. */
  size_t place;
  size_t width;
};

/* Chooses the end of the shortest text, before there is a sample. Returns 0 without memory. */
int fingerprints_begin(struct fingerprints *fingerprints, const struct searched_texts *searched);

/* Chooses the place and the width with the lowest cost in a sample of the log. */
void fingerprints_choose(struct fingerprints *fingerprints, const struct searched_texts *searched,
                         const uint8_t *sample, size_t length);

/* The first hit at or after `from`, or -1. */
int64_t fingerprints_find(const struct fingerprints *fingerprints, const struct searched_texts *searched,
                          const uint8_t *block, size_t length, size_t from);

#endif
