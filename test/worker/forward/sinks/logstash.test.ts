import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sinkSchema } from '../../../../worker/contract/sink-schema.ts'
import { openSink } from '../../../../worker/forward/sinks/registry.ts'
import { silentLog } from '../../../../worker/report/log.ts'
import { startLogstashServer } from '../../../support/logstash/server.ts'
import { recordOf, testSinkContract } from './sink-contract.ts'

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
  await using sink = await openSink({
    name: 'test',
    settings: sinkSchema.parse({ type: 'logstash', url: `${server.url}/logs` }),
    login: async () => assert.fail('not asked for'),
    credentials: async () => assert.fail('not asked for'),
    region: undefined,
    ca: undefined,
    log: silentLog
  })
  const never = new AbortController().signal
  const forged = recordOf('record-0', '{"record_id":"forged"}')
  for (let time = 0; time < 3; time++) await sink.send([forged], never)
  assert.equal(server.connections, 1)
  assert.deepEqual(
    server.events.map((event) => event.record_id),
    ['record-0', 'record-0', 'record-0']
  )
})
