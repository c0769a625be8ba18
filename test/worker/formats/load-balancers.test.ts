import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findFormat } from '../../../worker/formats/registry.ts'
import { readRecords } from './read-records.ts'
import { samples } from './samples.ts'

/* Field by field, as Elastic Load Balancing's documentation names them. */

describe('alb', () => {
  const { records } = readRecords(findFormat('alb'), samples.alb)

  test('alb reads a redirected request', () => {
    assert.equal(records[0]!.timeMs, Date.UTC(2022, 11, 6, 17, 42, 16, 176))
    assert.deepEqual(records[0]!.fields, {
      type: 'http',
      time: '2022-12-06T17:42:16.176563Z',
      elb: 'random/lb/f12345d67890',
      client_ip: '12.34.178.90.32',
      client_port: 40860,
      target_ip: null,
      target_port: null,
      request_processing_time: -1,
      target_processing_time: -1,
      response_processing_time: -1,
      elb_status_code: 301,
      target_status_code: null,
      received_bytes: 204,
      sent_bytes: 333,
      request_verb: 'GET',
      request_url: 'http://5.334.234.101:80/',
      request_proto: 'HTTP/1.1',
      user_agent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/88.0.4324.190 Safari/537.36',
      ssl_cipher: null,
      ssl_protocol: null,
      target_group_arn: null,
      trace_id: 'Root=1-638f7ef8-1e68129e21ae504b7de0da3b',
      domain_name: null,
      chosen_cert_arn: null,
      matched_rule_priority: 0,
      request_creation_time: '2022-12-06T17:42:16.176000Z',
      actions_executed: 'redirect',
      redirect_url: 'https://5.334.234.101:443/',
      error_reason: null,
      target_port_list: null,
      target_status_code_list: null,
      classification: null,
      classification_reason: null
    })
  })

  test('alb reads what TLS adds', () => {
    const { fields } = records[1]!
    assert.equal(fields.ssl_cipher, 'ECDHE-RSA-AES128-GCM-SHA256')
    assert.equal(fields.ssl_protocol, 'TLSv1.2')
    assert.equal(fields.domain_name, '5.334.234.101:443')
    assert.equal(
      fields.chosen_cert_arn,
      'arn:aws:acm:us-east-1:123456789012:certificate/fb123345-d23b-5f37-dc98-38472re83d8d'
    )
    assert.equal(fields.actions_executed, 'fixed-response')
  })

  test('alb names the fields of 2025 and keeps those of later years', () => {
    const line = samples.alb.toString().split('\n')[0]!
    const appended = `${line} TID_1 "new.example.com" "/v2" "OriginalRetrieved" 10.0.0.7 "a b"\n`
    const { fields, parseError } = readRecords(findFormat('alb'), Buffer.from(appended)).records[0]!
    assert.equal(parseError, undefined)
    assert.equal(fields.conn_trace_id, 'TID_1')
    assert.equal(fields.transformed_host, 'new.example.com')
    assert.equal(fields.transformed_uri, '/v2')
    assert.equal(fields.request_transform_status, 'OriginalRetrieved')
    assert.deepEqual(fields.extra, ['10.0.0.7', 'a b'])
  })

  test('alb reads IPv6 clients, quotes that agents write, and requests with spaces', () => {
    const line = samples.alb.toString().split('\n')[0]!
    const odd = line
      .replace('12.34.178.90.32:40860', '2001:db8:0:0:1::7:40860')
      .replace('GET http://5.334.234.101:80/ HTTP', 'GET http://5.334.234.101:80/a b"c"d HTTP')
      .replace('Mozilla/5.0 (Windows', String.raw`My \"agent\" "5.0". (Windows`)
    const { fields, parseError } = readRecords(findFormat('alb'), Buffer.from(`${odd}\r\n`)).records[0]!
    assert.equal(parseError, undefined)
    assert.equal(fields.client_ip, '2001:db8:0:0:1::7')
    assert.equal(fields.client_port, 40860)
    assert.equal(fields.request_verb, 'GET')
    assert.equal(fields.request_url, 'http://5.334.234.101:80/a b"c"d')
    assert.equal(fields.request_proto, 'HTTP/1.1')
    assert.match(String(fields.user_agent), /^My "agent" "5.0"\. \(Windows/)
    assert.equal(fields.classification_reason, null)
    const bracketed = odd.replace('2001:db8:0:0:1::7:40860', '[2001:db8::7]:443')
    assert.equal(readRecords(findFormat('alb'), Buffer.from(bracketed)).records[0]!.fields.client_ip, '2001:db8::7')
  })

  test('alb says what is wrong with a line and keeps what it could read', () => {
    const line = samples.alb.toString().split('\n')[0]!
    const error = (text: string) => readRecords(findFormat('alb'), Buffer.from(text)).records[0]!.parseError
    assert.equal(error('https 2022-12-06T17:42:16.176563Z lb'), '3 fields, at least 21 expected')
    assert.equal(error(line.replace(' 301 ', ' ok ')), 'elb_status_code is no int')
    assert.equal(error(line.replace('2022-12-06T', '2022-13-06T')), 'no time')
    assert.equal(error(`${line} "open`), 'its quotes can be read in several ways, or in none')
  })
})

describe('elb-classic', () => {
  const { records } = readRecords(findFormat('elb-classic'), samples['elb-classic'])

  test('elb-classic reads 15 fields', () => {
    assert.equal(records[0]!.timeMs, Date.UTC(2015, 4, 13, 23, 39, 43, 945))
    assert.deepEqual(records[0]!.fields, {
      time: '2015-05-13T23:39:43.945958Z',
      elb: 'my-loadbalancer',
      client_ip: '192.168.131.39',
      client_port: 2817,
      backend_ip: '10.0.0.1',
      backend_port: 80,
      request_processing_time: 0.000073,
      backend_processing_time: 0.001048,
      response_processing_time: 0.000057,
      elb_status_code: 200,
      backend_status_code: 200,
      received_bytes: 0,
      sent_bytes: 29,
      request_verb: 'GET',
      request_url: 'http://www.example.com:80/',
      request_proto: 'HTTP/1.1',
      user_agent: 'curl/7.38.0',
      ssl_cipher: null,
      ssl_protocol: null
    })
  })

  test('elb-classic reads the 12 fields of old files, with an IPv6 client and no backend', () => {
    const { fields, parseError } = records[1]!
    assert.equal(parseError, undefined)
    assert.equal(fields.client_ip, '2001:db8::7')
    assert.equal(fields.client_port, 2817)
    assert.equal(fields.backend_ip, null)
    assert.equal(fields.backend_processing_time, -1)
    assert.equal(fields.elb_status_code, 504)
    assert.equal('user_agent' in fields, false)
  })

  test('elb-classic reads a TCP connection, which has no request', () => {
    const { fields } = records[2]!
    assert.deepEqual([fields.request_verb, fields.request_url, fields.request_proto], [null, null, null])
    assert.equal(fields.elb_status_code, null)
    assert.equal(fields.ssl_protocol, 'TLSv1.2')
  })
})

test('nlb reads both versions of its lines', () => {
  const { records } = readRecords(findFormat('nlb'), samples.nlb)
  assert.equal(records[1]!.timeMs, Date.UTC(2020, 3, 1, 8, 51, 42))
  assert.deepEqual(records[1]!.fields, {
    type: 'tls',
    version: '2.0',
    time: '2020-04-01T08:51:42',
    elb: 'net/my-network-loadbalancer/c6e77e28c25b2234',
    listener_id: 'g3d4b5e8bb8464cd',
    client_ip: '72.21.218.154',
    client_port: 51341,
    target_ip: '172.100.100.185',
    target_port: 443,
    tcp_connection_time_ms: 5,
    tls_handshake_time_ms: 2,
    received_bytes: 98,
    sent_bytes: 246,
    incoming_tls_alert: null,
    cert_arn: 'arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99',
    certificate_serial: null,
    tls_cipher_suite: 'ECDHE-RSA-AES128-SHA',
    tls_protocol_version: 'tlsv12',
    tls_named_group: null,
    domain_name: 'my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com',
    alpn_fe_protocol: 'h2',
    alpn_be_protocol: 'h2',
    alpn_client_preference_list: '"h2","http/1.1"',
    tls_connection_creation_time: '2020-04-01T08:51:20'
  })
  assert.equal(records[0]!.fields.alpn_client_preference_list, null)
})

test('alb-connection reads client certificates, and connections without one', () => {
  const { records } = readRecords(findFormat('alb-connection'), samples['alb-connection'])
  assert.deepEqual(records[0]!.fields, {
    time: '2023-10-04T17:05:15.514108Z',
    client_ip: '203.0.113.1',
    client_port: 36280,
    listener_port: 443,
    tls_protocol: 'TLSv1.2',
    tls_cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
    tls_handshake_latency: 4.036,
    leaf_client_cert_subject: 'CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US',
    leaf_client_cert_validity: 'NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z',
    leaf_client_cert_serial_number: 'FEF257372D5C14D4',
    tls_verify_status: 'Success',
    conn_trace_id: 'TID_3180a73013c8ca4bac2f731159d4b0fe'
  })
  assert.equal(records[1]!.fields.client_ip, '2001:db8::1')
  assert.equal(records[1]!.fields.tls_verify_status, 'Failed:UnmappedConnectionError')
  assert.deepEqual(records[1]!.fields.extra, ['future'])
})
