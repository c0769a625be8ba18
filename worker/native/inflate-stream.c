#include "inflate-stream.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

#include "block-header.h"
#include "literal-code.h"

/*
 * ISA-L's decoder of one Huffman block, which isal_inflate uses. It is exported, but not declared in the header.
 * isal_inflate itself continues with the next block, and the header of that must be checked first.
 */
extern int decode_huffman_code_block_stateless(struct inflate_state *state, uint8_t *start_out);

enum {
  /* 14 bits, 19 lengths of 3 bits, 316 codes of at most 14 bits, and the bits read before. */
  max_header_bytes = 576,
  /* More than the 4 KiB below which ISA-L makes smaller tables. */
  table_input_bytes = 5 * 1024,
  end_of_block = 256,
  literal_codes = 286
};

enum part { part_header, part_stored, part_coded, part_end, part_bad };
enum progress { goes_on, wants_input, is_full, is_bad };

struct inflate_stream {
  enum part part;
  /* The header of the current block. */
  struct block_header header;
  size_t stored_left;
  int has_literal_code;
  struct literal_code literal_code;
  /* Bits that are read and not used yet. */
  uint64_t bits;
  unsigned bit_count;
  /* The start of a header that the input cut, after those bits. */
  uint8_t cut_header[max_header_bytes];
  size_t cut_bytes;
  /* The filled bytes of the window. */
  size_t filled;
  uint32_t crc;
  uint8_t table_input[table_input_bytes];
  struct inflate_state isal;
};

struct inflate_stream *inflate_stream_create(void) {
  struct inflate_stream *stream = calloc(1, sizeof *stream);
  if (!stream) return NULL;
  isal_inflate_init(&stream->isal);
  inflate_stream_begin(stream);
  return stream;
}

void inflate_stream_destroy(struct inflate_stream *stream) { free(stream); }

void inflate_stream_begin(struct inflate_stream *stream) {
  stream->part = part_header;
  stream->bits = 0;
  stream->bit_count = 0;
  stream->cut_bytes = 0;
  stream->filled = 0;
  stream->crc = 0;
}

size_t inflate_stream_bytes(void) { return sizeof(struct inflate_stream); }

size_t inflate_stream_filled(const struct inflate_stream *stream) { return stream->filled; }

uint32_t inflate_stream_crc(const struct inflate_stream *stream) { return stream->crc; }

/*
 * Makes ISA-L build its tables from the header alone. The header is copied so that it begins with a byte's first bit.
 * Without room for output ISA-L stops at the first symbol after it. Marked as the last block, it can't continue with
 * another. If few bytes follow, ISA-L builds smaller tables in less time.
 */
static void make_tables(struct inflate_stream *stream, struct bit_reader from, const struct bit_reader *to) {
  struct inflate_state *isal = &stream->isal;
  uint8_t *copy = stream->table_input;
  uint8_t no_room[1];
  size_t following = (size_t)(to->end - to->next);
  size_t length = 0;
  memset(copy, 0, max_header_bytes);
  while (from.next < to->next || from.count > 0) {
    if (from.count < 8 && from.next < to->next) {
      from.bits |= (uint64_t)*from.next++ << from.count;
      from.count += 8;
    }
    copy[length++] = (uint8_t)from.bits;
    from.bits >>= 8;
    from.count = from.count < 8 ? 0 : from.count - 8;
  }
  copy[0] |= 1;
  isal->next_in = copy;
  isal->avail_in = table_input_bytes;
  if (stream->header.is_final && following < table_input_bytes)
    isal->avail_in = (uint32_t)(following > length ? following : length);
  isal->next_out = no_room;
  isal->avail_out = 0;
  isal->crc_flag = 0;
  isal_inflate_stateless(isal);
}

static enum progress read_header(struct inflate_stream *stream, struct bit_reader *input) {
  struct bit_reader reader = *input, start;
  const uint8_t *new_bytes = input->next;
  size_t added = 0, had = stream->cut_bytes;
  enum header_result result;
  if (had > 0) {
    added = (size_t)(input->end - input->next);
    if (added > max_header_bytes - had) added = max_header_bytes - had;
    memcpy(stream->cut_header + had, input->next, added);
    reader.next = stream->cut_header;
    reader.end = stream->cut_header + had + added;
  }
  start = reader;
  result = read_block_header(&reader, &stream->header);
  if (result == header_is_bad) return is_bad;
  if (result == header_needs_more) {
    size_t left = (size_t)(input->end - input->next);
    if (had + left > max_header_bytes) return is_bad;
    memcpy(stream->cut_header + had, input->next, left);
    stream->cut_bytes = had + left;
    input->next = input->end;
    return wants_input;
  }
  if (stream->header.type != block_stored) make_tables(stream, start, &reader);
  stream->stored_left = stream->header.stored_length;
  stream->part = stream->header.type == block_stored ? part_stored : part_coded;
  stream->has_literal_code = 0;
  stream->cut_bytes = 0;
  input->bits = reader.bits;
  input->count = reader.count;
  input->next = had > 0 ? new_bytes + ((size_t)(reader.next - stream->cut_header) - had) : reader.next;
  return goes_on;
}

static enum progress copy_stored(struct inflate_stream *stream, struct bit_reader *input, uint8_t *window,
                                 size_t room) {
  size_t length = stream->stored_left;
  if (length > room - stream->filled) length = room - stream->filled;
  if (length > (size_t)(input->end - input->next)) length = (size_t)(input->end - input->next);
  memcpy(window + stream->filled, input->next, length);
  stream->filled += length;
  stream->stored_left -= length;
  input->next += length;
  if (stream->stored_left > 0) return stream->filled == room ? is_full : wants_input;
  stream->part = stream->header.is_final ? part_end : part_header;
  return goes_on;
}

static void write_overflow(struct inflate_stream *stream, uint8_t *window) {
  struct inflate_state *isal = &stream->isal;
  uint8_t *out = window + stream->filled;
  for (int at = 0; at < isal->write_overflow_len; at++) *out++ = (uint8_t)(isal->write_overflow_lits >> (8 * at));
  for (int at = 0; at < isal->copy_overflow_length; at++, out++) *out = *(out - isal->copy_overflow_distance);
  stream->filled = (size_t)(out - window);
}

/* Gives whole unused bytes back to the input. */
static void give_bytes_back(struct bit_reader *input, const uint8_t *first) {
  while (input->count >= 8 && input->next > first) {
    input->count -= 8;
    input->next--;
  }
  if (input->count < 64) input->bits &= ((uint64_t)1 << input->count) - 1;
}

/*
 * ISA-L looks up several literals at once, and waits for more input if the last of them is incomplete. The complete ones
 * are decoded here, so that each step gives the same output as zlib.
 */
static enum progress decode_rest(struct inflate_stream *stream, struct bit_reader *input, uint8_t *window) {
  if (!stream->has_literal_code) order_literal_code(&stream->literal_code, stream->header.literal_lengths);
  stream->has_literal_code = 1;
  for (;;) {
    unsigned symbol = 0;
    unsigned length = next_literal(&stream->literal_code, input, &symbol);
    if (length > max_code_length || symbol >= literal_codes) return is_bad;
    if (length == 0 || symbol >= end_of_block) return wants_input;
    window[stream->filled++] = (uint8_t)symbol;
    input->bits >>= length;
    input->count -= length;
  }
}

static enum progress decode_coded(struct inflate_stream *stream, struct bit_reader *input, const uint8_t *first,
                                  uint8_t *window, size_t room) {
  struct inflate_state *isal = &stream->isal;
  int result;
  isal->next_in = (uint8_t *)input->next;
  isal->avail_in = (uint32_t)(input->end - input->next);
  isal->read_in = input->bits;
  isal->read_in_length = (int32_t)input->count;
  isal->next_out = window + stream->filled;
  isal->avail_out = (uint32_t)(room - stream->filled);
  isal->block_state = ISAL_BLOCK_CODED;
  isal->bfinal = 1;
  isal->write_overflow_len = 0;
  isal->copy_overflow_length = 0;
  result = decode_huffman_code_block_stateless(isal, window);
  if (result < 0) return is_bad;
  stream->filled = (size_t)(isal->next_out - window);
  write_overflow(stream, window);
  input->next = isal->next_in;
  input->bits = isal->read_in;
  input->count = (unsigned)isal->read_in_length;
  if (isal->block_state == ISAL_BLOCK_CODED && result == ISAL_END_INPUT) {
    if (input->count < 64) input->bits &= ((uint64_t)1 << input->count) - 1;
    return decode_rest(stream, input, window);
  }
  give_bytes_back(input, first);
  if (isal->block_state == ISAL_BLOCK_CODED) return is_full;
  stream->part = stream->header.is_final ? part_end : part_header;
  return goes_on;
}

int inflate_stream_step(struct inflate_stream *stream, uint8_t *window, size_t window_bytes, const uint8_t *input,
                        size_t input_bytes, struct inflate_step *step) {
  struct bit_reader reader = {stream->bits, stream->bit_count, input, input + input_bytes};
  size_t room = window_bytes - overflow_bytes;
  enum progress progress = goes_on;
  if (stream->filled > history_bytes) {
    memmove(window, window + stream->filled - history_bytes, history_bytes);
    stream->filled = history_bytes;
  }
  step->from = stream->filled;
  if (stream->part == part_bad) return 0;
  while (progress == goes_on && stream->part != part_end && stream->filled < room) {
    if (stream->part == part_header) progress = read_header(stream, &reader);
    else if (stream->part == part_stored) progress = copy_stored(stream, &reader, window, room);
    else progress = decode_coded(stream, &reader, input, window, room);
  }
  if (progress == is_bad) {
    stream->part = part_bad;
    return 0;
  }
  stream->bits = reader.bits;
  stream->bit_count = reader.count;
  step->consumed = (size_t)(reader.next - input);
  step->to = stream->filled;
  step->has_ended = stream->part == part_end;
  step->is_full = !step->has_ended && progress != wants_input;
  stream->crc = crc32_gzip_refl(stream->crc, window + step->from, step->to - step->from);
  return 1;
}
