/*
 * What may be on its way at once, for each client of a bucket.
 */

/** A page takes 50 ms and more; a day has 24 prefixes. */
export const parallelLists = 24
/** GETs in flight, at most: they hide 40 ms at the rate at which one thread reads the smallest objects. */
export const mostGets = 192
/** Bytes of objects that were asked for and not yet read. */
export const aheadBytes = 32 * 1024 * 1024
