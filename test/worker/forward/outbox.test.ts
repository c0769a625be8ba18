import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Document } from '../../../worker/forward/document.ts'
import { ObjectTally } from '../../../worker/forward/object-tally.ts'
import { Outbox } from '../../../worker/forward/outbox.ts'
import type { Refusal, Sink, SinkRecord } from '../../../worker/forward/sinks/sink.ts'
import { silentLog } from '../../../worker/report/log.ts'

const never = new AbortController().signal

function documentOf(number: number): Document {
  const head = JSON.stringify({ number, text: 'x'.repeat(number % 50) })
  return {
    id: `id-${number}`,
    category: 'telemetry',
    dayTimeMs: 0,
    head,
    rest: undefined,
    bytes: Buffer.byteLength(head)
  }
}

const numberOf = ({ source, start, end }: SinkRecord): number => JSON.parse(source.toString('utf8', start, end)).number

/** A sink whose batches come back when the test says so. */
function heldSink() {
  const held: { batch: readonly SinkRecord[]; end: (refusals?: Refusal[]) => void; fail: (error: Error) => void }[] = []
  const sink: Sink = {
    send: (batch) =>
      new Promise((resolve, reject) => {
        held.push({ batch, end: (refusals = []) => resolve(refusals), fail: reject })
      }),
    setup: async () => [],
    [Symbol.asyncDispose]: async () => {}
  }
  return { sink, held }
}

function open(sink: Sink, keepRejected: (refusals: readonly Refusal[]) => Promise<void> = async () => {}) {
  return new Outbox<string>({
    sink,
    named: { settings: { batchBytes: 300, batchRecords: 5, requests: 3 } },
    keepRejected,
    signal: never,
    log: silentLog
  })
}

describe('the outbox', () => {
  it('the outbox reports up to where all is sent, for any order of answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { maxLength: 200 }), async (choices) => {
        const { sink, held } = heldSink()
        const outbox = open(sink)
        const tally = new ObjectTally()
        const through = new Set<number>()
        let added = 0
        for (const choice of choices) {
          while (!outbox.isFull) outbox.add(documentOf(added), tally, 'work', added++)
          const next = held.splice(choice % held.length, 1)[0]!
          for (const record of next.batch) through.add(numberOf(record))
          next.end()
          await new Promise((resolve) => setImmediate(resolve))
          let expected = 0
          while (through.has(expected)) expected++
          assert.equal((outbox.reached?.number ?? -1) + 1, expected)
          assert.ok(held.length <= 3)
          assert.equal(tally.sent, through.size)
        }
      }),
      { numRuns: 50 }
    )
  })

  it('the outbox counts a rejected record only when it is kept', async () => {
    const { sink, held } = heldSink()
    const kept = Promise.withResolvers<void>()
    const outbox = open(sink, () => kept.promise)
    const tally = new ObjectTally()
    for (let number = 0; number < 5; number++) outbox.add(documentOf(number), tally, 'work', number)
    const flushed = outbox.flush()
    held[0]!.end([{ record: held[0]!.batch[2]!, status: 400, type: 'mapper_parsing_exception', reason: 'quoted' }])
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(tally.underWay, 5)
    kept.resolve()
    await flushed
    assert.deepEqual([tally.sent, tally.rejected, tally.underWay], [4, 1, 0])
    assert.deepEqual(tally.lastFailures, [{ record: 2, status: 400, type: 'mapper_parsing_exception' }])
  })

  it('the outbox sends nothing after the sink has failed, and reports the error', async () => {
    const { sink, held } = heldSink()
    const outbox = open(sink)
    const tally = new ObjectTally()
    for (let number = 0; number < 40; number++) outbox.add(documentOf(number), tally, 'work', number)
    assert.equal(held.length, 3)
    held[1]!.fail(new Error('the sink is gone'))
    held[0]!.end()
    held[2]!.end()
    await assert.rejects(outbox.drain(), /the sink is gone/)
    await assert.rejects(outbox.flush(), /the sink is gone/)
    assert.equal(held.length, 3)
    assert.equal(
      outbox.reached!.number,
      held[0]!.batch.length - 1,
      'the third is finished, and the second before it is not'
    )
  })
})
