/*
 * Waiting with an end: what a call waits for may be silent for good, and a container that was told to stop has 30 s.
 */

/** The call's result, or a failure once the time is over. The call itself goes on; its result is then no one's. */
export async function within<T>(limitMs: number, what: string, call: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what} took longer than ${limitMs / 1000} s`)), limitMs)
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
    call.catch(() => {})
  }
}

/** The same, the time beginning with an abort of the signal; without one the call has all the time it wants. */
export async function withinAfter<T>(signal: AbortSignal, limitMs: number, what: string, call: Promise<T>): Promise<T> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  const stop = (): void => resolve()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([call, aborted.then(() => within(limitMs, what, call))])
  } finally {
    signal.removeEventListener('abort', stop)
    call.catch(() => {})
  }
}
