import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DocumentSplitter } from '../../../worker/formats/document-splitter.ts'
import { outputs } from '../../../worker/formats/format.ts'
import { findFormat, formatNames } from '../../../worker/formats/registry.ts'
import { renderRecord } from '../../../worker/formats/render.ts'
import { pickRecords, type ReadRecord, readRecords } from './read-records.ts'
import { samples } from './samples.ts'

/*
 * Whatever the bytes are: no format throws or hangs, chunks change nothing, and no byte that means something is lost
 * without a mark. Every sample goes through every format, damaged in seeded ways.
 */

const rounds = 20

describe('any bytes through every format', () => {
  for (const name of formatNames) {
    test(name, () => {
      const random = seededRandom(name.length * 7919 + name.charCodeAt(0))
      for (const sample of Object.values(samples)) {
        for (let round = 0; round < rounds; round++) check(name, damaged(sample.subarray(0, 6000), random), random)
      }
      for (let round = 0; round < 20; round++) check(name, randomBytes(random(3000), random), random)
    })
  }

  test('nesting, marks and numbers without end', () => {
    const size = 200_000
    const odd = [
      '[',
      '{',
      '"',
      '\\',
      '{"a":',
      '[[',
      '}',
      ']',
      '{"a":[',
      '"\\',
      ' ',
      '-',
      '#',
      "'",
      '{"Records":[',
      'A="" ',
      'a=b ',
      '[ ',
      '"a '
    ]
    for (const text of odd.map((mark) => mark.repeat(size / mark.length))) {
      for (const name of formatNames) {
        const started = performance.now()
        const { damage } = readRecords(findFormat(name), Buffer.from(text), { lengths: [65_536] })
        assert.equal(damage, undefined)
        assert.ok(performance.now() - started < 3000, `${name} took too long for ${text.slice(0, 10)}`)
      }
    }
    const pexip = `2023-10-01T00:00:01Z n 2023-10-01 00:00:01,099 Level="INFO" Name="x" ${'Key="v" '.repeat(50_000)}`
    assert.ok(readRecords(findFormat('pexip'), Buffer.from(pexip)).records[0]!.parseError)
  })

  test('a document nested deeper than the stack is read and written', () => {
    const deep = `{"message":"m","d":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const envelope = `{"messageType":"DATA_MESSAGE","logEvents":[${deep},{"d":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`
    for (const [name, text] of [
      ['json-lines', deep],
      ['cloudwatch', envelope],
      ['firelens', deep]
    ] as const) {
      const { records } = readRecords(findFormat(name), Buffer.from(text))
      assert.ok(records.length > 0)
      for (const record of records) {
        for (const output of outputs) assert.ok(renderRecord(findFormat(name), withBytes(record), output).length > 0)
      }
    }
  })
})

function check(name: (typeof formatNames)[number], bytes: Buffer, random: (below: number) => number): void {
  const format = findFormat(name)
  const whole = readRecords(format, bytes)
  const lengths = [1 + random(9), 1 + random(200), 1 + random(3000)]
  assert.deepEqual(readRecords(format, bytes, { lengths }), whole)
  const short = 100 + random(1500)
  const limited = readRecords(format, bytes, { maxRecordBytes: short })
  assert.deepEqual(readRecords(format, bytes, { maxRecordBytes: short, lengths }), limited)
  assert.deepEqual(whole.records.slice(0, limited.records.length), limited.records)
  for (const record of whole.records) {
    for (const output of outputs) {
      const line = renderRecord(format, withBytes(record), output)
      if (output !== 'raw') assert.equal(line.indexOf('\n'), -1)
      if (output === 'json') JSON.parse(line.toString())
    }
  }
  if (format.framing === 'lines') assertEveryLineIsThere(name, bytes, whole.records)
  else assertEveryByteIsThere(name, bytes)
  const identifier = whole.records[random(whole.records.length)]?.raw.slice(0, 4)
  if (!identifier || !/^[\w"{]{4}$/.test(identifier) || format.searchedBeside) return
  const holding = whole.records.filter((record) => record.raw.includes(identifier))
  const picked = pickRecords(format, [bytes], { identifiers: [identifier] }, { lengths, output: 'raw' })
  assert.ok(picked.records >= holding.length, `${picked.records} of ${holding.length} records with ${identifier}`)
  let at = 0
  for (const { raw } of holding) {
    const found = picked.text.indexOf(raw, at)
    assert.ok(found >= at, 'a matching record was not picked')
    at = found + raw.length
  }
}

/** Every line is a record, in its order, but blank lines and headers. */
function assertEveryLineIsThere(name: string, bytes: Buffer, records: readonly ReadRecord[]): void {
  const lines = bytes.toString('latin1').split('\n')
  const headers: Record<string, RegExp> = {
    'vpc-flow': /^(\xef\xbb\xbf)?[a-z][a-z -]+\r?$/,
    cloudfront: /^#(Fields|Version):/
  }
  let next = 0
  for (const [index, line] of lines.entries()) {
    if (records[next]?.raw === line) next++
    else if (name === 'lines') assert.ok(line === '' && index === lines.length - 1, 'a line is lost')
    else assert.ok(/^[ \t\r]*$/.test(line) || headers[name]?.test(line), `a line is lost: ${line}`)
  }
  assert.equal(next, records.length)
}

/** Every byte belongs to a document, but separators, brackets, wrappers and byte order marks. */
function assertEveryByteIsThere(name: (typeof formatNames)[number], bytes: Buffer): void {
  const text = bytes.toString('latin1')
  let between = ''
  let last = 0
  const take = (view: Buffer, start: number, end: number): void => {
    // What is given is a part of the object up to its end.
    const offset = bytes.length - view.length
    between += text.slice(last, offset + start)
    last = offset + end
  }
  const splitter = new DocumentSplitter(1 << 20, take, { wrapperKey: findFormat(name).wrapperKey })
  splitter.push(bytes)
  splitter.finish(true)
  between += text.slice(last)
  if (name === 'cloudtrail') between = between.replace(/\{\s*"Records"\s*:\s*\[|\}/g, '')
  assert.match(between.replaceAll('\xef\xbb\xbf', '').replaceAll('\x1e', ''), /^[\s,[\]]*$/)
}

function withBytes(record: ReadRecord) {
  return { ...record, raw: Buffer.from(record.raw, 'latin1') }
}

/** Cuts out, flips bits, repeats and inserts, one to four times. */
function damaged(sample: Buffer, random: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(sample)
  for (let times = random(4); times >= 0; times--) {
    const [at, length] = [random(bytes.length + 1), random(60)]
    const way = random(5)
    if (way === 0) bytes = bytes.subarray(0, at)
    else if (way === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    else if (way === 2) bytes = Buffer.concat([bytes.subarray(0, at), randomBytes(length, random), bytes.subarray(at)])
    else if (way === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))])
    else if (bytes.length > 0) for (let flip = 0; flip < 5; flip++) bytes[random(bytes.length)]! ^= 1 << random(8)
  }
  return bytes
}

/** Bytes of any value, and marks that formats care about. */
function randomBytes(length: number, random: (below: number) => number): Buffer {
  const marks = Buffer.from('{}[]",:\\ \n\t=\'-#')
  return Buffer.from(Array.from({ length }, () => (random(2) ? marks[random(marks.length)]! : random(256))))
}

/** Numbers below a bound, the same for the same seed (mulberry32). */
function seededRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}
