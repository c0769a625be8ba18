#ifndef IOT_LOG_BLOCK_HEADER_H
#define IOT_LOG_BLOCK_HEADER_H

#include <stdint.h>

/* The bits of a deflate stream in their order (RFC 1951, 3.1.1): those in `bits`, then those of the bytes at `next`. */
struct bit_reader {
  uint64_t bits;
  unsigned count;
  const uint8_t *next;
  const uint8_t *end;
};

enum { block_stored = 0, block_fixed = 1, block_dynamic = 2 };

/* RFC 1951 has 286 literal and length codes and 30 distance codes. The fixed block assigns two more of each. */
enum { max_literal_codes = 288, max_distance_codes = 32, max_code_length = 15 };

struct block_header {
  int is_final;
  int type;
  /* Of a stored block. */
  unsigned stored_length;
  /* Of a coded block: the length of each literal and length code, 0 for unused codes. */
  uint8_t literal_lengths[max_literal_codes];
};

enum header_result { header_read, header_needs_more, header_is_bad };

/*
 * Reads the header of a block, with the checks of zlib's inflate.c and inftrees.c in their order. A reader that accepts
 * more than zlib would give text that no other program can read from these logs. The reader stops after the header, with
 * fewer than 8 bits in `bits`. It must begin with fewer than 8.
 */
enum header_result read_block_header(struct bit_reader *reader, struct block_header *header);

#endif
