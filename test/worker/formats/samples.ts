import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/*
 * Text of every format: the samples of test/data where there are some, else the examples of its documentation.
 */

/** A sample's bytes, decompressed. */
export function readSample(name: string): Buffer {
  const bytes = readFileSync(new URL(`../../data/${name}`, import.meta.url))
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

const control = {
  messageType: 'CONTROL_MESSAGE',
  owner: 'CloudwatchLogs',
  logGroup: '',
  logStream: '',
  subscriptionFilters: [],
  logEvents: [{ id: '', timestamp: 1440442987000, message: 'CWL CONTROL MESSAGE: Checking health of destination' }]
}

/** The envelope of test/data, as the object of a delivery stream holds it. */
export function cloudwatchEnvelope(): Buffer {
  const event = JSON.parse(readSample('events/cloudwatch-logs-event.json').toString())
  return gunzipSync(Buffer.from(event.awslogs.data, 'base64'))
}

const lifecycle = {
  clientId: '186b5',
  timestamp: 1573002230757,
  eventType: 'connected',
  sessionIdentifier: 'a4666d2a7d844ae4ac5d7b38c9cb7967',
  principalIdentifier: '12345678901234567890123456789012',
  ipAddress: '192.0.2.0',
  versionNumber: 0
}

const container = {
  source: 'stdout',
  log: '{"time":"2023-10-01T00:00:00.250Z","thing":"THING00001","text":"said \\"hi\\""}',
  container_id: 'e54cccfac2b87417f71877907f67879068420042828067ae0867e60a63529d35',
  container_name: '/ecs-demo-6-container2-a4eafbb3d4c7f1e16e00',
  ecs_cluster: 'mycluster',
  ecs_task_arn: 'arn:aws:ecs:us-east-2:01234567891011:task/mycluster/3de392df-6bfa-470b-97ed-aa6f482cd7a',
  ecs_task_definition: 'demo:7',
  ec2_instance_id: 'i-06bc83dbc2ac2fdf8'
}

/** Three kinds of lines; names with apostrophes, SIP text with quotes, details in JSON and as Python prints them. */
export const pexipLines = [
  `2023-10-01T00:00:01.100+00:00 node1 2023-10-01 00:00:01,099 Level="INFO" Name="administrator.conference" Message="Participant has joined." Conference="O'Brien's room" Participant="Zoë "Zo" O'Brien" Call-Id="c-1" Licenses="1" Registered="False" Role="chair"`,
  `2023-10-01T00:00:02.100+00:00 node1 2023-10-01 00:00:02,099 Level="DEBUG" Name="support.sip" Message="Received SIP request" Src-Address="192.0.2.7" Src-Port="5060" Transport="TCP" Detail="INVITE sip:room@example.com SIP/2.0^M From: "Bob" <sip:bob@example.com>;tag=1^M User-Agent: x^M"`,
  `2023-10-01T00:00:03.100+00:00 node1 2023-10-01 00:00:03,099 Level="INFO" Name="support.rest" Message="Received REST request" Src-Port="None" Request="/api/client" Detail="{u'display_name': u"O'Brien", 'sdp': [u'v=0', 'o=-'], 'present': True, u'n': None}"`,
  String.raw`2023-10-01T00:00:04.100+00:00 node1 2023-10-01 00:00:04,099 Level="INFO" Name="support.rest" Message="Sending REST response" Dst-Port="443" Detail="{\"status\": \"success\", \"result\": {\"display_name\": \"O'Brien \\\"Zo\\\"\", \"vp9_enabled\": true}}" Uuid="u-1"`,
  `2023-10-01T00:00:05.123456+00:00 node2 audispd: node=node2.example.com type=USER_START msg=audit(1696118405.122:456): pid=32070 uid=0 auid=4294967295 ses=412 subj=system_u:system_r:crond_t:s0 msg='op=PAM:session_open acct="O'Brien" exe="/usr/sbin/cron" hostname=? addr=? terminal=cron res=success'`,
  `2023-10-01T00:00:06.000+00:00 mgr apache2: 192.0.2.9 - admin [01/Oct/2023:00:00:06 +0000] "GET /admin/ HTTP/1.1" 200 512 "-" "Mozilla/5.0 (it's me)"`
]

export const samples = {
  lines: Buffer.concat([readSample('gzip/multiline.log'), readSample('gzip/invalid_utf8.gbk.log')]),
  'json-lines': Buffer.from(
    '{"thing":"THING00001","timestamp":1696118400000,"n":12345678901234567890}\n{"thing":"caf\\u00e9","time":"2023-10-01T00:00:01Z"}\r\n{"a":{"b":[1,{"c":"}{"}]}}\n'
  ),
  'json-concatenated': Buffer.from(
    '{"thing":"THING00001","s":"a}{\\"b\\\\"}{"thing":"x","e":{"f":[{},[]]}}\n{\n  "pretty": true\n},[{"in":"array"},{"in":"it"}]\t{"last":"}{"}'
  ),
  cloudtrail: readSample('aws/cloudtrail-log-file.json.gz'),
  cloudwatch: Buffer.concat([cloudwatchEnvelope(), Buffer.from(JSON.stringify(control)), cloudwatchEnvelope()]),
  'elb-classic': Buffer.from(
    '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -\n' +
      '2014-02-15T23:39:43.945958Z my-loadbalancer 2001:db8::7:2817 - -1 -1 -1 504 0 0 0 "GET http://www.example.com:80/ HTTP/1.1"\n' +
      '2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 "- - - " "-" ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1.2\n'
  ),
  alb: readSample('aws/albaccesslog.log.gz'),
  'alb-connection': Buffer.from(
    '2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Success TID_3180a73013c8ca4bac2f731159d4b0fe\n' +
      '2023-10-04T17:05:15.514108Z 2001:db8::1 36280 443 - - - "-" - - Failed:UnmappedConnectionError TID_1 - future\n'
  ),
  nlb: readSample('aws/nlbaccesslog.log.gz'),
  firelens: Buffer.from(`${JSON.stringify(container)}\n${JSON.stringify({ ...container, log: 'plain\ttext' })}`),
  'iot-lifecycle': Buffer.from(
    JSON.stringify(lifecycle) +
      JSON.stringify({ ...lifecycle, eventType: 'disconnected', clientInitiatedDisconnect: true })
  ),
  'vpc-flow': readSample('aws/vpcflowlog.log.gz'),
  cloudfront: readSample('aws/cloudfront.log.gz'),
  's3-access': readSample('aws/s3accesslog.log'),
  waf: readSample('aws/waflog.log.gz'),
  pexip: Buffer.from(`${pexipLines.join('\n')}\n`)
}

/** The sample of a format, which every format needs: the shared tests and the benchmark read it. */
export function sampleOf(format: string): Buffer {
  const sample = (samples as Readonly<Record<string, Buffer>>)[format]
  assert.ok(sample, `${format} has no sample: add it to samples.ts`)
  return sample
}
