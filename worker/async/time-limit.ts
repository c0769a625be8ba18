import { addAbortListener } from 'node:events'
import { realClock, type Timers } from './clock.ts'

/*
 * Waiting that ends. The work itself goes on; its result is then discarded. No listener stays with a signal: one that
 * outlives a million calls would keep a million of them.
 */

/** The work's result, or a failure with the signal's reason as soon as that aborts. */
export async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  using _listener = addAbortListener(signal, () => reject(signal.reason))
  return await Promise.race([work(), aborted])
}

/** The work's result, or a failure that names `what` once the time is over. */
export async function within<T>(
  limitMs: number,
  what: string,
  work: () => Promise<T>,
  timers: Timers = realClock
): Promise<T> {
  using limit = timers.limit(limitMs, new Error(`${what} took longer than ${limitMs / 1000} s`))
  return await untilAborted(work, limit.signal)
}

/** The same, but the time starts when the signal aborts. */
export async function withinAfter<T>(
  signal: AbortSignal,
  limitMs: number,
  what: string,
  work: () => Promise<T>
): Promise<T> {
  const result = work()
  try {
    return await untilAborted(() => result, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return within(limitMs, what, () => result)
  }
}
