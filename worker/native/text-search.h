#ifndef IOT_LOG_TEXT_SEARCH_H
#define IOT_LOG_TEXT_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Any of several texts in blocks of whole lines: many by their fingerprints (fingerprints.h), one in its exact case by
 * two of its bytes (byte-pair.h). Which of their bytes are looked for is chosen by a sample of the log.
 */
struct text_search;

/* Whether this processor has what the search needs: AVX2 on x86-64, NEON on arm64. */
int text_search_is_supported(void);

/*
 * The texts one behind the other, each at least two bytes long. With ignore_case ASCII letters match in either case;
 * with whole_word a text counts only where no [A-Za-z0-9_] is beside it. NULL when there is no memory for it.
 */
struct text_search *text_search_create(const uint8_t *texts, const uint32_t *lengths, size_t count, int ignore_case,
                                       int whole_word);
void text_search_destroy(struct text_search *search);

/* Lines with a hit that follow one another. */
struct line_run {
  uint32_t start, end, lines;
};

/* The lines with a hit at or after `from`, where a line begins; returns how many runs, at most `room`. */
size_t text_search_find_runs(struct text_search *search, const uint8_t *block, size_t length, size_t from,
                             struct line_run *runs, size_t room);

#endif
