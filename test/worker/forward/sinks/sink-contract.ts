import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SinkSettings } from '../../../../worker/contract/config-schema.ts'
import { sinkSchema } from '../../../../worker/contract/sink-schema.ts'
import { openSink } from '../../../../worker/forward/sinks/registry.ts'
import type { Sink, SinkRecord } from '../../../../worker/forward/sinks/sink.ts'
import { SinkError } from '../../../../worker/forward/sinks/sink-error.ts'
import { createLog } from '../../../../worker/report/log.ts'
import type { CallFaultPlan } from '../../../stand-ins/aws/faults.ts'
import { type Identity, testIdentity } from '../../../stand-ins/tls/identity.ts'
import { createRetryClock } from '../../../support/clocks.ts'

/** A server that a sink sends to, and a way of its own to look at what came. */
export interface SinkServer extends AsyncDisposable {
  readonly url: string
  readonly faults: CallFaultPlan
  /** The documents that came, by id. */
  received(): Map<string, Record<string, unknown>>
  /** Requests that were accepted. */
  requests(): number
  setOffline(isOffline: boolean): Promise<void>
}

export interface ServerOptions {
  readonly login?: { readonly username: string; readonly password: string }
  readonly maxContentBytes?: number
  readonly identity?: Identity
}

const login = { username: 'forwarder', password: 'correct horse' }
const never = new AbortController().signal

/** What every sink promises. Each registered type runs this. */
export function testSinkContract(
  type: SinkSettings['type'],
  start: (options: ServerOptions) => Promise<SinkServer>
): void {
  describe(`the sink ${type}`, () => {
    it('the sink sends a bulk: each record arrives whole under its id', async () => {
      await using test = await openTest({})
      const batch = records(500)
      assert.deepEqual(await test.sink.send(batch, never), [])
      assertReceived(test.server, batch)
      assert.equal(test.server.requests(), 1)
    })

    it('the sink sends the same bulk twice, and each record is stored once', async () => {
      await using test = await openTest({})
      const batch = records(50)
      for (let time = 0; time < 2; time++) assert.deepEqual(await test.sink.send(batch, never), [])
      assertReceived(test.server, batch)
    })

    for (const [name, action] of [
      ['says 429', { kind: 'error', type: 'busy', status: 429 }],
      ['says 503', { kind: 'error', type: 'away', status: 503 }],
      ['says 502 with a page', { kind: 'error', type: '<html>', status: 502 }],
      ['resets connections', { kind: 'reset' }],
      ['answers and is not heard', { kind: 'lost-answer' }]
    ] as const) {
      it(`the sink succeeds when the server ${name}`, async () => {
        await using test = await openTest({})
        test.server.faults.add({ action, times: 2 })
        const batch = records(20)
        assert.deepEqual(await test.sink.send(batch, never), [])
        assertReceived(test.server, batch)
      })
    }

    it('the sink retries when the server does not answer', async () => {
      await using test = await openTest({ patienceSeconds: 2 })
      test.server.faults.add({ action: { kind: 'hang' }, times: 1 })
      assert.deepEqual(await test.sink.send(records(20), never), [])
      assertReceived(test.server, records(20))
    })

    it('the sink fails with a SinkError after its time-out, and works again later', async () => {
      await using test = await openTest({ patienceSeconds: 1 })
      const batch = records(5)
      await test.server.setOffline(true)
      await assert.rejects(test.sink.send(batch, never), SinkError)
      await test.server.setOffline(false)
      assert.deepEqual(await test.sink.send(batch, never), [])
      assertReceived(test.server, batch)
    })

    it('the sink stops waiting when the signal aborts', async () => {
      await using test = await openTest({ patienceSeconds: 900 })
      test.server.faults.add({ action: { kind: 'error', type: 'busy', status: 429 } })
      const controller = new AbortController()
      const sending = test.sink.send(records(5), controller.signal)
      controller.abort(new Error('enough'))
      await assert.rejects(sending, /enough/)
    })

    it('the sink splits bulks that are too large, and rejects only records that are too large', async () => {
      await using test = await openTest({}, { maxContentBytes: 20_000 })
      const batch = [...records(300), record(300, 'x'.repeat(30_000))]
      const refusals = await test.sink.send(batch, never)
      assert.deepEqual(
        refusals.map((refusal) => [refusal.record.id, refusal.status]),
        [['record-300', 413]]
      )
      assertReceived(test.server, batch.slice(0, 300))
    })

    it('the sink logs in, and fails at once when its login is rejected', async () => {
      await using good = await openTest({ auth: 'basic' }, { login })
      assert.deepEqual(await good.sink.send(records(3), never), [])
      await using bad = await openTest({ auth: 'basic' }, { login: { ...login, password: 'another' } })
      const startedMs = performance.now()
      await assert.rejects(bad.sink.send(records(3), never), (error: Error) => {
        assert.ok(error instanceof SinkError)
        assert.doesNotMatch(error.message, /correct horse|another/)
        return true
      })
      assert.ok(performance.now() - startedMs < 5_000)
      assert.equal(bad.server.received().size, 0)
    })

    it('the sink trusts the server of caFile over TLS, and says what to do about any other', async () => {
      await using trusted = await openTest({ auth: 'basic' }, { login, identity: testIdentity }, testIdentity.cert)
      assert.deepEqual(await trusted.sink.send(records(3), never), [])
      assertReceived(trusted.server, records(3))
      await using unknown = await openTest({ patienceSeconds: 900 }, { identity: testIdentity })
      await assert.rejects(unknown.sink.send(records(3), never), (error: Error) => {
        assert.ok(error instanceof SinkError)
        assert.match(error.message, /self-signed certificate.*caFile/)
        return true
      })
      const url = trusted.server.url.replace('127.0.0.1', 'localhost')
      await using misnamed = await openTest({ url, patienceSeconds: 900 }, {}, testIdentity.cert)
      await assert.rejects(misnamed.sink.send(records(3), never), /is for other names than localhost/)
    })

    it('the sink logs no content of records at any level', async () => {
      await using test = await openTest({})
      test.server.faults.add({ action: { kind: 'error', type: 'busy', status: 503 }, times: 1 })
      await test.sink.send([record(1, 'customer-secret')], never)
      assert.ok(test.logged.length > 0)
      assert.doesNotMatch(test.logged.join('\n'), /customer-secret/)
    })
  })

  async function openTest(settings: Partial<SinkSettings>, options: ServerOptions = {}, ca?: string) {
    const server = await start(options)
    const logged: string[] = []
    const sink: Sink = await openSink({
      name: 'test',
      settings: sinkSchema.parse({ type, url: server.url, patienceSeconds: 10, ...settings }),
      login: async () => login,
      credentials: async () => assert.fail('not asked for'),
      region: 'ap-northeast-1',
      ca,
      log: createLog('debug', (line) => logged.push(line), Date.now),
      clock: createRetryClock(100)
    })
    return closingBoth(server, sink, logged)
  }
}

/** A sink and what it speaks to, which end together. */
export function closingBoth<Server extends AsyncDisposable>(server: Server, sink: Sink, logged: readonly string[]) {
  return {
    server,
    sink,
    logged,
    [Symbol.asyncDispose]: async () => {
      await sink[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    }
  }
}

export function records(count: number): SinkRecord[] {
  return Array.from({ length: count }, (_, at) => record(at, `line ${at} \u00e9 \u{1f600} "quoted" \\ \u2028 end`))
}

export function record(at: number, message: string): SinkRecord {
  return recordOf(`record-${at}`, JSON.stringify({ '@timestamp': '2023-10-01T00:00:00.000Z', message, number: at }))
}

/** A record that does not begin where its buffer does. */
export function recordOf(id: string, document: string): SinkRecord {
  const source = Buffer.from(`before ${document} behind`)
  return {
    id,
    category: 'telemetry',
    dayTimeMs: Date.UTC(2023, 9, 1),
    source,
    start: 7,
    end: source.length - 7
  }
}

function assertReceived(server: SinkServer, batch: readonly SinkRecord[]): void {
  const received = server.received()
  assert.deepEqual([...received.keys()].sort(), batch.map(({ id }) => id).sort())
  for (const { id, source, start, end } of batch) {
    const { record_id: _, ...rest } = received.get(id)!
    assert.deepEqual(rest, JSON.parse(source.toString('utf8', start, end)))
  }
}
