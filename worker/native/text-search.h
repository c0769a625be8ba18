#ifndef IOT_LOG_TEXT_SEARCH_H
#define IOT_LOG_TEXT_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Many texts at once, 16 or 32 positions of the block at a time. Of each text three bytes at one place are looked for,
 * as Hyperscan's Teddy does it (https://www.usenix.org/conference/nsdi19/presentation/wang-xiang): for the low and the
 * high half of each byte a table tells in which of 8 groups of texts it occurs, and only where all six tables agree the
 * text is compared, found by a hash of its beginning. One text in its exact case is looked for by two of its bytes. The
 * place is the one that stops least often in a sample of the log.
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

/* The start of a hit in the first line that has one at or after `from`, where a line begins; -1 without any. */
int64_t text_search_find(struct text_search *search, const uint8_t *block, size_t length, size_t from);

#endif
