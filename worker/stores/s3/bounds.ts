/*
 * Bounds of the requests in flight, for each client of a bucket. They are apart from read-ahead.ts, which loads the SDK.
 */

/** A page takes 50 ms and more; a day has 24 prefixes. */
export const parallelLists = 24
/** GETs in flight: they hide a latency of 40 ms at the rate at which one thread reads the smallest objects. */
export const mostGets = 192
/** Bytes of objects that are requested and not read yet. */
export const aheadBytes = 32 * 1024 * 1024
