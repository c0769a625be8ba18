#ifndef IOT_LOG_INFLATE_STREAM_H
#define IOT_LOG_INFLATE_STREAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Inflates one raw deflate stream (RFC 1951) after another, in bounded pieces, by ISA-L
 * (https://github.com/intel/isa-l). Its decoder of Huffman blocks is written in assembly for x86-64 and arm64. The headers
 * of blocks are read here, since ISA-L accepts some that zlib refuses. Every step gives all output of its input. Errors
 * are at the same place as zlib's, or a few bits away.
 */

enum {
  /* The greatest distance of a match. */
  history_bytes = 32 * 1024,
  /* Room for the bytes that ISA-L may still write when its output is full: a match, or some literals. */
  overflow_bytes = 512
};

struct inflate_stream;

/* Returns NULL without memory. */
struct inflate_stream *inflate_stream_create(void);
void inflate_stream_destroy(struct inflate_stream *stream);

/* The memory of a stream. */
size_t inflate_stream_bytes(void);

/* The bytes of the window that the last step has filled. */
size_t inflate_stream_filled(const struct inflate_stream *stream);

/* Begins a new stream. */
void inflate_stream_begin(struct inflate_stream *stream);

struct inflate_step {
  /* Consumed bytes of the input. */
  size_t consumed;
  /* The start and the end of the output in the window. */
  size_t from;
  size_t to;
  /* More output may come without input. */
  int is_full;
  /* The stream is complete. */
  int has_ended;
};

/*
 * Continues with the input. The window belongs to the caller and is the same at every step of a stream: the output of one
 * step is the history of the next. It is larger than history_bytes + overflow_bytes. After the end of the stream nothing
 * is consumed. Returns 0 for invalid bytes; the output of that step is lost.
 */
int inflate_stream_step(struct inflate_stream *stream, uint8_t *window, size_t window_bytes, const uint8_t *input,
                        size_t input_bytes, struct inflate_step *step);

/* The CRC-32 of the stream's output so far (RFC 1952, 8). */
uint32_t inflate_stream_crc(const struct inflate_stream *stream);

#endif
