import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { tableStatement } from '../../worker/athena/table-statement.ts'
import { madeViewsOf } from '../../worker/athena/view.ts'
import { findFormat, formatNames } from '../../worker/formats/registry.ts'
import type { S3Server } from '../stand-ins/s3/server.ts'
import { configWithCategories } from '../support/configurations.ts'
import { sampleOf } from '../worker/formats/samples.ts'
import { bucket } from './analyst-day.ts'

/*
 * A day of records of every format that has a view: the samples, and lines that are nearly like them.
 */

/** The formats whose records Athena takes apart; each is a category of its name here. */
export const viewedFormats = formatNames.filter((name) => findFormat(name).view)

const settings = (format: string, layout: string) => ({ layout, format, table: format.replaceAll('-', '_') })

/** One layout has hours, as what Firehose delivers has; the others have none, as what AWS delivers. */
export const recordEnvironment = configWithCategories({
  ...Object.fromEntries(viewedFormats.map((name) => [name, settings(name, `${name}/{yyyy}/{MM}/{dd}/`)])),
  pexip: settings('pexip', 'pexip/{yyyy}/{MM}/{dd}/{HH}/')
}).environments.get('dev')!

/** The statements that make the tables and the views, in their order. */
export const recordTables = [...recordEnvironment.categories.values()].map(tableStatement)
export const recordViews = madeViewsOf(recordEnvironment)

const withFirst = (format: string, change: (line: string) => string): string =>
  change(sampleOf(format).toString().split('\n')[0]!)

/** Lines that are right, but not like the samples. */
const unusual: Readonly<Partial<Record<string, readonly string[]>>> = {
  alb: [
    withFirst('alb', (line) =>
      line
        .replace('12.34.178.90.32:40860 -', '2001:db8:0:0:1::7:40860 [2001:db8::7]:443')
        .replace('GET http://5.334.234.101:80/ HTTP', 'GET http://5.334.234.101:80/a b"c"d HTTP')
        .replace('Mozilla/5.0 (Windows', String.raw`My \"agent\" "5.0". (Windows`)
    ),
    withFirst('alb', (line) => `${line} TID_1 "new.example.com" "/v2" "OriginalRetrieved" 10.0.0.7 "a b" -`),
    withFirst('alb', (line) => `${line} `),
    withFirst('alb', (line) => `${line} "open \\" `),
    withFirst('alb', (line) => line.replace(' 301 ', ' ok ').replace(' 204 ', ' 007 ').replace(' 333 ', ' +5 ')),
    withFirst('alb', (line) => line.replace('2022-12-06T', '2022-13-06T')),
    withFirst('alb', (line) => line.replace('.176563Z', '+09:00').replace('-1 -1 -1', '1e-3 0.5 2.')),
    ...['GET http://a/x', '- http://a:80-/ ', 'http://a/ HTTP/1.1', '- - - ', 'a "b" c', 'a" "b'].map((request) =>
      withFirst('alb', (line) => line.replace('GET http://5.334.234.101:80/ HTTP/1.1', request))
    ),
    withFirst('alb', (line) => line.replace('"-" "-" 0', '"-" "-"0')),
    withFirst('alb', (line) => line.replace('Mozilla', '"'.repeat(70))),
    'https 2022-12-06T17:42:16.176563Z lb',
    '{"no":"access log"}'
  ],
  's3-access': [
    withFirst('s3-access', (line) => line.replace('[06/Feb/2019:00:00:38 +0000]', '[06/Feb/2019:00:00:38 -0230]')),
    withFirst('s3-access', (line) => line.replace('[06/Feb', '[31/Feb')),
    withFirst('s3-access', (line) => line.replace('] 192', ' 192')),
    ...['see "dev" page', 'a" "b', 'a\\', '"', 'a"b '].flatMap((text) => [
      withFirst('s3-access', (line) => line.replace('S3Console/0.4', text)),
      withFirst('s3-access', (line) => line.replace('"-" "S3', `"${text}" "S3`)),
      withFirst('s3-access', (line) => line.replace('?versioning', text))
    ]),
    withFirst('s3-access', (line) => line.replace(' 192.0.2.3', '[a]b]'))
  ],
  'elb-classic': ['a "b" c', 'a" "b', 'a\\" b', 'a"', '"'].map((agent) =>
    withFirst('elb-classic', (line) => line.replace('curl/7.38.0', agent))
  ),
  nlb: ['"h2"', '"h2","http/1.1"', 'h2,http/1.1'].map((list) =>
    withFirst('nlb', (line) => line.replace(/ - (\S+)$/, ` ${list} $1`))
  ),
  waf: [
    '{"timestamp":"2023-10-01T00:00:00Z","action":"BLOCK","responseCodeSent":403}',
    '{"timestamp":1e300,"formatVersion":99999999999,"webaclId":{"a":1},"action":null}',
    '{"timestamp":true,"action":"caf\\u00e9 \\"x\\"","httpSourceName":false}',
    '[1]',
    '"text"',
    '{"cut":'
  ],
  'json-lines': [
    '{"time":"2023-10-01 00:00:01,5 UTC"}',
    '{"timestamp":"soon","ts":1696118401}',
    '{"@timestamp":"2023-10-01T09:00:00+0900"}',
    '{"date":"2023-10-01","timestamp":7}',
    '{"createdAt":"1696118401000000"}',
    '{"event_time":1696118401000000000}',
    '{"date":"2025-03-04","time":"22:34:01","x-edge-location":"FRA60-P2"}',
    '{"date":"2025-03-04"}',
    '{"date":"2025-03-04","time":7}',
    '{"Date":"2025/03/04","Time":"22:34"}',
    '{"firewall_name":"f","event_timestamp":"1741099200"}',
    '{"requestTime":"09/Apr/2015:12:34:56 +0000"}',
    '{"timestamp":108000000,"time":"2023-10-01T10:00:00Z"}',
    '{"timestamp":"1970-01-01T00:00:07Z","ts":"1999-12-31T00:00:00Z"}',
    '{"timestamp":"2023-10-01T09:00:00+09","time":"2023-10-01T09:00:00Z"}',
    '{"timestamp":"2023-10-01T09:00:00+9","time":"2023-10-01T09:00:00Z"}',
    '{"timestamp":"2023/10/01 09:00:00 JST","time":"2023-10-01T09:00:01Z"}',
    '{"timestamp":"2023/10/01 09:00:00,25 GMT"}',
    '{"timestamp":"2023-10-01T09:00:00+09:00[Asia/Tokyo]"}',
    '{"createdAt":"2020-01-01T00:00:00Z","sentAt":1696118401000}',
    '{"timestamp":1696118401999.9}'
  ],
  cloudtrail: [
    '{"Records":[{"eventName":"A","eventTime":"2023-10-01T00:00:00Z","readOnly":true},{"eventName":{"b":1}}]}',
    '{"Records":[]}',
    '{"eventName":"no wrapper","eventVersion":1}'
  ],
  pexip: [
    String.raw`2023-10-01T00:00:07Z n 2023-10-01 00:00:07.5 Level="WARNING" Name="administrator.conference" Message="a \"b\" \\" Duration="1.5" Detail="x^M y" Conference="c"`,
    '2023-10-01T00:00:08Z n 2023-10-01 00:00:08,000 Level="INFO" Name="support.sip" Message="SIP request sent" Detail="cut off',
    '2023-10-01T00:00:08Z n 2023-10-01 00:00:08,000 Level="INFO" Name="support.rest" Message="other" call-id="no key"',
    '2023-10-01T00:00:09Z n audispd: node=n type=CWD msg=audit(x:1): cwd="/"',
    'soon n apache2: no time',
    'plain words'
  ],
  cloudfront: ['#Version: 1.0', '2023-04-26 07:25:11 ABC11-C1 12 13.231.15.129 GET'],
  'vpc-flow': ['some words that are no header', '- - - -', 'eni-0aa1 region', 'region other']
}

const isHeader = /^(?:#|version )/

/** Lines with a few characters taken out, put in or doubled. A document that is damaged is no matter of one line. */
function damaged(format: string): readonly string[] {
  if (findFormat(format).framing === 'documents') return []
  const lines = sampleOf(format)
    .toString()
    .trimEnd()
    .split(/\r?\n/)
    .filter((one) => !isHeader.test(one))
    .slice(-4)
  const spot = fc.tuple(
    fc.nat(99),
    fc.constantFrom('', '', '"', '\\', '"', ' ', '[', ']', '-', ':', '\\"', '  ', 'é', '1')
  )
  const line = fc.tuple(fc.constantFrom(...lines), fc.array(spot, { minLength: 1, maxLength: 4 }))
  return fc.sample(line, { numRuns: 60, seed: 6 }).map(([text, spots]) =>
    spots.reduce((changed, [place, put]) => {
      const at = Math.floor((changed.length * place) / 100)
      return changed.slice(0, at) + put + changed.slice(put === '' || place % 2 === 0 ? at + 1 : at)
    }, text)
  )
}

const flow = '2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 443 6 48 21869 1669842701 1669842702 ACCEPT OK'

/** Objects with another header, or none. */
const headed: Readonly<Record<string, string>> = {
  'vpc-flow/2023/10/01/own.gz': `end pkt-srcaddr version bytes new-field start\n1669842702 - 5 7 x -\n1669842702 10.0.0.1 8 9 y 1669842701 more and\n`,
  'vpc-flow/2023/10/01/eleven.gz':
    'version srcaddr instance-tag-2 interface-type next-hop-vpc-id\n11 10.9.0.4 floor-2 nat_gateway vpc-1\n11 10.9.0.5 - - -\n',
  'vpc-flow/2023/10/01/gateway.gz':
    'version tgw-id packets-lost-no-route end\n6 tgw-1 4 1669842702\nregion region x y\n',
  'vpc-flow/2023/10/01/none.gz': `${flow}\n${flow} 9\n`,
  'cloudfront/2023/10/01/own.gz':
    '#Version: 1.0\n#Fields: time date cs(Host) time-taken x-new\n07:25:11\t2023-04-26\ta.example.com\t0.25\tb\tc\n',
  'cloudfront/2023/10/01/none.gz': '2023-04-26\t07:25:11\tABC11-C1\t-\t::1\n'
}

/** As CloudTrail delivers it: on one line. */
function objectOf(format: string): Buffer {
  const sample = sampleOf(format)
  return format === 'cloudtrail' ? Buffer.from(JSON.stringify(JSON.parse(sample.toString()))) : sample
}

const keyOf = (format: string, name: string): string =>
  `${format}/2023/10/01/${format === 'pexip' ? '07/' : ''}${name}.gz`

/** The text of every object. */
export const recordObjects: Readonly<Record<string, Buffer>> = Object.fromEntries([
  ...viewedFormats.flatMap((format) => [
    [keyOf(format, 'sample'), objectOf(format)] as const,
    [
      keyOf(format, 'odd'),
      Buffer.from([...(unusual[format] ?? []), '', '  ', ...damaged(format), ''].join('\n'))
    ] as const
  ]),
  ...Object.entries(headed).map(([key, text]) => [key, Buffer.from(text)] as const)
])

/** An object that was made of two, on another day. */
const twoHeaders = `version account-id\n1 2 3\naccount-id version\n2 1 3\n`

/** Puts the objects there. */
export function putRecordDay(s3: S3Server): void {
  s3.put(bucket, 'vpc-flow/2023/10/03/two.gz', gzipSync(twoHeaders))
  for (const [key, text] of Object.entries(recordObjects)) s3.put(bucket, key, gzipSync(text))
}
