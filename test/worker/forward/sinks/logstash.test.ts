import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sinkSchema } from '../../../../worker/contract/sink-schema.ts'
import { openSink } from '../../../../worker/forward/sinks/registry.ts'
import { silentLog } from '../../../../worker/report/log.ts'
import { startLogstashServer } from '../../../stand-ins/logstash/server.ts'
import { recordOf, testSinkContract } from './sink-contract.ts'

const openLogstash = (url: string, more: object = {}) =>
  openSink({
    name: 'test',
    settings: sinkSchema.parse({ type: 'logstash', url, ...more }),
    login: async () => assert.fail('not asked for'),
    credentials: async () => assert.fail('not asked for'),
    region: undefined,
    ca: undefined,
    log: silentLog
  })

testSinkContract('logstash', async (options) => {
  const server = await startLogstashServer(options)
  return {
    url: server.url,
    faults: server.faults,
    received: () => new Map(server.events.map((event) => [String(event.record_id), event])),
    requests: () => server.posts,
    setOffline: server.setOffline,
    [Symbol.asyncDispose]: server[Symbol.asyncDispose]
  }
})

it('the sink logstash keeps its connection, and gives an id that no field of a record replaces', async () => {
  await using server = await startLogstashServer()
  await using sink = await openLogstash(`${server.url}/logs`)
  const never = new AbortController().signal
  const forged = recordOf('record-0', '{"record_id":"forged"}')
  for (let time = 0; time < 3; time++) await sink.send([forged], never)
  assert.equal(server.connections, 1)
  assert.deepEqual(
    server.events.map((event) => event.record_id),
    ['record-0', 'record-0', 'record-0']
  )
})

it('the setup of logstash prints a pipeline into the index that the configuration names', async () => {
  const categories = ['telemetry', 'command'].map((name) => ({ name, columns: [] }))
  const setup = async (more: object): Promise<string> => {
    await using sink = await openLogstash('http://localhost:5044/', more)
    return (await sink.setup(categories)).join('\n')
  }
  const usual = await setup({})
  assert.match(usual, /http \{ port => 5044 \}/)
  assert.ok(usual.includes('index => "iot-%{category}-%{+yyyy.MM.dd}"'))
  assert.match(usual, /Index pattern iot-telemetry-\*, .*\nIndex pattern iot-command-\*,/)
  const own = await setup({ index: 'logs-{yyyy}-{category}-{MM}.v2' })
  assert.ok(own.includes('index => "logs-%{+yyyy}-%{category}-%{+MM}.v2"'))
  const one = await setup({ index: 'logs' })
  assert.equal(one.match(/Index pattern logs,/g)?.length, 1)
})
