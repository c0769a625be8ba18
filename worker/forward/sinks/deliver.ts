import { backoffMs } from '../../async/backoff.ts'
import type { Clock } from '../../async/clock.ts'
import type { Log } from '../../report/log.ts'
import type { Refusal, SinkRecord } from './sink.ts'
import { SinkError } from './sink-error.ts'

/*
 * What every sink does with the answers to its requests: try again what may pass, cut in two what is refused as a whole
 * until it is known which record is at fault.
 */

/** What one request came to. What can't be mended by trying again is thrown as a SinkError. */
export type Answer =
  | { readonly kind: 'taken' }
  /** Some records were not taken: for now, or for good. */
  | {
      readonly kind: 'partly'
      readonly again: readonly SinkRecord[]
      readonly refused: readonly Refusal[]
      readonly why: string
    }
  /** None was taken, for now. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number | undefined }
  /** The request is wrong or too large as a whole. */
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly reason: string }

export interface DeliverOptions {
  readonly sink: string
  readonly post: (batch: readonly SinkRecord[], signal: AbortSignal) => Promise<Answer>
  readonly patienceMs: number
  readonly signal: AbortSignal
  readonly log: Log
  readonly clock: Clock
}

const firstMs = 100
const longestMs = 10_000

/** Sends a batch until each record is taken or refused for good. @throws SinkError when patience runs out */
export async function deliver(batch: readonly SinkRecord[], options: DeliverOptions): Promise<Refusal[]> {
  const refused: Refusal[] = []
  const waits = new Waits(options)
  const pending: (readonly SinkRecord[])[] = [batch]
  for (let part = pending.pop(); part; part = pending.pop()) {
    options.signal.throwIfAborted()
    const answer = await options.post(part, options.signal)
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
  readonly #options: DeliverOptions
  #failures = 0
  #sinceMs: number | undefined

  constructor(options: DeliverOptions) {
    this.#options = options
  }

  recordSuccess(): void {
    this.#failures = 0
    this.#sinceMs = undefined
  }

  /** @throws SinkError when nothing was taken for the whole patience, or the signal's reason */
  async wait(why: string, askedMs = 0): Promise<void> {
    const { sink, patienceMs, signal, log, clock } = this.#options
    this.#sinceMs ??= clock.nowMs()
    const bounds = { firstMs, longestMs: Math.min(longestMs, patienceMs / 4) }
    const delayMs = Math.max(askedMs, backoffMs(this.#failures++, bounds, clock.random))
    if (clock.nowMs() - this.#sinceMs + delayMs > patienceMs) {
      throw new SinkError(sink, `${why}, for ${Math.round(patienceMs / 1000)} s`)
    }
    log.debug('waiting for the sink', { sink, why, delayMs: Math.round(delayMs) })
    await clock.sleep(delayMs, signal)
    signal.throwIfAborted()
  }
}

/** `Retry-After` in seconds; a date is not what these sinks send. */
export function retryAfterMs(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,4}$/.test(header) ? Number(header) * 1000 : undefined
}

/** A request that is silent for longer is asked again; its ids keep it from doubling anything. */
export const requestMs = (patienceMs: number): number => Math.min(30_000, patienceMs / 2)

/** Whether a status may pass: too many requests, or the sink takes the blame. */
export const mayPass = (status: number): boolean => status === 429 || status >= 500
