import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sinkSchema } from '../../../worker/contract/sink-schema.ts'
import { RecordReader } from '../../../worker/formats/record-reader.ts'
import { findFormat, formatNames } from '../../../worker/formats/registry.ts'
import { createDocuments, documentRecord } from '../../../worker/forward/document.ts'
import { openSink } from '../../../worker/forward/sinks/registry.ts'
import type { SinkRecord } from '../../../worker/forward/sinks/sink.ts'
import { silentLog } from '../../../worker/report/log.ts'
import { startOpenSearchServer } from '../../stand-ins/opensearch/server.ts'
import { sampleOf } from '../formats/samples.ts'

const never = new AbortController().signal

describe('the documents of a format fit the index template made of its columns', () => {
  for (const name of formatNames) {
    it(name, async () => {
      await using server = await startOpenSearchServer()
      const settings = sinkSchema.parse({ type: 'opensearch', url: server.url, patienceSeconds: 2 })
      await using sink = await openSink({
        name: 'test',
        settings,
        login: async () => assert.fail('not asked for'),
        credentials: async () => assert.fail('not asked for'),
        region: undefined,
        ca: undefined,
        log: silentLog
      })
      const format = findFormat(name)
      await sink.setup([{ name, columns: format.columns }])
      const origin = { bucket: 'logs', key: 'k', version: 'v', category: name, keyTimeMs: Date.UTC(2023, 9, 1) }
      const records: SinkRecord[] = []
      const makeDocument = createDocuments(origin, format, settings)
      const reader = new RecordReader(format, { maxRecordBytes: 1e7 }, (record) => {
        records.push(documentRecord(makeDocument(record, records.length)))
      })
      reader.push(sampleOf(name))
      reader.finish(true)
      assert.ok(records.length > 0)
      const refusals = await sink.send(records, never)
      assert.deepEqual(
        refusals.map(({ reason }) => reason),
        []
      )
      assert.equal(server.ids().length, records.length)
    })
  }
})
