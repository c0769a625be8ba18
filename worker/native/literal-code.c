#include "literal-code.h"

#include <string.h>

void order_literal_code(struct literal_code *code, const uint8_t *lengths) {
  uint16_t next[max_code_length + 1] = {0};
  memset(code->counts, 0, sizeof code->counts);
  for (unsigned symbol = 0; symbol < max_literal_codes; symbol++) code->counts[lengths[symbol]]++;
  for (unsigned length = 1; length < max_code_length; length++)
    next[length + 1] = (uint16_t)(next[length] + code->counts[length]);
  for (unsigned symbol = 0; symbol < max_literal_codes; symbol++)
    if (lengths[symbol] > 0) code->symbols[next[lengths[symbol]]++] = (uint16_t)symbol;
}

unsigned next_literal(const struct literal_code *code, const struct bit_reader *input, unsigned *symbol) {
  unsigned value = 0, first = 0, index = 0;
  for (unsigned length = 1; length <= max_code_length; length++) {
    if (length > input->count) return 0;
    value |= (unsigned)(input->bits >> (length - 1)) & 1;
    if (value < first + code->counts[length]) {
      *symbol = code->symbols[index + value - first];
      return length;
    }
    index += code->counts[length];
    first = (first + code->counts[length]) << 1;
    value <<= 1;
  }
  return max_code_length + 1;
}
