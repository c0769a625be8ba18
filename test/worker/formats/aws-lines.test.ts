import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { findFormat } from '../../../worker/formats/registry.ts'
import { pickRecords, readRecords } from './read-records.ts'
import { readSample, samples } from './samples.ts'

describe('vpc-flow', () => {
  const format = findFormat('vpc-flow')

  test('vpc-flow reads the default format', () => {
    const { records } = readRecords(format, samples['vpc-flow'])
    assert.equal(records.length, 3)
    assert.equal(records[0]!.timeMs, 1669842701_000)
    assert.deepEqual(records[0]!.fields, {
      version: 2,
      account_id: '123456789012',
      interface_id: 'eni-0050644426037aa0f',
      srcaddr: '10.26.1.153',
      dstaddr: '3.239.232.29',
      srcport: 60220,
      dstport: 443,
      protocol: 6,
      packets: 48,
      bytes: 21869,
      start: 1669842701,
      end: 1669842702,
      action: 'ACCEPT',
      log_status: 'OK'
    })
  })

  test('vpc-flow reads a format of its own by its header, and gaps in the data', () => {
    const text =
      'start pkt-srcaddr flow-direction tcp-flags future-field\n1669842701 2001:db8::1 ingress 2 x\n1669842702 - - - -\n'
    const { records } = readRecords(format, Buffer.from(text))
    assert.deepEqual(
      records.map((record) => record.fields),
      [
        { start: 1669842701, pkt_srcaddr: '2001:db8::1', flow_direction: 'ingress', tcp_flags: 2, future_field: 'x' },
        { start: 1669842702, pkt_srcaddr: null, flow_direction: null, tcp_flags: null, future_field: null }
      ]
    )
    const noData = '2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA\n'
    const record = readRecords(format, Buffer.from(noData)).records[0]!
    assert.equal(record.parseError, undefined)
    assert.equal(record.fields.log_status, 'NODATA')
  })

  test('vpc-flow knows the names of the header of the object that it picks from', () => {
    const headed = Buffer.from('start srcaddr dstaddr\n1669842701 10.0.0.1 10.0.0.2\n')
    const picked = pickRecords(
      format,
      [headed, samples['vpc-flow']],
      { identifiers: ['10.0.0.1', '21869'] },
      { output: 'json' }
    )
    const [first, second] = picked.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(first, { start: 1669842701, srcaddr: '10.0.0.1', dstaddr: '10.0.0.2' })
    assert.equal(second.bytes, 21869)
    assert.equal(picked.records, 2)
  })
})

describe('cloudfront', () => {
  const format = findFormat('cloudfront')

  test('cloudfront reads standard logs', () => {
    const { records } = readRecords(format, samples.cloudfront)
    assert.equal(records.length, 2)
    assert.equal(records[0]!.timeMs, Date.UTC(2023, 3, 26, 7, 25, 11))
    assert.deepEqual(records[0]!.fields, {
      date: '2023-04-26',
      time: '07:25:11',
      x_edge_location: 'ABC11-C1',
      sc_bytes: 122254,
      c_ip: '13.231.15.129',
      cs_method: 'GET',
      cs_host: 'd3u2vxofoa42t1.cloudfront.net',
      cs_uri_stem: '/prefix/script.js',
      sc_status: 200,
      cs_referer: 'https://myapp.staging.domain.com/',
      cs_user_agent:
        'Mozilla/5.0%20(Macintosh;%20Intel%20Mac%20OS%20X%2010_15_7)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/111.0.0.0%20Safari/537.36',
      cs_uri_query: null,
      cs_cookie: null,
      x_edge_result_type: 'Miss',
      x_edge_request_id: 'vKIiZi4-0_M3vVWN37wUKhQ3GSHWUnWIDXuZV1sHp-Xun2lLWNrwyB==',
      x_host_header: 'd3u2vxofoa42t1.cloudfront.net',
      cs_protocol: 'https',
      cs_bytes: 1051,
      time_taken: 0.199,
      x_forwarded_for: String.raw`10.3.200.121,\x2010.56.14.213`,
      ssl_protocol: 'TLSv1.2',
      ssl_cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
      x_edge_response_result_type: 'Miss',
      cs_protocol_version: 'HTTP/1.0',
      fle_status: null,
      fle_encrypted_fields: null,
      c_port: 41649,
      time_to_first_byte: 0.182,
      x_edge_detailed_result_type: 'Miss',
      sc_content_type: 'application/javascript',
      sc_content_len: 121630,
      sc_range_start: null,
      sc_range_end: null
    })
  })

  test('cloudfront reads streaming logs by their header, tabs turned into spaces', () => {
    const { records } = readRecords(format, readSample('gzip/cloudfront.log'))
    assert.deepEqual(
      records.map(({ fields }) => [fields.x_event, fields.x_sname, fields.x_sid, fields.sc_bytes]),
      [
        ['connect', null, null, 2014],
        ['play', 'myvideo', '1', 3914]
      ]
    )
    assert.equal(records[0]!.timeMs, Date.UTC(2010, 2, 12, 23, 51, 20))
  })

  test('cloudfront survives header names that mean something to JavaScript', () => {
    const text = '#Fields: date time __proto__ constructor\n2023-04-26\t07:25:11\tx\ty\n'
    const { fields } = readRecords(format, Buffer.from(text)).records[0]!
    assert.equal(Object.getPrototypeOf(fields), Object.prototype)
    assert.equal(fields.constructor, 'y')
  })
})

test('s3-access reads its sample', () => {
  const { records } = readRecords(findFormat('s3-access'), samples['s3-access'])
  assert.equal(records[0]!.timeMs, Date.UTC(2019, 1, 6, 0, 0, 38))
  assert.deepEqual(records[0]!.fields, {
    bucket_owner: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
    bucket: 'amzn-s3-demo-bucket1',
    time: '06/Feb/2019:00:00:38 +0000',
    remote_ip: '192.0.2.3',
    requester: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be',
    request_id: '3E57427F3EXAMPLE',
    operation: 'REST.GET.VERSIONING',
    key: null,
    request_uri: 'GET /amzn-s3-demo-bucket1?versioning HTTP/1.1',
    http_status: 200,
    error_code: null,
    bytes_sent: 113,
    object_size: null,
    total_time: 7,
    turn_around_time: null,
    referer: null,
    user_agent: 'S3Console/0.4',
    version_id: null,
    host_id: 's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=',
    signature_version: 'SigV4',
    cipher_suite: 'ECDHE-RSA-AES128-GCM-SHA256',
    authentication_type: 'AuthHeader',
    host_header: 'amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com',
    tls_version: 'TLSV1.2',
    access_point_arn: 'arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP',
    acl_required: 'Yes'
  })
})
