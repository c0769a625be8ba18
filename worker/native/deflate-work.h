#ifndef IOT_LOG_DEFLATE_WORK_H
#define IOT_LOG_DEFLATE_WORK_H

#include <node_api.h>

/* deflate(text, dictionary, isLast, output): a promise of the number of bytes written to the output */
napi_value deflate_in_pool(napi_env env, napi_callback_info info);

#endif
