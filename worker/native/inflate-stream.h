#ifndef IOT_LOG_INFLATE_STREAM_H
#define IOT_LOG_INFLATE_STREAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * One raw deflate stream (RFC 1951) after another, a bounded piece at a time, through ISA-L
 * (https://github.com/intel/isa-l): its decoder of Huffman blocks is written in assembly for x86-64 and arm64. The
 * headers of blocks are read here, since ISA-L accepts some that zlib refuses. Every step gives out everything that its
 * input holds, and errors come where zlib has them or a few bits beside.
 */

enum {
  /* How far a match may reach back. */
  history_bytes = 32 * 1024,
  /* What ISA-L may still have to write when it says that the output is full: a match, or some literals. */
  overflow_bytes = 512
};

struct inflate_stream;

/* NULL when there is no memory for it. */
struct inflate_stream *inflate_stream_create(void);
void inflate_stream_destroy(struct inflate_stream *stream);

/* What one takes in memory. */
size_t inflate_stream_bytes(void);

/* How much of the window the last step left filled. */
size_t inflate_stream_filled(const struct inflate_stream *stream);

/* Begins a new stream. */
void inflate_stream_begin(struct inflate_stream *stream);

struct inflate_step {
  /* Bytes of the input that were used up. */
  size_t consumed;
  /* Where in the window the output begins, and where it ends. */
  size_t from;
  size_t to;
  /* More output may come without input. */
  int is_full;
  /* The stream is complete. */
  int has_ended;
};

/*
 * Decodes on from the input. The window is the caller's, the same at every step of a stream: the output of one step is
 * the history of the next. It holds more than history_bytes + overflow_bytes. Without input behind a complete stream
 * nothing is consumed. Returns 0 for bytes that no deflate stream holds; what the step had decoded is then lost.
 */
int inflate_stream_step(struct inflate_stream *stream, uint8_t *window, size_t window_bytes, const uint8_t *input,
                        size_t input_bytes, struct inflate_step *step);

/* The CRC-32 of everything given out since the stream began (RFC 1952, 8). */
uint32_t inflate_stream_crc(const struct inflate_stream *stream);

#endif
