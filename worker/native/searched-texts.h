#ifndef IOT_LOG_SEARCHED_TEXTS_H
#define IOT_LOG_SEARCHED_TEXTS_H

#include <stddef.h>
#include <stdint.h>

/* The texts that are looked for, and whether one of them stands at a place: found by a hash of its beginning. */

/* Texts are hashed by their beginning: the long ones, which are the rule, by more of it than a short one has. */
enum { short_texts, long_texts, text_classes };

struct text {
  const uint8_t *bytes;
  size_t length;
  /* The next text of the same class and hash, or none. */
  int next;
};

struct text_class {
  /* Bytes of the shortest one; 0 without any. */
  size_t hashed;
  unsigned hash_shift;
  int *first_of_hash;
};

struct searched_texts {
  size_t count;
  /* In lower case where case is ignored. */
  struct text *texts;
  uint8_t *bytes;
  size_t shortest;
  int whole_word;
  int ignore_case;
  uint64_t letter_case;
  uint8_t fold[256];
  struct text_class by_class[text_classes];
};

/* Fills what is all zeros; 0 when there is no memory for it. The texts lie one behind the other. */
int searched_texts_fill(struct searched_texts *searched, const uint8_t *texts, const uint32_t *lengths, size_t count,
                        int ignore_case, int whole_word);
void searched_texts_clear(struct searched_texts *searched);

/* Whether one of the texts, or the only one in its exact case, stands at block[start] and counts. */
int is_hit(const struct searched_texts *searched, const uint8_t *block, size_t length, size_t start);
int is_only_text(const struct searched_texts *searched, const uint8_t *block, size_t length, size_t start);

#endif
