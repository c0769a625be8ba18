#include "arguments.h"

napi_value refuse(napi_env env, const char *text) {
  napi_throw_type_error(env, NULL, text);
  return NULL;
}

void *external_of(napi_env env, napi_value value, const napi_type_tag *tag) {
  napi_valuetype type;
  bool is_ours = false;
  void *held = NULL;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_external) return NULL;
  if (napi_check_object_type_tag(env, value, tag, &is_ours) != napi_ok || !is_ours) return NULL;
  return napi_get_value_external(env, value, &held) == napi_ok ? held : NULL;
}

static int array_of(napi_env env, napi_value value, napi_typedarray_type wanted, void **data, size_t *length) {
  napi_typedarray_type type;
  bool is_array = false;
  if (napi_is_typedarray(env, value, &is_array) != napi_ok || !is_array) return 0;
  return napi_get_typedarray_info(env, value, &type, length, data, NULL, NULL) == napi_ok && type == wanted;
}

int any_bytes_of(napi_env env, napi_value value, uint8_t **bytes, size_t *length) {
  return array_of(env, value, napi_uint8_array, (void **)bytes, length);
}

int bytes_of(napi_env env, napi_value value, uint8_t **bytes, size_t *length) {
  return any_bytes_of(env, value, bytes, length) && *bytes != NULL;
}

int words_of(napi_env env, napi_value value, uint32_t **words, size_t *length) {
  return array_of(env, value, napi_uint32_array, (void **)words, length) && *words != NULL;
}
