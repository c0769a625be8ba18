import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { auditNumbers } from '../../../worker/formats/pexip-audit.ts'
import { supportBooleans, supportNumbers } from '../../../worker/formats/pexip-support.ts'
import { readNotation } from '../../../worker/formats/python-notation.ts'
import { findFormat } from '../../../worker/formats/registry.ts'
import { readRecords } from './read-records.ts'
import { readSample, samples } from './samples.ts'

const format = findFormat('pexip')
const { records } = readRecords(format, samples.pexip)

describe('pexip', () => {
  test('pexip reads an administrator line; apostrophes and quotes in names survive', () => {
    assert.equal(records[0]!.timeMs, Date.UTC(2023, 9, 1, 0, 0, 1, 99))
    assert.deepEqual(records[0]!.fields, {
      kind: 'support',
      class: 'administrator.conference',
      syslog_time: '2023-10-01T00:00:01.100+00:00',
      system: 'node1',
      originating_date: '2023-10-01',
      originating_time: '00:00:01,099',
      level: 'INFO',
      name: 'administrator.conference',
      log_message: {
        message: 'Participant has joined.',
        conference: "O'Brien's room",
        participant: 'Zoë "Zo" O\'Brien',
        call_id: 'c-1',
        licenses: 1,
        registered: false,
        role: 'chair'
      }
    })
  })

  test('pexip reads SIP as lines, by its direction', () => {
    assert.equal(records[1]!.fields.class, 'support.sip.received')
    assert.deepEqual(records[1]!.fields.log_message, {
      message: 'Received SIP request',
      src_address: '192.0.2.7',
      src_port: 5060,
      transport: 'TCP',
      detail: ['INVITE sip:room@example.com SIP/2.0', 'From: "Bob" <sip:bob@example.com>;tag=1', 'User-Agent: x', '']
    })
  })

  test('pexip reads REST details as Python prints them and as JSON', () => {
    assert.equal(records[2]!.fields.class, 'support.rest.received')
    assert.deepEqual(records[2]!.fields.log_message, {
      message: 'Received REST request',
      src_port: null,
      request: '/api/client',
      detail: { display_name: "O'Brien", sdp: ['v=0', 'o=-'], present: true, n: null }
    })
    assert.equal(records[3]!.fields.class, 'support.rest.sending')
    assert.deepEqual(records[3]!.fields.log_message, {
      message: 'Sending REST response',
      dst_port: 443,
      detail: { status: 'success', result: { display_name: 'O\'Brien "Zo"', vp9_enabled: true } },
      uuid: 'u-1'
    })
  })

  test('pexip reads audit lines with their pairs in pairs', () => {
    assert.equal(records[4]!.timeMs, 1696118405122)
    assert.deepEqual(records[4]!.fields, {
      kind: 'audit',
      class: 'USER_START',
      syslog_time: '2023-10-01T00:00:05.123456+00:00',
      system: 'node2',
      audit: 'audispd:',
      system_fqdn: 'node2.example.com',
      type: 'USER_START',
      log_message: {
        msg: 'audit(1696118405.122:456)',
        pid: 32070,
        uid: 0,
        auid: 4294967295,
        ses: 412,
        subj: 'system_u:system_r:crond_t:s0',
        submsg: {
          op: 'PAM:session_open',
          acct: "O'Brien",
          exe: '/usr/sbin/cron',
          hostname: '?',
          addr: '?',
          terminal: 'cron',
          res: 'success'
        }
      }
    })
  })

  test('pexip reads web lines', () => {
    assert.deepEqual(records[5]!.fields, {
      kind: 'web',
      class: 'web',
      syslog_time: '2023-10-01T00:00:06.000+00:00',
      system: 'mgr',
      apache: 'apache2',
      log_message: `192.0.2.9 - admin [01/Oct/2023:00:00:06 +0000] "GET /admin/ HTTP/1.1" 200 512 "-" "Mozilla/5.0 (it's me)"`
    })
  })

  test('pexip keeps text that is no pair', () => {
    const line = '2023-10-01T00:00:01Z n 2023-10-01 00:00:01,099 Level="INFO" Name="x" Message="m" stray words'
    const { fields, parseError } = readRecords(format, Buffer.from(line)).records[0]!
    assert.equal(parseError, 'text that is no Key="value"')
    assert.deepEqual(fields.log_message, { message: 'm', extra: 'stray words' })
  })

  test('pexip types the keys of every class as the published tables do', () => {
    const metadata = JSON.parse(readSample('pexip/pexip_logs_metadata.json').toString())
    const structs = (kind: string) => Object.entries(metadata[kind].log_struct as Record<string, string>)
    // The structures of REST details are read as what they hold, not by their keys.
    const typedKeys = (struct: string) => struct.replace(/detail:struct<.*>(?=,uuid)/, '').matchAll(/(\w+):(\w+)/g)
    for (const [name, struct] of structs('support')) {
      for (const [, key, type] of typedKeys(struct)) {
        assert.equal(supportNumbers.has(key!), type === 'int', `${name} ${key}`)
        assert.equal(supportBooleans.has(key!), type === 'boolean', `${name} ${key}`)
      }
    }
    for (const [name, struct] of structs('audit')) {
      for (const [, key, type] of typedKeys(struct)) {
        if (type === 'struct') continue
        assert.equal(auditNumbers.has(key!), type === 'int' || type === 'bigint', `${name} ${key}`)
      }
    }
    for (const kind of ['support', 'audit']) {
      for (const { Name } of metadata[kind].columns)
        assert.ok(
          format.columns.some(({ name }) => name === Name),
          Name
        )
    }
  })
})

test('objects in JSON and in Python are read, anything else is not', () => {
  assert.deepEqual(readNotation(String.raw`{'a': u'it\'s \u00e9 \x41 "q"', "b": (1, -2.5e3,), 'c': [], 'd': {}}`), {
    a: `it's é A "q"`,
    b: [1, -2500],
    c: [],
    d: {}
  })
  for (const text of ['plain', '{', "{'a' 1}", "['a' 'b']", "{'a': b}", '[1] x', '['.repeat(100_000)]) {
    assert.equal(readNotation(text), undefined, text.slice(0, 20))
  }
})
