#ifndef IOT_LOG_DEFLATE_BLOCK_H
#define IOT_LOG_DEFLATE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * A part of one deflate stream (RFC 1951) through ISA-L (https://github.com/intel/isa-l). Its level 2 deflates logs four
 * to seven times as fast as zlib's level 1, to less; its level 3 takes twice as long for 3 % less.
 */

enum { most_block_bytes = 1 << 30 };

struct deflate_block {
  const uint8_t *text;
  size_t text_bytes;
  /* What comes before the text in the stream, of which 32 KiB count. */
  const uint8_t *dictionary;
  size_t dictionary_bytes;
  /* Ends the stream; any other block ends with a whole byte, at which the next may begin. */
  int is_last;
};

/* Room that is always enough: no code has more than 15 bits for a byte. */
size_t deflate_room(size_t text_bytes);

/* Returns how many bytes of the output were written; 0 when there is no memory for it. Runs in any thread. */
size_t deflate_block_write(const struct deflate_block *block, uint8_t *output, size_t room);

#endif
