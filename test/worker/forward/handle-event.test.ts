import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type BatchResponse, handleEvent } from '../../../worker/forward/handle-event.ts'
import { startForwarder } from '../../../worker/forward/start-forwarder.ts'
import { queueEvent } from '../../stand-ins/sqs/event-source.ts'
import {
  bucket,
  deadLetters,
  type ForwardTown,
  type HarnessOptions,
  jsonLines,
  putTelemetry,
  queue,
  s3EventBody,
  s3Record,
  startForwardTown
} from './forward-town.ts'

const never = new AbortController().signal

interface Summary {
  readonly message: string
  readonly key?: string
  readonly [name: string]: unknown
}

/** A forwarder in this process, in a harness of its own. */
async function openHarness(options: HarnessOptions = {}, variables: Record<string, string> = {}) {
  const harness = await startForwardTown(options)
  const environment = { ...harness.environment(), ...variables }
  Object.assign(process.env, environment)
  const lines: string[] = []
  const started = await startForwarder({
    directory: harness.directory.path,
    environment,
    nowMs: Date.now,
    write: (line) => lines.push(line)
  })
  return {
    ...harness,
    lines,
    log: (): Summary[] => lines.map((line) => JSON.parse(line) as Summary),
    forwarder: started.forwarder,
    handle: (event: object, signal = never) => handleEvent(event, started.forwarder, started.queue, signal),
    /** One invocation with up to ten messages, as the mapping would do it; it deletes the finished ones. */
    invoke: async (signal = never): Promise<BatchResponse> => {
      const messages = harness.sqs.receive(queue, 10, 0)
      const answer = (await handleEvent(queueEvent(messages), started.forwarder, started.queue, signal))!
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
      for (const { id } of messages) if (!failed.has(id)) harness.sqs.delete(queue, id)
      return answer
    },
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]()
      await harness[Symbol.asyncDispose]()
    }
  }
}

function numbers(harness: ForwardTown): number[] {
  const documents = [...harness.search.indexes.values()].flatMap((one) => [...one.values()])
  return documents.map((document) => document.n as number).sort((a, b) => a - b)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

describe('an event', () => {
  it('an event of a queue becomes the records of its objects, each with its bucket and key', async () => {
    await using harness = await openHarness({ sink: { addFields: { environment: 'dev' } } })
    const first = putTelemetry(harness, 'a.gz', jsonLines(250))
    putTelemetry(harness, 'b \u00e9+%.gz', jsonLines(50, 250))
    assert.deepEqual(await harness.invoke(), { batchItemFailures: [] })
    assert.deepEqual(numbers(harness), upTo(300))
    const documents = harness.search.indexes.get('iot-telemetry-2023.10.01')!
    const document = [...documents.values()].find(({ n }) => n === 7)!
    assert.deepEqual(document.s3, { bucket, key: first, record: 7 })
    assert.equal(document.environment, 'dev')
    const summaries = harness.log().filter(({ message }) => message === 'object forwarded')
    assert.deepEqual(
      summaries.map(({ key, records, sent, rejected }) => [key, records, sent, rejected]),
      [
        [first, 250, 250, 0],
        ['telemetry/2023/10/01/03/b \u00e9+%.gz', 50, 50, 0]
      ]
    )
  })

  it('an event that comes twice changes nothing', async () => {
    await using harness = await openHarness()
    const key = putTelemetry(harness, 'a.gz', jsonLines(120))
    harness.sqs.put(queue, s3EventBody(harness, key))
    await harness.invoke()
    assert.deepEqual(numbers(harness), upTo(120))
  })

  it('an event of the bucket, a topic or EventBridge is handled without a queue', async () => {
    await using harness = await openHarness()
    const keys = [0, 1, 2].map((at) => {
      const key = `telemetry/2023/10/01/03/${at}.json`
      harness.s3.put(bucket, key, jsonLines(10, at * 10))
      return key
    })
    const etag = (s3Record(harness.s3, keys[2]!) as { s3: { object: { eTag: string; size: number } } }).s3.object
    await harness.handle({ Records: [s3Record(harness.s3, keys[0]!)] })
    await harness.handle({
      Records: [{ EventSource: 'aws:sns', Sns: { Type: 'Notification', Message: s3EventBody(harness, keys[1]!) } }]
    })
    const object = { key: keys[2], size: etag.size, etag: etag.eTag }
    await harness.handle({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucket }, object }
    })
    assert.deepEqual(numbers(harness), upTo(30))
    await harness.handle({ no: 'event' })
    assert.equal(harness.sqs.messages(deadLetters)[0]!.reason, 'the body is not an event of S3')
    harness.sqs.faults.add({ action: { kind: 'error', type: 'AccessDenied', status: 403 } })
    await assert.rejects(harness.handle({ no: 'event' }), /SendMessage failed/)
  })

  it('events of tests, other keys, markers and empty objects are finished at once', async () => {
    await using harness = await openHarness()
    harness.sqs.put(queue, JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket }))
    for (const key of [
      'slack/iot-logs/20231001/x.zip',
      'telemetry/2023/10/01/03/',
      'telemetry/2023/10/01/03/empty.gz'
    ]) {
      harness.s3.put(bucket, key, '')
      harness.sqs.put(queue, s3EventBody(harness, key))
    }
    assert.deepEqual(await harness.invoke(), { batchItemFailures: [] })
    assert.equal(harness.sqs.messages(queue).length, 0)
    assert.equal(harness.sqs.messages(deadLetters).length, 0)
    assert.equal(harness.search.bulks, 0)
  })

  it('an event of a missing object is finished, and one of a replaced object forwards the new content', async () => {
    await using harness = await openHarness()
    const gone = putTelemetry(harness, 'gone.gz', jsonLines(10))
    const replaced = putTelemetry(harness, 'replaced.gz', jsonLines(10))
    harness.s3.delete(bucket, gone)
    harness.s3.put(bucket, replaced, gzipSync(jsonLines(30, 100)))
    assert.deepEqual(await harness.invoke(), { batchItemFailures: [] })
    assert.deepEqual(numbers(harness), upTo(130).slice(100))
    assert.equal(harness.log().find(({ key }) => key === gone)!.result, 'vanished')
  })

  it('an event forwards only what the sink takes', async () => {
    await using harness = await openHarness({ sink: { categories: ['telemetry'], exclude: ['"n":\\d*[13579]\\b'] } })
    putTelemetry(harness, 'a.gz', jsonLines(20))
    harness.s3.put(bucket, 'commands/2023/10/01/03/a', jsonLines(5, 1000))
    harness.sqs.put(queue, s3EventBody(harness, 'commands/2023/10/01/03/a'))
    await harness.invoke()
    assert.deepEqual(
      numbers(harness),
      upTo(10).map((at) => at * 2)
    )
    assert.equal(harness.log().find(({ message }) => message === 'object forwarded')!.filtered, 10)
  })
})

describe('an object that can not be forwarded', () => {
  it('a damaged object goes to the dead-letter queue with a reason after its good records are forwarded', async () => {
    await using harness = await openHarness()
    const whole = gzipSync(jsonLines(500))
    const key = putTelemetry(harness, 'cut.gz', whole.subarray(0, whole.length - 500))
    putTelemetry(harness, 'noise.gz', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(100, 7)]))
    putTelemetry(harness, 'good.gz', jsonLines(10, 1000))
    harness.sqs.put(queue, 'no event at all')
    harness.sqs.put(
      queue,
      JSON.stringify({
        Records: [{ ...s3Record(harness.s3, key), s3: { bucket: { name: 'other' }, object: { key: 'x' } } }]
      })
    )
    assert.deepEqual(await harness.invoke(), { batchItemFailures: [] })
    assert.equal(harness.sqs.messages(queue).length, 0)
    const reasons = harness.sqs.messages(deadLetters).map(({ reason }) => reason!)
    assert.equal(reasons.length, 4)
    assert.match(reasons.join('\n'), /unreadable: truncated at byte \d+: s3:\/\/dev-iot-logs\/telemetry\/.*cut\.gz/)
    assert.match(reasons.join('\n'), /unreadable: bad-data at byte \d+: .*noise\.gz/)
    assert.match(reasons.join('\n'), /the body is not JSON/)
    assert.match(reasons.join('\n'), /the bucket other is not the source/)
    const arrived = numbers(harness)
    assert.ok(arrived.includes(0) && arrived.includes(400) && arrived.includes(1009))
  })

  it('a message from the dead-letter queue resumes where it stopped', async () => {
    await using harness = await openHarness()
    const whole = gzipSync(jsonLines(500))
    const key = putTelemetry(harness, 'cut.gz', whole.subarray(0, whole.length - 500))
    await harness.invoke()
    const [letter] = harness.sqs.messages(deadLetters)
    harness.s3.put(bucket, key, whole)
    harness.sqs.put(queue, letter!.body)
    await harness.invoke()
    assert.deepEqual([...new Set(numbers(harness))], upTo(500), 'it is another object now, and read from its beginning')
  })

  it('a message that failed too often goes to the dead-letter queue', async () => {
    await using harness = await openHarness({ sink: { patienceSeconds: 1 } }, { IOT_LOG_MAX_RECEIVES: '2' })
    putTelemetry(harness, 'a.gz', jsonLines(10))
    await harness.search.setOffline(true)
    assert.equal((await harness.invoke()).batchItemFailures.length, 1)
    assert.equal((await harness.invoke()).batchItemFailures.length, 0)
    const [letter] = harness.sqs.messages(deadLetters)
    assert.match(letter!.reason!, /The sink search accepts no records: .*ECONNREFUSED.*received 2 times/)
    await harness.search.setOffline(false)
    harness.sqs.put(queue, letter!.body)
    await harness.invoke()
    assert.deepEqual(numbers(harness), upTo(10))
  })
})

describe('records that a sink refuses', () => {
  it('rejected records are kept with the reason, counted, and not logged', async () => {
    await using harness = await openHarness({}, { IOT_LOG_LEVEL: 'debug' })
    harness.search.itemFault = ({ n }) =>
      Number(n) % 10 === 3 ? { status: 400, type: 'mapper_parsing_exception' } : undefined
    const key = putTelemetry(harness, 'a.gz', jsonLines(100))
    await harness.invoke()
    assert.equal(numbers(harness).length, 90)
    const [kept] = harness.s3.keys(bucket).filter((one) => one.startsWith('forward/rejected/search/'))
    const lines = harness.s3
      .get(bucket, kept!)!
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.map(({ document }) => JSON.parse(document).n),
      upTo(10).map((at) => at * 10 + 3)
    )
    assert.match(lines[0].reason, /injected for/)
    const summary = harness.log().find((one) => one.key === key)!
    assert.deepEqual([summary.records, summary.sent, summary.rejected], [100, 90, 10])
    assert.deepEqual((summary.lastFailures as object[]).at(-1), {
      record: 93,
      status: 400,
      type: 'mapper_parsing_exception'
    })
    assert.equal((summary.lastFailures as object[]).length, 5)
    assert.doesNotMatch(harness.lines.join('\n'), /THING0|injected/)
  })

  it('records that exceed any request are rejected', async () => {
    await using harness = await openHarness({ sink: { batchBytes: 65_536 } })
    const large = `{"n":5,"text":"${'x'.repeat(100_000)}"}\n`
    putTelemetry(harness, 'a.gz', `${jsonLines(5)}${large}${jsonLines(4, 6)}`)
    assert.deepEqual(await harness.invoke(), { batchItemFailures: [] })
    assert.deepEqual(numbers(harness), [0, 1, 2, 3, 4, 6, 7, 8, 9])
    const [kept] = harness.s3.keys(bucket).filter((one) => one.startsWith('forward/rejected/'))
    assert.match(harness.s3.get(bucket, kept!)!.toString(), /"type":"oversized"/)
  })

  it('rejected records count as finished only when they are kept', async () => {
    await using harness = await openHarness()
    harness.search.itemFault = ({ n }) => (n === 3 ? { status: 400, type: 'mapper_parsing_exception' } : undefined)
    harness.s3.faults.add({ operation: 'PutObject', action: { kind: 'error', code: 'AccessDenied' } })
    putTelemetry(harness, 'a.gz', jsonLines(10))
    assert.equal((await harness.invoke()).batchItemFailures.length, 1)
    harness.s3.faults.clear()
    assert.equal((await harness.invoke()).batchItemFailures.length, 0)
    assert.equal(harness.s3.keys(bucket).filter((one) => one.startsWith('forward/rejected/')).length, 1)
  })
})

describe('a sink that fails', () => {
  it('a sink that fails halfway leaves a message that resumes where it stopped', async () => {
    await using harness = await openHarness({ sink: { patienceSeconds: 3, requests: 1 } })
    harness.search.onBulk = () => {
      if (harness.search.bulks === 3) void harness.search.setOffline(true)
    }
    putTelemetry(harness, 'a.gz', jsonLines(1000))
    assert.deepEqual(await harness.invoke(), { batchItemFailures: [] })
    const [message] = harness.sqs.messages(queue)
    const { objects, hops } = JSON.parse(message!.body)
    // The third batch was taken, and its answer lost.
    assert.equal(objects[0].from, 200)
    assert.equal(hops, 1)
    assert.equal(message!.delaySeconds, 60)
    harness.search.onBulk = () => {}
    await harness.search.setOffline(false)
    const before = harness.search.bulks
    await harness.invoke()
    assert.deepEqual(numbers(harness), upTo(1000))
    assert.equal(harness.search.bulks - before, 8, 'nothing before it is sent again')
    assert.equal(harness.sqs.messages(queue).length, 0)
  })

  it('a slow sink gets no more requests than its limit, and reading waits', async () => {
    await using harness = await openHarness({ sink: { requests: 2 } })
    harness.search.faults.add({ operation: 'bulk', action: { kind: 'latency', ms: 5 } })
    putTelemetry(harness, 'a.gz', jsonLines(10_000))
    let mostGap = 0
    harness.search.onBulk = () => {
      mostGap = Math.max(mostGap, harness.search.inFlight.now)
    }
    await harness.invoke()
    assert.equal(numbers(harness).length, 10_000)
    assert.ok(mostGap <= 2)
  })

  it('a message is delivered again when both sink and queue fail', async () => {
    await using harness = await openHarness({ sink: { patienceSeconds: 1, requests: 1 } })
    harness.search.onBulk = () => {
      if (harness.search.bulks === 3) void harness.search.setOffline(true)
    }
    harness.sqs.faults.add({ action: { kind: 'error', type: 'InternalFailure', status: 500 } })
    putTelemetry(harness, 'a.gz', jsonLines(1000))
    assert.equal((await harness.invoke()).batchItemFailures.length, 1)
  })
})

describe('the time of the function', () => {
  it('at a time-out, started objects resume where they stopped and others start over', async () => {
    await using harness = await openHarness({ sink: { requests: 1 } })
    const stop = new AbortController()
    harness.search.onBulk = () => {
      if (harness.search.bulks === 4) stop.abort(new Error('the time of the function is over'))
    }
    putTelemetry(harness, 'a.gz', jsonLines(2000))
    putTelemetry(harness, 'b.gz', jsonLines(100, 2000))
    assert.deepEqual(await harness.invoke(stop.signal), { batchItemFailures: [] })
    const rest = harness.sqs.messages(queue).map(({ body }) => JSON.parse(body).objects[0].from as number)
    assert.equal(rest.length, 2)
    assert.ok(rest[0]! >= 300 && rest[0]! % 100 === 0, String(rest[0]))
    assert.equal(rest[1], 0)
    harness.search.onBulk = () => {}
    const before = numbers(harness).length
    await harness.invoke()
    assert.deepEqual(numbers(harness), upTo(2100))
    assert.equal(harness.search.doubles, before - rest[0]!, 'at most what was under way is sent twice')
  })

  it('at a time-out before any progress, the queue delivers the message again', async () => {
    await using harness = await openHarness({ sink: { patienceSeconds: 1 } })
    const stop = new AbortController()
    harness.search.itemFault = () => {
      stop.abort(new Error('the time of the function is over'))
      return { status: 503, type: 'unavailable' }
    }
    putTelemetry(harness, 'a.gz', jsonLines(100))
    assert.equal((await harness.invoke(stop.signal)).batchItemFailures.length, 1)
    assert.equal(harness.sqs.messages(queue).length, 1)
  })
})
