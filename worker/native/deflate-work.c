#include "deflate-work.h"

#include <stdlib.h>

#include "arguments.h"
#include "deflate-block.h"

/* Deflates in libuv's pool. The three arrays are referenced until it is done. JavaScript must not change them. */

enum { held_arrays = 3 };

struct deflate_work {
  struct deflate_block block;
  uint8_t *output;
  size_t room;
  size_t written;
  napi_ref held[held_arrays];
  napi_deferred promise;
  napi_async_work work;
};

static void release(napi_env env, struct deflate_work *work) {
  for (int at = 0; at < held_arrays; at++)
    if (work->held[at]) napi_delete_reference(env, work->held[at]);
  if (work->work) napi_delete_async_work(env, work->work);
  free(work);
}

static void execute(napi_env env, void *data) {
  struct deflate_work *work = data;
  (void)env;
  work->written = deflate_block_write(&work->block, work->output, work->room);
}

static void complete(napi_env env, napi_status status, void *data) {
  struct deflate_work *work = data;
  napi_value value, text;
  if (status == napi_ok && work->written > 0) {
    if (napi_create_double(env, (double)work->written, &value) == napi_ok)
      napi_resolve_deferred(env, work->promise, value);
  } else if (napi_create_string_utf8(env, "no memory to deflate", NAPI_AUTO_LENGTH, &text) == napi_ok &&
             napi_create_error(env, NULL, text, &value) == napi_ok) {
    napi_reject_deferred(env, work->promise, value);
  }
  release(env, work);
}

/* Starts the work. Returns whether that succeeded. */
static int begin(napi_env env, struct deflate_work *work, const napi_value arrays[], napi_value *promise) {
  napi_value name;
  for (int at = 0; at < held_arrays; at++)
    if (napi_create_reference(env, arrays[at], 1, &work->held[at]) != napi_ok) return 0;
  return napi_create_string_utf8(env, "iot-log deflate", NAPI_AUTO_LENGTH, &name) == napi_ok &&
         napi_create_async_work(env, NULL, name, execute, complete, work, &work->work) == napi_ok &&
         napi_create_promise(env, &work->promise, promise) == napi_ok &&
         napi_queue_async_work(env, work->work) == napi_ok;
}

napi_value deflate_in_pool(napi_env env, napi_callback_info info) {
  napi_value arguments[4], promise;
  size_t count = 4, text_bytes, dictionary_bytes, room;
  uint8_t *text, *dictionary, *output;
  bool is_last;
  struct deflate_work *work;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  if (!any_bytes_of(env, arguments[0], &text, &text_bytes) || text_bytes > most_block_bytes)
    return refuse(env, "deflate: not a text");
  if (!any_bytes_of(env, arguments[1], &dictionary, &dictionary_bytes) || dictionary_bytes > most_block_bytes)
    return refuse(env, "deflate: not a dictionary");
  if (napi_get_value_bool(env, arguments[2], &is_last) != napi_ok) return refuse(env, "deflate: not a switch");
  if (!bytes_of(env, arguments[3], &output, &room) || room < deflate_room(text_bytes) || room > UINT32_MAX)
    return refuse(env, "deflate: no room for the result");
  work = calloc(1, sizeof *work);
  if (work) {
    work->block = (struct deflate_block){text, text_bytes, dictionary, dictionary_bytes, is_last};
    work->output = output;
    work->room = room;
    if (begin(env, work, (const napi_value[]){arguments[0], arguments[1], arguments[3]}, &promise)) return promise;
    release(env, work);
  }
  napi_throw_error(env, NULL, "no memory to deflate");
  return NULL;
}
