import { backoffMs } from '../../async/backoff.ts'
import { realClock } from '../../async/clock.ts'
import type { SinkSettings } from '../../contract/config-schema.ts'
import type { Refusal, SinkOptions, SinkRecord } from './sink.ts'
import { SinkError } from './sink-error.ts'

/*
 * How every sink handles the responses to its requests. Temporary failures are retried. A request that is refused as a
 * whole is halved until it is known which record is at fault.
 */

/** The result of one request. A failure that no retry can fix is thrown as a SinkError. */
export type Answer =
  | { readonly kind: 'taken' }
  /** Some records were not taken: a retry may help, or they are rejected. */
  | {
      readonly kind: 'partly'
      readonly again: readonly SinkRecord[]
      readonly refused: readonly Refusal[]
      readonly why: string
    }
  /** None was taken. A retry may help. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number | undefined }
  /** The request is wrong or too large as a whole. */
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly reason: string }

const firstMs = 100
const longestMs = 10_000

/** Sends records until each is taken or rejected. @throws SinkError after the retry time-out, or the signal's reason */
export async function deliver(
  records: readonly SinkRecord[],
  post: (part: readonly SinkRecord[]) => Promise<Answer>,
  options: SinkOptions,
  signal: AbortSignal
): Promise<Refusal[]> {
  const refused: Refusal[] = []
  const waits = new Waits(options, signal)
  const pending: (readonly SinkRecord[])[] = [records]
  for (let part = pending.pop(); part; part = pending.pop()) {
    signal.throwIfAborted()
    const answer = await post(part)
    if (answer.kind === 'taken') {
      waits.recordSuccess()
    } else if (answer.kind === 'partly') {
      refused.push(...answer.refused)
      if (answer.again.length === 0) continue
      pending.push(answer.again)
      if (answer.again.length < part.length) waits.recordSuccess()
      await waits.wait(`${answer.again.length} of ${part.length} records: ${answer.why}`)
    } else if (answer.kind === 'later') {
      pending.push(part)
      await waits.wait(answer.why, answer.afterMs)
    } else if (part.length === 1) {
      const { status, type, reason } = answer
      refused.push({ record: part[0]!, status, type, reason })
    } else {
      const half = part.length >> 1
      pending.push(part.slice(half), part.slice(0, half))
    }
  }
  return refused
}

/** The back-off of one delivery. */
class Waits {
  readonly #options: SinkOptions
  readonly #signal: AbortSignal
  #failures = 0
  #sinceMs: number | undefined

  constructor(options: SinkOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
  }

  recordSuccess(): void {
    this.#failures = 0
    this.#sinceMs = undefined
  }

  /** @throws SinkError if no record was taken during the whole retry time-out, or the signal's reason */
  async wait(why: string, askedMs = 0): Promise<void> {
    const { name, settings, log, clock = realClock } = this.#options
    const patienceMs = settings.patienceSeconds * 1000
    this.#sinceMs ??= clock.nowMs()
    const bounds = { firstMs, longestMs: Math.min(longestMs, patienceMs / 4) }
    const delayMs = Math.max(askedMs, backoffMs(this.#failures++, bounds, clock.random))
    if (clock.nowMs() - this.#sinceMs + delayMs > patienceMs) {
      throw new SinkError(name, `${why}, for ${Math.round(settings.patienceSeconds)} s`)
    }
    log.debug('waiting for the sink', { sink: name, why, delayMs: Math.round(delayMs) })
    await clock.sleep(delayMs, this.#signal)
    this.#signal.throwIfAborted()
  }
}

/** `Retry-After` in seconds. These sinks do not send a date. */
export function retryAfterMs(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : undefined
}

/** The time-out of a request, after which it is retried. The ids keep its records from being doubled. */
export const requestMs = ({ patienceSeconds }: SinkSettings): number => Math.min(30_000, patienceSeconds * 500)

/** Whether a status may be temporary: too many requests, or an error of the sink. */
export const mayPass = (status: number): boolean => status === 429 || status >= 500
