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
  jsonLines,
  putTelemetry,
  queue,
  s3EventBody,
  s3Record,
  startForwardTown,
  type TownOptions
} from './forward-town.ts'

const never = new AbortController().signal

interface Summary {
  readonly message: string
  readonly key?: string
  readonly [name: string]: unknown
}

/** A forwarder in this process, in a town of its own. */
async function openTown(options: TownOptions = {}, variables: Record<string, string> = {}) {
  const town = await startForwardTown(options)
  const environment = { ...town.environment(), ...variables }
  Object.assign(process.env, environment)
  const lines: string[] = []
  const started = await startForwarder({
    directory: town.directory.path,
    environment,
    nowMs: Date.now,
    write: (line) => lines.push(line)
  })
  return {
    ...town,
    lines,
    log: (): Summary[] => lines.map((line) => JSON.parse(line) as Summary),
    forwarder: started.forwarder,
    handle: (event: object, signal = never) => handleEvent(event, started.forwarder, started.queue, signal),
    /** One invocation with up to ten messages, as the mapping would do it; those that are through are gone. */
    invoke: async (signal = never): Promise<BatchResponse> => {
      const messages = town.sqs.receive(queue, 10, 0)
      const answer = (await handleEvent(queueEvent(messages), started.forwarder, started.queue, signal))!
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
      for (const { id } of messages) if (!failed.has(id)) town.sqs.delete(queue, id)
      return answer
    },
    [Symbol.asyncDispose]: async () => {
      await started[Symbol.asyncDispose]()
      await town[Symbol.asyncDispose]()
    }
  }
}

function numbers(town: ForwardTown): number[] {
  const documents = [...town.search.indexes.values()].flatMap((one) => [...one.values()])
  return documents.map((document) => document.n as number).sort((a, b) => a - b)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

describe('an event', () => {
  it('of a queue becomes the records of its objects, each with its bucket and key', async () => {
    await using town = await openTown({ sink: { addFields: { environment: 'dev' } } })
    const first = putTelemetry(town, 'a.gz', jsonLines(250))
    putTelemetry(town, 'b \u00e9+%.gz', jsonLines(50, 250))
    assert.deepEqual(await town.invoke(), { batchItemFailures: [] })
    assert.deepEqual(numbers(town), upTo(300))
    const documents = town.search.indexes.get('iot-telemetry-2023.10.01')!
    const document = [...documents.values()].find(({ n }) => n === 7)!
    assert.deepEqual(document.s3, { bucket, key: first, record: 7 })
    assert.equal(document.environment, 'dev')
    const summaries = town.log().filter(({ message }) => message === 'object forwarded')
    assert.deepEqual(
      summaries.map(({ key, records, sent, rejected }) => [key, records, sent, rejected]),
      [
        [first, 250, 250, 0],
        ['telemetry/2023/10/01/03/b \u00e9+%.gz', 50, 50, 0]
      ]
    )
  })

  it('that comes twice changes nothing', async () => {
    await using town = await openTown()
    const key = putTelemetry(town, 'a.gz', jsonLines(120))
    town.sqs.put(queue, s3EventBody(town, key))
    await town.invoke()
    assert.deepEqual(numbers(town), upTo(120))
  })

  it('of the bucket itself, of a topic or EventBridge is taken without a queue', async () => {
    await using town = await openTown()
    const keys = [0, 1, 2].map((at) => {
      const key = `telemetry/2023/10/01/03/${at}.json`
      town.s3.put(bucket, key, jsonLines(10, at * 10))
      return key
    })
    const etag = (s3Record(town.s3, keys[2]!) as { s3: { object: { eTag: string; size: number } } }).s3.object
    await town.handle({ Records: [s3Record(town.s3, keys[0]!)] })
    await town.handle({
      Records: [{ EventSource: 'aws:sns', Sns: { Type: 'Notification', Message: s3EventBody(town, keys[1]!) } }]
    })
    const object = { key: keys[2], size: etag.size, etag: etag.eTag }
    await town.handle({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: { bucket: { name: bucket }, object }
    })
    assert.deepEqual(numbers(town), upTo(30))
    await town.handle({ no: 'event' })
    assert.equal(town.sqs.messages(deadLetters)[0]!.reason, 'the body is no event of S3')
    town.sqs.faults.add({ action: { kind: 'error', type: 'AccessDenied', status: 403 } })
    await assert.rejects(town.handle({ no: 'event' }), /SendMessage failed/)
  })

  it('of a test, of other keys, of markers and of empty objects is through at once', async () => {
    await using town = await openTown()
    town.sqs.put(queue, JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket }))
    for (const key of [
      'slack/iot-logs/20231001/x.zip',
      'telemetry/2023/10/01/03/',
      'telemetry/2023/10/01/03/empty.gz'
    ]) {
      town.s3.put(bucket, key, '')
      town.sqs.put(queue, s3EventBody(town, key))
    }
    assert.deepEqual(await town.invoke(), { batchItemFailures: [] })
    assert.equal(town.sqs.messages(queue).length, 0)
    assert.equal(town.sqs.messages(deadLetters).length, 0)
    assert.equal(town.search.bulks, 0)
  })

  it('of an object that has gone is through, of one that was replaced brings what stands there now', async () => {
    await using town = await openTown()
    const gone = putTelemetry(town, 'gone.gz', jsonLines(10))
    const replaced = putTelemetry(town, 'replaced.gz', jsonLines(10))
    town.s3.delete(bucket, gone)
    town.s3.put(bucket, replaced, gzipSync(jsonLines(30, 100)))
    assert.deepEqual(await town.invoke(), { batchItemFailures: [] })
    assert.deepEqual(numbers(town), upTo(130).slice(100))
    assert.equal(town.log().find(({ key }) => key === gone)!.result, 'vanished')
  })

  it('leaves out what the sink does not take', async () => {
    await using town = await openTown({ sink: { categories: ['telemetry'], exclude: ['"n":\\d*[13579]\\b'] } })
    putTelemetry(town, 'a.gz', jsonLines(20))
    town.s3.put(bucket, 'commands/2023/10/01/03/a', jsonLines(5, 1000))
    town.sqs.put(queue, s3EventBody(town, 'commands/2023/10/01/03/a'))
    await town.invoke()
    assert.deepEqual(
      numbers(town),
      upTo(10).map((at) => at * 2)
    )
    assert.equal(town.log().find(({ message }) => message === 'object forwarded')!.filtered, 10)
  })
})

describe('what nobody can forward', () => {
  it('is laid aside with a reason, what stood before the damage is forwarded, nothing loops', async () => {
    await using town = await openTown()
    const whole = gzipSync(jsonLines(500))
    const key = putTelemetry(town, 'cut.gz', whole.subarray(0, whole.length - 500))
    putTelemetry(town, 'noise.gz', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(100, 7)]))
    putTelemetry(town, 'good.gz', jsonLines(10, 1000))
    town.sqs.put(queue, 'no event at all')
    town.sqs.put(
      queue,
      JSON.stringify({
        Records: [{ ...s3Record(town.s3, key), s3: { bucket: { name: 'other' }, object: { key: 'x' } } }]
      })
    )
    assert.deepEqual(await town.invoke(), { batchItemFailures: [] })
    assert.equal(town.sqs.messages(queue).length, 0)
    const reasons = town.sqs.messages(deadLetters).map(({ reason }) => reason!)
    assert.equal(reasons.length, 4)
    assert.match(reasons.join('\n'), /unreadable: truncated at byte \d+: s3:\/\/dev-iot-logs\/telemetry\/.*cut\.gz/)
    assert.match(reasons.join('\n'), /unreadable: bad-data at byte \d+: .*noise\.gz/)
    assert.match(reasons.join('\n'), /the body is not JSON/)
    assert.match(reasons.join('\n'), /the bucket other is not the source/)
    const arrived = numbers(town)
    assert.ok(arrived.includes(0) && arrived.includes(400) && arrived.includes(1009))
  })

  it('comes back from the dead-letter queue and goes on where it was', async () => {
    await using town = await openTown()
    const whole = gzipSync(jsonLines(500))
    const key = putTelemetry(town, 'cut.gz', whole.subarray(0, whole.length - 500))
    await town.invoke()
    const [letter] = town.sqs.messages(deadLetters)
    town.s3.put(bucket, key, whole)
    town.sqs.put(queue, letter!.body)
    await town.invoke()
    assert.deepEqual([...new Set(numbers(town))], upTo(500), 'it is another object now, and read from its beginning')
  })

  it('is a message that failed too often', async () => {
    await using town = await openTown({ sink: { patienceSeconds: 1 } }, { IOT_LOG_MAX_RECEIVES: '2' })
    putTelemetry(town, 'a.gz', jsonLines(10))
    await town.search.setOffline(true)
    assert.equal((await town.invoke()).batchItemFailures.length, 1)
    assert.equal((await town.invoke()).batchItemFailures.length, 0)
    const [letter] = town.sqs.messages(deadLetters)
    assert.match(letter!.reason!, /The sink search took nothing: .*ECONNREFUSED.*received 2 times/)
    await town.search.setOffline(false)
    town.sqs.put(queue, letter!.body)
    await town.invoke()
    assert.deepEqual(numbers(town), upTo(10))
  })
})

describe('records that a sink refuses', () => {
  it('are kept with the reason, counted, and not logged', async () => {
    await using town = await openTown({}, { IOT_LOG_LEVEL: 'debug' })
    town.search.itemFault = ({ n }) =>
      Number(n) % 10 === 3 ? { status: 400, type: 'mapper_parsing_exception' } : undefined
    const key = putTelemetry(town, 'a.gz', jsonLines(100))
    await town.invoke()
    assert.equal(numbers(town).length, 90)
    const [kept] = town.s3.keys(bucket).filter((one) => one.startsWith('forward/rejected/search/'))
    const lines = town.s3
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
    const summary = town.log().find((one) => one.key === key)!
    assert.deepEqual([summary.records, summary.sent, summary.rejected], [100, 90, 10])
    assert.deepEqual((summary.lastFailures as object[]).at(-1), {
      record: 93,
      status: 400,
      type: 'mapper_parsing_exception'
    })
    assert.equal((summary.lastFailures as object[]).length, 5)
    assert.doesNotMatch(town.lines.join('\n'), /THING0|injected/)
  })

  it('are too large for any request', async () => {
    await using town = await openTown({ sink: { batchBytes: 65_536 } })
    const large = `{"n":5,"text":"${'x'.repeat(100_000)}"}\n`
    putTelemetry(town, 'a.gz', `${jsonLines(5)}${large}${jsonLines(4, 6)}`)
    assert.deepEqual(await town.invoke(), { batchItemFailures: [] })
    assert.deepEqual(numbers(town), [0, 1, 2, 3, 4, 6, 7, 8, 9])
    const [kept] = town.s3.keys(bucket).filter((one) => one.startsWith('forward/rejected/'))
    assert.match(town.s3.get(bucket, kept!)!.toString(), /"type":"oversized"/)
  })

  it('are not through before they are kept', async () => {
    await using town = await openTown()
    town.search.itemFault = ({ n }) => (n === 3 ? { status: 400, type: 'mapper_parsing_exception' } : undefined)
    town.s3.faults.add({ operation: 'PutObject', action: { kind: 'error', code: 'AccessDenied' } })
    putTelemetry(town, 'a.gz', jsonLines(10))
    assert.equal((await town.invoke()).batchItemFailures.length, 1)
    town.s3.faults.clear()
    assert.equal((await town.invoke()).batchItemFailures.length, 0)
    assert.equal(town.s3.keys(bucket).filter((one) => one.startsWith('forward/rejected/')).length, 1)
  })
})

describe('a sink that gives out', () => {
  it('on the way leaves a message that goes on where it was', async () => {
    await using town = await openTown({ sink: { patienceSeconds: 1, requests: 1 } })
    town.search.onBulk = () => {
      if (town.search.bulks === 3) void town.search.setOffline(true)
    }
    putTelemetry(town, 'a.gz', jsonLines(1000))
    assert.deepEqual(await town.invoke(), { batchItemFailures: [] })
    const [message] = town.sqs.messages(queue)
    const { objects, hops } = JSON.parse(message!.body)
    // The third batch was taken, and its answer lost.
    assert.equal(objects[0].from, 200)
    assert.equal(hops, 1)
    assert.equal(message!.delaySeconds, 60)
    town.search.onBulk = () => {}
    await town.search.setOffline(false)
    const before = town.search.bulks
    await town.invoke()
    assert.deepEqual(numbers(town), upTo(1000))
    assert.equal(town.search.bulks - before, 8, 'nothing before it is sent again')
    assert.equal(town.sqs.messages(queue).length, 0)
  })

  it('is slow has no more requests than it may: reading waits', async () => {
    await using town = await openTown({ sink: { requests: 2 } })
    town.search.faults.add({ operation: 'bulk', action: { kind: 'latency', ms: 5 } })
    putTelemetry(town, 'a.gz', jsonLines(10_000))
    let mostGap = 0
    town.search.onBulk = () => {
      mostGap = Math.max(mostGap, town.search.inFlight.now)
    }
    await town.invoke()
    assert.equal(numbers(town).length, 10_000)
    assert.ok(mostGap <= 2)
  })

  it('and a queue that gives out too leave the message to be delivered again', async () => {
    await using town = await openTown({ sink: { patienceSeconds: 1, requests: 1 } })
    town.search.onBulk = () => {
      if (town.search.bulks === 3) void town.search.setOffline(true)
    }
    town.sqs.faults.add({ action: { kind: 'error', type: 'InternalFailure', status: 500 } })
    putTelemetry(town, 'a.gz', jsonLines(1000))
    assert.equal((await town.invoke()).batchItemFailures.length, 1)
  })
})

describe('the time of the function', () => {
  it('ends: what is begun goes on where it was, what is not from its beginning', async () => {
    await using town = await openTown({ sink: { requests: 1 } })
    const stop = new AbortController()
    town.search.onBulk = () => {
      if (town.search.bulks === 4) stop.abort(new Error('the time of the function is over'))
    }
    putTelemetry(town, 'a.gz', jsonLines(2000))
    putTelemetry(town, 'b.gz', jsonLines(100, 2000))
    assert.deepEqual(await town.invoke(stop.signal), { batchItemFailures: [] })
    const rest = town.sqs.messages(queue).map(({ body }) => JSON.parse(body).objects[0].from as number)
    assert.equal(rest.length, 2)
    assert.ok(rest[0]! >= 300 && rest[0]! % 100 === 0, String(rest[0]))
    assert.equal(rest[1], 0)
    town.search.onBulk = () => {}
    const before = numbers(town).length
    await town.invoke()
    assert.deepEqual(numbers(town), upTo(2100))
    assert.equal(town.search.doubles, before - rest[0]!, 'at most what was under way is sent twice')
  })

  it('ends before anything was through: the message comes back by itself', async () => {
    await using town = await openTown({ sink: { patienceSeconds: 1 } })
    const stop = new AbortController()
    town.search.itemFault = () => {
      stop.abort(new Error('the time of the function is over'))
      return { status: 503, type: 'unavailable' }
    }
    putTelemetry(town, 'a.gz', jsonLines(100))
    assert.equal((await town.invoke(stop.signal)).batchItemFailures.length, 1)
    assert.equal(town.sqs.messages(queue).length, 1)
  })
})
