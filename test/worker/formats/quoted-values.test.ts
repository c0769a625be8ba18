import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Fields } from '../../../worker/formats/format.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { readRecords } from './read-records.ts'

/* What clients send stands between quotes in access logs, with whatever quotes it holds itself. */

const doubtful = 'its quotes can be read in several ways, or in none'

const readOne = (format: string, line: string): { fields: Fields; parseError?: string; timeMs?: number | undefined } =>
  readRecords(findFormat(format), Buffer.from(`${line}\n`)).records[0]!

const s3 = (
  uri: string,
  referer: string,
  agent: string,
  tail = ' - host= SigV4 TLS_A AuthHeader h.example TLSv1.3 - -'
) =>
  `owner bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - ID REST.GET.OBJECT key "${uri}" 200 - 113 7 7 1 "${referer}" "${agent}"${tail}`

const alb = (request: string, agent: string, cert = '"-"') =>
  `h2 2025-03-04T00:00:01Z app/a/1 192.0.2.8:1 - -1 -1 -1 400 - 0 272 "${request}" "${agent}" - - - "Root=1" "a.example" ${cert} 1 2025-03-04T00:00:00Z "forward" "-" "-" "-" "-" "-" "-" TID_1`

const classic = (request: string, agent: string) =>
  `2015-05-13T23:39:43Z lb 192.0.2.8:1 - 0.1 0.1 0.1 200 200 0 29 "${request}" "${agent}" - TLSv1.2`

const texts = [
  'curl/8',
  '',
  '-',
  'ends in a "quote"',
  '"begins" with one',
  'a "b" c',
  'one " alone',
  'backslash\\',
  'a"b"c',
  '"',
  'a" b'
]

describe('s3-access', () => {
  test('s3-access reads quotes in each text by what stands around it', () => {
    for (const text of texts) {
      for (const at of [0, 1, 2]) {
        const [uri, referer, agent] = ['u', 'r', 'a'].map((other, index) => (index === at ? text : other))
        const { fields, parseError } = readOne('s3-access', s3(uri!, referer!, agent!))
        assert.equal(parseError, undefined, text)
        const known = (value: string | undefined) => (value === '-' ? null : value)
        assert.equal(fields.request_uri, known(uri))
        assert.equal(fields.referer, known(referer))
        assert.equal(fields.user_agent, known(agent))
        assert.deepEqual([fields.http_status, fields.host_header, fields.tls_version], [200, 'h.example', 'TLSv1.3'])
      }
    }
  })

  test('s3-access reads old lines and appended fields with quotes in the agent', () => {
    assert.equal(readOne('s3-access', s3('u', 'r', 'a "b" c', '')).fields.user_agent, 'a "b" c')
    const more = `${s3('u', 'r', 'a "b" c')} region new newer`
    const { fields, parseError } = readOne('s3-access', more)
    assert.deepEqual([fields.user_agent, fields.source_region, fields.extra], ['a "b" c', 'region', ['new', 'newer']])
    assert.equal(parseError, undefined)
  })

  test('s3-access has no field behind quotes that can be read in two ways', () => {
    for (const line of [s3('u', 'a" "b', 'c'), s3('u', 'r', 'a" "b'), s3('u" 200 - 1 1 1 1 "x', 'r', 'a')]) {
      const { fields, parseError, timeMs } = readOne('s3-access', line)
      assert.equal(parseError, doubtful)
      assert.equal(timeMs, Date.UTC(2019, 1, 6, 0, 0, 38))
      assert.deepEqual(Object.keys(fields).at(-1), 'key')
    }
  })
})

describe('load balancers', () => {
  test('alb and elb-classic read quotes in request and agent', () => {
    for (const text of texts.filter((one) => !one.endsWith('\\'))) {
      for (const [format, line] of [['alb', alb] as const, ['elb-classic', classic] as const]) {
        const agent = readOne(format, line('GET http://a/ HTTP/1.1', text))
        assert.deepEqual([agent.parseError, agent.fields.user_agent], [undefined, text === '-' ? null : text])
        const request = readOne(format, line(`GET http://a/?${text} HTTP/1.1`, 'x'))
        assert.deepEqual([request.parseError, request.fields.request_url], [undefined, `http://a/?${text}`])
      }
    }
  })

  test('alb reads a value behind a quote without a space', () => {
    const { fields, parseError } = readOne('alb', alb('- - -', '-').replace('"-" 1 2025', '"-"1 2025'))
    assert.equal(parseError, undefined)
    assert.deepEqual([fields.chosen_cert_arn, fields.matched_rule_priority, fields.conn_trace_id], [null, 1, 'TID_1'])
  })

  test('alb and elb-classic have no field behind quotes that can be read in two ways', () => {
    for (const [format, line] of [
      ['alb', alb('GET http://a/ HTTP/1.1', 'a" "b')],
      ['alb', alb('GET http://a/ HTTP/1.1', 'a', '"x"y"')],
      ['elb-classic', classic('GET http://a/ HTTP/1.1', 'a" "b')]
    ] as const) {
      const { fields, parseError, timeMs } = readOne(format, line)
      assert.equal(parseError, doubtful)
      assert.ok(timeMs)
      assert.equal(Object.keys(fields).at(-1), 'sent_bytes')
    }
  })

  test('a request has its parts, as many as there are', () => {
    for (const [text, verb, url, proto] of [
      ['GET http://a/x y HTTP/1.1', 'GET', 'http://a/x y', 'HTTP/1.1'],
      ['GET http://a:80/x', 'GET', 'http://a:80/x', null],
      ['- http://a:80-/ ', null, 'http://a:80-/', null],
      ['- http://a:80- -', null, 'http://a:80-', null],
      ['http://a:80/ HTTP/1.1', null, 'http://a:80/', 'HTTP/1.1'],
      ['http://a:80/', null, 'http://a:80/', null],
      ['- - - ', null, null, null],
      ['-', null, null, null]
    ] as const) {
      for (const [format, line] of [['alb', alb] as const, ['elb-classic', classic] as const]) {
        const { fields } = readOne(format, line(text, '-'))
        assert.deepEqual([fields.request_verb, fields.request_url, fields.request_proto], [verb, url, proto], text)
      }
    }
  })

  test('nlb keeps the preference list as it is written', () => {
    const line = (list: string) =>
      `tls 2.0 2020-04-01T08:51:42 net/a/1 b 192.0.2.8:1 10.0.0.1:443 5 2 98 246 - arn - c tlsv12 - d h2 h2 ${list} 2020-04-01T08:51:20`
    for (const list of ['"h2","http/1.1"', 'h2,http/1.1', '"h2"', 'h2']) {
      const { fields, parseError } = readOne('nlb', line(list))
      assert.equal(parseError, undefined)
      assert.equal(fields.alpn_client_preference_list, list)
      assert.equal(fields.tls_connection_creation_time, '2020-04-01T08:51:20')
    }
    assert.equal(readOne('nlb', line('-')).fields.alpn_client_preference_list, null)
  })
})

test('quotes anywhere in a text shift no field, and absurd lines take no time', () => {
  const text = fc.array(fc.constantFrom('"', ' ', 'a', '\\', '" ', ' "', '- 1 ', '[', ']'), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (referer, agent) => {
      const { fields, parseError } = readOne('s3-access', s3('u', referer.join(''), agent.join('')))
      if (parseError === undefined) {
        assert.deepEqual([fields.host_header, fields.host_id, fields.tls_version], ['h.example', 'host=', 'TLSv1.3'])
      } else assert.equal(fields.host_header, undefined)
    }),
    { numRuns: 500 }
  )
  const absurd = ['"', '" "', '" 1 1 1 1 1 1 "', '[a b] ', ' ', '[', 'a ', '"a" ', '\\" "']
  for (const part of absurd) {
    for (const format of ['s3-access', 'alb', 'elb-classic', 'nlb', 'alb-connection']) {
      for (const times of [20, 60, 65_000 / part.length, 300_000]) {
        const line = s3(part.repeat(times), 'r', 'a')
        const { records } = readRecords(findFormat(format), Buffer.from(`${line}\n`), { maxRecordBytes: 1 << 23 })
        assert.equal(records.length, 1)
      }
    }
  }
})
