import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createInflater } from '../../../worker/decode/choose-inflater.ts'
import type { Inflater } from '../../../worker/decode/inflater.ts'
import { readText } from '../../../worker/decode/read-text.ts'
import { RecordReader } from '../../../worker/formats/record-reader.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { pickRecords, readRecords } from './read-records.ts'
import { cloudwatchEnvelope, readSample, samples } from './samples.ts'

describe('cloudwatch', () => {
  const format = findFormat('cloudwatch')
  const envelope = JSON.parse(cloudwatchEnvelope().toString())
  const withEvents = (...messages: string[]): Buffer => {
    const logEvents = messages.map((message, index) => ({ id: `e${index}`, timestamp: 1440442987000 + index, message }))
    return Buffer.from(JSON.stringify({ ...envelope, logEvents }))
  }

  test('cloudwatch explodes envelopes into their events and drops control messages', () => {
    const { records } = readRecords(format, samples.cloudwatch)
    assert.equal(records.length, 4)
    assert.equal(records[0]!.raw, '[ERROR] First test message')
    assert.equal(records[0]!.timeMs, 1440442987000)
    assert.deepEqual(records[0]!.fields, {
      id: 'eventId1',
      timestamp: 1440442987000,
      message: '[ERROR] First test message',
      logGroup: 'testLogGroup',
      logStream: 'testLogStream',
      owner: '123456789123'
    })
  })

  test('cloudwatch matches the decoded message, the group and the stream, not the envelope', () => {
    const bytes = withEvents('{"thing":"caf\u00e9/1"}', 'another event')
    const escaped = Buffer.from(bytes.toString().replace('\u00e9/', String.raw`\u00e9\/`))
    const count = (identifier: string, object = escaped) =>
      pickRecords(format, [object], { identifiers: [identifier] }).records
    assert.equal(count('café/1'), 1)
    assert.equal(count('"thing"'), 1)
    assert.equal(count('another'), 1)
    assert.equal(count('testLogGroup'), 2)
    assert.equal(count('testLogStream'), 2)
    assert.equal(count('DATA_MESSAGE'), 0)
    assert.equal(count('123456789123'), 0)
    assert.equal(count('testFilter'), 0)
    assert.equal(count('"message":"another'), 0)
  })

  test('cloudwatch is read through gzip in gzip, as Firehose stores what CloudWatch compressed', async () => {
    const object = gzipSync(Buffer.concat([gzipSync(cloudwatchEnvelope()), gzipSync(withEvents('third'))]))
    const messages: unknown[] = []
    const reader = new RecordReader(format, { maxRecordBytes: 1 << 20 }, ({ fields }) => messages.push(fields.message))
    const context = {
      takeInflater: () => createInflater('zlib-handle'),
      giveBack: (inflater: Inflater) => inflater.close(),
      isSecondReading: false,
      isCareful: false,
      maxDecodedBytes: Number.POSITIVE_INFINITY
    }
    const chunks: Buffer[] = [object]
    const body = { read: () => chunks.shift() ?? null, close: async () => {} }
    const amounts = { storedBytes: 0, textBytes: 0 }
    await readText(
      () => body,
      context,
      { maxRatio: 200 },
      (text) => reader.push(text),
      amounts
    )
    reader.finish(true)
    assert.deepEqual(messages, ['[ERROR] First test message', '[ERROR] Second test message', 'third'])
  })

  test('cloudwatch writes time, stream and message, line ends inside escaped', () => {
    const { text } = pickRecords(format, [withEvents('first\r\n  at second\n')], { identifiers: ['first'] })
    assert.equal(text, '2015-08-24T19:03:07.000Z testLogStream first\\r\\n  at second\n')
  })

  test('cloudwatch keeps an event without a message and what is no envelope, marked', () => {
    const odd = Buffer.from(`${JSON.stringify({ ...envelope, logEvents: [{ id: 'x' }, 7] })}{"no":"envelope"}`)
    const { records } = readRecords(format, odd)
    assert.deepEqual(
      records.map(({ raw, parseError }) => [raw, parseError]),
      [
        ['{"id":"x"}', 'a log event without a message'],
        ['7', 'a log event without a message'],
        ['{"no":"envelope"}', 'not an envelope of CloudWatch Logs']
      ]
    )
    assert.equal(
      pickRecords(format, [odd], { identifiers: ['no":"env'] }, { output: 'text' }).text,
      '{"no":"envelope"}\n'
    )
  })
})

describe('cloudtrail', () => {
  const format = findFormat('cloudtrail')

  test('cloudtrail reads each element of Records, its bytes and its time', () => {
    const { records } = readRecords(format, samples.cloudtrail)
    const { Records } = JSON.parse(samples.cloudtrail.toString())
    assert.deepEqual(
      records.map((record) => record.fields),
      Records
    )
    assert.deepEqual(
      records.map((record) => JSON.parse(record.raw)),
      Records
    )
    assert.equal(records[0]!.timeMs, Date.UTC(2023, 4, 19, 7, 44, 30))
  })

  test('cloudtrail writes a pretty-printed record as one line, its values untouched', () => {
    const { text, records } = pickRecords(format, [samples.cloudtrail], { identifiers: ['BatchGetImage'] })
    assert.equal(records, 1)
    assert.equal(text.split('\n').length, 2)
    assert.equal(JSON.parse(text).eventName, 'BatchGetImage')
  })

  test('cloudtrail passes over fields beside the array, and keeps documents of another kind', () => {
    const bytes = Buffer.from(
      '{"first":{"a":[1]},"Records":[{"eventName":"A"}],"more":1}\n{"Records":[]}{"other":[{"eventName":"B"}]}'
    )
    assert.deepEqual(
      readRecords(format, bytes).records.map(({ raw, parseError }) => [raw, parseError]),
      [
        ['{"eventName":"A"}', undefined],
        ['{"other":[{"eventName":"B"}]}', undefined]
      ]
    )
  })
})

test('json-lines keeps numbers and bytes that JavaScript would change', () => {
  const format = findFormat('json-lines')
  const { records } = readRecords(format, samples['json-lines'])
  assert.deepEqual(
    records.map((record) => record.timeMs),
    [1696118400000, Date.UTC(2023, 9, 1, 0, 0, 1), undefined]
  )
  const { text } = pickRecords(
    format,
    [samples['json-lines']],
    { identifiers: ['THING00001', 'café'] },
    { output: 'json' }
  )
  assert.equal(
    text,
    '{"thing":"THING00001","timestamp":1696118400000,"n":12345678901234567890}\n{"thing":"caf\\u00e9","time":"2023-10-01T00:00:01Z"}\n'
  )
})

test('json-concatenated finds documents with nothing, spaces, line ends and arrays between them', () => {
  const { records } = readRecords(findFormat('json-concatenated'), samples['json-concatenated'])
  assert.deepEqual(
    records.map((record) => record.fields),
    [
      { thing: 'THING00001', s: 'a}{"b\\' },
      { thing: 'x', e: { f: [{}, []] } },
      { pretty: true },
      { in: 'array' },
      { in: 'it' },
      { last: '}{' }
    ]
  )
})

test('firelens reads the container line, and what it holds when it is JSON', () => {
  const { records } = readRecords(findFormat('firelens'), samples.firelens)
  const [first, second] = records
  assert.equal(first!.timeMs, Date.UTC(2023, 9, 1, 0, 0, 0, 250))
  assert.deepEqual(first!.fields.log_fields, {
    time: '2023-10-01T00:00:00.250Z',
    thing: 'THING00001',
    text: 'said "hi"'
  })
  assert.equal(first!.fields.container_name, '/ecs-demo-6-container2-a4eafbb3d4c7f1e16e00')
  assert.equal(first!.fields.ec2_instance_id, 'i-06bc83dbc2ac2fdf8')
  assert.deepEqual(
    [second!.fields.log, second!.timeMs, second!.fields.log_fields],
    ['plain\ttext', undefined, undefined]
  )
  const picked = pickRecords(
    findFormat('firelens'),
    [samples.firelens],
    { identifiers: ['"thing":"THING'] },
    { output: 'text' }
  )
  assert.match(picked.text, /^2023-10-01T00:00:00.250Z \/ecs-demo-6-container2-a4eafbb3d4c7f1e16e00 \{"time"/)
})

test('iot-lifecycle reads connects and disconnects', () => {
  const { records } = readRecords(findFormat('iot-lifecycle'), samples['iot-lifecycle'])
  assert.deepEqual(
    records.map(({ fields, timeMs }) => [fields.eventType, fields.clientId, timeMs]),
    [
      ['connected', '186b5', 1573002230757],
      ['disconnected', '186b5', 1573002230757]
    ]
  )
  assert.equal(records[1]!.fields.clientInitiatedDisconnect, true)
})

test('waf reads its sample', () => {
  const { records } = readRecords(findFormat('waf'), readSample('aws/waflog.log.gz'))
  assert.equal(records[0]!.timeMs, 1693457862729)
  assert.equal(records[0]!.fields.action, 'ALLOW')
  assert.equal(records[0]!.fields.terminatingRuleId, 'Default_Action')
  assert.deepEqual((records[0]!.fields.httpRequest as { clientIp: string }).clientIp, '127.0.0.1')
})

test('lines takes the time of a JSON object from its name, not from the first text that looks like one', () => {
  const text =
    '{"installed":"2020-01-01T00:00:00Z","timestamp":1696118400000}\n{"at":"2023-10-01T00:00:00Z"}\n{"cut":"2023-10-01T00:00:00Z'
  const { records } = readRecords(findFormat('lines'), Buffer.from(text))
  assert.deepEqual(
    records.map((record) => record.timeMs),
    [1696118400000, 1696118400000, undefined]
  )
})

test('lines keeps any bytes and takes the time that a line begins with', () => {
  const { records } = readRecords(
    findFormat('lines'),
    Buffer.from('2023-10-01T12:00:00+09:00 b\n\xff\xfe\n\nlast', 'latin1')
  )
  assert.deepEqual(
    records.map(({ raw, timeMs }) => [raw, timeMs]),
    [
      ['2023-10-01T12:00:00+09:00 b', Date.UTC(2023, 9, 1, 3)],
      ['\xff\xfe', undefined],
      ['', undefined],
      ['last', undefined]
    ]
  )
})
