#ifndef IOT_LOG_TEXT_SEARCH_H
#define IOT_LOG_TEXT_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Searches any of several texts in blocks of whole lines: many texts by their fingerprints (fingerprints.h), one text in
 * its exact case by two of its bytes (byte-pair.h). A sample of the log decides which bytes are searched.
 */
struct text_search;

/* Whether this processor supports the search: it needs AVX2 on x86-64, NEON on arm64. */
int text_search_is_supported(void);

/*
 * The texts are one after the other, each at least two bytes long. With ignore_case ASCII letters match in either case.
 * With whole_word a text counts only if no [A-Za-z0-9_] is beside it. Returns NULL without memory.
 */
struct text_search *text_search_create(const uint8_t *texts, const uint32_t *lengths, size_t count, int ignore_case,
                                       int whole_word);
void text_search_destroy(struct text_search *search);

/* Adjacent lines with a hit. */
struct line_run {
  uint32_t start, end, lines;
};

/* Finds the lines with a hit. `from` is the start of a line. Returns the number of runs, at most `room`. */
size_t text_search_find_runs(struct text_search *search, const uint8_t *block, size_t length, size_t from,
                             struct line_run *runs, size_t room);

#endif
