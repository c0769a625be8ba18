import assert from 'node:assert/strict'
import { createRandom, type Random } from '../../../bench/corpus/random.ts'
import { drainQueue } from '../../stand-ins/sqs/event-source.ts'
import { type FunctionProcess, startFunction } from '../../stand-ins/sqs/function-process.ts'
import {
  bucket,
  deadLetters,
  type ForwardTown,
  jsonLines,
  putTelemetry,
  queue,
  startForwardTown
} from './forward-town.ts'

export interface KillStorm {
  readonly kills: number
  readonly objects: number
  readonly recordsPerObject: number
  readonly seed: number
  /** The cluster is busy, resets connections, half-fails bulks and loses answers besides. */
  readonly isTroubled?: boolean
}

export interface StormResult {
  readonly kills: number
  readonly doubles: number
  readonly invocations: number
}

const module = new URL('../../../worker/forward/lambda.ts', import.meta.url)
/** A mapping of a real queue hides the messages of a killed function for minutes; a test has less time. */
const hiddenMs = 200
/** Short enough that the time of the function ends now and then, too. */
const functionMs = 6_000

/**
 * Forwards objects by the real function in a process of its own, killed at random moments, until the queue is empty, and
 * asserts that what arrived, by id, is exactly the input.
 */
export async function runKillStorm(storm: KillStorm): Promise<StormResult> {
  const { kills, objects, recordsPerObject, seed, isTroubled = false } = storm
  await using harness = await startForwardTown({ sink: { batchRecords: 50, requests: 3 } })
  const random = createRandom(seed)
  for (let at = 0; at < objects; at++)
    putTelemetry(harness, `${at}.gz`, jsonLines(recordsPerObject, at * recordsPerObject))
  const total = objects * recordsPerObject
  if (isTroubled) troubleCluster(harness, random)
  const requestsPerKill = Math.max(1, Math.floor(total / 50 / (kills + 2)))
  const start = (): Promise<FunctionProcess> => {
    return startFunction({ module, environment: { ...harness.environment(), IOT_LOG_MAX_RECEIVES: '999' } })
  }
  // The next process is loaded while one runs.
  let spare = start()
  let running: FunctionProcess | undefined
  let killed = 0
  let countdown = 0
  // A request of the bucket or the cluster, and up to some milliseconds after it: before its answer, or well behind it.
  const onRequest = (): void => {
    if (killed >= kills || countdown-- > 0) return
    countdown = 1 + random.below(requestsPerKill)
    killed++
    const victim = running
    setTimeout(() => victim?.kill(), random.below(12))
  }
  countdown = random.below(requestsPerKill)
  harness.search.onBulk = onRequest
  const invocations = await drainQueue({
    server: harness.sqs,
    queue,
    deadLetterQueue: deadLetters,
    maxReceives: 1_000,
    batchSize: 4,
    hiddenMs,
    invoke: async (event) => {
      if (!running || running.isGone) {
        running = await spare
        spare = start()
      }
      return (await running.invoke(event, functionMs)).answer
    }
  })
  for (const one of [running, await spare]) await one?.[Symbol.asyncDispose]()
  assert.equal(killed, kills, 'the storm was over before all kills')
  assert.equal(harness.sqs.messages(deadLetters).length, 0)
  const documents = [...harness.search.indexes.values()].flatMap((one) => [...one.values()])
  assert.equal(new Set(harness.search.ids()).size, total)
  assert.deepEqual(
    documents.map(({ n }) => n as number).sort((a, b) => a - b),
    Array.from({ length: total }, (_, at) => at)
  )
  assert.ok(
    harness.s3.keys(bucket).every((key) => !key.startsWith('forward/')),
    'nothing was rejected'
  )
  return { kills: killed, doubles: harness.search.doubles, invocations }
}

/** Every kind of fault, again and again; none lasts. */
function troubleCluster({ search }: ForwardTown, random: Random): void {
  for (let after = 0; after < 2_000; after += 20) {
    search.faults.add(
      {
        operation: 'bulk',
        after,
        times: 1,
        action: { kind: 'error', type: 'es_rejected_execution_exception', status: 429 }
      },
      { operation: 'bulk', after: after + 5, times: 1, action: { kind: 'reset' } },
      { operation: 'bulk', after: after + 10, times: 1, action: { kind: 'lost-answer' } },
      { operation: 'bulk', after: after + 15, times: 1, action: { kind: 'latency', ms: 50 } }
    )
  }
  search.itemFault = () =>
    random.below(50) === 0 ? { status: 429, type: 'es_rejected_execution_exception' } : undefined
}
