#ifndef IOT_LOG_SEARCHED_TEXTS_H
#define IOT_LOG_SEARCHED_TEXTS_H

#include <stddef.h>
#include <stdint.h>

/* The searched texts, and whether one of them is at a place: found by a hash of its first bytes. */

/* Texts are hashed by their first bytes. Long texts, the usual ones, use more bytes than a short text has. */
enum { short_texts, long_texts, text_classes };

struct text {
  const uint8_t *bytes;
  size_t length;
  /* The next text of the same class and hash, or none. */
  int next;
};

struct text_class {
  /* The bytes of its shortest text; 0 if it has none. */
  size_t hashed;
  unsigned hash_shift;
  int *first_of_hash;
};

struct searched_texts {
  size_t count;
  /* In lower case if case is ignored. */
  struct text *texts;
  uint8_t *bytes;
  size_t shortest;
  int whole_word;
  int ignore_case;
  uint64_t letter_case;
  uint8_t fold[256];
  struct text_class by_class[text_classes];
};

/* Fills a struct of zeros. The texts are one after the other. Returns 0 without memory. */
int searched_texts_fill(struct searched_texts *searched, const uint8_t *texts, const uint32_t *lengths, size_t count,
                        int ignore_case, int whole_word);
void searched_texts_clear(struct searched_texts *searched);

/* Whether one of the texts, or the only text in its exact case, is at block[start], as a whole word if that is wanted. */
int is_hit(const struct searched_texts *searched, const uint8_t *block, size_t length, size_t start);
int is_only_text(const struct searched_texts *searched, const uint8_t *block, size_t length, size_t start);

#endif
