#ifndef IOT_LOG_ARGUMENTS_H
#define IOT_LOG_ARGUMENTS_H

#include <node_api.h>
#include <stddef.h>
#include <stdint.h>

/* What JavaScript calls with. Every pointer is for the call that asked for it, unless its value is held. */

/* Throws a TypeError. */
napi_value refuse(napi_env env, const char *text);

/* What an external of ours holds; NULL for anything else. */
void *external_of(napi_env env, napi_value value, const napi_type_tag *tag);

/* Whether it is an array of that kind. An empty one may have no address: it counts for the first of these alone. */
int any_bytes_of(napi_env env, napi_value value, uint8_t **bytes, size_t *length);
int bytes_of(napi_env env, napi_value value, uint8_t **bytes, size_t *length);
int words_of(napi_env env, napi_value value, uint32_t **words, size_t *length);

#endif
