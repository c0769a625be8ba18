import { realClock } from '../async/clock.ts'
import { type BatchResponse, handleEvent } from './handle-event.ts'
import { type StartedForwarder, startForwarder } from './start-forwarder.ts'

/*
 * The Lambda behind a queue of S3 events: it forwards the records of new objects to one sink. The mapping of the queue
 * needs ReportBatchItemFailures. The queue needs a visibility time-out of six times the function's time-out.
 */

/** Reserved at the end of the function's time: for requests in flight, and for the message that resumes the rest. */
const reserveMs = 20_000

interface LambdaContext {
  getRemainingTimeInMillis(): number
}

let started: Promise<StartedForwarder> | undefined

export async function handler(event: unknown, context: LambdaContext): Promise<BatchResponse | undefined> {
  const endMs = performance.now() + context.getRemainingTimeInMillis()
  started ??= start()
  const { forwarder, queue } = await started
  const leftMs = endMs - performance.now()
  const usableMs = leftMs - Math.min(reserveMs, leftMs / 3)
  using limit = realClock.limit(usableMs, new Error('the time of the function is over'))
  try {
    return await handleEvent(event, forwarder, queue, limit.signal)
  } finally {
    const { rss, heapUsed } = process.memoryUsage()
    forwarder.log.debug('memory', { rss, heapUsed })
  }
}

async function start(): Promise<StartedForwarder> {
  try {
    return await startForwarder({
      directory: process.cwd(),
      environment: process.env,
      nowMs: Date.now,
      write: (line) => void process.stdout.write(`${line}\n`)
    })
  } catch (error) {
    // The next invocation may find a fixed configuration.
    started = undefined
    throw error
  }
}
