import { setImmediate } from 'node:timers/promises'

/** What is to be waited for. */
export interface Wait<T> {
  /** Looked at now and after every change, until it gives something. */
  readonly look: () => T | undefined | false
  /** Calls after every change; gives what ends that. */
  readonly watch: (check: () => void) => () => void
  readonly timeoutMs: number
  /** What there was instead, for the error. */
  readonly describe: () => string
}

/** Waits without sleeping. @throws what the look throws, or when the time is over */
export function until<T>({ look, watch, timeoutMs, describe }: Wait<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const check = (): void => {
    try {
      const found = look()
      if (found !== undefined && found !== false) resolve(found)
    } catch (error) {
      reject(error)
    }
  }
  const stop = watch(check)
  const timer = setTimeout(() => reject(new Error(`Not seen in ${timeoutMs} ms. ${describe()}`)), timeoutMs)
  check()
  return promise.finally(() => {
    stop()
    clearTimeout(timer)
  })
}

/** Looks again and again, for what reports no change. @throws when the time is over, with what it waited for */
export async function untilTrue(
  what: string,
  look: () => boolean | Promise<boolean>,
  timeoutMs = 60_000
): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!(await look())) {
    if (performance.now() > endMs) throw new Error(`Not seen in ${timeoutMs} ms: ${what}`)
    await setImmediate()
  }
}
