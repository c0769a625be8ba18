import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { findFormat } from '../../../worker/formats/registry.ts'
import { pickRecords, readRecords } from './read-records.ts'

/* Objects that were joined have a header in front of each part. */

const parts = [
  ['srcaddr srcport', '10.0.0.1 1', '10.0.0.2 2'],
  ['srcport dstaddr srcaddr', '3 10.1.0.3 10.0.0.3'],
  ['version account-id interface-id instance-tag-2 asg-tag', '11 1 eni-1 floor-2 10.0.0.4'],
  ['srcaddr srcport']
]
const flows = Buffer.from(`${parts.flat().join('\n')}\n`)

const json = (text: string): object[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

describe('vpc-flow', () => {
  const format = findFormat('vpc-flow')

  test('vpc-flow names the fields of each record by the header before it, however the text is cut', () => {
    for (const lengths of [[flows.length], [1], [7], [40, 3]]) {
      const { text, records } = pickRecords(format, [flows], { identifiers: ['10.0.0.'] }, { output: 'json', lengths })
      assert.equal(records, 4)
      const wanted = [
        { srcaddr: '10.0.0.1', srcport: 1 },
        { srcaddr: '10.0.0.2', srcport: 2 },
        { srcport: 3, dstaddr: '10.1.0.3', srcaddr: '10.0.0.3' },
        { version: 11, account_id: '1', interface_id: 'eni-1', instance_tag_2: 'floor-2', asg_tag: '10.0.0.4' }
      ]
      for (const [at, record] of json(text).entries()) {
        const { parse_error: _, raw: __, ...fields } = record as Record<string, unknown>
        assert.deepEqual(fields, wanted[at])
      }
    }
  })

  test('vpc-flow takes a header that stands in text without a hit', () => {
    const filler = '9.9.9.9 9\n'.repeat(3000)
    const text = `srcaddr srcport\n${filler}srcport srcaddr\n${filler.replaceAll('9.9.9.9 9', '9 9.9.9.9')}7 10.0.0.7\n`
    const picked = pickRecords(
      format,
      [Buffer.from(text)],
      { identifiers: ['10.0.0.7'] },
      { output: 'json', lengths: [4096] }
    )
    assert.match(picked.text, /"srcport":7,"srcaddr":"10\.0\.0\.7"/)
  })

  test('vpc-flow gives no header as a record, in any output', () => {
    for (const output of ['raw', 'text', 'json'] as const) {
      assert.equal(pickRecords(format, [flows], { identifiers: ['srcaddr', 'asg-tag'] }, { output }).records, 0)
    }
    const both = pickRecords(format, [flows], { identifiers: ['srcaddr', '10.0.0.'] }, { output: 'raw' })
    assert.deepEqual(both, {
      text: '10.0.0.1 1\n10.0.0.2 2\n3 10.1.0.3 10.0.0.3\n11 1 eni-1 floor-2 10.0.0.4\n',
      records: 4
    })
  })

  test('vpc-flow picks from joined objects what it reads of them', () => {
    const line = fc.constantFrom(
      ...parts.map(([header]) => header!),
      '10.0.0.1 1 2',
      '1 10.0.0.1',
      '- -',
      'us-east-1 use1-az1',
      'region x y',
      ''
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (lines, length) => {
        const bytes = Buffer.from(`${lines.join('\n')}\n`)
        const { records } = readRecords(format, bytes)
        const picked = json(
          pickRecords(format, [bytes], { identifiers: ['10.0.0.1', 'region'] }, { output: 'json', lengths: [length] })
            .text
        )
        const wanted = records.filter(({ raw }) => /10\.0\.0\.1|region/.test(raw))
        assert.equal(picked.length, wanted.length)
        for (const [at, { fields }] of wanted.entries()) {
          const { parse_error: _, raw: __, ...found } = picked[at] as Record<string, unknown>
          assert.deepEqual(found, fields)
        }
      })
    )
  })

  test('vpc-flow tells names from values that are words', () => {
    const isHeader = (line: string) => readRecords(format, Buffer.from(`${line}\n`)).records.length === 0
    for (const line of [
      'instance-tag-2 interface-tag-2 asg-tag-2',
      'srcaddr',
      'version tgw-attachment-id packets-lost-mtu-exceeded\r',
      'tgw_src_az_id srcaddr future-field-3'
    ])
      assert.ok(isHeader(line), line)
    for (const line of [
      'eni-0aa1 region',
      'us-east-1 use1-az1',
      'nat_gateway',
      'srcaddr future new',
      'Version srcaddr',
      'region -'
    ])
      assert.ok(!isHeader(line), line)
    assert.ok(!isHeader('srcaddr '.repeat(30_000)))
  })

  test('vpc-flow gives the counts of transit gateways as numbers', () => {
    const text = 'version tgw-id packets-lost-no-route start\n6 tgw-1 4 1669842701\n'
    assert.deepEqual(readRecords(format, Buffer.from(text)).records[0]!.fields, {
      version: 6,
      tgw_id: 'tgw-1',
      packets_lost_no_route: 4,
      start: 1669842701
    })
  })
})

test('cloudfront names the fields of each record by the header before it', () => {
  const text =
    '#Version: 1.0\n#Fields: date time c-ip\n2023-04-26\t07:25:11\t10.0.0.1\n#Version: 1.0\n#Fields: c-ip time date\n10.0.0.2\t07:25:12\t2023-04-26\n'
  for (const lengths of [[text.length], [5]]) {
    const picked = pickRecords(
      findFormat('cloudfront'),
      [Buffer.from(text)],
      { identifiers: ['10.0.0.', 'Version', 'c-ip'] },
      { output: 'json', lengths }
    )
    assert.deepEqual(json(picked.text), [
      { date: '2023-04-26', time: '07:25:11', c_ip: '10.0.0.1' },
      { c_ip: '10.0.0.2', time: '07:25:12', date: '2023-04-26' }
    ])
  }
})
