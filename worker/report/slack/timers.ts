import { setTimeout as delay } from 'node:timers/promises'

/** Waiting, so that tests need not. */
export interface Timers {
  /** Resolves after so long, or when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Aborts after so long. */
  limit(ms: number): AbortSignal
}

export const realTimers: Timers = {
  sleep: async (ms, signal) => {
    if (ms > 0) await delay(ms, undefined, signal && { signal }).catch(() => {})
  },
  limit: (ms) => AbortSignal.timeout(Math.max(0, Math.ceil(ms)))
}

/** What a call gives, or undefined when the signal aborts first or it fails, of which `onFailure` is told. */
export async function valueWithin<T>(
  signal: AbortSignal,
  call: () => Promise<T>,
  onFailure: () => void
): Promise<T | undefined> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([stopped, call()])
  } catch {
    onFailure()
    return undefined
  } finally {
    signal.removeEventListener('abort', stop)
    stopped.catch(() => {})
  }
}
