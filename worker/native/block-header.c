#include "block-header.h"

#include <string.h>

enum { length_codes = 19, max_length_code_length = 7, length_table_size = 1 << 7 };

/* The order of the lengths of the code for code lengths (RFC 1951, 3.2.7). */
static const uint8_t length_order[length_codes] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/* One entry for each value of the next 7 bits. */
struct length_table {
  uint8_t symbol[length_table_size];
  uint8_t length[length_table_size];
};

static int has_bits(struct bit_reader *reader, unsigned count) {
  while (reader->count < count) {
    if (reader->next == reader->end) return 0;
    reader->bits |= (uint64_t)*reader->next++ << reader->count;
    reader->count += 8;
  }
  return 1;
}

static unsigned take_bits(struct bit_reader *reader, unsigned count) {
  unsigned value = (unsigned)(reader->bits & ((1u << count) - 1));
  reader->bits >>= count;
  reader->count -= count;
  return value;
}

/* The unused code space, in codes of the greatest length; negative if there are too many codes. */
static int unused_codes(const uint8_t *lengths, unsigned codes, unsigned *longest) {
  unsigned counts[max_code_length + 1] = {0};
  int left = 1;
  for (unsigned code = 0; code < codes; code++) counts[lengths[code]]++;
  *longest = 0;
  for (unsigned length = 1; length <= max_code_length; length++) {
    left = left * 2 - (int)counts[length];
    if (left < 0) return left;
    if (counts[length] > 0) *longest = length;
  }
  return left;
}

/* zlib accepts an incomplete code only if no code is longer than one bit (inftrees.c). */
static int is_usable(const uint8_t *lengths, unsigned codes) {
  unsigned longest;
  int left = unused_codes(lengths, codes, &longest);
  return left == 0 || (left > 0 && longest <= 1);
}

static int fill_length_table(const uint8_t *lengths, struct length_table *table) {
  unsigned longest;
  int left = unused_codes(lengths, length_codes, &longest);
  unsigned code = 0;
  memset(table->symbol, 0, sizeof table->symbol);
  /* Without any code each bit means the length 0, as in zlib. Such a header fails later. */
  memset(table->length, 1, sizeof table->length);
  if (longest == 0) return 1;
  if (left != 0) return 0;
  for (unsigned length = 1; length <= max_length_code_length; length++, code <<= 1) {
    for (unsigned symbol = 0; symbol < length_codes; symbol++) {
      unsigned reversed = 0;
      if (lengths[symbol] != length) continue;
      for (unsigned bit = 0; bit < length; bit++) reversed |= (code >> bit & 1) << (length - 1 - bit);
      for (unsigned at = reversed; at < length_table_size; at += 1u << length) {
        table->symbol[at] = (uint8_t)symbol;
        table->length[at] = (uint8_t)length;
      }
      code++;
    }
  }
  return 1;
}

/* The number of bits of the next code; 0 if the input ends inside it. */
static unsigned next_code_length(struct bit_reader *reader, const struct length_table *table) {
  for (;;) {
    unsigned length = table->length[reader->bits & (length_table_size - 1)];
    if (length <= reader->count) return length;
    if (!has_bits(reader, reader->count + 1)) return 0;
  }
}

static enum header_result read_code_lengths(struct bit_reader *reader, const struct length_table *table,
                                            uint8_t *lengths, unsigned codes) {
  for (unsigned done = 0; done < codes;) {
    unsigned bits = next_code_length(reader, table);
    unsigned symbol, repeat, extra;
    uint8_t length = 0;
    if (bits == 0) return header_needs_more;
    symbol = table->symbol[reader->bits & (length_table_size - 1)];
    if (symbol < 16) {
      take_bits(reader, bits);
      lengths[done++] = (uint8_t)symbol;
      continue;
    }
    extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    if (!has_bits(reader, bits + extra)) return header_needs_more;
    take_bits(reader, bits);
    if (symbol == 16) {
      if (done == 0) return header_is_bad;
      length = lengths[done - 1];
    }
    repeat = take_bits(reader, extra) + (symbol == 18 ? 11 : 3);
    if (done + repeat > codes) return header_is_bad;
    memset(lengths + done, length, repeat);
    done += repeat;
  }
  return header_read;
}

static enum header_result read_dynamic(struct bit_reader *reader, struct block_header *header) {
  uint8_t code_lengths[length_codes] = {0};
  uint8_t lengths[max_literal_codes + max_distance_codes];
  struct length_table table;
  enum header_result result;
  unsigned literals, distances, count;
  if (!has_bits(reader, 14)) return header_needs_more;
  literals = take_bits(reader, 5) + 257;
  distances = take_bits(reader, 5) + 1;
  count = take_bits(reader, 4) + 4;
  if (literals > 286 || distances > 30) return header_is_bad;
  for (unsigned at = 0; at < count; at++) {
    if (!has_bits(reader, 3)) return header_needs_more;
    code_lengths[length_order[at]] = (uint8_t)take_bits(reader, 3);
  }
  if (!fill_length_table(code_lengths, &table)) return header_is_bad;
  result = read_code_lengths(reader, &table, lengths, literals + distances);
  if (result != header_read) return result;
  if (lengths[256] == 0) return header_is_bad;
  if (!is_usable(lengths, literals) || !is_usable(lengths + literals, distances)) return header_is_bad;
  memset(header->literal_lengths, 0, sizeof header->literal_lengths);
  memcpy(header->literal_lengths, lengths, literals);
  return header_read;
}

static enum header_result read_stored(struct bit_reader *reader, struct block_header *header) {
  unsigned length, complement;
  take_bits(reader, reader->count % 8);
  if (!has_bits(reader, 32)) return header_needs_more;
  length = take_bits(reader, 16);
  complement = take_bits(reader, 16);
  if (length != (complement ^ 0xffff)) return header_is_bad;
  header->stored_length = length;
  return header_read;
}

/* RFC 1951, 3.2.6. */
static enum header_result set_fixed(struct block_header *header) {
  memset(header->literal_lengths, 8, 144);
  memset(header->literal_lengths + 144, 9, 112);
  memset(header->literal_lengths + 256, 7, 24);
  memset(header->literal_lengths + 280, 8, 8);
  return header_read;
}

enum header_result read_block_header(struct bit_reader *reader, struct block_header *header) {
  if (!has_bits(reader, 3)) return header_needs_more;
  header->is_final = (int)take_bits(reader, 1);
  header->type = (int)take_bits(reader, 2);
  if (header->type == block_stored) return read_stored(reader, header);
  if (header->type == block_fixed) return set_fixed(header);
  return header->type == block_dynamic ? read_dynamic(reader, header) : header_is_bad;
}
