#include "deflate-block.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

struct deflate_state {
  struct isal_zstream isal;
  /* As malloc would align it. */
  _Alignas(16) uint8_t level[ISAL_DEF_LVL2_DEFAULT];
};

size_t deflate_room(size_t text_bytes) { return 2 * text_bytes + 64 * 1024; }

size_t deflate_block_write(const struct deflate_block *block, uint8_t *output, size_t room) {
  struct deflate_state *state = malloc(sizeof *state);
  struct isal_zstream *isal;
  size_t written = 0;
  if (!state) return 0;
  isal = &state->isal;
  isal_deflate_init(isal);
  isal->level = 2;
  isal->level_buf = state->level;
  isal->level_buf_size = sizeof state->level;
  isal->flush = block->is_last ? NO_FLUSH : SYNC_FLUSH;
  isal->end_of_stream = (uint16_t)block->is_last;
  isal->next_in = (uint8_t *)block->text;
  isal->avail_in = (uint32_t)block->text_bytes;
  isal->next_out = output;
  isal->avail_out = (uint32_t)room;
  if (block->dictionary_bytes == 0 ||
      isal_deflate_set_dict(isal, (uint8_t *)block->dictionary, (uint32_t)block->dictionary_bytes) == COMP_OK) {
    int is_done = isal_deflate(isal) == COMP_OK && isal->avail_in == 0;
    if (is_done && isal->internal_state.state == (block->is_last ? ZSTATE_END : ZSTATE_NEW_HDR))
      written = isal->total_out;
  }
  free(state);
  return written;
}
