#ifndef IOT_LOG_ARGUMENTS_H
#define IOT_LOG_ARGUMENTS_H

#include <node_api.h>
#include <stddef.h>
#include <stdint.h>

/* The arguments of JavaScript's calls. Every pointer is valid only during the call, unless its value is referenced. */

/* Throws a TypeError. */
napi_value refuse(napi_env env, const char *text);

/* The pointer in an external of ours; NULL for any other value. */
void *external_of(napi_env env, napi_value value, const napi_type_tag *tag);

/* Whether it is an array of that kind. An empty array may have no address. Only the first function accepts it. */
int any_bytes_of(napi_env env, napi_value value, uint8_t **bytes, size_t *length);
int bytes_of(napi_env env, napi_value value, uint8_t **bytes, size_t *length);
int words_of(napi_env env, napi_value value, uint32_t **words, size_t *length);

#endif
