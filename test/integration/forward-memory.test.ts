import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { forwarderFlags } from '../../worker/node-flags.ts'
import { queueEvent } from '../stand-ins/sqs/event-source.ts'
import { startFunction } from '../stand-ins/sqs/function-process.ts'
import { buildProgram } from '../support/build-program.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { deadLetters, jsonLines, putTelemetry, queue, startForwardTown } from '../worker/forward/forward-town.ts'

const limitKib = 192 * 1024

describe('the function as a bundle, in 192 MiB', () => {
  const directory = temporaryDirectory()
  const module = pathToFileURL(`${directory.path}/forward.mjs`)
  before(async () => {
    await buildProgram(directory.path)
    return () => directory[Symbol.dispose]()
  })

  it('the bundled function forwards an object of any size to a slow sink in 192 MiB', async (test) => {
    const memberLines = 50_000
    const members = 3
    // Members of the same text, so that a large object is made quickly.
    const member = gzipSync(jsonLines(memberLines), { level: 1 })
    const { ids, peakKib } = await forward(Buffer.concat(Array.from({ length: members }, () => member)), 20)
    test.diagnostic(`${ids} records, peak ${Math.round(peakKib / 1024)} MiB`)
    assert.equal(ids, members * memberLines)
    assert.ok(peakKib < limitKib, `${peakKib} KiB`)
  })

  it('the bundled function forwards records of megabytes, and rejects records that exceed a request', async (test) => {
    const text = [0.5, 1.9, 2.5, 3.9].map((mebibytes) => {
      const numbers = `${'7,'.repeat(mebibytes * 512 * 1024 - 20)}7`
      return `{"a":[${numbers}]}\n`
    })
    const { ids, peakKib, rejected } = await forward(gzipSync(text.join('').repeat(3)), 0)
    test.diagnostic(`peak ${Math.round(peakKib / 1024)} MiB`)
    assert.equal(ids, 2 * 3)
    assert.equal(rejected, 2 * 3)
    assert.ok(peakKib < limitKib, `${peakKib} KiB`)
  })

  async function forward(
    object: Buffer,
    latencyMs: number
  ): Promise<{ ids: number; peakKib: number; rejected: number }> {
    await using harness = await startForwardTown({ keepsDocuments: false, sink: { batchRecords: 50_000 } })
    harness.search.faults.add({ operation: 'bulk', action: { kind: 'latency', ms: latencyMs } })
    putTelemetry(harness, 'large.gz', object)
    const environment = { ...harness.environment(), NODE_OPTIONS: forwarderFlags.join(' ') }
    await using running = await startFunction({ module, environment })
    const { answer, peakKib } = await running.invoke(queueEvent(harness.sqs.receive(queue, 1, 0)), 300_000)
    assert.deepEqual(answer, { batchItemFailures: [] })
    assert.deepEqual(harness.sqs.messages(deadLetters), [])
    const kept = harness.s3.keys('dev-iot-logs').filter((key) => key.startsWith('forward/rejected/'))
    const rejected = kept.map((key) => harness.s3.get('dev-iot-logs', key)!.toString().split('\n').length - 1)
    return { ids: harness.search.ids().length, peakKib, rejected: rejected.reduce((sum, one) => sum + one, 0) }
  }
})
