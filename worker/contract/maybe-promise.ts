/**
 * A value that is there at once or later. Directories and synchronous codecs answer at once; a promise for each answer
 * would cost a third of their speed.
 */
export type MaybePromise<T> = T | Promise<T>
