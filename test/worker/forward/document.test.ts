import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SinkSettings } from '../../../worker/contract/config-schema.ts'
import { sinkSchema } from '../../../worker/contract/sink-schema.ts'
import { RecordReader } from '../../../worker/formats/record-reader.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { createDocuments, documentRecord } from '../../../worker/forward/document.ts'
import { createRecordFilter } from '../../../worker/forward/record-filter.ts'
import { createIndexNames, indexPatternOf } from '../../../worker/forward/sinks/index-name.ts'
import type { SinkRecord } from '../../../worker/forward/sinks/sink.ts'

const keyTimeMs = Date.UTC(2023, 9, 1, 3)
const origin = {
  bucket: 'logs',
  key: 'telemetry/2023/10/01/03/a b.gz',
  version: 'abc',
  category: 'telemetry',
  keyTimeMs
}

function sinkOf(more: object = {}): SinkSettings {
  return sinkSchema.parse({ type: 'opensearch', url: 'https://search.example.com', ...more })
}

function documentsOf(
  text: string,
  { format = 'json-lines', sink = {}, from = {} }: { format?: string; sink?: object; from?: object } = {}
) {
  const made: SinkRecord[] = []
  const make = createDocuments({ ...origin, ...from }, findFormat(format), sinkOf(sink))
  const reader = new RecordReader(findFormat(format), { maxRecordBytes: 1e6 }, (record) => {
    const document = make(record, made.length)
    made.push(documentRecord(document))
    assert.equal(made.at(-1)!.end, document.bytes)
  })
  reader.push(Buffer.from(text))
  reader.finish(true)
  return made.map((record) => {
    const text = record.source.toString()
    return { ...record, text, parsed: JSON.parse(text) }
  })
}

describe('the document of a record', () => {
  it('a document has the names of its key, unless the record has a field of that name', () => {
    const from = { keyFields: { account: '111111111111', region: 'eu-west-1' } }
    const [spliced, rebuilt] = documentsOf('{"n":1}\n{"region":"own"}\n', { from })
    assert.equal(spliced!.parsed.account, '111111111111')
    assert.equal(spliced!.parsed.region, 'eu-west-1')
    assert.equal(rebuilt!.parsed.account, '111111111111')
    assert.equal(rebuilt!.parsed.region, 'own')
  })

  it('a document has the record’s fields, the sink’s fields, its time, and its place', () => {
    const sink = { addFields: { environment: 'dev', component: 'broker', level: 7 } }
    const [document] = documentsOf('{"timestamp":"2023-10-01T03:00:01.5Z","thingName":"THING1","n":1}\n', { sink })
    assert.deepEqual(document!.parsed, {
      timestamp: '2023-10-01T03:00:01.5Z',
      thingName: 'THING1',
      n: 1,
      '@timestamp': '2023-10-01T03:00:01.500Z',
      environment: 'dev',
      component: 'broker',
      level: 7,
      category: 'telemetry',
      s3: { bucket: 'logs', key: 'telemetry/2023/10/01/03/a b.gz', record: 0 }
    })
  })

  it('a document lets no field of a record replace its place', () => {
    const [document] = documentsOf('{"s3":"forged","category":"forged","@timestamp":"forged","parse_error":"own"}\n')
    assert.deepEqual(document!.parsed.s3, { bucket: 'logs', key: origin.key, record: 0 })
    assert.equal(document!.parsed.category, 'telemetry')
    assert.equal(document!.parsed['@timestamp'], '2023-10-01T03:00:00.000Z')
  })

  it('a document keeps large numbers exactly, and replaces invalid UTF-8', () => {
    for (const lineEnd of ['\n', '\r\n']) {
      const [document] = documentsOf(`{"sequence":9007199254740993,"ratio":1.10}${lineEnd}`)
      assert.match(document!.text, /"sequence":9007199254740993,"ratio":1\.10\}$/)
    }
    const made: SinkRecord[] = []
    const make = createDocuments(origin, findFormat('json-lines'), sinkOf())
    const reader = new RecordReader(findFormat('json-lines'), { maxRecordBytes: 1e6 }, (record) => {
      made.push(documentRecord(make(record, 0)))
    })
    reader.push(Buffer.from('{"a":"\xff"}\n', 'latin1'))
    reader.finish(true)
    assert.equal(JSON.parse(made[0]!.source.toString()).a, '\ufffd')
  })

  it('a document is the same whether it is spliced or built', () => {
    const lines = '{"a":1,"b":{"c":[1,2,"x\\ny"]}}\n {"a":2} \r\n{"a":3,"nested":{"s3":1}}\n{}\n'
    const documents = documentsOf(lines, { sink: { addFields: { x: 'y' } } }).map(({ parsed }) => parsed)
    const rebuilt = documentsOf(lines, { sink: { addFields: { x: 'y' }, keepRaw: true } })
    assert.deepEqual(
      documents.slice(0, 3),
      rebuilt.slice(0, 3).map(({ parsed: { message: _, ...rest } }) => rest)
    )
  })

  it('a document keeps the text of an unreadable record, with the reason', () => {
    const [broken] = documentsOf('{"a":\n')
    assert.equal(broken!.parsed.message, '{"a":')
    assert.match(broken!.parsed.parse_error, /JSON/)
    const [wide] = documentsOf('no load balancer wrote this\n', { format: 'alb' })
    assert.equal(wide!.parsed.message, 'no load balancer wrote this')
    assert.ok(wide!.parsed.parse_error)
  })

  it('a document keeps a record that is nested too deep as text', () => {
    const [deep] = documentsOf(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}\n`, { sink: { fields: ['a'] } })
    assert.equal(deep!.parsed.message.length, 100_006)
    assert.ok(deep!.parsed.parse_error)
  })

  it('a document has only the configured fields, or its text too', () => {
    const line = '{"a":1,"b":{"c":2},"d":3}\n'
    const [chosen] = documentsOf(line, { sink: { fields: ['b', 'missing'] } })
    assert.deepEqual(Object.keys(chosen!.parsed).sort(), ['@timestamp', 'b', 'category', 's3'])
    const [kept] = documentsOf(line, { sink: { keepRaw: true } })
    assert.equal(kept!.parsed.message, line.trimEnd())
  })

  it('a document renames keys that OpenSearch rejects', () => {
    const [document] = documentsOf('{"_id":"x","_source":{"a":1},"_own":2}\n')
    assert.deepEqual([document!.parsed._id_, document!.parsed._source_, document!.parsed._own], ['x', { a: 1 }, 2])
    assert.ok(!('_id' in document!.parsed))
  })

  it('a document has as text what the table has as text', () => {
    const [document] = documentsOf('{"clientId":{"odd":true},"eventType":"connected"}', { format: 'iot-lifecycle' })
    assert.equal(document!.parsed.clientId, '{"odd":true}')
  })
})

describe('the id of a record', () => {
  it('an id is the same for the same place, and differs for any other place', () => {
    const text = '{"a":1}\n{"a":1}\n'
    const ids = (from: object): string[] => documentsOf(text, { from }).map(({ id }) => id)
    assert.deepEqual(ids({}), ids({}))
    const all = [{}, { bucket: 'other' }, { key: 'x' }, { version: 'abd' }].flatMap(ids)
    assert.equal(new Set(all).size, all.length)
    for (const id of all) assert.match(id, /^[\w-]{1,64}$/)
  })
})

describe('the index of a record', () => {
  const nameAt = (template: string, zone: string, time: string): string =>
    createIndexNames(template, zone)('telemetry', Date.parse(time))
  const daily = 'iot-{category}-{yyyy}.{MM}.{dd}'

  it('an index is that of the day in the time zone', () => {
    assert.equal(nameAt(daily, 'UTC', '2023-10-01T15:00:00Z'), 'iot-telemetry-2023.10.01')
    assert.equal(nameAt(daily, 'Asia/Tokyo', '2023-10-01T14:59:59.999Z'), 'iot-telemetry-2023.10.01')
    assert.equal(nameAt(daily, 'Asia/Tokyo', '2023-10-01T15:00:00Z'), 'iot-telemetry-2023.10.02')
    assert.equal(nameAt(daily, 'America/St_Johns', '2023-10-01T02:29:59Z'), 'iot-telemetry-2023.09.30')
    assert.equal(nameAt(daily, 'Asia/Kathmandu', '2023-10-01T18:14:59Z'), 'iot-telemetry-2023.10.01')
    assert.equal(nameAt(daily, 'Asia/Kathmandu', '2023-10-01T18:15:00Z'), 'iot-telemetry-2023.10.02')
    // The night in which summer time ends has its hour twice.
    assert.equal(nameAt(daily, 'Europe/Berlin', '2023-10-28T22:00:00Z'), 'iot-telemetry-2023.10.29')
    assert.equal(nameAt('{category}-{yyyy}.{MM}', 'UTC', '2024-02-29T00:00:00Z'), 'telemetry-2024.02')
  })

  it('the index pattern matches all indexes', () => {
    assert.equal(indexPatternOf(daily, 'telemetry'), 'iot-telemetry-*')
    assert.equal(indexPatternOf('{category}-{yyyy}-v2', 'telemetry'), 'telemetry-*-v2')
  })

  it('an index follows the record’s time, or its key if the time is far off', () => {
    const dayOf = (timestamp: string): string => {
      const [document] = documentsOf(`{"timestamp":${timestamp}}\n`)
      return new Date(document!.dayTimeMs).toISOString().slice(0, 10)
    }
    assert.equal(dayOf('"2023-09-30T23:59:59Z"'), '2023-09-30')
    assert.equal(dayOf('"2023-06-01T00:00:00Z"'), '2023-06-01')
    assert.equal(dayOf('"1970-01-02T00:00:00Z"'), '2023-10-01')
    assert.equal(dayOf('"2036-02-07T06:28:16Z"'), '2023-10-01')
    assert.equal(dayOf('"no time"'), '2023-10-01')
  })
})

describe('the patterns of a sink', () => {
  const isWanted = (sink: object, text: string): boolean | undefined =>
    createRecordFilter(sinkOf(sink))?.(Buffer.from(text))

  it('the patterns of a sink choose records by their text', () => {
    assert.equal(isWanted({}, 'anything'), undefined)
    assert.equal(isWanted({ include: ['ERROR', 'WARN'] }, 'a WARN b'), true)
    assert.equal(isWanted({ include: ['ERROR'] }, 'a WARN b'), false)
    assert.equal(isWanted({ exclude: ['health'] }, 'GET /health'), false)
    assert.equal(isWanted({ include: ['GET'], exclude: ['health'] }, 'GET /health'), false)
    assert.equal(isWanted({ include: ['\\bé+$'] }, 'x éé'), false)
    assert.equal(isWanted({ include: ['é+$'] }, 'x éé'), true)
  })
})
