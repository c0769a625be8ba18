#ifndef IOT_LOG_DEFLATE_BLOCK_H
#define IOT_LOG_DEFLATE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * Deflates a part of one stream (RFC 1951) by ISA-L (https://github.com/intel/isa-l). On logs its level 2 is four to seven
 * times as fast as zlib's level 1, and smaller. Its level 3 takes twice as long and is 3 % smaller.
 */

enum { most_block_bytes = 1 << 30 };

struct deflate_block {
  const uint8_t *text;
  size_t text_bytes;
  /* The bytes before the text in the stream. The last 32 KiB count. */
  const uint8_t *dictionary;
  size_t dictionary_bytes;
  /* Whether it ends the stream. Any other block ends with a whole byte, so that the next can follow. */
  int is_last;
};

/* The output room that is always enough: no code has more than 15 bits for a byte. */
size_t deflate_room(size_t text_bytes);

/* Returns the number of bytes written to the output; 0 without memory. Runs in any thread. */
size_t deflate_block_write(const struct deflate_block *block, uint8_t *output, size_t room);

#endif
