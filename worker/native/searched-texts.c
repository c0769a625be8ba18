#include "searched-texts.h"

#include <stdlib.h>
#include <string.h>

enum { none = -1, long_bytes = 8 };

static int is_word_byte(uint8_t byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';
}

static uint64_t load_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* Hashes the first and the last bytes of the hashed part. Bytes that differ only in the bit of the case may collide. */
static size_t hash_of(const struct searched_texts *searched, const struct text_class *class, const uint8_t *start) {
  uint64_t first = 0, last;
  if (class->hashed >= sizeof first) {
    first = load_word(start);
    last = load_word(start + class->hashed - sizeof last);
  } else {
    for (size_t at = 0; at < class->hashed; at++) first = first << 8 | start[at];
    last = first;
  }
  first = (first | searched->letter_case) * 0x9e3779b97f4a7c15u;
  last = (last | searched->letter_case) * 0xc2b2ae3d27d4eb4fu;
  return (size_t)((first ^ last) * 0x9e3779b97f4a7c15u >> class->hash_shift);
}

static int fill_class(struct searched_texts *searched, struct text_class *class, int is_long) {
  size_t slots = 64;
  class->hash_shift = 64 - 6;
  while (slots < 8 * searched->count) slots *= 2, class->hash_shift--;
  for (size_t at = 0; at < searched->count; at++) {
    size_t length = searched->texts[at].length;
    if ((length >= long_bytes) == is_long && (class->hashed == 0 || length < class->hashed)) class->hashed = length;
  }
  if (class->hashed == 0) return 1;
  class->first_of_hash = malloc(slots * sizeof *class->first_of_hash);
  if (!class->first_of_hash) return 0;
  for (size_t slot = 0; slot < slots; slot++) class->first_of_hash[slot] = none;
  for (size_t at = 0; at < searched->count; at++) {
    struct text *text = &searched->texts[at];
    int *slot;
    if ((text->length >= long_bytes) != is_long) continue;
    slot = &class->first_of_hash[hash_of(searched, class, text->bytes)];
    text->next = *slot;
    *slot = (int)at;
  }
  return 1;
}

int searched_texts_fill(struct searched_texts *searched, const uint8_t *texts, const uint32_t *lengths, size_t count,
                        int ignore_case, int whole_word) {
  size_t total = 0;
  for (size_t at = 0; at < count; at++) total += lengths[at];
  searched->bytes = malloc(total);
  searched->texts = calloc(count, sizeof *searched->texts);
  if (!searched->bytes || !searched->texts) return 0;
  searched->count = count;
  searched->whole_word = whole_word;
  searched->ignore_case = ignore_case;
  searched->letter_case = ignore_case ? 0x2020202020202020u : 0;
  for (unsigned byte = 0; byte < 256; byte++)
    searched->fold[byte] = (uint8_t)(ignore_case && byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte);
  for (size_t at = 0; at < total; at++) searched->bytes[at] = searched->fold[texts[at]];
  searched->shortest = lengths[0];
  for (size_t at = 0, start = 0; at < count; start += lengths[at++]) {
    searched->texts[at].bytes = searched->bytes + start;
    searched->texts[at].length = lengths[at];
    if (lengths[at] < searched->shortest) searched->shortest = lengths[at];
  }
  return fill_class(searched, &searched->by_class[short_texts], 0) &&
         fill_class(searched, &searched->by_class[long_texts], 1);
}

void searched_texts_clear(struct searched_texts *searched) {
  free(searched->bytes);
  free(searched->texts);
  for (int class = 0; class < text_classes; class++) free(searched->by_class[class].first_of_hash);
}

static int is_text(const struct searched_texts *searched, const struct text *text, const uint8_t *start) {
  for (size_t at = 0; at < text->length; at++)
    if (searched->fold[start[at]] != text->bytes[at]) return 0;
  return 1;
}

static int is_whole_word(const uint8_t *block, size_t length, size_t start, size_t end) {
  if (start > 0 && is_word_byte(block[start - 1])) return 0;
  return end == length || !is_word_byte(block[end]);
}

static int is_hit_of(const struct searched_texts *searched, const struct text_class *class, const uint8_t *block,
                     size_t length, size_t start) {
  int at;
  if (class->hashed == 0 || class->hashed > length - start) return 0;
  for (at = class->first_of_hash[hash_of(searched, class, block + start)]; at != none; at = searched->texts[at].next) {
    const struct text *text = &searched->texts[at];
    if (text->length > length - start || !is_text(searched, text, block + start)) continue;
    if (!searched->whole_word || is_whole_word(block, length, start, start + text->length)) return 1;
  }
  return 0;
}

int is_hit(const struct searched_texts *searched, const uint8_t *block, size_t length, size_t start) {
  return is_hit_of(searched, &searched->by_class[long_texts], block, length, start) ||
         is_hit_of(searched, &searched->by_class[short_texts], block, length, start);
}

int is_only_text(const struct searched_texts *searched, const uint8_t *block, size_t length, size_t start) {
  const struct text *text = &searched->texts[0];
  if (text->length > length - start || memcmp(block + start, text->bytes, text->length) != 0) return 0;
  return !searched->whole_word || is_whole_word(block, length, start, start + text->length);
}
