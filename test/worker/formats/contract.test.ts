import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { outputs } from '../../../worker/formats/format.ts'
import { findFormat, formatNames } from '../../../worker/formats/registry.ts'
import { renderRecord } from '../../../worker/formats/render.ts'
import { pickRecords, readRecords } from './read-records.ts'
import { sampleOf } from './samples.ts'

/*
 * What every format promises, so that readers, the scan and the forwarder need to know none of them.
 */

/** A stored line or document that no format but `lines` can parse. */
const garbage = 'garbage that "no format knows: }'

for (const name of formatNames) {
  const format = findFormat(name)
  const sample = sampleOf(name)
  const whole = readRecords(format, sample)

  describe(`format ${name}`, () => {
    test(`${name} reads its sample without an error, and every record has a time`, () => {
      assert.ok(whole.records.length > 0)
      assert.deepEqual([...new Set(whole.records.map((record) => record.parseError))], [undefined])
      const timed = whole.records.filter((record) => record.timeMs !== undefined)
      const untimed = name === 'lines' || name.startsWith('json-') || name === 'firelens'
      if (!untimed) assert.equal(timed.length, whole.records.length)
    })

    test(`${name} gives the same records whatever the chunks`, () => {
      for (const lengths of [[1], [2], [7, 1, 3], [64], [1000, 1]]) {
        assert.deepEqual(readRecords(format, sample, { lengths }), whole, `chunks of ${lengths}`)
      }
      for (let at = 1; at < Math.min(sample.length, 700); at++) {
        assert.deepEqual(readRecords(format, sample, { lengths: [at, sample.length] }), whole, `cut at ${at}`)
      }
    })

    test(`${name} keeps the bytes of every record, in their order`, () => {
      if (format.searchedBeside) return
      let at = 0
      const text = sample.toString('latin1')
      for (const { raw } of whole.records) {
        const found = text.indexOf(raw, at)
        assert.ok(found >= at, raw)
        at = found + raw.length
      }
    })

    test(`${name} names its fields as its columns, and each column once`, () => {
      const names = format.columns.map((column) => column.name)
      assert.equal(new Set(names).size, names.length)
      if (format.isJson || name === 'lines') return
      for (const { fields } of whole.records) {
        for (const field of Object.keys(fields)) assert.ok(names.includes(field), field)
      }
    })

    test(`${name} has the fields of its JSON alone when its records are documents`, () => {
      if (!format.isDocument) return
      for (const { raw, fields } of whole.records) {
        assert.deepEqual(JSON.parse(Buffer.from(raw, 'latin1').toString()), fields)
      }
    })

    test(`${name} keeps what it cannot parse, and marks it`, () => {
      const bytes = Buffer.concat([sample, Buffer.from(`\n${garbage}\n`), sample])
      const { records } = readRecords(format, bytes)
      const odd = records.filter((record) => record.raw.includes(garbage.slice(0, 10)))
      assert.deepEqual(
        odd.map((record) => [record.raw, record.parseError === undefined]),
        [[garbage, name === 'lines']]
      )
      const others = records.filter((record) => !odd.includes(record) && record.raw !== '')
      const expected = whole.records.filter((record) => record.raw !== '')
      assert.equal(others.length, expected.length * 2)
      assert.deepEqual(others.slice(0, expected.length), expected)
    })

    test(`${name} renders a record as one line of each form`, () => {
      const objects = [sample, Buffer.from(garbage)]
      for (const output of outputs) {
        for (const record of objects.flatMap((bytes) => readRecords(format, bytes).records)) {
          const raw = Buffer.from(record.raw, 'latin1')
          const line = renderRecord(format, { ...record, raw }, output)
          if (output === 'raw') assert.deepEqual(line, raw)
          else assert.equal(line.indexOf('\n'), -1)
          if (output !== 'json') continue
          const object = JSON.parse(line.toString())
          assert.equal(object.parse_error, record.parseError)
          if (record.parseError) assert.equal(object.raw, raw.toString())
        }
      }
    })

    test(`${name} drops the unfinished last record when damage cut it, and keeps it at the end of an object`, () => {
      const last = sample.toString('latin1').trimEnd().length - 1
      const cut = sample.subarray(0, last)
      const kept = readRecords(format, cut).records
      const dropped = readRecords(format, cut, { isAtEnd: false }).records
      if (format.framing === 'lines') assert.equal(kept.length, dropped.length + 1)
      else assert.ok(kept.length >= dropped.length)
      assert.deepEqual(kept.slice(0, dropped.length), dropped)
    })

    test(`${name} stops at a record that is longer than the limit, behind the ones before it`, () => {
      const bytes = Buffer.concat([sample, Buffer.from('\n{"long":"'), Buffer.alloc(70_000, 'x'), Buffer.from('"}\n')])
      for (const lengths of [[1000], [bytes.length]]) {
        const { records, damage } = readRecords(format, bytes, { lengths, maxRecordBytes: 60_000 })
        assert.equal(damage, 'line-limit')
        assert.deepEqual(records.slice(0, whole.records.length), whole.records)
      }
    })

    test(`${name} picks what the reader reads`, () => {
      const everything = readRecords(format, sample).records
      for (const lengths of [[sample.length], [5]]) {
        for (const record of everything.slice(0, 8)) {
          const identifier = /[\w-]{6,}/.exec(record.raw)?.[0]
          if (!identifier) continue
          const searched = (one: typeof record): string =>
            [one.raw, ...(format.searchedBeside?.({ ...one, raw: Buffer.from(one.raw) }) ?? [])].join('\n')
          const matching = everything.filter((one) => searched(one).includes(identifier))
          const { text, records } = pickRecords(
            format,
            [sample],
            { identifiers: [identifier] },
            { output: 'raw', lengths }
          )
          assert.equal(records, matching.length)
          assert.equal(text, matching.map((one) => (one.raw.endsWith('\n') ? one.raw : `${one.raw}\n`)).join(''))
        }
      }
    })
  })
}
