import { gzipSync } from 'node:zlib'
import type { S3Server } from '../stand-ins/s3/server.ts'
import { bucket } from './analyst-day.ts'

/*
 * A day of requests and calls that is small enough to work out each answer by hand. The categories are those of
 * record-day.ts.
 */

interface Request {
  readonly time: string
  readonly client?: string
  readonly target?: string
  readonly seconds?: number
  readonly status: number
  readonly targetStatus?: number | '-'
  readonly path: string
}

function alb({ time, client = '192.0.2.1', target = '10.0.0.1:80', seconds, status, path, ...more }: Request): string {
  const times = seconds === undefined ? '-1 -1 -1' : `0.25 ${seconds} 0.25`
  return (
    `https 2023-10-02T${time}Z app/lb/1 ${client}:4000 ${target} ${times} ${status} ${more.targetStatus ?? status} 10 20 ` +
    `"GET https://a.example.com:443${path}?q=1 HTTP/2.0" "curl" - - arn "Root=1" "-" "-" 0 2023-10-02T${time}Z "forward" "-" "-" "-" "-" "-" "-"`
  )
}

const elbClassic =
  '2023-10-02T08:00:00.5Z old 192.0.2.2:1 10.0.9.9:80 0.5 1.5 0.5 200 200 0 29 "GET http://b.example.com:80/slow HTTP/1.1" "curl/7" - -'
const cloudfront =
  '2023-10-02\t09:00:00\tNRT1\t99\t192.0.2.3\tGET\td1.cloudfront.net\t/gone\t404\t-\tcurl\ta=b\t-\tError\tx\tw.example.com\thttps\t12\t0.125'
const s3Access =
  'owner logs [02/Oct/2023:10:00:00 +0000] 192.0.2.4 - R1 REST.GET.OBJECT k/a%20b "GET /logs/k/a%20b?x=y HTTP/1.1" 403 AccessDenied 243 - 20 - "-" "aws-cli" -'

const call = (time: string, level: string, text: string): string =>
  `2023-10-02T${time}+00:00 node1 2023-10-02 ${time.replace('.', ',')} Level="${level}" Name="administrator.conference" ${text}`
const left = (time: string, who: string, detail: string): string =>
  call(
    time,
    'INFO',
    `Message="Participant has disconnected." Conference="Room "A"" Participant="${who}" Duration="9.5" Detail="${detail}"`
  )

const accessDay: Readonly<Record<string, readonly string[]>> = {
  'alb/2023/10/02/a.gz': [
    alb({ time: '07:00:00', status: 200, seconds: 0.5, path: '/ok' }),
    alb({ time: '07:00:01', status: 500, seconds: 0.5, path: '/bad', client: '2001:db8::1' }),
    alb({ time: '07:00:02', status: 404, seconds: 0.5, path: '/none', targetStatus: 404 }),
    alb({ time: '07:00:03', status: 504, seconds: 11.5, path: '/bad', target: '10.0.0.2:80', targetStatus: '-' }),
    alb({ time: '07:00:04', status: 503, path: '/bad', target: '-', targetStatus: '-' }),
    alb({ time: '07:00:05', status: 502, path: '/bad', targetStatus: '-' }),
    'no access log'
  ],
  'elb-classic/2023/10/02/a.gz': [elbClassic],
  'cloudfront/2023/10/02/a.gz': ['#Version: 1.0', cloudfront],
  's3-access/2023/10/02/a.gz': [s3Access],
  'pexip/2023/10/02/07/a.gz': [
    left('07:00:00.000', "O'Brien", 'Call disconnected'),
    left('07:00:01.500', 'Zo\\"e', 'Media inactivity'),
    left('07:00:02.000', 'Bob', 'Media inactivity'),
    call('07:00:03.000', 'WARNING', 'Message="Participant failed to join conference." Conference="B"'),
    call('07:00:04.000', 'INFO', 'Message="Participant has joined." Conference="B" Participant="Bob"'),
    'no log of Pexip'
  ]
}

/** Puts the objects there. */
export function putAccessDay(s3: S3Server): void {
  for (const [key, lines] of Object.entries(accessDay)) s3.put(bucket, key, gzipSync(`${lines.join('\n')}\n`))
}
