#include "arguments.h"
#include "deflate-work.h"
#include "inflate-stream.h"
#include "text-search.h"

/*
 * The functions for JavaScript; load-native.ts has the types. Every pointer is fetched for the call that uses it, so it
 * can't dangle if JavaScript changes its buffers between two calls. deflate-work.c holds references to its arrays. An
 * inflater belongs to the thread that made it. There is no other state.
 */

enum { run_words = sizeof(struct line_run) / sizeof(uint32_t) };
enum { min_window_bytes = history_bytes + overflow_bytes + 64 * 1024, max_input_bytes = 1 << 30 };

/* Distinguishes our own objects from other externals. */
static const napi_type_tag inflater_tag = {0x6f8e1d3ca5574b21, 0x92b0c4e77f1a6d58};
static const napi_type_tag search_tag = {0x1d0c8f5b2e7a4963, 0xa83f60d9b54ce217};

static void release(napi_env env, void *stream, void *hint) {
  int64_t total;
  (void)hint;
  inflate_stream_destroy(stream);
  napi_adjust_external_memory(env, -(int64_t)inflate_stream_bytes(), &total);
}

static napi_value create(napi_env env, napi_callback_info info) {
  struct inflate_stream *stream = inflate_stream_create();
  napi_value inflater;
  int64_t total;
  (void)info;
  if (!stream) {
    napi_throw_error(env, NULL, "no memory for an inflater");
    return NULL;
  }
  if (napi_create_external(env, stream, release, NULL, &inflater) != napi_ok) {
    inflate_stream_destroy(stream);
    return NULL;
  }
  napi_adjust_external_memory(env, (int64_t)inflate_stream_bytes(), &total);
  if (napi_type_tag_object(env, inflater, &inflater_tag) != napi_ok) return NULL;
  return inflater;
}

/* begin(inflater) */
static napi_value begin(napi_env env, napi_callback_info info) {
  struct inflate_stream *stream;
  napi_value arguments[1];
  size_t count = 1;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  stream = external_of(env, arguments[0], &inflater_tag);
  if (!stream) return refuse(env, "begin: not an inflater");
  inflate_stream_begin(stream);
  return NULL;
}

/* step(inflater, window, input, from, to, result): whether the input is valid; the figures go to result */
static napi_value step(napi_env env, napi_callback_info info) {
  struct inflate_stream *stream;
  struct inflate_step done;
  napi_value arguments[6], is_valid;
  size_t count = 6, window_bytes, input_bytes, result_words;
  uint8_t *window, *input;
  uint32_t from, to, *figures;
  int is_right;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  stream = external_of(env, arguments[0], &inflater_tag);
  if (!stream) return refuse(env, "step: not an inflater");
  if (!bytes_of(env, arguments[1], &window, &window_bytes) || window_bytes < min_window_bytes)
    return refuse(env, "step: the window is too small");
  if (!bytes_of(env, arguments[2], &input, &input_bytes)) input = window, input_bytes = 0;
  if (napi_get_value_uint32(env, arguments[3], &from) != napi_ok ||
      napi_get_value_uint32(env, arguments[4], &to) != napi_ok || from > to || to > input_bytes ||
      to - from > max_input_bytes)
    return refuse(env, "step: not a part of the input");
  if (!words_of(env, arguments[5], &figures, &result_words) || result_words < 5)
    return refuse(env, "step: no room for the result");
  if (inflate_stream_filled(stream) > window_bytes) return refuse(env, "step: another window than before");
  is_right = inflate_stream_step(stream, window, window_bytes, input + from, to - from, &done);
  if (is_right) {
    figures[0] = (uint32_t)done.consumed;
    figures[1] = (uint32_t)done.from;
    figures[2] = (uint32_t)done.to;
    figures[3] = inflate_stream_crc(stream);
    figures[4] = done.has_ended ? 2 : done.is_full ? 1 : 0;
  }
  return napi_get_boolean(env, is_right, &is_valid) == napi_ok ? is_valid : NULL;
}

static void release_search(napi_env env, void *search, void *hint) {
  (void)env, (void)hint;
  text_search_destroy(search);
}

/* compile(texts, lengths, ignoreCase, wholeWord): a search; undefined if the processor does not support it */
static napi_value compile(napi_env env, napi_callback_info info) {
  napi_value arguments[4], compiled;
  size_t count = 4, total, texts, sum = 0;
  uint8_t *bytes;
  uint32_t *lengths;
  bool ignore_case, whole_word;
  struct text_search *search;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  if (!bytes_of(env, arguments[0], &bytes, &total) || !words_of(env, arguments[1], &lengths, &texts) || texts == 0 ||
      napi_get_value_bool(env, arguments[2], &ignore_case) != napi_ok ||
      napi_get_value_bool(env, arguments[3], &whole_word) != napi_ok)
    return refuse(env, "compile: not texts, their lengths and two switches");
  for (size_t at = 0; at < texts; at++) {
    if (lengths[at] < 2 || lengths[at] > total - sum) return refuse(env, "compile: lengths that are not the texts'");
    sum += lengths[at];
  }
  if (!text_search_is_supported()) return NULL;
  search = text_search_create(bytes, lengths, texts, ignore_case, whole_word);
  if (!search) {
    napi_throw_error(env, NULL, "no memory for a search");
    return NULL;
  }
  if (napi_create_external(env, search, release_search, NULL, &compiled) != napi_ok) {
    text_search_destroy(search);
    return NULL;
  }
  return napi_type_tag_object(env, compiled, &search_tag) == napi_ok ? compiled : NULL;
}

/* findRuns(search, block, from, runs): the number of runs of lines with a hit that were written to runs */
static napi_value find_runs(napi_env env, napi_callback_info info) {
  napi_value arguments[4], found;
  size_t count = 4, length, words;
  uint8_t *block;
  uint32_t *runs;
  int64_t from;
  struct text_search *search;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  search = external_of(env, arguments[0], &search_tag);
  if (!search) return refuse(env, "findRuns: not a search");
  if (!bytes_of(env, arguments[1], &block, &length) || length > UINT32_MAX)
    return refuse(env, "findRuns: not a block");
  if (napi_get_value_int64(env, arguments[2], &from) != napi_ok || from < 0 || (uint64_t)from > length)
    return refuse(env, "findRuns: not a place in the block");
  if (!words_of(env, arguments[3], &runs, &words) || words < run_words)
    return refuse(env, "findRuns: no room for a run");
  count = text_search_find_runs(search, block, length, (size_t)from, (struct line_run *)runs, words / run_words);
  return napi_create_uint32(env, (uint32_t)count, &found) == napi_ok ? found : NULL;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"create", NULL, create, NULL, NULL, NULL, napi_enumerable, NULL},
      {"begin", NULL, begin, NULL, NULL, NULL, napi_enumerable, NULL},
      {"step", NULL, step, NULL, NULL, NULL, napi_enumerable, NULL},
      {"compile", NULL, compile, NULL, NULL, NULL, napi_enumerable, NULL},
      {"findRuns", NULL, find_runs, NULL, NULL, NULL, napi_enumerable, NULL},
      {"deflate", NULL, deflate_in_pool, NULL, NULL, NULL, napi_enumerable, NULL}};
  if (napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions) != napi_ok) return NULL;
  return exports;
}
