import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import type { SinkSettings } from '../../../../worker/contract/config-schema.ts'
import { sinkSchema } from '../../../../worker/contract/sink-schema.ts'
import { findFormat } from '../../../../worker/formats/registry.ts'
import { openSink } from '../../../../worker/forward/sinks/registry.ts'
import { SinkError } from '../../../../worker/forward/sinks/sink-error.ts'
import { createLog } from '../../../../worker/report/log.ts'
import { type OpenSearchServerOptions, startOpenSearchServer } from '../../../stand-ins/opensearch/server.ts'
import { listen } from '../../../stand-ins/s3/connections.ts'
import { closingBoth, record, records, testSinkContract } from './sink-contract.ts'

const never = new AbortController().signal
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'a session'
}

testSinkContract('opensearch', async (options) => {
  const server = await startOpenSearchServer(options)
  return {
    url: server.url,
    faults: server.faults,
    received: () => new Map([...server.indexes.values()].flatMap((documents) => [...documents])),
    requests: () => server.bulks,
    setOffline: server.setOffline,
    [Symbol.asyncDispose]: server[Symbol.asyncDispose]
  }
})

describe('the sink opensearch', () => {
  for (const service of ['es', 'aoss'] as const) {
    it(`the sink signs its requests for ${service}`, async () => {
      const signature = { credentials, region: 'ap-northeast-1', service }
      await using test = await openTest({ auth: service }, { signature })
      assert.deepEqual(await test.sink.send(records(100), never), [])
      assert.equal(test.server.ids().length, 100)
    })
  }

  it('the sink fails at once when its signature is rejected', async () => {
    const signature = {
      credentials: { ...credentials, secretAccessKey: 'other' },
      region: 'ap-northeast-1',
      service: 'es' as const
    }
    await using test = await openTest({ auth: 'es' }, { signature })
    await assert.rejects(test.sink.send(records(1), never), /answered 403 security_exception/)
  })

  it('the sink retries only the records of a bulk that may succeed', async () => {
    await using test = await openTest({})
    const refusedOnce = new Set<string>()
    test.server.itemFault = (_, id) => {
      if (Number(id.split('-')[1]) % 3 !== 0 || refusedOnce.has(id)) return undefined
      refusedOnce.add(id)
      return { status: refusedOnce.size % 2 ? 429 : 503, type: 'rejected_execution_exception' }
    }
    assert.deepEqual(await test.sink.send(records(90), never), [])
    assert.equal(test.server.ids().length, 90)
    assert.equal(test.server.doubles, 0, 'what was taken is not sent again')
  })

  it('the sink rejects what the cluster rejects, with the reason, and logs no content', async () => {
    await using test = await openTest({})
    test.server.templates.set('t', {
      index_patterns: ['iot-telemetry-*'],
      template: { mappings: { properties: { number: { type: 'boolean' } } } }
    })
    const [refusal] = await test.sink.send([record(7, 'customer-secret')], never)
    assert.equal(refusal!.status, 400)
    assert.equal(refusal!.type, 'mapper_parsing_exception')
    assert.match(refusal!.reason, /Preview of field's value: '7'/)
    assert.doesNotMatch(test.logged.join(''), /Preview/)
  })

  it('the sink rejects the answer of a server that is no OpenSearch', async () => {
    const other = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"errors":false,"items":[]}')
    })
    const connections = await listen(other, 0)
    const sink = await open({ url: `http://127.0.0.1:${connections.port}`, patienceSeconds: 1 }, [])
    await assert.rejects(sink.send(records(2), never), SinkError)
    await sink[Symbol.asyncDispose]()
    await connections.shut()
  })

  it('the sink sets up an index template with explicit types, and reports the index pattern', async () => {
    await using test = await openTest({ index: 'logs-{category}-{yyyy}.{MM}' })
    const categories = [{ name: 'edge', columns: findFormat('alb').columns }]
    const report = await test.sink.setup(categories)
    assert.match(report.join('\n'), /Index pattern logs-edge-\*, time field @timestamp/)
    const template = test.server.templates.get('iot-log-test-edge')!
    assert.deepEqual(template.index_patterns, ['logs-edge-*'])
    const { properties } = template.template.mappings!
    assert.equal(properties!['@timestamp']!.type, 'date')
    for (const { name, type } of findFormat('alb').columns) {
      const wanted =
        { int: 'integer', bigint: 'long', double: 'double', boolean: 'boolean' }[type as string] ?? 'keyword'
      assert.equal(properties![name]?.type, wanted, name)
    }
  })
})

function open(settings: Partial<SinkSettings>, logged: string[]) {
  return openSink({
    name: 'test',
    settings: sinkSchema.parse({ type: 'opensearch', patienceSeconds: 10, ...settings }),
    login: async () => assert.fail('not asked for'),
    credentials: async () => credentials,
    region: 'ap-northeast-1',
    ca: undefined,
    log: createLog('debug', (line) => logged.push(line), Date.now)
  })
}

async function openTest(settings: Partial<SinkSettings>, options: OpenSearchServerOptions = {}) {
  const server = await startOpenSearchServer(options)
  const logged: string[] = []
  const sink = await open({ url: server.url, ...settings }, logged)
  return closingBoth(server, sink, logged)
}
