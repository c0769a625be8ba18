#ifndef IOT_LOG_LITERAL_CODE_H
#define IOT_LOG_LITERAL_CODE_H

#include "block-header.h"

/* Decodes literals one code at a time, without ISA-L's tables. It is slow, but only for a few bytes at an input's end. */

/* The literal and length codes of a block in the order of their bits (RFC 1951, 3.2.2). */
struct literal_code {
  uint16_t counts[max_code_length + 1];
  uint16_t symbols[max_literal_codes];
};

/* Takes max_literal_codes lengths, 0 for unused codes. */
void order_literal_code(struct literal_code *code, const uint8_t *lengths);

/* The length of the next code; 0 if the bits end inside it, above max_code_length if there is no such code. */
unsigned next_literal(const struct literal_code *code, const struct bit_reader *input, unsigned *symbol);

#endif
